# The service in an image: built in one stage, run from another that holds the binary and the
# libraries it needs, and no compiler.
FROM debian:bookworm-slim AS build
WORKDIR /src
COPY base/setup.sh base/setup.sh
RUN bash -euo pipefail -c '. base/setup.sh; packages_require $BUILD_PACKAGES'
COPY CMakeLists.txt CMakePresets.json openapi.yaml ./
COPY api api
COPY auth auth
COPY base base
COPY models models
COPY sql sql
RUN bash -euo pipefail -c '. base/setup.sh; ui_require; BUILD_TARGET=chaperone build_make release' && \
	strip build/release/chaperone

FROM debian:bookworm-slim
RUN apt-get update && \
	apt-get install -y --no-install-recommends libulfius2.7 libyder2.0 liborcania2.3 \
		libmicrohttpd12 libjansson4 libjwt0 libpq5 libsodium23 libssl3 libzxcvbn0 libcsv3 libical3 \
		libarchive13 libmagic1 libmagic-mgc zlib1g && \
	rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/* && \
	install -d -o 10001 -g 10001 /heads
COPY --from=build /src/build/release/chaperone /usr/bin/chaperone
# Nobody's account: all it may write to is the folder for the heads of audit trails.
USER 10001:10001
WORKDIR /
ENV CHAPERONE_LISTEN=0.0.0.0
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=6s --start-period=20s CMD ["chaperone", "healthcheck"]
ENTRYPOINT ["chaperone"]
CMD ["serve"]

#!/usr/bin/env bash
# Builds the image and starts compose.yaml with no container engine running: as root, with
# buildah, podman, runc and debootstrap. Takes some minutes; not a part of ./check.
#
# A debootstrap stands in for debian:bookworm-slim (CONTAINER_BASE names one that is there), and
# Debian's own PostgreSQL 15 for postgres:15, with as much of its entry point as we use. What
# compose.yaml says of a service is what podman is told, but that all share the host's network.
# CONTAINER_WORK names a folder that is kept, with its images, for another run.
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/.."
work=${CONTAINER_WORK:-$(mktemp -d "${TMPDIR:-/var/tmp}/chaperone-container.XXXXXX")}
export PGPORT=$((20000 + RANDOM % 10000))
export CHAPERONE_PORT=$((PGPORT + 1))
url=http://127.0.0.1:$CHAPERONE_PORT
store=(--root "$work/storage" --runroot "$work/run" --storage-driver vfs)
started=()

pod() {
	podman "${store[@]}" --runtime runc --cgroup-manager=cgroupfs "$@"
}

clean() {
	trap - EXIT
	[ ${#started[@]} -eq 0 ] || pod rm -f -t 5 "${started[@]}" >/dev/null 2>&1 || true
	[ -n "${CONTAINER_WORK:-}" ] || rm -rf --one-file-system "$work"
}
trap clean EXIT
trap 'exit 130' INT TERM

fail() {
	printf 'container.sh: %s\n' "$*" >&2
	for name in "${started[@]}"; do
		printf -- '--- %s\n' "$name"
		pod logs "$name" 2>&1 | tail -n 20
	done >&2
	exit 1
}

# Mirrors and certificates are the host's, as in tests/bare_root.sh.
base_make() {
	local base=${CONTAINER_BASE:-$work/base}
	[ -n "${CONTAINER_BASE:-}" ] || debootstrap --variant=minbase bookworm "$base" >"$work/debootstrap.log"
	cp /etc/ssl/certs/ca-certificates.crt "$base/etc/host-ca.crt"
	tar -C "$base" -c . | pod import --change ENV=NODE_EXTRA_CA_CERTS=/etc/host-ca.crt - \
		debian:bookworm-slim >/dev/null
}

image_build() {
	buildah "${store[@]}" bud --isolation chroot --pull-never -t "$1" "${@:2}" >"$work/build.log" 2>&1 ||
		{ tail -n 20 "$work/build.log" >&2; fail "the image $1 cannot be built"; }
}

postgres_build() {
	mkdir "$work/postgres"
	cat >"$work/postgres/entrypoint" <<-'END'
		#!/bin/bash
		# As much of postgres:15 as compose.yaml uses.
		set -euo pipefail
		PATH=/usr/lib/postgresql/15/bin:$PATH
		data=/var/lib/postgresql/data
		as() { setpriv --reuid=postgres --regid=postgres --init-groups "$@"; }
		chown postgres: "$data" /var/run/postgresql
		if [ ! -s "$data/PG_VERSION" ]; then
			as initdb -D "$data" -U postgres --auth-local=trust --auth-host=scram-sha-256 \
				--pwfile="$POSTGRES_PASSWORD_FILE" $POSTGRES_INITDB_ARGS
			as pg_ctl -D "$data" -o "-c listen_addresses=''" -w start
			as psql -U postgres -c "CREATE DATABASE $POSTGRES_DB"
			for file in /docker-entrypoint-initdb.d/*; do
				case $file in
				*.sql) as psql -v ON_ERROR_STOP=1 -U postgres -d "$POSTGRES_DB" -f "$file" ;;
				*.sh) as bash "$file" ;;
				esac
			done
			as pg_ctl -D "$data" -m fast -w stop
			echo "host all all all scram-sha-256" >>"$data/pg_hba.conf"
		fi
		exec setpriv --reuid=postgres --regid=postgres --init-groups \
			postgres -D "$data" -c listen_addresses=127.0.0.1
	END
	cat >"$work/postgres/Dockerfile" <<-'END'
		FROM debian:bookworm-slim
		RUN mkdir -p /etc/postgresql-common/createcluster.d && \
			echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.d/none.conf && \
			apt-get update && apt-get install -y --no-install-recommends postgresql-15
		COPY entrypoint /usr/local/bin/entrypoint
		ENV PATH=/usr/lib/postgresql/15/bin:/usr/sbin:/usr/bin:/sbin:/bin
		ENTRYPOINT ["bash", "/usr/local/bin/entrypoint"]
	END
	image_build postgres:15 "$work/postgres"
}

# What compose.yaml says of service $1 as podman's arguments, one a line.
service_arguments() {
	/usr/bin/python3 - "$1" "$work" <<-'END'
		import os, re, sys, yaml
		name, work = sys.argv[1:]
		compose = yaml.safe_load(open("compose.yaml"))
		service = compose["services"][name]
		out = lambda *words: print(*words, sep="\n")
		fill = lambda text: re.sub(r"\$\{(\w+):-([^}]*)\}", lambda m: os.environ.get(m[1]) or m[2], text)
		for key, value in service["environment"].items():
		    out("--env", f"{key}={fill(value)}")
		for secret in service["secrets"]:
		    file = compose["secrets"][secret]["file"].removeprefix("./")
		    out("--volume", f"{work}/{file}:/run/secrets/{secret}:ro")
		for volume in service.get("volumes", []):
		    source, rest = volume.split(":", 1)
		    out("--volume", (os.path.abspath(source) if source.startswith(".") else source) + ":" + rest)
		if service.get("read_only"):
		    out("--read-only")
		for capability in service.get("cap_drop", []):
		    out(f"--cap-drop={capability}")
		for option in service.get("security_opt", []):
		    out(f"--security-opt={option.split(':')[0]}")
		out(service["image"], *service.get("command", []))
	END
}

# service_run NAME [PODMAN-ARGUMENT...]
service_run() {
	local name=$1 arguments
	shift
	mapfile -t arguments < <(service_arguments "$name")
	started+=("chaperone-$name")
	pod run --name "chaperone-$name" --network=host --no-healthcheck --pull=never \
		--ulimit nofile=1024:20000 --ulimit nproc=1000:1000 \
		--add-host database:127.0.0.1 --env PGPORT --env CHAPERONE_PORT \
		"$@" "${arguments[@]}"
}

# until_good SECONDS COMMAND...
until_good() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || fail "does not come true: $*"
		sleep 0.5
	done
}

inside() {
	pod exec chaperone-chaperone "$@"
}

refused() {
	if "$@" >/dev/null 2>&1; then fail "should not work: $*"; fi
}

mkdir -p -m 700 "$work/secrets"
for name in postgres_password database_password master_key; do
	od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n' >"$work/secrets/$name.new"
	mv "$work/secrets/$name.new" "$work/secrets/$name"
	chmod 444 "$work/secrets/$name"
done
if ! pod image exists postgres:15; then
	base_make
	image_build chaperone .
	postgres_build
fi
echo "The images are built; Chaperone's has $(pod image inspect --format '{{.Size}}' chaperone) bytes with its base."

service_run database -d >/dev/null
until_good 60 pod exec chaperone-database pg_isready -q -h 127.0.0.1 -U postgres -d chaperone
service_run migrate || fail "migrate"
service_run chaperone -d >/dev/null
until_good 30 inside chaperone healthcheck
echo "The service is ready, as it says itself and as it answers:"
curl -sS --fail "$url/readyz"; echo

[ "$(inside id -u)" = 10001 ] || fail "it runs as another user"
refused inside touch /tmp/here /usr/bin/here
refused inside sh -c 'command -v gcc cc clang make npm python3 curl'
grep -q 'CapEff:\s*0*$' <(inside cat /proc/1/status) || fail "it has capabilities"
echo "User 10001, read-only root, no capabilities, no compiler."

told=$(inside chaperone tenant create trust "Container Trust" --slt "Nia First" --email nia@container.example)
token=$(sed -n 's/^invitation_token *//p' <<<"$told")
curl -sS --fail -o /dev/null "$url/v1/auth/accept-invitation" -H 'Content-Type: application/json' \
	-d "{\"invitation_token\": \"$token\", \"password\": \"thimble-orchard-gravel-81\"}"
sleep 2
inside chaperone audit verify
inside chaperone keys list
until_good 70 inside test -s /heads/heads.ndjson
inside chaperone audit verify --heads /heads/heads.ndjson
pod stop -t 30 chaperone-chaperone >/dev/null
[ "$(pod inspect --format '{{.State.ExitCode}}' chaperone-chaperone)" = 0 ] || fail "it did not stop in order"
echo "All of it works, and it stops in order."

# A bare Debian 12 in a temporary folder, with what is committed cloned into it, for scripts that
# source this as root: $root is the folder, $port a port for a service inside.
#
# Mirrors, proxies and certificates are the host's. bare_service: a process to end first.

port=${CHAPERONE_PORT:-18080}
root=$(mktemp -d "${TMPDIR:-/var/tmp}/chaperone-bare.XXXXXX")
chmod 0755 "$root"
bare_service=

bare_clean() {
	trap - EXIT
	if [ -n "$bare_service" ]; then
		kill -TERM "$bare_service" 2>/dev/null || true
		wait "$bare_service" || true
	fi
	umount "$root/dev/shm" "$root/proc" 2>/dev/null || true
	mountpoint -q "$root/proc" || rm -rf --one-file-system "$root"
}
trap bare_clean EXIT
trap 'exit 130' INT TERM

# The host's Debian mirrors, as lines of sources.list.
bare_sources() {
	apt-get indextargets --format 'deb $(REPO_URI) $(CODENAME) $(COMPONENT)' \
		'Created-By: Packages' 'Origin: Debian' | sort -u
}

# Becomes a command inside, with nothing of the host's environment but the way out.
bare_inside() {
	exec chroot "$root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
		${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
		${no_proxy:+no_proxy="$no_proxy"} NODE_EXTRA_CA_CERTS=/etc/host-ca.crt \
		CHAPERONE_PORT="$port" sh -c 'cd /srv/chaperone && exec "$@"' sh "$@"
}

bare_make() {
	local mirror
	mirror=$(bare_sources | awk '$3 == "bookworm" { print $2; exit }')
	debootstrap --variant=minbase bookworm "$root" "$mirror" >"$root.log" 2>&1 ||
		{ tail -n 5 "$root.log" >&2; exit 1; }
	rm -f "$root.log"
	bare_sources >"$root/etc/apt/sources.list"
	apt-config dump | grep -i '^Acquire::https\?::Proxy' >"$root/etc/apt/apt.conf.d/90host" || true
	cp /etc/resolv.conf /etc/hosts "$root/etc/"
	cp /etc/ssl/certs/ca-certificates.crt "$root/etc/host-ca.crt"
	mount -t proc proc "$root/proc"
	mkdir -p "$root/dev/shm"
	mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
	git clone -q --no-hardlinks . "$root/srv/chaperone"
	echo "A bare Debian 12 stands in $root."
}

# bare_ready NAME: waits until /readyz answers 200, while $bare_service lives.
bare_ready() {
	until (exec 3<>"/dev/tcp/127.0.0.1/$port" &&
		printf 'GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3 &&
		head -n 1 <&3 | grep -q ' 200') 2>/dev/null; do
		kill -0 "$bare_service" 2>/dev/null || { echo "$1 ended." >&2; exit 1; }
		sleep 1
	done
}

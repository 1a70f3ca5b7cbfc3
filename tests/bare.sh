#!/usr/bin/env bash
# Proves the two commands on a bare Debian 12: tests/bare.sh [check], as root, with debootstrap.
#
# What is committed is cloned into a fresh system in a temporary folder; ./run must answer
# there, and with `check` ./check must pass. Mirrors, proxies and certificates are the host's.
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/.."
port=${CHAPERONE_PORT:-18080}
root=$(mktemp -d "${TMPDIR:-/var/tmp}/chaperone-bare.XXXXXX")
chmod 0755 "$root"
service=

clean() {
	trap - EXIT
	if [ -n "$service" ]; then
		kill -TERM "$service" 2>/dev/null || true
		wait "$service" || true
	fi
	umount "$root/dev/shm" "$root/proc" 2>/dev/null || true
	mountpoint -q "$root/proc" || rm -rf --one-file-system "$root"
}
trap clean EXIT
trap 'exit 130' INT TERM

# The host's Debian mirrors, as lines of sources.list.
sources() {
	apt-get indextargets --format 'deb $(REPO_URI) $(CODENAME) $(COMPONENT)' \
		'Created-By: Packages' 'Origin: Debian' | sort -u
}

# Becomes a command inside, with nothing of the host's environment but the way out.
inside() {
	exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
		${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
		${no_proxy:+no_proxy="$no_proxy"} NODE_EXTRA_CA_CERTS=/etc/host-ca.crt \
		CHAPERONE_PORT="$port" sh -c 'cd /srv/chaperone && exec "$@"' sh "$@"
}

mirror=$(sources | awk '$3 == "bookworm" { print $2; exit }')
debootstrap --variant=minbase bookworm "$root" "$mirror" >"$root.log" 2>&1 ||
	{ tail -n 5 "$root.log" >&2; exit 1; }
rm -f "$root.log"
sources >"$root/etc/apt/sources.list"
apt-config dump | grep -i '^Acquire::https\?::Proxy' >"$root/etc/apt/apt.conf.d/90host" || true
cp /etc/resolv.conf /etc/hosts "$root/etc/"
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/host-ca.crt"
mount -t proc proc "$root/proc"
mkdir -p "$root/dev/shm"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
git clone -q --no-hardlinks . "$root/srv/chaperone"
echo "A bare Debian 12 stands in $root; now ./run."

start=$SECONDS
inside ./run &
service=$!
until (exec 3<>"/dev/tcp/127.0.0.1/$port" &&
	printf 'GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3 &&
	head -n 1 <&3 | grep -q ' 200') 2>/dev/null; do
	kill -0 "$service" 2>/dev/null || { echo "./run ended." >&2; exit 1; }
	sleep 1
done
echo "./run: /readyz answered after $((SECONDS - start)) s."
kill -TERM "$service"
wait "$service"
chmod 0755 "$root"
service=
if [ "${1:-}" = check ]; then
	start=$SECONDS
	(inside ./check)
	echo "./check: passed after $((SECONDS - start)) s."
fi

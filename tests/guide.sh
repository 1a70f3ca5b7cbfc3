#!/usr/bin/env bash
# Proves docs/operators.md on a bare Debian 12: runs the shell blocks of the sections below, in
# order, as one script. As root, with debootstrap; takes some minutes, and is no part of ./check.
#
# Nothing is changed in them. There is no systemd in a bare root: a `systemctl` stands in that
# starts and stops what the unit says, as its user. The guide's ports have to be free.
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/.."
sections=("From nothing to a service" "Backup and restore")
for port in 5432 5433 8080; do
	if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
		echo "guide.sh: port $port is in use." >&2
		exit 1
	fi
done
. tests/bare_root.sh

# The shell blocks of one section.
blocks() {
	awk -v section="## $1" '
		/^## / { inside = $0 == section }
		/^```/ { block = inside && $0 == "```sh"; next }
		block' docs/operators.md
}

guide_clean() {
	(bare_inside sh -c 'systemctl stop chaperone
		for cluster in main restored; do pg_ctlcluster 15 $cluster stop; done') 2>/dev/null || true
	bare_clean
}

bare_make
trap guide_clean EXIT
cat >"$root/usr/local/bin/systemctl" <<'END'
#!/bin/bash
# Of systemd, what the guide asks for: start and stop chaperone.service.
set -eu
unit=/etc/systemd/system/chaperone.service
value() {
	sed -n "s/^$1=//p" $unit
}
case $1 in
enable | start)
	user=$(value User)
	set -a
	. "$(value EnvironmentFile)"
	cd /
	setsid setpriv --reuid="$user" --regid="$user" --init-groups $(value ExecStart) \
		>>/var/log/chaperone.log 2>&1 </dev/null &
	echo $! >/run/chaperone.pid
	;;
stop)
	kill -TERM "$(cat /run/chaperone.pid)"
	while kill -0 "$(cat /run/chaperone.pid)" 2>/dev/null; do sleep 0.1; done
	;;
esac
END
chmod 0755 "$root/usr/local/bin/systemctl"
{
	echo 'unset CHAPERONE_PORT'
	for section in "${sections[@]}"; do
		text=$(blocks "$section")
		[ -n "$text" ] || { echo "guide.sh: no section \"$section\"" >&2; exit 1; }
		printf '%s\n' "$text"
	done
} >"$root/root/guide"
start=$SECONDS
(bare_inside bash -euxo pipefail /root/guide) ||
	{ tail -n 5 "$root/var/log/chaperone.log" >&2; echo "guide.sh: a step failed." >&2; exit 1; }
echo "docs/operators.md: every step worked, after $((SECONDS - start)) s."

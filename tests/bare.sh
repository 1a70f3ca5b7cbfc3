#!/usr/bin/env bash
# Proves the two commands on a bare Debian 12: tests/bare.sh [check [ARGUMENT...]], as root, with
# debootstrap.
#
# ./run must answer there, and with `check` ./check must pass, with its arguments (--full, say).
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/.."
. tests/bare_root.sh
bare_make

start=$SECONDS
bare_inside ./run &
bare_service=$!
bare_ready ./run
echo "./run: /readyz answered after $((SECONDS - start)) s."
kill -TERM "$bare_service"
wait "$bare_service"
chmod 0755 "$root"
bare_service=
if [ "${1:-}" = check ]; then
	shift
	start=$SECONDS
	(bare_inside ./check "$@")
	echo "./check $*: passed after $((SECONDS - start)) s."
fi

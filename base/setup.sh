# What ./run and ./check share: Debian packages, disk space, the docs page's files, the build.

BUILD_PACKAGES="build-essential cmake ninja-build pkg-config libulfius-dev libyder-dev
	liborcania-dev libjansson-dev libjwt-dev libpq-dev libsodium-dev libzxcvbn-dev libcsv-dev
	libarchive-dev libical-dev libmagic-dev zlib1g-dev libssl-dev libmicrohttpd-dev libcurl4-gnutls-dev postgresql-15
	python3 python3-yaml ca-certificates curl"
CHECK_PACKAGES="clang clang-format-14 python3-pytest python3-jsonschema python3-psycopg2
	python3-jwt python3-cryptography python3-hypothesis haproxy clamav-daemon"

# What root writes below, PostgreSQL's user must be able to read; the data folder is 0700.
umask 022

say() {
	printf '%s\n' "$*"
}

fail() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# Stops when less than 1 GiB is free where the folder is, or will be.
disk_require() {
	local folder=$1 free
	while [ ! -d "$folder" ]; do
		folder=$(dirname "$folder")
	done
	free=$(df -Pk "$folder" | awk 'NR == 2 { print int($4 / 1024) }')
	[ "$free" -ge 1024 ] ||
		fail "only $free MiB are free at $folder; at least 1024 MiB are needed."
}

packages_missing() {
	local package
	for package in "$@"; do
		dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null |
			grep -qx installed || printf '%s ' "$package"
	done
}

# Runs apt-get as root, its many words kept in $APT_LOG. A default cluster of PostgreSQL
# would start with its package: the one line in createcluster.d, there for the length of
# the installation, prevents that and leaves clusters that exist alone.
packages_apt='
	set -eu
	conf=/etc/postgresql-common/createcluster.d
	trap "rm -f $conf/chaperone.conf; rmdir --ignore-fail-on-non-empty $conf" EXIT
	mkdir -p $conf
	echo "create_main_cluster = false" >$conf/chaperone.conf
	export DEBIAN_FRONTEND=noninteractive
	apt-get update
	apt-get install -y --no-install-recommends --no-remove "$@"'

packages_require() {
	local missing root=() log
	command -v dpkg-query >/dev/null || fail "this needs Debian 12 (no dpkg-query here)."
	missing=$(packages_missing "$@")
	# npm comes from Debian unless the machine has its own.
	if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
		missing+="nodejs npm"
	fi
	[ -n "$missing" ] || return 0
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null || fail "packages are missing and there is no sudo;" \
			"run as root: apt-get update && apt-get install -y --no-install-recommends $missing"
		root=(sudo)
	fi
	log=$(mktemp "${TMPDIR:-/tmp}/chaperone-apt.XXXXXX")
	say "Installing with apt-get (words in $log):" $missing
	"${root[@]}" sh -c "$packages_apt" apt $missing </dev/null >"$log" 2>&1 ||
		fail "apt-get could not install the packages:" \
			"$(grep -m1 '^E:' "$log" || tail -n 1 "$log") (all of it: $log)"
	rm -f "$log"
}

# The files of the /docs page, by the lock file; nothing to do when they are there.
ui_require() {
	local log
	cmp -s api/docs/package-lock.json build/ui/package-lock.json &&
		[ -e build/ui/installed ] && return 0
	rm -rf build/ui
	mkdir -p build/ui || fail "cannot write to $PWD/build."
	cp api/docs/package.json api/docs/package-lock.json build/ui/
	log=build/ui/npm.log
	(cd build/ui && npm ci --no-audit --no-fund --ignore-scripts) </dev/null >"$log" 2>&1 ||
		fail "npm could not fetch swagger-ui-dist:" \
			"$(grep -m1 -E 'ERR!|error' "$log" || tail -n 1 "$log") (all of it: $PWD/$log)"
	touch build/ui/installed
}

# build_make PRESET [FOLDER [CMAKE-ARGUMENT...]]; $BUILD_TARGET names what, all by default.
build_make() {
	local preset=$1 folder=${2:-build/$1} log
	shift
	[ $# -eq 0 ] || shift
	log=build/$(basename "$folder").log
	mkdir -p build
	say "Building $folder."
	if ! { cmake --preset "$preset" -B "$folder" \
		-DSWAGGER_UI_DIST="$PWD/build/ui/node_modules/swagger-ui-dist" "$@" &&
		cmake --build "$folder" --target "${BUILD_TARGET:-all}" \
		--parallel "$(nproc)"; } </dev/null >"$log" 2>&1; then
		grep -E -A5 -m8 'error|Error|FAILED' "$log" >&2 || tail -n 30 "$log" >&2
		fail "the build failed (all of it: $PWD/$log)."
	fi
}

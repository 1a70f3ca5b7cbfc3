# What ./check --full needs beside ./check: Chromium from Debian, linters and a Node by npm.

FULL_FOLDER=build/full
FULL_NODE="22.12.0" # the oldest that every tool of package.json runs on

node_recent() {
	local version
	version=$("$1" --version 2>/dev/null) &&
		[ "$(printf '%s\n' "$FULL_NODE" "${version#v}" | sort -V | head -n 1)" = "$FULL_NODE" ]
}

# By the lock file; nothing to do when it is there. Scripts of packages do not run, but for
# that of `node`, which brings the program itself where the machine's is too old.
full_require() {
	local log=$FULL_FOLDER/npm.log
	packages_require chromium
	if ! cmp -s tests/full/package-lock.json $FULL_FOLDER/installed; then
		rm -rf $FULL_FOLDER
		mkdir -p $FULL_FOLDER
		cp tests/full/package.json tests/full/package-lock.json $FULL_FOLDER/
		(cd $FULL_FOLDER && npm ci --no-audit --no-fund --ignore-scripts &&
			{ node_recent node || npm rebuild node; }) </dev/null >"$log" 2>&1 ||
			fail "npm could not fetch the linters:" \
				"$(grep -m1 -E 'ERR!|error' "$log" || tail -n 1 "$log") (all of it: $PWD/$log)"
		cp tests/full/package-lock.json $FULL_FOLDER/installed
	fi
	PATH="$PWD/$FULL_FOLDER/node_modules/node/bin:$PATH"
	node_recent node || fail "Node $FULL_NODE is needed; remove $PWD/$FULL_FOLDER and try again."
}

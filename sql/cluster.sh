# A private PostgreSQL 15: its own folder, a unix socket only, peer authentication.
#
# After cluster_place these are set: CLUSTER_FOLDER (all that is kept), CLUSTER_USER (whose
# processes these are), CLUSTER_SOCKET (a folder); cluster_dsn prints a connection string
# without a user. As root everything runs as `postgres`, since PostgreSQL refuses root.

CLUSTER_BIN=/usr/lib/postgresql/15/bin
CLUSTER_ROLES="postgres chaperone_owner chaperone_app chaperone_gate chaperone_worker
	chaperone_operator chaperone_backup"
# The caller's own settings of PostgreSQL's programs would lead elsewhere.
unset ${!PG@}

# Becomes a program that runs as CLUSTER_USER, in / because this folder may be out of their
# sight; in the background, $! is then its process.
cluster_exec() {
	cd /
	if [ "$(id -u)" -eq 0 ]; then
		HOME=/ exec setpriv --reuid=postgres --regid=postgres --init-groups "$@"
	fi
	exec "$@"
}

cluster_as() {
	(cluster_exec "$@")
}

# Where the data go: $1, unless `postgres` cannot get there (a clone below /root, say). A
# folder that holds something else is not touched.
cluster_place() {
	local above
	CLUSTER_FOLDER=$(realpath -m "$1")
	CLUSTER_USER=$(id -un)
	if [ "$(id -u)" -eq 0 ]; then
		CLUSTER_USER=postgres
		above=$(dirname "$CLUSTER_FOLDER")
		mkdir -p "$above"
		if ! cluster_as test -x "$above"; then
			CLUSTER_FOLDER=$(printf '/var/lib/chaperone/%s-%s' "$(basename "$above")" \
				"$(printf %s "$CLUSTER_FOLDER" | cksum | cut -d' ' -f1)")
			say "PostgreSQL may not enter $above: the data are in $CLUSTER_FOLDER."
		fi
	fi
	mkdir -p "$CLUSTER_FOLDER" || fail "cannot make the data folder $CLUSTER_FOLDER."
	[ -e "$CLUSTER_FOLDER/.chaperone" ] || [ -z "$(ls -A "$CLUSTER_FOLDER")" ] ||
		fail "$CLUSTER_FOLDER is not empty and holds no data of Chaperone."
	if [ "$(id -u)" -eq 0 ]; then
		chown "$CLUSTER_USER:" "$CLUSTER_FOLDER"
	fi
	cluster_as test -w "$CLUSTER_FOLDER" ||
		fail "$CLUSTER_USER cannot write to the data folder $CLUSTER_FOLDER."
	chmod 0700 "$CLUSTER_FOLDER"
	touch "$CLUSTER_FOLDER/.chaperone"
	cluster_socket
}

# A socket's path holds at most 107 bytes. Where the data folder's is longer, a short folder
# stands in, and the data folder remembers which.
cluster_socket() {
	local remembered=$CLUSTER_FOLDER/socket_folder
	CLUSTER_SOCKET=$CLUSTER_FOLDER/socket
	if [ "$(printf %s "$CLUSTER_SOCKET/.s.PGSQL.5432" | wc -c)" -le 107 ]; then
		cluster_as mkdir -p -m 0700 "$CLUSTER_SOCKET"
		return
	fi
	CLUSTER_SOCKET=$(cat "$remembered" 2>/dev/null || true)
	if [ -z "$CLUSTER_SOCKET" ] || [ -L "$CLUSTER_SOCKET" ] ||
		[ "$(stat -c '%U %a' "$CLUSTER_SOCKET" 2>/dev/null)" != "$CLUSTER_USER 700" ]; then
		CLUSTER_SOCKET=$(cluster_as mktemp -d /tmp/chaperone.XXXXXX)
		printf '%s\n' "$CLUSTER_SOCKET" >"$remembered"
	fi
}

# cluster_dsn [DATABASE]
cluster_dsn() {
	printf "host='%s' port=5432 dbname=%s" "$CLUSTER_SOCKET" "${1:-chaperone}"
}

# cluster_sql DATABASE [PSQL-ARGUMENT...], as the superuser.
cluster_sql() {
	local dsn
	dsn="$(cluster_dsn "$1") user=postgres options='-c client_min_messages=warning'"
	shift
	cluster_as "$CLUSTER_BIN/psql" -X -q -v ON_ERROR_STOP=1 -d "$dsn" "$@"
}

# Whether process $1 is PostgreSQL at work in this folder: a number in postmaster.pid alone
# proves nothing after a crash.
cluster_owns() {
	[ "$(readlink "/proc/$1/cwd" 2>/dev/null)" = "$CLUSTER_FOLDER/postgresql" ] &&
		grep -qx postgres "/proc/$1/comm" 2>/dev/null
}

cluster_alive() {
	local folder
	for folder in /proc/[0-9]*; do
		cluster_owns "${folder#/proc/}" && return 0
	done
	return 1
}

# Makes the folder once. CLUSTER_SETTINGS: more lines of postgresql.conf.
cluster_make() {
	local data=$CLUSTER_FOLDER/postgresql role user
	if [ ! -d "$data" ]; then
		rm -rf "$data.new"
		cluster_as "$CLUSTER_BIN/initdb" -D "$data.new" -U postgres -E UTF8 \
			--locale=C.UTF-8 --auth=peer --no-instructions \
			>"$CLUSTER_FOLDER/initdb.log" 2>&1 ||
			fail "initdb failed: $(tail -n 1 "$CLUSTER_FOLDER/initdb.log")"
		echo "include 'chaperone.conf'" >>"$data.new/postgresql.conf"
		mv "$data.new" "$data"
	fi
	cat >"$data/chaperone.conf" <<-END
		listen_addresses = ''
		port = 5432
		unix_socket_directories = '$CLUSTER_SOCKET'
		unix_socket_permissions = 0700
		shared_buffers = 128MB
		max_connections = 100
		${CLUSTER_SETTINGS:-}
	END
	echo "local all all peer map=chaperone" >"$data/pg_hba.conf"
	for user in $(printf '%s\n' "$CLUSTER_USER" "$(id -un)" | sort -u); do
		for role in $CLUSTER_ROLES; do
			printf 'chaperone "%s" %s\n' "$user" "$role"
		done
	done >"$data/pg_ident.conf"
}

# Starts it, or takes over the one that a killed ./run left behind, and sees to the roles
# and the database.
cluster_start() {
	local data=$CLUSTER_FOLDER/postgresql log=$CLUSTER_FOLDER/postgresql.log
	cluster_make
	cluster_stop
	rm -f "$data/postmaster.pid"
	: >>"$log"
	[ "$(id -u)" -ne 0 ] || chown "$CLUSTER_USER:" "$log"
	cluster_as "$CLUSTER_BIN/pg_ctl" start -w -t 120 -s -D "$data" -l "$log" </dev/null ||
		fail "PostgreSQL does not start: $(tail -n 1 "$log") (all of it: $log)"
	cluster_sql postgres -f - <sql/setup/roles.sql
	cluster_database chaperone
}

# cluster_database NAME: makes it, owned by chaperone_owner, unless it is there.
cluster_database() {
	[ -n "$(cluster_sql postgres -At \
		-c "SELECT 1 FROM pg_database WHERE datname = '$1'")" ] ||
		cluster_sql postgres -c "CREATE DATABASE $1 OWNER chaperone_owner
			TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
	cluster_sql "$1" -f - <sql/setup/database.sql
}

# Waits until no process is left, also those that outlive a killed parent for a moment.
cluster_stop() {
	local data=$CLUSTER_FOLDER/postgresql main tries
	main=$(head -n 1 "$data/postmaster.pid" 2>/dev/null || true)
	if [ -n "$main" ] && cluster_owns "$main"; then
		cluster_as "$CLUSTER_BIN/pg_ctl" stop -s -m fast -w -t 60 -D "$data" || true
	fi
	for tries in $(seq 100); do
		cluster_alive || return 0
		sleep 0.1
	done
	fail "PostgreSQL in $CLUSTER_FOLDER does not stop."
}

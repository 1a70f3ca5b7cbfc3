#!/bin/sh
# Gives every role that signs in the password in a file: the last of the three set-up steps,
# where roles sign in over the network. The file is $1 (-: standard input) or
# the container's secret.
set -eu
password=$(cat "${1:-/run/secrets/database_password}")
for role in owner app gate worker operator backup; do
	printf "ALTER ROLE chaperone_%s PASSWORD :'password';\n" "$role"
done | psql -X -q -v ON_ERROR_STOP=1 -v password="$password" -U "${POSTGRES_USER:-postgres}" \
	-d "${POSTGRES_DB:-postgres}"

#!/bin/sh
# Runs once, when compose's PostgreSQL makes its files: the site gets a role and a database
# of its own, and no right over the rest of the server.
set -eu
psql --no-psqlrc --set ON_ERROR_STOP=1 --set password="$POSTGRES_PASSWORD" \
	--username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
CREATE ROLE directory LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
CREATE DATABASE directory OWNER directory;
REVOKE CONNECT ON DATABASE directory FROM PUBLIC;
SQL

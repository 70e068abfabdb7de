#!/bin/sh
# Create a role and a database for the site, without rights over the rest of the server.
# PostgreSQL's container runs this once, when it creates its files.
set -eu
psql --no-psqlrc --set ON_ERROR_STOP=1 --set password="$POSTGRES_PASSWORD" \
	--username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
CREATE ROLE directory LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
CREATE DATABASE directory OWNER directory;
REVOKE CONNECT ON DATABASE directory FROM PUBLIC;
SQL

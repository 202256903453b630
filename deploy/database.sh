#!/usr/bin/env bash
# Makes the fleet's role and database: the database's container runs it at its first start (compose.fleet.yaml); elsewhere the
# server's administrator does. The role owns that one database and may do nothing else on the server.
#
#     PASSWORD_FILE=quzheng.password deploy/database.sh      (the server by PGHOST, PGPORT, PGUSER)
set -euo pipefail

# by the environment, not as a word of a command, which everybody on the machine can see
QUZHENG_PASSWORD=$(cat "${PASSWORD_FILE:-/run/secrets/database_password}")
export QUZHENG_PASSWORD
psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 --username "${PGUSER:-postgres}" --dbname postgres <<'SQL'
SET log_min_error_statement = panic;  -- a statement that fails would be logged, with the password
\getenv password QUZHENG_PASSWORD
CREATE ROLE quzheng LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'password';
CREATE DATABASE quzheng OWNER quzheng TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE quzheng FROM PUBLIC;
SQL

#!/bin/sh
# One database and one role per service, at the first start of PostgreSQL (its image runs this).
set -eu
for service in registry flows matching tours impact; do
    psql --quiet --username postgres --set ON_ERROR_STOP=1 \
        --set service="$service" --set password="$(cat "/run/secrets/$service")" <<'SQL'
CREATE ROLE :"service" LOGIN PASSWORD :'password';
CREATE DATABASE :"service" OWNER :"service";
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
SQL
done

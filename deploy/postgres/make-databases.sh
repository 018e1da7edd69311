#!/bin/sh
# Run once by the image of PostgreSQL, when its volume is empty: for each service a database with an owner of its own, and
# nobody else is let in.
set -eu

for service in poverty rural funding progress; do
    export service
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\set name `echo "muctieu_$service"`
\set password `cat "/run/secrets/${service}_password"`
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
done

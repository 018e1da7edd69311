#!/bin/sh
# Makes the cluster and runs the scripts of /docker-entrypoint-initdb.d where the volume is empty, then starts the server.
set -eu

if [ ! -s "$PGDATA/PG_VERSION" ]; then
    export POSTGRES_USER=postgres
    # Word splitting is the convention for these arguments.
    # shellcheck disable=SC2086
    initdb --username="$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" --auth-local=trust --auth-host=scram-sha-256 \
        $POSTGRES_INITDB_ARGS
    echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"
    echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
    pg_ctl --wait --options="-c listen_addresses=''" start
    for script in /docker-entrypoint-initdb.d/*.sh; do
        sh "$script"
    done
    pg_ctl --wait --mode=fast stop
fi
exec "$@"

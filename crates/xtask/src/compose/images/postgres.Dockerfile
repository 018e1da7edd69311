# Debian's PostgreSQL behind the conventions of the official image, as far as deploy/compose.yaml relies on them.
FROM muctieu-test/debian
COPY postgres-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
ENV PATH=/usr/lib/postgresql/17/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    PGDATA=/var/lib/postgresql/data
RUN install --directory --owner postgres --group postgres --mode 0700 "$PGDATA" \
    && install --directory --owner postgres --group postgres --mode 3777 /run/postgresql \
    && mkdir /docker-entrypoint-initdb.d
VOLUME ["/var/lib/postgresql/data"]
STOPSIGNAL SIGINT
EXPOSE 5432
ENTRYPOINT ["sh", "/usr/local/bin/docker-entrypoint.sh"]
CMD ["postgres"]

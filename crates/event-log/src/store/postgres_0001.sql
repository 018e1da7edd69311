-- The log of one service. Only inserting and selecting is ever needed to serve.
CREATE TABLE event (
    position    bigint PRIMARY KEY CHECK (position > 0),
    stream      text COLLATE "C" NOT NULL,
    version     bigint NOT NULL CHECK (version > 0),
    event_id    uuid NOT NULL UNIQUE,
    event_type  text COLLATE "C" NOT NULL,
    effective   text COLLATE "C" NOT NULL,
    recorded_at bigint NOT NULL,
    -- Text, not jsonb: the proofs are over the very bytes that were appended.
    content     text COLLATE "C" NOT NULL,
    metadata    text COLLATE "C" NOT NULL
)
-- All questions go by an index whatever the statistics say, so the table is not sampled after every tenth that it grows.
WITH (autovacuum_analyze_scale_factor = 1);

-- One event for each version of a stream. Two hashes of 64 bits stand for the stream's name, with which the index would be
-- twice as large and each insertion a tenth slower.
CREATE UNIQUE INDEX event_stream_version
    ON event (hashtextextended(stream, 0), hashtextextended(stream, 1), version);

-- Hashes of the Merkle tree in tiles of 256, each kept as the runs in which it grew.
CREATE TABLE merkle_tile (
    level  integer NOT NULL CHECK (level >= 0),
    tile   bigint NOT NULL CHECK (tile >= 0),
    start  integer NOT NULL CHECK (start BETWEEN 0 AND 255),
    hashes bytea NOT NULL,
    PRIMARY KEY (level, tile, start)
);

-- Signed notes about the tree's first `size` positions.
CREATE TABLE checkpoint (
    size bigint PRIMARY KEY CHECK (size > 0),
    note text COLLATE "C" NOT NULL
);

CREATE FUNCTION event_log_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP;
END
$$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION event_log_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON merkle_tile
    FOR EACH STATEMENT EXECUTE FUNCTION event_log_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION event_log_refuse_change();

-- Appends a batch of requests, each accepted or refused on its own, in one round trip.
--
-- Answers with one row of kind 'head' (the last position and the time of recording, before the batch's own positions),
-- and one row for every request that was looked up and refused: 'repeat' where its first event exists, else 'stale' with
-- the first of its streams that stands at another version. All others were accepted; their positions follow the head in
-- request order. What was not looked up may meet a unique key, which refuses the whole batch.
--
-- The lock comes first and each statement below it takes a new snapshot (READ COMMITTED), so it sees all that was
-- committed before the lock was granted. Positions are therefore without gaps and in commit order.
CREATE FUNCTION event_log_append(
    now_micros     bigint,
    -- one element per request, NULL for one that is not to be looked up; empty where none is
    first_ids      uuid[],
    -- one element per stream that a request to be looked up writes or has read; requests are numbered from 1
    check_requests integer[],
    check_streams  text[],
    check_versions bigint[],
    -- one element per event
    event_requests integer[],
    streams        text[],
    versions       bigint[],
    event_ids      uuid[],
    event_types    text[],
    effectives     text[],
    contents       text[],
    metadatas      text[]
) RETURNS TABLE (
    kind         text,
    request      integer,
    check_number integer,
    at_position  bigint,
    at_recorded  bigint,
    at_version   bigint,
    at_metadata  text
)
LANGUAGE plpgsql
-- Plans are made once, and for a table that will be large even if it is empty now.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
DECLARE
    head_before   bigint;
    head_recorded bigint;
    refused       integer[] := '{}';
    appended      bigint;
BEGIN
    -- The number only has to be the same for every writer of this log; advisory locks are kept per database.
    PERFORM pg_advisory_xact_lock(7308895132);

    SELECT e.position, e.recorded_at INTO head_before, head_recorded
    FROM event e ORDER BY e.position DESC LIMIT 1;
    head_before := coalesce(head_before, 0);
    head_recorded := greatest(coalesce(head_recorded, now_micros), now_micros);

    IF cardinality(first_ids) > 0 THEN
        FOR kind, request, check_number, at_position, at_recorded, at_version, at_metadata IN
            WITH repeated AS MATERIALIZED (
                SELECT asked.number::integer AS request, e.position, e.recorded_at, e.metadata
                FROM unnest(first_ids) WITH ORDINALITY AS asked (id, number)
                CROSS JOIN LATERAL (
                    SELECT stored.position, stored.recorded_at, stored.metadata
                    FROM event stored WHERE stored.event_id = asked.id LIMIT 1
                ) e
            ), stale AS (
                SELECT DISTINCT ON (wanted.request)
                    wanted.request, wanted.number::integer AS number, coalesce(e.version, 0) AS version
                FROM unnest(check_requests, check_streams, check_versions) WITH ORDINALITY
                    AS wanted (request, stream, version, number)
                LEFT JOIN LATERAL (
                    SELECT stored.version FROM event stored
                    WHERE hashtextextended(stored.stream, 0) = hashtextextended(wanted.stream, 0)
                      AND hashtextextended(stored.stream, 1) = hashtextextended(wanted.stream, 1)
                    ORDER BY stored.version DESC LIMIT 1
                ) e ON true
                WHERE coalesce(e.version, 0) <> wanted.version
                ORDER BY wanted.request, wanted.number
            )
            SELECT 'repeat', r.request, 0, r.position, r.recorded_at, 0::bigint, r.metadata FROM repeated r
            UNION ALL
            SELECT 'stale', s.request, s.number, 0::bigint, 0::bigint, s.version, '' FROM stale s
            WHERE s.request NOT IN (SELECT r.request FROM repeated r)
        LOOP
            refused := refused || request;
            RETURN NEXT;
        END LOOP;
    END IF;

    IF refused <> '{}' THEN
        SELECT array_agg(g.stream ORDER BY g.number), array_agg(g.version ORDER BY g.number),
            array_agg(g.event_id ORDER BY g.number), array_agg(g.event_type ORDER BY g.number),
            array_agg(g.effective ORDER BY g.number), array_agg(g.content ORDER BY g.number),
            array_agg(g.metadata ORDER BY g.number)
        INTO streams, versions, event_ids, event_types, effectives, contents, metadatas
        FROM unnest(event_requests, streams, versions, event_ids, event_types, effectives, contents, metadatas)
            WITH ORDINALITY
            AS g (request, stream, version, event_id, event_type, effective, content, metadata, number)
        WHERE g.request <> ALL (refused);
    END IF;

    -- Lists side by side in one SELECT run in step. That is cheaper than a table made of them.
    INSERT INTO event
        (position, stream, version, event_id, event_type, effective, recorded_at, content, metadata)
    SELECT head_before + generate_subscripts(streams, 1), unnest(streams), unnest(versions), unnest(event_ids),
        unnest(event_types), unnest(effectives), head_recorded, unnest(contents), unnest(metadatas);

    GET DIAGNOSTICS appended = ROW_COUNT;
    IF appended > 0 THEN
        PERFORM pg_notify('muctieu_event_log', (head_before + appended)::text);
    END IF;
    RETURN QUERY SELECT 'head', 0, 0, head_before, head_recorded, 0::bigint, '';
END
$$;

-- The log of one service.
CREATE TABLE event (
    position    INTEGER PRIMARY KEY CHECK (position > 0),
    stream      TEXT NOT NULL,
    version     INTEGER NOT NULL CHECK (version > 0),
    event_id    BLOB NOT NULL UNIQUE,
    event_type  TEXT NOT NULL,
    effective   TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    content     TEXT NOT NULL,
    metadata    TEXT NOT NULL,
    UNIQUE (stream, version)
) STRICT;

-- Hashes of the Merkle tree in tiles of 256, each kept as the runs in which it grew.
CREATE TABLE merkle_tile (
    level  INTEGER NOT NULL CHECK (level >= 0),
    tile   INTEGER NOT NULL CHECK (tile >= 0),
    start  INTEGER NOT NULL CHECK (start BETWEEN 0 AND 255),
    hashes BLOB NOT NULL,
    PRIMARY KEY (level, tile, start)
) STRICT, WITHOUT ROWID;

-- Signed notes about the tree's first `size` positions.
CREATE TABLE checkpoint (
    size INTEGER PRIMARY KEY CHECK (size > 0),
    note TEXT NOT NULL
) STRICT;

CREATE TRIGGER event_refuse_update BEFORE UPDATE ON event
    BEGIN SELECT RAISE(ABORT, 'event is append-only: UPDATE refused'); END;
CREATE TRIGGER event_refuse_delete BEFORE DELETE ON event
    BEGIN SELECT RAISE(ABORT, 'event is append-only: DELETE refused'); END;
CREATE TRIGGER merkle_tile_refuse_update BEFORE UPDATE ON merkle_tile
    BEGIN SELECT RAISE(ABORT, 'merkle_tile is append-only: UPDATE refused'); END;
CREATE TRIGGER merkle_tile_refuse_delete BEFORE DELETE ON merkle_tile
    BEGIN SELECT RAISE(ABORT, 'merkle_tile is append-only: DELETE refused'); END;
CREATE TRIGGER checkpoint_refuse_update BEFORE UPDATE ON checkpoint
    BEGIN SELECT RAISE(ABORT, 'checkpoint is append-only: UPDATE refused'); END;
CREATE TRIGGER checkpoint_refuse_delete BEFORE DELETE ON checkpoint
    BEGIN SELECT RAISE(ABORT, 'checkpoint is append-only: DELETE refused'); END;

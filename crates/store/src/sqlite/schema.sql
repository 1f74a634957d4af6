-- One row per stream: the fence. A purged stream keeps its row for a while without content, so
-- that its name is not taken again.
CREATE TABLE stream (
    key            INTEGER PRIMARY KEY,
    id             TEXT    NOT NULL UNIQUE,
    state          INTEGER NOT NULL, -- 0 open, 1 closed, 2 purged
    number         INTEGER NOT NULL, -- of the last entry, and so the position of the last batch
    epoch          INTEGER NOT NULL,
    batch          BLOB    NOT NULL,
    batch_checksum INTEGER NOT NULL,
    flow_hash      BLOB,
    semantics      INTEGER NOT NULL,
    purged_at_ms   INTEGER
) STRICT;

-- For recovery, for purging, and for forgetting old names; none costs an append of a running
-- stream anything.
CREATE INDEX stream_open ON stream (id) WHERE state = 0;
CREATE INDEX stream_closed ON stream (id) WHERE state = 1;
CREATE INDEX stream_purged ON stream (purged_at_ms) WHERE state = 2;

CREATE TABLE entry (
    stream   INTEGER NOT NULL REFERENCES stream (key),
    number   INTEGER NOT NULL,
    position INTEGER NOT NULL, -- number of the last entry of the batch
    epoch    INTEGER NOT NULL,
    batch    BLOB    NOT NULL,
    kind     INTEGER NOT NULL,
    at_ms    INTEGER NOT NULL,
    payload  BLOB    NOT NULL,
    checksum INTEGER NOT NULL,
    PRIMARY KEY (stream, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE snapshot (
    stream   INTEGER PRIMARY KEY REFERENCES stream (key),
    position INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    payload  BLOB    NOT NULL,
    checksum INTEGER NOT NULL
) STRICT;

-- A row to write to when nothing but a sync is wanted.
CREATE TABLE synced (only INTEGER PRIMARY KEY CHECK (only = 1), count INTEGER NOT NULL) STRICT;
INSERT INTO synced VALUES (1, 0);

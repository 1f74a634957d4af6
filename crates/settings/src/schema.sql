-- The tenant's configuration. Times are milliseconds since 1970.
CREATE TABLE revisions (
    revision INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    note TEXT NOT NULL
) STRICT;

CREATE TABLE changes (
    revision INTEGER NOT NULL REFERENCES revisions (revision),
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    action TEXT NOT NULL
) STRICT;
CREATE INDEX changes_revision ON changes (revision);

-- What is in force. Places keep the order of lists.
CREATE TABLE objects (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    place INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT;

-- Each version of each object; a value is null where it was deleted. Secrets are sealed.
CREATE TABLE history (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    value TEXT,
    revision INTEGER NOT NULL REFERENCES revisions (revision),
    PRIMARY KEY (kind, id, version)
) STRICT;

CREATE TABLE flows (
    id TEXT NOT NULL PRIMARY KEY,
    place INTEGER NOT NULL,
    -- As the newest version has it.
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- The path in `tenant.yaml`.
    file TEXT NOT NULL UNIQUE
) STRICT;

-- Numbers are never given again, so versions outlive their flow.
CREATE TABLE flow_versions (
    flow TEXT NOT NULL,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    hash TEXT NOT NULL,
    text TEXT NOT NULL,
    errors INTEGER NOT NULL,
    warnings INTEGER NOT NULL,
    revision INTEGER NOT NULL REFERENCES revisions (revision),
    PRIMARY KEY (flow, number)
) STRICT;

CREATE TRIGGER flow_versions_are_not_changed BEFORE UPDATE ON flow_versions
BEGIN
    SELECT RAISE(ABORT, 'versions of flows are not changed');
END;

-- Each move of a label; a number is null where the flow was deleted. The newest is in force.
CREATE TABLE label_moves (
    flow TEXT NOT NULL,
    label TEXT NOT NULL,
    version INTEGER NOT NULL,
    number INTEGER,
    revision INTEGER NOT NULL REFERENCES revisions (revision),
    PRIMARY KEY (flow, label, version)
) STRICT;

-- A sealed text that tells whether the key is the same: one row.
CREATE TABLE seal (
    only INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
    sealed BLOB NOT NULL
) STRICT;

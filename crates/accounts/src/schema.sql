-- Users, sessions, tokens, lock-out and audit. Times are milliseconds since 1970.
CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    name TEXT NOT NULL,
    -- The name without case and width: what sign-in looks for.
    name_key TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    -- Both names without case and width: what searches look in.
    search TEXT NOT NULL,
    language TEXT NOT NULL,
    roles INTEGER NOT NULL,
    agent TEXT UNIQUE,
    teams TEXT NOT NULL,
    disabled INTEGER NOT NULL,
    must_change_password INTEGER NOT NULL,
    -- Argon2id in the PHC's format.
    password TEXT,
    created_ms INTEGER NOT NULL,
    last_sign_in_ms INTEGER,
    preferences TEXT NOT NULL
) STRICT;

CREATE TABLE sessions (
    id TEXT NOT NULL UNIQUE,
    user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash BLOB NOT NULL UNIQUE,
    created_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    address TEXT,
    device TEXT NOT NULL
) STRICT;
CREATE INDEX sessions_user ON sessions (user);

CREATE TABLE tokens (
    id TEXT NOT NULL UNIQUE,
    user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    scopes INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    used_ms INTEGER
) STRICT;
CREATE INDEX tokens_user ON tokens (user);

-- Who fails to sign in. A subject is a name (1) or an address (2), under a keyed hash: people type
-- passwords where names belong.
CREATE TABLE failures (
    kind INTEGER NOT NULL,
    subject BLOB NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX failures_subject ON failures (kind, subject);
CREATE INDEX failures_time ON failures (at_ms);

CREATE TABLE locks (
    kind INTEGER NOT NULL,
    subject BLOB NOT NULL,
    until_ms INTEGER NOT NULL,
    PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;

-- The first administrator's link: at most one row.
CREATE TABLE setup (
    only INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
    hash BLOB NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;

-- A random key for the subjects of failures: one row.
CREATE TABLE pepper (
    only INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
    bytes BLOB NOT NULL
) STRICT;

CREATE TABLE audit (
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    user TEXT,
    name TEXT NOT NULL,
    token TEXT,
    what TEXT NOT NULL,
    object_kind TEXT,
    object_id TEXT,
    object_name TEXT,
    address TEXT,
    -- Empty when it was done, else the code of the refusal.
    refused TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX audit_user ON audit (user, seq);
CREATE INDEX audit_time ON audit (at_ms);

-- Records up to here may be deleted: their time is over.
CREATE TABLE audit_floor (
    only INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
    seq INTEGER NOT NULL
) STRICT;
INSERT INTO audit_floor (only, seq) VALUES (1, 0);

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append only');
END;

CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
WHEN OLD.seq > (SELECT seq FROM audit_floor)
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append only');
END;

CREATE TABLE IF NOT EXISTS contacts (
    id TEXT PRIMARY KEY,
    arrived_ms INTEGER NOT NULL,
    direction TEXT NOT NULL,
    customer_name TEXT,
    ani TEXT NOT NULL,
    dnis TEXT NOT NULL,
    entry_point TEXT NOT NULL,
    flow TEXT NOT NULL,
    queue TEXT,
    agent TEXT,
    talk_ms INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    wrap_up TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS contacts_by_time ON contacts (arrived_ms);
CREATE INDEX IF NOT EXISTS contacts_by_caller ON contacts (ani, arrived_ms);
CREATE TABLE IF NOT EXISTS seen (
    contact TEXT NOT NULL,
    agent TEXT NOT NULL,
    team TEXT NOT NULL,
    talked INTEGER NOT NULL,
    arrived_ms INTEGER NOT NULL,
    PRIMARY KEY (contact, agent)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS seen_by_agent ON seen (agent, arrived_ms);

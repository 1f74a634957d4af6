-- Sounds that were uploaded, by their SHA-256 in hexadecimal; objects of the kind `audio` name them.
CREATE TABLE sounds (
    sha256 TEXT NOT NULL PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    wav BLOB NOT NULL
) STRICT;

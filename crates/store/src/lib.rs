//! The journal: append-only streams with a fence, and their SQLite store.

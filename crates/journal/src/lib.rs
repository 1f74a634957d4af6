//! What is written down of contacts and routing, how it is read back, and what comes after a crash.

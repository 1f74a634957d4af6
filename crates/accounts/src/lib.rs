//! Who may sign in: users, roles, sessions, tokens, lock-out, and the audit log.

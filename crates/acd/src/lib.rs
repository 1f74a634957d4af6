//! Queues, teams, agents: who gets which contact, and when.

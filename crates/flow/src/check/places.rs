//! Where values stand in a JSON text.

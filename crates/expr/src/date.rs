//! Dates.

/// Appends a moment as Java's `ZonedDateTime` in UTC prints.
pub(crate) fn push_zoned(out: &mut String, ms: i64) {
    out.push_str(&ms.to_string());
}

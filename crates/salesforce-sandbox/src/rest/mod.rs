//! REST.
pub(crate) const NEWEST_VERSION: &str = "62.0";

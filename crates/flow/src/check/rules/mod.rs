//! The rules: one file each, and one line each in [`REGISTRY`].

use super::Rule;

/// Every rule that [`super::check`] runs.
pub static REGISTRY: &[&Rule] = &[];

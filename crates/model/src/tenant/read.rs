//! Reads and checks `tenant.yaml`.

use super::{Mistake, Tenant, TenantErrors};

/// How strictly a `tenant.yaml` is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ParseOptions {
    /// Secrets may stand in the file itself (`--allow-literal-secrets`, decision 31).
    pub allow_literal_secrets: bool,
}

/// At most this many mistakes are reported.
const MAX_MISTAKES: usize = 100;

impl Tenant {
    /// Reads and checks the text of a `tenant.yaml`.
    ///
    /// # Errors
    /// Every mistake found, each with its line, column and path.
    pub fn parse(yaml: &str) -> Result<Self, TenantErrors> {
        Self::parse_with(yaml, ParseOptions::default())
    }

    /// The same with options.
    ///
    /// # Errors
    /// As [`Tenant::parse`].
    pub fn parse_with(yaml: &str, _options: ParseOptions) -> Result<Self, TenantErrors> {
        serde_saphyr::from_str(yaml).map_err(|error| {
            let (line, column) = error.location().map_or((0, 0), |at| (at.line(), at.column()));
            let message = error.without_snippet().to_string();
            TenantErrors::new(
                vec![Mistake { line, column, path: String::new(), message }],
                MAX_MISTAKES,
            )
        })
    }
}

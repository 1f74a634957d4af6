//! What the tests of this crate share.

use trunkline_model::tenant::connector::{Auth, Connector, ConnectorKind, Writes};

/// A plain connector `crm` for a base URL.
pub(crate) fn connector(base_url: &str) -> Connector {
    Connector {
        id: "crm-id".into(),
        name: "crm".to_owned(),
        kind: ConnectorKind::Custom,
        base_url: base_url.to_owned(),
        auth: Auth::None,
        writes: Writes::Allow,
        soql_guard: None,
        resend_in_doubt: true,
        max_body_bytes: 1 << 20,
    }
}

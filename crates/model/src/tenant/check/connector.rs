//! Connectors: addresses and secrets.

use super::{ParseOptions, Path, Report, Tenant, secret, url};
use crate::tenant::Auth;

/// Reports wrong addresses and secrets of connectors.
pub(super) fn check(tenant: &Tenant, options: ParseOptions, report: &mut Report<'_>) {
    for (index, connector) in tenant.connectors.iter().enumerate() {
        let path = Path::root("connectors").index(index);
        url::check_base(&connector.base_url, &path.key("base_url"), report);
        let auth = path.key("auth");
        if let Some(token_url) = token_url(&connector.auth) {
            url::check_token(token_url, &auth.key("token_url"), report);
        }
        secret::check(&connector.auth, &auth, options, report);
    }
}

fn token_url(auth: &Auth) -> Option<&str> {
    match auth {
        Auth::None | Auth::Basic { .. } | Auth::Bearer { .. } => None,
        Auth::ClientCredentials { token_url, .. }
        | Auth::Password { token_url, .. }
        | Auth::JwtBearer { token_url, .. }
        | Auth::RefreshToken { token_url, .. } => Some(token_url),
    }
}

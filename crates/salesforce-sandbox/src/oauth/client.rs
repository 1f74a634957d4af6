//! Which client asks: by parameters or by HTTP Basic.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::error::OAuthError;
use crate::http::{Form, Request};
use crate::options::Credentials;

/// Checks the client's key and secret.
pub(super) fn check(
    credentials: &Credentials,
    request: &Request,
    form: &Form,
) -> Result<(), OAuthError> {
    let (id, secret) = match basic(request) {
        Some(pair) => pair,
        None => {
            let get = |name: &str| form.get(name).unwrap_or_default().to_owned();
            (get("client_id"), get("client_secret"))
        }
    };
    check_id(credentials, &id)?;
    if same(&secret, &credentials.client_secret) {
        return Ok(());
    }
    Err(OAuthError::new("invalid_client", "invalid client credentials"))
}

/// Checks the client's key alone.
pub(super) fn check_id(credentials: &Credentials, id: &str) -> Result<(), OAuthError> {
    if same(id, &credentials.client_id) {
        return Ok(());
    }
    Err(OAuthError::new("invalid_client_id", "client identifier invalid"))
}

/// Whether two secrets are equal, in a time that does not tell how much of them is.
pub(super) fn same(a: &str, b: &str) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(a.as_bytes(), b.as_bytes()).is_ok()
}

/// Key and secret of an `Authorization: Basic` header.
fn basic(request: &Request) -> Option<(String, String)> {
    let (scheme, code) = request.header("authorization")?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(code.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

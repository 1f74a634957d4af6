//! JWT bearer (RFC 7523): an assertion that a known RSA key has signed.

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, Validation};
use serde::Deserialize;
use serde_json::Value;

use super::super::{OAuth, OAuthError, User, client};
use crate::http::{Form, Request};

/// How far clocks may be apart, in seconds.
const SKEW_SECONDS: i64 = 180;
/// The longest assertion that is looked at, in bytes.
const MAX_LENGTH: usize = 16 << 10;

/// What an assertion says. Clients write `exp` as a number or as a string.
#[derive(Debug, Deserialize)]
struct Claims {
    #[serde(default)]
    iss: String,
    #[serde(default)]
    sub: String,
    #[serde(default)]
    aud: Value,
    #[serde(default)]
    exp: Value,
}

pub(super) fn check(oauth: &OAuth<'_>, request: &Request, form: &Form) -> Result<User, OAuthError> {
    let assertion = form.get("assertion").unwrap_or_default();
    let claims = verify(oauth, assertion)?;
    client::check_id(oauth.credentials, &claims.iss)?;
    if !is_for_us(&claims.aud, &request.base_url) {
        return Err(OAuthError::grant("Audience validation failed"));
    }
    let expires = seconds(&claims.exp)
        .ok_or_else(|| OAuthError::grant("invalid assertion: exp is missing or no number"))?;
    if expires + SKEW_SECONDS < Timestamp::now().as_second() {
        return Err(OAuthError::grant("assertion expired"));
    }
    let unknown = || OAuthError::grant("user hasn't approved this consumer");
    oauth.user(&claims.sub).map_err(|error| match error.error {
        "invalid_grant" => unknown(),
        _ => error,
    })
}

/// The claims of an assertion that one of the keys has signed.
fn verify(oauth: &OAuth<'_>, assertion: &str) -> Result<Claims, OAuthError> {
    let keys = oauth.keys.all();
    if keys.is_empty() {
        let message = "no certificate is known: start the sandbox with the JWT key's file";
        return Err(OAuthError::grant(message));
    }
    if assertion.len() > MAX_LENGTH {
        return Err(OAuthError::grant("invalid assertion: it is too long"));
    }
    // The claims are checked above, as Salesforce does it.
    let mut validation = Validation::new(Algorithm::RS256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    keys.iter()
        .find_map(|key| jsonwebtoken::decode::<Claims>(assertion, key, &validation).ok())
        .map(|data| data.claims)
        .ok_or_else(|| OAuthError::grant("invalid assertion"))
}

/// The audience is the login or test host, a My Domain host, or our own address.
fn is_for_us(audience: &Value, base_url: &str) -> bool {
    let fits = |text: &str| {
        let host = text.strip_prefix("https://").map(|rest| rest.trim_end_matches('/'));
        let host = host.map(|h| h.strip_suffix("/services/oauth2/token").unwrap_or(h));
        let salesforce = host.is_some_and(|host| {
            matches!(host, "login.salesforce.com" | "test.salesforce.com")
                || host.ends_with(".my.salesforce.com")
        });
        let own = text.strip_prefix(base_url).map(|rest| rest.trim_end_matches('/'));
        salesforce || own.is_some_and(|rest| matches!(rest, "" | "/services/oauth2/token"))
    };
    match audience {
        Value::String(text) => fits(text),
        Value::Array(items) => items.iter().filter_map(Value::as_str).any(fits),
        _ => false,
    }
}

fn seconds(exp: &Value) -> Option<i64> {
    let seconds = match exp {
        Value::String(text) => text.trim().parse().ok(),
        #[expect(clippy::cast_possible_truncation, reason = "a float saturates")]
        Value::Number(number) => {
            number.as_i64().or_else(|| number.as_f64().map(|seconds| seconds as i64))
        }
        _ => None,
    };
    seconds.filter(|s: &i64| (0..i64::MAX / 2).contains(s))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn audiences_are_checked() {
        let base = "http://127.0.0.1:8090";
        for (audience, expected) in [
            (json!("https://login.salesforce.com"), true),
            (json!(["https://x", "https://test.salesforce.com/"]), true),
            (json!("https://acme.my.salesforce.com"), true),
            (json!("http://127.0.0.1:8090/services/oauth2/token"), true),
            (json!("https://login.salesforce.com.example"), false),
            (json!("http://127.0.0.1:80901"), false),
            (json!(null), false),
        ] {
            assert_eq!(is_for_us(&audience, base), expected, "{audience}");
        }
    }

    #[test]
    fn times_are_numbers_or_text() {
        assert_eq!(seconds(&json!(12)), Some(12));
        assert_eq!(seconds(&json!("12")), Some(12));
        assert_eq!(seconds(&json!(12.7)), Some(12));
        for odd in [json!("x"), json!(-1), json!(null), json!(1e300), json!([])] {
            assert_eq!(seconds(&odd), None, "{odd}");
        }
    }
}

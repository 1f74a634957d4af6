//! How the requests of a connector are authorised.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use trunkline_model::tenant::connector::{Auth, Connector};
use url::Url;

use crate::error::ConnectorError;
use crate::grants::{self, TokenError, TokenHttp};
use crate::options::Options;
use crate::secret::{self, KnownSecrets};
use crate::token::TokenSource;
use crate::token_cache::Held;

/// The credential of a connector.
pub(crate) enum Credential {
    /// None.
    None,
    /// The same for every request: Basic or a fixed bearer token.
    Fixed {
        /// The value of the field `Authorization`.
        header: SecretString,
        /// What it is made of.
        secret: SecretString,
    },
    /// Access tokens by a grant.
    Granted(Arc<TokenSource>),
}

/// What one attempt is authorised with.
pub(crate) struct Pass {
    /// The value of the field `Authorization`, if there is one.
    pub(crate) header: Option<HeaderValue>,
    /// The access token in it, if it came by a grant.
    pub(crate) held: Option<Held>,
}

impl Credential {
    /// The credential of `connector`, its secrets found.
    pub(crate) fn new(
        connector: &Connector,
        base: &Url,
        http: &TokenHttp,
        options: &Options,
    ) -> Result<Self, ConnectorError> {
        let find = |value, field| secret::resolve(value, &connector.name, field, options);
        Ok(match &connector.auth {
            Auth::None => Self::None,
            Auth::Basic { username, password } => {
                let secret = find(password, "auth.password")?;
                let pair = STANDARD.encode(format!("{username}:{}", secret.expose_secret()));
                Self::Fixed { header: format!("Basic {pair}").into(), secret }
            }
            Auth::Bearer { token } => {
                let secret = find(token, "auth.token")?;
                let header = format!("Bearer {}", secret.expose_secret()).into();
                Self::Fixed { header, secret }
            }
            Auth::ClientCredentials { .. }
            | Auth::Password { .. }
            | Auth::RefreshToken { .. }
            | Auth::JwtBearer { .. } => match grants::of_connector(connector, base, options)? {
                None => Self::None,
                Some(grant) => {
                    let now = Arc::clone(&options.now);
                    Self::Granted(TokenSource::new(grant, http.clone(), now))
                }
            },
        })
    }

    /// What the next attempt is authorised with; waits at most `limit` for a token.
    pub(crate) async fn pass(&self, limit: Duration) -> Result<Pass, Arc<TokenError>> {
        match self {
            Self::None => Ok(Pass { header: None, held: None }),
            Self::Fixed { header, .. } => {
                Ok(Pass { header: Some(sensitive(header.expose_secret())), held: None })
            }
            Self::Granted(source) => {
                let held = source.get(limit).await?;
                let header = sensitive(&format!("Bearer {}", held.token.expose_secret()));
                Ok(Pass { header: Some(header), held: Some(held) })
            }
        }
    }

    /// The server refused the pass.
    pub(crate) fn reject(&self, pass: &Pass) {
        if let (Self::Granted(source), Some(held)) = (self, &pass.held) {
            source.reject(held.serial);
        }
    }

    /// Whether a new token can be had.
    pub(crate) fn is_granted(&self) -> bool {
        match self {
            Self::Granted(_) => true,
            Self::None | Self::Fixed { .. } => false,
        }
    }

    /// Adds what must not be seen.
    pub(crate) fn secrets(&self, known: &mut KnownSecrets) {
        match self {
            Self::None => {}
            Self::Fixed { header, secret } => {
                known.add(secret);
                let value = header.expose_secret().split_once(' ').map_or("", |(_, value)| value);
                known.add(&value.to_owned().into());
            }
            Self::Granted(source) => source.secrets(known),
        }
    }
}

/// A field value that the HTTP library does not show. A token with bytes that no header field may
/// hold is sent as nothing: the server then answers 401.
fn sensitive(text: &str) -> HeaderValue {
    let value = HeaderValue::from_bytes(text.as_bytes());
    let mut value = value.unwrap_or_else(|_| HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

//! The refresh token grant (RFC 6749, section 6). A server that gives a new refresh token with
//! each access token is followed for as long as the process runs; the configured one has to be
//! renewed by hand then.

use std::sync::{Mutex, PoisonError};

use oauth2::{RefreshToken, TokenResponse};
use secrecy::{ExposeSecret, SecretString};
use trunkline_model::tenant::connector::Auth;

use super::{About, Endpoint, Grant, Requested, Setup, TokenHttp, scopes};
use crate::error::ConnectorError;
use crate::secret::KnownSecrets;

const ABOUT: About = About {
    name: "refresh_token",
    invalid_grant: "the refresh token has expired, was revoked or was replaced; authorise the app \
                    again and store the new one",
};

struct Refresh {
    endpoint: Endpoint,
    client_id: String,
    client_secret: Option<SecretString>,
    configured: SecretString,
    current: Mutex<SecretString>,
    scopes: Vec<String>,
}

/// The grant, if `auth` is one of this kind.
pub(super) fn grant(
    auth: &Auth,
    setup: &Setup<'_>,
) -> Result<Option<Box<dyn Grant>>, ConnectorError> {
    let Auth::RefreshToken { token_url, client_id, client_secret, refresh_token, scopes } = auth
    else {
        return Ok(None);
    };
    let client_secret =
        client_secret.as_ref().map(|it| setup.secret(it, "auth.client_secret")).transpose()?;
    let configured = setup.secret(refresh_token, "auth.refresh_token")?;
    Ok(Some(Box::new(Refresh {
        endpoint: setup.endpoint(ABOUT, token_url)?,
        client_id: client_id.clone(),
        client_secret,
        current: Mutex::new(configured.clone()),
        configured,
        scopes: scopes.clone(),
    })))
}

impl Refresh {
    fn current(&self) -> SecretString {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn replace(&self, token: Option<&RefreshToken>) {
        if let Some(token) = token {
            let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
            *current = token.secret().clone().into();
        }
    }
}

impl Grant for Refresh {
    fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    fn request<'a>(&'a self, http: &'a TokenHttp) -> Requested<'a> {
        Box::pin(async move {
            let client = self.endpoint.client(&self.client_id, self.client_secret.as_ref());
            let token = RefreshToken::new(self.current().expose_secret().to_owned());
            let request = client.exchange_refresh_token(&token).add_scopes(scopes(&self.scopes));
            let granted = request.request_async(http).await;
            let granted = granted.map_err(|refusal| self.endpoint.refused(&refusal))?;
            self.replace(granted.refresh_token());
            Ok(granted.issued())
        })
    }

    fn secrets(&self, known: &mut KnownSecrets) {
        self.client_secret.iter().for_each(|secret| known.add(secret));
        known.add(&self.configured);
        known.add(&self.current());
    }
}

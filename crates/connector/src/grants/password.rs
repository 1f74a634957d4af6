//! The resource owner password grant (RFC 6749, section 4.3).

use oauth2::{ResourceOwnerPassword, ResourceOwnerUsername};
use secrecy::{ExposeSecret, SecretString};
use trunkline_model::tenant::connector::Auth;

use super::{About, Endpoint, Grant, Requested, Setup, TokenHttp, scopes};
use crate::error::ConnectorError;
use crate::secret::KnownSecrets;

const ABOUT: About = About {
    name: "password",
    invalid_grant: "check auth.username and auth.password; for Salesforce the security token is \
                    appended to the password, and orgs made since Summer '23 block this grant: \
                    use client_credentials there",
};

struct Password {
    endpoint: Endpoint,
    client_id: String,
    client_secret: SecretString,
    username: ResourceOwnerUsername,
    password: SecretString,
    scopes: Vec<String>,
}

/// The grant, if `auth` is one of this kind.
pub(super) fn grant(
    auth: &Auth,
    setup: &Setup<'_>,
) -> Result<Option<Box<dyn Grant>>, ConnectorError> {
    let Auth::Password { token_url, client_id, client_secret, username, password, scopes } = auth
    else {
        return Ok(None);
    };
    Ok(Some(Box::new(Password {
        endpoint: setup.endpoint(ABOUT, token_url)?,
        client_id: client_id.clone(),
        client_secret: setup.secret(client_secret, "auth.client_secret")?,
        username: ResourceOwnerUsername::new(username.clone()),
        password: setup.secret(password, "auth.password")?,
        scopes: scopes.clone(),
    })))
}

impl Grant for Password {
    fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    fn request<'a>(&'a self, http: &'a TokenHttp) -> Requested<'a> {
        Box::pin(async move {
            let client = self.endpoint.client(&self.client_id, Some(&self.client_secret));
            let password = ResourceOwnerPassword::new(self.password.expose_secret().to_owned());
            let request = client
                .exchange_password(&self.username, &password)
                .add_scopes(scopes(&self.scopes));
            let granted = request.request_async(http).await;
            granted.map(|it| it.issued()).map_err(|refusal| self.endpoint.refused(&refusal))
        })
    }

    fn secrets(&self, known: &mut KnownSecrets) {
        known.add(&self.client_secret);
        known.add(&self.password);
    }
}

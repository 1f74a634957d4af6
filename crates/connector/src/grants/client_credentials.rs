//! The client credentials grant (RFC 6749, section 4.4).

use secrecy::SecretString;
use trunkline_model::tenant::connector::Auth;

use super::{About, Endpoint, Grant, Requested, Setup, TokenHttp, scopes};
use crate::error::ConnectorError;
use crate::secret::KnownSecrets;

const ABOUT: About = About {
    name: "client_credentials",
    invalid_grant: "for Salesforce the token endpoint must be on your My Domain host and the app \
                    needs a run-as user for client credentials",
};

struct ClientCredentials {
    endpoint: Endpoint,
    client_id: String,
    client_secret: SecretString,
    scopes: Vec<String>,
}

/// The grant, if `auth` is one of this kind.
pub(super) fn grant(
    auth: &Auth,
    setup: &Setup<'_>,
) -> Result<Option<Box<dyn Grant>>, ConnectorError> {
    let Auth::ClientCredentials { token_url, client_id, client_secret, scopes } = auth else {
        return Ok(None);
    };
    Ok(Some(Box::new(ClientCredentials {
        endpoint: setup.endpoint(ABOUT, token_url)?,
        client_id: client_id.clone(),
        client_secret: setup.secret(client_secret, "auth.client_secret")?,
        scopes: scopes.clone(),
    })))
}

impl Grant for ClientCredentials {
    fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    fn request<'a>(&'a self, http: &'a TokenHttp) -> Requested<'a> {
        Box::pin(async move {
            let client = self.endpoint.client(&self.client_id, Some(&self.client_secret));
            let request = client.exchange_client_credentials().add_scopes(scopes(&self.scopes));
            let granted = request.request_async(http).await;
            granted.map(|it| it.issued()).map_err(|refusal| self.endpoint.refused(&refusal))
        })
    }

    fn secrets(&self, known: &mut KnownSecrets) {
        known.add(&self.client_secret);
    }
}

//! The JWT bearer grant (RFC 7523), signed with RS256: what Webex uses for Salesforce. `oauth2`
//! has no such grant, so the form is posted here; its answer is read as for the others.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use oauth2::basic::BasicErrorResponse;
use oauth2::{AsyncHttpClient, HttpRequest, RequestTokenError};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use trunkline_model::tenant::connector::Auth;

use super::{About, Endpoint, Grant, Granted, Refusal, Requested, Setup, TokenError, TokenHttp};
use crate::error::ConnectorError;
use crate::options::Clock;
use crate::secret::KnownSecrets;

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

const ABOUT: About = About {
    name: "jwt_bearer",
    invalid_grant: "check auth.subject, auth.audience (Salesforce: https://login.salesforce.com) \
                    and this machine's clock; the app needs the key's certificate and the user's \
                    approval in advance",
};

/// How long an assertion is valid, in seconds. Salesforce takes at most three minutes.
const ASSERTION_SECONDS: i64 = 120;

struct JwtBearer {
    endpoint: Endpoint,
    client_id: String,
    subject: String,
    audience: String,
    key: EncodingKey,
    key_text: SecretString,
    scopes: Vec<String>,
    now: Clock,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    exp: i64,
}

/// The grant, if `auth` is one of this kind.
pub(super) fn grant(
    auth: &Auth,
    setup: &Setup<'_>,
) -> Result<Option<Box<dyn Grant>>, ConnectorError> {
    let Auth::JwtBearer { token_url, client_id, subject, audience, private_key, scopes } = auth
    else {
        return Ok(None);
    };
    let key_text = setup.secret(private_key, "auth.private_key")?;
    let key = EncodingKey::from_rsa_pem(key_text.expose_secret().as_bytes());
    let connector = setup.connector.name.clone();
    Ok(Some(Box::new(JwtBearer {
        endpoint: setup.endpoint(ABOUT, token_url)?,
        client_id: client_id.clone(),
        subject: subject.clone(),
        audience: audience.clone(),
        key: key.map_err(|_| ConnectorError::PrivateKey { connector })?,
        key_text,
        scopes: scopes.clone(),
        now: setup.clock(),
    })))
}

impl JwtBearer {
    fn assertion(&self) -> Result<String, TokenError> {
        let claims = Claims {
            iss: &self.client_id,
            sub: &self.subject,
            aud: &self.audience,
            exp: (self.now)() / 1_000 + ASSERTION_SECONDS,
        };
        jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &self.key).map_err(|_| {
            let what = "was not asked, because the assertion could not be signed".to_owned();
            self.endpoint.error(what, "check auth.private_key: an RSA key of 2048 bits or more")
        })
    }

    fn form(&self, assertion: &str) -> HttpRequest {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", GRANT_TYPE).append_pair("assertion", assertion);
        if !self.scopes.is_empty() {
            form.append_pair("scope", &self.scopes.join(" "));
        }
        let mut request = HttpRequest::new(form.finish().into_bytes());
        let uri = self.endpoint.url.as_str().parse();
        *request.uri_mut() = uri.unwrap_or_default();
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(CONTENT_TYPE, form);
        request
    }

    fn read(&self, status: u16, body: &[u8]) -> Result<Granted, Refusal> {
        if status == 200 {
            // The error's own text might repeat what it could not read.
            return serde_json::from_slice(body).map_err(|error| {
                RequestTokenError::Other(format!("no token at column {}", error.column()))
            });
        }
        match serde_json::from_slice::<BasicErrorResponse>(body) {
            Ok(refusal) => Err(RequestTokenError::ServerResponse(refusal)),
            Err(_) => Err(RequestTokenError::Other(format!("status {status}"))),
        }
    }
}

impl Grant for JwtBearer {
    fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    fn request<'a>(&'a self, http: &'a TokenHttp) -> Requested<'a> {
        Box::pin(async move {
            let request = self.form(&self.assertion()?);
            let refused = |refusal: Refusal| self.endpoint.refused(&refusal);
            let answer = http.call(request).await.map_err(|error| refused(error.into()))?;
            let granted = self.read(answer.status().as_u16(), answer.body());
            granted.map(|it| it.issued()).map_err(refused)
        })
    }

    fn secrets(&self, known: &mut KnownSecrets) {
        known.add(&self.key_text);
    }
}

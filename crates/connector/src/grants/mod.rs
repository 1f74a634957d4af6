//! OAuth 2.0 grants: one file each. What they share is here: the endpoint, its answer, its
//! refusals.

mod client_credentials;
mod jwt_bearer;
mod password;
mod refresh_token;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use oauth2::basic::{BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenType};
use oauth2::basic::{BasicErrorResponseType, BasicTokenIntrospectionResponse};
use oauth2::{
    AccessToken, AsyncHttpClient, AuthType, ClientId, ClientSecret, EndpointNotSet, EndpointSet,
    HttpRequest, HttpResponse, RefreshToken, RequestTokenError, Scope, StandardRevocableToken,
    TokenResponse, TokenUrl,
};
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize};
use trunkline_model::http::Method;
use trunkline_model::tenant::connector::{Auth, Connector, ConnectorKind};
use url::Url;

use crate::address::shown;
use crate::error::ConnectorError;
use crate::options::{Clock, Options};
use crate::secret::{self, KnownSecrets};
use crate::token_cache::Issued;
use crate::transport::{Payload, Transport, Wire};

/// The largest answer of a token endpoint, in bytes.
const MAX_TOKEN_BYTES: u64 = 64 * 1024;

/// The longest text of a token endpoint that is repeated in a message, in characters.
const MAX_QUOTED_CHARS: usize = 200;

/// The token to come.
pub(crate) type Requested<'a> =
    Pin<Box<dyn Future<Output = Result<Issued, TokenError>> + Send + 'a>>;

/// A way to get access tokens.
pub(crate) trait Grant: Send + Sync {
    /// The endpoint that is asked.
    fn endpoint(&self) -> &Endpoint;
    /// Asks for a token.
    fn request<'a>(&'a self, http: &'a TokenHttp) -> Requested<'a>;
    /// Adds the grant's secrets.
    fn secrets(&self, known: &mut KnownSecrets);
}

/// The grant of a connector; none for other ways to authorise. The registry of grants.
pub(crate) fn of_connector(
    connector: &Connector,
    base: &Url,
    options: &Options,
) -> Result<Option<Box<dyn Grant>>, ConnectorError> {
    let setup = Setup { connector, base, options };
    Ok(match &connector.auth {
        Auth::None | Auth::Basic { .. } | Auth::Bearer { .. } => None,
        auth @ Auth::ClientCredentials { .. } => client_credentials::grant(auth, &setup)?,
        auth @ Auth::Password { .. } => password::grant(auth, &setup)?,
        auth @ Auth::RefreshToken { .. } => refresh_token::grant(auth, &setup)?,
        auth @ Auth::JwtBearer { .. } => jwt_bearer::grant(auth, &setup)?,
    })
}

/// What a grant is made from.
pub(crate) struct Setup<'a> {
    connector: &'a Connector,
    base: &'a Url,
    options: &'a Options,
}

impl Setup<'_> {
    fn secret(
        &self,
        secret: &trunkline_model::tenant::Secret,
        field: &'static str,
    ) -> Result<SecretString, ConnectorError> {
        secret::resolve(secret, &self.connector.name, field, self.options)
    }

    fn clock(&self) -> Clock {
        Arc::clone(&self.options.now)
    }

    /// The token URL, relative to the base URL when it is a path.
    fn endpoint(&self, about: About, token_url: &str) -> Result<Endpoint, ConnectorError> {
        let refused = |reason: String| ConnectorError::Url {
            connector: self.connector.name.clone(),
            field: "auth.token_url",
            reason,
        };
        let url = match token_url.starts_with('/') {
            true => format!("{}{token_url}", self.base.as_str().trim_end_matches('/')),
            false => token_url.to_owned(),
        };
        let url = Url::parse(&url).map_err(|error| refused(error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refused(format!("its scheme is {}", url.scheme())));
        }
        let salesforce = self.connector.kind == ConnectorKind::Salesforce;
        // Salesforce documents the body for every grant; RFC 6749 makes every other server
        // understand HTTP Basic.
        let auth_type = if salesforce { AuthType::RequestBody } else { AuthType::BasicAuth };
        Ok(Endpoint { connector: self.connector.name.clone(), about, url, auth_type })
    }
}

/// What a grant is called and what to do when it is refused.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About {
    /// The value of `grant_type`.
    pub(crate) name: &'static str,
    /// What to do about `invalid_grant`.
    pub(crate) invalid_grant: &'static str,
}

/// A token endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    connector: String,
    about: About,
    pub(crate) url: Url,
    auth_type: AuthType,
}

type OauthClient = oauth2::Client<
    BasicErrorResponse,
    Granted,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

type Refusal = RequestTokenError<TransportError, BasicErrorResponse>;

impl Endpoint {
    fn client(&self, client_id: &str, client_secret: Option<&SecretString>) -> OauthClient {
        let client = oauth2::Client::new(ClientId::new(client_id.to_owned()))
            .set_auth_type(self.auth_type.clone())
            .set_token_uri(TokenUrl::from_url(self.url.clone()));
        match client_secret {
            Some(secret) => {
                client.set_client_secret(ClientSecret::new(secret.expose_secret().to_owned()))
            }
            None => client,
        }
    }

    /// The endpoint did not answer in time.
    pub(crate) fn late(&self, limit: Duration) -> TokenError {
        let what = format!("did not answer within {} ms", limit.as_millis());
        self.error(what, "check that the token endpoint is up and reachable from here")
    }

    /// The request for the token was broken off.
    pub(crate) fn unfinished(&self) -> TokenError {
        self.error("was not asked to the end".to_owned(), "try again")
    }

    fn refused(&self, refusal: &Refusal) -> TokenError {
        match refusal {
            RequestTokenError::ServerResponse(answer) => self.refused_with(answer),
            RequestTokenError::Request(TransportError(reason)) => self.error(
                format!("gave no token answer ({reason})"),
                "check auth.token_url of the connector",
            ),
            RequestTokenError::Parse(error, _) => self.error(
                format!("gave an answer that is no token answer (at {})", error.path()),
                "check auth.token_url of the connector",
            ),
            RequestTokenError::Other(reason) => self.error(
                format!("gave an answer that is no token answer ({})", quoted(reason)),
                "check auth.token_url of the connector",
            ),
        }
    }

    fn refused_with(&self, answer: &BasicErrorResponse) -> TokenError {
        let code = quoted(answer.error().as_ref());
        let what = match answer.error_description() {
            Some(text) => format!("refused with {code} ({})", quoted(text)),
            None => format!("refused with {code}"),
        };
        self.error(what, self.advice(answer.error()))
    }

    fn advice(&self, error: &BasicErrorResponseType) -> &'static str {
        match error {
            BasicErrorResponseType::InvalidClient => CLIENT_ADVICE,
            BasicErrorResponseType::InvalidGrant => self.about.invalid_grant,
            BasicErrorResponseType::InvalidScope => "check auth.scopes of the connector",
            BasicErrorResponseType::UnauthorizedClient
            | BasicErrorResponseType::UnsupportedGrantType => {
                "enable this grant for the app at the server, or use another grant"
            }
            BasicErrorResponseType::InvalidRequest => {
                "check auth.token_url and the fields of auth of the connector"
            }
            BasicErrorResponseType::Extension(code) if code == "invalid_client_id" => CLIENT_ADVICE,
            BasicErrorResponseType::Extension(_) => "look it up in the server's documentation",
        }
    }

    fn error(&self, what: String, advice: &'static str) -> TokenError {
        TokenError {
            connector: self.connector.clone(),
            grant: self.about.name,
            endpoint: shown(&self.url),
            what,
            advice,
        }
    }
}

const CLIENT_ADVICE: &str = "check auth.client_id and auth.client_secret of the connector";

/// Why there is no access token. The server's words are repeated, secrets never.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TokenError {
    connector: String,
    grant: &'static str,
    endpoint: String,
    what: String,
    pub(crate) advice: &'static str,
}

impl TokenError {
    /// Which endpoint did what, without the advice.
    pub(crate) fn event(&self) -> String {
        format!("{} {}", self.endpoint, self.what)
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { connector, grant, advice, .. } = self;
        write!(f, "connector {connector}: no access token by the grant {grant}: ")?;
        write!(f, "{}; {advice}", self.event())
    }
}

impl std::error::Error for TokenError {}

/// A server's text, short and on one line.
fn quoted(text: &str) -> String {
    let printable = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().take(MAX_QUOTED_CHARS).map(printable).collect()
}

/// A successful answer. Its lifetime may be a number or, as some servers have it, a text.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Granted {
    access_token: AccessToken,
    #[serde(skip, default = "bearer")]
    token_type: BasicTokenType,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<u64>,
    #[serde(default)]
    refresh_token: Option<RefreshToken>,
    #[serde(default, deserialize_with = "words")]
    scope: Option<Vec<Scope>>,
}

fn bearer() -> BasicTokenType {
    BasicTokenType::Bearer
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Seconds {
        Number(f64),
        Text(String),
        Other(serde::de::IgnoredAny),
    }
    Ok(match Option::<Seconds>::deserialize(deserializer)? {
        Some(Seconds::Number(number)) if number >= 0.0 => Some(number as u64),
        Some(Seconds::Text(text)) => text.trim().parse().ok(),
        Some(Seconds::Number(_) | Seconds::Other(_)) | None => None,
    })
}

fn words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<Scope>>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    let scopes = |text: String| text.split_whitespace().map(|it| Scope::new(it.into())).collect();
    Ok(text.map(scopes))
}

impl TokenResponse for Granted {
    type TokenType = BasicTokenType;

    fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    fn token_type(&self) -> &BasicTokenType {
        &self.token_type
    }

    fn expires_in(&self) -> Option<Duration> {
        self.expires_in.map(Duration::from_secs)
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        self.refresh_token.as_ref()
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        self.scope.as_ref()
    }
}

impl Granted {
    fn issued(&self) -> Issued {
        let ms = |seconds: u64| i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000);
        let texts = |scopes: &Vec<Scope>| scopes.iter().map(|scope| scope.to_string()).collect();
        Issued {
            token: self.access_token.secret().clone().into(),
            lifetime_ms: self.expires_in.map(ms),
            scopes: self.scope.as_ref().map(texts),
        }
    }
}

fn scopes(scopes: &[String]) -> impl Iterator<Item = Scope> {
    scopes.iter().cloned().map(Scope::new)
}

/// Carries requests to token endpoints: the client that `oauth2` is given. Follows no redirects.
#[derive(Clone)]
pub(crate) struct TokenHttp {
    transport: Arc<Transport>,
}

impl TokenHttp {
    pub(crate) fn new(transport: Arc<Transport>) -> Self {
        Self { transport }
    }

    async fn post(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let (parts, body) = request.into_parts();
        let url = Url::parse(&parts.uri.to_string())
            .map_err(|error| TransportError(error.to_string()))?;
        let wire = Wire {
            method: Method::Post,
            url,
            headers: parts.headers,
            payload: Payload::Bytes(body),
            max_body_bytes: MAX_TOKEN_BYTES,
        };
        let exchanged = self.transport.exchange(&wire).await;
        let (answer, _) = exchanged.map_err(|failure| {
            TransportError(format!("{}: {}", failure.code.as_str(), failure.description))
        })?;
        if answer.status != 200 && !answer.body.trim_start().starts_with('{') {
            return Err(TransportError(format!("status {}", answer.status)));
        }
        let mut response = HttpResponse::new(answer.body.into_bytes());
        *response.status_mut() = http::StatusCode::from_u16(answer.status).unwrap_or_default();
        // Some servers call their JSON text/plain; what does not parse is refused anyway.
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
        Ok(response)
    }
}

impl<'c> AsyncHttpClient<'c> for TokenHttp {
    type Error = TransportError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, TransportError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.post(request))
    }
}

/// A token endpoint could not be reached.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct TransportError(String);

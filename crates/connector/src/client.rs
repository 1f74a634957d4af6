//! The client: sends what flows ask for.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;
use trunkline_model::http::{Answer, Body, Outcome, Request, Target};
use trunkline_model::tenant::Tenant;
use trunkline_model::tenant::connector::{Auth, Connector};
use trunkline_model::{Failure, FailureCode};

use crate::error::ConnectorError;
use crate::options::Options;
use crate::report::{Report, Stage, StageReport, Status};
use crate::secret::{self, KnownSecrets};

/// Sends the HTTP requests of flows through the tenant's connectors. A clone is cheap and shares
/// connections and tokens.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    tenant: Tenant,
    http: reqwest::Client,
    secrets: Vec<(String, SecretString)>,
    options: Options,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.inner.tenant.connectors.iter().map(|it| &it.name);
        f.write_str("Client ")?;
        f.debug_list().entries(names).finish()
    }
}

impl Client {
    /// A client for the connectors of `tenant`. Finds their secrets, but sends nothing yet.
    pub fn new(tenant: &Tenant, options: Options) -> Result<Self, ConnectorError> {
        crate::install_crypto();
        let mut secrets = Vec::new();
        for connector in &tenant.connectors {
            if let Auth::ClientCredentials { client_secret, .. } = &connector.auth {
                let value =
                    secret::resolve(client_secret, &connector.name, "client_secret", &options)?;
                secrets.push((connector.id.to_string(), value));
            }
        }
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| ConnectorError::Setup(error.to_string()))?;
        let inner = Inner { tenant: tenant.clone(), http, secrets, options };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Sends a request and gives what came of it; failures are in the outcome.
    /// `max_retries_override` replaces the request's own number of retries.
    pub async fn send(&self, request: &Request, max_retries_override: Option<u32>) -> Outcome {
        let started = Instant::now();
        let retries = max_retries_override.unwrap_or(request.retries);
        let mut attempts = 0;
        let result = loop {
            attempts += 1;
            let result = self.attempt(request).await;
            let failed = matches!(&result, Ok(answer) if answer.status >= 500);
            if !failed || attempts > retries {
                break result;
            }
        };
        let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Outcome { result, duration_ms, attempts, stand_in: None }
    }

    /// Tries a connector step by step: name, connection, certificate, token, API.
    pub async fn diagnose(&self, id_or_name: &str) -> Report {
        let found = self.inner.tenant.connector(id_or_name, None);
        let stage = StageReport {
            stage: Stage::Config,
            status: if found.is_some() { Status::Ok } else { Status::Failed },
            duration_ms: 0,
            detail: String::new(),
            advice: None,
        };
        Report {
            connector: id_or_name.to_owned(),
            base_url: found.map(|it| it.base_url.clone()),
            stages: vec![stage],
        }
    }

    /// Every secret in use, tokens included, so that the caller can clean its logs and traces.
    pub fn known_secrets(&self) -> KnownSecrets {
        let mut known = KnownSecrets::default();
        self.inner.secrets.iter().for_each(|(_, value)| known.add(value));
        known
    }

    async fn attempt(&self, request: &Request) -> Result<Answer, Failure> {
        let timeout = Duration::from_millis(request.timeout_ms);
        let late = |_| Failure::new(FailureCode::Timeout, "no answer in time");
        tokio::time::timeout(timeout, self.once(request)).await.map_err(late)?
    }

    async fn once(&self, request: &Request) -> Result<Answer, Failure> {
        let fail = |error: reqwest::Error| {
            Failure::new(FailureCode::Connect, error.without_url().to_string())
        };
        let (url, token) = match &request.target {
            Target::Url(url) => (url.text.clone(), None),
            Target::Connector { id, name, path } => {
                let found = self.inner.tenant.connector(id, name.as_deref());
                let connector = found.ok_or_else(|| {
                    Failure::new(FailureCode::Connector, format!("there is no connector {id:?}"))
                })?;
                let base = connector.base_url.trim_end_matches('/');
                let path = path.text.trim_start_matches('/');
                (format!("{base}/{path}"), self.token(connector).await?)
            }
        };
        let method = reqwest::Method::from_bytes(request.method.as_str().as_bytes())
            .map_err(|error| Failure::new(FailureCode::Property, error.to_string()))?;
        let mut building = self.inner.http.request(method, url);
        for (name, value) in &request.headers {
            building = building.header(name, value);
        }
        if let Some(token) = token {
            building = building.bearer_auth(token);
        }
        if let Some(content_type) = &request.content_type {
            building = building.header("content-type", content_type);
        }
        if let Some(Body::Text(text)) = &request.body {
            building = building.body(text.clone());
        }
        let answer = building.send().await.map_err(fail)?;
        let status = answer.status().as_u16();
        let text = |value: &reqwest::header::HeaderValue| {
            String::from_utf8_lossy(value.as_bytes()).into_owned()
        };
        let headers =
            answer.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let body = answer.bytes().await.map_err(fail)?;
        Ok(Answer { status, headers, body: String::from_utf8_lossy(&body).into_owned() })
    }

    async fn token(&self, connector: &Connector) -> Result<Option<String>, Failure> {
        let Auth::ClientCredentials { token_url, client_id, .. } = &connector.auth else {
            return Ok(None);
        };
        let url = match token_url.starts_with('/') {
            true => format!("{}{token_url}", connector.base_url.trim_end_matches('/')),
            false => token_url.clone(),
        };
        let secret = self.inner.secrets.iter().find(|(id, _)| id == connector.id.as_str());
        let secret = secret.map_or("", |(_, value)| value.expose_secret());
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", client_id)
            .append_pair("client_secret", secret)
            .finish();
        let refused = |reason: String| Failure::new(FailureCode::Token, reason);
        let answer = self
            .inner
            .http
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form)
            .send()
            .await
            .map_err(|error| refused(error.without_url().to_string()))?;
        let body = answer.bytes().await.map_err(|error| refused(error.to_string()))?;
        let json: serde_json::Value =
            serde_json::from_slice(&body).map_err(|error| refused(error.to_string()))?;
        let _ = &self.inner.options;
        match json["access_token"].as_str() {
            Some(token) => Ok(Some(token.to_owned())),
            None => Err(refused(format!("the token endpoint refused: {}", json["error"]))),
        }
    }
}

//! The client: sends what flows ask for.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::AUTHORIZATION;
use tokio::time::Instant;
use trunkline_model::http::{Answer, Outcome, Request, Target};
use trunkline_model::tenant::Tenant;
use trunkline_model::tenant::connector::{Auth, Connector, ConnectorKind, Writes};
use trunkline_model::{Failure, FailureCode};
use url::Url;

use crate::credential::{Credential, Pass};
use crate::error::ConnectorError;
use crate::grants::{TokenError, TokenHttp};
use crate::network::Networks;
use crate::options::{Options, WriteDecision};
use crate::retry::{Next, Retries, RetryStop};
use crate::secret::KnownSecrets;
use crate::transport::{Transport, Wire};
use crate::write_guard::{self, Verdict};
use crate::{address, outgoing, soql_guard};

/// The response timeout of a request that names none, in milliseconds (Webex's default).
const DEFAULT_TIMEOUT_MS: u64 = 2_000;

/// No attempt waits longer, whatever the flow says, in milliseconds.
const MAX_TIMEOUT_MS: u64 = 600_000;

/// The largest answer of a bare URL, in bytes.
const MAX_BODY_BYTES: u64 = 1 << 20;

/// Shorter secrets are not struck out of answers: that would spoil innocent data.
const MIN_CLEANED_CHARS: usize = 8;

/// Sends the HTTP requests of flows through the tenant's connectors. A clone is cheap and shares
/// connections and tokens.
#[derive(Clone)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    tenant: Tenant,
    links: Vec<Link>,
    pub(crate) transport: Arc<Transport>,
    pub(crate) options: Options,
}

/// A connector with its credential.
pub(crate) struct Link {
    pub(crate) connector: Connector,
    pub(crate) base: Url,
    pub(crate) credential: Credential,
}

/// Where a request goes and under whose rules.
struct Route<'a> {
    url: Url,
    /// The connector whose rules hold: the one named, or the one at the URL's origin.
    rules: Connector,
    credential: Option<&'a Credential>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.inner.links.iter().map(|link| &link.connector.name);
        f.write_str("Client ")?;
        f.debug_list().entries(names).finish()
    }
}

impl Client {
    /// A client for the connectors of `tenant`. Finds their secrets, but sends nothing yet.
    pub fn new(tenant: &Tenant, options: Options) -> Result<Self, ConnectorError> {
        crate::install_crypto();
        let bases: Vec<Url> = tenant.connectors.iter().map(base_url).collect::<Result<_, _>>()?;
        let mut hosts: Vec<String> = bases.iter().filter_map(host).collect();
        hosts.extend(tenant.connectors.iter().filter_map(|it| token_host(&it.auth)));
        let networks = Networks::new(&tenant.http, hosts)?;
        let transport = Arc::new(Transport::new(networks, &options)?);
        let http = TokenHttp::new(Arc::clone(&transport));
        let link = |(connector, base): (&Connector, Url)| {
            let credential = Credential::new(connector, &base, &http, &options)?;
            Ok(Link { connector: connector.clone(), base, credential })
        };
        let links = tenant.connectors.iter().zip(bases).map(link).collect::<Result<_, _>>()?;
        let inner = Inner { tenant: tenant.clone(), links, transport, options };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Sends a request and gives what came of it; failures are in the outcome.
    /// `max_retries_override` replaces the request's own number of retries.
    pub async fn send(&self, request: &Request, max_retries_override: Option<u32>) -> Outcome {
        let retries = max_retries_override.unwrap_or(request.retries);
        self.send_until(request, retries, &RetryStop::default()).await
    }

    /// As [`send`](Self::send), with at most `retries`; once `stop` is set the attempt under way is
    /// the last.
    pub async fn send_until(&self, request: &Request, retries: u32, stop: &RetryStop) -> Outcome {
        let started = Instant::now();
        let asked = Duration::ZERO;
        let mut sending = Sending { inner: &self.inner, attempts: 0, stand_in: None, asked };
        let result = sending.run(request, retries, stop).await;
        let Sending { attempts, stand_in, asked, .. } = sending;
        let took = started.elapsed().saturating_sub(asked);
        let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        Outcome { result: self.cleaned(result), duration_ms, attempts, stand_in }
    }

    /// Every secret in use, tokens included, so that the caller can clean its logs and traces.
    pub fn known_secrets(&self) -> KnownSecrets {
        let mut known = KnownSecrets::default();
        self.inner.links.iter().for_each(|link| link.credential.secrets(&mut known));
        known
    }

    /// Credentials never enter a core (decision 20), not even when a server repeats them.
    fn cleaned(&self, result: Result<Answer, Failure>) -> Result<Answer, Failure> {
        let masker = self.known_secrets().masker(MIN_CLEANED_CHARS);
        match result {
            Ok(mut answer) => {
                masker.clean(&mut answer.body);
                answer.headers.iter_mut().for_each(|(_, value)| masker.clean(value));
                Ok(answer)
            }
            Err(mut failure) => {
                masker.clean(&mut failure.description);
                Err(failure)
            }
        }
    }
}

impl Inner {
    /// The connector with this id or name.
    pub(crate) fn link(&self, id: &str, name: Option<&str>) -> Option<&Link> {
        let connector = self.tenant.connector(id, name)?;
        let same = |link: &&Link| link.connector.id == connector.id;
        self.links.iter().find(same)
    }

    /// The names of all connectors, for messages.
    pub(crate) fn names(&self) -> String {
        let names: Vec<&str> = self.links.iter().map(|link| link.connector.name.as_str()).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    }

    fn route(&self, request: &Request) -> Result<Route<'_>, Failure> {
        match &request.target {
            Target::Connector { id, name, path } => {
                let link = self
                    .link(id, name.as_deref())
                    .ok_or_else(|| self.no_connector(name.as_deref().unwrap_or(id)))?;
                let url = address::at_connector(&link.base, &path.text, &request.query)?;
                let rules = link.connector.clone();
                Ok(Route { url, rules, credential: Some(&link.credential) })
            }
            Target::Url(url) => {
                let url = address::whole(&url.text, &request.query)?;
                let at_origin = |link: &&Link| link.base.origin() == url.origin();
                let rules = self.links.iter().find(at_origin).map(|link| link.connector.clone());
                let rules = rules.unwrap_or_else(|| bare(&url));
                Ok(Route { url, rules, credential: None })
            }
        }
    }

    fn no_connector(&self, name: &str) -> Failure {
        let what = format!("there is no connector {name:?}; tenant.yaml has: {}", self.names());
        Failure::new(FailureCode::Connector, what)
    }
}

/// One request on its way.
struct Sending<'a> {
    inner: &'a Inner,
    attempts: u32,
    stand_in: Option<String>,
    /// How long the write policy took, maybe a person at a terminal: no part of the request's
    /// duration, by which virtual time moves (decision 5).
    asked: Duration,
}

impl Sending<'_> {
    async fn run(
        &mut self,
        request: &Request,
        retries: u32,
        stop: &RetryStop,
    ) -> Result<Answer, Failure> {
        let Route { url, rules, credential } = self.inner.route(request)?;
        let (headers, payload) = outgoing::parts(request)?;
        if rules.guards_soql() {
            soql_guard::check(request)?;
        }
        if let Some(stand_in) = self.write_decision(&rules, request, &url).await? {
            return Ok(stand_in);
        }
        let max_body_bytes = rules.max_body_bytes;
        let mut wire = Wire { method: request.method, url, headers, payload, max_body_bytes };
        let granted = credential.is_some_and(Credential::is_granted);
        let mut retries = Retries::new(retries, self.inner.options.retry_pause_ms, granted);
        loop {
            let pass = self.pass(credential).await?;
            if let Some(header) = &pass.header {
                wire.headers.insert(AUTHORIZATION, header.clone());
            }
            let (answer, home) = self.attempt(&wire, request.timeout_ms).await?;
            let next = retries.after(answer.status, home);
            match next {
                Next::Done => return Ok(answer),
                Next::Retry { .. } if stop.is_set() => return Ok(answer),
                Next::Retry { pause_ms } => {
                    tokio::time::sleep(Duration::from_millis(pause_ms)).await;
                    if stop.is_set() {
                        return Ok(answer);
                    }
                }
                Next::Reauthorise => credential.iter().for_each(|it| it.reject(&pass)),
            }
        }
    }

    async fn pass(&self, credential: Option<&Credential>) -> Result<Pass, Failure> {
        let Some(credential) = credential else { return Ok(Pass { header: None, held: None }) };
        let limit = Duration::from_millis(self.inner.options.token_timeout_ms);
        let refused = |error: Arc<TokenError>| Failure::new(FailureCode::Token, error.to_string());
        credential.pass(limit).await.map_err(refused)
    }

    async fn attempt(&mut self, wire: &Wire, timeout_ms: u64) -> Result<(Answer, bool), Failure> {
        self.attempts += 1;
        let timeout_ms = if timeout_ms == 0 { DEFAULT_TIMEOUT_MS } else { timeout_ms };
        let limit = Duration::from_millis(timeout_ms.min(MAX_TIMEOUT_MS));
        let exchange = self.inner.transport.exchange(wire);
        tokio::time::timeout(limit, exchange).await.unwrap_or_else(|_| {
            let place = address::shown(&wire.url);
            let what = format!("no whole answer of {place} within {} ms", limit.as_millis());
            Err(Failure::new(FailureCode::Timeout, what))
        })
    }

    /// Asks whether a request that changes data may go (decision 9). An answer stands in for the
    /// server's.
    async fn write_decision(
        &mut self,
        rules: &Connector,
        request: &Request,
        url: &Url,
    ) -> Result<Option<Answer>, Failure> {
        let host = url.host_str().unwrap_or_default();
        if !request.method.writes() || write_guard::verdict(rules, host) == Verdict::Allow {
            return Ok(None);
        }
        let policy = Arc::clone(&self.inner.options.write_policy);
        let (asked, about) = (request.clone(), rules.clone());
        let started = Instant::now();
        let decision = tokio::task::spawn_blocking(move || policy(&about, &asked)).await;
        self.asked = started.elapsed();
        let what = format!("{} to connector {} was not sent", request.method.as_str(), rules.name);
        match write_guard::bounded(rules, decision.unwrap_or(WriteDecision::Deny)) {
            WriteDecision::Allow => Ok(None),
            WriteDecision::Deny => {
                let advice = "set its writes to allow if flows may change data there";
                Err(Failure::new(FailureCode::WriteDenied, format!("{what}; {advice}")))
            }
            WriteDecision::StandIn(status) => {
                self.stand_in = Some(format!("{what}: writes are not allowed here"));
                Ok(Some(Answer { status, ..Answer::default() }))
            }
        }
    }
}

fn base_url(connector: &Connector) -> Result<Url, ConnectorError> {
    let refused = |reason: String| ConnectorError::Url {
        connector: connector.name.clone(),
        field: "base_url",
        reason,
    };
    let url = Url::parse(connector.base_url.trim()).map_err(|error| refused(error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused(format!("its scheme is {}", url.scheme())));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refused("it has a query or a fragment".to_owned()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("it holds a user name or password, which belong in auth".to_owned()));
    }
    Ok(url)
}

fn host(url: &Url) -> Option<String> {
    url.host_str().map(str::to_owned)
}

/// The host of a token endpoint that is not at the base URL.
fn token_host(auth: &Auth) -> Option<String> {
    match auth {
        Auth::None | Auth::Basic { .. } | Auth::Bearer { .. } => None,
        Auth::ClientCredentials { token_url, .. }
        | Auth::Password { token_url, .. }
        | Auth::RefreshToken { token_url, .. }
        | Auth::JwtBearer { token_url, .. } => host(&Url::parse(token_url).ok()?),
    }
}

/// The rules for a URL at which there is no connector.
fn bare(url: &Url) -> Connector {
    let origin = url.origin().ascii_serialization();
    Connector {
        id: "".into(),
        name: origin.clone(),
        kind: ConnectorKind::Custom,
        base_url: origin,
        auth: Auth::None,
        writes: Writes::Ask,
        soql_guard: None,
        resend_in_doubt: false,
        max_body_bytes: MAX_BODY_BYTES,
    }
}

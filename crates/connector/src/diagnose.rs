//! `connector test`: reaches a connector step by step, so that the first thing that is wrong is
//! named together with what to do about it. It reads only.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use trunkline_model::Failure;
use trunkline_model::http::{Answer, Method};
use trunkline_model::tenant::connector::{Auth, ConnectorKind};
use url::Url;

use crate::client::{Client, Inner, Link};
use crate::credential::Pass;
use crate::report::{Report, Stage, StageReport, Status};
use crate::transport::{Payload, Wire};

/// How long a stage may take.
const STAGE_LIMIT: Duration = Duration::from_secs(5);

/// The largest answer that a stage reads, in bytes.
const MAX_BODY_BYTES: u64 = 1 << 20;

/// Where Salesforce lists its API versions; asks for no authorisation.
const VERSIONS: &str = "/services/data/";

/// What a stage found, or what is wrong and what to do.
type Found = Result<String, (String, String)>;

/// The stages so far.
struct Stages {
    reports: Vec<StageReport>,
}

impl Stages {
    fn add(&mut self, stage: Stage, started: Instant, found: Found) -> bool {
        let (status, detail, advice) = match found {
            Ok(detail) => (Status::Ok, detail, None),
            Err((detail, advice)) => (Status::Failed, detail, Some(advice)),
        };
        let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.reports.push(StageReport { stage, status, duration_ms, detail, advice });
        status == Status::Ok
    }

    fn skip(&mut self, stage: Stage, why: &str) {
        let (status, detail) = (Status::Skipped, why.to_owned());
        self.reports.push(StageReport { stage, status, duration_ms: 0, detail, advice: None });
    }

    /// Adds what is missing as skipped.
    fn fill(&mut self) {
        const ORDER: [Stage; 7] = [
            Stage::Config,
            Stage::Dns,
            Stage::Tcp,
            Stage::Tls,
            Stage::Token,
            Stage::Scope,
            Stage::Api,
        ];
        for stage in ORDER {
            if !self.reports.iter().any(|it| it.stage == stage) {
                self.skip(stage, "an earlier stage failed");
            }
        }
        self.reports.sort_by_key(|it| ORDER.iter().position(|stage| *stage == it.stage));
    }
}

impl Client {
    /// Tries a connector step by step: name, connection, certificate, token, API. Reads only.
    pub async fn diagnose(&self, id_or_name: &str) -> Report {
        let mut stages = Stages { reports: Vec::new() };
        let link = self.inner.link(id_or_name, None);
        match link {
            Some(link) => {
                let auth = auth_name(&link.connector.auth);
                stages.add(Stage::Config, Instant::now(), Ok(format!("authorised by {auth}")));
                let probe = Probe { inner: &self.inner, link };
                probe.run(&mut stages).await;
            }
            None => {
                let advice = format!("tenant.yaml has: {}", self.inner.names());
                let what = "there is no such connector".to_owned();
                stages.add(Stage::Config, Instant::now(), Err((what, advice)));
            }
        }
        stages.fill();
        self.report(id_or_name, link, stages)
    }

    fn report(&self, asked: &str, link: Option<&Link>, mut stages: Stages) -> Report {
        let known = self.known_secrets();
        for stage in &mut stages.reports {
            stage.detail = known.mask(&stage.detail);
            stage.advice = stage.advice.as_deref().map(|advice| known.mask(advice));
        }
        let name = |link: &Link| link.connector.name.clone();
        Report {
            connector: link.map_or_else(|| asked.to_owned(), name),
            base_url: link.map(|link| link.base.to_string()),
            stages: stages.reports,
        }
    }
}

struct Probe<'a> {
    inner: &'a Inner,
    link: &'a Link,
}

impl Probe<'_> {
    async fn run(&self, stages: &mut Stages) {
        if !self.connection(stages).await {
            return;
        }
        let Some(pass) = self.token(stages).await else { return };
        match self.link.connector.kind {
            ConnectorKind::Salesforce => self.salesforce(stages, &pass).await,
            ConnectorKind::Custom => self.custom(stages, &pass).await,
        }
    }

    async fn connection(&self, stages: &mut Stages) -> bool {
        let url = &self.link.base;
        if self.inner.transport.uses_proxy(url) {
            for stage in [Stage::Dns, Stage::Tcp, Stage::Tls] {
                stages.skip(stage, "the host is reached through a proxy");
            }
            return true;
        }
        let started = Instant::now();
        let found = limited(self.inner.transport.resolver.lookup_url(url)).await;
        let addresses = match found {
            Ok(Ok(addresses)) => addresses,
            Ok(Err(error)) => {
                let advice = "check base_url, the DNS of this machine and http.allow_networks";
                stages.add(Stage::Dns, started, Err((error.to_string(), advice.to_owned())));
                return false;
            }
            Err(late) => return stages.add(Stage::Dns, started, Err(late)),
        };
        stages.add(Stage::Dns, started, Ok(listed(&addresses)));
        let started = Instant::now();
        match self.connect(&addresses).await {
            Ok((stream, peer)) => {
                stages.add(Stage::Tcp, started, Ok(peer.to_string()));
                self.handshake(stages, stream).await
            }
            Err(wrong) => stages.add(Stage::Tcp, started, Err(wrong)),
        }
    }

    async fn connect(
        &self,
        addresses: &[IpAddr],
    ) -> Result<(TcpStream, SocketAddr), (String, String)> {
        let port = self.link.base.port_or_known_default().unwrap_or(443);
        let mut last = None;
        for address in addresses {
            let socket = SocketAddr::new(*address, port);
            match limited(TcpStream::connect(socket)).await {
                Ok(Ok(stream)) => return Ok((stream, socket)),
                Ok(Err(error)) => {
                    last = Some((format!("{socket}: {error}"), TCP_ADVICE.to_owned()));
                }
                Err(late) => last = Some(late),
            }
        }
        Err(last.unwrap_or_else(|| ("the host has no address".to_owned(), TCP_ADVICE.to_owned())))
    }

    async fn handshake(&self, stages: &mut Stages, stream: TcpStream) -> bool {
        if self.link.base.scheme() != "https" {
            stages.skip(Stage::Tls, "the base URL is plain http");
            return true;
        }
        let started = Instant::now();
        let host = self.link.base.host_str().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let Ok(name) = ServerName::try_from(host) else {
            let advice = "give a host name in base_url".to_owned();
            let what = "the host is no name for a certificate".to_owned();
            return stages.add(Stage::Tls, started, Err((what, advice)));
        };
        let connector = TlsConnector::from(Arc::clone(&self.inner.transport.tls));
        let found = match limited(connector.connect(name, stream)).await {
            Ok(Ok(tls)) => Ok(protocol(tls.get_ref().1.protocol_version())),
            Ok(Err(error)) => Err((error.to_string(), TLS_ADVICE.to_owned())),
            Err(late) => Err(late),
        };
        stages.add(Stage::Tls, started, found)
    }

    /// The pass for the stages after it; none when the grant was refused.
    async fn token(&self, stages: &mut Stages) -> Option<Pass> {
        let started = Instant::now();
        let limit = Duration::from_millis(self.inner.options.token_timeout_ms);
        match self.link.credential.pass(limit).await {
            Ok(pass) if pass.held.is_some() => {
                stages.add(Stage::Token, started, Ok("an access token was given".to_owned()));
                Some(pass)
            }
            Ok(pass) => {
                stages.skip(Stage::Token, "this kind of authorisation has no token endpoint");
                Some(pass)
            }
            Err(error) => {
                let wrong = (error.event(), error.advice.to_owned());
                stages.add(Stage::Token, started, Err(wrong));
                None
            }
        }
    }

    async fn salesforce(&self, stages: &mut Stages, pass: &Pass) {
        let started = Instant::now();
        let versions = self.get(VERSIONS, pass).await;
        let latest = versions.and_then(|answer| match (answer.status, latest(&answer.body)) {
            (200, Some(latest)) => Ok(latest),
            (status, _) => Err((format!("{VERSIONS} answered {status}"), API_ADVICE.to_owned())),
        });
        let latest = match latest {
            Ok(latest) => latest,
            Err(wrong) => {
                stages.add(Stage::Api, started, Err(wrong));
                return;
            }
        };
        stages.add(Stage::Api, started, Ok(format!("the latest version is {latest}")));
        let started = Instant::now();
        let path = format!("{VERSIONS}v{latest}/limits");
        let found = match self.get(&path, pass).await {
            Ok(answer) if answer.status == 200 => Ok(format!("{path} answered 200")),
            Ok(answer) => Err((format!("{path} answered {}", answer.status), scope_advice(pass))),
            Err(wrong) => Err(wrong),
        };
        stages.add(Stage::Scope, started, found);
    }

    async fn custom(&self, stages: &mut Stages, pass: &Pass) {
        self.asked_scopes(stages, pass);
        let started = Instant::now();
        let found = match self.get("", pass).await {
            Ok(answer) if matches!(answer.status, 401 | 403 | 500..) => {
                let what = format!("the base URL answered {}", answer.status);
                Err((what, "check the credentials and their rights at the server".to_owned()))
            }
            Ok(answer) => Ok(format!("the base URL answered {}", answer.status)),
            Err(wrong) => Err(wrong),
        };
        stages.add(Stage::Api, started, found);
    }

    /// Compares the scopes that the token endpoint gave with those asked for.
    fn asked_scopes(&self, stages: &mut Stages, pass: &Pass) {
        let asked = asked_scopes(&self.link.connector.auth);
        let given = pass.held.as_ref().and_then(|held| held.scopes.as_ref());
        let (false, Some(given)) = (asked.is_empty(), given) else {
            return stages.skip(Stage::Scope, "no scopes were asked for or told");
        };
        let missing: Vec<&str> =
            asked.iter().filter(|scope| !given.contains(scope)).map(String::as_str).collect();
        let found = match missing.is_empty() {
            true => Ok(given.join(" ")),
            false => Err((
                format!("not given: {}", missing.join(" ")),
                "allow these scopes for the app at the server, or do not ask for them".to_owned(),
            )),
        };
        stages.add(Stage::Scope, Instant::now(), found);
    }

    async fn get(&self, path: &str, pass: &Pass) -> Result<Answer, (String, String)> {
        let text = format!("{}{path}", self.link.base.as_str().trim_end_matches('/'));
        let url = Url::parse(&text).unwrap_or_else(|_| self.link.base.clone());
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        pass.header.iter().for_each(|value| {
            headers.insert(AUTHORIZATION, value.clone());
        });
        let wire = Wire {
            method: Method::Get,
            url,
            headers,
            payload: Payload::Empty,
            max_body_bytes: MAX_BODY_BYTES,
        };
        let wrong = |failure: Failure| {
            let advice = format!("see docs/errors/{}.md", failure.code.as_str());
            (failure.description, advice)
        };
        let exchanged = limited(self.inner.transport.exchange(&wire)).await?;
        exchanged.map(|(answer, _)| answer).map_err(wrong)
    }
}

const TCP_ADVICE: &str = "check that the server is up, the port of base_url, and firewalls between";

const TLS_ADVICE: &str = "check the server's certificate (name, dates, authority); name a PEM file \
                          in SSL_CERT_FILE if its authority is your own";

const API_ADVICE: &str = "check that base_url is the host of a Salesforce org, such as \
                          https://example.my.salesforce.com";

fn scope_advice(pass: &Pass) -> String {
    let given = pass.held.as_ref().and_then(|held| held.scopes.as_ref());
    let given =
        given.map_or_else(String::new, |scopes| format!(" (the token has: {})", scopes.join(" ")));
    format!(
        "give the app the scope api{given}, and its user the permission API Enabled; check that \
         base_url is the org that gave the token"
    )
}

async fn limited<T>(future: impl Future<Output = T>) -> Result<T, (String, String)> {
    tokio::time::timeout(STAGE_LIMIT, future).await.map_err(|_| {
        (format!("no answer within {} ms", STAGE_LIMIT.as_millis()), TCP_ADVICE.to_owned())
    })
}

fn listed(addresses: &[IpAddr]) -> String {
    let texts: Vec<String> = addresses.iter().take(4).map(IpAddr::to_string).collect();
    texts.join(", ")
}

fn protocol(version: Option<rustls::ProtocolVersion>) -> String {
    let version = version.and_then(|version| version.as_str()).unwrap_or("TLS");
    format!("{version}, certificate trusted")
}

/// The newest version in Salesforce's list, such as `62.0`.
fn latest(body: &str) -> Option<String> {
    let list: serde_json::Value = serde_json::from_str(body).ok()?;
    let versions = list.as_array()?.iter().filter_map(|it| it.get("version")?.as_str());
    let number = |version: &&str| version.parse::<f64>().ok().filter(|number| number.is_finite());
    let plain = versions.filter(|version| number(version).is_some());
    let newest = plain
        .max_by(|a, b| number(a).unwrap_or_default().total_cmp(&number(b).unwrap_or_default()))?;
    Some(newest.to_owned())
}

fn auth_name(auth: &Auth) -> &'static str {
    match auth {
        Auth::None => "nothing",
        Auth::Basic { .. } => "HTTP Basic",
        Auth::Bearer { .. } => "a fixed bearer token",
        Auth::ClientCredentials { .. } => "client credentials",
        Auth::Password { .. } => "user name and password",
        Auth::JwtBearer { .. } => "a signed JWT",
        Auth::RefreshToken { .. } => "a refresh token",
    }
}

fn asked_scopes(auth: &Auth) -> &[String] {
    match auth {
        Auth::None | Auth::Basic { .. } | Auth::Bearer { .. } => &[],
        Auth::ClientCredentials { scopes, .. }
        | Auth::Password { scopes, .. }
        | Auth::JwtBearer { scopes, .. }
        | Auth::RefreshToken { scopes, .. } => scopes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_is_found_by_number() {
        let list = r#"[{"version":"9.0"},{"version":"62.0"},{"version":"x"},{"version":"52.0"}]"#;
        assert_eq!(latest(list).as_deref(), Some("62.0"));
        assert_eq!(latest("{}"), None);
        assert_eq!(latest("<html>"), None);
    }
}

//! Sends one request and follows its redirects, every address checked (decision 10).

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_LENGTH, HeaderMap};
use reqwest::{Client, RequestBuilder, Response};
use rustls::ClientConfig;
use trunkline_model::Failure;
use trunkline_model::http::{Answer, Method};
use url::Url;

use crate::error::ConnectorError;
use crate::network::Networks;
use crate::options::Options;
use crate::proxy::Proxies;
use crate::redirect::{self, Step};
use crate::resolver::{GuardedResolver, LookupError, OpenResolver};
use crate::{answer, fault, tls};

/// How long an idle connection is kept. Shorter than servers commonly keep theirs, so that a
/// request seldom meets a connection that is just being closed.
const IDLE: Duration = Duration::from_secs(30);

/// What the program calls itself when the flow says nothing else.
const USER_AGENT: &str = concat!("trunkline/", env!("CARGO_PKG_VERSION"));

/// The body of a request.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Payload {
    /// None.
    Empty,
    /// Bytes; their type is in the header fields.
    Bytes(Vec<u8>),
    /// `multipart/form-data` of text fields; brings its own content type.
    Multipart(Vec<(String, String)>),
}

/// A request as it goes over the wire. It may hold credentials, so it has no `Debug`.
#[derive(Clone)]
pub(crate) struct Wire {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) payload: Payload,
    pub(crate) max_body_bytes: u64,
}

/// The way to servers.
pub(crate) struct Transport {
    direct: Client,
    proxied: Option<(Proxies, Client)>,
    pub(crate) resolver: GuardedResolver,
    pub(crate) tls: Arc<ClientConfig>,
}

impl Transport {
    /// The way to servers under these rules.
    pub(crate) fn new(networks: Networks, options: &Options) -> Result<Self, ConnectorError> {
        let tls = tls::config(options)?;
        let resolver =
            GuardedResolver { names: Arc::clone(&options.resolver), networks: Arc::new(networks) };
        let setup = |error: reqwest::Error| ConnectorError::Setup(error.to_string());
        let building = builder(&tls).dns_resolver(Arc::new(resolver.clone())).no_proxy();
        let direct = building.build().map_err(setup)?;
        let proxied = match Proxies::from_env(options)? {
            None => None,
            Some(proxies) => {
                let open = OpenResolver(Arc::clone(&options.resolver));
                let building = builder(&tls).dns_resolver(Arc::new(open)).no_proxy();
                let all = proxies.for_client()?;
                let client = all.into_iter().fold(building, reqwest::ClientBuilder::proxy);
                Some((proxies, client.build().map_err(setup)?))
            }
        };
        Ok(Self { direct, proxied, resolver, tls: Arc::new(tls) })
    }

    /// Sends a request, redirects followed, and reads the answer. Tells also whether the answer
    /// came from the origin that the request was made for.
    pub(crate) async fn exchange(&self, wire: &Wire) -> Result<(Answer, bool), Failure> {
        let mut wire = wire.clone();
        let mut home = true;
        let mut followed = 0;
        loop {
            let response = self.open(&wire).await?;
            let location = response.headers().get(reqwest::header::LOCATION);
            let location = location.map(|value| String::from_utf8_lossy(value.as_bytes()));
            let status = response.status().as_u16();
            match redirect::next(wire.method, &wire.url, status, location.as_deref(), followed)? {
                Step::Answer => {
                    let answer = answer::read(response, wire.max_body_bytes).await?;
                    return Ok((answer, home));
                }
                Step::Follow { url, elsewhere } => {
                    home &= !elsewhere;
                    wire.go(url, elsewhere);
                }
            }
            followed += 1;
        }
    }

    /// Whether a URL is reached through a proxy.
    pub(crate) fn uses_proxy(&self, url: &Url) -> bool {
        self.proxied.as_ref().is_some_and(|(proxies, _)| proxies.serve(url))
    }

    async fn open(&self, wire: &Wire) -> Result<Response, Failure> {
        let url = &wire.url;
        let client = match &self.proxied {
            Some((proxies, client)) if proxies.serve(url) => {
                self.check_behind_proxy(url).await?;
                client
            }
            Some(_) | None => {
                self.resolver.check_url(url).map_err(|error| fault::of_lookup(&error))?;
                &self.direct
            }
        };
        let response = wire.build(client).send().await;
        response.map_err(|error| fault::of_request(&error, url))
    }

    /// The proxy resolves the name itself, maybe differently. What can be known here is checked.
    async fn check_behind_proxy(&self, url: &Url) -> Result<(), Failure> {
        match self.resolver.lookup_url(url).await {
            Err(error @ LookupError::Denied { .. }) => Err(fault::of_lookup(&error)),
            Ok(_) | Err(LookupError::Unknown { .. }) => Ok(()),
        }
    }
}

impl Wire {
    fn go(&mut self, url: Url, elsewhere: bool) {
        self.url = url;
        if !elsewhere {
            return;
        }
        let leaving = std::mem::take(&mut self.headers);
        let staying = leaving.iter().filter(|(name, _)| redirect::travels(name.as_str()));
        self.headers = staying.map(|(name, value)| (name.clone(), value.clone())).collect();
        self.payload = Payload::Empty;
    }

    fn build(&self, client: &Client) -> RequestBuilder {
        let building = client.request(method(self.method), self.url.clone());
        let building = building.headers(self.headers.clone());
        match &self.payload {
            // A server may wait for the body of these unless it is told that there is none.
            Payload::Empty if self.method.writes() => building.header(CONTENT_LENGTH, 0),
            Payload::Empty => building,
            Payload::Bytes(bytes) => building.body(bytes.clone()),
            Payload::Multipart(fields) => {
                let form = reqwest::multipart::Form::new();
                building.multipart(
                    fields
                        .iter()
                        .fold(form, |form, (name, value)| form.text(name.clone(), value.clone())),
                )
            }
        }
    }
}

fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
        Method::Options => reqwest::Method::OPTIONS,
        Method::Head => reqwest::Method::HEAD,
    }
}

fn builder(tls: &ClientConfig) -> reqwest::ClientBuilder {
    Client::builder()
        .tls_backend_preconfigured(tls.clone())
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .user_agent(USER_AGENT)
        .pool_idle_timeout(IDLE)
        .http1_only()
}

//! Asks a service over HTTP.

use std::io::Read;
use std::time::Duration;

use reqwest::{Certificate, Client, ClientBuilder, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::error::SpeechError;
use crate::provider::{MAX_AUDIO_BYTES, ProviderError};
use crate::speaker::Options;
use crate::ssml::Emphasis;
use crate::utterance::Utterance;

/// What the program calls itself.
const USER_AGENT: &str = concat!("trunkline/", env!("CARGO_PKG_VERSION"));

/// How long an idle connection is kept.
const IDLE: Duration = Duration::from_secs(30);

/// What is shown of a refusal, in characters.
const MAX_EXCERPT_CHARS: usize = 300;

/// The largest answer, in bytes: the audio in Base64 and a little around it.
const MAX_ANSWER_BYTES: usize = MAX_AUDIO_BYTES / 3 * 4 + 64 * 1024;

/// The variable that names a PEM file of certificate authorities besides the system's.
const CERT_FILE: &str = "SSL_CERT_FILE";

/// The largest file of certificate authorities, in bytes.
const MAX_CERT_FILE_BYTES: u64 = 16 << 20;

/// A client for one service: no redirects, since they would carry the key elsewhere. It trusts the
/// system's certificate authorities and those of `SSL_CERT_FILE`, as flows' requests do.
pub(super) fn client(provider: &str, options: &Options) -> Result<Client, SpeechError> {
    let setting = |field, reason| {
        let provider = provider.to_owned();
        SpeechError::Setting { provider, field, reason }
    };
    let extra = extra_roots(options).map_err(|reason| setting(CERT_FILE, reason))?;
    // A machine without any certificate authority can still use plain HTTP; HTTPS then fails with
    // a message about the certificate's issuer.
    let client = builder().tls_certs_merge(extra.clone()).build();
    client
        .or_else(|_| builder().tls_certs_only(extra).build())
        .map_err(|error| setting("kind", format!("the HTTP client could not be set up: {error}")))
}

fn builder() -> ClientBuilder {
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .user_agent(USER_AGENT)
        .pool_idle_timeout(IDLE)
}

fn extra_roots(options: &Options) -> Result<Vec<Certificate>, String> {
    let Some(path) = (options.env)(CERT_FILE).filter(|path| !path.is_empty()) else {
        return Ok(Vec::new());
    };
    let unusable = |reason: &dyn std::fmt::Display| {
        format!("{path} cannot be used: {reason}; name a PEM file of certificates")
    };
    let mut pem = Vec::new();
    let file = std::fs::File::open(&path).map_err(|error| unusable(&error))?;
    file.take(MAX_CERT_FILE_BYTES).read_to_end(&mut pem).map_err(|error| unusable(&error))?;
    let found = Certificate::from_pem_bundle(&pem).map_err(|error| unusable(&error))?;
    match found.is_empty() {
        true => Err(unusable(&"it holds no certificate")),
        false => Ok(found),
    }
}

/// The address of a path of the service.
pub(super) fn address(provider: &str, base: &str, path: &str) -> Result<Url, SpeechError> {
    let url = Url::parse(&format!("{}{path}", base.trim_end_matches('/')));
    let is_web = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
    url.ok().filter(is_web).ok_or_else(|| SpeechError::Setting {
        provider: provider.to_owned(),
        field: "base_url",
        reason: "it is no whole URL; write one such as https://speech.example.com".to_owned(),
    })
}

/// Sends the request and gives the answer's body. The key never gets into a message.
pub(super) async fn answer(
    request: RequestBuilder,
    key: Option<&SecretString>,
) -> Result<Vec<u8>, ProviderError> {
    let network = |error: reqwest::Error| ProviderError::Network(clean(&causes(&error), key));
    let mut response = request.send().await.map_err(network)?;
    let status = response.status();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(network)? {
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err(ProviderError::TooMuch);
        }
        body.extend_from_slice(&chunk);
    }
    if status.is_success() {
        return Ok(body);
    }
    let text = String::from_utf8_lossy(&body);
    let text = clean(text.trim(), key).replace(char::is_control, " ");
    let excerpt: String = text.chars().take(MAX_EXCERPT_CHARS).collect();
    Err(ProviderError::Refused { status: status.as_u16(), excerpt })
}

/// The message with those of its causes, which say what really happened.
fn causes(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

fn clean(text: &str, key: Option<&SecretString>) -> String {
    match key.map(|key| key.expose_secret()).filter(|key| !key.is_empty()) {
        Some(key) => text.replace(key, "•••"),
        None => text.to_owned(),
    }
}

/// The words as the content of an SSML element, with their stress.
pub(super) fn marked_up(utterance: &Utterance) -> String {
    let run = |run: &crate::utterance::Run| {
        let text = escaped(&run.text);
        match run.emphasis {
            Emphasis::None => text,
            level @ (Emphasis::Reduced | Emphasis::Moderate | Emphasis::Strong) => {
                format!("<emphasis level=\"{}\">{text}</emphasis>", level.as_str())
            }
        }
    };
    utterance.runs.iter().map(run).collect()
}

/// The text as XML, in content and in attributes. What XML has no place for is a space.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\u{fffe}' | '\u{ffff}' => out.push(' '),
            c if c.is_control() && c != '\n' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

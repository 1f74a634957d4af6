//! Servers that speak OpenAI's protocol: `POST /v1/audio/speech`.
//!
//! The protocol has a speed, but neither pitch nor stress.

use reqwest::Client;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use url::Url;

use crate::config::OpenaiCompatibleConfig;
use crate::error::SpeechError;
use crate::language::Language;
use crate::provider::{Job, Provider, SpeakFuture};
use crate::providers::{rest, table};
use crate::secret;
use crate::speaker::Options;
use crate::wav::read_wav;

/// The service as a provider.
#[derive(Debug)]
pub(super) struct OpenaiCompatible {
    config: OpenaiCompatibleConfig,
    url: Url,
    key: Option<SecretString>,
    client: Client,
    places: usize,
}

impl OpenaiCompatible {
    pub(super) fn new(
        name: &str,
        config: &OpenaiCompatibleConfig,
        options: &Options,
        places: usize,
    ) -> Result<Self, SpeechError> {
        let base = config.base_url.trim_end_matches('/').trim_end_matches("/v1");
        if let Some(key) = table::bad_key(&config.voices) {
            let reason = format!("{key:?} is no language such as en-US");
            return Err(SpeechError::Setting { provider: name.into(), field: "voices", reason });
        }
        let key = config.key.as_ref().map(|key| secret::resolve(key, name, options)).transpose()?;
        Ok(Self {
            url: rest::address(name, base, "/v1/audio/speech")?,
            config: config.clone(),
            key,
            client: rest::client(name, options)?,
            places,
        })
    }
}

impl Provider for OpenaiCompatible {
    fn voice_for(&self, language: &Language, _wanted: Option<&str>) -> Option<String> {
        if self.config.voices.is_empty() {
            return Some(self.config.voice.clone());
        }
        table::voice(&self.config.voices, language).map(str::to_owned)
    }

    fn fingerprint(&self) -> String {
        format!("openai_compatible 1 {} {}", self.url, self.config.model)
    }

    fn max_concurrent(&self) -> usize {
        self.places
    }

    fn speak<'a>(&'a self, job: Job<'a>) -> SpeakFuture<'a> {
        Box::pin(async move {
            let voice = if job.voice.is_empty() { &self.config.voice } else { job.voice };
            let body = json!({
                "model": self.config.model,
                "input": job.utterance.text(),
                "voice": voice,
                "response_format": "wav",
                "speed": job.utterance.rate,
            });
            let mut request = self.client.post(self.url.clone());
            request = request.header("Content-Type", "application/json").body(body.to_string());
            if let Some(key) = &self.key {
                request = request.bearer_auth(key.expose_secret());
            }
            Ok(read_wav(&rest::answer(request, self.key.as_ref()).await?)?)
        })
    }
}

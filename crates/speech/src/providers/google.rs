//! Google Cloud Text-to-Speech over REST: `POST /v1/text:synthesize`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Client;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use crate::config::GoogleConfig;
use crate::error::SpeechError;
use crate::language::Language;
use crate::provider::{Job, Provider, ProviderError, SpeakFuture};
use crate::providers::{rest, table};
use crate::secret;
use crate::speaker::Options;
use crate::wav::read_wav;

/// The rate asked for, in Hz: enough for wideband telephony.
const RATE_HZ: u32 = 16_000;

/// The speeds that the service takes today; older pages name 4 as the highest.
const RATES: (f64, f64) = (0.25, 2.0);

/// Kinds of the service's voices, by which its names are known: `en-US-Standard-C`.
const KINDS: [&str; 8] =
    ["Standard", "Wavenet", "Neural2", "Studio", "News", "Polyglot", "Casual", "Chirp"];

/// The service as a provider.
#[derive(Debug)]
pub(super) struct Google {
    config: GoogleConfig,
    url: Url,
    key: SecretString,
    client: Client,
    places: usize,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "audioContent")]
    audio_content: String,
}

impl Google {
    pub(super) fn new(
        name: &str,
        config: &GoogleConfig,
        options: &Options,
        places: usize,
    ) -> Result<Self, SpeechError> {
        if let Some(key) = table::bad_key(&config.voices) {
            let reason = format!("{key:?} is no language such as en-US");
            return Err(SpeechError::Setting { provider: name.into(), field: "voices", reason });
        }
        Ok(Self {
            url: rest::address(name, &config.base_url, "/v1/text:synthesize")?,
            key: secret::resolve(&config.key, name, options)?,
            client: rest::client(name, options)?,
            config: config.clone(),
            places,
        })
    }
}

impl Provider for Google {
    /// Flows name many of the service's own voices.
    fn voice_for(&self, language: &Language, wanted: Option<&str>) -> Option<String> {
        let is_own = |name: &&str| {
            let kind = name.split('-').nth(2).unwrap_or_default();
            KINDS.iter().any(|known| kind.starts_with(known))
        };
        let own = wanted.map(str::trim).filter(is_own);
        let voice = own.or_else(|| table::voice(&self.config.voices, language));
        Some(voice.unwrap_or_default().to_owned())
    }

    fn fingerprint(&self) -> String {
        format!("google 1 {} {RATE_HZ}", self.url)
    }

    fn max_concurrent(&self) -> usize {
        self.places
    }

    fn speak<'a>(&'a self, job: Job<'a>) -> SpeakFuture<'a> {
        Box::pin(async move {
            let request = self
                .client
                .post(self.url.clone())
                .header("X-Goog-Api-Key", self.key.expose_secret())
                .header("Content-Type", "application/json")
                .body(body(&job).to_string());
            let answer = rest::answer(request, Some(&self.key)).await?;
            let answer: Answer = serde_json::from_slice(&answer)
                .map_err(|_| ProviderError::Answer("there is no audioContent in it".to_owned()))?;
            let wav = STANDARD
                .decode(answer.audio_content)
                .map_err(|_| ProviderError::Answer("audioContent is no Base64".to_owned()))?;
            Ok(read_wav(&wav)?)
        })
    }
}

/// The request as the service documents it; the voice must be of the language.
fn body(job: &Job<'_>) -> Value {
    let utterance = job.utterance;
    let named = Language::of_voice_name(job.voice);
    let language = named.as_ref().unwrap_or(job.language);
    let mut voice = json!({ "languageCode": code(language) });
    if !job.voice.is_empty() {
        voice["name"] = json!(job.voice);
        // The name itself says how the service writes the language.
        let mut parts = job.voice.splitn(3, '-');
        if let (true, Some(language), Some(region)) = (named.is_some(), parts.next(), parts.next())
        {
            voice["languageCode"] = json!(format!("{language}-{region}"));
        }
    }
    json!({
        "input": { "ssml": format!("<speak>{}</speak>", rest::marked_up(utterance)) },
        "voice": voice,
        "audioConfig": {
            "audioEncoding": "LINEAR16",
            "sampleRateHertz": RATE_HZ,
            "speakingRate": utterance.rate.clamp(RATES.0, RATES.1),
            "pitch": utterance.pitch,
        },
    })
}

/// The service calls Mandarin by its longer code.
fn code(language: &Language) -> String {
    match language.primary() {
        "zh" => format!("cmn-{}", language.region().unwrap_or("CN")),
        _ => language.to_string(),
    }
}

//! Azure AI Speech over REST: `POST /cognitiveservices/v1` with SSML.

use reqwest::Client;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::config::AzureConfig;
use crate::error::SpeechError;
use crate::language::Language;
use crate::provider::{Job, Provider, ProviderError, SpeakFuture};
use crate::providers::{rest, table};
use crate::secret;
use crate::speaker::Options;
use crate::wav::read_wav;

/// The audio asked for: enough for wideband telephony.
const FORMAT: &str = "riff-16khz-16bit-mono-pcm";

/// A voice for the languages that flows use most; others are configured.
const VOICES: [(&str, &str); 20] = [
    ("da-DK", "da-DK-ChristelNeural"),
    ("de-DE", "de-DE-KatjaNeural"),
    ("en-AU", "en-AU-NatashaNeural"),
    ("en-GB", "en-GB-SoniaNeural"),
    ("en-IN", "en-IN-NeerjaNeural"),
    ("en-US", "en-US-JennyNeural"),
    ("es-ES", "es-ES-ElviraNeural"),
    ("es-MX", "es-MX-DaliaNeural"),
    ("fr-CA", "fr-CA-SylvieNeural"),
    ("fr-FR", "fr-FR-DeniseNeural"),
    ("hi-IN", "hi-IN-SwaraNeural"),
    ("it-IT", "it-IT-ElsaNeural"),
    ("ja-JP", "ja-JP-NanamiNeural"),
    ("ko-KR", "ko-KR-SunHiNeural"),
    ("nb-NO", "nb-NO-PernilleNeural"),
    ("nl-NL", "nl-NL-FennaNeural"),
    ("pl-PL", "pl-PL-ZofiaNeural"),
    ("pt-BR", "pt-BR-FranciscaNeural"),
    ("sv-SE", "sv-SE-SofieNeural"),
    ("zh-CN", "zh-CN-XiaoxiaoNeural"),
];

/// The service as a provider.
#[derive(Debug)]
pub(super) struct Azure {
    config: AzureConfig,
    url: Url,
    key: SecretString,
    client: Client,
    places: usize,
}

impl Azure {
    pub(super) fn new(
        name: &str,
        config: &AzureConfig,
        options: &Options,
        places: usize,
    ) -> Result<Self, SpeechError> {
        let setting = |field, reason: &str| SpeechError::Setting {
            provider: name.to_owned(),
            field,
            reason: reason.to_owned(),
        };
        let region = config.region.trim();
        if region.is_empty() || !region.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(setting("region", "it is no region; write one such as westeurope"));
        }
        if table::bad_key(&config.voices).is_some() {
            return Err(setting("voices", "a key is no language; write one such as en-US"));
        }
        let own = format!("https://{region}.tts.speech.microsoft.com");
        let base = config.base_url.as_deref().unwrap_or(&own);
        let mut config = config.clone();
        let known = VOICES.map(|(language, voice)| (language.to_owned(), voice.to_owned()));
        config.voices = known.into_iter().chain(config.voices).collect();
        Ok(Self {
            url: rest::address(name, base, "/cognitiveservices/v1")?,
            key: secret::resolve(&config.key, name, options)?,
            client: rest::client(name, options)?,
            config,
            places,
        })
    }
}

impl Provider for Azure {
    /// A flow may name one of the service's own voices: `en-US-JennyNeural`.
    fn voice_for(&self, language: &Language, wanted: Option<&str>) -> Option<String> {
        let own = wanted.map(str::trim).filter(|name| name.ends_with("Neural"));
        own.or_else(|| table::voice(&self.config.voices, language)).map(str::to_owned)
    }

    fn fingerprint(&self) -> String {
        format!("azure 1 {} {FORMAT}", self.url)
    }

    fn max_concurrent(&self) -> usize {
        self.places
    }

    fn speak<'a>(&'a self, job: Job<'a>) -> SpeakFuture<'a> {
        Box::pin(async move {
            if job.voice.is_empty() {
                return Err(ProviderError::Unsuited("Azure needs the name of a voice"));
            }
            let request = self
                .client
                .post(self.url.clone())
                .header("Ocp-Apim-Subscription-Key", self.key.expose_secret())
                .header("Content-Type", "application/ssml+xml")
                .header("X-Microsoft-OutputFormat", FORMAT)
                .body(body(&job));
            Ok(read_wav(&rest::answer(request, Some(&self.key)).await?)?)
        })
    }
}

/// The request as the service documents it.
fn body(job: &Job<'_>) -> String {
    let utterance = job.utterance;
    let language = job.language;
    let voice = rest::escaped(job.voice);
    let mut text = rest::marked_up(utterance);
    if utterance.rate != 1.0 || utterance.pitch != 0.0 {
        let (rate, pitch) = (utterance.rate.clamp(0.5, 2.0), utterance.pitch);
        text = format!("<prosody rate=\"{rate}\" pitch=\"{pitch:+}st\">{text}</prosody>");
    }
    format!(
        "<speak version=\"1.0\" xmlns=\"http://www.w3.org/2001/10/synthesis\" \
         xml:lang=\"{language}\"><voice name=\"{voice}\">{text}</voice></speak>"
    )
}

//! What an operator configures about speech.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use trunkline_model::tenant::connector::Secret;

use crate::language::Language;

/// Speech: who speaks, with which voices, and the cache.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SpeechConfig {
    /// The language of texts whose flow names no voice.
    pub default_language: Language,
    /// How long a provider may take for one sentence, in milliseconds, 100 to 60,000.
    #[schemars(range(min = 100, max = 60_000))]
    pub timeout_ms: u64,
    /// The providers, in the order in which they are asked. Without this key: eSpeak NG, and
    /// Open JTalk for Japanese.
    pub providers: Vec<ProviderConfig>,
    /// Which voices of flows are spoken by which voices of providers. For other voices the
    /// language decides.
    pub voices: Vec<VoiceConfig>,
    /// Where prompts are kept; nowhere without this key.
    pub cache: Option<CacheConfig>,
}

impl Default for SpeechConfig {
    fn default() -> Self {
        let provider =
            |name: &str, kind| ProviderConfig { name: name.to_owned(), max_concurrent: None, kind };
        Self {
            default_language: Language::en_us(),
            timeout_ms: 2_000,
            providers: vec![
                provider("espeak-ng", ProviderKind::EspeakNg(EspeakNgConfig::default())),
                provider("open-jtalk", ProviderKind::OpenJtalk(OpenJtalkConfig::default())),
            ],
            voices: Vec::new(),
            cache: None,
        }
    }
}

/// Where prompts are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CacheConfig {
    /// The folder. It holds what was said to callers, so only the server's user may read it.
    pub dir: PathBuf,
    /// The most that it holds, in megabytes, 1 to 1,000,000.
    #[serde(default = "default_max_mb")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub max_mb: u64,
}

fn default_max_mb() -> u64 {
    512
}

/// A provider of speech.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProviderConfig {
    /// Its name, by which entries of `voices` and messages call it.
    #[schemars(length(min = 1))]
    pub name: String,
    /// How many sentences it makes at a time, 1 to 1,000; for programs 4, for services 16.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1_000))]
    pub max_concurrent: Option<usize>,
    /// What it is.
    #[serde(flatten)]
    pub kind: ProviderKind,
}

/// What a provider is, with its settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ProviderKind {
    /// The program eSpeak NG.
    EspeakNg(EspeakNgConfig),
    /// The program Open JTalk, for Japanese.
    OpenJtalk(OpenJtalkConfig),
    /// A server with the path `/v1/audio/speech`.
    OpenaiCompatible(OpenaiCompatibleConfig),
    /// Any program.
    Command(CommandConfig),
    /// Google Cloud Text-to-Speech.
    Google(GoogleConfig),
    /// Azure AI Speech.
    Azure(AzureConfig),
}

/// The voice for each language, such as `en-GB: bm_george` or `ja: jf_alpha`.
pub type VoiceTable = BTreeMap<String, String>;

/// Settings of eSpeak NG.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct EspeakNgConfig {
    /// The program, by name or path.
    pub program: PathBuf,
}

impl Default for EspeakNgConfig {
    fn default() -> Self {
        Self { program: "espeak-ng".into() }
    }
}

/// Settings of Open JTalk. The defaults are where Debian's packages and the project's set-up put
/// things.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct OpenJtalkConfig {
    /// The program, by name or path.
    pub program: PathBuf,
    /// The folder of the dictionary.
    pub dictionary: PathBuf,
    /// The file of the voice.
    pub voice: PathBuf,
}

impl Default for OpenJtalkConfig {
    fn default() -> Self {
        Self {
            program: "open_jtalk".into(),
            dictionary: "/var/lib/mecab/dic/open-jtalk/naist-jdic".into(),
            voice: "/usr/local/share/trunkline/voices/mei_normal.htsvoice".into(),
        }
    }
}

/// Settings of a server that speaks OpenAI's protocol.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpenaiCompatibleConfig {
    /// The server, such as `http://127.0.0.1:8880`; with or without `/v1` at its end.
    pub base_url: String,
    /// The key, if the server wants one.
    #[serde(default)]
    pub key: Option<Secret>,
    /// The model.
    #[serde(default = "default_model")]
    pub model: String,
    /// The voice for each language; other languages are not spoken by it. Empty: the server's
    /// model reads every language with `voice`.
    #[serde(default)]
    pub voices: VoiceTable,
    /// The voice of languages without an entry, when there are no entries at all.
    #[serde(default = "default_voice")]
    pub voice: String,
}

fn default_model() -> String {
    "tts-1".to_owned()
}

fn default_voice() -> String {
    "alloy".to_owned()
}

/// Settings of a program. It gets the text in UTF-8 by its standard input and writes audio to its
/// standard output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CommandConfig {
    /// The program and its arguments; no shell reads them. `{voice}`, `{language}`, `{rate}` (1 is
    /// normal) and `{pitch}` (semitones) are replaced.
    #[schemars(length(min = 1))]
    pub command: Vec<String>,
    /// The rate in Hz of audio without a header (16-bit, mono, little-endian); without this key
    /// it writes WAV.
    #[serde(default)]
    pub raw_rate_hz: Option<u32>,
    /// The voice for each language that it speaks.
    pub voices: VoiceTable,
    /// Environment variables that are passed on, besides PATH, HOME, LANG and TMPDIR.
    #[serde(default)]
    pub pass_env: Vec<String>,
}

/// Settings of Google Cloud Text-to-Speech.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GoogleConfig {
    /// The API key.
    pub key: Secret,
    /// The service's address.
    #[serde(default = "default_google_url")]
    pub base_url: String,
    /// The voice for each language; the service chooses for others.
    #[serde(default)]
    pub voices: VoiceTable,
}

fn default_google_url() -> String {
    "https://texttospeech.googleapis.com".to_owned()
}

/// Settings of Azure AI Speech.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AzureConfig {
    /// The key of the Speech resource.
    pub key: Secret,
    /// Its region, such as `westeurope`.
    pub region: String,
    /// The service's address, where it is not the region's own.
    #[serde(default)]
    pub base_url: Option<String>,
    /// The voice for each language, besides those that the program knows.
    #[serde(default)]
    pub voices: VoiceTable,
}

/// Which voices of providers speak for a voice of flows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VoiceConfig {
    /// The text-to-speech connector that the flow names; without this key any.
    #[serde(default)]
    pub connector: Option<String>,
    /// The voice that the flow names, `*` standing for any characters; without this key any.
    #[serde(default)]
    pub name: Option<String>,
    /// The language; without this key it is in the name.
    #[serde(default)]
    pub language: Option<Language>,
    /// Who speaks, the first choice first. Other providers of the language follow.
    #[serde(rename = "use")]
    pub uses: Vec<VoiceUse>,
}

/// A voice of a provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VoiceUse {
    /// The provider's name.
    pub provider: String,
    /// The provider's name of the voice; without this key its usual one for the language.
    #[serde(default)]
    pub voice: Option<String>,
}

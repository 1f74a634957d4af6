//! Requests as documented, programs without a shell, the real programs where installed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::stand_in::{serve, serve_tls};
use super::*;
use crate::audio::Pcm;
use crate::language::Language;
use crate::provider::{Job, ProviderError};
use crate::ssml::Emphasis;
use crate::utterance::{Run, Utterance};
use crate::wav::write_wav;

fn provider(settings: serde_json::Value) -> Arc<dyn Provider> {
    let config: ProviderConfig = serde_json::from_value(settings).unwrap();
    let env = |name: &str| (name == "SPEECH_KEY").then(|| "canary-key".to_owned());
    build(&config, &Options { env: Arc::new(env), ..Options::default() }).unwrap()
}

fn utterance(text: &str) -> Utterance {
    let runs = vec![Run { text: text.to_owned(), emphasis: Emphasis::None }];
    Utterance { runs, rate: 1.0, pitch: 0.0, gain_db: 0.0, pause_ms: 0 }
}

fn say(
    provider: &dyn Provider,
    utterance: &Utterance,
    voice: &str,
    language: &str,
) -> Result<Pcm, ProviderError> {
    let language = Language::of_voice_name(language).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let limit = Duration::from_secs(20);
    let job = Job { utterance, voice, language: &language };
    runtime.block_on(async { tokio::time::timeout(limit, provider.speak(job)).await.unwrap() })
}

fn stressed() -> Utterance {
    let mut utterance = utterance("AT&T <3 ");
    let run = Run { text: "now".to_owned(), emphasis: Emphasis::Strong };
    utterance.runs.push(run);
    Utterance { rate: 3.0, pitch: -2.0, ..utterance }
}

#[test]
fn openai_compatible_servers_are_asked_as_documented() {
    let (address, asked) = serve(200, write_wav(24_000, 1, &[1, 2, 3]));
    let settings = json!({"name": "o", "kind": "openai_compatible", "base_url": format!("{address}/v1/"),
        "key": {"env": "SPEECH_KEY"}, "model": "kokoro", "voices": {"en": "bella"}});
    let provider = provider(settings);
    let pcm = say(&*provider, &stressed(), "bella", "en-US").unwrap();
    assert_eq!((pcm.rate_hz, &pcm.samples[..]), (24_000, &[1, 2, 3][..]));
    let asked = asked.recv().unwrap();
    assert_eq!(asked.line, "POST /v1/audio/speech");
    assert_eq!(asked.header("authorization"), Some("Bearer canary-key"));
    assert_eq!(asked.header("content-type"), Some("application/json"));
    let expected = json!({"model": "kokoro", "input": "AT&T <3 now", "voice": "bella",
        "response_format": "wav", "speed": 3.0});
    assert_eq!(asked.json(), expected);
    let en = Language::en_us();
    assert_eq!(provider.voice_for(&en, None).as_deref(), Some("bella"));
    assert_eq!(provider.voice_for(&Language::ja_jp(), None), None);
}

#[test]
fn google_is_asked_as_documented() {
    let audio = STANDARD.encode(write_wav(16_000, 1, &[9]));
    let (address, asked) = serve(200, json!({ "audioContent": audio }).to_string().into_bytes());
    let settings = json!({"name": "g", "kind": "google", "base_url": address,
        "key": {"env": "SPEECH_KEY"}});
    let provider = provider(settings);
    let pcm = say(&*provider, &stressed(), "en-US-Standard-C", "en-US").unwrap();
    assert_eq!(&pcm.samples[..], [9]);
    let asked = asked.recv().unwrap();
    assert_eq!(asked.line, "POST /v1/text:synthesize");
    assert_eq!(asked.header("x-goog-api-key"), Some("canary-key"));
    let ssml = "<speak>AT&amp;T &lt;3 <emphasis level=\"strong\">now</emphasis></speak>";
    let expected = json!({
        "input": {"ssml": ssml},
        "voice": {"languageCode": "en-US", "name": "en-US-Standard-C"},
        "audioConfig": {"audioEncoding": "LINEAR16", "sampleRateHertz": 16_000,
            "speakingRate": 2.0, "pitch": -2.0},
    });
    assert_eq!(asked.json(), expected);
    let choice = |name: &str| {
        let language = Language::of_voice_name(name).unwrap();
        provider.voice_for(&language, Some(name)).unwrap()
    };
    assert_eq!(choice("ja-JP-Neural2-B"), "ja-JP-Neural2-B");
    assert_eq!(choice("en-US-Daniel"), "");
}

#[test]
fn google_gets_languages_in_its_own_writing() {
    let audio = STANDARD.encode(write_wav(16_000, 1, &[9]));
    let (address, asked) = serve(200, json!({ "audioContent": audio }).to_string().into_bytes());
    let settings = json!({"name": "g", "kind": "google", "base_url": address,
        "key": {"env": "SPEECH_KEY"}});
    let provider = provider(settings);
    say(&*provider, &utterance("hi"), "cmn-CN-Wavenet-A", "zh-CN").unwrap();
    let named = json!({"languageCode": "cmn-CN", "name": "cmn-CN-Wavenet-A"});
    assert_eq!(asked.recv().unwrap().json()["voice"], named);
    say(&*provider, &utterance("hi"), "", "zh-TW").unwrap();
    assert_eq!(asked.recv().unwrap().json()["voice"], json!({"languageCode": "cmn-TW"}));
}

#[test]
fn azure_is_asked_as_documented() {
    let (address, asked) = serve(200, write_wav(16_000, 1, &[4, 5]));
    let settings = json!({"name": "a", "kind": "azure", "region": "westeurope",
        "base_url": address, "key": {"env": "SPEECH_KEY"}, "voices": {"en-US": "en-US-AriaNeural"}});
    let provider = provider(settings);
    let pcm = say(&*provider, &stressed(), "en-US-AriaNeural", "en-US").unwrap();
    assert_eq!(&pcm.samples[..], [4, 5]);
    let asked = asked.recv().unwrap();
    assert_eq!(asked.line, "POST /cognitiveservices/v1");
    assert_eq!(asked.header("ocp-apim-subscription-key"), Some("canary-key"));
    assert_eq!(asked.header("content-type"), Some("application/ssml+xml"));
    assert_eq!(asked.header("x-microsoft-outputformat"), Some("riff-16khz-16bit-mono-pcm"));
    assert!(asked.header("user-agent").unwrap().starts_with("trunkline/"));
    let expected = "<speak version=\"1.0\" xmlns=\"http://www.w3.org/2001/10/synthesis\" \
        xml:lang=\"en-US\"><voice name=\"en-US-AriaNeural\"><prosody rate=\"2\" pitch=\"-2st\">\
        AT&amp;T &lt;3 <emphasis level=\"strong\">now</emphasis></prosody></voice></speak>";
    assert_eq!(asked.text(), expected);
    let choice = |language: &str, wanted| {
        provider.voice_for(&Language::of_voice_name(language).unwrap(), wanted)
    };
    assert_eq!(choice("en-US", None).as_deref(), Some("en-US-AriaNeural"));
    assert_eq!(choice("ja-JP", None).as_deref(), Some("ja-JP-NanamiNeural"));
    assert_eq!(choice("ja-JP", Some("ja-JP-KeitaNeural")).as_deref(), Some("ja-JP-KeitaNeural"));
    assert_eq!(choice("eo", None), None);
}

#[test]
fn refusals_are_shown_without_the_key() {
    let said = b"{\"error\": \"bad key canary-key\"}".to_vec();
    let (address, _asked) = serve(401, said);
    let settings = json!({"name": "a", "kind": "azure", "region": "x", "base_url": address,
        "key": {"env": "SPEECH_KEY"}});
    let provider = provider(settings);
    let error = say(&*provider, &utterance("hi"), "v", "en-US").unwrap_err();
    assert!(error.to_string().contains("401") && error.to_string().contains("bad key •••"));
    assert!(!format!("{error:?} {provider:?}").contains("canary"));
    let (address, _asked) = serve(200, b"<html>".to_vec());
    for (kind, key) in [("google", "Answer"), ("openai_compatible", "Audio")] {
        let settings = json!({"name": "x", "kind": kind, "base_url": address,
            "key": {"env": "SPEECH_KEY"}});
        let error = say(&*self::provider(settings), &utterance("hi"), "", "en-US").unwrap_err();
        assert!(format!("{error:?}").starts_with(key), "{error:?}");
    }
    let settings = json!({"name": "x", "kind": "openai_compatible",
        "base_url": "http://127.0.0.1:1"});
    let error = say(&*self::provider(settings), &utterance("hi"), "", "en-US").unwrap_err();
    assert!(matches!(error, ProviderError::Network(_)), "{error}");
}

/// Services of one's own have certificates of one's own authority.
#[test]
fn certificate_authorities_of_ones_own_are_trusted() {
    let (address, certificate) = serve_tls(write_wav(8_000, 1, &[5]));
    let dir = tempfile::tempdir().unwrap();
    let (path, wrong) = (dir.path().join("authority.pem"), dir.path().join("wrong.pem"));
    std::fs::write(&path, certificate).unwrap();
    std::fs::write(&wrong, "nothing").unwrap();
    let build = |file: Option<&std::path::Path>| {
        let file = file.map(|file| file.to_str().unwrap().to_owned());
        let env = move |name: &str| file.clone().filter(|_| name == "SSL_CERT_FILE");
        let settings = json!({"name": "o", "kind": "openai_compatible", "base_url": address});
        let config: ProviderConfig = serde_json::from_value(settings).unwrap();
        super::build(&config, &Options { env: Arc::new(env), ..Options::default() })
    };
    let say = |file| say(&*build(file).unwrap(), &utterance("Hi"), "alloy", "en-US");
    assert_eq!(&say(Some(&path)).unwrap().samples[..], [5]);
    let error = say(None).unwrap_err();
    assert!(matches!(&error, ProviderError::Network(_)), "{error}");
    assert!(error.to_string().contains("certificate"), "{error}");
    for wrong in [wrong, dir.path().join("gone.pem")] {
        let error = build(Some(&wrong)).unwrap_err().to_string();
        assert!(error.contains("SSL_CERT_FILE") && error.contains("PEM"), "{error}");
    }
}

#[test]
fn settings_are_checked() {
    let error = |settings: serde_json::Value| {
        let config: ProviderConfig = serde_json::from_value(settings).unwrap();
        let env = Arc::new(|_: &str| None);
        build(&config, &Options { env, ..Options::default() }).unwrap_err().to_string()
    };
    let key = json!({"env": "NOT_SET"});
    let google = json!({"name": "g", "kind": "google", "key": key});
    assert!(error(google).contains("NOT_SET"));
    let literal = json!({"name": "g", "kind": "google", "key": "canary-literal"});
    assert!(error(literal.clone()).contains("{env: NAME}") && !error(literal).contains("canary"));
    let region = json!({"name": "a", "kind": "azure", "key": key, "region": "x.evil.example/"});
    assert!(error(region).contains("region"));
    let url = json!({"name": "o", "kind": "openai_compatible", "base_url": "localhost"});
    assert!(error(url).contains("base_url"));
    for command in [json!([]), json!([""]), json!(["say", "{text}"]), json!(["{voice}"])] {
        let settings = json!({"name": "c", "kind": "command", "command": command, "voices": {}});
        assert!(error(settings).contains("command"));
    }
}

#[cfg(unix)]
mod programs {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    fn script(dir: &Path, name: &str, text: &str) -> String {
        let path = dir.join(name);
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path.display().to_string()
    }

    fn command(command: serde_json::Value) -> Arc<dyn Provider> {
        provider(json!({"name": "c", "kind": "command", "command": command,
            "raw_rate_hz": 8_000, "voices": {"en": "kate"}}))
    }

    #[test]
    fn no_shell_reads_the_text_or_the_arguments() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        let text = format!(
            "cat > '{0}'; for a; do echo \"[$a]\" >> '{0}'; done; printf ABCD",
            out.display()
        );
        let program = script(dir.path(), "say", &text);
        let provider = command(json!([program, "-v{voice}", "{language}", "{rate}", "$(id) ;"]));
        let evil = "$(touch x); `id` --help '\"";
        let pcm = say(&*provider, &utterance(evil), "a b;c", "en-US").unwrap();
        assert_eq!((pcm.rate_hz, pcm.samples.len()), (8_000, 2));
        let seen = fs::read_to_string(out).unwrap();
        assert_eq!(seen, format!("{evil}[-va b;c]\n[en-US]\n[1]\n[$(id) ;]\n"));
    }

    #[test]
    fn secrets_of_the_environment_stay_here() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("env");
        let program = script(dir.path(), "say", &format!("env > '{}'; printf AB", out.display()));
        say(&*command(json!([program])), &utterance("x"), "", "en-US").unwrap();
        let passed = ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR"];
        let of_the_shell = ["PWD", "OLDPWD", "SHLVL", "_"];
        for line in fs::read_to_string(out).unwrap().lines() {
            let name = line.split('=').next().unwrap();
            assert!(passed.contains(&name) || of_the_shell.contains(&name), "{name}");
        }
    }

    #[test]
    fn failures_of_programs_are_told_apart() {
        let dir = tempfile::tempdir().unwrap();
        let fails = script(dir.path(), "fails", "echo no such voice >&2; exit 3");
        let silent = script(dir.path(), "silent", "exit 0");
        let endless = script(dir.path(), "endless", "cat /dev/zero");
        let error = |program: &str| {
            say(&*command(json!([program])), &utterance("x"), "", "en-US").unwrap_err()
        };
        assert!(error(&fails).to_string().contains("no such voice"));
        assert!(error(&silent).to_string().contains("wrote no audio"));
        assert!(matches!(error(&endless), ProviderError::TooMuch));
        assert!(matches!(error("/no/such/program"), ProviderError::NotStarted { .. }));
    }

    #[test]
    fn dropping_kills_the_program_and_its_children() {
        let dir = tempfile::tempdir().unwrap();
        let mark = dir.path().join("pid");
        let text = format!("sleep 60 & echo $! > '{}'; sleep 60", mark.display());
        let program = script(dir.path(), "sleeps", &text);
        let provider = command(json!([program]));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (utterance, language) = (utterance("x"), Language::en_us());
        let job = Job { utterance: &utterance, voice: "", language: &language };
        runtime.block_on(async {
            let waiting = async {
                while fs::read_to_string(&mark).unwrap_or_default().is_empty() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            };
            tokio::select! {
                _ = provider.speak(job) => panic!("it sleeps"),
                () = waiting => {}
            }
        });
        let child = fs::read_to_string(&mark).unwrap();
        // A killed child that nobody waited for is a zombie, which runs no more.
        let runs = || {
            let state = fs::read_to_string(format!("/proc/{}/stat", child.trim()));
            state.is_ok_and(|state| !state.contains(") Z "))
        };
        let started = Instant::now();
        while runs() && started.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(!runs());
    }

    fn is_installed(program: &str) -> bool {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let found = std::env::split_paths(&path).any(|dir| dir.join(program).is_file());
        if !found {
            println!("{program} is not installed: what needs it is not tested");
        }
        found
    }

    fn loudness(pcm: &Pcm) -> f64 {
        let sum: f64 = pcm.samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
        (sum / pcm.samples.len() as f64).sqrt()
    }

    #[test]
    fn espeak_ng_speaks() {
        if !is_installed("espeak-ng") {
            return;
        }
        let provider = provider(json!({"name": "e", "kind": "espeak_ng"}));
        let say = |utterance: &Utterance, voice, language| {
            self::say(&*provider, utterance, voice, language)
        };
        let text = "Welcome to the contact centre.";
        let usual = say(&utterance(text), "", "en-US").unwrap();
        assert_eq!(usual.rate_hz, 22_050);
        assert!(usual.length() > Duration::from_millis(800) && loudness(&usual) > 500.0);
        let fast = say(&Utterance { rate: 2.0, ..utterance(text) }, "", "en-US").unwrap();
        assert!(fast.length() < usual.length().mul_f64(0.7), "{fast:?} {usual:?}");
        let length = |text: &str| say(&utterance(text), "", "en-US").unwrap().samples.len();
        assert!(length("a < b") > length("a b"), "the sign is read");
        assert_ne!(length("--version -v de"), 0);
        assert!(say(&utterance("x"), "qq-nobody", "en-US").is_err());
        for name in ["de-DE", "es-419", "fr-CA", "pt-BR", "zh-CN", "nb-NO", "tr-TR", "vi-VN"] {
            let language = Language::of_voice_name(name).unwrap();
            let voice = provider.voice_for(&language, None).unwrap();
            let said = self::say(&*provider, &utterance("1 2 3"), &voice, name);
            assert!(said.is_ok(), "{name} {voice}");
        }
    }

    #[test]
    fn espeak_ng_refuses_japanese() {
        let provider = provider(json!({"name": "e", "kind": "espeak_ng"}));
        assert_eq!(provider.voice_for(&Language::ja_jp(), Some("ja-JP-X")), None);
        for text in ["こんにちは", "Mr 田中", "ｶﾅ"] {
            let error = say(&*provider, &utterance(text), "en-us", "en-US").unwrap_err();
            assert!(matches!(error, ProviderError::Unsuited(_)), "{text} {error}");
        }
    }

    #[test]
    fn open_jtalk_gets_what_it_documents() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        let wav = dir.path().join("in.wav");
        fs::write(&wav, write_wav(48_000, 1, &[7])).unwrap();
        let text =
            format!("echo \"$@\" > '{0}'; cat >> '{0}'; cat '{1}'", out.display(), wav.display());
        let program = script(dir.path(), "open_jtalk", &text);
        fs::write(dir.path().join("mei"), "").unwrap();
        let settings = |voice: &str| {
            json!({"name": "j", "kind": "open_jtalk", "program": program,
                "dictionary": "/dic", "voice": dir.path().join(voice)})
        };
        let provider = provider(settings("mei"));
        let slow = Utterance { rate: 0.5, pitch: 2.0, ..utterance("はい。\n次") };
        assert_eq!(say(&*provider, &slow, "", "ja-JP").unwrap().rate_hz, 48_000);
        let mei = dir.path().join("mei");
        let expected =
            format!("-x /dic -m {} -r 0.5 -fm 2 -ow /dev/stdout\nはい。、次\n", mei.display());
        assert_eq!(fs::read_to_string(&out).unwrap(), expected);
        assert_eq!(provider.voice_for(&Language::en_us(), None), None);
        let error = say(&*self::provider(settings("none")), &slow, "", "ja-JP").unwrap_err();
        assert!(error.to_string().contains("voice file"));
    }

    /// The voice is where the set-up puts it, or where `TRUNKLINE_TEST_HTSVOICE` says.
    #[test]
    fn open_jtalk_speaks() {
        let usual = crate::config::OpenJtalkConfig::default();
        let voice = std::env::var_os("TRUNKLINE_TEST_HTSVOICE").map(std::path::PathBuf::from);
        let voice = voice.unwrap_or(usual.voice);
        if !is_installed("open_jtalk") {
            return;
        }
        if !voice.is_file() || !usual.dictionary.is_dir() {
            println!("no voice {}: Open JTalk is not tested", voice.display());
            return;
        }
        let provider = provider(json!({"name": "j", "kind": "open_jtalk", "voice": voice}));
        let text = "お電話ありがとうございます。";
        let usual = say(&*provider, &utterance(text), "", "ja-JP").unwrap();
        assert!(usual.rate_hz == 48_000 && usual.length() > Duration::from_secs(1));
        assert!(loudness(&usual) > 500.0);
        let fast = Utterance { rate: 2.0, ..utterance(text) };
        let fast = say(&*provider, &fast, "", "ja-JP").unwrap();
        assert!(fast.length() < usual.length().mul_f64(0.7));
        let longest = "東京都".repeat(46);
        assert!(say(&*provider, &utterance(&longest), "", "ja-JP").is_ok());
    }
}

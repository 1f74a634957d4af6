//! The voice of `--say`: the first provider of speech that this machine has.

use trunkline_model::prompt::Voice;
use trunkline_softphone::{Item, sound};
use trunkline_speech::{Keep, Options, Speaker, SpeechConfig};

use crate::problem::{Problem, Result};

/// The longest speech, in seconds.
const MAX_SECONDS: u64 = 300;

/// Makes a text audible, a piece for each sentence.
pub(super) async fn speak(text: &str) -> Result<Vec<Item>> {
    let wrong = |error: &dyn std::fmt::Display| Problem::misuse(format!("--say: {error}"));
    let speaker = Speaker::new(SpeechConfig::default(), &Options::default());
    let speaker = speaker.map_err(|error| wrong(&error))?;
    let speech = speaker.say(text, &Voice::default(), Keep::Nowhere);
    let mut speech = speech.map_err(|error| wrong(&error))?;
    let (mut items, mut seconds) = (Vec::new(), 0);
    while let Some(clip) = speech.next().await {
        let pcm = clip.map_err(|error| wrong(&error))?.pcm;
        seconds += pcm.length().as_secs();
        if seconds > MAX_SECONDS {
            return Err(wrong(&"the text takes longer than five minutes; shorten it"));
        }
        let item = sound::from_samples(&pcm.samples, pcm.rate_hz);
        items.push(item.map_err(|error| wrong(&error))?);
    }
    Ok(items)
}

//! A text that is being spoken, for all who wait for it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{AbortHandle, spawn_blocking};
use trunkline_media::SAMPLE_RATE_HZ;
use trunkline_media::prompt::{Item, Prompt};
use trunkline_media::resample::resample;
use trunkline_speech::{Clip, Speech};

use crate::failure::PromptFailure;
use crate::limits::MAX_PIECES;

/// The longest speech of one text: what is made and not heard would fill the memory.
const MAX_LENGTH: Duration = Duration::from_secs(655);

/// How far a text is.
#[derive(Debug, Default)]
struct Progress {
    items: Vec<Item>,
    end: Option<Result<(), PromptFailure>>,
}

/// A text that is being spoken. When the last one who waits lets go of it, the work ends.
#[derive(Debug)]
pub(crate) struct Making {
    progress: watch::Receiver<Progress>,
    task: AbortHandle,
}

impl Drop for Making {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Making {
    /// Takes the clips as they come. At the end `finished` gets the items, or none after a
    /// failure, before those who wait see the end.
    pub(crate) fn start(
        mut speech: Speech,
        finished: impl FnOnce(Option<Arc<[Item]>>) + Send + 'static,
    ) -> Self {
        let (sender, progress) = watch::channel(Progress::default());
        let task = tokio::spawn(async move {
            let mut length = Duration::ZERO;
            let end = loop {
                let clip = match speech.next().await {
                    None => break Ok(()),
                    Some(Ok(clip)) => clip,
                    Some(Err(error)) => break Err(PromptFailure::of_speech(&error)),
                };
                length += clip.pcm.length();
                if length > MAX_LENGTH || sender.borrow().items.len() == MAX_PIECES {
                    break Err(PromptFailure::too_long());
                }
                match to_item(clip).await {
                    Ok(item) => sender.send_modify(|progress| progress.items.push(item)),
                    Err(failure) => break Err(failure),
                }
            };
            let items = end.is_ok().then(|| sender.borrow().items.as_slice().into());
            finished(items);
            sender.send_modify(|progress| progress.end = Some(end));
        });
        Self { progress, task: task.abort_handle() }
    }
}

/// One of those who wait, and what it has seen.
#[derive(Debug)]
pub(crate) struct Follower {
    /// Kept so that the work goes on.
    _making: Arc<Making>,
    progress: watch::Receiver<Progress>,
    seen: usize,
}

impl Follower {
    pub(crate) fn new(making: Arc<Making>) -> Self {
        let progress = making.progress.clone();
        Self { _making: making, progress, seen: 0 }
    }

    /// The next item; none at the end. May be dropped and called again.
    pub(crate) async fn next(&mut self) -> Option<Result<Item, PromptFailure>> {
        let seen = self.seen;
        let is_new = |progress: &Progress| progress.items.len() > seen || progress.end.is_some();
        let Ok(progress) = self.progress.wait_for(is_new).await else {
            let reason = "the speech was broken off; play it again".to_owned();
            return Some(Err(PromptFailure::SpeechFailed { reason }));
        };
        if let Some(item) = progress.items.get(seen) {
            self.seen += 1;
            return Some(Ok(item.clone()));
        }
        match &progress.end {
            Some(Err(failure)) => Some(Err(failure.clone())),
            Some(Ok(())) | None => None,
        }
    }
}

/// A clip as telephones play it. Sound is converted where it holds up nobody else.
async fn to_item(clip: Clip) -> Result<Item, PromptFailure> {
    if clip.source.is_none() {
        return Ok(Item::Silence(clip.pcm.length()));
    }
    let pcm = clip.pcm;
    let converting = spawn_blocking(move || {
        let samples = resample(&pcm.samples, pcm.rate_hz, SAMPLE_RATE_HZ)?;
        Ok(Item::Prompt(Prompt::from_samples(&samples)))
    });
    let failed = |reason: String| PromptFailure::SpeechFailed { reason };
    match converting.await {
        Ok(converted) => converted.map_err(|error: trunkline_media::Error| {
            failed(format!("the provider's sound cannot be used: {error}"))
        }),
        // The program is ending.
        Err(error) => Err(failed(format!("the speech was broken off: {error}"))),
    }
}

//! Prompts that come piece by piece.

use std::collections::VecDeque;

use trunkline_media::prompt::Item;
use trunkline_model::prompt::Prompt;
use trunkline_speech::Keep;

use crate::failure::PromptFailure;
use crate::library::{Library, Text};
use crate::limits::MAX_PIECES;
use crate::making::Follower;

/// Prompts that come piece by piece, as soon as each can be played. Dropping it ends the work on
/// what nobody else waits for.
#[derive(Debug)]
pub struct Pieces {
    library: Library,
    keep: Keep,
    /// Prompts that were not begun.
    waiting: VecDeque<Prompt>,
    ready: VecDeque<Item>,
    making: Option<Follower>,
    failure: Option<PromptFailure>,
    given: usize,
}

impl Pieces {
    /// Begins with what comes first. What is known to fail fails before anything is heard.
    pub(crate) fn open(library: Library, prompts: &[Prompt], keep: Keep) -> Self {
        let failure = library.known_failure(prompts);
        let waiting = match failure {
            Some(_) => VecDeque::new(),
            None => prompts.iter().cloned().collect(),
        };
        let (ready, making) = (VecDeque::new(), None);
        let mut pieces = Self { library, keep, waiting, ready, making, failure, given: 0 };
        pieces.begin();
        pieces
    }

    /// The next piece; none at the end. After an error nothing follows. May be dropped and called
    /// again.
    pub async fn next(&mut self) -> Option<Result<Item, PromptFailure>> {
        let item = self.next_unbounded().await?;
        self.given += 1;
        if item.is_ok() && self.given > MAX_PIECES {
            (self.making, self.failure) = (None, None);
            self.ready.clear();
            self.waiting.clear();
            return Some(Err(PromptFailure::too_long()));
        }
        Some(item)
    }

    async fn next_unbounded(&mut self) -> Option<Result<Item, PromptFailure>> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Some(Ok(item));
            }
            if let Some(failure) = self.failure.take() {
                self.waiting.clear();
                return Some(Err(failure));
            }
            match &mut self.making {
                Some(making) => match making.next().await {
                    Some(Ok(item)) => return Some(Ok(item)),
                    Some(Err(failure)) => {
                        self.failure = Some(failure);
                        self.making = None;
                    }
                    None => self.making = None,
                },
                None if self.waiting.is_empty() => return None,
                None => self.begin(),
            }
        }
    }

    /// Begins the prompts up to the first one that has to be waited for.
    fn begin(&mut self) {
        while self.making.is_none() && self.failure.is_none() {
            let Some(prompt) = self.waiting.pop_front() else { return };
            match prompt {
                Prompt::Audio { file } => match self.library.file(&file) {
                    Ok(prompt) => self.ready.push_back(Item::Prompt(prompt)),
                    Err(failure) => self.failure = Some(failure),
                },
                Prompt::Speech { text, voice, is_secure: _ } => {
                    match self.library.text(&text, &voice, self.keep) {
                        Ok(Text::Ready(items)) => self.ready.extend(items.iter().cloned()),
                        Ok(Text::Making(making)) => self.making = Some(Follower::new(making)),
                        Err(failure) => self.failure = Some(failure),
                    }
                }
            }
        }
    }
}

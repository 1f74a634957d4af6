//! What flows do, as callers' pages see it: read again whenever something has happened, and what
//! is new is sent.

use tokio::sync::mpsc;
use trunkline_desk::{ToCaller, VariableView};
use trunkline_model::ContactId;

use super::super::{Event, Switchboard};
use super::{TrialEvent, tell};
use crate::archive::Story;

/// Who sees a contact's steps.
pub(super) struct Watch {
    tell: mpsc::Sender<ToCaller>,
    /// So many were sent.
    sent: usize,
    /// The case that was told last.
    case: Option<String>,
    /// They are being read.
    is_asked: bool,
}

impl Switchboard {
    pub(super) fn watch(&mut self, contact: &ContactId, tell: mpsc::Sender<ToCaller>) {
        let watch = Watch { tell, sent: 0, case: None, is_asked: false };
        self.trials.watches.insert(contact.clone(), watch);
    }

    /// Something has happened to a contact.
    pub(in super::super) fn touch_trial(&mut self, contact: &ContactId) {
        if self.trials.watches.contains_key(contact) {
            self.trials.dirty.insert(contact.clone());
        }
    }

    /// Has the steps of contacts read to which something has happened, unless they are being read:
    /// then once more after that.
    pub(in super::super) fn refresh_trials(&mut self) {
        if self.trials.dirty.is_empty() {
            return;
        }
        let (trials, io) = (&mut self.trials, &self.io);
        let mut again = std::collections::HashSet::new();
        for contact in std::mem::take(&mut trials.dirty) {
            let Some(watch) = trials.watches.get_mut(&contact) else { continue };
            if std::mem::replace(&mut watch.is_asked, true) {
                again.insert(contact);
                continue;
            }
            let (events, of) = (io.events.clone(), contact.clone());
            let told = move |story: Option<Story>| {
                let event = TrialEvent::Read { contact: of, story: story.map(Box::new) };
                // The switchboard is gone when the whole server is.
                let _ = events.send(Event::Trial(event));
            };
            if !self.desks.archive().story(contact.clone(), told) {
                // Too much to do there: when something happens again.
                watch.is_asked = false;
            }
        }
        self.trials.dirty = again;
    }

    pub(super) fn story_read(&mut self, contact: &ContactId, story: Option<Box<Story>>) {
        let goes_on = self.exchange.contact(contact).is_some();
        let is_newer = self.trials.dirty.contains(contact);
        let Some(watch) = self.trials.watches.get_mut(contact) else { return };
        watch.is_asked = false;
        let is_over = !goes_on && !is_newer;
        let (steps, case) = match story {
            Some(story) => {
                let case = case_of(&story.variables);
                (story.trace.into_iter().skip(watch.sent).collect(), case)
            }
            // What was told stands.
            None => (Vec::new(), watch.case.clone()),
        };
        if !steps.is_empty() || case != watch.case || is_over {
            watch.sent += steps.len();
            watch.case.clone_from(&case);
            let contact = contact.to_string();
            tell(&watch.tell, ToCaller::Steps { contact, steps, case, is_over });
        }
        if is_over || watch.tell.is_closed() {
            self.trials.watches.remove(contact);
            self.trials.dirty.remove(contact);
        }
    }
}

/// The case's id among the variables, as flows call it: `caseId`, `case_id`, `CaseID`.
fn case_of(variables: &[VariableView]) -> Option<String> {
    let is_it = |name: &str| name.replace('_', "").eq_ignore_ascii_case("caseid");
    let found = variables.iter().find(|variable| is_it(&variable.name))?;
    Some(found.value.clone()).filter(|id| super::case::is_id(id))
}

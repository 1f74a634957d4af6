//! What keeps a caller whose flow cannot go on: the entry point's fallback, or an apology.

use trunkline_model::prompt::{Prompt, Voice};
use trunkline_model::routing::Priority;
use trunkline_model::tenant::OnUnhandledError;
use trunkline_model::tenant::entry_point::Fallback;
use trunkline_model::{Failure, FailureCode};

use crate::contact::{Contact, Phase};
use crate::output::Output;
use crate::steps;

const APOLOGY: &str =
    "We are sorry, we cannot take your call right now. Please call again later. Goodbye.";
const APOLOGY_JA: &str = "申し訳ございません。ただいまお電話をお受けできません。恐れ入りますが、\
                          後ほどおかけ直しください。";

impl Contact {
    /// Sends the caller to the fallback destination, lets them wait on in their queue, or
    /// apologises and disconnects.
    pub(crate) fn rescue(&mut self, failure: &Failure) {
        let is_kept = match self.phase {
            Phase::InFlow | Phase::Talking | Phase::AgentLeft => false,
            Phase::Over
            | Phase::Apology { .. }
            | Phase::Transferring { .. }
            | Phase::Transferred { .. }
            | Phase::Asking
            | Phase::Calling { .. } => true,
        };
        if is_kept {
            return;
        }
        let keeps = self.entry.on_unhandled_error == OnUnhandledError::Keep;
        let fallback = self.entry.fallback.clone().filter(|_| keeps);
        // A contact that comes back from the fallback queue would wait in it for ever.
        let is_used_up = self.has_fallen_back && self.queue.is_none();
        let fallback = fallback.filter(|it| !(is_used_up && matches!(it, Fallback::Queue(_))));
        self.step(|contact| steps::rescued(failure, contact.target(fallback.as_ref(), keeps)));
        match fallback {
            Some(Fallback::Number(number)) => self.transfer(number),
            _ if self.stays_queued() => self.play_queue_music(),
            Some(Fallback::Queue(name)) => self.fall_back_to_queue(&name),
            None if keeps => self.apologise(),
            None => self.disconnect("unhandled error"),
        }
    }

    /// Whether the queue in which the contact waits is its fallback: no number is, and the entry
    /// point does not ask for an end.
    pub(crate) fn stays_queued(&self) -> bool {
        let keeps = self.entry.on_unhandled_error == OnUnhandledError::Keep;
        let goes_to_number = matches!(self.entry.fallback, Some(Fallback::Number(_)));
        keeps && self.queue.is_some() && !goes_to_number
    }

    /// Where the caller goes, for the trace.
    fn target(&self, fallback: Option<&Fallback>, keeps: bool) -> String {
        let present = self.queue.as_ref().filter(|_| self.stays_queued());
        let present = present.and_then(|queue| self.site.tenant.queue(queue.as_str()));
        match (present, fallback) {
            (Some(queue), _) => format!("queue {}", queue.name),
            (None, Some(Fallback::Queue(name))) => format!("queue {name}"),
            (None, Some(Fallback::Number(number))) => format!("number {number}"),
            (None, None) if keeps => "apology".to_owned(),
            (None, None) => "disconnect".to_owned(),
        }
    }

    fn fall_back_to_queue(&mut self, name: &str) {
        let Some(queue) = self.site.tenant.queue(name) else { return self.apologise() };
        let queue = queue.id.clone();
        self.has_fallen_back = true;
        self.queue = Some(queue.clone());
        (self.last_queue, self.priority) = (Some(queue.clone()), Priority::LOWEST);
        self.run.set_queued(true);
        self.want(Output::Enqueue {
            queue,
            priority: Priority::LOWEST,
            skills: Vec::new(),
            relaxations: Vec::new(),
            check_availability: false,
        });
        self.play_queue_music();
    }

    pub(crate) fn apologise(&mut self) {
        // No agent must be rung for somebody who is being sent away.
        if self.queue.is_some() {
            self.want(Output::Withdraw);
            self.leave_queue();
        }
        let id = self.own_id();
        self.phase = Phase::Apology { id };
        let text = if self.speaks_japanese() { APOLOGY_JA } else { APOLOGY };
        let prompt = Prompt::speech(text, Voice::default());
        self.step(|_| steps::played(text));
        self.want(Output::Play { id, prompts: vec![prompt] });
    }

    fn speaks_japanese(&self) -> bool {
        let language = self.run.variable("Global_Language");
        let chosen = language.as_ref().and_then(|value| value.as_str()).unwrap_or_default();
        let zone = self.site.tenant.time_zone.as_deref();
        if chosen.is_empty() { zone == Some("Asia/Tokyo") } else { chosen.starts_with("ja") }
    }

    /// The queues did not take the contact: it waits in none, whatever its flow believes.
    pub(crate) fn enqueue_refused(&mut self, reason: &str) {
        if self.queue.is_none() {
            return;
        }
        self.leave_queue();
        self.run.stop_caller_flow(self.now_ms);
        self.pass_on();
        self.rescue(&Failure::new(FailureCode::QueueRefused, reason));
    }

    /// The contact waited for as long as its queue allows.
    pub(crate) fn timed_out(&mut self, overflow_number: Option<String>) {
        if self.queue.is_none() {
            return;
        }
        self.step(|_| steps::plain("timed_out_in_queue"));
        self.leave_queue();
        self.run.stop_caller_flow(self.now_ms);
        self.pass_on();
        match overflow_number {
            Some(number) => self.transfer(number),
            None => {
                let text = "the contact waited in its queue for the longest time that it allows";
                self.rescue(&Failure::new(FailureCode::QueueTimeout, text));
            }
        }
    }
}

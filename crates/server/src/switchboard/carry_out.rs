//! What contacts and queues want, done.

use trunkline_contact::{Notice, Output as Wanted};
use trunkline_exchange::Output;
use trunkline_model::ContactId;

use super::legs::Role;
use super::parties::about;
use super::{Event, Switchboard};
use crate::ops::CallOutcome;

/// Temporarily unavailable (RFC 3261, section 21.4.18): the flow ended before it answered.
const UNAVAILABLE: u16 = 480;

impl Switchboard {
    pub(super) fn carry_out(&mut self, output: Output) {
        if self.comes_too_late(&output) {
            return;
        }
        self.announce(&output);
        match output {
            Output::Contact { contact, output } => self.wanted(contact, output),
            Output::Ended { contact } => self.ended(&contact),
            Output::Crashed { contact, successor, message } => {
                self.crashed(&contact, successor, &message);
            }
            Output::Ring { contact, agent, ring_timeout_ms, caller_id } => {
                self.note_consult(&contact);
                self.ring(contact, &agent, ring_timeout_ms, caller_id);
            }
            Output::StopRinging { contact, agent, .. } => self.stop_ringing(&contact, &agent),
            Output::Connect { contact, agent } => self.connect(&contact, &agent.id),
            Output::TakenOver { contact, consult, agent } => {
                self.taken_over(&contact, &consult, &agent);
            }
            Output::Release { contact, agent, wraps_up_without_end } => {
                self.release(&contact, &agent);
                // Whoever has a desktop says there that they have done.
                if wraps_up_without_end && !self.desks.has_seat(&agent) {
                    self.end_wrap_up_later(contact, agent);
                }
            }
            Output::AgentState { agent, state } => {
                tracing::info!(%agent, ?state, "agent");
            }
            Output::Queued { contact, queue } => {
                tracing::info!(%contact, %queue, "queued");
                self.note_consult(&contact);
                self.legs.line_mut(&contact).queue = Some(queue);
            }
            Output::Refused { input, reason } => {
                tracing::debug!(?input, %reason, "refused by the queues");
            }
            // Desktops see both in their views.
            Output::AgentNext { .. } | Output::WrapUpExtended { .. } => {}
        }
    }

    /// Whether it would make a line for a contact that is over: nobody would ever forget it again.
    fn comes_too_late(&self, output: &Output) -> bool {
        let (Output::Ring { contact, .. }
        | Output::Queued { contact, .. }
        | Output::Contact {
            contact,
            output: Wanted::Arrange(_) | Wanted::SetCallerId { .. } | Wanted::Dial { .. },
        }) = output
        else {
            return false;
        };
        self.legs.line(contact).is_none() && self.exchange.contact(&about(contact)).is_none()
    }

    fn wanted(&mut self, contact: ContactId, output: Wanted) {
        match output {
            Wanted::Http { id, request, .. } => self.send(contact, id, request),
            Wanted::StopRetries { id } => self.stop_retries(&contact, id),
            Wanted::Play { id, prompts } => self.play(contact, id, &prompts),
            Wanted::PlayMusic { id, music } => self.play_music(contact, id, &music),
            Wanted::StopPlaying { id } => self.stop_playing(&contact, id),
            Wanted::Answer => self.answer(&contact),
            Wanted::QueueMusic { file } => self.queue_music(contact, file),
            Wanted::Transfer { id, transfer } => self.transfer(contact, id, &transfer),
            Wanted::SetCallerId { number } => self.set_caller_id(&contact, number),
            Wanted::SendDigits { id, digits, tone_ms, pause_ms } => {
                self.send_digits(&contact, id, &digits, (tone_ms, pause_ms));
            }
            Wanted::Record { id, recording } => self.record(contact, id, &recording),
            Wanted::StopRecording { id } => self.stop_recording(&contact, id),
            Wanted::Arrange(arrangement) => self.arrange(&contact, arrangement),
            Wanted::RecordCall { number } => self.record_call(contact, number),
            Wanted::PauseCallRecording { number, is_paused } => {
                self.pause_call_recording(&contact, number, is_paused);
            }
            Wanted::StopCallRecording { number } => self.stop_call_recording(&contact, number),
            Wanted::Dial { id, transfer } => self.dial_for_agents(&contact, id, &transfer),
            Wanted::HangUpParty { id } => self.hang_up_party(&contact, id),
            Wanted::Disconnect => self.disconnect(&contact),
            Wanted::ScreenPop { agent, pop } => self.screen_pop(&contact, agent.as_ref(), &pop),
            Wanted::Notice(notice) => {
                self.io.metrics.flow_failed(notice.failure.code.as_str());
                tell_operator(&contact, &notice);
            }
            // The exchange has done these itself.
            Wanted::Enqueue { .. }
            | Wanted::EnqueueToAgent { .. }
            | Wanted::SetPriority { .. }
            | Wanted::Escalate { .. }
            | Wanted::Withdraw
            | Wanted::LeaveAgent
            | Wanted::Ask { .. }
            | Wanted::EnqueueConsult { .. }
            | Wanted::Ring { .. }
            | Wanted::Part { .. }
            | Wanted::TakeOver { .. }
            | Wanted::QueryQueue { .. }
            | Wanted::Allocate { .. }
            | Wanted::Ended => {}
        }
    }

    fn answer(&mut self, contact: &ContactId) {
        let now_ms = self.now_ms;
        if let Some(caller) = self.legs.caller_mut(contact) {
            caller.answered_ms = now_ms;
            caller.answer();
        }
    }

    fn disconnect(&mut self, contact: &ContactId) {
        self.end_party(contact);
        self.end_dialled(contact);
        if let Some(caller) = self.legs.caller_mut(contact) {
            caller.end(UNAVAILABLE);
        }
    }

    /// The program made a mistake: the caller stays, as another contact.
    fn crashed(&mut self, contact: &ContactId, successor: Option<ContactId>, message: &str) {
        tracing::error!(%contact, "the program made a mistake: {message}");
        self.io.metrics.call_ended(CallOutcome::Crashed);
        self.scribe.writer().ended(contact);
        let Some(mut line) = self.legs.forget(contact) else { return };
        self.end_consults(std::mem::take(&mut line.consults), std::mem::take(&mut line.dialled));
        for id in line.ringing.drain(..).chain(line.agent.take()).chain(line.party.take()) {
            if let Some(leg) = self.legs.get_mut(id) {
                leg.end(UNAVAILABLE);
            }
        }
        let caller = line.caller.and_then(|caller| self.legs.get_mut(caller));
        match (caller, successor) {
            (None, None) => {}
            // They hung up before the successor was known here.
            (None, Some(contact)) => {
                let input = Box::new(trunkline_contact::Input::CallerHungUp);
                self.pending.push_back(Event::Told { contact, input });
            }
            (Some(caller), None) => caller.end(500),
            (Some(caller), Some(successor)) => {
                caller.role = Role::Caller(successor.clone());
                caller.media.unbridge();
                caller.media.resume();
                self.legs.line_mut(&successor).caller = line.caller;
                if let Some(contact) = self.exchange.contact(&successor) {
                    let arrival = contact.arrival().clone();
                    self.note_arrival(&arrival);
                }
            }
        }
    }

    /// The contact is over; legs that are still up end by themselves or are ended here.
    fn ended(&mut self, contact: &ContactId) {
        tracing::info!(%contact, "contact ended");
        let Some(mut line) = self.legs.forget(contact) else { return };
        self.end_consults(std::mem::take(&mut line.consults), std::mem::take(&mut line.dialled));
        if line.caller.is_some() {
            self.io.metrics.call_ended(super::calls::outcome(&line));
        }
        let left = line.caller.into_iter().chain(line.agent).chain(line.party).chain(line.ringing);
        for id in left {
            if let Some(leg) = self.legs.get_mut(id) {
                leg.end(UNAVAILABLE);
            }
        }
    }
}

fn tell_operator(contact: &ContactId, notice: &Notice) {
    tracing::warn!(
        %contact,
        activity = notice.activity,
        code = notice.failure.code.as_str(),
        kept_by = ?notice.kept_by,
        "{}",
        notice.failure.description
    );
}

//! INVITEs that were left for the next target before anything was heard of them.
//!
//! A target that was too slow may ring and answer still, and whoever picked up there must not talk
//! into nothing: a provisional response is followed by a CANCEL (RFC 3261, section 9.1), and an
//! answer, which the transaction layer confirms, by a BYE (section 13.2.2.4). Until all of them
//! have come to their end the call is not forgotten.

use super::{Call, Effect, Phase, Timer};
use crate::message::{Method, OutRequest, Response};

/// The most INVITEs that are watched at once; of more the oldest is forgotten.
const MAX_STRAYS: usize = 8;

/// An INVITE whose answer is not wanted any more.
#[derive(Clone, Debug)]
pub(super) struct Stray {
    invite: Box<OutRequest>,
    is_cancelled: bool,
    /// Nothing is waited for after this.
    until_ms: u64,
}

impl Call {
    /// Leaves an INVITE to its fate, in good order.
    pub(super) fn leave_behind(&mut self, now_ms: u64, invite: OutRequest) {
        if self.strays.len() >= MAX_STRAYS {
            let oldest = self.strays.remove(0);
            self.out.push_back(Effect::Abandon(oldest.invite.tx));
        }
        let until_ms = now_ms.saturating_add(self.config.patience_ms());
        let invite = Box::new(invite);
        self.strays.push(Stray { invite, is_cancelled: false, until_ms });
        self.set_stray_timer();
    }

    /// Takes the response to such an INVITE. False when it is to another request.
    pub(super) fn on_stray_response(&mut self, now_ms: u64, response: &Response) -> bool {
        let mut strays = self.strays.iter();
        let Some(at) = strays.position(|stray| stray.invite.tx == response.tx) else {
            return false;
        };
        match response.status {
            0..200 => self.cancel_stray(now_ms, at),
            200..300 => {
                self.strays.remove(at);
                self.end_elsewhere(response);
            }
            300.. => drop(self.strays.remove(at)),
        }
        self.set_stray_timer();
        self.release_when_alone();
        true
    }

    fn cancel_stray(&mut self, now_ms: u64, at: usize) {
        let until_ms = now_ms.saturating_add(self.config.patience_ms());
        let tx = self.new_tx();
        let Some(stray) = self.strays.get_mut(at) else { return };
        if std::mem::replace(&mut stray.is_cancelled, true) {
            return;
        }
        stray.until_ms = until_ms;
        let cancel = cancel_of(&stray.invite, tx);
        self.out.push_back(Effect::Request(cancel));
    }

    /// Ends a dialog beside the call's own: somebody answered whose answer is not wanted.
    pub(super) fn end_elsewhere(&mut self, response: &Response) {
        let mut elsewhere = self.dialog.clone();
        elsewhere.learn(response);
        let tx = self.new_tx();
        let bye = elsewhere.request(tx, Method::Bye, &self.config.contact);
        self.out.push_back(Effect::Request(bye));
    }

    /// Some have not come to an end in time.
    pub(super) fn on_stray_silent(&mut self, now_ms: u64) {
        for stray in self.strays.extract_if(.., |stray| stray.until_ms <= now_ms) {
            self.out.push_back(Effect::Abandon(stray.invite.tx));
        }
        self.set_stray_timer();
        self.release_when_alone();
    }

    fn set_stray_timer(&mut self) {
        match self.strays.iter().map(|stray| stray.until_ms).min() {
            Some(at_ms) => self.timers.set(Timer::Stray, at_ms),
            None => self.timers.clear(Timer::Stray),
        }
    }

    /// A call that is gone waits for its strays alone.
    pub(super) fn wait_for_strays(&mut self) -> bool {
        self.set_stray_timer();
        !self.strays.is_empty()
    }

    fn release_when_alone(&mut self) {
        if self.strays.is_empty() && matches!(self.phase, Phase::Gone) {
            self.out.push_back(Effect::Release);
        }
    }
}

/// The CANCEL of an INVITE.
pub(super) fn cancel_of(invite: &OutRequest, tx: crate::message::ClientTx) -> OutRequest {
    let kept = ["From", "To", "Call-ID", "Route"];
    let headers = invite.headers.iter().filter(|(name, _)| kept.contains(name));
    OutRequest {
        tx,
        method: Method::Cancel,
        uri: invite.uri.clone(),
        cseq: invite.cseq,
        headers: headers.map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
        body: Vec::new(),
        cancels: Some(invite.tx),
    }
}

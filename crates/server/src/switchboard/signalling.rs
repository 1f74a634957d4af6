//! How a leg is told to answer and to end: by SIP, at an agent's page, or at a caller's.

use std::sync::mpsc::Sender;

use tokio::sync::mpsc;
use trunkline_desk::{CallEnd, ToCaller, ToDesk};
use trunkline_telephony::call::{Cause, Command, Event as CallEvent};
use trunkline_telephony::message::Headers;
use trunkline_telephony::shell::{CallControl, Notice};

use super::Event;
use super::legs::LegId;

/// The signalling of one leg.
pub(crate) enum Signalling {
    /// A call by SIP.
    Sip(CallControl),
    /// A connection with a page.
    Page(PageCall),
    /// A connection with a caller's page.
    Phone(PhoneCall),
}

/// A connection with a page: it is up as long as both sides want it.
pub(crate) struct PageCall {
    leg: LegId,
    /// The page to which it was offered last; none yet.
    page: Option<mpsc::Sender<ToDesk>>,
    events: Sender<Event>,
    /// Whether audio can flow.
    pub(crate) is_connected: bool,
    /// How often it was offered.
    pub(crate) offers: u8,
    is_over: bool,
}

impl PageCall {
    pub(crate) fn new(leg: LegId, events: Sender<Event>) -> Self {
        Self { leg, page: None, events, is_connected: false, offers: 0, is_over: false }
    }

    /// The name by which pages know the leg.
    pub(crate) fn name(leg: LegId) -> String {
        leg.0.to_string()
    }

    /// The leg of such a name.
    pub(crate) fn leg_of(name: &str) -> Option<LegId> {
        name.parse().ok().map(LegId)
    }

    /// Offers a page the connection; another page that had it loses it.
    pub(crate) fn offer(&mut self, page: mpsc::Sender<ToDesk>, sdp: String) {
        let leg = Self::name(self.leg);
        if let Some(former) = self.page.as_ref().filter(|former| !former.same_channel(&page)) {
            let _ = former.try_send(ToDesk::AudioEnd { leg: leg.clone() });
        }
        // A page that does not read is let go with the next view, and offered it when it is back.
        let _ = page.try_send(ToDesk::AudioOffer { leg, sdp });
        self.is_connected = false;
        self.offers = self.offers.saturating_add(1);
        self.page = Some(page);
    }

    /// Whether it is a connection with this page.
    pub(crate) fn is_with(&self, page: &mpsc::Sender<ToDesk>) -> bool {
        self.page.as_ref().is_some_and(|it| it.same_channel(page))
    }

    fn end(&mut self) {
        if std::mem::replace(&mut self.is_over, true) {
            return;
        }
        if let Some(page) = &self.page {
            // A page that is gone has ended it already.
            let _ = page.try_send(ToDesk::AudioEnd { leg: Self::name(self.leg) });
        }
        let notice = Notice::Event(CallEvent::Ended(Cause::HungUpHere));
        // The switchboard is gone when the whole server is.
        let _ = self.events.send(Event::Signal { leg: self.leg, notice });
    }
}

/// A connection with the page of a caller, who rings until the flow answers.
pub(crate) struct PhoneCall {
    leg: LegId,
    page: mpsc::Sender<ToCaller>,
    events: Sender<Event>,
    /// Whether audio can flow.
    pub(crate) is_connected: bool,
    is_over: bool,
}

impl PhoneCall {
    pub(crate) fn new(leg: LegId, page: mpsc::Sender<ToCaller>, events: Sender<Event>) -> Self {
        Self { leg, page, events, is_connected: false, is_over: false }
    }

    /// Tells the page that its call is over; once. Gives whether it was that time.
    pub(crate) fn over(&mut self, by: CallEnd) -> bool {
        let is_first = !std::mem::replace(&mut self.is_over, true);
        if is_first {
            // A page that does not read is about to be let go.
            let _ = self.page.try_send(ToCaller::Ended { by });
        }
        is_first
    }

    fn end(&mut self) {
        if self.over(CallEnd::Centre) {
            let notice = Notice::Event(CallEvent::Ended(Cause::HungUpHere));
            // The switchboard is gone when the whole server is.
            let _ = self.events.send(Event::Signal { leg: self.leg, notice });
        }
    }
}

impl Signalling {
    /// Answers; a page is connected whenever it has answered the offer.
    pub(super) fn answer(&self) {
        match self {
            Self::Sip(control) => {
                control.command(Command::Answer { headers: Headers::default() });
            }
            Self::Page(_) => {}
            Self::Phone(call) => drop(call.page.try_send(ToCaller::Answered)),
        }
    }

    /// A call that is not answered yet waits for its flow.
    pub(super) fn waits(&self) {
        match self {
            Self::Sip(control) => control.waits(),
            Self::Page(_) | Self::Phone(_) => {}
        }
    }

    /// Ends it; a call that has not been answered here is refused with this status.
    pub(super) fn end(&mut self, refusal: Option<u16>) {
        match self {
            Self::Sip(control) => control.command(match refusal {
                Some(status) => Command::Reject { status, headers: Headers::default() },
                None => Command::HangUp,
            }),
            Self::Page(call) => call.end(),
            Self::Phone(call) => call.end(),
        }
    }

    /// Whether audio can flow, for a leg that has been answered or not.
    pub(super) fn is_connected(&self, is_answered: bool) -> bool {
        match self {
            Self::Sip(_) => is_answered,
            Self::Page(call) => call.is_connected,
            Self::Phone(call) => call.is_connected,
        }
    }

    /// The connection with a page, if it is one.
    pub(super) fn page(&self) -> Option<&PageCall> {
        match self {
            Self::Sip(_) | Self::Phone(_) => None,
            Self::Page(call) => Some(call),
        }
    }

    /// The connection with a page, if it is one.
    pub(super) fn page_mut(&mut self) -> Option<&mut PageCall> {
        match self {
            Self::Sip(_) | Self::Phone(_) => None,
            Self::Page(call) => Some(call),
        }
    }
}

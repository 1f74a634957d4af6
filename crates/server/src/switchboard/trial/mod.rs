//! Callers' phones on the page "Try it": calls that come from a browser in place of a trunk.
//!
//! Such a call is an arrival like any other, with a leg whose media are a browser's. Its page is
//! told besides what the flow does ([`steps`]).

mod case;
mod event;
mod speech;
mod steps;

use std::collections::{HashMap, HashSet};

use tokio::sync::mpsc;
use trunkline_api::centre::PhoneLink;
use trunkline_contact::Arrival;
use trunkline_desk::{CallEnd, FromCaller, Reason, Refusal, ToCaller, TrialNumber, TrialView};
use trunkline_media_engine::EngineError;
use trunkline_model::ContactId;
use trunkline_telephony::call::Cause;

use super::dial_plan::Destination;
use super::legs::{CallLeg, LegId, Role};
use super::signalling::{PhoneCall, Signalling};
use super::{Admission, Event, Switchboard};

pub(crate) use event::{PhoneId, TrialEvent};
use steps::Watch;

/// So many messages may wait for a phone, and from it.
const MAX_WAITING: usize = 64;

/// So many phones there may be: this is for people who try, not for load.
const MAX_PHONES: usize = 16;

/// The most keys in one message.
const MAX_KEYS: usize = 32;

/// How long whoever is bridged hears each key, and the pause after it, in milliseconds.
const KEY_MS: u16 = 100;

/// Who calls without a number.
const ANONYMOUS: &str = "anonymous";

/// Phones of callers, and whom the steps of contacts are shown to.
#[derive(Default)]
pub(crate) struct Trials {
    /// Numbers that are suggested, as configured; none where nothing may be tried.
    callers: Option<Vec<TrialNumber>>,
    phones: HashMap<PhoneId, Phone>,
    watches: HashMap<ContactId, Watch>,
    /// Watched contacts to which something has happened.
    dirty: HashSet<ContactId>,
    last: u64,
}

/// A caller's phone.
struct Phone {
    tell: mpsc::Sender<ToCaller>,
    /// Its call; the leg may be gone already.
    leg: Option<LegId>,
}

impl Trials {
    pub(crate) fn new(callers: Option<Vec<TrialNumber>>) -> Self {
        Self { callers, ..Self::default() }
    }

    /// Whether anything may be tried.
    pub(super) fn is_on(&self) -> bool {
        self.callers.is_some()
    }
}

impl Switchboard {
    pub(super) fn trial(&mut self, event: TrialEvent) {
        match event {
            // Whoever asked may be gone: then the link's end is the phone's.
            TrialEvent::Open { reply } => drop(reply.send(self.open_phone())),
            TrialEvent::View { reply } => self.view_with_voices(self.trial_view(), reply),
            TrialEvent::Said { phone, message } => self.phone_said(phone, *message),
            TrialEvent::Left { phone } => self.phone_left(phone),
            TrialEvent::Speak { text, reply } => self.speak(text, reply),
            TrialEvent::Case { of, reply } => self.look_for_case(of, reply),
            TrialEvent::Read { contact, story } => self.story_read(&contact, story),
        }
    }

    fn trial_view(&self) -> TrialView {
        let points = &self.exchange.site().tenant.entry_points;
        let numbers = points.iter().flat_map(|point| {
            let number =
                |number: &String| TrialNumber { number: number.clone(), name: point.name.clone() };
            point.dnis.iter().map(number)
        });
        let callers = self.trials.callers.clone().unwrap_or_default();
        TrialView { callers, numbers: numbers.collect(), voices: Vec::new() }
    }

    fn open_phone(&mut self) -> Result<PhoneLink, Refusal> {
        if self.trials.phones.len() >= MAX_PHONES {
            let text = format!("{MAX_PHONES} phones are open already; close one of these pages");
            return Err(Refusal::Unavailable(text.into()));
        }
        self.trials.last += 1;
        let phone = PhoneId(self.trials.last);
        let (tell, events) = mpsc::channel(MAX_WAITING);
        let (say, mut said) = mpsc::channel(MAX_WAITING);
        let inbox = self.io.events.clone();
        self.io.runtime.spawn(async move {
            while let Some(message) = said.recv().await {
                let event = TrialEvent::Said { phone, message: Box::new(message) };
                if inbox.send(Event::Trial(event)).is_err() {
                    return;
                }
            }
            let _ = inbox.send(Event::Trial(TrialEvent::Left { phone }));
        });
        self.trials.phones.insert(phone, Phone { tell, leg: None });
        Ok(PhoneLink { events, say })
    }

    fn phone_said(&mut self, id: PhoneId, message: FromCaller) {
        let Some(phone) = self.trials.phones.get(&id) else { return };
        match message {
            FromCaller::Ping => {
                let server_ms = self.now_ms;
                tell(&phone.tell, ToCaller::Pong { server_ms });
            }
            FromCaller::Dial { from, to } => self.phone_dials(id, &from, &to),
            FromCaller::AudioAnswer { sdp } => self.phone_answers_offer(id, &sdp),
            FromCaller::AudioFailed { why } => {
                let shown: String = why.chars().take(200).collect();
                tracing::warn!("a caller's page has no audio: {shown:?}");
                self.phone_ends(id, CallEnd::Lost);
            }
            FromCaller::Keys { keys } => self.phone_keys(id, &keys),
            FromCaller::HangUp => self.phone_ends(id, CallEnd::Caller),
        }
    }

    fn phone_dials(&mut self, id: PhoneId, from: &str, to: &str) {
        let Some(phone) = self.trials.phones.get(&id) else { return };
        let tell = phone.tell.clone();
        if let Err(refusal) = self.place_trial(id, &tell, from, to) {
            let (code, text) = (refusal.code().to_owned(), refusal.to_string());
            self::tell(&tell, ToCaller::Refused { code, text });
        }
    }

    /// An arrival as of an INVITE.
    fn place_trial(
        &mut self,
        id: PhoneId,
        tell: &mpsc::Sender<ToCaller>,
        from: &str,
        to: &str,
    ) -> Result<(), Refusal> {
        if self.leg_of_phone(id).is_some() {
            return Err(Refusal::NotNow("this phone is in a call".into()));
        }
        if self.admission != Admission::Open || !self.scribe.takes_calls() {
            return Err(Refusal::Unavailable("the server takes no calls now".into()));
        }
        let site = self.exchange.site().clone();
        let ani = match from {
            ANONYMOUS => Some(ANONYMOUS.to_owned()),
            number => trunkline_contact::dialled(&site.tenant, number),
        };
        let ani = ani.ok_or_else(|| not_a_number("from"))?;
        let dnis = trunkline_contact::dialled(&site.tenant, to);
        let dnis = dnis.ok_or_else(|| not_a_number("to"))?;
        let Destination::EntryPoint { id: entry_point, .. } = self.dial_plan.find(&dnis, to, false)
        else {
            let text = format!("no entry point has the number {dnis}");
            return Err(Refusal::Unreachable(text.into()));
        };
        let contact = ContactId::new(uuid::Uuid::now_v7().to_string());
        let (leg, sdp) = self.open_trial_leg(&contact, tell).map_err(|error| {
            tracing::error!("no audio for a caller's page: {error}");
            Refusal::Unavailable("the server has no port for audio left".into())
        })?;
        if let Some(phone) = self.trials.phones.get_mut(&id) {
            phone.leg = Some(leg);
        }
        self.watch(&contact, tell.clone());
        let (id, server_ms) = (contact.to_string(), self.now_ms);
        self::tell(tell, ToCaller::Called { contact: id, server_ms });
        self::tell(tell, ToCaller::AudioOffer { sdp });
        let arrival = Arrival {
            contact,
            at_ms: self.now_ms,
            ani_received: ani,
            dnis_received: dnis,
            entry_point,
            headers: Vec::new(),
            rescue: None,
            outdial: None,
        };
        self.begin_contact(arrival, leg, false);
        Ok(())
    }

    fn open_trial_leg(
        &mut self,
        contact: &ContactId,
        tell: &mpsc::Sender<ToCaller>,
    ) -> Result<(LegId, String), EngineError> {
        let id = self.legs.fresh_id();
        let (media, sdp) = self.io.engine.open_browser(id.0)?;
        let call = PhoneCall::new(id, tell.clone(), self.io.events.clone());
        let role = Role::Caller(contact.clone());
        self.legs.add(id, CallLeg::new(role, media, Signalling::Phone(call)));
        Ok((id, sdp))
    }

    fn phone_answers_offer(&mut self, id: PhoneId, sdp: &str) {
        let Some(leg) = self.leg_of_phone(id).and_then(|leg| self.legs.get(leg)) else { return };
        if let Err(error) = leg.media.answer(sdp) {
            tracing::warn!("the answer of a caller's page to an audio offer: {error}");
            self.phone_ends(id, CallEnd::Lost);
        }
    }

    fn phone_keys(&mut self, id: PhoneId, keys: &str) {
        let Some(leg) = self.leg_of_phone(id) else { return };
        let is_key = |c: &char| c.is_ascii_digit() || matches!(c, '*' | '#');
        let keys: String = keys.chars().filter(is_key).take(MAX_KEYS).collect();
        // A page sends no packets of its own for them, as a phone would.
        let passed = self.legs.get(leg).map(|leg| leg.media.pass_keys(&keys, KEY_MS, KEY_MS));
        if let Some(Err(error)) = passed {
            tracing::warn!("keys of a caller's page: {error}");
        }
        for key in keys.chars() {
            self.key(leg, key);
        }
    }

    /// The phone's call, if it is up.
    fn leg_of_phone(&self, id: PhoneId) -> Option<LegId> {
        let leg = self.trials.phones.get(&id)?.leg?;
        self.legs.get(leg).map(|_| leg)
    }

    /// The caller's side ends the call.
    fn phone_ends(&mut self, id: PhoneId, by: CallEnd) {
        if let Some(leg) = self.leg_of_phone(id) {
            self.trial_leg_ends(leg, by);
        }
    }

    fn trial_leg_ends(&mut self, id: LegId, by: CallEnd) {
        let Some(leg) = self.legs.get_mut(id) else { return };
        let Signalling::Phone(call) = &mut leg.signalling else { return };
        call.over(by);
        let cause = match by {
            CallEnd::Caller | CallEnd::Centre => Cause::HungUpThere,
            CallEnd::Lost => Cause::Lost { status: 408 },
        };
        self.leg_ended(id, &cause);
    }

    /// The page is gone, and its call with it.
    fn phone_left(&mut self, id: PhoneId) {
        self.phone_ends(id, CallEnd::Caller);
        self.trials.phones.remove(&id);
    }

    /// A caller's page is heard of no more. Gives whether it was one.
    pub(super) fn trial_media_lost(&mut self, id: LegId) -> bool {
        let is_phone = |leg: &CallLeg| matches!(leg.signalling, Signalling::Phone(_));
        let is_it = self.legs.get(id).is_some_and(is_phone);
        if is_it {
            self.trial_leg_ends(id, CallEnd::Lost);
        }
        is_it
    }

    /// A caller's page can be heard. Gives whether it was one.
    pub(super) fn trial_connected(&mut self, id: LegId) -> bool {
        let Some(leg) = self.legs.get_mut(id) else { return false };
        let Signalling::Phone(call) = &mut leg.signalling else { return false };
        call.is_connected = true;
        true
    }
}

/// Tells a phone something. One that does not read misses it: its page is about to be let go.
fn tell(phone: &mpsc::Sender<ToCaller>, message: ToCaller) {
    let _ = phone.try_send(message);
}

fn not_a_number(field: &str) -> Refusal {
    Refusal::Invalid { field: field.to_owned(), problem: Reason::WrongNumber }
}

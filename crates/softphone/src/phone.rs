//! The phone: one SIP endpoint, one media engine, any number of calls.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr, TcpListener, UdpSocket};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tempfile::TempDir;
use tokio::sync::mpsc::UnboundedReceiver;
use trunkline_media_engine::{Engine, LegEvent};
use trunkline_telephony::address::Uri;
use trunkline_telephony::call::{Config, Target};
use trunkline_telephony::gate::Limits;
use trunkline_telephony::message::Headers;
use trunkline_telephony::shell::{AllowList, Endpoint, IncomingCall, Settings, ShellError};

use crate::call::Line;
use crate::event::{Happened, Log};
use crate::register::Keeper;
use crate::tape::Tape;
use crate::{Call, Incoming, PhoneError, PhoneSettings};

/// How often another free port is looked for, when a program took the one before.
const PORT_TRIES: usize = 20;

/// What a phone and its calls share.
pub(crate) struct Shared {
    pub(crate) settings: PhoneSettings,
    pub(crate) address: SocketAddr,
    pub(crate) endpoint: Endpoint,
    engine: Engine,
    legs: Arc<Legs>,
    /// Where calls are recorded; it goes with the phone.
    tapes: TempDir,
    pub(crate) keeper: Keeper,
}

/// Whom a leg's events concern.
type Ear = (Weak<Log>, Weak<Tape>);

/// Whose log a leg's events go to.
#[derive(Default)]
struct Legs {
    ears: Mutex<HashMap<u64, Ear>>,
    next: AtomicU64,
}

impl Legs {
    fn enter(&self, log: &Arc<Log>, tape: &Arc<Tape>, tag: u64) {
        let mut ears = self.ears.lock().unwrap_or_else(PoisonError::into_inner);
        ears.insert(tag, (Arc::downgrade(log), Arc::downgrade(tape)));
    }

    fn tell(&self, event: &LegEvent) {
        let (tag, what) = told(event);
        let mut ears = self.ears.lock().unwrap_or_else(PoisonError::into_inner);
        let ear = match event {
            LegEvent::Closed { .. } => ears.remove(&tag),
            _ => ears.get(&tag).cloned(),
        };
        drop(ears);
        let Some((log, tape)) = ear else { return };
        if let LegEvent::Recorded { .. } = event
            && let Some(tape) = tape.upgrade()
        {
            tape.complete();
        }
        if let (Some(what), Some(log)) = (what, log.upgrade()) {
            log.push(what);
        }
    }
}

/// A phone. Dropping it lets its calls go on and takes no new ones.
pub struct Phone {
    pub(crate) shared: Arc<Shared>,
    calls: tokio::sync::Mutex<UnboundedReceiver<IncomingCall>>,
}

impl Phone {
    /// Opens the phone's ports. It is not registered yet.
    ///
    /// # Errors
    /// When no port can be opened.
    pub async fn start(settings: PhoneSettings) -> Result<Self, PhoneError> {
        let (endpoint, calls, address) = open(&settings).await?;
        let legs = Arc::new(Legs::default());
        let listeners = legs.clone();
        let engine = Engine::start(
            engine_settings(&settings, address.ip()),
            Arc::new(move |event| listeners.tell(&event)),
        )?;
        let tapes = tempfile::tempdir().map_err(PhoneError::Folder)?;
        let keeper = Keeper::default();
        let shared = Shared { settings, address, endpoint, engine, legs, tapes, keeper };
        let shared = Arc::new(shared);
        Ok(Self { shared, calls: tokio::sync::Mutex::new(calls) })
    }

    /// Where it speaks SIP.
    pub fn address(&self) -> SocketAddr {
        self.shared.address
    }

    /// Its address for who wants to call it directly, such as `sip:anna@127.0.0.1:5070`.
    pub fn uri(&self) -> String {
        format!("sip:{}@{}", self.shared.settings.user, self.shared.address)
    }

    /// Dials. The call is on its way when this returns; [`Call::answered`] waits for the answer.
    ///
    /// # Errors
    /// When the address makes no sense, or no port is free.
    pub async fn dial(&self, uri: &str, headers: Headers) -> Result<Call, PhoneError> {
        let uri = checked(uri)?;
        let shared = self.shared.clone();
        let line = shared.line()?;
        let target = Target {
            to: format!("<{}>", without_transport(uri)),
            uri: uri.to_owned(),
            from: shared.settings.from(shared.address),
            call_id: String::new(),
            headers,
        };
        let media = line.leg.addresses();
        let handle = shared.endpoint.call(target, media, |config| shared.adjust(config))?;
        Ok(Call::new(handle, line, shared))
    }

    /// The next call that comes in; None when the phone is closed.
    pub async fn incoming(&self) -> Option<Incoming> {
        let mut calls = self.calls.lock().await;
        loop {
            match self.take(calls.recv().await?) {
                Ok(incoming) => return Some(incoming),
                Err(error) => tracing::warn!(%error, "a call could not be taken"),
            }
        }
    }

    /// Dropping the INVITE when there is no port refuses it.
    fn take(&self, incoming: IncomingCall) -> Result<Incoming, PhoneError> {
        let shared = self.shared.clone();
        let invite = incoming.invite().clone();
        let line = shared.line()?;
        let handle = incoming.accept(line.leg.addresses(), |config| shared.adjust(config))?;
        Ok(Incoming::new(Call::new(handle, line, shared), invite))
    }
}

impl Shared {
    /// Opens a call's media.
    fn line(&self) -> Result<Line, PhoneError> {
        let tag = self.legs.next.fetch_add(1, Ordering::Relaxed);
        let log = Log::new();
        let tape = Arc::new(Tape::new(self.tapes.path().join(format!("{tag}.wav"))));
        self.legs.enter(&log, &tape, tag);
        let leg = Arc::new(self.engine.open(tag)?);
        Ok(Line { leg, log, tape })
    }

    fn adjust(&self, config: &mut Config) {
        config.credentials = self.settings.credentials();
        config.ring_limit_ms =
            u64::try_from(self.settings.ring_limit.as_millis()).unwrap_or(u64::MAX);
        // What the shell has put there names the product, not the phone.
        if let Some((_, place)) = config.contact.split_once('@') {
            config.contact = format!("sip:{}@{place}", self.settings.user);
        }
    }
}

/// Opens the address for SIP; with port 0 any that is free for UDP and TCP.
async fn open(
    settings: &PhoneSettings,
) -> Result<(Endpoint, UnboundedReceiver<IncomingCall>, SocketAddr), PhoneError> {
    let is_fixed = settings.bind.port() != 0;
    for _ in 0..PORT_TRIES {
        let address = match is_fixed {
            true => settings.bind,
            false => match free_port(settings.bind.ip()) {
                Ok(address) => address,
                Err(_) => continue,
            },
        };
        let allow = AllowList::new(settings.networks.iter().copied());
        // Whoever may speak to the phone may do so as often as they like: a load of calls, too.
        let limits = Limits { requests_per_s: 100_000, burst: 100_000, ..Limits::default() };
        let sip = Settings { t1: settings.t1, limits, ..Settings::new(address, allow) };
        match Endpoint::start(sip).await {
            Ok((endpoint, calls)) => return Ok((endpoint, calls, address)),
            Err(error @ ShellError::Open { .. }) if is_fixed => return Err(error.into()),
            // Another program was faster.
            Err(ShellError::Open { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(PhoneError::NoPort(settings.bind.ip()))
}

fn free_port(ip: IpAddr) -> std::io::Result<SocketAddr> {
    let address = UdpSocket::bind((ip, 0))?.local_addr()?;
    TcpListener::bind(address)?;
    Ok(address)
}

fn engine_settings(settings: &PhoneSettings, ip: IpAddr) -> trunkline_media_engine::Settings {
    trunkline_media_engine::Settings {
        bind: ip,
        advertised: Vec::new(),
        ports: settings.rtp_ports.clone(),
        threads: 1,
        media_timeout: settings.media_timeout,
    }
}

fn told(event: &LegEvent) -> (u64, Option<Happened>) {
    match event {
        LegEvent::Key { tag, key } => (*tag, Some(Happened::KeyHeard { key: key.to_char() })),
        LegEvent::Played { tag, id } => (*tag, Some(Happened::Played { id: *id })),
        LegEvent::KeysSent { tag } => (*tag, Some(Happened::KeysSent)),
        LegEvent::MediaLost { tag } => (*tag, Some(Happened::MediaLost)),
        LegEvent::MediaBack { tag } => (*tag, Some(Happened::MediaBack)),
        LegEvent::Connected { tag }
        | LegEvent::Unbridged { tag }
        | LegEvent::Recorded { tag, .. }
        | LegEvent::Closed { tag, .. } => (*tag, None),
    }
}

/// A URI that can be dialled: `sip`, with a host.
fn checked(uri: &str) -> Result<&str, PhoneError> {
    let wrong = || PhoneError::Address(uri.to_owned());
    let parts = Uri::parse(uri).ok_or_else(wrong)?;
    let is_plain = uri.chars().all(|c| c.is_ascii_graphic() && !"<>\"".contains(c));
    let is_sip = parts.scheme.eq_ignore_ascii_case("sip") && !parts.host.is_empty();
    if is_plain && is_sip { Ok(uri) } else { Err(wrong()) }
}

/// A URI for `To`, where how to get there does not belong (RFC 3261, section 19.1.1).
fn without_transport(uri: &str) -> String {
    let parts = uri.split(';').filter(|part| !part.to_ascii_lowercase().starts_with("transport="));
    parts.collect::<Vec<_>>().join(";")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_called_is_dialled() {
        for good in ["sip:100@127.0.0.1", "SIP:+1480@pbx:5070;transport=tcp", "sip:a@[::1]:5060"] {
            assert!(checked(good).is_ok(), "{good}");
        }
        for bad in ["100", "tel:+1480", "sip:", "sip:a b@c", "sip:a@b\r\nX: 1", "<sip:a@b>", ""] {
            assert!(checked(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn to_has_no_transport() {
        assert_eq!(without_transport("sip:a@b;Transport=tcp;user=phone"), "sip:a@b;user=phone");
    }
}

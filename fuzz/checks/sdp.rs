//! What must hold for every text that a caller sends as a session description: it is refused, or
//! answered with a description that fits it.

use std::net::SocketAddr;

use trunkline_telephony::offer_answer::{Codec, Local, Session};
use trunkline_telephony::sdp::{MAX_FORMATS, MAX_MEDIA, Sdp};

/// Longer descriptions only take longer.
const MOST_BYTES: usize = 4096;

/// One description, or two with a NUL between them: the second changes the session.
pub(crate) fn check(data: &[u8]) {
    if data.len() > MOST_BYTES {
        return;
    }
    let mut parts = data.splitn(2, |byte| *byte == 0);
    let first = parts.next().unwrap_or_default();
    let Ok(first) = Sdp::parse(first) else { return };
    check_reading(&first);
    let second = parts.next().and_then(|second| Sdp::parse(second).ok());
    for address in ["192.0.2.9:40000", "[2001:db8::9]:40000"] {
        let address: SocketAddr = address.parse().expect("an address");
        check_callee(address, &first, second.as_ref());
        check_caller(address, &first, second.as_ref());
    }
}

/// What is written is read as the same, and limits hold.
fn check_reading(sdp: &Sdp) {
    assert!(sdp.media.len() <= MAX_MEDIA);
    assert!(sdp.media.iter().all(|media| media.formats.len() <= MAX_FORMATS));
    let text = sdp.to_string();
    assert_eq!(Sdp::parse(text.as_bytes()).as_ref(), Ok(sdp), "{text}");
}

fn session(address: SocketAddr) -> Session {
    Session::new(Local { addresses: address.into(), session_id: 1, codecs: Codec::ALL.to_vec() })
}

/// The description is an offer: the answer has its lines, and is the same when it comes again.
fn check_callee(address: SocketAddr, offer: &Sdp, next: Option<&Sdp>) {
    let mut session = session(address);
    let Ok(answer) = session.answer(offer) else {
        assert_eq!(session.plan(), None, "refused and agreed on");
        return;
    };
    check_answer(&session, offer, &answer);
    assert_eq!(session.answer(offer).as_ref(), Ok(&answer), "the same offer again");
    if let Some(next) = next {
        let before = session.plan().copied();
        match session.answer(next) {
            Ok(answer) => check_answer(&session, next, &answer),
            Err(_) => assert_eq!(session.plan().copied(), before, "a refusal changes nothing"),
        }
    }
    check_own_offer(&mut session, offer);
}

fn check_answer(session: &Session, offer: &Sdp, answer: &Sdp) {
    check_reading(answer);
    assert_eq!(answer.media.len(), offer.media.len(), "lines");
    for (asked, given) in offer.media.iter().zip(&answer.media) {
        assert_eq!((&asked.kind, &asked.protocol), (&given.kind, &given.protocol));
        // A rejected line stays rejected (RFC 3264, section 6).
        assert!(asked.port != 0 || given.port == 0);
    }
    let used: Vec<_> = answer.media.iter().filter(|media| media.port != 0).collect();
    assert_eq!(used.len(), 1, "one line is used");
    let plan = session.plan().expect("an answer is an agreement");
    assert_ne!(plan.remote.port(), 0);
    assert_eq!(plan.remote.is_ipv4(), plan.local.is_ipv4());
    assert!(used[0].formats.contains(&plan.payload_type.to_string()));
    assert!(plan.event_payload_type != Some(plan.payload_type), "keys and sound told apart");
    assert!(matches!(plan.ptime_ms, 20 | 40 | 60));
}

/// The description answers an offer of ours.
fn check_caller(address: SocketAddr, answer: &Sdp, next: Option<&Sdp>) {
    let mut session = session(address);
    let offer = session.offer().expect("nothing is open");
    check_reading(&offer);
    assert!(session.answer(answer).is_err(), "an own offer is open");
    if session.take_answer(answer).is_ok() {
        assert!(!session.has_open_offer() && session.plan().is_some());
        check_own_offer(&mut session, next.unwrap_or(answer));
    } else {
        assert!(session.has_open_offer());
        session.withdraw();
        assert!(!session.has_open_offer());
    }
}

/// A later offer of ours, with whatever comes as its answer.
fn check_own_offer(session: &mut Session, answer: &Sdp) {
    let offer = session.offer().expect("nothing is open");
    check_reading(&offer);
    if session.take_answer(answer).is_err() {
        session.withdraw();
    }
    assert!(!session.has_open_offer());
}

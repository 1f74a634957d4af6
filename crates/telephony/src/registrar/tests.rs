//! Registrations in virtual time.

use super::*;
use crate::message::{Method, ServerTx};

type Flow = &'static str;

fn request(call_id: &str, cseq: u32, headers: &[(&str, &str)]) -> Request {
    let mut all = Headers::default().with("To", "<sip:anna@pbx>").with("Call-ID", call_id);
    headers.iter().for_each(|(name, value)| all.push(*name, *value));
    let (tx, method, uri) = (ServerTx(1), Method::Register, "sip:pbx".to_owned());
    Request { tx, method, uri, cseq, headers: all, body: Vec::new() }
}

fn registrar() -> Registrar<Flow> {
    Registrar::new(Lifetimes::default())
}

/// Registers and gives the status and the contacts of the response.
fn register(
    registrar: &mut Registrar<Flow>,
    now_ms: u64,
    cseq: u32,
    headers: &[(&str, &str)],
) -> (u16, Vec<String>) {
    let reply = registrar.register(now_ms, "anna", &request("c", cseq, headers), &"flow");
    let contacts = reply.headers.all("Contact").map(str::to_owned).collect();
    (reply.status, contacts)
}

fn registered() -> Registration {
    Registration::Registered { user: "anna".into() }
}

fn unregistered() -> Registration {
    Registration::Unregistered { user: "anna".into() }
}

#[test]
fn a_phone_registers_renews_and_signs_off() {
    let mut r = registrar();
    let contact = ("Contact", "<sip:anna@10.0.0.1:5062>");
    let (status, contacts) = register(&mut r, 0, 1, &[contact, ("Expires", "120")]);
    assert_eq!((status, &*contacts[0]), (200, "<sip:anna@10.0.0.1:5062>;expires=120;q=1"));
    assert_eq!(r.changes(), [registered()]);
    let (_, contacts) = register(&mut r, 60_500, 2, &[contact, ("Expires", "9999")]);
    assert_eq!(contacts, ["<sip:anna@10.0.0.1:5062>;expires=3600;q=1"], "the longest");
    assert_eq!(register(&mut r, 60_500, 3, &[]).1, contacts, "a query");
    assert!(r.changes().is_empty(), "it was there already");
    assert_eq!(r.bindings(60_500, "anna")[0].flow, "flow");
    let (status, contacts) = register(&mut r, 70_000, 4, &[contact, ("Expires", "0")]);
    assert_eq!((status, contacts.len()), (200, 0));
    assert_eq!(r.changes(), [unregistered()]);
    assert!(r.wake_at_ms().is_none());
}

#[test]
fn what_is_not_renewed_ends() {
    let mut r = registrar();
    register(&mut r, 1_000, 1, &[("Contact", "<sip:a@h>")]);
    assert_eq!(r.wake_at_ms(), Some(301_000), "the default");
    r.expire(300_999);
    assert_eq!(r.bindings(300_999, "anna").len(), 1);
    assert!(r.bindings(301_000, "anna").is_empty(), "even before the clock is looked at");
    r.changes();
    r.expire(301_000);
    assert_eq!(r.changes(), [unregistered()]);
}

#[test]
fn lifetimes_have_limits() {
    for (expires, parameter, status, left_s) in [
        ("59", "", 423, ""),
        ("60", "", 200, "expires=60"),
        ("0", ";expires=90", 200, "expires=90"),
        ("nonsense", "", 200, "expires=3600"),
        ("4294967296", "", 200, "expires=3600"),
        ("", ";expires=5", 423, ""),
    ] {
        let contact = format!("<sip:a@h>{parameter}");
        let mut headers = vec![("Contact", contact.as_str())];
        if !expires.is_empty() {
            headers.push(("Expires", expires));
        }
        let reply = registrar().register(0, "anna", &request("c", 1, &headers), &"f");
        assert_eq!(reply.status, status, "{expires} {parameter}");
        match status {
            423 => assert_eq!(reply.headers.get("Min-Expires"), Some("60")),
            _ => assert!(reply.headers.get("Contact").unwrap().contains(left_s)),
        }
    }
}

#[test]
fn several_contacts_are_ordered_and_removed_together() {
    let mut r = registrar();
    let list = "<sip:a@h1>;q=0.2, \"Desk\" <sip:a@h2>;q=0.9";
    register(&mut r, 0, 1, &[("Contact", list)]);
    register(&mut r, 0, 2, &[("Contact", "<sip:a@h3>;q=0.9;expires=600")]);
    let hosts = |r: &Registrar<Flow>| {
        r.bindings(0, "anna").iter().map(|b| b.contact.clone()).collect::<Vec<_>>()
    };
    assert_eq!(hosts(&r), ["sip:a@h3", "sip:a@h2", "sip:a@h1"]);
    assert_eq!(register(&mut r, 0, 3, &[("Contact", "<sip:a@h2>;expires=0")]).1.len(), 2);
    assert_eq!(register(&mut r, 0, 4, &[("Contact", "*")]).0, 400, "without Expires: 0");
    let both = [("Contact", "*"), ("Contact", "<sip:a@h>"), ("Expires", "0")];
    assert_eq!(register(&mut r, 0, 4, &both).0, 400, "not alone");
    assert_eq!(hosts(&r).len(), 2, "nothing has changed");
    assert_eq!(register(&mut r, 0, 4, &[("Contact", "*"), ("Expires", "0")]), (200, vec![]));
    assert_eq!(r.changes(), [registered(), unregistered()]);
}

#[test]
fn old_requests_and_other_users_change_nothing() {
    let mut r = registrar();
    register(&mut r, 0, 5, &[("Contact", "<sip:a@h>")]);
    assert_eq!(register(&mut r, 0, 5, &[("Contact", "<sip:a@h>;expires=0")]).0, 500);
    assert_eq!(register(&mut r, 0, 4, &[("Contact", "*"), ("Expires", "0")]).0, 500);
    let other = r.register(0, "bert", &request("c", 9, &[("Contact", "<sip:b@h>")]), &"f");
    assert_eq!(other.status, 403);
    // One of two is out of order: none is taken.
    let two = "<sip:a@new>, <sip:a@h>";
    assert_eq!(register(&mut r, 0, 5, &[("Contact", two)]).0, 500);
    assert_eq!(r.bindings(0, "anna").len(), 1);
    assert_eq!(r.users().collect::<Vec<_>>(), ["anna"]);
}

#[test]
fn a_phone_that_comes_from_another_port_replaces_itself() {
    let mut r = registrar();
    let instance = ";+sip.instance=\"<urn:uuid:1>\";reg-id=1";
    for (cseq, port) in [(1, 5062), (2, 5063)] {
        let contact = format!("<sip:a@h:{port}>{instance}");
        let (_, contacts) = register(&mut r, 0, cseq, &[("Contact", &contact)]);
        assert_eq!(contacts, [format!("<sip:a@h:{port}>;expires=300;q=1{instance}")]);
    }
}

#[test]
fn contacts_are_limited_and_checked() {
    let mut r = registrar();
    for at in 0..15 {
        let contact = format!("<sip:a@h{at}>;expires={}", 100 + at);
        register(&mut r, 0, at + 1, &[("Contact", &contact)]);
    }
    let bindings = r.bindings(0, "anna");
    assert_eq!((bindings.len(), &*bindings[0].contact), (MAX_CONTACTS, "sip:a@h14"));
    let many: Vec<String> = (0..11).map(|at| format!("<sip:a@x{at}>")).collect();
    assert_eq!(register(&mut r, 0, 90, &[("Contact", &many.join(","))]).0, 403);
    let long = format!("<sip:{}@h>", "a".repeat(600));
    for bad in ["<tel:+1480>", "<sip:a@h", "sip:a@h?Route=%3Csip:b%3E", "<sip:>", &long, "*,*"] {
        assert_eq!(register(&mut r, 0, 99, &[("Contact", bad)]).0, 400, "{bad}");
    }
}

#[test]
fn broken_flows_are_forgotten() {
    let mut r = registrar();
    r.register(0, "anna", &request("c", 1, &[("Contact", "<sip:a@h1>")]), &"tcp");
    r.register(0, "anna", &request("d", 1, &[("Contact", "<sip:a@h2>")]), &"udp");
    r.changes();
    r.forget(|_, flow| *flow == "tcp");
    assert_eq!((r.bindings(0, "anna").len(), r.changes().len()), (1, 0));
    r.forget(|user, _| user == "anna");
    assert_eq!(r.changes(), [unregistered()]);
}

#[test]
fn bindings_outlive_a_process() {
    let mut r = registrar();
    let contact = "<sip:anna@10.0.0.1:5062>;+sip.instance=\"<urn:uuid:1>\";reg-id=1;q=0.5";
    register(&mut r, 1_000, 7, &[("Contact", contact), ("Expires", "120")]);
    let kept = r.bindings(31_000, "anna")[0].kept(31_000);
    assert_eq!((kept.left_ms, kept.cseq), (90_000, 7));

    let mut next = registrar();
    assert!(next.restore(500, "anna", kept.clone(), "flow"));
    assert!(!next.restore(500, "anna", kept.clone(), "flow"), "it is there already");
    assert_eq!(next.changes(), [registered()]);
    assert_eq!(next.wake_at_ms(), Some(90_500));
    // The phone goes on where it was: an older request is still out of order, a newer one renews.
    assert_eq!(register(&mut next, 600, 7, &[("Contact", contact)]).0, 500);
    let (status, contacts) = register(&mut next, 600, 8, &[("Contact", contact)]);
    assert_eq!((status, contacts.len()), (200, 1));
    assert!(next.changes().is_empty());
    let over = Kept { left_ms: 0, ..kept };
    assert!(!registrar().restore(0, "anna", over, "flow"));
}

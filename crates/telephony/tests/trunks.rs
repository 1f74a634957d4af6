//! Calls that go out over a trunk, on the wire.
#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

mod peer;

use std::net::{SocketAddr, UdpSocket};

use peer::{Peer, SDP, ended, ok, start};
use trunkline_telephony::call::{Cause, Command, Event};
use trunkline_telephony::digest::Credentials;
use trunkline_telephony::identity::outbound::TrunkCall;
use trunkline_telephony::identity::{Outbound, Transport, Trunk, TrunkTarget};
use trunkline_telephony::shell::{AllowList, Notice, ShellError};

const CHALLENGE: &str =
    "Proxy-Authenticate: Digest realm=\"carrier\", nonce=\"n1\", qop=\"auth\"\r\n";

fn call() -> TrunkCall {
    TrunkCall {
        trunk: "carrier".into(),
        number: "+14155550100".into(),
        caller: "+14805550122".into(),
        display: "Trunkline".into(),
        headers: vec![("X-Case".into(), "5".into()), ("X-Secret".into(), "6".into())],
    }
}

fn trunk(targets: &[SocketAddr]) -> Trunk {
    let target = |at: &SocketAddr| TrunkTarget { host: at.to_string(), transport: Transport::Udp };
    let outbound = Outbound {
        targets: targets.iter().map(target).collect(),
        credentials: Some(Credentials { username: "acct".into(), password: "p".into() }),
        assert_identity: true,
        target_patience_ms: 150,
        ..Outbound::default()
    };
    let send_headers = vec!["X-Case".into()];
    let (name, outbound) = ("carrier".into(), Some(outbound));
    Trunk { name, outbound, send_headers, ..Trunk::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_goes_to_the_next_target_proves_itself_and_is_answered() {
    // The first target is there and says nothing.
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let carrier = UdpSocket::bind("127.0.0.1:0").unwrap();
    let targets = [silent.local_addr().unwrap(), carrier.local_addr().unwrap()];
    let (endpoint, _calls, address) = start(move |settings| {
        settings.allow = AllowList::default();
        settings.trunks = vec![trunk(&targets)];
    })
    .await;
    carrier.set_read_timeout(Some(std::time::Duration::from_secs(5))).unwrap();
    let carrier = Peer { socket: carrier, server: address };
    let mut handle = endpoint
        .call_trunk(&call(), "127.0.0.1:20000".parse::<SocketAddr>().unwrap(), |_| ())
        .unwrap();
    let (first, _) = carrier.read_until("INVITE sip:+14155550100@");
    let asserted = format!("P-Asserted-Identity: <sip:+14805550122@{}>", targets[0]);
    assert!(first.contains(&asserted), "{first}");
    assert!(first.contains("From: \"Trunkline\" <sip:+14805550122@"), "{first}");
    assert!(first.contains("X-Case: 5\r\n") && !first.contains("X-Secret"), "{first}");
    let challenge = ok(&first, CHALLENGE, "");
    carrier.send(&challenge.replace("200 OK", "407 Proxy Authentication Required"));
    carrier.read_until("ACK ");
    let (second, _) = carrier.read_until("INVITE sip:+14155550100@");
    assert!(second.contains("Proxy-Authorization: Digest username=\"acct\""), "{second}");
    let contact = format!("Contact: <sip:sbc@{}>\r\n", targets[1]);
    carrier.send(&ok(&second, &contact, SDP));
    // A second device answers the same INVITE: it is confirmed and hung up.
    carrier.send(&ok(&second, &contact, SDP).replace(";tag=phone", ";tag=fork"));
    let (bye, _) = carrier.read_until("BYE sip:sbc@");
    assert!(bye.contains(";tag=fork"), "{bye}");
    carrier.send(&ok(&bye, "", ""));
    while !matches!(handle.next().await, Some(Notice::Event(Event::Answered))) {}
    handle.command(Command::HangUp);
    let (bye, _) = carrier.read_until("BYE sip:sbc@");
    assert!(bye.contains(";tag=phone"), "{bye}");
    carrier.send(&ok(&bye, "", ""));
    assert_eq!(ended(&mut handle).await, Cause::HungUpHere);
    // The carrier is heard for its answers alone: its own requests get none.
    carrier.send(&carrier.message("INVITE", "x", 1, "", SDP));
    carrier.socket.set_read_timeout(Some(std::time::Duration::from_millis(200))).unwrap();
    let mut bytes = [0; 4_000];
    while let Ok(length) = carrier.socket.recv(&mut bytes) {
        assert!(!bytes[..length].starts_with(b"SIP/2.0 4"), "silence");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trunk_without_targets_takes_no_calls() {
    let (endpoint, _calls, _) = start(|settings| settings.trunks = vec![trunk(&[])]).await;
    for name in ["carrier", "unknown"] {
        let call = TrunkCall { trunk: name.into(), ..call() };
        let placed =
            endpoint.call_trunk(&call, "127.0.0.1:20000".parse::<SocketAddr>().unwrap(), |_| ());
        assert!(matches!(placed, Err(ShellError::NoTrunk(of)) if of == name));
    }
}

//! A phone registers with the server's registrar and is called there.
#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;
use trunkline_softphone::{Phone, PhoneError, PhoneSettings, Standing};
use trunkline_telephony::call::{Cause, Command, Event, Target};
use trunkline_telephony::message::Headers;
use trunkline_telephony::registrar::{Lifetimes, Registration};
use trunkline_telephony::shell::{AllowList, CallHandle, Endpoint, IncomingCall, Notice, Settings};

const SOON: Duration = Duration::from_secs(10);

/// A server that knows the phone `maria`, and where it is.
async fn server(
    adjust: impl Fn(&mut Settings),
) -> (Endpoint, UnboundedReceiver<IncomingCall>, String) {
    for _ in 0..10 {
        let address = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut settings = Settings::new(address, AllowList::default());
        settings.phones.push(trunkline_telephony::identity::Phone {
            user: "maria".into(),
            password: "secret".into(),
        });
        adjust(&mut settings);
        if let Ok((endpoint, calls)) = Endpoint::start(settings).await {
            return (endpoint, calls, format!("sip:{address}"));
        }
    }
    panic!("no free port");
}

async fn phone(registrar: &str, password: &str) -> Phone {
    let settings = PhoneSettings::loopback("maria").registered_at(registrar, password);
    Phone::start(settings).await.unwrap()
}

async fn next(changes: &mut UnboundedReceiver<Registration>) -> Registration {
    tokio::time::timeout(SOON, changes.recv()).await.unwrap().unwrap()
}

async fn wait_for(handle: &mut CallHandle, wanted: impl Fn(&Event) -> bool) {
    loop {
        let notice = tokio::time::timeout(SOON, handle.next()).await.unwrap().unwrap();
        if matches!(&notice, Notice::Event(event) if wanted(event)) {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registered_phone_is_called_where_it_registered_from() {
    let (endpoint, _calls, uri) = server(|_| ()).await;
    let mut changes = endpoint.registrations();
    let phone = phone(&uri, "secret").await;
    let registered = phone.register().await.unwrap();
    assert_eq!(registered.expires, Duration::from_secs(300));
    assert_eq!(next(&mut changes).await, Registration::Registered { user: "maria".into() });
    let bindings = endpoint.bindings("maria");
    assert_eq!(bindings.len(), 1);
    let target = Target {
        uri: String::new(),
        to: "<sip:maria@trunkline>".into(),
        from: "<sip:+14155550100@trunkline>".into(),
        call_id: String::new(),
        headers: Headers::default(),
    };
    let media: SocketAddr = "127.0.0.1:20000".parse().unwrap();
    let call = || endpoint.call_binding(&bindings[0], target.clone(), media, |_| ()).unwrap();
    // The server hangs up.
    let mut handle = call();
    let incoming = tokio::time::timeout(SOON, phone.incoming()).await.unwrap().unwrap();
    assert_eq!((incoming.from(), incoming.to()), ("+14155550100", "maria"));
    incoming.ring();
    wait_for(&mut handle, |event| *event == Event::Progressed { status: 180 }).await;
    let there = incoming.answer();
    wait_for(&mut handle, |event| *event == Event::Answered).await;
    there.answered(SOON).await.unwrap();
    handle.command(Command::HangUp);
    assert_eq!(there.ended(SOON).await.unwrap(), Cause::HungUpThere);
    // The phone hangs up.
    let mut handle = call();
    let incoming = tokio::time::timeout(SOON, phone.incoming()).await.unwrap().unwrap();
    let there = incoming.answer();
    wait_for(&mut handle, |event| *event == Event::Answered).await;
    there.hang_up();
    wait_for(&mut handle, |event| *event == Event::Ended(Cause::HungUpThere)).await;
    // The server gives up.
    let handle = call();
    let incoming = tokio::time::timeout(SOON, phone.incoming()).await.unwrap().unwrap();
    incoming.ring();
    handle.command(Command::HangUp);
    assert_eq!(incoming.ignore().ended(SOON).await.unwrap(), Cause::Cancelled);
    phone.close().await;
    assert_eq!(next(&mut changes).await, Registration::Unregistered { user: "maria".into() });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registered_phone_calls_with_its_password() {
    let (_endpoint, mut calls, uri) = server(|_| ()).await;
    let phone = phone(&uri, "secret").await;
    phone.register().await.unwrap();
    let number = uri.replace("sip:", "sip:+18005550199@");
    let call = phone.dial(&number, Headers::default()).await.unwrap();
    let incoming = tokio::time::timeout(SOON, calls.recv()).await.unwrap().unwrap();
    assert_eq!(*incoming.identity(), trunkline_telephony::identity::Source::Phone("maria".into()));
    incoming.reject(486, Headers::default());
    assert_eq!(call.ended(SOON).await.unwrap(), Cause::Refused { status: 486 });
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_refreshed_and_taken_back() {
    let brief = Lifetimes { min_s: 1, max_s: 3_600, default_s: 60 };
    let (endpoint, _calls, uri) = server(|settings| settings.lifetimes = brief).await;
    let mut settings = PhoneSettings::loopback("maria").registered_at(&uri, "secret");
    settings.expires = Duration::from_secs(2);
    let phone = Phone::start(settings).await.unwrap();
    let mut standing = phone.standing();
    phone.register().await.unwrap();
    let is_refreshed = |standing: &Standing| *standing == Standing::Registered { refreshes: 2 };
    tokio::time::timeout(SOON, standing.wait_for(is_refreshed)).await.unwrap().unwrap();
    assert_eq!(endpoint.bindings("maria").len(), 1, "the same binding");
    phone.unregister().await.unwrap();
    assert_eq!(endpoint.bindings("maria").len(), 0);
    assert_eq!(*phone.standing().borrow(), Standing::Unregistered);
    // Registered again, and dropped without a word.
    phone.register().await.unwrap();
    let mut changes = endpoint.registrations();
    assert!(matches!(next(&mut changes).await, Registration::Registered { .. }));
    drop(phone);
    assert!(matches!(next(&mut changes).await, Registration::Unregistered { .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_register_is_told_why() {
    let (endpoint, _calls, uri) = server(|_| ()).await;
    let wrong = phone(&uri, "guess").await.register().await.unwrap_err();
    assert!(matches!(wrong, PhoneError::WrongPassword { .. }), "{wrong}");
    assert!(endpoint.bindings("maria").is_empty());
    let mut settings = PhoneSettings::loopback("maria");
    let none = Phone::start(settings.clone()).await.unwrap().register().await.unwrap_err();
    assert!(matches!(none, PhoneError::NoRegistrar), "{none}");
    let nobody = UdpSocket::bind("127.0.0.1:0").unwrap();
    settings = settings.registered_at(format!("sip:{}", nobody.local_addr().unwrap()), "x");
    settings.t1 = Duration::from_millis(5);
    let silent = Phone::start(settings).await.unwrap().register().await.unwrap_err();
    assert!(matches!(silent, PhoneError::NotRegistered { status: 408 }), "{silent}");
}

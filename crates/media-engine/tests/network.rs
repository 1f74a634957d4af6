//! Keys, sources, ports, and what happens when somebody leaves.

#![allow(clippy::unwrap_used, reason = "all of it is test code")]

mod phone;

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Instant;

use phone::{Bench, EVENT, MS, Phone, Talk, assert_tone, endless, is_silent, plan, tone};
use trunkline_media::codec::Codec;
use trunkline_media::dtmf::{KeyEvent, Receiver};
use trunkline_media::measure;
use trunkline_media::plan::{Direction, MediaPlan};
use trunkline_media::prompt::Item;
use trunkline_media::rtcp::{self, Rtcp};
use trunkline_media::rtp::Header;
use trunkline_media_engine::{EngineError, LegEvent, LegQuality};

fn packet(payload_type: u8, sequence: u16, ssrc: u32) -> Vec<u8> {
    let timestamp = u32::from(sequence) * 160;
    let header = Header { payload_type, sequence, timestamp, ssrc, marker: false };
    let mut bytes = header.to_bytes().to_vec();
    bytes.resize(172, 0x55);
    bytes
}

/// Keys that a phone has heard as events.
fn events(phone: &Phone) -> String {
    let mut receiver = Receiver::new(8_000);
    let mut keys = String::new();
    let start = Instant::now();
    for (at, header, payload) in phone.since(0) {
        if header.payload_type != EVENT {
            continue;
        }
        let now = at.saturating_duration_since(start);
        receiver.push(now, &header, &payload).unwrap();
        while let Some(event) = receiver.poll(now) {
            if let KeyEvent::Pressed(key) = event {
                keys.push(key.to_char());
            }
        }
    }
    keys
}

fn closed(bench: &Bench, tag: u64) -> LegQuality {
    let is_it = |event: &LegEvent| matches!(event, LegEvent::Closed { tag: t, .. } if *t == tag);
    match bench.wait("end", is_it) {
        LegEvent::Closed { quality, .. } => quality,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_key_is_reported_once_and_stops_the_prompt_within_60_ms() {
    let bench = Bench::new();
    let phone = Phone::new(Codec::Pcmu);
    let leg = phone.leg(&bench, 1);
    leg.play(1, vec![endless(440.0)]);
    phone.listen(0, MS * 200);
    std::thread::scope(|scope| {
        let (phone, local) = (&phone, leg.local());
        let pressed = Instant::now();
        scope.spawn(move || phone.press('5', 16_000, local));
        bench.wait("key", |event| matches!(event, LegEvent::Key { .. }));
        leg.stop_playing(1);
        std::thread::sleep(MS * 150);
        let packets = phone.since(0);
        let is_loud = |payload: &[u8]| payload.iter().any(|byte| *byte | 0x80 != 0xFF);
        let last = packets.iter().rfind(|(_, _, payload)| is_loud(payload)).unwrap();
        let after = last.0.saturating_duration_since(pressed);
        assert!(after <= MS * 60, "{after:?}");
        assert!(is_silent(&phone.sound_since(packets.len() - 3)));
    });
    phone.press('#', 32_000, leg.local());
    std::thread::sleep(MS * 30);
    assert_eq!(bench.keys(1), "5#");
}

#[test]
fn keys_are_sent_as_events_in_the_midst_of_music() {
    let bench = Bench::new();
    let phone = Phone::new(Codec::Pcmu);
    let leg = phone.leg(&bench, 1);
    leg.background(1, Some(endless(440.0)));
    assert!(matches!(leg.send_keys("12x", 100, 60), Err(EngineError::Keys(_))));
    leg.send_keys("12#A", 80, 60).unwrap();
    leg.send_keys("7", 80, 60).unwrap();
    for _ in 0..2 {
        bench.wait("keys", |event| matches!(event, LegEvent::KeysSent { tag: 1 }));
    }
    std::thread::sleep(MS * 50);
    assert_eq!(events(&phone), "12#A7");
    let mark = phone.mark();
    assert_tone(&phone.listen(mark, MS * 100), 440.0);
}

#[test]
fn keys_are_tones_where_no_events_are_taken() {
    let bench = Bench::new();
    let phone = Phone::new(Codec::Pcma);
    let leg = bench.engine.open(1).unwrap();
    let plan = plan(phone.address(), Codec::Pcma);
    leg.start(MediaPlan { event_payload_type: None, ..plan });
    leg.send_keys("5", 200, 60).unwrap();
    bench.wait("keys", |event| matches!(event, LegEvent::KeysSent { .. }));
    assert_eq!(events(&phone), "");
    let sound = phone.sound_since(0);
    let first = sound.iter().position(|sample| sample.abs() > 100).unwrap();
    let tone = &sound[first..first + 1_500];
    for (hz, level_dbm0) in [(770.0, -9.0), (1_336.0, -7.0)] {
        let level = trunkline_media::tone::level_dbm0(measure::power_at(tone, hz).sqrt());
        assert!((level - level_dbm0).abs() < 1.0, "{hz} Hz: {level}");
    }
    assert!(is_silent(&sound[first + 1_600..]));
}

#[test]
fn keys_pass_a_bridge_and_are_reported() {
    let bench = Bench::new();
    let (mut caller, agent) = (Phone::new(Codec::Pcma), Phone::new(Codec::Pcmu));
    let (a, b) = (caller.leg(&bench, 1), agent.leg(&bench, 2));
    a.bridge(&b);
    caller.talk(Talk::new(Codec::Pcma, 440.0), a.local());
    agent.listen(0, MS * 100);
    caller.be_quiet();
    caller.press('8', 900_000, a.local());
    caller.press('*', 910_000, a.local());
    std::thread::sleep(MS * 50);
    assert_eq!(bench.keys(1), "8*");
    assert_eq!(bench.keys(2), "");
    assert_eq!(events(&agent), "8*");
    // Who is on hold is not heard, but its keys are still reported.
    a.hold(None);
    caller.press('1', 920_000, a.local());
    std::thread::sleep(MS * 50);
    assert_eq!(bench.keys(1), "8*1");
    assert_eq!(events(&agent), "8*");
}

#[test]
fn ports_run_out_and_come_back() {
    let bench = Bench::with(|settings| {
        let first = *settings.ports.start();
        settings.ports = first..=first + 7;
    });
    // Other programs may hold some of the four.
    let mut legs = Vec::new();
    let error = loop {
        match bench.engine.open(legs.len() as u64) {
            Ok(leg) => legs.push(leg),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, EngineError::NoPort { .. }), "{error}");
    let open = legs.len();
    assert!((1..=4).contains(&open), "{open}");
    let ports: Vec<u16> = legs.iter().map(|leg| leg.local().port()).collect();
    assert!(ports.iter().all(|port| port.is_multiple_of(2)));
    legs.clear();
    for tag in 0..open as u64 {
        closed(&bench, tag);
    }
    legs.extend((0..open as u64).map(|tag| bench.engine.open(tag).unwrap()));
    assert!(bench.engine.open(9).is_err());
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let start = |change: fn(&mut trunkline_media_engine::Settings)| {
        let mut settings = trunkline_media_engine::Settings::default();
        change(&mut settings);
        let sink = std::sync::Arc::new(|_: LegEvent| ());
        trunkline_media_engine::Engine::start(settings, sink).map(drop).unwrap_err().to_string()
    };
    assert!(start(|settings| settings.ports = 5_001..=5_002).contains("5001 to 5002"));
    assert!(start(|settings| settings.threads = 0).contains("0 media threads"));
}

#[test]
fn the_first_source_is_learned_and_others_are_ignored() {
    let bench = Bench::new();
    let mut phone = Phone::new(Codec::Pcmu);
    let (stranger, signalled) = (Phone::new(Codec::Pcmu), Phone::new(Codec::Pcmu));
    let (other, ear) = (Phone::new(Codec::Pcmu), Phone::new(Codec::Pcmu));
    let leg = bench.engine.open(1).unwrap();
    leg.start(plan(signalled.address(), Codec::Pcmu));
    let partner = ear.leg(&bench, 2);
    leg.bridge(&partner);
    // What is no RTP, and what was not agreed on, teaches nothing.
    stranger.send(b"OPTIONS sip:", leg.local());
    stranger.send(&packet(97, 1, 5), leg.local());
    std::thread::sleep(MS * 30);
    phone.talk(Talk::new(Codec::Pcmu, 440.0), leg.local());
    ear.listen(0, MS * 200);
    for sequence in 0..10 {
        other.send(&packet(0, sequence, 77), leg.local());
    }
    std::thread::sleep(MS * 100);
    let mark = ear.mark();
    assert_tone(&ear.listen(mark, MS * 300), 440.0);
    let counters = bench.engine.counters();
    assert_eq!((counters.unparsable, counters.wrong_source), (2, 10), "{counters:?}");
    assert_eq!(other.mark() + stranger.mark(), 0);
    leg.unbridge();
    leg.play(1, vec![endless(500.0)]);
    std::thread::sleep(MS * 60);
    let mark = phone.mark();
    assert_tone(&phone.listen(mark, MS * 200), 500.0);
    drop(leg);
    let quality = closed(&bench, 1);
    assert_eq!((quality.wrong_source, quality.remote), (10, Some(phone.address())));
}

#[test]
fn a_new_source_of_the_same_phone_is_followed_without_a_jump() {
    let bench = Bench::new();
    let (mut caller, agent) = (Phone::new(Codec::Pcmu), Phone::new(Codec::Pcma));
    let (a, b) = (caller.leg(&bench, 1), agent.leg(&bench, 2));
    a.bridge(&b);
    caller.talk(Talk::new(Codec::Pcmu, 440.0), a.local());
    agent.listen(0, MS * 300);
    let mut talk = Talk::new(Codec::Pcmu, 700.0);
    talk.ssrc = 0x1234_5678;
    caller.talk(talk, a.local());
    std::thread::sleep(MS * 150);
    let mark = agent.mark();
    assert_tone(&agent.listen(mark, MS * 300), 700.0);
    for pair in agent.since(0).windows(2) {
        let (before, after) = (pair[0].1, pair[1].1);
        assert_eq!(after.ssrc, before.ssrc);
        assert_eq!(after.sequence, before.sequence.wrapping_add(1));
        assert!(after.timestamp.wrapping_sub(before.timestamp) <= 160 * 20);
    }
}

#[test]
fn silence_of_the_network_is_reported_once_and_its_end_too() {
    let bench = Bench::with(|settings| settings.media_timeout = MS * 200);
    let mut phone = Phone::new(Codec::Pcmu);
    let leg = phone.leg(&bench, 1);
    let is_lost = |event: &LegEvent| matches!(event, LegEvent::MediaLost { tag: 1 });
    let is_back = |event: &LegEvent| matches!(event, LegEvent::MediaBack { tag: 1 });
    bench.wait("loss", is_lost);
    phone.talk(Talk::new(Codec::Pcmu, 440.0), leg.local());
    bench.wait("return", is_back);
    std::thread::sleep(MS * 300);
    assert_eq!((bench.count(is_lost), bench.count(is_back)), (1, 1));
    phone.be_quiet();
    bench.wait("loss", is_lost);
    // A phone that comes back from another port is followed.
    let mut moved = Phone::new(Codec::Pcmu);
    let mut talk = Talk::new(Codec::Pcmu, 500.0);
    talk.ssrc = 99;
    moved.talk(talk, leg.local());
    bench.wait("return", is_back);
    leg.play(1, vec![endless(440.0)]);
    std::thread::sleep(MS * 60);
    let mark = moved.mark();
    assert_tone(&moved.listen(mark, MS * 100), 440.0);
    moved.be_quiet();
    // Where nothing is to be received, nothing is lost.
    let plan = plan(phone.address(), Codec::Pcmu);
    leg.start(MediaPlan { direction: Direction::SendOnly, ..plan });
    let lost = bench.count(is_lost);
    std::thread::sleep(MS * 350);
    assert_eq!(bench.count(is_lost), lost);
}

#[test]
fn nothing_is_sent_while_the_other_side_holds_but_prompts_go_on() {
    let bench = Bench::new();
    let phone = Phone::new(Codec::Pcmu);
    let leg = bench.engine.open(1).unwrap();
    leg.play(1, vec![Item::Prompt(tone(440.0, MS * 200))]);
    std::thread::sleep(MS * 100);
    let plan = plan(phone.address(), Codec::Pcmu);
    leg.start(MediaPlan { direction: Direction::RecvOnly, ..plan });
    bench.wait("end of the prompt", |event| matches!(event, LegEvent::Played { id: 1, .. }));
    assert_eq!(phone.mark(), 0);
    leg.start(plan);
    assert!(is_silent(&phone.listen(0, MS * 60)));
}

#[test]
fn a_leg_that_is_dropped_says_goodbye_and_is_silent() {
    let bench = Bench::new();
    let mut phone = Phone::new(Codec::Pcmu);
    let reports = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    reports.set_read_timeout(Some(MS * 2_000)).unwrap();
    let leg = bench.engine.open(1).unwrap();
    let plan = plan(phone.address(), Codec::Pcmu);
    leg.start(MediaPlan { remote_rtcp: reports.local_addr().unwrap(), ..plan });
    phone.talk(Talk::new(Codec::Pcmu, 500.0), leg.local());
    leg.play(1, vec![endless(440.0)]);
    phone.listen(0, MS * 300);
    assert!(leg.quality().received.is_none(), "no report yet");
    // The phone reports a loss of a quarter.
    let ssrc = phone.since(0)[0].1.ssrc;
    let block = rtcp::ReportBlock { ssrc, fraction_lost: 64, ..rtcp::ReportBlock::default() };
    let mut bytes = Vec::new();
    rtcp::write(&[Rtcp::ReceiverReport { ssrc: 0xABCD, reports: vec![block] }], &mut bytes);
    let rtcp_port = SocketAddr::new(leg.local().ip(), leg.local().port() + 1);
    reports.send_to(&bytes, rtcp_port).unwrap();
    std::thread::sleep(MS * 50);
    drop(leg);
    let quality = closed(&bench, 1);
    assert_eq!(bench.count(|event| matches!(event, LegEvent::Played { .. })), 0);
    let received = quality.received.unwrap();
    assert!(received.received >= 10 && received.lost == 0, "{received:?}");
    assert!(received.mos > 4.2 && quality.sent >= 15, "{quality:?}");
    assert_eq!(quality.peer.unwrap().loss_percent, 25.0);
    let mut inbox = [0; 500];
    let (length, from) = reports.recv_from(&mut inbox).unwrap();
    assert_eq!(from, rtcp_port);
    let packets = rtcp::parse(&inbox[..length]).unwrap();
    let Rtcp::SenderReport { ssrc: sender, info, reports: blocks } = &packets[0] else {
        panic!("{packets:?}")
    };
    assert_eq!((*sender, u64::from(info.packets)), (ssrc, quality.sent));
    assert_eq!((blocks[0].ssrc, blocks[0].cumulative_lost), (0xABCD, 0));
    assert!(matches!(&packets[2], Rtcp::Bye { ssrcs, .. } if *ssrcs == [ssrc]), "{packets:?}");
    std::thread::sleep(MS * 50);
    let mark = phone.mark();
    std::thread::sleep(MS * 100);
    assert_eq!(phone.mark(), mark);
}

#[test]
fn rtcp_shares_the_port_where_that_was_agreed_on() {
    let bench = Bench::new();
    let phone = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    phone.set_read_timeout(Some(MS * 2_000)).unwrap();
    let leg = bench.engine.open(1).unwrap();
    let plan = plan(phone.local_addr().unwrap(), Codec::Pcmu);
    let muxed = MediaPlan { rtcp_mux: true, remote_rtcp: plan.remote, ..plan };
    leg.start(muxed);
    phone.send_to(&packet(0, 1, 5), leg.local()).unwrap();
    let mut bytes = Vec::new();
    rtcp::write(&[Rtcp::ReceiverReport { ssrc: 5, reports: Vec::new() }], &mut bytes);
    phone.send_to(&bytes, leg.local()).unwrap();
    std::thread::sleep(MS * 50);
    leg.stop();
    let mut inbox = [0; 500];
    let (packets, from) = loop {
        let (length, from) = phone.recv_from(&mut inbox).unwrap();
        if let Ok(packets) = rtcp::parse(&inbox[..length]) {
            break (packets, from);
        }
    };
    assert_eq!(from, leg.local());
    assert!(matches!(packets[2], Rtcp::Bye { .. }));
    assert!(leg.quality().received.is_some(), "stop takes the figures");
    // Without it, the port of its own is opened again.
    leg.start(plan);
    drop(leg);
    closed(&bench, 1);
    assert_eq!(bench.engine.counters().rtcp_received, 1);
}

#[test]
fn who_is_left_in_a_bridge_is_told_and_can_go_on() {
    let bench = Bench::new();
    let (mut caller, mut agent) = (Phone::new(Codec::Pcmu), Phone::new(Codec::Pcmu));
    let (a, b) = (caller.leg(&bench, 1), agent.leg(&bench, 2));
    caller.talk(Talk::new(Codec::Pcmu, 440.0), a.local());
    agent.talk(Talk::new(Codec::Pcmu, 500.0), b.local());
    a.bridge(&b);
    caller.listen(0, MS * 100);
    drop(b);
    let is_left = |event: &LegEvent| matches!(event, LegEvent::Unbridged { tag: 1 });
    bench.wait("parting", is_left);
    closed(&bench, 2);
    std::thread::sleep(MS * 50);
    let mark = caller.mark();
    assert!(is_silent(&caller.listen(mark, MS * 60)));
    a.play(1, vec![endless(700.0)]);
    std::thread::sleep(MS * 60);
    let mark = caller.mark();
    assert_tone(&caller.listen(mark, MS * 100), 700.0);
    // Bridging with a leg that is gone, or with itself, does nothing.
    a.bridge(&a);
    let gone = agent.leg(&bench, 3);
    a.bridge(&gone);
    drop(gone);
    bench.wait("parting", is_left);
    assert_eq!(bench.count(is_left), 2);
}

/// The owner's code runs on the media thread: what goes wrong there must not silence all calls.
#[test]
fn a_panic_ends_one_leg_and_no_other() {
    let bench = Bench::new();
    let (sender, closed) = std::sync::mpsc::channel();
    let sink = move |event: LegEvent| match event {
        LegEvent::Key { .. } => panic!("a mistake in the owner's code, on purpose"),
        LegEvent::Closed { tag, .. } => drop(sender.send(tag)),
        _ => {}
    };
    let settings = bench.settings.clone();
    let engine = trunkline_media_engine::Engine::start(settings, std::sync::Arc::new(sink));
    let engine = engine.unwrap();
    let phones = [Phone::new(Codec::Pcmu), Phone::new(Codec::Pcmu)];
    let open = |tag: usize| {
        let leg = engine.open(tag as u64).unwrap();
        leg.start(plan(phones[tag].address(), Codec::Pcmu));
        leg
    };
    let (bad, good) = (open(0), open(1));
    bad.bridge(&good);
    phones[0].press('1', 16_000, bad.local());
    assert_eq!(closed.recv_timeout(MS * 2_000), Ok(0));
    good.play(1, vec![endless(440.0)]);
    std::thread::sleep(MS * 60);
    let mark = phones[1].mark();
    assert_tone(&phones[1].listen(mark, MS * 100), 440.0);
    drop((bad, good));
    assert_eq!(closed.recv_timeout(MS * 2_000), Ok(1));
    assert!(closed.recv_timeout(MS * 50).is_err(), "once each");
    assert_eq!(engine.counters().ports_free, 100, "ports are given back");
}

#[test]
fn an_engine_ends_with_its_last_leg() {
    let bench = Bench::new();
    let phone = Phone::new(Codec::Pcmu);
    let leg = phone.leg(&bench, 1);
    let Bench { engine, .. } = bench;
    drop(engine);
    leg.play(1, vec![endless(440.0)]);
    std::thread::sleep(MS * 60);
    let mark = phone.mark();
    assert_tone(&phone.listen(mark, MS * 100), 440.0);
    drop(leg);
    std::thread::sleep(MS * 60);
    let mark = phone.mark();
    std::thread::sleep(MS * 60);
    assert_eq!(phone.mark(), mark);
}

#[test]
fn no_command_is_lost_while_legs_move_between_threads() {
    let bench = Bench::with(|settings| settings.threads = 2);
    let phone = Phone::new(Codec::Pcmu);
    let legs: Vec<_> = (0..8).map(|tag| phone.leg(&bench, tag)).collect();
    // Legs are on the two threads in turn; each bridge makes one of them move.
    let movers = &legs[..4];
    for round in 0..100_u32 {
        for (place, leg) in movers.iter().enumerate() {
            leg.bridge(&legs[4 + (place + round as usize) % 4]);
            leg.stop_playing(round);
            leg.unbridge();
            leg.stop_playing(round);
        }
    }
    for leg in movers {
        leg.play(7, vec![Item::Prompt(tone(440.0, MS * 20))]);
    }
    // A command that is lost would leave the last one of its leg waiting.
    for _ in movers {
        bench.wait("end of a prompt", |event| matches!(event, LegEvent::Played { id: 7, .. }));
    }
}

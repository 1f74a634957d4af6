//! Legs of browsers: they do what other legs do.

#![allow(clippy::unwrap_used, reason = "all of it is test code")]

mod phone;

use std::io::ErrorKind::WouldBlock;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

use phone::browser::Page;
use phone::{Bench, EVENT, MS, Phone, Talk, assert_tone, endless, is_silent, plan, tone};
use trunkline_media::codec::Codec;
use trunkline_media::measure;
use trunkline_media::prompt::Item;
use trunkline_media::rtp::Header;
use trunkline_media_engine::{
    BrowserSettings, Engine, EngineError, Leg, LegEvent, RecordSettings, RecordSides, RecordTo,
    Settings,
};
use trunkline_webrtc::double::{Double, Output};
use trunkline_webrtc::{Audio, Identity, Via, framing};

fn with_tcp() -> BrowserSettings {
    BrowserSettings { tcp: Some((Ipv4Addr::LOCALHOST, 0).into()), ..BrowserSettings::default() }
}

fn is_connected(wanted: u64) -> impl Fn(&LegEvent) -> bool {
    move |event| matches!(event, LegEvent::Connected { tag } if *tag == wanted)
}

fn is_lost(wanted: u64) -> impl Fn(&LegEvent) -> bool {
    move |event| matches!(event, LegEvent::MediaLost { tag } if *tag == wanted)
}

/// A leg with a page that has reached it.
fn reached(bench: &Bench, tag: u64, via: Via) -> (Leg, Page) {
    let (leg, offer) = bench.engine.open_browser(tag).unwrap();
    let page = Page::answer(&leg, &offer, via);
    bench.wait("connection", is_connected(tag));
    (leg, page)
}

#[test]
fn a_prompt_is_heard_whole_in_the_browser() {
    let bench = Bench::new();
    let (leg, offer) = bench.engine.open_browser(1).unwrap();
    // What plays before the browser is there waits for it.
    leg.play(9, vec![Item::Prompt(tone(440.0, MS * 500))]);
    std::thread::sleep(MS * 100);
    let page = Page::answer(&leg, &offer, Via::Udp);
    bench.wait("end of the prompt", |event| matches!(event, LegEvent::Played { id: 9, .. }));
    std::thread::sleep(MS * 50);
    let sound = page.listen(0, MS * 520);
    let first = sound.iter().position(|sample| sample.abs() > 8).unwrap();
    assert_tone(&sound[first..first + 3_900], 440.0);
    leg.background(2, Some(endless(600.0)));
    std::thread::sleep(MS * 60);
    let mark = page.mark();
    assert_tone(&page.listen(mark, MS * 200), 600.0);
    leg.send_keys("5#", 80, 60).unwrap();
    bench.wait("keys", |event| matches!(event, LegEvent::KeysSent { tag: 1 }));
    std::thread::sleep(MS * 50);
    assert_eq!(page.keys(), [5, 11]);
}

#[test]
fn a_caller_and_a_browser_hear_each_other() {
    for (via, threads) in [(Via::Udp, 1), (Via::Tcp, 1), (Via::Udp, 2), (Via::Tcp, 2)] {
        let bench = Bench::for_browsers(with_tcp(), |settings| settings.threads = threads);
        let mut caller = Phone::new(Codec::Pcma);
        let a = caller.leg(&bench, 1);
        let (b, page) = reached(&bench, 2, via);
        a.bridge(&b);
        caller.talk(Talk::new(Codec::Pcma, 440.0), a.local());
        page.talk(700.0);
        std::thread::sleep(MS * 200);
        let (mark, page_mark) = (caller.mark(), page.mark());
        assert_tone(&page.listen(page_mark, MS * 400), 440.0);
        assert_tone(&caller.listen(mark, MS * 400), 700.0);
        // Keys pass as events and are reported.
        page.press('7');
        bench.wait(
            "key",
            |event| matches!(event, LegEvent::Key { tag: 2, key } if key.to_char() == '7'),
        );
        std::thread::sleep(MS * 150);
        let keys = caller
            .since(mark)
            .into_iter()
            .filter(|(_, header, _)| header.payload_type == EVENT && header.marker);
        assert_eq!(keys.map(|(_, _, payload)| payload[0]).collect::<Vec<_>>(), [7]);
        // Hold: music for the browser, silence for the caller.
        b.hold(Some(endless(1_000.0)));
        std::thread::sleep(MS * 700);
        let (mark, page_mark) = (caller.mark(), page.mark());
        assert_tone(&page.listen(page_mark, MS * 200), 1_000.0);
        assert!(is_silent(&caller.listen(mark, MS * 60)));
        b.resume();
        std::thread::sleep(MS * 60);
        let page_mark = page.mark();
        assert_tone(&page.listen(page_mark, MS * 200), 440.0);
        b.unbridge();
        let page_mark = page.mark();
        std::thread::sleep(MS * 60);
        assert!(is_silent(&page.listen(page_mark, MS * 100)[320..]));
    }
}

#[test]
fn two_browsers_hear_each_other() {
    let bench = Bench::new();
    let ((a, one), (b, other)) = (reached(&bench, 1, Via::Udp), reached(&bench, 2, Via::Udp));
    a.bridge(&b);
    one.talk(440.0);
    other.talk(700.0);
    std::thread::sleep(MS * 200);
    let (mark, other_mark) = (one.mark(), other.mark());
    assert_tone(&one.listen(mark, MS * 400), 700.0);
    assert_tone(&other.listen(other_mark, MS * 400), 440.0);
    one.be_quiet();
    std::thread::sleep(MS * 100);
    let other_mark = other.mark();
    assert!(is_silent(&other.listen(other_mark, MS * 60)));
}

#[test]
fn a_page_that_is_loaded_anew_goes_on_with_the_call() {
    let bench = Bench::for_browsers(with_tcp(), |_| ());
    let mut caller = Phone::new(Codec::Pcmu);
    let a = caller.leg(&bench, 1);
    let (b, page) = reached(&bench, 2, Via::Udp);
    a.bridge(&b);
    caller.talk(Talk::new(Codec::Pcmu, 440.0), a.local());
    page.talk(700.0);
    std::thread::sleep(MS * 100);
    page.close();
    bench.wait("loss", is_lost(2));
    // The page is back, once over TCP, once over UDP; and once before the old one is gone.
    for (via, hz) in [(Via::Tcp, 600.0), (Via::Udp, 800.0)] {
        let offer = b.offer().unwrap();
        let page = Page::answer(&b, &offer, via);
        bench.wait("connection", is_connected(2));
        page.talk(hz);
        bench.wait("media", |event| matches!(event, LegEvent::MediaBack { tag: 2 }));
        std::thread::sleep(MS * 200);
        let (mark, page_mark) = (caller.mark(), page.mark());
        assert_tone(&page.listen(page_mark, MS * 200), 440.0);
        assert_tone(&caller.listen(mark, MS * 200), hz);
        page.close();
        bench.wait("loss", is_lost(2));
    }
    assert_eq!(bench.count(|event| matches!(event, LegEvent::Unbridged { .. })), 0);
    let numbers: Vec<u16> = caller.since(0).iter().map(|(_, header, _)| header.sequence).collect();
    let jumps = numbers.windows(2).filter(|pair| pair[1].wrapping_sub(pair[0]) > 3_000);
    assert_eq!(jumps.count(), 0, "the caller's stream has gone on");
}

#[test]
fn a_second_page_takes_over_from_the_first() {
    let bench = Bench::new();
    let (leg, first) = reached(&bench, 1, Via::Udp);
    leg.background(1, Some(endless(440.0)));
    let offer = leg.offer().unwrap();
    std::thread::sleep(MS * 100);
    let mark = first.mark();
    first.listen(mark, MS * 100);
    let second = Page::answer(&leg, &offer, Via::Udp);
    bench.wait("connection", is_connected(1));
    std::thread::sleep(MS * 100);
    let (mark, second_mark) = (first.mark(), second.mark());
    assert_tone(&second.listen(second_mark, MS * 200), 440.0);
    assert_eq!(first.mark(), mark, "nothing goes to the first page any more");
}

#[test]
fn what_is_said_and_heard_is_recorded() {
    let bench = Bench::new();
    let (leg, page) = reached(&bench, 1, Via::Udp);
    leg.background(1, Some(endless(440.0)));
    page.talk(700.0);
    std::thread::sleep(MS * 100);
    let (sides, to) = (RecordSides::Stereo, RecordTo::Memory);
    let settings = RecordSettings { id: 3, sides, to, ..RecordSettings::default() };
    leg.record(settings).unwrap();
    std::thread::sleep(MS * 700);
    leg.stop_recording();
    let event = bench.wait("recording", |event| matches!(event, LegEvent::Recorded { .. }));
    let LegEvent::Recorded { recording, .. } = event else { panic!("{event:?}") };
    assert_eq!(recording.channels, 2);
    for (channel, hz) in [(0, 700.0), (1, 440.0)] {
        assert_tone(&recording.channel(channel)[1_600..4_000], hz);
    }
}

#[test]
fn quality_is_that_of_the_browsers_packets_and_reports() {
    let bench = Bench::new();
    let (leg, page) = reached(&bench, 1, Via::Udp);
    page.talk(440.0);
    std::thread::sleep(MS * 6_500);
    let quality = leg.quality();
    assert!(quality.sent > 100, "{quality:?}");
    assert!(quality.remote.is_some(), "{quality:?}");
    let received = quality.received.unwrap();
    assert_eq!(received.lost, 0, "{received:?}");
    drop(leg);
    bench.wait("end", |event| matches!(event, LegEvent::Closed { tag: 1, .. }));
    let counters = bench.engine.counters();
    assert!(counters.received > 200 && counters.legs_open == 0, "{counters:?}");
}

#[test]
fn answers_must_fit_and_offers_need_an_address() {
    let bench = Bench::new();
    let (leg, _) = bench.engine.open_browser(1).unwrap();
    assert!(matches!(leg.answer("v=0"), Err(EngineError::Browser(_))));
    let plain = bench.engine.open(2).unwrap();
    assert!(matches!(plain.offer(), Err(EngineError::NoBrowser { tag: 2 })));
    assert!(matches!(plain.answer(""), Err(EngineError::NoBrowser { tag: 2 })));
    // A plan is not for browsers, and does no harm.
    let address = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    leg.start(plan(address, Codec::Pcmu));
    let settings = Settings { ports: bench.settings.ports.clone(), ..Settings::default() };
    let engine = Engine::start(settings, Arc::new(drop)).unwrap();
    let free = engine.counters().ports_free;
    let error = engine.open_browser(1).unwrap_err().to_string();
    assert!(error.contains("set a public address"), "{error}");
    std::thread::sleep(MS * 50);
    assert_eq!(engine.counters().ports_free, free, "its port is given back");
}

fn opus_first() -> Bench {
    let mut codecs = Audio::ALL.to_vec();
    codecs.rotate_right(1);
    Bench::for_browsers(BrowserSettings { codecs, ..BrowserSettings::default() }, |_| ())
}

#[test]
fn opus_is_spoken_to_the_browser_and_g711_to_everybody_else() {
    // A network that loses nothing, and one that loses 3 % each way.
    for loses_every in [0, 33] {
        let bench = opus_first();
        let mut caller = Phone::new(Codec::Pcma);
        let a = caller.leg(&bench, 1);
        let (b, offer) = bench.engine.open_browser(2).unwrap();
        let page = Page::answer_opus(&b, &offer, loses_every);
        bench.wait("connection", is_connected(2));
        a.bridge(&b);
        caller.talk(Talk::new(Codec::Pcma, 440.0), a.local());
        page.talk(700.0);
        std::thread::sleep(MS * 300);
        let (mark, page_mark) = (caller.mark(), page.mark());
        for (sound, hz) in
            [(page.listen(page_mark, MS * 800), 440.0), (caller.listen(mark, MS * 800), 700.0)]
        {
            let heard = measure::estimate(&sound);
            assert!((heard.frequency_hz - hz).abs() < 2.0, "{heard:?}");
            // The phase may jump where a packet was lost: each tenth of a second for itself.
            let snr_db = measure::windowed_snr_db(&sound, hz, 800);
            assert!(snr_db > 12.0, "{snr_db} {heard:?} losing every {loses_every}");
            // What was lost is made up for: no hole of half a frame.
            assert!(measure::longest_quiet_run(&sound, 4) < 80);
        }
        // Keys pass both ways as events, told once, as long as they were held.
        page.press('7');
        bench.wait("key", is_key('7'));
        std::thread::sleep(MS * 300);
        assert_lasted_100_ms(&caller, mark, 7);
        assert_eq!(bench.count(is_key('7')), 1);
        let caller_mark = caller.mark();
        page.press('4');
        bench.wait("key", is_key('4'));
        std::thread::sleep(MS * 300);
        assert_lasted_100_ms(&caller, caller_mark, 4);
        b.send_keys("5", 100, 60).unwrap();
        bench.wait("keys", |event| matches!(event, LegEvent::KeysSent { tag: 2 }));
        if loses_every == 0 {
            assert_eq!(page.keys(), [5]);
        }
        // It goes on behind the keys; a packet lost just now may show, and was judged above.
        std::thread::sleep(MS * 100);
        let page_mark = page.mark();
        let heard = measure::estimate(&page.listen(page_mark, MS * 300));
        assert!((heard.frequency_hz - 440.0).abs() < 2.0, "{heard:?}");
    }
}

fn is_key(wanted: char) -> impl Fn(&LegEvent) -> bool {
    move |event| matches!(event, LegEvent::Key { tag: 2, key } if key.to_char() == wanted)
}

/// The key's events at the caller say so, at 8 kHz, but for a frame.
fn assert_lasted_100_ms(caller: &Phone, mark: usize, event: u8) {
    let packets = caller.since(mark);
    let is_its = |header: &Header, payload: &[u8]| {
        header.payload_type == EVENT && payload.first() == Some(&event)
    };
    let events = packets.iter().filter(|(_, header, payload)| is_its(header, payload));
    let longest = events.map(|(_, _, payload)| u16::from_be_bytes([payload[2], payload[3]])).max();
    assert!(longest.is_some_and(|longest| (720..=960).contains(&longest)), "{longest:?}");
}

fn assert_tone_through_opus(sound: &[i16], hz: f64) {
    let heard = measure::estimate(sound);
    assert!((heard.frequency_hz - hz).abs() < 2.0 && heard.snr_db > 12.0, "{heard:?}");
}

#[test]
fn prompts_conferences_and_recordings_are_the_same_with_opus() {
    let bench = opus_first();
    let (leg, offer) = bench.engine.open_browser(1).unwrap();
    let page = Page::answer_opus(&leg, &offer, 0);
    bench.wait("connection", is_connected(1));
    leg.background(1, Some(endless(440.0)));
    page.talk(700.0);
    std::thread::sleep(MS * 100);
    let (sides, to) = (RecordSides::Stereo, RecordTo::Memory);
    leg.record(RecordSettings { id: 3, sides, to, ..RecordSettings::default() }).unwrap();
    let page_mark = page.mark();
    assert_tone_through_opus(&page.listen(page_mark, MS * 500), 440.0);
    std::thread::sleep(MS * 200);
    leg.stop_recording();
    let event = bench.wait("recording", |event| matches!(event, LegEvent::Recorded { .. }));
    let LegEvent::Recorded { recording, .. } = event else { panic!("{event:?}") };
    for (channel, hz) in [(0, 700.0), (1, 440.0)] {
        assert_tone_through_opus(&recording.channel(channel)[1_600..4_000], hz);
    }
    let (other, offer) = bench.engine.open_browser(2).unwrap();
    let second = Page::answer_opus(&other, &offer, 0);
    bench.wait("connection", is_connected(2));
    leg.confer(&other);
    second.talk(1_000.0);
    std::thread::sleep(MS * 300);
    let (mark, second_mark) = (page.mark(), second.mark());
    assert_tone_through_opus(&page.listen(mark, MS * 400), 1_000.0);
    assert_tone_through_opus(&second.listen(second_mark, MS * 400), 700.0);
}

#[test]
fn the_public_address_is_what_is_offered() {
    let settings = BrowserSettings {
        addresses: vec!["192.0.2.1".parse().unwrap(), "2001:db8::1".parse().unwrap()],
        tcp_port: Some(443),
        ..with_tcp()
    };
    let bench = Bench::for_browsers(settings, |_| ());
    let (leg, offer) = bench.engine.open_browser(1).unwrap();
    let port = leg.local().port();
    for wanted in [
        format!("192.0.2.1 {port} typ host"),
        format!("2001:db8::1 {port} typ host"),
        "192.0.2.1 443 typ host tcptype passive".to_owned(),
        "2001:db8::1 443 typ host tcptype passive".to_owned(),
    ] {
        assert!(offer.contains(&wanted), "{wanted} is not in {offer}");
    }
    assert!(!offer.contains("127.0.0.1 "), "{offer}");
}

#[test]
fn connections_that_were_cut_off_give_way() {
    let bench = Bench::for_browsers(with_tcp(), |_| ());
    let (leg, offer) = bench.engine.open_browser(1).unwrap();
    // A check for this leg, as the page sends it first on each of its connections.
    let (identity, own) = (Identity::generate().unwrap(), (Ipv4Addr::LOCALHOST, 9).into());
    let now = Instant::now();
    let (mut double, _) = Double::answer(now, &identity, &offer, (Via::Tcp, own), false).unwrap();
    let mut frame = Vec::new();
    for step in 1..10 {
        double.handle_time(now + MS * 50 * step);
        while let Some(output) = double.poll() {
            if let (Output::Transmit { bytes, .. }, true) = (output, frame.is_empty()) {
                assert!(framing::write(&bytes, &mut frame));
            }
        }
    }
    let cut_off: Vec<TcpStream> = (0..6)
        .map(|_| {
            let mut connection = TcpStream::connect(bench.engine.tcp_address().unwrap()).unwrap();
            connection.write_all(&frame).unwrap();
            connection
        })
        .collect();
    std::thread::sleep(MS * 100);
    let closed = cut_off.iter().filter(|connection| {
        connection.set_nonblocking(true).unwrap();
        !matches!((&**connection).read(&mut [0; 10]), Err(error) if error.kind() == WouldBlock)
    });
    assert_eq!(closed.count(), 2, "four may stay");
    let page = Page::answer(&leg, &offer, Via::Tcp);
    bench.wait("connection", is_connected(1));
    leg.background(1, Some(endless(440.0)));
    std::thread::sleep(MS * 60);
    assert_tone(&page.listen(page.mark(), MS * 200), 440.0);
}

#[test]
fn tcp_connections_that_are_nobodys_are_closed() {
    let bench = Bench::for_browsers(with_tcp(), |_| ());
    let (_leg, _) = bench.engine.open_browser(1).unwrap();
    let to: SocketAddr = bench.engine.tcp_address().unwrap();
    for bytes in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0, 3, 1, 2, 3], &[0xFF; 100]] {
        let mut connection = TcpStream::connect(to).unwrap();
        connection.set_read_timeout(Some(Duration::from_secs(4))).unwrap();
        connection.write_all(bytes).unwrap();
        let end = connection.read(&mut [0; 10]);
        assert!(!matches!(end, Ok(1..)), "{end:?}");
        let is_slow = end.is_err_and(|error| error.kind() == WouldBlock);
        assert!(!is_slow, "it should have been closed at once");
    }
    // Too many of one address that say nothing: the rest is closed at once.
    let many: Vec<TcpStream> = (0..20).map(|_| TcpStream::connect(to).unwrap()).collect();
    std::thread::sleep(MS * 50);
    let closed = many.iter().filter(|connection| {
        connection.set_nonblocking(true).unwrap();
        matches!((&**connection).read(&mut [0; 10]), Ok(0))
    });
    assert_eq!(closed.count(), 4);
}

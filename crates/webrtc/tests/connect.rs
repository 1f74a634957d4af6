//! A peer and a browser's double over a network of the test's own, in virtual time.

#![allow(clippy::unwrap_used, reason = "all of it is test code")]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use trunkline_media::codec::Codec;
use trunkline_media::plan::Direction;
use trunkline_media::rtp::Header;
use trunkline_webrtc::double::{self, Double};
use trunkline_webrtc::{
    Agreed, Audio, Error, Failure, Heard, Identity, MAX_CANDIDATES, MAX_REMOTES, MAX_SDP_BYTES,
    MAX_SDP_LINES, Offer, Output, Peer, Settings, Via, framing,
};

const MS: Duration = Duration::from_millis(1);

fn at(address: &str) -> SocketAddr {
    address.parse().unwrap()
}

fn settings() -> Settings {
    let mut settings = Settings::new(Identity::generate().unwrap(), vec![at("192.0.2.1:20000")]);
    settings.tcp = vec![at("192.0.2.1:443")];
    settings
}

/// Both ends, and what has reached the test.
struct Stage {
    now: Instant,
    peer: Peer,
    browser: Double,
    via: Via,
    own: SocketAddr,
    is_cut: bool,
    events: Vec<String>,
    heard: Vec<Heard>,
    browser_heard: Vec<Heard>,
    datagrams: Vec<Vec<u8>>,
}

impl Stage {
    fn new(settings: &Settings, via: Via, opus: bool) -> Self {
        let now = Instant::now();
        let (mut peer, offer) = Peer::offer(now, settings).unwrap();
        let own = at("198.51.100.7:40000");
        let (browser, answer) = answer(now, &offer, via, own, opus);
        peer.accept(now, &answer).unwrap();
        Self {
            now,
            peer,
            browser,
            via,
            own,
            is_cut: false,
            events: Vec::new(),
            heard: Vec::new(),
            browser_heard: Vec::new(),
            datagrams: Vec::new(),
        }
    }

    /// Lets time pass in steps of 5 ms.
    fn run(&mut self, duration: Duration) {
        let end = self.now + duration;
        while self.now < end {
            self.now += MS * 5;
            self.browser.handle_time(self.now);
            if self.peer.wake_at() <= self.now {
                self.peer.handle_time(self.now);
            }
            self.exchange();
        }
    }

    fn exchange(&mut self) {
        for _ in 0..20 {
            while let Some(output) = self.browser.poll() {
                match output {
                    double::Output::Transmit { via, to, bytes } => {
                        assert_eq!(via, self.via);
                        assert!(to == at("192.0.2.1:20000") || to == at("192.0.2.1:443"));
                        self.datagrams.push(bytes.clone());
                        if !self.is_cut {
                            self.peer.receive(self.now, self.own, via, &bytes);
                        }
                    }
                    double::Output::Rtp(heard) => self.browser_heard.push(heard),
                    double::Output::Connected => self.events.push("browser connected".into()),
                    double::Output::Ended(why) => self.events.push(format!("ended: {why}")),
                }
            }
            let mut is_quiet = true;
            while let Some(output) = self.peer.poll(self.now) {
                is_quiet = false;
                match output {
                    Output::Transmit { via, to, bytes } => {
                        assert_eq!((via, to), (self.via, self.own));
                        let from = match via {
                            Via::Udp => at("192.0.2.1:20000"),
                            Via::Tcp => at("192.0.2.1:443"),
                        };
                        if !self.is_cut {
                            self.browser.receive(self.now, from, (via, self.own), &bytes);
                        }
                    }
                    Output::Rtp(heard) => self.heard.push(heard),
                    Output::Connected => self.events.push("connected".into()),
                    Output::Lost => self.events.push("lost".into()),
                    Output::Report(_) => self.events.push("report".into()),
                    Output::Failed(failure) => self.events.push(failure.to_string()),
                }
            }
            if is_quiet {
                break;
            }
        }
    }

    fn connected(settings: &Settings, via: Via, opus: bool) -> Self {
        let mut stage = Self::new(settings, via, opus);
        stage.run(MS * 3_000);
        assert!(stage.peer.is_connected(), "{:?}", stage.events);
        stage
    }

    fn has(&self, event: &str) -> bool {
        self.events.iter().any(|other| other == event)
    }
}

fn answer(now: Instant, offer: &Offer, via: Via, own: SocketAddr, opus: bool) -> (Double, String) {
    let identity = Identity::generate().unwrap();
    Double::answer(now, &identity, &offer.sdp, (via, own), opus).unwrap()
}

fn header(payload_type: u8, number: u16) -> Header {
    let timestamp = u32::from(number) * 160;
    Header { payload_type, sequence: number, timestamp, ..Header::default() }
}

#[test]
fn the_offer_says_what_a_browser_needs() {
    let (_, Offer { sdp, ufrag }) = Peer::offer(Instant::now(), &settings()).unwrap();
    let lines: Vec<&str> = sdp.lines().collect();
    for wanted in [
        "a=ice-lite",
        "a=setup:actpass",
        "a=rtcp-mux",
        "a=sendrecv",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:101 telephone-event/8000",
        &format!("a=ice-ufrag:{ufrag}"),
    ] {
        assert!(lines.contains(&wanted), "{wanted} is not in {sdp}");
    }
    assert!(lines.iter().any(|line| line.starts_with("m=audio ") && line.ends_with(" 0 8 101")));
    assert_eq!(lines.iter().filter(|line| line.starts_with("m=")).count(), 1);
    assert!(lines.iter().any(|line| line.starts_with("a=fingerprint:sha-256 ")));
    let candidates: Vec<&&str> =
        lines.iter().filter(|line| line.starts_with("a=candidate:")).collect();
    let priority = |text: &str| -> u32 {
        let line = candidates.iter().find(|line| line.contains(text)).unwrap();
        line.split(' ').nth(3).unwrap().parse().unwrap()
    };
    assert!(priority(" udp ") > priority(" tcp "), "UDP first: {candidates:?}");
    assert!(candidates.iter().any(|line| line.contains("192.0.2.1 443 typ host tcptype passive")));
    assert!(!sdp.contains("opus"));
    let codecs = vec![Audio::Opus, Audio::G711(Codec::Pcma), Audio::Opus];
    let settings = Settings { codecs, ..settings() };
    let (_, offer) = Peer::offer(Instant::now(), &settings).unwrap();
    assert!(offer.sdp.contains(" 111 8 110 101\r\n"), "{}", offer.sdp);
    let parameters = format!("a=fmtp:111 {}\r\n", trunkline_media::opus::FMTP);
    for wanted in ["a=rtpmap:111 opus/48000/2\r\n", "a=rtpmap:110 telephone-event/48000\r\n"] {
        assert!(offer.sdp.contains(wanted) && offer.sdp.contains(&parameters), "{}", offer.sdp);
    }
}

#[test]
fn addresses_that_nobody_can_send_to_are_refused() {
    let identity = Identity::generate().unwrap();
    let many = vec![at("192.0.2.1:1"); 9];
    let lists =
        [vec![], many, vec![at("0.0.0.0:5")], vec![at("192.0.2.1:0")], vec![at("224.0.0.1:5")]];
    for udp in lists {
        let refused = Peer::offer(Instant::now(), &Settings::new(identity.clone(), udp));
        assert!(matches!(refused, Err(Error::Address { .. })), "{refused:?}");
    }
}

#[test]
fn packets_pass_both_ways_with_their_numbers() {
    for via in [Via::Udp, Via::Tcp] {
        let mut stage = Stage::connected(&settings(), via, false);
        assert_eq!(
            stage.peer.agreed(),
            Some(Agreed {
                audio: Audio::G711(Codec::Pcmu),
                payload_type: 0,
                event_payload_type: Some(101),
                event_clock_rate_hz: 8_000,
                slow_event_payload_type: None,
                direction: Direction::SendRecv,
            })
        );
        // Numbers that wrap, a number that comes late, and keys between them.
        let numbers = [65_533, 65_534, 0, 65_535, 1, 2];
        for (place, number) in numbers.into_iter().enumerate() {
            let kind = if place == 4 { 101 } else { 0 };
            let payload = vec![place as u8; 160];
            assert!(stage.peer.send(stage.now, &header(kind, number), &payload));
            stage.browser.send(stage.now, &header(kind, number), &payload);
            stage.run(MS * 20);
        }
        assert_eq!((stage.heard.len(), stage.browser_heard.len()), (6, 6));
        for (place, number) in numbers.into_iter().enumerate() {
            let (ours, theirs) = (&stage.browser_heard[place], &stage.heard[place]);
            let step = number.wrapping_sub(numbers[0]);
            assert_eq!(ours.header.sequence, step, "they begin anew and go on as given");
            assert_eq!(theirs.header.sequence, number);
            for heard in [ours, theirs] {
                assert_eq!(heard.header.timestamp, u32::from(number) * 160);
                assert_eq!(heard.header.payload_type, if place == 4 { 101 } else { 0 });
                assert_eq!(heard.payload[..], vec![place as u8; 160]);
            }
        }
        // What was not agreed on, too long or too old is not sent.
        assert!(!stage.peer.send(stage.now, &header(9, 3), &[1]));
        assert!(!stage.peer.send(stage.now, &header(0, 3), &[1; 1_201]));
        assert!(!stage.peer.send(stage.now, &header(0, 64_000), &[1]));
    }
}

#[test]
fn opus_is_agreed_on_where_it_is_preferred_with_the_keys_of_its_clock() {
    let mut codecs = Audio::ALL.to_vec();
    codecs.reverse();
    let settings = Settings { codecs, ..settings() };
    let now = Instant::now();
    let own = at("198.51.100.7:40000");
    // What browsers say of keys: both clocks, the slow one alone, nothing.
    let cases = [("", Some(110), 48_000), (" 110", Some(101), 8_000), (" 110 101", None, 48_000)];
    for (left_out, events, event_clock_rate_hz) in cases {
        let (mut peer, offer) = Peer::offer(now, &settings).unwrap();
        let (_, sdp) = answer(now, &offer, Via::Udp, own, true);
        assert!(sdp.contains("SAVPF 111 8 0 110 101\r\n"), "{sdp}");
        let shorter = sdp.replace(left_out, "");
        let agreed = peer.accept(now, &shorter).unwrap();
        assert_eq!((agreed.audio, agreed.payload_type), (Audio::Opus, 111));
        assert_eq!(agreed.event_payload_type, events, "{shorter}");
        assert_eq!(agreed.event_clock_rate_hz, event_clock_rate_hz);
        assert_eq!(agreed.slow_event_payload_type, events.filter(|it| *it == 110).and(Some(101)));
    }
    // Who knows no Opus gets G.711, whose keys have its clock.
    let (mut peer, offer) = Peer::offer(now, &settings).unwrap();
    let (_, sdp) = answer(now, &offer, Via::Udp, own, false);
    let agreed = peer.accept(now, &sdp).unwrap();
    assert_eq!(agreed.audio, Audio::G711(Codec::Pcma));
    assert_eq!((agreed.event_payload_type, agreed.event_clock_rate_hz), (Some(101), 8_000));
}

#[test]
fn the_browser_reports_what_it_hears() {
    let mut stage = Stage::connected(&settings(), Via::Udp, false);
    for number in 0..600 {
        stage.peer.send(stage.now, &header(0, number), &[7; 160]);
        stage.run(MS * 20);
    }
    assert!(stage.has("report"), "{:?}", stage.events);
    assert_eq!(stage.browser_heard.len(), 600);
}

#[test]
fn a_cut_network_is_noticed_and_comes_back() {
    let mut stage = Stage::connected(&settings(), Via::Udp, false);
    stage.is_cut = true;
    stage.run(MS * 10_000);
    assert!(!stage.has("lost"), "{:?}", stage.events);
    stage.is_cut = false;
    for number in 0..50 {
        stage.browser.send(stage.now, &header(0, number), &[1; 160]);
        stage.run(MS * 20);
    }
    assert_eq!(stage.heard.len(), 50, "it goes on as if nothing had been");
    stage.is_cut = true;
    stage.run(MS * 20_000);
    assert!(stage.has("lost"), "{:?}", stage.events);
    assert!(!stage.peer.is_over(), "it may come back");
}

#[test]
fn goodbye_and_patience_end_a_connection() {
    let mut stage = Stage::connected(&settings(), Via::Udp, false);
    stage.browser.close();
    stage.run(MS * 500);
    assert!(stage.has(&Failure::Closed.to_string()), "{:?}", stage.events);
    assert!(stage.peer.is_over());
    assert!(!stage.peer.send(stage.now, &header(0, 1), &[1]));

    let mut stage = Stage::connected(&settings(), Via::Udp, false);
    stage.peer.close();
    stage.run(MS * 500);
    assert!(stage.events.iter().any(|event| event.starts_with("ended")), "{:?}", stage.events);

    let mut stage = Stage::new(&settings(), Via::Udp, false);
    stage.is_cut = true;
    stage.run(MS * 29_000);
    assert!(!stage.peer.is_over());
    stage.run(MS * 2_000);
    assert!(stage.has(&Failure::TimedOut.to_string()), "{:?}", stage.events);
}

#[test]
fn another_certificate_than_the_answers_is_refused() {
    let settings = settings();
    let now = Instant::now();
    let (mut peer, offer) = Peer::offer(now, &settings).unwrap();
    let own = at("198.51.100.7:40000");
    let (browser, answer) = answer(now, &offer, Via::Udp, own, false);
    let print = answer.lines().find(|line| line.starts_with("a=fingerprint:")).unwrap();
    let other = if print.ends_with("00") { "11" } else { "00" };
    let forged = answer.replace(print, &format!("{}{other}", &print[..print.len() - 2]));
    peer.accept(now, &forged).unwrap();
    let mut stage = Stage { peer, browser, ..Stage::new(&settings, Via::Udp, false) };
    stage.run(MS * 2_000);
    assert!(stage.peer.is_over());
    let is_insecure = |event: &String| event.starts_with("the connection cannot be secured");
    assert!(stage.events.iter().any(is_insecure), "{:?}", stage.events);
}

#[test]
fn answers_that_are_none_are_refused_by_name() {
    let settings = settings();
    let now = Instant::now();
    let (mut peer, offer) = Peer::offer(now, &settings).unwrap();
    let (_, good) = answer(now, &offer, Via::Udp, at("198.51.100.7:40000"), false);
    let without = |what: &str| -> String {
        let lines = good.lines().filter(|line| !line.starts_with(what));
        lines.flat_map(|line| [line, "\r\n"]).collect()
    };
    let many = |line: &str, count: usize| format!("{good}{}", line.repeat(count));
    let cases = [
        (String::new(), "no m-line"),
        ("garbage".into(), "no m-line"),
        (good.replace("m=audio", "m=video"), "not audio"),
        (good.replace("m=audio 9 ", "m=audio 0 "), "takes no audio"),
        (format!("{good}m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n"), "more than one m-line"),
        (good.replace("SAVPF 0 8 101", "SAVPF 101"), "no codec"),
        (good.replace("SAVPF 0 8 101", "SAVPF 13 96"), "no codec"),
        (good.replace("a=rtpmap:0 PCMU/8000", "a=rtpmap:0 PCMA/8000"), "another codec"),
        (good.replace("a=rtpmap:0 PCMU/8000", "a=rtpmap:zero"), "a=rtpmap"),
        (good.replace("a=mid:", "a=mid:x"), "another than the offer's"),
        (good.replace("a=setup:active", "a=setup:actpass"), "a=setup"),
        (good.replace("a=fingerprint:sha-256", "a=fingerprint:sha-1"), "a=fingerprint"),
        (without("a=setup"), "a=setup"),
        (without("a=ice-ufrag"), "a=ice-ufrag"),
        (without("a=ice-pwd"), "a=ice-pwd"),
        (without("a=fingerprint"), "a=fingerprint"),
        (without("a=rtcp-mux"), "a=rtcp-mux"),
        (good.replace("a=ice-pwd:", "a=ice-pwd:\u{e9}"), "a=ice-pwd"),
        (format!("a=ice-lite\r\n{good}"), "ICE-lite"),
        (many("a=x\r\n", MAX_SDP_LINES), "400 lines"),
        (many(&"x".repeat(1_000), MAX_SDP_BYTES / 1_000), "16384 bytes"),
        (
            many("a=candidate:1 1 udp 1 192.0.2.9 1 typ host\r\n", MAX_CANDIDATES + 1),
            "64 candidates",
        ),
    ];
    for (sdp, wanted) in cases {
        assert_ne!(sdp, good, "{wanted}");
        let error = peer.accept(now, &sdp).unwrap_err().to_string();
        assert!(error.contains(wanted), "{error} is not about {wanted}");
    }
    // None of them has spoilt the offer. A browser's local names are not looked at.
    let good = format!("{good}a=candidate:1 1 udp 1 4f2c-b1.local 50001 typ host\r\n");
    peer.accept(now, &good).unwrap();
    assert_eq!(peer.accept(now, &good), Err(Error::Answered));
}

#[test]
fn strange_datagrams_are_refused_and_do_no_harm() {
    let mut stage = Stage::connected(&settings(), Via::Udp, false);
    let (now, own) = (stage.now, stage.own);
    let stranger = at("203.0.113.66:6666");
    // What the browser has sent is believed from nowhere else; only checks have a password.
    let replayed = stage.datagrams.clone();
    let mut others = replayed.iter().filter(|bytes| bytes[0] >= 2);
    assert!(others.all(|bytes| !stage.peer.receive(now, stranger, Via::Udp, bytes)));
    let mut seed = 7_u64;
    let mut random = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) as usize
    };
    for round in 0..20_000 {
        let mut bytes = replayed[random() % replayed.len()].clone();
        for _ in 0..1 + round % 4 {
            let place = random() % bytes.len();
            bytes[place] = random() as u8;
        }
        bytes.truncate(1 + random() % 2_100);
        let from = if round % 2 == 0 || bytes[0] < 2 { own } else { stranger };
        stage.peer.receive(now, from, Via::Udp, &bytes);
        while let Some(output) = stage.peer.poll(now) {
            assert!(!matches!(output, Output::Failed(_)), "{output:?}");
        }
    }
    assert!(!stage.peer.receive(now, own, Via::Udp, &[0x80; 2_001]));
    assert!(!stage.peer.receive(now, own, Via::Udp, &[]));
    assert!(!stage.peer.receive(now, at("[2001:db8::1]:5"), Via::Udp, &[0x80; 20]), "no IPv6");
    // The connection is still good.
    assert!(stage.peer.send(stage.now, &header(0, 1), &[9; 160]));
    stage.browser.send(stage.now, &header(0, 1), &[8; 160]);
    stage.run(MS * 20);
    assert!(stage.browser_heard.iter().any(|heard| heard.payload[0] == 9));
    assert!(stage.heard.iter().any(|heard| heard.payload[0] == 8));
}

#[test]
fn addresses_of_a_browser_are_not_collected_without_end() {
    let settings = settings();
    let mut stage = Stage::new(&settings, Via::Udp, false);
    stage.is_cut = true;
    stage.run(MS * 200);
    let check = stage.datagrams.iter().find(|bytes| bytes[0] < 2).unwrap().clone();
    let taken = (1..200).filter(|port| {
        let from = SocketAddr::new(stage.own.ip(), *port);
        stage.peer.receive(stage.now, from, Via::Udp, &check)
    });
    assert_eq!(taken.count(), MAX_REMOTES);
}

#[test]
fn a_check_names_its_offer() {
    let settings = settings();
    let now = Instant::now();
    let (_, offer) = Peer::offer(now, &settings).unwrap();
    let (mut browser, _) = answer(now, &offer, Via::Tcp, at("198.51.100.7:40000"), false);
    let mut named = None;
    for step in 0..20 {
        browser.handle_time(now + MS * 50 * step);
        while let Some(output) = browser.poll() {
            if let double::Output::Transmit { bytes, to, .. } = output {
                assert_eq!(to, at("192.0.2.1:443"));
                named = named.or_else(|| framing::ufrag(&bytes));
            }
        }
    }
    assert_eq!(named, Some(offer.ufrag));
}

//! Tests of offers and answers.

use super::*;

fn local() -> Local {
    Local {
        addresses: "192.0.2.9:20000".parse::<SocketAddr>().unwrap().into(),
        session_id: 7,
        codecs: vec![Codec::Pcmu, Codec::Pcma],
    }
}

fn sdp(body: &str) -> Sdp {
    let head = "v=0\no=- 1 1 IN IP4 198.51.100.1\ns=-\nc=IN IP4 198.51.100.1\nt=0 0\n";
    Sdp::parse(format!("{head}{body}").as_bytes()).unwrap()
}

fn answered(body: &str) -> (Session, Sdp) {
    let mut session = Session::new(local());
    let answer = session.answer(&sdp(body)).unwrap();
    (session, answer)
}

#[test]
fn the_offers_first_common_codec_is_taken_with_its_payload_types() {
    let (session, answer) = answered(
        "m=audio 4000 RTP/AVP 18 8 0 97\na=rtpmap:97 telephone-event/8000\na=fmtp:97 0-16\n",
    );
    let plan = session.plan().unwrap();
    assert_eq!((plan.codec, plan.payload_type), (Codec::Pcma, 8));
    assert_eq!(plan.event_payload_type, Some(97));
    assert_eq!(plan.remote, "198.51.100.1:4000".parse().unwrap());
    assert_eq!(plan.remote_rtcp.port(), 4001);
    assert_eq!(answer.media[0].formats, ["8", "97"]);
    assert_eq!(answer.media[0].fmtps, [(97, "0-15".to_owned())]);
    assert_eq!(answer.media[0].port, 20_000);
}

#[test]
fn codecs_are_found_by_number_or_by_name() {
    type Row = (&'static str, Result<(Codec, u8), Refusal>);
    let rows: [Row; 6] = [
        ("m=audio 4 RTP/AVP 0", Ok((Codec::Pcmu, 0))),
        ("m=audio 4 RTP/AVP 100\na=rtpmap:100 pcma/8000", Ok((Codec::Pcma, 100))),
        // A static number that is given another meaning has that meaning.
        ("m=audio 4 RTP/AVP 0 8\na=rtpmap:0 G7221/16000", Ok((Codec::Pcma, 8))),
        ("m=audio 4 RTP/AVP 100\na=rtpmap:100 PCMU/16000", Err(Refusal::NoCodec)),
        ("m=audio 4 RTP/AVP 100\na=rtpmap:100 PCMU/8000/2", Err(Refusal::NoCodec)),
        ("m=audio 4 RTP/AVP 9 18", Err(Refusal::NoCodec)),
    ];
    for (body, expected) in rows {
        let mut session = Session::new(local());
        let got = session.answer(&sdp(body)).map(|_| {
            let plan = session.plan().unwrap();
            (plan.codec, plan.payload_type)
        });
        assert_eq!(got, expected, "{body}");
    }
}

#[test]
fn other_lines_are_rejected_in_their_places() {
    let (_, answer) = answered(
        "m=video 5000 RTP/AVP 99\na=rtpmap:99 H264/90000\nm=audio 0 RTP/AVP 0\n\
         m=audio 6000 RTP/SAVP 0\nm=audio 4000 RTP/AVP 0\nm=audio 4002 RTP/AVP 0\n\
         m=image 7000 udptl t38\n",
    );
    let ports: Vec<u16> = answer.media.iter().map(|media| media.port).collect();
    assert_eq!(ports, [0, 0, 0, 20_000, 0, 0]);
    assert_eq!(answer.media[0].formats, ["99"]);
    assert_eq!(answer.media[2].protocol, "RTP/SAVP");
    assert_eq!(answer.media[5].formats, ["t38"]);
}

#[test]
fn directions_mirror_the_offer_and_hold() {
    use Direction::{Inactive, RecvOnly, SendOnly, SendRecv};
    let rows = [
        ("", SendRecv, SendRecv),
        ("a=sendonly", SendRecv, RecvOnly),
        ("a=recvonly", SendRecv, SendOnly),
        ("a=inactive", SendRecv, Inactive),
        ("", SendOnly, SendOnly),
        ("a=sendonly", SendOnly, Inactive),
        ("c=IN IP4 0.0.0.0", SendRecv, RecvOnly),
    ];
    for (attribute, wish, expected) in rows {
        let mut session = Session::new(local());
        session.set_wish(wish);
        let offer = sdp(&format!("m=audio 4000 RTP/AVP 0\n{attribute}\n"));
        let answer = session.answer(&offer).unwrap();
        assert_eq!(answer.media[0].direction, Some(expected), "{attribute} {wish:?}");
        assert_eq!(session.plan().unwrap().is_held_by_remote(), !expected.sends());
    }
}

#[test]
fn rtcp_goes_where_the_offer_says() {
    let rows = [
        ("", 4001, false),
        ("a=rtcp:4010\n", 4010, false),
        ("a=rtcp:4010\na=rtcp-mux\n", 4000, true),
    ];
    for (attributes, port, mux) in rows {
        let (session, answer) = answered(&format!("m=audio 4000 RTP/AVP 0\n{attributes}"));
        let plan = session.plan().unwrap();
        assert_eq!((plan.remote_rtcp.port(), plan.rtcp_mux), (port, mux), "{attributes}");
        assert_eq!(answer.media[0].rtcp_mux, mux);
    }
}

#[test]
fn packet_times_that_the_20_ms_clock_can_keep_are_honoured() {
    for (ptime, expected) in [(10, 20), (20, 20), (30, 20), (40, 40), (60, 60), (200, 20)] {
        let (session, _) = answered(&format!("m=audio 4000 RTP/AVP 0\na=ptime:{ptime}\n"));
        assert_eq!(session.plan().unwrap().ptime_ms, expected);
    }
}

#[test]
fn families_do_not_mix_and_ipv6_works() {
    let offer = "v=0\no=- 1 1 IN IP6 ::1\nc=IN IP6 2001:db8::5\nm=audio 4000 RTP/AVP 0\n";
    let offer = Sdp::parse(offer.as_bytes()).unwrap();
    assert_eq!(Session::new(local()).answer(&offer), Err(Refusal::Address));
    let four = local().addresses.usual;
    let six: SocketAddr = "[2001:db8::9]:20000".parse().unwrap();
    for addresses in [six.into(), OwnAddresses { usual: four, other: Some(six) }] {
        let mut session = Session::new(Local { addresses, ..local() });
        let answer = session.answer(&offer).unwrap().to_string();
        assert!(answer.contains("c=IN IP6 2001:db8::9\r\n"), "{answer}");
        assert!(answer.contains("o=- 7 1 IN IP6 2001:db8::9\r\n"), "{answer}");
        let plan = session.plan().unwrap();
        assert_eq!((plan.local, plan.remote), (six, "[2001:db8::5]:4000".parse().unwrap()));
        // The caller moves to a network of the other family (RFC 3264, section 8.3.1).
        let moved = session.answer(&sdp("m=audio 4000 RTP/AVP 0\n"));
        match addresses.other {
            Some(_) => assert_eq!(moved.unwrap().connection, Some(four.ip())),
            None => assert_eq!(moved, Err(Refusal::Address)),
        }
    }
}

#[test]
fn an_own_offer_is_answered() {
    let mut session = Session::new(local());
    let offer = session.offer().unwrap();
    assert_eq!(offer.media[0].formats, ["0", "8", "101"]);
    assert_eq!(session.offer(), Err(Refusal::OutOfTurn));
    assert_eq!(session.answer(&sdp("m=audio 4 RTP/AVP 0\n")), Err(Refusal::OutOfTurn));
    let answer = sdp("m=audio 4000 RTP/AVP 8 101\na=rtpmap:101 telephone-event/8000\n");
    session.take_answer(&answer).unwrap();
    let plan = session.plan().unwrap();
    assert_eq!((plan.codec, plan.event_payload_type), (Codec::Pcma, Some(101)));
    assert_eq!(session.take_answer(&answer), Err(Refusal::OutOfTurn));
}

#[test]
fn answers_that_do_not_fit_are_refused() {
    let rows = [
        ("", Refusal::Lines { expected: 1, got: 0 }),
        ("m=audio 4 RTP/AVP 0\nm=audio 4 RTP/AVP 0\n", Refusal::Lines { expected: 1, got: 2 }),
        ("m=audio 0 RTP/AVP 0\n", Refusal::NoAudio),
        ("m=audio 4 RTP/AVP 3\n", Refusal::NoCodec),
    ];
    for (body, expected) in rows {
        let mut session = Session::new(local());
        session.offer().unwrap();
        assert_eq!(session.take_answer(&sdp(body)), Err(expected), "{body:?}");
        assert!(session.plan().is_none());
    }
}

#[test]
fn a_later_offer_keeps_the_lines_and_the_version_grows_only_with_changes() {
    let offer = "m=video 5000 RTP/AVP 99\nm=audio 4000 RTP/AVP 8 0\n";
    let (mut session, first) = answered(offer);
    assert_eq!(first.origin.session_version, 1);
    let again = session.answer(&sdp(offer)).unwrap();
    assert_eq!(again, first, "nothing changed: same version");
    session.set_wish(Direction::SendOnly);
    let hold = session.offer().unwrap();
    assert_eq!(hold.origin.session_version, 2);
    let ports: Vec<u16> = hold.media.iter().map(|media| media.port).collect();
    assert_eq!(ports, [0, 20_000]);
    assert_eq!(hold.media[1].formats, ["8"], "the agreed codec alone");
    session
        .take_answer(&sdp("m=video 0 RTP/AVP 99\nm=audio 4000 RTP/AVP 8\na=recvonly\n"))
        .unwrap();
    assert_eq!(session.plan().unwrap().direction, Direction::SendOnly);
}

#[test]
fn a_withdrawn_offer_leaves_what_was_agreed() {
    let (mut session, _) = answered("m=audio 4000 RTP/AVP 0\n");
    let before = *session.plan().unwrap();
    session.set_address("192.0.2.9:30000".parse().unwrap());
    assert_eq!(session.offer().unwrap().media[0].port, 30_000);
    session.withdraw();
    assert_eq!(session.plan(), Some(&before));
    assert_eq!(session.address(), before.local);
}

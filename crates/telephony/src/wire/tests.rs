//! Requests good and bad, as they stand on the wire.

use super::*;

const GOOD: &str = "INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP c;branch=z9hG4bK1\r\n\
    f: <sip:x@y>;tag=1\r\nTo : <sip:a@b>\r\ni: id\r\nCSeq: 7 INVITE\r\n\
    Subject: one\r\n two\r\nl: 2\r\n\r\nab";

fn source() -> SocketAddr {
    "192.0.2.7:5062".parse().unwrap()
}

fn status(text: &str) -> Option<u16> {
    match read(text.as_bytes()) {
        Reading::Broken(_, fault) => Some(fault.status),
        Reading::Request(_) => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_good_request_is_read() {
    let Reading::Request(head) = read(GOOD.as_bytes()) else { panic!() };
    assert_eq!((head.method, head.call_id, head.cseq), ("INVITE", "id", 7));
    assert_eq!((head.from_tag(), head.has_to_tag(), head.is_new_call()), (Some("1"), false, true));
    let inside = GOOD.replace("<sip:a@b>", "<sip:a@b>;tag=2");
    let Reading::Request(head) = read(inside.as_bytes()) else { panic!() };
    assert!(head.has_to_tag() && !head.is_new_call());
}

#[test]
fn faults_have_their_status() {
    let change = |from: &str, to: &str| status(&GOOD.replacen(from, to, 1));
    assert_eq!(status(GOOD), None);
    for (from, to, expected) in [
        ("INVITE sip", "INVITE  sip", 400),
        ("SIP/2.0\r\nVia", "SIP/2.0 \r\nVia", 400),
        ("sip:a@b SIP", "<sip:a@b> SIP", 400),
        ("sip:a@b SIP", "sip:a@b; lr SIP", 400),
        ("sip:a@b SIP", "sip:a@b?x=y SIP", 400),
        ("sip:a@b SIP", "soap.beep://x SIP", 416),
        ("SIP/2.0\r\nVia", "SIP/7.0\r\nVia", 505),
        ("7 INVITE", "7 OPTIONS", 400),
        ("7 INVITE", "2147483648 INVITE", 400),
        ("7 INVITE", "x INVITE", 400),
        ("f: <sip:x@y>;tag=1", "f: <sip:x@y>", 400),
        ("f: <sip:x@y>;tag=1", "f: \"open <sip:x@y>;tag=1", 400),
        ("f: <sip:x@y>;tag=1", "f: <sip:x@y>;tag=1;;", 400),
        ("To : <sip:a@b>\r\n", "", 400),
        ("i: id", "i: id\r\nCall-ID: id", 400),
        ("i: id", "i: i d", 400),
        ("l: 2", "l: 3", 400),
        ("l: 2", "l: -2", 400),
        ("l: 2", "l: +2", 400),
        ("l: 2", "Max-Forwards: 256\r\nl: 2", 400),
        ("l: 2", "m: sip:a@b?x=y\r\nl: 2", 400),
        ("Via: SIP", "Via: HTTP", 400),
        ("Subject: one", "Subject", 400),
    ] {
        assert_eq!(change(from, to), Some(expected), "{from} -> {to}");
    }
    let odd = GOOD.replace("INVITE", "NEW%METHOD");
    assert_eq!(status(&odd), Some(501));
    assert_eq!(status(GOOD.split("\r\n\r\n").next().unwrap()), Some(400), "no end");
    let many = GOOD.replace("l: 2", &format!("{}l: 2", "X-A: 1\r\n".repeat(MAX_LINES)));
    assert_eq!(status(&many), Some(400));
}

#[test]
fn noise_and_responses_are_told_apart() {
    for (text, expected) in [
        ("\r\n\r\n", Reading::KeepAlive),
        ("", Reading::KeepAlive),
        ("nonsense", Reading::Noise),
        ("GET / HTTP/1.1\r\n\r\n", Reading::Noise),
        ("SIP/2.0 200 OK\r\n", Reading::Response),
        ("SIP/2.0 100 \r\n", Reading::Response),
        ("SIP/2.0 4294967301 better not\r\n", Reading::Noise),
        ("SIP/2.0 099 x\r\n", Reading::Noise),
        ("SIP/2.0", Reading::Noise),
    ] {
        assert_eq!(read(text.as_bytes()), expected, "{text:?}");
    }
    assert_eq!(read(b"\xff\xfe sip:a@b SIP/2.0\r\n"), Reading::Noise);
}

#[test]
fn a_refusal_copies_what_it_has_to() {
    let text = GOOD.replace("c;branch=z9hG4bK1", "c;rport;branch=z9hG4bK1,\r\n SIP/2.0/UDP d");
    let Reading::Request(head) = read(text.as_bytes()) else { panic!() };
    let response = head.response(source(), 503, "Busy", "t", "Retry-After: 5\r\n").unwrap();
    assert_eq!(
        String::from_utf8(response).unwrap(),
        "SIP/2.0 503 Busy\r\nVia: SIP/2.0/UDP c;branch=z9hG4bK1;received=192.0.2.7;rport=5062, \
         SIP/2.0/UDP d\r\nFrom: <sip:x@y>;tag=1\r\nTo: <sip:a@b>;tag=t\r\nCall-ID: id\r\n\
         CSeq: 7 INVITE\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n"
    );
    let ack = GOOD.replace("INVITE", "ACK");
    let Reading::Request(head) = read(ack.as_bytes()) else { panic!() };
    assert_eq!(head.response(source(), 400, "Bad", "t", ""), None);
    let Reading::Broken(head, _) = read(b"OPTIONS sip:a@b SIP/2.0\r\nf: x\r\n\r\n") else {
        panic!()
    };
    assert_eq!(head.response(source(), 400, "Bad", "t", ""), None, "nowhere to send it");
}

#[test]
fn space_within_a_protocol_is_taken_away() {
    let via = "SIP/2.0/UDP c;branch=z9hG4bK1";
    let odd = "SIP  /   2.0\r\n /UDP\r\n    c ; branch  =  z9hG4bK1 , SIP / 2.0 / TCP d";
    let text = format!("\r\n{}", GOOD.replace(via, odd));
    let Reading::Request(head) = read(text.as_bytes()) else { panic!() };
    let tidied = head.tidied(text.as_bytes()).unwrap();
    let expected = GOOD.replace(via, &format!("{via}, SIP/2.0/TCP d"));
    let expected = expected.replace("f: ", "From: ").replace("To : ", "To: ");
    assert_eq!(String::from_utf8(tidied).unwrap(), expected);
    let Reading::Request(head) = read(GOOD.as_bytes()) else { panic!() };
    assert_eq!(head.tidied(GOOD.as_bytes()), None);
}

#[test]
fn any_bytes_are_read_without_a_panic() {
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    for round in 0..50_000_usize {
        let mut bytes = GOOD.as_bytes().to_vec();
        for _ in 0..=round % 6 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let at = (seed >> 33) as usize % bytes.len();
            match seed >> 13 & 3 {
                0 => bytes[at] = (seed >> 24) as u8,
                1 => bytes.truncate(at.max(1)),
                _ => bytes.insert(at, b"\"<>;,: \r\n\xff"[(seed >> 20) as usize % 10]),
            }
        }
        if let Reading::Request(head) | Reading::Broken(head, _) = read(&bytes) {
            let _ = head.response(source(), 400, "Bad", "t", "");
            let _ = head.tidied(&bytes);
        }
    }
}

//! Broken SIP: datagrams made from good ones by a seed.

use crate::random::Random;

const METHODS: [&str; 14] = [
    "INVITE",
    "INVITE",
    "INVITE",
    "BYE",
    "ACK",
    "CANCEL",
    "REGISTER",
    "OPTIONS",
    "SUBSCRIBE",
    "PRACK",
    "UPDATE",
    "INFO",
    "REFER",
    "FOO",
];

/// What is put into the middle of a message.
const PIECES: [&[u8]; 30] = [
    b"\x00",
    b"\xff\xfe",
    b"%",
    b"%zz",
    b"<",
    b">",
    b"\"",
    b";",
    b":",
    b"@",
    b"\r\n",
    b"\r\n ",
    b"\r\n\r\n",
    b"sips:",
    b"tel:",
    b"[::1",
    b"99999999999999999999",
    b"-1",
    b"=",
    b",",
    b"SIP/2.0",
    b"SIP/3.0",
    b"\xf0\x9f\x98\x80",
    b"",
    b"()",
    b";tag=",
    b"z9hG4bK",
    b"m=audio",
    b"Content-Length: 4294967296\r\n",
    b"\xc3\x28",
];

/// Lines that are repeated or put elsewhere.
const MOST_CHANGES: u64 = 4;

/// Makes broken datagrams.
pub struct Mutator {
    random: Random,
    count: u64,
    host: String,
    number: String,
}

impl Mutator {
    /// With a seed, for a server at `host`, which may carry a port, and answers `number`.
    pub fn new(seed: u64, host: &str, number: &str) -> Self {
        let (host, number) = (host.to_owned(), number.to_owned());
        Self { random: Random::new(seed), count: 0, host, number }
    }

    /// The next datagram: never empty, at most 60,000 bytes.
    pub fn next_datagram(&mut self) -> Vec<u8> {
        let mut bytes = self.good();
        for _ in 0..self.random.between(1, MOST_CHANGES) {
            self.change(&mut bytes);
        }
        bytes.truncate(60_000);
        if bytes.is_empty() {
            bytes.push(b'x');
        }
        bytes
    }

    fn good(&mut self) -> Vec<u8> {
        self.count += 1;
        let method = *self.random.one(&METHODS);
        let (n, host) = (self.count, &self.host);
        // One in fifty is for a number that somebody answers.
        let number = if self.random.below(50) == 0 { &self.number } else { "+12025550199" };
        // One in eight speaks of a dialog that there is not, or that an earlier one began.
        let tag = if self.random.below(8) == 0 { ";tag=x" } else { "" };
        let about = if self.random.below(8) == 0 { n / 2 } else { n };
        let body = if self.random.below(6) == 0 {
            String::new()
        } else {
            "v=0\r\no=u 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
             m=audio 9 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n"
                .to_owned()
        };
        format!(
            "{method} sip:{number}@{host} SIP/2.0\r\n\
             Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKm{n}\r\n\
             From: \"M\" <sip:+1480{n:07}@127.0.0.1>;tag=m{about}\r\n\
             To: <sip:{number}@{host}>{tag}\r\nCall-ID: m{about}\r\nCSeq: 1 {method}\r\n\
             Contact: <sip:m@127.0.0.1:9>\r\nMax-Forwards: 70\r\nX-Bench: {n}\r\n\
             Authorization: Digest username=\"1001\", realm=\"r\", nonce=\"n\", uri=\"u\", \
             response=\"00\"\r\nContent-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    }

    fn change(&mut self, bytes: &mut Vec<u8>) {
        let at = self.random.below(bytes.len());
        let rest = bytes.len() - at;
        match self.random.below(8) {
            0..=2 => {
                let length = self.random.below(7).min(rest);
                let piece = *self.random.one(&PIECES);
                bytes.splice(at..at + length, piece.iter().copied());
            }
            3 if rest > 0 => bytes[at] = self.random.bits() as u8,
            4 => {
                let length = (1 + self.random.below(40)).min(rest);
                bytes.drain(at..at + length);
            }
            5 => bytes.truncate(at),
            6 => {
                let long = self.random.one(&[200_usize, 3_000, 9_000]).to_owned();
                bytes.splice(at..at, std::iter::repeat_n(b'a', long));
            }
            _ => self.repeat_line(bytes),
        }
    }

    /// Writes a line a second time, at another place.
    fn repeat_line(&mut self, bytes: &mut Vec<u8>) {
        let lines: Vec<Vec<u8>> =
            bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        if lines.is_empty() {
            return;
        }
        let line = self.random.one(&lines).clone();
        let at: usize = lines.iter().take(self.random.below(lines.len())).map(Vec::len).sum();
        bytes.splice(at..at, line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_datagrams_and_they_differ_among_each_other() {
        let all = |seed| {
            let mut mutator = Mutator::new(seed, "127.0.0.1", "1");
            (0..500).map(|_| mutator.next_datagram()).collect::<Vec<_>>()
        };
        assert_eq!(all(3), all(3));
        let different: std::collections::HashSet<_> = all(3).into_iter().collect();
        assert!(different.len() > 490);
        assert!(different.iter().all(|bytes| !bytes.is_empty()));
    }
}

//! A call with its other side played by words.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use super::super::{Call, Command, Config, Effect, Event, Input, Target};
use crate::digest::Credentials;
use crate::message::{
    ClientTx, Headers, Method, OutRequest, OutResponse, Request, Response, ServerTx,
};
use crate::offer_answer::{Codec, Local, MediaPlan};
use crate::sdp::Sdp;

pub(super) const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 198.51.100.1\r\nc=IN IP4 198.51.100.1\r\n\
    m=audio 4000 RTP/AVP 0\r\n";

const ADDRESS: &str = "192.0.2.9:20000";

pub(super) fn config() -> Config {
    let codecs = vec![Codec::Pcmu, Codec::Pcma];
    let addresses = ADDRESS.parse::<SocketAddr>().unwrap().into();
    let media = Local { addresses, session_id: 7, codecs };
    let mut config = Config::new(media, "sip:trunkline@192.0.2.9", "here", 3);
    config.credentials = Some(Credentials { username: "anna".into(), password: "x".into() });
    config
}

/// A body by its name.
pub(super) fn body(name: &str) -> &'static str {
    match name {
        "" => "",
        "sdp" => OFFER,
        "moved" => {
            "v=0\r\no=- 1 2 IN IP4 198.51.100.7\r\nc=IN IP4 198.51.100.7\r\nm=audio 5000 RTP/AVP 0\r\n"
        }
        "g729" => {
            "v=0\r\no=- 1 1 IN IP4 198.51.100.1\r\nc=IN IP4 198.51.100.1\r\nm=audio 4000 RTP/AVP 18\r\n"
        }
        "sendonly" => {
            "v=0\r\no=- 1 1 IN IP4 1.1.1.1\r\nc=IN IP4 198.51.100.1\r\nm=audio 4000 RTP/AVP 0\r\na=sendonly\r\n"
        }
        "recvonly" => {
            "v=0\r\no=- 1 1 IN IP4 1.1.1.1\r\nc=IN IP4 198.51.100.1\r\nm=audio 4000 RTP/AVP 0\r\na=recvonly\r\n"
        }
        "inactive" => {
            "v=0\r\no=- 1 1 IN IP4 1.1.1.1\r\nc=IN IP4 198.51.100.1\r\nm=audio 4000 RTP/AVP 0\r\na=inactive\r\n"
        }
        "key" => "Signal=5\r\nDuration=160\r\n",
        "nokey" => "Signal=\r\n",
        _ => "strange",
    }
}

fn content_type(name: &str) -> &'static str {
    match name {
        "key" | "nokey" => "application/dtmf-relay",
        "text" => "text/plain",
        _ => "Application/SDP; charset=utf-8",
    }
}

pub(super) fn request(method: Method, cseq: u32, body: &str) -> Request {
    let mut headers = Headers::default()
        .with("From", "<sip:caller@198.51.100.1>;tag=there")
        .with("To", "<sip:service@192.0.2.9>")
        .with("Call-ID", "call-1");
    headers.push("Contact", "<sip:caller@198.51.100.1>");
    if !body.is_empty() {
        headers.push("Content-Type", "Application/SDP; charset=utf-8");
    }
    let (tx, uri) = (ServerTx(u64::from(cseq)), "sip:service@192.0.2.9".to_owned());
    Request { tx, method, uri, cseq, headers, body: body.as_bytes().to_vec() }
}

pub(super) struct Bench {
    pub(super) call: Call,
    pub(super) now_ms: u64,
    /// The number of the other side's last request.
    pub(super) cseq: u32,
    /// The tag of the other side in responses.
    pub(super) tag: &'static str,
    pub(super) sent: Vec<OutRequest>,
    responses: Vec<OutResponse>,
    asked: BTreeMap<u64, Method>,
    events: Vec<Effect>,
    /// Headers of the other side's next messages.
    pub(super) extra: Headers,
}

impl Bench {
    fn new(call: Call, cseq: u32) -> Self {
        let (sent, responses, events) = (Vec::new(), Vec::new(), Vec::new());
        let asked = if cseq > 0 { [(1, Method::Invite)].into() } else { BTreeMap::new() };
        let extra = Headers::default();
        Self { call, now_ms: 0, cseq, tag: "there", sent, responses, asked, events, extra }
    }

    pub(super) fn incoming(body: &str) -> Self {
        Self::new(Call::incoming(0, request(Method::Invite, 1, body), config()), 1)
    }

    /// A call from an INVITE with an offer and these headers.
    pub(super) fn incoming_with(headers: &[(&str, &str)]) -> Self {
        let mut invite = request(Method::Invite, 1, OFFER);
        headers.iter().for_each(|(name, value)| invite.headers.push(*name, *value));
        Self::new(Call::incoming(0, invite, config()), 1)
    }

    pub(super) fn last_response(&self) -> &OutResponse {
        self.responses.last().unwrap()
    }

    pub(super) fn outgoing() -> Self {
        Self::outgoing_with(config())
    }

    pub(super) fn outgoing_with(config: Config) -> Self {
        let target = Target {
            uri: "sip:phone@198.51.100.1".into(),
            to: "<sip:phone@198.51.100.1>".into(),
            from: "<sip:service@192.0.2.9>".into(),
            call_id: "call-2".into(),
            headers: Headers::default(),
        };
        Self::new(Call::outgoing(0, &target, config), 0)
    }

    pub(super) fn talking_in() -> Self {
        let mut bench = Self::incoming(OFFER);
        bench.run(&[super::ANSWERED, "ACK ->"]);
        bench
    }

    pub(super) fn talking_out() -> Self {
        let mut bench = Self::outgoing();
        bench.run(&["0 -> INVITE sendrecv", "=200 sdp -> start sendrecv; Answered"]);
        bench
    }

    /// Runs steps of the form `step -> effects`.
    pub(super) fn run(&mut self, steps: &[&str]) {
        for line in steps {
            let (step, expected) = line.split_once("->").unwrap();
            self.step(step.trim());
            assert_eq!(self.effects(), expected.trim(), "after {step}in {steps:#?}");
        }
    }

    pub(super) fn step(&mut self, step: &str) {
        let words: Vec<&str> = step.split(' ').collect();
        let name = words.get(1).copied().unwrap_or_default();
        let input = match words[0] {
            word if word.starts_with(':') => self.command(word, name),
            word if word.starts_with('=') => self.response(word, &words[1..]),
            word if word.as_bytes()[0].is_ascii_digit() => {
                return self.pass(word.parse().unwrap());
            }
            word => self.request(word, &words[1..]),
        };
        self.call.handle(self.now_ms, input);
    }

    fn command(&self, word: &str, name: &str) -> Input {
        let headers = Headers::default();
        Input::Command(match word {
            ":ring" => Command::Ring,
            ":progress" => Command::Progress,
            ":answer" => Command::Answer { headers },
            ":reject" => Command::Reject { status: name.parse().unwrap(), headers },
            ":hangup" => Command::HangUp,
            ":key" => Command::SendKey { key: name.parse().unwrap(), duration_ms: 200 },
            ":hold" => Command::Hold,
            ":resume" => Command::Resume,
            ":move" => Command::Move("192.0.2.9:30000".parse().unwrap()),
            other => panic!("{other}"),
        })
    }

    /// A response to the last request, or with `invite` to the last INVITE.
    fn response(&self, word: &str, words: &[&str]) -> Input {
        let status: u16 = word[1..].parse().unwrap();
        let is_invite = words.contains(&"invite");
        let name = words.iter().find(|word| **word != "invite").copied().unwrap_or_default();
        let mut sent = self.sent.iter().rev();
        let asked = sent.find(|sent| !is_invite || sent.method == Method::Invite);
        let mut headers = Headers::default().with("Content-Type", content_type(name));
        headers.push("To", format!("<sip:phone@198.51.100.1>;tag={}", self.tag));
        headers.push("Contact", "<sip:phone@198.51.100.1:5070>");
        headers.push("WWW-Authenticate", "Digest realm=\"r\", nonce=\"n\", qop=\"auth\"");
        headers.push("Proxy-Authenticate", "Digest realm=\"r\", nonce=\"n\", qop=\"auth\"");
        self.extra.iter().for_each(|(name, value)| headers.push(name, value));
        let tx = asked.map_or(ClientTx(0), |asked| asked.tx);
        let body = body(name).as_bytes().to_vec();
        Input::Response(Box::new(Response { tx, status, headers, body }))
    }

    /// A response to a certain request, from a party with this tag.
    pub(super) fn respond(&mut self, tx: ClientTx, status: u16, tag: &str) {
        let headers = Headers::default()
            .with("To", format!("<sip:phone@198.51.100.1>;tag={tag}"))
            .with("Contact", "<sip:phone@198.51.100.1:5070>");
        let response = Response { tx, status, headers, body: Vec::new() };
        self.call.handle(self.now_ms, Input::Response(Box::new(response)));
    }

    fn request(&mut self, word: &str, words: &[&str]) -> Input {
        let name = words.first().copied().unwrap_or_default();
        let all = [Method::Bye, Method::Invite, Method::Update, Method::Info, Method::Options];
        let more = [Method::Prack, Method::Refer, Method::Notify, Method::Message];
        let method = match word {
            "ACK" => Method::Ack,
            "CANCEL" => Method::Cancel,
            "SUBSCRIBE" => Method::Subscribe,
            _ => *all.iter().chain(&more).find(|method| method.as_str() == word).unwrap(),
        };
        let cseq = match (method, words.get(1)) {
            (Method::Ack | Method::Cancel, Some(number)) => number.parse().unwrap(),
            // They belong to the last INVITE.
            (Method::Ack | Method::Cancel, None) => self.last_invite(),
            _ => {
                self.cseq += 1;
                self.asked.insert(u64::from(self.cseq), method);
                self.cseq
            }
        };
        let mut request = request(method, cseq, "");
        request.headers.push("Content-Type", content_type(name));
        self.extra.iter().for_each(|(name, value)| request.headers.push(name, value));
        request.body = body(name).as_bytes().to_vec();
        Input::Request(Box::new(request))
    }

    fn last_invite(&self) -> u32 {
        let mut asked = self.asked.iter().rev();
        let invite = asked.find(|(_, method)| **method == Method::Invite);
        invite.map_or(0, |(tx, _)| u32::try_from(*tx).unwrap())
    }

    /// Lets time pass, waking the call when it wants.
    fn pass(&mut self, ms: u64) {
        let end_ms = self.now_ms + ms;
        while let Some(at_ms) = self.call.wake_at_ms().filter(|at_ms| *at_ms <= end_ms) {
            self.now_ms = at_ms;
            self.call.handle(at_ms, Input::TimePassed);
            assert_ne!(self.call.wake_at_ms(), Some(at_ms), "a timer that is never taken");
        }
        self.now_ms = end_ms;
    }

    pub(super) fn respond_to(&mut self, step: &str) -> OutResponse {
        self.step(step);
        self.effects();
        self.responses.last().unwrap().clone()
    }

    /// The effects since the last look, in short words.
    pub(super) fn effects(&mut self) -> String {
        let effects: Vec<Effect> = std::iter::from_fn(|| self.call.poll()).collect();
        let words: Vec<String> = effects.iter().map(|effect| self.word(effect)).collect();
        self.events.extend(effects);
        words.join("; ")
    }

    fn word(&mut self, effect: &Effect) -> String {
        match effect {
            Effect::Respond(response) => {
                self.responses.push(response.clone());
                format!("{} {}", response.status, direction(&response.body)).trim().to_owned()
            }
            Effect::Request(request) => {
                self.sent.push(request.clone());
                let mut names = request.headers.iter().map(|(name, _)| name);
                let auth = if names.any(|n| n.ends_with("uthorization")) { "auth" } else { "" };
                let word = format!("{} {}", request.method.as_str(), direction(&request.body));
                format!("{} {auth}", word.trim()).trim().to_owned()
            }
            Effect::Abandon(_) => "abandon".into(),
            Effect::StartMedia(plan) => format!("start {}", plan_word(plan)),
            Effect::ChangeMedia(plan) => format!("change {}", plan_word(plan)),
            Effect::StopMedia => "stop".into(),
            Effect::Event(event) => format!("{event:?}"),
            Effect::Release => "release".into(),
        }
    }

    /// What holds whatever happens.
    pub(super) fn check_rules(&self, trace: &[String]) {
        let count = |test: &dyn Fn(&Effect) -> bool| self.events.iter().filter(|e| test(e)).count();
        let ends = count(&|e| matches!(e, Effect::Event(Event::Ended(_))));
        let starts = count(&|e| matches!(e, Effect::StartMedia(_)));
        let stops = count(&|e| matches!(e, Effect::StopMedia));
        let releases = count(&|e| matches!(e, Effect::Release));
        assert!(ends <= 1 && starts <= 1 && releases <= ends, "{trace:#?}");
        assert_eq!(ends == 1, self.call.has_ended(), "{trace:#?}");
        assert_eq!(stops, if ends == 1 { starts } else { 0 }, "{trace:#?}");
        for (tx, method) in &self.asked {
            let finals = self.responses.iter().filter(|r| r.tx.0 == *tx && r.status >= 200).count();
            let is_open = self.call.open_invite() == Some(ServerTx(*tx));
            assert_eq!(finals, usize::from(!is_open), "{tx} {method:?} in {trace:#?}");
        }
        let mut released = self.events.iter().skip_while(|e| !matches!(e, Effect::Release)).skip(1);
        let is_refusal = |e: &Effect| matches!(e, Effect::Respond(r) if r.status == 481);
        let is_fork = |e: &Effect| matches!(e, Effect::Request(r) if r.method == Method::Bye);
        assert!(released.all(|e| is_refusal(e) || is_fork(e)), "{trace:#?}");
    }
}

fn direction(body: &[u8]) -> &'static str {
    let sdp = Sdp::parse(body);
    sdp.map_or("", |sdp| crate::sdp::name_of(sdp.direction_of(&sdp.media[0])))
}

fn plan_word(plan: &MediaPlan) -> String {
    let mut word = crate::sdp::name_of(plan.direction).to_owned();
    if plan.local.to_string() != ADDRESS {
        word += &format!(" at {}", plan.local);
    }
    if plan.remote.to_string() != "198.51.100.1:4000" {
        word += &format!(" to {}", plan.remote);
    }
    word
}

//! One agent's desktop: it keeps its live connection, and does what agents do.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use reqwest::Method;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::clock::{MS, now_ns};
use crate::pages::Session;
use crate::site::IDLE_CODES;

/// How soon a page that lost its connection tries again.
const AGAIN: Duration = Duration::from_millis(100);

/// How often a page shows that it is alive.
const PING_EVERY: Duration = Duration::from_secs(10);

/// How often an agent who takes no calls chooses another state.
const CHOOSE_EVERY: Duration = Duration::from_millis(150);

/// What an agent at a desktop does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Takes calls with a phone, writes a note in each, and wraps up after so many ms.
    Calls {
        /// How long they wrap up, in ms.
        wrap_up_ms: u64,
    },
    /// Is Idle for one reason after the other.
    Idles,
}

/// A contact that was offered to a desktop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The caller's number after `+1480`.
    pub caller: u64,
    /// When the server decided that it rings here, in ms since 1970.
    pub offered_ms: u64,
    /// When the desktop's socket had it, in ns since 1970.
    pub seen_ns: u64,
}

/// How a desktop stands.
#[derive(Clone, Debug, Default)]
struct Stand {
    is_connected: bool,
    /// The state that it shows: the kind, and the code of Idle.
    shown: (String, String),
    /// The state that the server has confirmed last.
    confirmed: Option<String>,
    /// One that was asked for and not answered.
    asked: Option<String>,
}

/// What all desktops have seen.
#[derive(Debug, Default)]
pub struct Seen {
    stands: Mutex<Vec<Stand>>,
    offers: Mutex<Vec<Offer>>,
    /// Notes that the server said it had saved, by caller; the last of each.
    notes: Mutex<BTreeMap<u64, String>>,
    refusals: Mutex<BTreeMap<String, u64>>,
    /// How often a desktop came back, by the state that it showed then.
    returns: Mutex<BTreeMap<String, u64>>,
    /// States that were not what the server had confirmed.
    wrong_states: Mutex<Vec<String>>,
    views: AtomicU64,
}

impl Seen {
    /// For so many desktops.
    pub fn new(desktops: usize) -> Arc<Self> {
        let stands = Mutex::new(vec![Stand::default(); desktops]);
        Arc::new(Self { stands, ..Self::default() })
    }

    /// How many are connected and show an agent who is signed in.
    pub fn connected(&self) -> usize {
        lock(&self.stands).iter().filter(|stand| stand.is_there()).count()
    }

    /// States of agents who take no calls that were not what the server had confirmed before.
    pub fn wrong_states(&self) -> Vec<String> {
        lock(&self.wrong_states).clone()
    }

    /// How often desktops came back, by the state that they showed then.
    pub fn returns(&self) -> BTreeMap<String, u64> {
        lock(&self.returns).clone()
    }

    /// Takes the offers so far.
    pub fn take_offers(&self) -> Vec<Offer> {
        std::mem::take(&mut *lock(&self.offers))
    }

    /// The last note that was saved, by caller.
    pub fn notes(&self) -> BTreeMap<u64, String> {
        lock(&self.notes).clone()
    }

    /// What was refused, and how often.
    pub fn refusals(&self) -> BTreeMap<String, u64> {
        lock(&self.refusals).clone()
    }

    /// How many views came.
    pub fn views(&self) -> u64 {
        self.views.load(Ordering::Relaxed)
    }

    fn refused(&self, what: &str, status: u16, why: &Value) {
        let key = format!("{what}: {status} {}", why["code"].as_str().unwrap_or_default());
        *lock(&self.refusals).entry(key).or_default() += 1;
    }
}

impl Stand {
    /// What is wrong with the state that is shown.
    fn wrong(&self) -> Option<String> {
        let (confirmed, (kind, code)) = (self.confirmed.as_ref()?, &self.shown);
        let may_be = |wanted: Option<&String>| wanted == Some(code);
        let is_right = kind == "idle" && (code == confirmed || may_be(self.asked.as_ref()));
        (!is_right).then(|| format!("{confirmed} was confirmed, {kind} {code} is shown"))
    }

    fn is_there(&self) -> bool {
        self.is_connected && !self.shown.0.is_empty() && self.shown.0 != "signed_out"
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An agent's desktop.
#[derive(Clone)]
pub struct Desktop {
    /// Which of the desktops it is.
    pub number: usize,
    /// Its user's session.
    pub session: Session,
    /// What its agent does.
    pub work: Work,
    /// What it sees.
    pub seen: Arc<Seen>,
}

impl Desktop {
    /// Signs in to the team and is Available, or Idle: once, at the beginning of the shift.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn begin(&self) -> io::Result<()> {
        let body = json!({
            "team": null, "device": "sip_phone", "tab": self.tab(), "label": "Bench",
            "take_over": false,
        });
        self.must(Method::POST, "/desk/sign-in", body).await?;
        match self.work {
            Work::Calls { .. } => {
                self.must(Method::PUT, "/desk/state", json!({ "state": "available" })).await
            }
            Work::Idles => Ok(()),
        }
    }

    async fn must(&self, method: Method, path: &str, body: Value) -> io::Result<()> {
        match self.session.send(method, path, body).await? {
            (204, _) => Ok(()),
            (status, why) => Err(io::Error::other(format!("{path}: {status} {why}"))),
        }
    }

    fn tab(&self) -> String {
        format!("bench-{}:1", self.number)
    }

    /// Keeps the connection for ever: as a page does, it comes back when it is lost.
    pub async fn keep(self) {
        if self.work == Work::Idles {
            tokio::spawn(self.clone().choose());
        }
        let mut sequence = None;
        loop {
            let _ = self.stay(&mut sequence).await;
            lock(&self.seen.stands)[self.number].is_connected = false;
            tokio::time::sleep(AGAIN).await;
        }
    }

    async fn stay(&self, sequence: &mut Option<u64>) -> io::Result<()> {
        let mut socket = self.session.live().await?;
        let hello = json!({
            "type": "hello", "tab": self.tab(), "seen": sequence, "wants_audio": true,
        });
        let text = |value: &Value| Message::text(value.to_string());
        socket.send(text(&hello)).await.map_err(io::Error::other)?;
        let (mut noted, mut wrapped) = (BTreeSet::new(), BTreeSet::new());
        let mut pings = tokio::time::interval(PING_EVERY);
        loop {
            let message = tokio::select! {
                message = socket.next() => message,
                _ = pings.tick() => {
                    let ping = json!({ "type": "ping" });
                    socket.send(text(&ping)).await.map_err(io::Error::other)?;
                    continue;
                }
            };
            let at_ns = now_ns();
            let Some(Ok(message)) = message else { return Ok(()) };
            let Message::Text(text) = message else { continue };
            let told: Value = serde_json::from_str(&text)?;
            if told["type"] == "view" {
                *sequence = told["view"]["seq"].as_u64();
                self.look(&told["view"], at_ns, &mut noted, &mut wrapped);
            }
        }
    }

    /// Looks at a view and does what an agent would.
    fn look(
        &self,
        view: &Value,
        at_ns: u64,
        noted: &mut BTreeSet<String>,
        wrapped: &mut BTreeSet<String>,
    ) {
        self.seen.views.fetch_add(1, Ordering::Relaxed);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let state = &view["state"];
        self.stand(text(&state["kind"]), text(&state["code"]));
        let Work::Calls { wrap_up_ms } = self.work else { return };
        if state["kind"] == "rona" || state["kind"] == "idle" {
            let desktop = self.clone();
            tokio::spawn(async move {
                tokio::time::sleep(AGAIN).await;
                desktop
                    .ask("state", Method::PUT, "/desk/state", json!({ "state": "available" }))
                    .await
            });
        }
        let contact = &view["contact"];
        let (Some(id), Some(caller)) = (contact["id"].as_str(), caller(contact)) else { return };
        let id = id.to_owned();
        match contact["phase"].as_str() {
            Some("offered") => self.offered(contact, caller, at_ns),
            Some("talking") if noted.insert(id.clone()) => {
                let version = contact["variables_version"].as_u64().unwrap_or_default();
                tokio::spawn(self.clone().note(id, caller, version));
            }
            Some("wrap_up") if wrapped.insert(id.clone()) => {
                tokio::spawn(self.clone().wrap_up(id, wrap_up_ms));
            }
            _ => {}
        }
    }

    /// Notes what the desktop shows, and whether it is right when it has just come back.
    fn stand(&self, kind: String, code: String) {
        let stand = &mut lock(&self.seen.stands)[self.number];
        // Until its page has said hello, a desktop is nobody's. One that is lost stays so, and is
        // missed by whoever waits for all.
        let is_nobodys = kind == "signed_out";
        stand.shown = (kind, code);
        if is_nobodys || std::mem::replace(&mut stand.is_connected, true) {
            return;
        }
        *lock(&self.seen.returns).entry(stand.shown.0.clone()).or_default() += 1;
        if let Some(wrong) = stand.wrong() {
            lock(&self.seen.wrong_states).push(format!("desktop {}: {wrong}", self.number));
        }
    }

    fn offered(&self, contact: &Value, caller: u64, seen_ns: u64) {
        let offered_ms = contact["offered_ms"].as_u64().unwrap_or_default();
        let mut offers = lock(&self.seen.offers);
        let is_known = |offer: &Offer| (offer.caller, offer.offered_ms) == (caller, offered_ms);
        if !offers.iter().rev().take(1_000).any(is_known) {
            offers.push(Offer { caller, offered_ms, seen_ns });
        }
    }

    /// Types a note into the contact and saves it.
    async fn note(self, contact: String, caller: u64, version: u64) {
        let note = format!("n{}x{}", self.number, now_ns() / MS);
        let path = format!("/desk/contacts/{contact}/draft");
        self.ask("draft", Method::PUT, &path, json!({ "values": [["notes", "not saved"]] })).await;
        let path = format!("/desk/contacts/{contact}/variables");
        let body = json!({ "version": version, "values": [["notes", note]] });
        if self.ask("save", Method::PUT, &path, body).await {
            lock(&self.seen.notes).insert(caller, note);
        }
    }

    async fn wrap_up(self, contact: String, after_ms: u64) {
        tokio::time::sleep(Duration::from_millis(after_ms)).await;
        let path = format!("/desk/contacts/{contact}/wrap-up");
        self.ask("wrap-up", Method::POST, &path, json!({ "action": "done", "code": null })).await;
    }

    /// True when the server says that it is done.
    async fn ask(&self, what: &str, method: Method, path: &str, body: Value) -> bool {
        match self.session.send(method, path, body).await {
            Ok((204, _)) => true,
            Ok((status, why)) => {
                self.seen.refused(what, status, &why);
                false
            }
            // The server was killed.
            Err(_) => false,
        }
    }

    /// Is Idle for one reason after the other.
    async fn choose(self) {
        for turn in self.number.. {
            tokio::time::sleep(CHOOSE_EVERY).await;
            if !lock(&self.seen.stands)[self.number].is_there() {
                continue;
            }
            let code = IDLE_CODES[turn % IDLE_CODES.len()].to_owned();
            lock(&self.seen.stands)[self.number].asked = Some(code.clone());
            let body = json!({ "state": "idle", "code": code });
            if self.ask("idle", Method::PUT, "/desk/state", body).await {
                let stand = &mut lock(&self.seen.stands)[self.number];
                (stand.confirmed, stand.asked) = (stand.asked.take(), None);
            }
        }
    }
}

/// The caller's number after `+1480`.
fn caller(contact: &Value) -> Option<u64> {
    contact["ani"].as_str()?.strip_prefix("+1480")?.parse().ok()
}

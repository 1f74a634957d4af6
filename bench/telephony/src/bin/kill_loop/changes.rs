//! An administrator who changes the configuration all the time: what the server has confirmed
//! must be there after each kill, with its version and its history.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use trunkline_bench_telephony::desks::Admin;

/// How long the administrator thinks between two changes: a user may ask 20 times a second.
const THINK: Duration = Duration::from_millis(150);

/// Something that is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Thing {
    /// A user's name for people.
    User,
    /// A queue's service level.
    Queue,
    /// An entry point's name.
    EntryPoint,
    /// Which version of a flow a label is on.
    Label,
}

const THINGS: [Thing; 4] = [Thing::User, Thing::Queue, Thing::EntryPoint, Thing::Label];

/// The flow whose label is moved, between the first versions.
const FLOW: &str = "bench-greeting";
const FLOW_TEXT: &str = include_str!("../../../flows/greeting.json");

/// How something stands: its version, and what is changed of it as a text.
type Stand = (u64, String);

/// What is known of a thing.
#[derive(Clone, Debug, Default)]
struct Account {
    /// Each stand that the server has confirmed or that was found after a kill, by version.
    confirmed: BTreeMap<u64, String>,
    /// One that was asked for and not answered.
    asked: Option<Stand>,
    /// How many changes were confirmed.
    changes: u64,
}

/// What the administrator has done and seen.
#[derive(Debug, Default)]
struct Ledger {
    accounts: BTreeMap<Thing, Account>,
    lost: Vec<String>,
    refused: BTreeMap<String, u64>,
    /// The newest revision that was seen.
    revision: u64,
}

/// The administrator.
pub(crate) struct Changes {
    admin: Arc<Admin>,
    ledger: Arc<Mutex<Ledger>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Changes {
    /// Makes a second version of a flow, and notes how everything stands.
    pub(crate) fn begin(admin: Arc<Admin>) -> io::Result<Self> {
        let mut second: Value = serde_json::from_str(FLOW_TEXT)?;
        second["comment"] = "The second version".into();
        let body = json!({ "text": second.to_string(), "flow": FLOW, "note": "bench" });
        expect(admin.send(Method::POST, "/flows", body)?, "a second version")?;
        let ledger = Arc::default();
        let changes = Self { admin, ledger, stop: Arc::default(), thread: None };
        for thing in THINGS {
            let (stand, _) = thing.read(&changes.admin)?;
            let account = Account { confirmed: BTreeMap::from([stand]), ..Account::default() };
            lock(&changes.ledger).accounts.insert(thing, account);
        }
        Ok(changes)
    }

    /// The server is there again: so must be what it has confirmed. Changes go on.
    pub(crate) fn look(&mut self, round: u32) -> io::Result<()> {
        for thing in THINGS {
            let (found, _) = thing.read(&self.admin)?;
            let past = thing.history(&self.admin)?;
            lock(&self.ledger).compare(thing, found, &past, round);
        }
        let (_, overview) = self.admin.send(Method::GET, "/configuration", Value::Null)?;
        lock(&self.ledger).compare_revision(&overview, round);
        let (admin, ledger) = (self.admin.clone(), self.ledger.clone());
        self.stop = Arc::default();
        let stop = self.stop.clone();
        self.thread = Some(std::thread::spawn(move || change(&admin, &ledger, &stop)));
        Ok(())
    }

    /// The server was killed.
    pub(crate) fn killed(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }

    pub(crate) fn is_good(&self) -> bool {
        let ledger = lock(&self.ledger);
        ledger.lost.is_empty()
            && ledger.refused.is_empty()
            && ledger.accounts.values().all(|account| account.changes > 0)
    }
}

impl Drop for Changes {
    fn drop(&mut self) {
        self.killed();
    }
}

/// Changes one thing after the other, until the server is gone.
fn change(admin: &Admin, ledger: &Mutex<Ledger>, stop: &AtomicBool) {
    for turn in 0_usize.. {
        let thing = THINGS[turn % THINGS.len()];
        if stop.load(Ordering::Relaxed) || make(thing, admin, ledger).is_err() {
            return;
        }
        std::thread::sleep(THINK);
    }
}

fn make(thing: Thing, admin: &Admin, ledger: &Mutex<Ledger>) -> io::Result<()> {
    let ((version, mark), now) = thing.read(admin)?;
    let wanted = thing.next(&mark);
    let next = (version + 1, wanted.clone());
    lock(ledger).account(thing).asked = Some(next);
    // Without an answer what was asked for stays in doubt.
    let (status, why) = thing.write(admin, version, &wanted, now)?;
    let mut ledger = lock(ledger);
    let account = ledger.account(thing);
    account.asked = None;
    if status == 200 {
        account.changes += 1;
        account.confirmed.insert(version + 1, wanted);
    } else {
        let code = why["code"].as_str().unwrap_or_default();
        *ledger.refused.entry(format!("{thing:?}: {status} {code}")).or_default() += 1;
    }
    Ok(())
}

impl Ledger {
    fn account(&mut self, thing: Thing) -> &mut Account {
        self.accounts.entry(thing).or_default()
    }

    /// Compares how a thing stands, and stood, with what was confirmed.
    fn compare(&mut self, thing: Thing, found: Stand, past: &[Stand], round: u32) {
        let account = self.account(thing);
        let asked = account.asked.take();
        let last = account.confirmed.last_key_value().map(|(at, mark)| (*at, mark.clone()));
        let mut lost = Vec::new();
        if last.as_ref() != Some(&found) && asked.as_ref() != Some(&found) {
            lost.push(format!("{last:?} was confirmed, {asked:?} asked, {found:?} is there"));
        }
        if thing.has_history() {
            // What was never set has no history.
            for (version, mark) in account.confirmed.range(1..) {
                let is_kept = past.iter().any(|(at, was)| (at, was) == (version, mark));
                if !is_kept {
                    lost.push(format!("version {version}, {mark}, is not in the history"));
                }
            }
            let oldest = past.last().map_or(0, |(version, _)| *version);
            let is_whole = (oldest..).zip(past.iter().rev()).all(|(at, it)| at == it.0);
            if !is_whole || (found.0 > 0 && past.first() != Some(&found)) {
                lost.push("the history is not whole".to_owned());
            }
        }
        account.confirmed.insert(found.0, found.1);
        let lost = lost.into_iter().map(|what| format!("{thing:?} before kill {round}: {what}"));
        self.lost.extend(lost);
    }

    /// A server begins with what is kept, and revisions are never given twice.
    fn compare_revision(&mut self, overview: &Value, round: u32) {
        let number = |key: &str| overview[key].as_u64().unwrap_or_default();
        let (newest, in_force) = (number("revision"), number("in_force"));
        if newest < self.revision || in_force != newest || newest == 0 {
            let before = self.revision;
            self.lost.push(format!(
                "before kill {round}: revision {newest}, {in_force} is in force, {before} before"
            ));
        }
        self.revision = newest;
    }
}

impl Thing {
    fn path(self) -> &'static str {
        match self {
            Self::User => "/users?search=agent-1001",
            Self::Queue => "/configuration/queue/bench-queue",
            Self::EntryPoint => "/configuration/entry_point/notes",
            Self::Label => "/flows/bench-greeting/labels/Dev",
        }
    }

    fn has_history(self) -> bool {
        self != Self::User
    }

    /// How it stands, with its whole value.
    fn read(self, admin: &Admin) -> io::Result<(Stand, Value)> {
        let get = |path: &str| {
            let answer = admin.send(Method::GET, path, Value::Null)?;
            expect(answer, path)
        };
        let (version, mark, value) = match self {
            Self::User => {
                let user = get(self.path())?["users"][0].take();
                (user["version"].clone(), user["display_name"].clone(), user)
            }
            Self::Queue | Self::EntryPoint => {
                let mut object = get(self.path())?;
                let mark = object["value"][self.field()].clone();
                (object["version"].clone(), mark, object["value"].take())
            }
            Self::Label => {
                let flow = get(&format!("/flows/{FLOW}"))?;
                let labels = flow["flow"]["labels"].as_array().cloned().unwrap_or_default();
                let label = labels.into_iter().find(|label| label["label"] == "Dev");
                let label = label.unwrap_or_else(|| json!({ "version": 0, "number": 0 }));
                (label["version"].clone(), label["number"].clone(), label)
            }
        };
        let version = version.as_u64().ok_or_else(|| io::Error::other(self.path()))?;
        Ok(((version, mark.to_string()), value))
    }

    /// All stands that there were, the newest first.
    fn history(self, admin: &Admin) -> io::Result<Vec<Stand>> {
        if !self.has_history() {
            return Ok(Vec::new());
        }
        let path = format!("{}/history", self.path());
        let past = expect(admin.send(Method::GET, &path, Value::Null)?, &path)?;
        let past = past.as_array().cloned().unwrap_or_default();
        let mark = |it: &Value| match self {
            Self::Label => it["number"].to_string(),
            Self::User | Self::Queue | Self::EntryPoint => it["value"][self.field()].to_string(),
        };
        Ok(past.iter().map(|it| (it["version"].as_u64().unwrap_or_default(), mark(it))).collect())
    }

    /// What is changed of an object.
    fn field(self) -> &'static str {
        match self {
            Self::User => "display_name",
            Self::Queue => "service_level_s",
            Self::EntryPoint => "name",
            Self::Label => "number",
        }
    }

    /// What it is to be after this.
    fn next(self, mark: &str) -> String {
        let number = mark.trim_matches(|c: char| !c.is_ascii_digit());
        let number: u64 = number.parse().unwrap_or_default();
        match self {
            Self::User | Self::EntryPoint => json!(format!("Change {}", number + 1)).to_string(),
            Self::Queue => (number % 1_000 + 1).to_string(),
            Self::Label => (number % 2 + 1).to_string(),
        }
    }

    /// Asks for a change. `now` is the value to be changed.
    fn write(
        self,
        admin: &Admin,
        version: u64,
        wanted: &str,
        mut now: Value,
    ) -> io::Result<(u16, Value)> {
        let wanted: Value = serde_json::from_str(wanted)?;
        match self {
            Self::User => {
                let path = format!("/users/{}", now["id"].as_str().unwrap_or_default());
                let body = json!({
                    "version": version, "name": now["name"], "display_name": wanted,
                    "language": now["language"], "roles": now["roles"], "agent": now["agent"],
                    "teams": now["teams"], "disabled": now["disabled"],
                });
                admin.send(Method::PUT, &path, body)
            }
            Self::Queue | Self::EntryPoint => {
                now[self.field()] = wanted;
                let body = json!({ "version": version, "value": now, "note": "bench" });
                admin.send(Method::PUT, self.path(), body)
            }
            Self::Label => {
                let body = json!({ "number": wanted, "version": version, "note": "bench" });
                admin.send(Method::PUT, self.path(), body)
            }
        }
    }
}

impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ledger = lock(&self.ledger);
        for (thing, account) in &ledger.accounts {
            writeln!(f, "confirmed changes of {thing:?}: {}", account.changes)?;
        }
        let shown = &ledger.lost[..ledger.lost.len().min(10)];
        writeln!(f, "of these lost: {} {shown:?}", ledger.lost.len())?;
        writeln!(f, "changes refused: {:?}", ledger.refused)?;
        write!(f, "newest revision: {}", ledger.revision)
    }
}

fn expect(answer: (u16, Value), what: &str) -> io::Result<Value> {
    match answer {
        (200 | 201, value) => Ok(value),
        (status, why) => Err(io::Error::other(format!("{what}: {status} {why}"))),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stand(version: u64, mark: &str) -> Stand {
        (version, mark.to_owned())
    }

    #[test]
    fn what_was_confirmed_is_missed_and_what_was_only_asked_for_is_not() {
        let mut ledger = Ledger::default();
        let account = ledger.account(Thing::Queue);
        account.confirmed = BTreeMap::from([stand(1, "20"), stand(2, "21")]);
        account.asked = Some(stand(3, "22"));
        let past = |last: u64| -> Vec<Stand> {
            (1..=last).rev().map(|at| stand(at, &(19 + at).to_string())).collect()
        };
        ledger.compare(Thing::Queue, stand(3, "22"), &past(3), 1);
        ledger.compare(Thing::Queue, stand(3, "22"), &past(3), 2);
        assert!(ledger.lost.is_empty(), "{:?}", ledger.lost);
        ledger.compare(Thing::Queue, stand(2, "21"), &past(2), 3);
        assert_eq!(ledger.lost.len(), 2, "the stand and its history: {:?}", ledger.lost);
        ledger.lost.clear();
        let mut torn = past(3);
        torn.remove(1);
        ledger.compare(Thing::Queue, stand(3, "22"), &torn, 4);
        assert_eq!(ledger.lost.len(), 2, "{:?}", ledger.lost);
    }

    #[test]
    fn the_newest_revision_must_be_in_force() {
        let mut ledger = Ledger::default();
        ledger.compare_revision(&json!({ "revision": 7, "in_force": 7 }), 1);
        assert!(ledger.lost.is_empty());
        ledger.compare_revision(&json!({ "revision": 6, "in_force": 6 }), 2);
        ledger.compare_revision(&json!({ "revision": 8, "in_force": 7 }), 3);
        assert_eq!(ledger.lost.len(), 2);
    }

    #[test]
    fn a_change_makes_something_else_of_each_thing() {
        assert_eq!(Thing::Queue.next("20"), "21");
        assert_eq!(Thing::Label.next("1"), "2");
        assert_eq!(Thing::Label.next("2"), "1");
        assert_eq!(Thing::EntryPoint.next("\"Change 7\""), "\"Change 8\"");
        assert_eq!(Thing::User.next("\"agent-1001\""), "\"Change 1002\"");
    }
}

//! What desktops must not lose: who sits where, what was typed and not saved, and where SIP phones
//! are, in `desk.sqlite`.
//!
//! A thread of its own writes it, all that waits with one commit, and each commit is on the disk
//! when it is confirmed. Contacts themselves are in the journal; drafts are not, since nothing
//! follows from them until they are saved.

use std::collections::HashMap;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use rusqlite::{Connection, Row, Transaction, params};
use trunkline_desk::Device;
use trunkline_model::{AgentId, ContactId, TeamId};
use trunkline_telephony::registrar::Kept;
use trunkline_telephony::shell::KeptPhone;

/// So much is written with one commit.
const MAX_AT_ONCE: usize = 500;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS seats (
    agent TEXT PRIMARY KEY, team TEXT NOT NULL, device TEXT NOT NULL, browser TEXT NOT NULL,
    label TEXT NOT NULL, since_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS drafts (
    contact TEXT NOT NULL, agent TEXT NOT NULL, variable TEXT NOT NULL, value TEXT NOT NULL,
    typed_after INTEGER NOT NULL,
    PRIMARY KEY (contact, agent, variable)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS phones (
    user TEXT NOT NULL, contact TEXT NOT NULL, local TEXT NOT NULL, source TEXT NOT NULL,
    q_millis INTEGER NOT NULL, expires_ms INTEGER NOT NULL, user_agent TEXT,
    call_id TEXT NOT NULL, cseq INTEGER NOT NULL, instance TEXT, reg_id TEXT,
    PRIMARY KEY (user, contact)
) WITHOUT ROWID;";

/// Files of a release that did not know how old a draft was: those count as the newest.
const ADD_AGE: &str = "ALTER TABLE drafts ADD COLUMN typed_after INTEGER NOT NULL \
                       DEFAULT 9223372036854775807";

/// An agent who is signed in at a desktop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seat {
    /// The team; what stands in its place where the tenant has none.
    pub(crate) team: TeamId,
    pub(crate) device: Device,
    /// Names the browser, whose tabs share the desktop.
    pub(crate) browser: String,
    /// What the desktop is called.
    pub(crate) label: String,
    /// When the agent signed in there.
    pub(crate) since_ms: i64,
}

/// A phone that has registered, and until when it counts, in milliseconds since the Unix epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Phone {
    pub(crate) phone: KeptPhone,
    pub(crate) expires_ms: i64,
}

/// What was typed and not saved, by variable.
pub(crate) type Draft = Vec<(String, String)>;

/// What an earlier run left.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) seats: HashMap<AgentId, Seat>,
    pub(crate) drafts: HashMap<(ContactId, AgentId), Draft>,
    /// The same, as contacts that were cut off take them.
    pub(crate) typed: HashMap<ContactId, Vec<trunkline_journal::Draft>>,
    /// With the names under which they registered.
    pub(crate) phones: Vec<(String, Phone)>,
}

/// Told whether it was written.
pub(crate) type Written = Box<dyn FnOnce(bool) + Send>;

/// A change.
enum Change {
    Sit { agent: AgentId, seat: Seat },
    Leave { agent: AgentId },
    Draft { contact: ContactId, agent: AgentId, draft: Draft, after: u64 },
    Forget { contact: ContactId },
    Phones { user: String, phones: Vec<Phone> },
    Nothing,
}

/// The book. Its thread ends with it, when all is written.
pub(crate) struct Book {
    /// None at the end.
    changes: Option<Sender<(Change, Written)>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Book {
    fn drop(&mut self) {
        self.changes = None;
        if let Some(thread) = self.thread.take() {
            // A thread that made a mistake has written what it could.
            let _ = thread.join();
        }
    }
}

impl Book {
    /// Opens the book, and gives what an earlier run left in it.
    ///
    /// # Errors
    /// It cannot be opened, or there is no thread.
    pub(crate) fn start(path: &Path) -> Result<(Self, Found), String> {
        let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let mut database = open(path).map_err(|error| failed(&error))?;
        let found = read(&database).map_err(|error| failed(&error))?;
        let (changes, waiting) = channel();
        let run = move || write_for(&mut database, &waiting);
        let thread = std::thread::Builder::new().name("desk book".into()).spawn(run);
        let thread = Some(thread.map_err(|error| failed(&error))?);
        Ok((Self { changes: Some(changes), thread }, found))
    }

    /// An agent sits here.
    pub(crate) fn sit(&self, agent: &AgentId, seat: &Seat) {
        let (agent, seat) = (agent.clone(), seat.clone());
        self.send(Change::Sit { agent, seat }, Box::new(|_| {}));
    }

    /// An agent has signed out.
    pub(crate) fn leave(&self, agent: &AgentId) {
        self.send(Change::Leave { agent: agent.clone() }, Box::new(|_| {}));
    }

    /// Keeps a draft in place of the former one. `after` says how many inputs the contact has
    /// taken.
    pub(crate) fn draft(
        &self,
        contact: &ContactId,
        agent: &AgentId,
        (draft, after): (&Draft, u64),
        written: Written,
    ) {
        let (contact, agent, draft) = (contact.clone(), agent.clone(), draft.clone());
        self.send(Change::Draft { contact, agent, draft, after }, written);
    }

    /// A contact is over: its drafts have been saved or are wanted no more.
    pub(crate) fn forget(&self, contact: &ContactId) {
        self.send(Change::Forget { contact: contact.clone() }, Box::new(|_| {}));
    }

    /// Keeps where a user's phones are, in place of what was kept before.
    pub(crate) fn phones(&self, user: String, phones: Vec<Phone>) {
        self.send(Change::Phones { user, phones }, Box::new(|_| {}));
    }

    /// Tells when everything is on the disk that was told before.
    pub(crate) fn when_written(&self, written: Written) {
        self.send(Change::Nothing, written);
    }

    fn send(&self, change: Change, written: Written) {
        // The thread ends only with the book.
        let Some(changes) = &self.changes else { return written(false) };
        if let Err(unsent) = changes.send((change, written)) {
            (unsent.0.1)(false);
        }
    }
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let database = Connection::open(path)?;
    database.pragma_update(None, "journal_mode", "wal")?;
    database.pragma_update(None, "synchronous", "full")?;
    database.execute_batch(SCHEMA)?;
    let sql = "SELECT count(*) FROM pragma_table_info('drafts') WHERE name = 'typed_after'";
    if database.query_row(sql, [], |row| row.get::<_, u32>(0))? == 0 {
        database.execute_batch(ADD_AGE)?;
    }
    Ok(database)
}

fn read(database: &Connection) -> rusqlite::Result<Found> {
    let mut found = Found::default();
    let sql = "SELECT agent, team, device, browser, label, since_ms FROM seats";
    let mut query = database.prepare(sql)?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let device: String = row.get(2)?;
        let seat = Seat {
            team: TeamId::new(row.get::<_, String>(1)?),
            device: if device == "sip_phone" { Device::SipPhone } else { Device::Browser },
            browser: row.get(3)?,
            label: row.get(4)?,
            since_ms: row.get(5)?,
        };
        found.seats.insert(AgentId::new(row.get::<_, String>(0)?), seat);
    }
    let sql = "SELECT contact, agent, variable, value, typed_after FROM drafts";
    let mut query = database.prepare(sql)?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let (contact, agent): (String, String) = (row.get(0)?, row.get(1)?);
        let (contact, agent) = (ContactId::new(contact), AgentId::new(agent));
        let (name, value): (String, String) = (row.get(2)?, row.get(3)?);
        let after = row.get::<_, i64>(4)?.unsigned_abs();
        let key = (contact.clone(), agent);
        found.drafts.entry(key).or_default().push((name.clone(), value.clone()));
        let typed = trunkline_journal::Draft { name, value, after };
        found.typed.entry(contact).or_default().push(typed);
    }
    let sql = "SELECT user, contact, local, source, q_millis, expires_ms, user_agent, call_id, \
               cseq, instance, reg_id FROM phones";
    let mut query = database.prepare(sql)?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        found.phones.extend(read_phone(row)?);
    }
    Ok(found)
}

/// None for an address that cannot be read.
fn read_phone(row: &Row<'_>) -> rusqlite::Result<Option<(String, Phone)>> {
    let (local, source): (String, String) = (row.get(2)?, row.get(3)?);
    let (Ok(local), Ok(source)) = (local.parse(), source.parse()) else { return Ok(None) };
    let (instance, reg_id): (Option<String>, Option<String>) = (row.get(9)?, row.get(10)?);
    let binding = Kept {
        contact: row.get(1)?,
        q_millis: row.get(4)?,
        left_ms: 0,
        user_agent: row.get(6)?,
        call_id: row.get(7)?,
        cseq: row.get(8)?,
        instance: instance.zip(reg_id),
    };
    let phone = KeptPhone { local, source, binding };
    Ok(Some((row.get(0)?, Phone { phone, expires_ms: row.get(5)? })))
}

fn write_for(database: &mut Connection, waiting: &Receiver<(Change, Written)>) {
    while let Ok(first) = waiting.recv() {
        let (mut changes, mut tell) = (vec![first.0], vec![first.1]);
        for (change, written) in waiting.try_iter().take(MAX_AT_ONCE) {
            changes.push(change);
            tell.push(written);
        }
        let result = write(database, &changes);
        if let Err(error) = &result {
            tracing::error!("what is typed at desktops cannot be kept: {error}");
        }
        tell.into_iter().for_each(|written| written(result.is_ok()));
    }
}

fn write(database: &mut Connection, changes: &[Change]) -> rusqlite::Result<()> {
    let work = database.transaction()?;
    changes.iter().try_for_each(|change| put(&work, change))?;
    work.commit()
}

fn put(work: &Transaction<'_>, change: &Change) -> rusqlite::Result<()> {
    match change {
        Change::Sit { agent, seat } => {
            let device = match seat.device {
                Device::Browser => "browser",
                Device::SipPhone => "sip_phone",
            };
            let sql = "INSERT OR REPLACE INTO seats VALUES (?, ?, ?, ?, ?, ?)";
            let (team, browser, label) = (seat.team.as_str(), &seat.browser, &seat.label);
            let values = params![agent.as_str(), team, device, browser, label, seat.since_ms];
            work.prepare_cached(sql)?.execute(values)?;
        }
        Change::Leave { agent } => {
            let sql = "DELETE FROM seats WHERE agent = ?";
            work.prepare_cached(sql)?.execute([agent.as_str()])?;
        }
        Change::Draft { contact, agent, draft, after } => {
            let sql = "DELETE FROM drafts WHERE contact = ? AND agent = ?";
            work.prepare_cached(sql)?.execute([contact.as_str(), agent.as_str()])?;
            let sql = "INSERT OR REPLACE INTO drafts VALUES (?, ?, ?, ?, ?)";
            let (mut insert, after) = (work.prepare_cached(sql)?, after.cast_signed());
            for (variable, value) in draft {
                let (contact, agent) = (contact.as_str(), agent.as_str());
                insert.execute(params![contact, agent, variable, value, after])?;
            }
        }
        Change::Nothing => {}
        Change::Phones { user, phones } => put_phones(work, user, phones)?,
        Change::Forget { contact } => {
            let sql = "DELETE FROM drafts WHERE contact = ?";
            work.prepare_cached(sql)?.execute([contact.as_str()])?;
        }
    }
    Ok(())
}

fn put_phones(work: &Transaction<'_>, user: &str, phones: &[Phone]) -> rusqlite::Result<()> {
    work.prepare_cached("DELETE FROM phones WHERE user = ?")?.execute([user])?;
    let sql = "INSERT OR REPLACE INTO phones VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let mut insert = work.prepare_cached(sql)?;
    for Phone { phone, expires_ms } in phones {
        let KeptPhone { local, source, binding } = phone;
        let instance = binding.instance.as_ref();
        insert.execute(params![
            user,
            binding.contact,
            local.to_string(),
            source.to_string(),
            binding.q_millis,
            expires_ms,
            binding.user_agent,
            binding.call_id,
            binding.cseq,
            instance.map(|it| &it.0),
            instance.map(|it| &it.1),
        ])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    fn seat(device: Device) -> Seat {
        let (browser, label) = ("b".to_owned(), "Chromium, DESK-14".to_owned());
        Seat { team: TeamId::new("desk"), device, browser, label, since_ms: 5 }
    }

    #[test]
    fn phones_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("desk.sqlite");
        let phone = |contact: &str, instance: Option<(String, String)>| {
            let (contact, call_id) = (contact.to_owned(), "c@h".to_owned());
            let user_agent = Some("baresip".to_owned());
            let (q_millis, left_ms, cseq) = (500, 0, u32::MAX);
            let binding = Kept { contact, q_millis, left_ms, user_agent, call_id, cseq, instance };
            let (local, source) = ("127.0.0.1:5060".parse(), "[2001:db8::1]:5062".parse());
            let phone = KeptPhone { local: local.unwrap(), source: source.unwrap(), binding };
            Phone { phone, expires_ms: 1_800_000_000_000 }
        };
        let desk = phone("sip:a@h1", Some(("\"<urn:uuid:1>\"".into(), String::new())));
        let (book, found) = Book::start(&path).unwrap();
        assert_eq!(found.phones, []);
        book.phones("ann".into(), vec![phone("sip:a@old", None)]);
        book.phones("ann".into(), vec![desk.clone(), phone("sip:a@h2", None)]);
        book.phones("bob".into(), vec![phone("sip:b@h", None)]);
        book.phones("bob".into(), Vec::new());
        drop(book);
        let (_book, found) = Book::start(&path).unwrap();
        let ann = |phone: Phone| ("ann".to_owned(), phone);
        assert_eq!(found.phones, [ann(desk), ann(phone("sip:a@h2", None))]);
    }

    #[test]
    fn what_was_confirmed_is_there_after_a_kill() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("desk.sqlite");
        let (ann, bob) = (AgentId::new("ann"), AgentId::new("bob"));
        let (c, d) = (ContactId::new("c"), ContactId::new("d"));
        let typed = |text: &str| vec![("notes".to_owned(), text.to_owned())];
        let (book, found) = Book::start(&path).unwrap();
        assert_eq!(found, Found::default());
        book.sit(&ann, &seat(Device::Browser));
        book.sit(&bob, &seat(Device::SipPhone));
        book.leave(&bob);
        book.draft(&d, &ann, (&typed("gone"), 1), Box::new(|_| {}));
        book.forget(&d);
        book.draft(&c, &ann, (&typed("old"), 6), Box::new(|_| {}));
        let (told, written) = mpsc::channel();
        let tell = Box::new(move |is_written| told.send(is_written).unwrap());
        book.draft(&c, &ann, (&typed("新しいパッド\n\"x\""), 7), tell);
        assert!(written.recv().unwrap());
        // What follows is written too, but nobody waits for it.
        drop(book);
        let (_book, found) = Book::start(&path).unwrap();
        assert_eq!(found.seats, HashMap::from([(ann.clone(), seat(Device::Browser))]));
        let (name, value) = typed("新しいパッド\n\"x\"").remove(0);
        let kept = trunkline_journal::Draft { name, value, after: 7 };
        assert_eq!(found.typed, HashMap::from([(c.clone(), vec![kept])]));
        assert_eq!(found.drafts, HashMap::from([((c, ann), typed("新しいパッド\n\"x\""))]));
    }

    #[test]
    fn drafts_of_a_release_that_kept_no_age_are_the_newest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("desk.sqlite");
        let old = SCHEMA.replace("    typed_after INTEGER NOT NULL,\n", "");
        assert_ne!(old, SCHEMA);
        let database = Connection::open(&path).unwrap();
        database.execute_batch(&old).unwrap();
        database.execute_batch("INSERT INTO drafts VALUES ('c', 'ann', 'notes', 'typed')").unwrap();
        drop(database);
        for _ in 0..2 {
            let (_book, found) = Book::start(&path).unwrap();
            assert_eq!(found.typed[&ContactId::new("c")][0].after, i64::MAX.unsigned_abs());
        }
    }
}

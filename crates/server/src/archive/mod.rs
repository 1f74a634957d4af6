//! Contacts of the past: a line each in `contacts.sqlite`, and their steps out of the journal.
//!
//! The journal is the truth and says what a contact did; a replay of it gives its trace, on a
//! thread of its own and with a connection of its own, so that no call waits for a reader. The
//! lines are what lists and searches need, and outlive the journal's streams.

mod entry;
mod path;
mod shelf;
mod steps;

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use trunkline_api::centre::{ContactRecord, ContactSearch};
use trunkline_desk::{PastContact, PathStep, Reason, Refusal};
use trunkline_journal::Keys;
use trunkline_model::ContactId;

pub(crate) use entry::Entry;
use shelf::Shelf;
use steps::Steps;
pub(crate) use steps::Story;

use crate::switchboard::Clock;

/// So many orders may wait; lines beyond that are lost, and questions refused.
const MAX_WAITING: usize = 10_000;

/// So many lines are kept with one commit.
const MAX_AT_ONCE: usize = 500;

/// How far apart commits of lines begin: those that come in between share one, as each costs more
/// than its lines. A single line waits for nothing.
const APART: Duration = Duration::from_millis(20);

/// How often lines that are too old are looked for.
const PURGE_EVERY: Duration = Duration::from_secs(600);

/// The most contacts in an answer.
const MAX_FOUND: usize = 200;

/// Where the archive's files are.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    /// The lines.
    pub(crate) lines: PathBuf,
    /// The journal.
    pub(crate) journal: PathBuf,
    /// The key of what is sealed in the journal.
    pub(crate) key: PathBuf,
}

/// Where an answer goes.
type Reply<T> = oneshot::Sender<Result<T, Refusal>>;

/// What becomes of a path that was asked for.
type Told = Box<dyn FnOnce(Vec<PathStep>) + Send>;

/// What becomes of a story that was asked for.
type ToldAll = Box<dyn FnOnce(Option<Story>) + Send>;

/// What the archive is asked.
enum Order {
    Keep(Box<Entry>),
    Path { contact: ContactId, told: Told },
    Story { contact: ContactId, told: ToldAll },
    Search { search: ContactSearch, live: Vec<PastContact>, reply: Reply<Vec<PastContact>> },
    Record { contact: ContactId, live: Option<Box<Entry>>, reply: Reply<ContactRecord> },
}

/// The archive. Clones are the same one; its thread ends with the last of them.
#[derive(Clone)]
pub(crate) struct Archive {
    orders: SyncSender<Order>,
}

impl Archive {
    /// Opens the archive. Lines older than `keep_ms` go.
    ///
    /// # Errors
    /// It cannot be opened, or there is no thread.
    pub(crate) fn start(places: Places, keep_ms: i64) -> Result<Self, String> {
        let path = places.lines.display().to_string();
        let failed = |error: &dyn std::fmt::Display| format!("{path}: {error}");
        let shelf = Shelf::open(&places.lines).map_err(|error| failed(&error))?;
        let steps = Steps::new(places.journal, Keys::File(places.key));
        let (orders, waiting) = sync_channel(MAX_WAITING);
        let librarian = Librarian { shelf, steps, keep_ms };
        let run = move || librarian.run(&waiting);
        let thread = std::thread::Builder::new().name("archive".into()).spawn(run);
        thread.map_err(|error| failed(&error))?;
        Ok(Self { orders })
    }

    /// Keeps a contact's line.
    pub(crate) fn keep(&self, entry: Entry) {
        let contact = entry.id.clone();
        if self.orders.try_send(Order::Keep(Box::new(entry))).is_err() {
            tracing::warn!(%contact, "too much to do: the contact is missing in lists");
        }
    }

    /// What a contact's caller did so far, as far as it was committed. Nothing is told where that
    /// cannot be read.
    pub(crate) fn path(
        &self,
        contact: ContactId,
        told: impl FnOnce(Vec<PathStep>) + Send + 'static,
    ) {
        // Whoever waits for it keeps what is shown.
        let _ = self.orders.try_send(Order::Path { contact, told: Box::new(told) });
    }

    /// All that a contact did so far, as far as it was committed; none where that cannot be read.
    /// False if there is too much to do: then nothing is told.
    pub(crate) fn story(
        &self,
        contact: ContactId,
        told: impl FnOnce(Option<Story>) + Send + 'static,
    ) -> bool {
        self.orders.try_send(Order::Story { contact, told: Box::new(told) }).is_ok()
    }

    /// Contacts that fit, with those that go on.
    pub(crate) async fn search(
        &self,
        search: ContactSearch,
        live: Vec<PastContact>,
    ) -> Result<Vec<PastContact>, Refusal> {
        self.ask(|reply| Order::Search { search, live, reply }).await
    }

    /// A contact with its steps. `live`: what is known of it if it goes on.
    pub(crate) async fn record(
        &self,
        contact: ContactId,
        live: Option<Entry>,
    ) -> Result<ContactRecord, Refusal> {
        let live = live.map(Box::new);
        self.ask(|reply| Order::Record { contact, live, reply }).await
    }

    async fn ask<T>(&self, order: impl FnOnce(Reply<T>) -> Order) -> Result<T, Refusal> {
        let (reply, answer) = oneshot::channel();
        let busy = || Refusal::Unavailable(Reason::ArchiveBusy);
        self.orders.try_send(order(reply)).map_err(|_| busy())?;
        answer.await.map_err(|_| busy())?
    }
}

/// The archive's thread.
struct Librarian {
    shelf: Shelf,
    steps: Steps,
    keep_ms: i64,
}

impl Librarian {
    fn run(mut self, waiting: &Receiver<Order>) {
        let clock = Clock::start();
        let mut kept = None;
        loop {
            match waiting.recv_timeout(PURGE_EVERY) {
                Ok(Order::Keep(entry)) => {
                    let since = kept.map_or(APART, |kept: Instant| kept.elapsed());
                    std::thread::sleep(APART.saturating_sub(since));
                    kept = Some(Instant::now());
                    self.keep(*entry, waiting);
                }
                Ok(order) => self.answer(order),
                Err(RecvTimeoutError::Timeout) => self.purge(clock.now_ms()),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Keeps a line, and with the same commit those that wait behind it.
    fn keep(&mut self, first: Entry, waiting: &Receiver<Order>) {
        let mut entries = vec![first];
        let mut other = None;
        while entries.len() < MAX_AT_ONCE && other.is_none() {
            match waiting.try_recv() {
                Ok(Order::Keep(entry)) => entries.push(*entry),
                Ok(order) => other = Some(order),
                Err(_) => break,
            }
        }
        if let Err(error) = self.shelf.keep(&entries) {
            let count = entries.len();
            tracing::error!(count, "contacts are missing in lists: {error}");
        }
        if let Some(order) = other {
            self.answer(order);
        }
    }

    fn answer(&mut self, order: Order) {
        // Whoever asked and does not wait any more wants no answer.
        match order {
            Order::Keep(entry) => {
                if let Err(error) = self.shelf.keep(&[*entry]) {
                    tracing::error!("a contact is missing in lists: {error}");
                }
            }
            Order::Path { contact, told } => match self.steps.path(&contact) {
                Ok(path) => told(path),
                Err(why) => tracing::debug!(%contact, "no steps: {why}"),
            },
            Order::Story { contact, told } => {
                let story = self.steps.story(&contact);
                let story = story.inspect_err(|why| tracing::debug!(%contact, "no steps: {why}"));
                told(story.ok());
            }
            Order::Search { search, live, reply } => drop(reply.send(self.search(search, live))),
            Order::Record { contact, live, reply } => {
                drop(reply.send(self.record(&contact, live.map(|it| *it))));
            }
        }
    }

    fn search(
        &self,
        mut search: ContactSearch,
        mut found: Vec<PastContact>,
    ) -> Result<Vec<PastContact>, Refusal> {
        search.limit = search.limit.clamp(1, MAX_FOUND);
        let past = self.shelf.search(&search).map_err(|error| unreadable(&error))?;
        for entry in past {
            // One that goes on may be there as well, since it has been with an agent.
            if !found.iter().any(|it| it.id == entry.id.as_str()) {
                found.push(entry.line(search.agent.as_ref()));
            }
        }
        found.sort_by(|a, b| (b.arrived_ms, &b.id).cmp(&(a.arrived_ms, &a.id)));
        found.truncate(search.limit);
        Ok(found)
    }

    fn record(
        &mut self,
        contact: &ContactId,
        live: Option<Entry>,
    ) -> Result<ContactRecord, Refusal> {
        let entry = match live {
            Some(entry) => Some(entry),
            None => self.shelf.entry(contact).map_err(|error| unreadable(&error))?,
        };
        let gone = || Refusal::Unreachable(Reason::NoContact);
        let entry = entry.ok_or_else(gone)?;
        let story = self.steps.story(contact).unwrap_or_else(|why| {
            tracing::info!(%contact, "a contact's steps cannot be shown: {why}");
            steps::Story::default()
        });
        Ok(ContactRecord {
            contact: entry.line(None),
            agents: entry.agents.iter().map(|seen| seen.agent.clone()).collect(),
            teams: entry.agents.iter().map(|seen| seen.team.to_string()).collect(),
            entry_point: entry.entry_point,
            dnis: entry.dnis,
            flow: entry.flow,
            trace: story.trace,
            variables: story.variables,
            path: story.path,
        })
    }

    fn purge(&self, now_ms: i64) {
        loop {
            match self.shelf.purge(now_ms.saturating_sub(self.keep_ms)) {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => return tracing::error!("old contacts stay in lists: {error}"),
            }
        }
    }
}

fn unreadable(error: &rusqlite::Error) -> Refusal {
    tracing::error!("the archive cannot be read: {error}");
    Refusal::Unavailable(Reason::ArchiveUnreadable)
}

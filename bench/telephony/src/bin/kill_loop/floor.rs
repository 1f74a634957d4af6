//! Agents at desktops through the kills: nothing that the server has confirmed may be lost.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::time::Duration;

use trunkline_bench_telephony::desks::Desks;
use trunkline_bench_telephony::load::{self, Options, PhoneOptions, Shared};
use trunkline_bench_telephony::server::Place;
use trunkline_bench_telephony::site::{FIRST_PHONE, PASSWORD, PHONES};

use crate::changes::Changes;
use crate::tally::caller;

/// Agents who take no calls and change their state all the time.
pub(crate) const IDLERS: usize = 4;

/// How long agents wrap up, in ms.
const WRAP_UP_MS: u64 = 300;

/// How long desktops may take to come back.
const PATIENCE: Duration = Duration::from_secs(10);

/// The desktops, and what was seen of them.
pub(crate) struct Floor {
    desks: Desks,
    slowest_return: Duration,
    missing: Vec<String>,
    changes: Changes,
}

/// What became of what was confirmed.
pub(crate) struct Kept<'a> {
    floor: &'a Floor,
    notes: usize,
    notes_lost: Vec<u64>,
}

impl Floor {
    /// Starts a server for a moment and has everybody begin their shift.
    pub(crate) fn open(place: &Place) -> io::Result<Self> {
        let server = place.start()?;
        let options = Options {
            phones: Some(PhoneOptions {
                count: place.site.agents,
                first_user: FIRST_PHONE,
                password: PASSWORD.to_owned(),
                ring_ms: 200,
                talk_ms: None,
                address: PHONES,
            }),
            calls: 0,
            ..Options::new(server.sip)
        };
        // Who signs in with a phone needs one.
        load::run(&options, &Shared::default())?;
        let desks = Desks::open(place, IDLERS, WRAP_UP_MS)?;
        if let Err(missing) = desks.all_back(PATIENCE) {
            return Err(io::Error::other(format!("{missing} desktops do not come up")));
        }
        let changes = Changes::begin(desks.admin.clone())?;
        drop(server);
        desks.all_gone();
        Ok(Self { desks, slowest_return: Duration::ZERO, missing: Vec::new(), changes })
    }

    /// The server is there again: so must be the desktops, and the configuration, which changes.
    pub(crate) fn look(&mut self, round: u32) -> io::Result<()> {
        match self.desks.all_back(PATIENCE) {
            Ok(took) => self.slowest_return = self.slowest_return.max(took),
            Err(missing) => self.missing.push(format!("{missing} before kill {round}")),
        }
        self.changes.look(round)
    }

    /// The server was killed.
    pub(crate) fn killed(&mut self) {
        self.changes.killed();
        self.desks.all_gone();
    }

    pub(crate) fn verdict(&self, comments: &[String]) -> Kept<'_> {
        let mut written: BTreeMap<u64, Vec<&str>> = BTreeMap::new();
        for comment in comments {
            if let Some(caller) = caller(comment) {
                written.entry(caller).or_default().push(comment);
            }
        }
        let notes = self.desks.seen.notes();
        let is_lost = |(caller, note): (&u64, &String)| {
            let note = format!("[{note}]");
            let is_there = written.get(caller)?.iter().any(|body| body.contains(&note));
            (!is_there).then_some(*caller)
        };
        let unwritten = notes.keys().filter(|caller| !written.contains_key(caller)).copied();
        let notes_lost = notes.iter().filter_map(is_lost).chain(unwritten).collect();
        Kept { floor: self, notes: notes.len(), notes_lost }
    }
}

impl Kept<'_> {
    pub(crate) fn is_good(&self) -> bool {
        let floor = self.floor;
        self.notes_lost.is_empty()
            && self.notes > 0
            && floor.missing.is_empty()
            && floor.changes.is_good()
            && floor.desks.seen.wrong_states().is_empty()
    }
}

impl fmt::Display for Kept<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { floor, notes, notes_lost } = self;
        let (seen, wrong) = (&floor.desks.seen, floor.desks.seen.wrong_states());
        writeln!(f, "notes saved: {notes}, lost: {} {notes_lost:?}", notes_lost.len())?;
        writeln!(f, "desktops came back showing {:?}", seen.returns())?;
        writeln!(f, "slowest return after a start: {:?}", floor.slowest_return)?;
        writeln!(f, "did not come back: {} {:?}", floor.missing.len(), floor.missing)?;
        let shown = &wrong[..wrong.len().min(10)];
        writeln!(f, "confirmed states lost: {} {shown:?}", wrong.len())?;
        writeln!(f, "{}", floor.changes)?;
        writeln!(f, "commands refused: {:?}", seen.refusals())?;
        write!(f, "{}", if self.is_good() { "PASS" } else { "FAIL" })
    }
}

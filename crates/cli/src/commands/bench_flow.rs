//! `trunkline bench flow`: simulated contacts per second on one core.
//!
//! Each contact has its own number and its own answers, which are parsed from text; it goes
//! through its data dips, queue, agent, screen pop and what follows the call. The run fails unless
//! every contact's write arrived and no two are equal.

use std::collections::HashSet;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;
use trunkline_contact::journal::InputRecord;
use trunkline_contact::{Arrival, Output};
use trunkline_model::ContactId;
use trunkline_model::http::{Answer, Body, Method, Outcome, Request, Target};
use trunkline_model::trace::{Line, Step};
use trunkline_sim::{Advance, PendingRequest, Recorder, Script, World, WorldOptions};

use crate::problem::{Problem, Result};
use crate::run::output;
use crate::site::{self, Loaded};

/// Measure how many contacts of a flow are simulated in a second, on one core.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The exported flow.
    flow: PathBuf,
    /// How many contacts to simulate in each round.
    #[arg(long, default_value_t = 20_000, value_parser = at_most(2_000_000))]
    contacts: u32,
    /// How many rounds of each kind, in turn.
    #[arg(long, default_value_t = 5, value_parser = at_most(100))]
    rounds: u32,
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
}

fn at_most(most: i64) -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..=most)
}

/// Contacts per second of CPU-bound wall time on one thread.
#[derive(Debug, Serialize)]
struct Figures {
    contacts_per_round: u32,
    rounds: u32,
    /// With trace and journal encoding off.
    plain: Spread,
    /// With trace and journal encoding on.
    encoded: Spread,
    bytes_per_contact: u64,
    writes_per_contact: f64,
}

#[derive(Debug, Serialize)]
struct Spread {
    min: u64,
    median: u64,
    max: u64,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let loaded = site::load(&arguments.flow, None, false)?;
    let (mut plain, mut encoded) = (Vec::new(), Vec::new());
    let (mut bytes, mut writes) = (0, 0);
    for _ in 0..arguments.rounds {
        plain.push(round(&loaded, arguments.contacts, false)?.per_second);
        let round = round(&loaded, arguments.contacts, true)?;
        encoded.push(round.per_second);
        (bytes, writes) = (round.bytes, round.writes);
    }
    let contacts = u64::from(arguments.contacts);
    print(
        arguments,
        &Figures {
            contacts_per_round: arguments.contacts,
            rounds: arguments.rounds,
            plain: spread(plain),
            encoded: spread(encoded),
            bytes_per_contact: bytes / contacts,
            writes_per_contact: writes as f64 / contacts as f64,
        },
    )?;
    Ok(ExitCode::SUCCESS)
}

fn spread(mut rates: Vec<u64>) -> Spread {
    rates.sort_unstable();
    let at = |place: usize| rates.get(place).copied().unwrap_or_default();
    Spread { min: at(0), median: at(rates.len() / 2), max: at(rates.len().saturating_sub(1)) }
}

fn print(arguments: &Arguments, figures: &Figures) -> Result<()> {
    if arguments.json {
        let text = serde_json::to_string_pretty(figures).map_err(Problem::misuse)?;
        return output::write(&text);
    }
    let line = |name: &str, it: &Spread| {
        format!("{name:<28}{:>9} contacts/s (median; {} to {})", it.median, it.min, it.max)
    };
    output::write(&format!(
        "{} contacts a round, {} rounds, one core\n{}\n{}\n{} bytes of trace and journal, {:.1} \
         writes to the CRM per contact, all different",
        figures.contacts_per_round,
        figures.rounds,
        line("trace and journal off", &figures.plain),
        line("trace and journal encoded", &figures.encoded),
        figures.bytes_per_contact,
        figures.writes_per_contact,
    ))
}

struct Round {
    per_second: u64,
    bytes: u64,
    writes: u64,
}

fn round(loaded: &Loaded, contacts: u32, is_encoded: bool) -> Result<Round> {
    let entry_point = loaded.entry_point()?.id.clone();
    let script = Script::default();
    let start_ms = script.start_ms();
    let options = WorldOptions { start_ms, script, is_interactive: false };
    let mut world = World::new(Arc::clone(&loaded.site), options, Encoder::new(is_encoded));
    let mut crm = Crm::default();
    let started = Instant::now();
    for number in 0..contacts {
        let contact = ContactId::new(format!("bench-{number}"));
        let arrival = Arrival {
            contact: contact.clone(),
            at_ms: world.now_ms() + 1,
            ani_received: format!("+1480{number:07}"),
            dnis_received: String::new(),
            entry_point: entry_point.clone(),
            headers: Vec::new(),
            rescue: None,
            outdial: None,
        };
        world.call(arrival).map_err(Problem::misuse)?;
        while world.contact(&contact).is_some() {
            match world.advance() {
                Advance::Moment => {}
                Advance::Request(pending) => crm.answer(&mut world, number, &pending),
                Advance::Idle => return Err(Problem::failed(format!("{contact} never ended"))),
                Advance::Exhausted(limit) => return Err(Problem::failed(limit)),
            }
        }
    }
    let elapsed = started.elapsed();
    crm.check(contacts)?;
    let per_second = (f64::from(contacts) / elapsed.as_secs_f64()) as u64;
    Ok(Round { per_second, bytes: world.recorder().bytes, writes: crm.writes })
}

/// A CRM that knows every caller: each has records of its own.
#[derive(Default)]
struct Crm {
    bodies: HashSet<String>,
    writes: u64,
}

impl Crm {
    fn answer(&mut self, world: &mut World<Encoder>, number: u32, pending: &PendingRequest) {
        let answer = if pending.request.method.writes() {
            self.write(&pending.request);
            Answer { status: 204, ..Answer::default() }
        } else {
            Answer { status: 200, headers: Vec::new(), body: records(number) }
        };
        let outcome = Outcome { result: Ok(answer), duration_ms: 40, attempts: 1, stand_in: None };
        world.answer(pending, outcome);
    }

    fn write(&mut self, request: &Request) {
        self.writes += 1;
        if let Some(Body::Text(body)) = &request.body {
            self.bodies.insert(body.clone());
        }
        debug_assert!(matches!(request.method, Method::Patch | Method::Post | Method::Put));
        debug_assert!(matches!(request.target, Target::Connector { .. } | Target::Url(_)));
    }

    fn check(&self, contacts: u32) -> Result<()> {
        let different = self.bodies.len() as u64;
        if self.writes >= u64::from(contacts) && different == self.writes {
            return Ok(());
        }
        Err(Problem::failed(format!(
            "{} writes arrived, {different} of them different, for {contacts} contacts",
            self.writes
        )))
    }
}

/// About as long as a real answer of Salesforce to one of the flow's queries.
fn records(number: u32) -> String {
    let id = format!("003B{number:011}AAA");
    format!(
        "{{\"totalSize\":1,\"done\":true,\"records\":[{{\"attributes\":{{\"type\":\"Contact\",\
         \"url\":\"/services/data/v52.0/sobjects/Contact/{id}\"}},\"Id\":\"{id}\",\
         \"Name\":\"Caller {number}\",\"Phone\":\"480{number:07}\",\
         \"CaseNumber\":\"{number:08}\",\"ContactId\":\"{id}\",\
         \"AccountId\":\"001B{number:011}AAA\",\"Subject\":\"Case of caller {number}\",\
         \"Priority\":\"Medium\",\
         \"Description\":\"What caller {number} wrote about it, at length, as people do.\"}}]}}"
    )
}

/// Encodes what a recorder would write, and counts it.
struct Encoder {
    is_on: bool,
    buffer: Vec<u8>,
    bytes: u64,
}

impl Encoder {
    fn new(is_on: bool) -> Self {
        Self { is_on, buffer: Vec::new(), bytes: 0 }
    }

    fn encode(&mut self, value: &impl Serialize) {
        self.buffer.clear();
        let encoded = serde_json::to_writer(&mut self.buffer, value);
        debug_assert!(encoded.is_ok());
        self.bytes += self.buffer.len() as u64;
    }
}

impl Recorder for Encoder {
    fn input(&mut self, _: &Arrival, record: &InputRecord, outputs: &[Output]) {
        self.encode(record);
        outputs.iter().for_each(|output| self.encode(output));
    }

    fn started(&mut self, _: &Arrival, outputs: &[Output]) {
        outputs.iter().for_each(|output| self.encode(output));
    }

    fn trace(&mut self, _: &Arrival, steps: Vec<Step>) {
        for step in steps {
            self.encode(&Line::Step(step));
        }
    }

    fn wants_inputs(&self) -> bool {
        self.is_on
    }

    fn wants_trace(&self) -> bool {
        self.is_on
    }
}

//! Conversations between agents and callers: by hand, and anything at random against a shell that
//! checks what must always hold.
//!
//! `EXCHANGE_SEED=n cargo nextest run -p trunkline-exchange conversations` replays one seed.

use serde_json::{Value, json};
use trunkline_acd::{AgentChoice, AgentState, Input as Routing};
use trunkline_contact::journal::replay;
use trunkline_contact::{Act, Arrival, Destination, Input as ContactInput, Outdial};
use trunkline_exchange::{Input, Output};
use trunkline_flow::Input as FlowInput;
use trunkline_model::call::TransferOutcome;
use trunkline_model::{AgentId, ContactId, EntryPointId, QueueId};

use crate::floor::{Floor, queues};
use crate::shell::{Device, Number, Shell};

const AGENTS: [&str; 4] = ["ann", "bob", "cid", "dan"];

fn floor() -> Floor {
    let agent = |id: &str| json!({ "id": id, "name": id, "teams": ["Desk"] });
    let queue =
        |id: &str, name: &str| json!({ "id": id, "name": name, "groups": [{ "teams": ["Desk"] }] });
    Floor::of(
        &queues(),
        json!({
            "name": "Acme",
            "entry_points": [{ "id": "main", "name": "Main", "flow": "f", "dnis": ["+15550100"] }],
            "queues": [queue("q", "Support"), queue("other", "Other")],
            "teams": [{ "id": "desk", "name": "Desk" }],
            "agents": AGENTS.map(agent),
            "routing": { "ring_timeout_s": 10, "auto_wrap_up_s": 5 },
        }),
    )
}

fn act(agent: &str, act: Act) -> ContactInput {
    ContactInput::Acted { agent: AgentId::new(agent), act }
}

fn to(agent: &str) -> Destination {
    Destination::Agent(AgentId::new(agent))
}

/// Ann talks to c1; Bob is Available.
fn talking() -> Floor {
    let mut floor = floor();
    floor.sign_in("ann").call("c1").answer("ann", "c1").sign_in("bob").news();
    floor
}

#[test]
fn a_consult_rings_is_answered_and_leaves_nothing_to_wrap_up() {
    let mut floor = talking();
    floor.tell("c1", act("ann", Act::Consult { to: to("bob") }));
    assert_eq!(floor.news(), ["c1: Arrange", "c1/consult/1: ring bob"]);
    floor.answer("bob", "c1/consult/1");
    assert_eq!(floor.news(), ["c1/consult/1: connect bob", "c1: Arrange"]);
    assert!(matches!(floor.state("bob"), AgentState::Engaged { .. }));
    floor.agent_hangs_up("bob", "c1/consult/1");
    assert_eq!(floor.news(), ["c1: Arrange", "c1/consult/1: release bob"]);
    assert!(matches!(floor.state("bob"), AgentState::Available { .. }));
}

#[test]
fn who_was_idle_is_idle_again_and_who_does_not_answer_is_set_aside() {
    let idle = |floor: &mut Floor, agent: &str| {
        let state = AgentChoice::Idle { code: "Lunch".into() };
        let agent = AgentId::new(agent);
        floor.give(Input::Routing(Routing::SetState { agent, state }));
    };
    let lunch = AgentState::Idle { code: "Lunch".into() };
    let mut floor = talking();
    idle(&mut floor, "bob");
    floor.tell("c1", act("ann", Act::Consult { to: to("bob") }));
    floor.answer("bob", "c1/consult/1").tell("c1", act("ann", Act::EndConsult));
    assert_eq!(floor.state("bob"), lunch);
    floor.tell("c1", act("ann", Act::Consult { to: to("bob") })).pass(10_000);
    assert_eq!(floor.state("bob"), lunch, "nobody expected them to answer");
    floor.sign_in("bob").tell("c1", act("ann", Act::Consult { to: to("bob") })).pass(10_000);
    assert_eq!(floor.state("bob"), AgentState::Rona);
    floor.news();
    floor.tell("c1", act("ann", Act::Consult { to: to("bob") }));
    let news = floor.news();
    assert!(news.iter().any(|line| line.starts_with("refused")), "{news:?}");
    let talk = floor.exchange.contact(&ContactId::new("c1")).unwrap().conversation().unwrap();
    assert!(talk.consult().is_none() && talk.is_on_hold());
}

#[test]
fn the_one_who_was_consulted_takes_over() {
    let mut floor = talking();
    floor.tell("c1", act("ann", Act::Consult { to: to("bob") })).answer("bob", "c1/consult/1");
    floor.news();
    floor.tell("c1", act("ann", Act::Transfer { to: None }));
    let expected = ["c1: taken over by bob from c1/consult/1", "c1: release ann", "c1: Arrange"];
    assert_eq!(floor.news(), expected);
    let (c1, wraps_up) = (ContactId::new("c1"), floor.state("ann"));
    assert_eq!(wraps_up, AgentState::WrapUp { contact: c1.clone() });
    assert_eq!(floor.state("bob"), AgentState::Engaged { contact: c1.clone() });
    // Bob is lost: the contact waits again at its place (decision 26).
    let agent = AgentId::new("bob");
    floor.give(Input::Routing(Routing::LoseAgent { agent, contact: c1 }));
    assert_eq!(floor.news(), ["c1: release bob", "c1: queue music"]);
}

#[test]
fn a_queue_consult_waits_its_turn() {
    let mut floor = floor();
    floor.sign_in("ann").call("c1").answer("ann", "c1").call("c2").news();
    let queue = Destination::Queue(QueueId::new("q"));
    floor.tell("c1", act("ann", Act::Consult { to: queue }));
    assert_eq!(floor.news(), ["c1: Arrange", "c1/consult/1: queued q"]);
    floor.sign_in("bob");
    assert_eq!(floor.news(), ["c2: ring bob"], "who waits longest");
    floor.sign_in("cid");
    assert_eq!(floor.news(), ["c1/consult/1: ring cid"]);
    floor.hang_up("c1");
    let news = floor.news();
    assert!(news.contains(&"c1/consult/1: stop ringing cid ContactLeft".to_owned()), "{news:?}");
    assert!(matches!(floor.state("cid"), AgentState::Available { .. }));
}

#[test]
fn an_agent_calls_a_number() {
    let mut floor = floor();
    floor.sign_in("ann");
    floor.give(outdial(&floor, "o1", "ann"));
    assert_eq!(floor.news(), ["o1: ring ann"]);
    floor.answer("ann", "o1");
    assert_eq!(floor.news(), ["o1: connect ann", "o1: Dial", "o1: Arrange"]);
    let id = dialled(&floor);
    let connected = FlowInput::TransferEnded { id, outcome: TransferOutcome::Connected };
    floor.tell("o1", ContactInput::Flow(connected));
    assert_eq!(floor.news(), ["o1: Arrange"]);
    floor.tell("o1", act("ann", Act::Hold));
    assert_eq!(floor.news(), ["o1: Arrange"]);
    floor.hang_up("o1");
    assert_eq!(floor.news(), ["o1: Get", "o1: release ann"], "its ContactEnded runs");
    floor.respond("o1").pass(5_000);
    assert_eq!(floor.news(), ["o1: ended"]);
    // Whom nobody answers leaves something to write, and an agent who does not pick up nothing.
    floor.give(outdial(&floor, "o2", "ann")).answer("ann", "o2").news();
    let id = dialled(&floor);
    let busy = FlowInput::TransferEnded { id, outcome: TransferOutcome::Busy };
    floor.tell("o2", ContactInput::Flow(busy));
    assert_eq!(floor.news(), ["o2: Get", "o2: release ann"]);
    floor.pass(5_000);
    floor.give(outdial(&floor, "o3", "ann")).pass(10_000);
    assert!(matches!(floor.state("ann"), AgentState::Available { .. }));
}

fn outdial(floor: &Floor, id: &str, agent: &str) -> Input {
    let outdial = Some(Box::new(Outdial { agent: AgentId::new(agent) }));
    let arrival = floor.arrival(id, "main");
    Input::Arrived(Box::new(Arrival { outdial, at_ms: floor.now_ms + 1_000, ..arrival }))
}

fn dialled(floor: &Floor) -> u32 {
    let ids = floor.outputs.iter().rev().find_map(|output| match output {
        Output::Contact { output: trunkline_contact::Output::Dial { id, .. }, .. } => Some(*id),
        _ => None,
    });
    ids.unwrap()
}

/// A random walk, the same for the same seed.
struct Walk {
    random: u64,
    floor: Floor,
    shell: Shell,
    seen: usize,
    calls: usize,
}

impl Walk {
    fn new(seed: u64) -> Self {
        let (floor, shell) = (floor(), Shell::default());
        Self { random: seed, floor, shell, seen: 0, calls: 0 }
    }

    /// SplitMix64.
    fn below(&mut self, limit: usize) -> usize {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % limit as u64).unwrap()
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        if from.is_empty() { None } else { Some(from[self.below(from.len())].clone()) }
    }

    fn give(&mut self, input: Input) {
        self.floor.take(input);
        self.look();
    }

    fn look(&mut self) {
        let new: Vec<Output> = self.floor.outputs[self.seen..].to_vec();
        self.seen = self.floor.outputs.len();
        new.iter().for_each(|output| self.shell.carry_out(output));
        let routing = self.floor.exchange.routing();
        self.shell.check(|agent| routing.agent_state(agent).unwrap());
    }

    fn pass(&mut self, ms: i64) {
        let until_ms = self.floor.now_ms + ms;
        while let Some(at_ms) = self.floor.exchange.wake_at().filter(|at_ms| *at_ms <= until_ms) {
            self.floor.now_ms = at_ms.max(self.floor.now_ms);
            self.give(Input::Tick);
        }
        self.floor.now_ms = until_ms;
    }

    fn live(&self) -> Vec<ContactId> {
        let there = self.shell.lines.iter().filter(|(_, line)| line.is_caller_there);
        there.map(|(id, _)| id.clone()).collect()
    }

    fn destination(&mut self) -> Destination {
        match self.below(6) {
            0 | 1 => to(AGENTS[self.below(4)]),
            2 => Destination::Queue(QueueId::new(["q", "other"][self.below(2)])),
            3 => Destination::EntryPoint(EntryPointId::new("main")),
            4 => Destination::Number { number: "+15550199".into(), caller_id: None },
            _ => Destination::Number { number: "nonsense".into(), caller_id: None },
        }
    }

    fn random_act(&mut self) -> Act {
        match self.below(12) {
            0 => Act::Hold,
            1 => Act::Resume,
            2..=4 => Act::Consult { to: self.destination() },
            5 => Act::Swap,
            6 => Act::EndConsult,
            7 => Act::Conference,
            8 => Act::Drop,
            9 => Act::Transfer { to: Some(self.destination()) },
            10 => Act::Transfer { to: None },
            _ => match self.below(8) {
                0 => Act::End,
                _ => Act::Conference,
            },
        }
    }

    fn step(&mut self) {
        match self.below(40) {
            0..=2 => self.call(),
            3 => self.outdial(),
            4 => {
                let Some(contact) = self.pick(&self.live()) else { return };
                self.shell.caller_gone(&contact);
                let input = ContactInput::CallerHungUp;
                self.give(Input::Contact { contact, input });
            }
            5..=9 => self.state(),
            10..=16 => self.device(),
            17 => self.pass_some(),
            18..=20 => self.number(),
            21 | 22 => self.wrap_up(),
            _ => self.act(),
        }
    }

    fn pass_some(&mut self) {
        let ms = self.below(12_000) as i64;
        self.pass(ms);
    }

    fn call(&mut self) {
        if self.live().len() >= 3 {
            return;
        }
        self.calls += 1;
        let id = format!("c{}", self.calls);
        let at_ms = self.floor.now_ms;
        let arrival = Arrival { at_ms, ..self.floor.arrival(&id, "main") };
        self.shell.line(&ContactId::new(id)).is_caller_there = true;
        self.give(Input::Arrived(Box::new(arrival)));
    }

    fn outdial(&mut self) {
        self.calls += 1;
        let id = format!("o{}", self.calls);
        let agent = AgentId::new(AGENTS[self.below(4)]);
        let outdial = Some(Box::new(Outdial { agent }));
        let at_ms = self.floor.now_ms;
        let arrival = Arrival { at_ms, outdial, ..self.floor.arrival(&id, "main") };
        self.shell.line(&ContactId::new(&id));
        self.shell.outdials.insert(ContactId::new(id));
        self.give(Input::Arrived(Box::new(arrival)));
    }

    fn state(&mut self) {
        let agent = AgentId::new(AGENTS[self.below(4)]);
        let session_id = "s".to_owned();
        let sign_in = Routing::SignIn { agent: agent.clone(), session_id, team: None };
        let input = match self.below(8) {
            0 => Routing::SignOut { agent },
            1 => Routing::SetState { agent, state: AgentChoice::Idle { code: "Lunch".into() } },
            _ => {
                self.give(Input::Routing(sign_in));
                Routing::SetState { agent, state: AgentChoice::Available }
            }
        };
        self.give(Input::Routing(input));
    }

    fn device(&mut self) {
        let devices: Vec<_> = self.shell.devices.clone().into_iter().collect();
        let Some((agent, device)) = self.pick(&devices) else { return };
        let input = match (device, self.below(14)) {
            (Device::Rings(contact), 0) => Input::Routing(Routing::Decline { agent, contact }),
            (Device::Rings(contact), 1) => Input::Routing(Routing::LoseOffer { agent, contact }),
            (Device::Rings(contact), _) => Input::Routing(Routing::Answer { agent, contact }),
            (Device::Talks(contact), 0) => Input::Routing(Routing::LoseAgent { agent, contact }),
            (Device::Talks(contact), 1 | 2) => Input::AgentHungUp { contact, agent },
            (Device::Talks(_), _) => return,
        };
        self.give(input);
    }

    fn number(&mut self) {
        let lines = self.shell.lines.iter();
        let numbers: Vec<_> = lines
            .flat_map(|(contact, line)| {
                line.numbers.iter().map(|(id, it)| (contact.clone(), *id, *it))
            })
            .collect();
        let Some((contact, id, number)) = self.pick(&numbers) else { return };
        let is_caller = self.shell.line(&contact).outdial == Some(id);
        let outcome = match (number, self.below(4)) {
            (Number::Rings, 0) => TransferOutcome::Busy,
            (Number::Rings, _) => TransferOutcome::Connected,
            (Number::Talks, _) => {
                TransferOutcome::PartyHungUp { talked_ms: 1, headers: Vec::new() }
            }
        };
        let line = self.shell.line(&contact);
        if outcome == TransferOutcome::Connected {
            line.numbers.insert(id, Number::Talks);
            line.is_caller_there |= is_caller;
        } else {
            line.numbers.remove(&id);
        }
        if is_caller && number == Number::Talks {
            // Who was called is the caller now.
            self.shell.caller_gone(&contact);
            let input = ContactInput::CallerHungUp;
            return self.give(Input::Contact { contact, input });
        }
        let input = ContactInput::Flow(FlowInput::TransferEnded { id, outcome });
        self.give(Input::Contact { contact, input });
    }

    fn wrap_up(&mut self) {
        let agent = AgentId::new(AGENTS[self.below(4)]);
        let state = self.floor.exchange.routing().agent_state(&agent);
        let Some(AgentState::WrapUp { contact }) = state else { return };
        let code = "Done".to_owned();
        self.give(Input::Routing(Routing::WrapUp { agent, contact, code }));
    }

    /// Sometimes two agents do something at the same moment.
    fn act(&mut self) {
        let Some(contact) = self.pick(&self.live()) else { return };
        let there = self.shell.devices.iter();
        let there = there.filter(|(_, it)| **it == Device::Talks(contact.clone()));
        let there: Vec<String> = there.map(|(agent, _)| agent.to_string()).collect();
        for _ in 0..=self.below(2) {
            // Mostly whoever has the contact, sometimes anybody.
            let anybody = AGENTS[self.below(4)].to_owned();
            let agent = match self.below(4) {
                0 => anybody,
                _ => self.pick(&there).unwrap_or(anybody),
            };
            let input = act(&agent, self.random_act());
            self.give(Input::Contact { contact: contact.clone(), input });
        }
    }

    /// Everybody hangs up; what is left is finished.
    fn finish(&mut self) {
        for contact in self.live() {
            self.shell.caller_gone(&contact);
            self.give(Input::Contact { contact, input: ContactInput::CallerHungUp });
        }
        // Calls that agents make end by themselves: the device rings, the number is busy.
        for _ in 0..3 {
            self.pass(11_000);
            let lines = self.shell.lines.clone();
            for (contact, line) in lines {
                for id in line.numbers.keys().copied() {
                    self.shell.line(&contact).numbers.remove(&id);
                    let outcome = TransferOutcome::Busy;
                    let input = ContactInput::Flow(FlowInput::TransferEnded { id, outcome });
                    self.give(Input::Contact { contact: contact.clone(), input });
                }
            }
            let devices = self.shell.devices.clone();
            for (agent, device) in devices {
                if let Device::Talks(contact) = device {
                    self.give(Input::AgentHungUp { contact, agent });
                }
            }
        }
        let open: Vec<ContactId> =
            self.floor.exchange.contacts().map(|contact| contact.id().clone()).collect();
        for contact in open {
            self.floor.respond(contact.as_str());
            self.look();
        }
        self.pass(6_000);
    }
}

fn walk(seed: u64) -> Walk {
    let mut walk = Walk::new(seed);
    for agent in AGENTS {
        let (agent, session_id) = (AgentId::new(agent), "s".to_owned());
        walk.give(Input::Routing(Routing::SignIn { agent: agent.clone(), session_id, team: None }));
        let state = AgentChoice::Available;
        walk.give(Input::Routing(Routing::SetState { agent, state }));
    }
    for _ in 0..400 {
        walk.step();
    }
    walk.finish();
    assert!(walk.shell.devices.is_empty(), "{:?}", walk.shell.devices);
    assert!(walk.floor.exchange.is_empty(), "{:?}", walk.floor.exchange.contacts().next());
    for (contact, line) in &walk.shell.lines {
        assert_eq!((line.ended, line.requests), (1, 1), "{contact}: ends and ContactEnded flows");
        assert!(!walk.floor.exchange.routing().knows(contact));
    }
    for agent in AGENTS {
        let state = walk.floor.state(agent);
        let is_free = !matches!(
            state,
            AgentState::Reserved { .. } | AgentState::Engaged { .. } | AgentState::WrapUp { .. }
        );
        assert!(is_free, "{agent} is {state:?}");
    }
    walk
}

#[test]
fn whatever_agents_and_callers_do_nobody_is_left_in_silence_or_behind() {
    let one = std::env::var("EXCHANGE_SEED").ok().and_then(|seed| seed.parse().ok());
    let seeds: Vec<u64> = one.map_or_else(|| (0..100).collect(), |seed| vec![seed]);
    let mut conferences = 0;
    for seed in seeds {
        let result = std::panic::catch_unwind(|| walk(seed));
        let Ok(walk) = result else {
            panic!(
                "seed {seed} fails; again: EXCHANGE_SEED={seed} cargo nextest run -p \
                 trunkline-exchange conversations"
            );
        };
        conferences += conferences_of(&walk);
    }
    if one.is_none() {
        assert!(conferences > 30, "the walk comes to conferences: {conferences}");
    }
}

fn conferences_of(walk: &Walk) -> usize {
    let three = walk.floor.outputs.iter().filter(|output| match output {
        Output::Contact { output: trunkline_contact::Output::Arrange(it), .. } => {
            it.together.len() == 3
        }
        _ => false,
    });
    three.count()
}

#[test]
fn conversations_are_built_again_from_what_was_written_down() {
    for seed in 0..10 {
        let walk = walk(seed);
        for (id, book) in &walk.floor.books.contacts {
            let inputs = book.records.iter().map(|it| it.record.clone());
            // What is written is read again.
            let inputs = inputs.map(|record| {
                let text: Value = serde_json::to_value(&record).unwrap();
                serde_json::from_value(text).unwrap()
            });
            let replayed = replay(&walk.floor.head(id), inputs).unwrap();
            assert_eq!(replayed.outputs, book.outputs, "{id}");
        }
        let mut routing = trunkline_acd::Routing::new(&walk.floor.tenant);
        let mut outputs = Vec::new();
        for record in &walk.floor.books.routing {
            routing.handle(record.now_ms, record.input.clone());
            outputs.extend(std::iter::from_fn(|| routing.poll()));
        }
        assert_eq!(outputs, walk.floor.books.routed);
    }
}

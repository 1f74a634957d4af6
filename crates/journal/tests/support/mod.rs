//! A contact centre of one queue and one agent, played by hand: an exchange that is journalled, and
//! what it wanted done once that was committed.
#![allow(dead_code, reason = "each test file uses a part")]

#[path = "../../../cli/tests/support/export.rs"]
mod export;
pub(crate) mod stores;

use std::sync::Arc;

use export::{Export, queue, request, speech, taking};
use serde_json::{Value, json};
use trunkline_acd::{self as acd, AgentChoice};
use trunkline_contact::{self as contact, Arrival, Output};
use trunkline_exchange::{Exchange, Input, Output as Wanted};
use trunkline_flow::Input as FlowInput;
use trunkline_journal::{
    CONTACTS, Commit, JournalError, Keys, ReadContact, RecoverOptions, Recovered, Retention,
    SiteCache, SiteImage, Writer, WriterOptions, read_contact, recover,
};
use trunkline_model::http::{Answer, Outcome, Request};
use trunkline_model::tenant::Tenant;
use trunkline_model::{AgentId, ContactId, EntryPointId};
use trunkline_store::seal::Key;
use trunkline_store::{MemoryStore, Store, StreamId};

pub(crate) fn key() -> Key {
    Key::from_bytes([7; 32])
}

/// A store of its own, in memory.
pub(crate) fn memory() -> Arc<dyn Store> {
    Arc::new(MemoryStore::new())
}

/// A contact's stream.
pub(crate) fn stream(id: &str) -> StreamId {
    StreamId::new(format!("{CONTACTS}{id}")).unwrap()
}

/// What stands in a contact's stream.
pub(crate) fn read(store: &Arc<dyn Store>, id: &str) -> ReadContact {
    let (keys, mut sites) = (Keys::Known(key()), SiteCache::default());
    read_contact(&**store, &stream(id), &keys, &mut sites).unwrap().unwrap()
}

/// What waits at most for a store that cannot be written.
const MAX_PENDING_BYTES: usize = 3 << 20;

/// A dip, a prompt, a queue; a comment afterwards.
fn flow() -> Export {
    Export::new("desk")
        .desktop_variable("customer", "nobody")
        .desktop_variable("notes", "")
        .node("Dip", "http-request-v2", taking(request("GET", "/me", ""), "customer", "$.name"))
        .node("Say", "play-message", speech("Hello {{ customer }}."))
        .node("Queue", "queue-contact", queue())
        .node("Stop", "end", json!({}))
        .link(
            "Start.out -> Dip
             Dip.default -> Say
             Say.default -> Queue
             Queue.default -> Stop",
        )
        .event("ContactEnded")
        .in_event("Post", "http-request-v2", request("POST", "/comments", "{{ notes }}"))
        .in_event("Done", "end", json!({}))
        .link(
            "ContactEnded.out -> Post
             Post.default -> Done",
        )
}

pub(crate) fn tenant() -> Tenant {
    let auth = "{type: bearer, token: {env: CRM_TOKEN}}";
    let text = export::tenant("desk", "http://127.0.0.1:9", auth);
    let text = text.replace("    flow: desk\n", "    flow: desk\n    post_call: after_wrap_up\n");
    Tenant::parse(&text).unwrap()
}

pub(crate) fn image() -> Arc<SiteImage> {
    Arc::new(SiteImage::new(&tenant(), vec![flow().json().to_string()]).unwrap())
}

/// The same for a tenant of another name.
pub(crate) fn image_named(name: &str) -> Arc<SiteImage> {
    let tenant = Tenant { name: name.to_owned(), ..tenant() };
    Arc::new(SiteImage::new(&tenant, vec![flow().json().to_string()]).unwrap())
}

/// A flow that has nothing to do after the call.
pub(crate) fn short_image() -> Arc<SiteImage> {
    let flow = Export::new("desk")
        .node("Say", "play-message", speech("Hello."))
        .node("Stop", "end", json!({}))
        .link(
            "Start.out -> Say
             Say.default -> Stop",
        );
    Arc::new(SiteImage::new(&tenant(), vec![flow.json().to_string()]).unwrap())
}

/// The same with a variable whose value must not be read by anybody.
pub(crate) fn secret_image(default: &str) -> Arc<SiteImage> {
    let flow = flow().secure_variable("pin", default);
    Arc::new(SiteImage::new(&tenant(), vec![flow.json().to_string()]).unwrap())
}

pub(crate) fn agent() -> AgentId {
    AgentId::new("maria")
}

pub(crate) fn answer(body: Value) -> Outcome {
    let answer = Answer { status: 200, headers: Vec::new(), body: body.to_string() };
    Outcome { result: Ok(answer), duration_ms: 5, attempts: 1, stand_in: None }
}

/// One process.
pub(crate) struct Shop {
    pub(crate) exchange: Exchange,
    pub(crate) writer: Writer,
    pub(crate) now_ms: i64,
    /// What left the process.
    pub(crate) done: Vec<Wanted>,
    /// What the start found.
    pub(crate) recovered: Recovered,
}

impl Shop {
    /// Starts a process over this store: what was cut off is recovered.
    pub(crate) fn start(store: Arc<dyn Store>, now_ms: i64) -> Self {
        Self::start_with(store, now_ms, image()).unwrap()
    }

    pub(crate) fn start_with(
        store: Arc<dyn Store>,
        now_ms: i64,
        image: Arc<SiteImage>,
    ) -> Result<Self, JournalError> {
        Self::start_as(store, now_ms, image, Retention::default())
    }

    /// Starts a process that keeps so much of contacts that ended.
    pub(crate) fn start_keeping(store: Arc<dyn Store>, now_ms: i64, retention: Retention) -> Self {
        Self::start_as(store, now_ms, image(), retention).unwrap()
    }

    fn start_as(
        store: Arc<dyn Store>,
        now_ms: i64,
        image: Arc<SiteImage>,
        retention: Retention,
    ) -> Result<Self, JournalError> {
        let options = WriterOptions { key: Some(key()), domain: "Test".to_owned(), retention };
        let mut writer = Writer::new(store, options).limit_pending(MAX_PENDING_BYTES);
        writer.begin_site(Arc::clone(&image), now_ms)?;
        let (tenant, keys) = (tenant(), Keys::Known(key()));
        let options = RecoverOptions {
            tenant: &tenant,
            keys: &keys,
            now_ms,
            is_traced: true,
            drafts: &std::collections::HashMap::new(),
        };
        let mut recovered = recover(&mut writer, &options)?;
        let mut exchange = Exchange::new(Arc::clone(image.site()));
        exchange.number_routing_from(recovered.routing_inputs);
        let mut shop =
            Self { exchange, writer, now_ms, done: Vec::new(), recovered: Recovered::default() };
        let contacts = std::mem::take(&mut recovered.contacts);
        let mut wanted = Vec::new();
        for it in contacts {
            let contact = it.contact.id().clone();
            if !it.is_ended() {
                shop.exchange.adopt(it.contact, it.inputs);
            }
            let outputs = it.outputs.into_iter();
            wanted
                .extend(outputs.map(|output| Wanted::Contact { contact: contact.clone(), output }));
        }
        for input in recovered.agents().collect::<Vec<_>>() {
            shop.take(Input::Routing(input));
        }
        shop.recovered = recovered;
        let commit = shop.commit()?;
        shop.done.extend(wanted.into_iter().filter(|it| match it {
            Wanted::Contact { contact, .. } => !commit.fenced.contains(contact),
            _ => true,
        }));
        Ok(shop)
    }

    /// Takes an input; nothing leaves yet.
    pub(crate) fn take(&mut self, input: Input) {
        self.exchange.handle(self.now_ms, input, &mut self.writer).unwrap();
    }

    /// What was taken is written down, and then what it led to leaves.
    pub(crate) fn commit(&mut self) -> Result<Commit, JournalError> {
        let commit = self.writer.commit(self.now_ms);
        if commit.is_ok() {
            self.done.extend(std::iter::from_fn(|| self.exchange.poll()));
        }
        commit
    }

    pub(crate) fn arrive(&mut self, id: &str) {
        let arrival = Arrival {
            contact: ContactId::new(id),
            at_ms: self.now_ms,
            ani_received: "+12025550123".to_owned(),
            dnis_received: "+12025550100".to_owned(),
            entry_point: EntryPointId::new("line"),
            headers: Vec::new(),
            rescue: None,
            outdial: None,
        };
        self.take(Input::Arrived(Box::new(arrival)));
    }

    pub(crate) fn tell(&mut self, id: &str, input: contact::Input) {
        self.take(Input::Contact { contact: ContactId::new(id), input });
    }

    pub(crate) fn flow(&mut self, id: &str, input: FlowInput) {
        self.tell(id, contact::Input::Flow(input));
    }

    /// The ids of the requests of a contact that left, with the requests.
    pub(crate) fn requests(&self, id: &str) -> Vec<(u32, Request)> {
        let found = self.done.iter().filter_map(|it| match it {
            Wanted::Contact { contact, output: Output::Http { id: number, request, .. } }
                if contact.as_str() == id =>
            {
                Some((*number, request.as_ref().clone()))
            }
            _ => None,
        });
        found.collect()
    }

    /// How often the comment of a contact was sent.
    pub(crate) fn comments(&self, id: &str) -> usize {
        let is_post = |(_, it): &&(u32, Request)| it.method.writes();
        self.requests(id).iter().filter(is_post).count()
    }

    /// Answers the last request of a contact.
    pub(crate) fn answer_request(&mut self, id: &str) {
        let Some((number, _)) = self.requests(id).pop() else { return };
        let outcome = Box::new(answer(json!({"name": "Ann"})));
        self.flow(id, FlowInput::Http { id: number, outcome });
    }

    /// The last prompt of a contact is over.
    pub(crate) fn prompt_over(&mut self, id: &str) {
        let played = self.done.iter().rev().find_map(|it| match it {
            Wanted::Contact { contact, output: Output::Play { id: number, .. } }
                if contact.as_str() == id =>
            {
                Some(*number)
            }
            _ => None,
        });
        let Some(number) = played else { return };
        self.flow(id, FlowInput::Played { id: number });
    }

    pub(crate) fn sign_in(&mut self) {
        let session_id = "s1".to_owned();
        let agent = agent();
        self.take(Input::Routing(acd::Input::SignIn { agent, session_id, team: None }));
        self.set_state(AgentChoice::Available);
    }

    pub(crate) fn set_state(&mut self, state: AgentChoice) {
        let agent = agent();
        self.take(Input::Routing(acd::Input::SetState { agent, state }));
    }

    /// One more step in the life of a contact: 0 to [`LAST_STEP`].
    pub(crate) fn step(&mut self, id: &str, step: usize) {
        let contact = ContactId::new(id);
        self.now_ms += 1_000;
        match step {
            0 => self.arrive(id),
            1 => self.answer_request(id),
            2 => self.prompt_over(id),
            3 => self.sign_in(),
            4 => self.take(Input::Routing(acd::Input::Answer { agent: agent(), contact })),
            5 => {
                let (name, value) = ("notes".to_owned(), "Brakes".to_owned());
                self.tell(id, contact::Input::Edited { name, value });
            }
            6 => self.tell(id, contact::Input::CallerHungUp),
            7 => {
                let code = "Done".to_owned();
                self.take(Input::Routing(acd::Input::WrapUp { agent: agent(), contact, code }));
            }
            LAST_STEP => self.answer_request(id),
            _ => panic!("a contact has no such step"),
        }
    }

    /// Runs a contact through steps, a commit after each.
    pub(crate) fn run(&mut self, id: &str, steps: std::ops::Range<usize>) {
        for step in steps {
            self.step(id, step);
            self.commit().unwrap();
        }
    }

    /// Answers whatever requests recovered contacts have sent, until they are over.
    pub(crate) fn finish(&mut self) {
        let open: Vec<String> =
            self.exchange.contacts().map(|it| it.id().as_str().to_owned()).collect();
        for id in open {
            self.answer_request(&id);
        }
        self.commit().unwrap();
        assert!(self.exchange.is_empty(), "{:?}", self.exchange.contacts().collect::<Vec<_>>());
    }
}

/// The step with which a contact ends.
pub(crate) const LAST_STEP: usize = 8;

/// The names of the steps' states, after each.
pub(crate) const STATES: [&str; LAST_STEP + 1] = [
    "in a dip",
    "in a prompt",
    "queued",
    "ringing",
    "talking",
    "edited",
    "wrap-up",
    "posting",
    "ended",
];

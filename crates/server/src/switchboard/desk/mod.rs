//! Agents' desktops: what they show and what agents do there.
//!
//! Pages hold no state. The switchboard keeps a [`desktop::Desktop`] for each agent, does what
//! agents ask for (one file for each group of commands), and after each batch of events sends
//! anew what has changed for whom (`refresh`).

mod announce;
mod answer;
mod audio;
mod call;
mod contact_view;
mod conversation;
mod desktop;
mod dossier;
mod event;
mod outdial;
mod pages;
mod pops;
mod refresh;
mod sign_in;
mod state;
mod targets;
mod teams;
mod vanished;
mod variables;
mod view;
mod wrap_up;

use std::collections::{HashMap, HashSet};

use trunkline_contact::Act;
use trunkline_desk::{Command, Device, Reason, Refusal};
use trunkline_model::{AgentId, ContactId};

use super::Switchboard;
use crate::archive::{Archive, Entry};
use crate::book::{Book, Draft, Found, Phone, Seat};
use desktop::{Desktop, Task};
use dossier::Dossier;

pub(super) use audio::AUTO_ANSWER;
pub(crate) use event::{DeskEvent, Reply};

/// How desktops are treated; `[desk]` of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DeskSettings {
    /// An agent without a page becomes Idle after this long, in milliseconds.
    pub(crate) idle_after_ms: i64,
    /// An agent without a page is signed out after this long, in milliseconds.
    pub(crate) sign_out_after_ms: i64,
    /// Variables that may hold the caller's name, the first that has a value counts; their case
    /// does not.
    pub(crate) name_variables: Vec<String>,
    /// Variables that may hold how the name is read aloud.
    pub(crate) reading_variables: Vec<String>,
    /// Whether agents may talk by their browsers.
    pub(crate) has_browsers: bool,
}

/// All desktops, and what goes with them.
pub(crate) struct Desks {
    settings: DeskSettings,
    book: Book,
    archive: Archive,
    desktops: HashMap<AgentId, Desktop>,
    /// Who has a contact: on offer, in conversation or wrapping up.
    at: HashMap<ContactId, Vec<AgentId>>,
    dossiers: HashMap<ContactId, Dossier>,
    drafts: HashMap<ContactId, HashMap<AgentId, Draft>>,
    /// Who sat where when an earlier run ended: they sit there again when their page is back.
    before: HashMap<AgentId, Seat>,
    before_until_ms: i64,
    /// What goes into lists of contacts, of those that go on.
    entries: HashMap<ContactId, Box<Entry>>,
    /// Whose view may have changed.
    dirty: HashSet<AgentId>,
    /// Whose contact's steps are to be read again a little later.
    path_later: HashSet<AgentId>,
    /// Who waits until what was done is written down.
    unconfirmed: Vec<Unconfirmed>,
    /// Whose drafts are saved, or a part of them, as soon as what was done is written down; with
    /// how many inputs the contact had taken.
    saved: Vec<(ContactId, AgentId, u64)>,
    last_page: u64,
    next_tick_ms: i64,
}

impl Desks {
    /// Keeps where a user's phones are.
    pub(in super::super) fn keep_phones(&self, user: String, phones: Vec<Phone>) {
        self.book.phones(user, phones);
    }

    pub(crate) fn new(
        settings: DeskSettings,
        (book, found): (Book, Found),
        archive: Archive,
        now_ms: i64,
    ) -> Self {
        let mut drafts: HashMap<ContactId, HashMap<AgentId, Draft>> = HashMap::new();
        for ((contact, agent), draft) in found.drafts {
            drafts.entry(contact).or_default().insert(agent, draft);
        }
        Self {
            before_until_ms: now_ms + settings.sign_out_after_ms,
            settings,
            book,
            archive,
            desktops: HashMap::new(),
            at: HashMap::new(),
            dossiers: HashMap::new(),
            drafts,
            before: found.seats,
            entries: HashMap::new(),
            dirty: HashSet::new(),
            path_later: HashSet::new(),
            unconfirmed: Vec::new(),
            saved: Vec::new(),
            last_page: 0,
            next_tick_ms: 0,
        }
    }

    fn desktop(&self, agent: &AgentId) -> Option<&Desktop> {
        self.desktops.get(agent)
    }

    fn desktop_mut(&mut self, agent: &AgentId) -> &mut Desktop {
        self.desktops.entry(agent.clone()).or_default()
    }

    /// Whether the agent is signed in at a desktop, and not by a phone alone.
    pub(super) fn has_seat(&self, agent: &AgentId) -> bool {
        self.desktop(agent).is_some_and(|desktop| desktop.seat.is_some())
    }

    /// Whether the agent was at a desktop in an earlier run, and is expected back there.
    pub(super) fn expects(&self, agent: &AgentId) -> bool {
        self.before.contains_key(agent)
    }

    /// Whether the agent talks by a page.
    pub(super) fn talks_by_page(&self, agent: &AgentId) -> bool {
        let seat = self.desktop(agent).and_then(|desktop| desktop.seat.as_ref());
        seat.is_some_and(|seat| seat.device == Device::Browser)
    }

    fn task(&self, agent: &AgentId) -> Option<&Task> {
        self.desktop(agent)?.task.as_ref()
    }

    fn task_mut(&mut self, agent: &AgentId) -> Option<&mut Task> {
        self.desktops.get_mut(agent)?.task.as_mut()
    }

    /// Contacts of the past, and what contacts did.
    pub(super) fn archive(&self) -> &Archive {
        &self.archive
    }

    /// The agent's view may have changed.
    pub(super) fn mark(&mut self, agent: &AgentId) {
        if !self.dirty.contains(agent) {
            self.dirty.insert(agent.clone());
        }
    }

    /// Something has happened to a contact: whoever has it may see something else.
    pub(super) fn touch(&mut self, contact: &ContactId) {
        let Some(agents) = self.at.get(contact) else { return };
        if let Some(dossier) = self.dossiers.get_mut(contact) {
            dossier.touch();
        }
        self.dirty.extend(agents.iter().cloned());
    }

    /// Drafts of contacts that are over have been saved into them.
    pub(super) fn forget_drafts_but(&mut self, goes_on: impl Fn(&ContactId) -> bool) {
        let book = &self.book;
        self.drafts.retain(|contact, _| {
            let stays = goes_on(contact);
            if !stays {
                book.forget(contact);
            }
            stays
        });
    }

    /// What was done is written down, or cannot be.
    pub(super) fn confirm(&mut self, is_written: bool) {
        for (contact, agent, after) in self.saved.drain(..).filter(|_| is_written) {
            // Something may have been typed since.
            let drafts = self.drafts.get(&contact).and_then(|drafts| drafts.get(&agent));
            let draft = drafts.cloned().unwrap_or_default();
            self.book.draft(&contact, &agent, (&draft, after), Box::new(|_| {}));
        }
        for it in self.unconfirmed.drain(..) {
            let Unconfirmed { reply, result, is_in_book } = it;
            if is_in_book && is_written && result.is_ok() {
                self.book
                    .when_written(Box::new(move |is_written| confirm(reply, result, is_written)));
            } else {
                confirm(reply, result, is_written);
            }
        }
    }
}

/// A command that was carried out, of which nobody has been told yet.
struct Unconfirmed {
    reply: Reply<()>,
    result: Result<(), Refusal>,
    /// Whether it is written down in the book, beside the journal.
    is_in_book: bool,
}

fn confirm(reply: Reply<()>, result: Result<(), Refusal>, is_written: bool) {
    let unwritten = || Err(Refusal::Unavailable(Reason::NotWritten));
    // Whoever asked may be gone.
    let _ = reply.send(if is_written { result } else { result.and_then(|()| unwritten()) });
}

impl Switchboard {
    pub(super) fn desk(&mut self, event: DeskEvent) {
        match event {
            DeskEvent::View { agent, reply } => drop(reply.send(self.desk_view_for(&agent))),
            DeskEvent::Command { agent, command, reply } => {
                self.desk_command(&agent, *command, reply);
            }
            DeskEvent::Targets { agent, search, reply } => {
                drop(reply.send(self.targets(&agent, &search)));
            }
            DeskEvent::Secure { agent, contact, variable, reply } => {
                drop(reply.send(self.secure_value(&agent, &contact, &variable)));
            }
            DeskEvent::Attach { agent, reply } => self.attach(&agent, reply),
            DeskEvent::Said { agent, page, message } => self.page_said(&agent, page, *message),
            DeskEvent::Left { agent, page } => self.page_left(&agent, page),
            DeskEvent::Path { contact, path } => self.path_made(&contact, path),
            DeskEvent::Live { search, reply } => drop(reply.send(Ok(self.live(&search)))),
            DeskEvent::LiveEntry { contact, reply } => {
                drop(
                    reply.send(Ok(self.desks.entries.get(&contact).map(|entry| (**entry).clone()))),
                );
            }
        }
    }

    fn desk_command(&mut self, agent: &AgentId, command: Command, reply: Reply<()>) {
        if self.exchange.site().tenant.agent(agent.as_str()).is_none() {
            // Whoever asked may be gone.
            let _ = reply.send(Err(Refusal::NoAgent));
            return;
        }
        // A draft is confirmed by the book, when it is on the disk.
        if let Command::Draft { contact, values } = command {
            return self.keep_draft(agent, &contact, values, reply);
        }
        let is_in_book = matches!(command, Command::SignIn(_) | Command::SignOut);
        let result = self.do_command(agent, command);
        self.desks.mark(agent);
        self.desks.unconfirmed.push(Unconfirmed { reply, result, is_in_book });
    }

    fn do_command(&mut self, agent: &AgentId, command: Command) -> Result<(), Refusal> {
        match command {
            Command::SignIn(sign_in) => self.desk_sign_in(agent, &sign_in),
            Command::SignOut => self.desk_sign_out(agent),
            Command::SetState(choice) => self.choose_state(agent, choice),
            Command::ClearNext => self.clear_next(agent),
            Command::Answer { contact } => self.desk_answer(agent, &contact),
            Command::Decline { contact } => self.desk_decline(agent, &contact),
            Command::Hold { contact } => self.desk_hold(agent, &contact),
            Command::Resume { contact } => self.desk_resume(agent, &contact),
            Command::Mute { contact, muted } => self.desk_mute(agent, &contact, muted),
            Command::Keys { contact, keys } => self.desk_keys(agent, &contact, &keys),
            Command::End { contact } => self.desk_end(agent, &contact),
            Command::Save { contact, variables } => self.save(agent, &contact, &variables),
            Command::Draft { .. } => Ok(()),
            Command::WrapUp { contact, action } => self.desk_wrap_up(agent, &contact, action),
            Command::PopShown { contact, pop, outcome } => {
                self.pop_shown(agent, &contact, pop, outcome)
            }
            Command::Consult { contact, to } => self.desk_consult(agent, &contact, to),
            Command::Swap { contact } => self.act(agent, &contact, Act::Swap),
            Command::EndConsult { contact } => self.act(agent, &contact, Act::EndConsult),
            Command::Conference { contact } => self.act(agent, &contact, Act::Conference),
            Command::Drop { contact, party } => self.desk_drop(agent, &contact, &party),
            Command::Transfer { contact, to } => self.desk_transfer(agent, &contact, to),
            Command::Outdial { number, ani } => self.desk_outdial(agent, &number, ani.as_deref()),
            Command::PauseRecording { contact, paused: true } => {
                self.act(agent, &contact, Act::PauseRecording)
            }
            Command::PauseRecording { contact, paused: false } => {
                self.act(agent, &contact, Act::ResumeRecording)
            }
        }
    }

    /// The agent has this contact.
    fn task_for(&self, agent: &AgentId, contact: &str) -> Result<Task, Refusal> {
        let desktop = self.desks.desktop(agent);
        let task = desktop.and_then(|desktop| desktop.task_of(contact));
        task.cloned().ok_or(Refusal::NotYours)
    }
}

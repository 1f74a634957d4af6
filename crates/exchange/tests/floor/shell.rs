//! A shell for conversations that believes nothing: it does what it is told, knows who hears whom,
//! and checks after each input what must always hold. It shares no code with what it checks.

use std::collections::{BTreeMap, BTreeSet};

use trunkline_acd::AgentState;
use trunkline_contact::{Arrangement, Output as Wanted, Party};
use trunkline_exchange::Output;
use trunkline_model::{AgentId, ContactId};

/// An agent's device.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Device {
    Rings(ContactId),
    Talks(ContactId),
}

/// A number that was called.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Rings,
    Talks,
}

/// What a contact's callers and numbers hear.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    pub(crate) is_caller_there: bool,
    pub(crate) music: bool,
    pub(crate) speech: bool,
    pub(crate) arranged: Option<Arrangement>,
    pub(crate) numbers: BTreeMap<u32, Number>,
    /// The call that makes the caller, where an agent calls.
    pub(crate) outdial: Option<u32>,
    /// The transfer to a number that the contact makes itself.
    pub(crate) transfer: Option<u32>,
    pub(crate) requests: usize,
    pub(crate) ended: usize,
}

/// Everything on the wire.
#[derive(Default)]
pub(crate) struct Shell {
    pub(crate) devices: BTreeMap<AgentId, Device>,
    pub(crate) lines: BTreeMap<ContactId, Line>,
    /// Contacts in which agents call.
    pub(crate) outdials: BTreeSet<ContactId>,
}

/// The contact that a name in the queues is about, found as a person would read it.
pub(crate) fn about(name: &ContactId) -> ContactId {
    let text = name.as_str();
    ContactId::new(text.split("/consult/").next().unwrap_or(text))
}

impl Shell {
    pub(crate) fn line(&mut self, contact: &ContactId) -> &mut Line {
        self.lines.entry(contact.clone()).or_default()
    }

    /// Whoever is on this contact's lines is let go: the caller has left.
    pub(crate) fn caller_gone(&mut self, contact: &ContactId) {
        let line = self.line(contact);
        line.is_caller_there = false;
        (line.music, line.speech) = (false, false);
        line.numbers.clear();
        (line.transfer, line.arranged) = (None, None);
    }

    pub(crate) fn carry_out(&mut self, output: &Output) {
        match output {
            Output::Contact { contact, output } => self.wanted(contact, output),
            Output::Ended { contact } => self.line(contact).ended += 1,
            Output::Ring { contact, agent, .. } => {
                let before = self.devices.insert(agent.id.clone(), Device::Rings(contact.clone()));
                assert_eq!(before, None, "{} rings twice", agent.id);
            }
            Output::StopRinging { contact, agent, .. } => {
                let before = self.devices.remove(agent);
                assert_eq!(before, Some(Device::Rings(contact.clone())), "{agent}");
            }
            Output::Connect { contact, agent } => {
                let talks = Device::Talks(contact.clone());
                let before = self.devices.insert(agent.id.clone(), talks);
                assert_eq!(before, Some(Device::Rings(contact.clone())), "{}", agent.id);
                // The agent of a call that begins hears the tone of ringing first.
                let line = self.line(&about(contact));
                if about(contact) == *contact && line.is_caller_there {
                    let together = vec![Party::Caller, Party::Agent(agent.id.clone())];
                    line.arranged = Some(Arrangement { together, ..Arrangement::default() });
                }
            }
            Output::TakenOver { contact, consult, agent } => {
                let before = self.devices.insert(agent.clone(), Device::Talks(contact.clone()));
                assert_eq!(before, Some(Device::Talks(consult.clone())), "{agent}");
            }
            Output::Release { contact, agent, .. } => {
                let before = self.devices.remove(agent);
                assert_eq!(before, Some(Device::Talks(contact.clone())), "{agent}");
                let others = self.devices.values();
                let mut others = others.filter(|it| **it == Device::Talks(contact.clone()));
                if about(contact) == *contact && others.next().is_none() {
                    let line = self.line(contact);
                    let stays =
                        |it: &Arrangement| !it.together.contains(&Party::Agent(agent.clone()));
                    line.arranged =
                        line.arranged.take().filter(|it| stays(it) && it.waiting.is_empty());
                }
            }
            Output::Crashed { message, .. } => panic!("{message}"),
            Output::Queued { .. }
            | Output::AgentState { .. }
            | Output::AgentNext { .. }
            | Output::WrapUpExtended { .. }
            | Output::Refused { .. } => {}
        }
    }

    fn wanted(&mut self, contact: &ContactId, output: &Wanted) {
        let is_outdial = self.outdials.contains(contact);
        if *output == Wanted::Disconnect {
            return self.caller_gone(contact);
        }
        let line = self.line(contact);
        match output {
            Wanted::Http { .. } => line.requests += 1,
            Wanted::QueueMusic { file } => line.music = file.is_some(),
            Wanted::Play { .. } => line.speech = true,
            Wanted::Arrange(arrangement) => line.arranged = Some(arrangement.clone()),
            Wanted::Dial { id, .. } if is_outdial && line.outdial.is_none() => {
                line.outdial = Some(*id);
                line.numbers.insert(*id, Number::Rings);
            }
            Wanted::Dial { id, .. } => {
                line.numbers.insert(*id, Number::Rings);
            }
            Wanted::Transfer { id, .. } => {
                line.transfer = Some(*id);
                line.numbers.insert(*id, Number::Rings);
            }
            Wanted::HangUpParty { id } => {
                // Whoever is left on the lines of a caller who has gone has been let go already.
                let was_there = line.numbers.remove(id).is_some();
                assert!(was_there || !line.is_caller_there, "number {id} was not on the line");
            }
            _ => {}
        }
    }

    /// What must hold whenever nothing is under way.
    pub(crate) fn check(&self, state: impl Fn(&AgentId) -> AgentState) {
        for (agent, device) in &self.devices {
            let expected = match device {
                Device::Rings(contact) => AgentState::Reserved { contact: contact.clone() },
                Device::Talks(contact) => AgentState::Engaged { contact: contact.clone() },
            };
            assert_eq!(state(agent), expected, "{agent} has the device so: {device:?}");
            let (Device::Rings(name) | Device::Talks(name)) = device;
            let line = &self.lines[&about(name)];
            let calls = self.outdials.contains(&about(name));
            assert!(line.is_caller_there || calls, "{agent} stays behind alone in {name}");
        }
        for (contact, line) in self.lines.iter().filter(|(_, line)| line.is_caller_there) {
            self.check_line(contact, line);
        }
    }

    fn check_line(&self, contact: &ContactId, line: &Line) {
        let on_devices: BTreeSet<Party> = self.talking(contact).map(Party::Agent).collect();
        let Some(arranged) = &line.arranged else {
            assert!(on_devices.is_empty(), "{contact}: nobody said whom {on_devices:?} hear");
            let has_party =
                line.transfer.is_some_and(|id| line.numbers.get(&id) == Some(&Number::Talks));
            let hears = line.music || line.speech || has_party;
            assert!(hears, "{contact}: the caller hears nothing: {line:?}");
            return;
        };
        let all = [&arranged.together, &arranged.waiting, &arranged.alone];
        let named: Vec<&Party> = all.into_iter().flatten().collect();
        let distinct: BTreeSet<Party> = named.iter().map(|party| (*party).clone()).collect();
        assert_eq!(
            named.len(),
            distinct.len(),
            "{contact}: somebody is in two places: {arranged:?}"
        );
        let numbers = line.numbers.iter().filter(|(_, it)| **it == Number::Talks);
        let numbers = numbers.filter(|(id, _)| line.outdial != Some(**id));
        let mut there = on_devices;
        there.extend(numbers.map(|(id, _)| Party::Number(*id)));
        there.insert(Party::Caller);
        assert_eq!(distinct, there, "{contact}: {arranged:?}");
        assert_ne!(arranged.together.len(), 1, "{contact}: nobody talks alone");
        let talks = arranged.together.contains(&Party::Caller);
        let waits = arranged.waiting.contains(&Party::Caller);
        assert!(talks || waits, "{contact}: the caller hears nothing: {arranged:?}");
        assert!(!line.music, "{contact}: the queue's music and people at once");
    }

    /// Agents who talk for this contact, or in a consult about it.
    fn talking(&self, contact: &ContactId) -> impl Iterator<Item = AgentId> {
        let is_here = move |device: &Device| match device {
            Device::Talks(name) => about(name) == *contact,
            Device::Rings(_) => false,
        };
        self.devices.iter().filter(move |(_, it)| is_here(it)).map(|(agent, _)| agent.clone())
    }
}

//! What agents write: saved into the contact, or kept as a draft.

use std::collections::BTreeSet;

use trunkline_contact::{Contact, Input as ContactInput};
use trunkline_desk::{Reason, Refusal, Variables};
use trunkline_exchange::Input;
use trunkline_flow::run::convert::display;
use trunkline_model::{AgentId, ContactId};

use super::super::Switchboard;
use super::event::Reply;

/// Variables that are saved at a time.
const MAX_VALUES: usize = 200;

/// The longest value, in bytes.
const MAX_VALUE: usize = 64 * 1024;

impl Switchboard {
    pub(super) fn save(
        &mut self,
        agent: &AgentId,
        contact: &str,
        wanted: &Variables,
    ) -> Result<(), Refusal> {
        let id = self.task_for(agent, contact)?.contact;
        check_sizes(&wanted.values)?;
        let known = self.exchange.contact(&id).ok_or(Refusal::NotYours)?;
        if !known.takes_edits() {
            return Err(Refusal::NotNow(Reason::EditsOver));
        }
        for (name, value) in &wanted.values {
            let checked = known.run().check_edit(name, value);
            checked.map_err(|problem| Refusal::Invalid {
                field: name.clone(),
                problem: problem.into(),
            })?;
        }
        let dossier = self.desks.dossiers.entry(id.clone()).or_default();
        dossier.sheet.read(known);
        let names: Vec<&str> = wanted.values.iter().map(|(name, _)| name.as_str()).collect();
        let newer = dossier.sheet.changed_since(wanted.version, &names);
        if !newer.is_empty() && !wanted.overwrite {
            let values = newer.into_iter().filter(|(name, _)| !known.run().is_secure(name));
            let (version, values) = (dossier.sheet.version, values.collect());
            return Err(Refusal::Stale { version, values });
        }
        self.write(&id, &wanted.values);
        self.forget_draft(agent, &id, &names);
        Ok(())
    }

    fn write(&mut self, contact: &ContactId, values: &[(String, String)]) {
        for (name, value) in values {
            let input = ContactInput::Edited { name: name.clone(), value: value.clone() };
            self.exchange(Input::Contact { contact: contact.clone(), input });
        }
    }

    /// What has been saved is no draft any more.
    fn forget_draft(&mut self, agent: &AgentId, contact: &ContactId, saved: &[&str]) {
        let Some(drafts) = self.desks.drafts.get_mut(contact) else { return };
        let Some(draft) = drafts.get_mut(agent) else { return };
        draft.retain(|(name, _)| !saved.contains(&name.as_str()));
        if draft.is_empty() {
            drafts.remove(agent);
        }
        // Not before what was saved is in the journal.
        let after = self.exchange.inputs_of(contact).unwrap_or_default();
        self.desks.saved.push((contact.clone(), agent.clone(), after));
    }

    pub(super) fn keep_draft(
        &mut self,
        agent: &AgentId,
        contact: &str,
        values: Vec<(String, String)>,
        reply: Reply<()>,
    ) {
        let kept = self.draft_for(agent, contact, values);
        let (contact, draft) = match kept {
            Ok(kept) => kept,
            Err(refusal) => return drop(reply.send(Err(refusal))),
        };
        let written = Box::new(move |is_written| {
            let unwritten = || Refusal::Unavailable(Reason::DraftNotKept);
            // Whoever asked may be gone.
            let _ = reply.send(if is_written { Ok(()) } else { Err(unwritten()) });
        });
        let after = self.exchange.inputs_of(&contact).unwrap_or_default();
        self.desks.book.draft(&contact, agent, (&draft, after), written);
        let drafts = self.desks.drafts.entry(contact).or_default();
        drafts.insert(agent.clone(), draft);
        self.desks.mark(agent);
    }

    fn draft_for(
        &self,
        agent: &AgentId,
        contact: &str,
        mut values: Vec<(String, String)>,
    ) -> Result<(ContactId, Vec<(String, String)>), Refusal> {
        let id = self.task_for(agent, contact)?.contact;
        check_sizes(&values)?;
        let known = self.exchange.contact(&id).ok_or(Refusal::NotYours)?;
        let run = known.run();
        // Secure values are kept nowhere but in the contact.
        values.retain(|(name, _)| !run.is_secure(name));
        let names: BTreeSet<&str> = run.cad().map(|(variable, _)| &*variable.name).collect();
        let unknown = values.iter().find(|(name, _)| !names.contains(name.as_str()));
        if let Some((name, _)) = unknown {
            let problem = "the contact has no such variable".into();
            return Err(Refusal::Invalid { field: name.clone(), problem });
        }
        Ok((id, values))
    }

    /// What was typed and not saved is saved as the conversation ends, or wrap-up: nobody can save
    /// it later (decision 11). What does not fit its type stays out.
    pub(in super::super) fn save_drafts(&mut self, contact: &ContactId) {
        let Some(drafts) = self.desks.drafts.get(contact) else { return };
        let Some(known) = self.exchange.contact(contact).filter(|it| it.takes_edits()) else {
            return;
        };
        let fits = |(name, value): &&(String, String)| {
            known.run().check_edit(name, value).is_ok() && differs(known, name, value)
        };
        let values: Vec<_> = drafts.values().flatten().filter(fits).cloned().collect();
        self.write(contact, &values);
    }

    pub(super) fn secure_value(
        &self,
        agent: &AgentId,
        contact: &ContactId,
        variable: &str,
    ) -> Result<String, Refusal> {
        let task = self.task_for(agent, contact.as_str())?;
        if task.answered_ms.is_none() {
            return Err(Refusal::NotNow(Reason::AnswerFirst));
        }
        let known = self.exchange.contact(contact).ok_or(Refusal::NotYours)?;
        let found = known.run().cad().find(|(it, _)| &*it.name == variable && it.is_secure);
        let unknown = || Refusal::Unreachable("the contact has no such secure variable".into());
        found.map(|(_, value)| display(value)).ok_or_else(unknown)
    }
}

fn differs(contact: &Contact, name: &str, value: &str) -> bool {
    let mut cad = contact.run().cad();
    let found = cad.find(|(variable, _)| *variable.name == *name);
    found.is_some_and(|(_, present)| display(present) != value)
}

fn check_sizes(values: &[(String, String)]) -> Result<(), Refusal> {
    if values.len() > MAX_VALUES {
        let problem = format!("at most {MAX_VALUES} variables at a time").into();
        return Err(Refusal::Invalid { field: "values".to_owned(), problem });
    }
    let long = values.iter().find(|(_, value)| value.len() > MAX_VALUE);
    long.map_or(Ok(()), |(name, _)| {
        let problem = format!("is longer than {MAX_VALUE} bytes").into();
        Err(Refusal::Invalid { field: name.clone(), problem })
    })
}

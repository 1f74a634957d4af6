//! Pages of the CRM that flows open at desktops.

use trunkline_contact::Input as ContactInput;
use trunkline_desk::{Pop, PopOutcome, PopTarget, Refusal, ToDesk};
use trunkline_exchange::Input;
use trunkline_flow::run::{PopTarget as Target, ScreenPop};
use trunkline_model::{AgentId, ContactId};

use super::super::Switchboard;
use super::desktop::PageId;

/// The longest address, in bytes: what browsers take.
const MAX_URL: usize = 8_192;

impl Switchboard {
    /// A flow opens a page. Its address is in the contact's trace alone: it may hold what no log
    /// should.
    pub(in super::super) fn screen_pop(
        &mut self,
        contact: &ContactId,
        agent: Option<&AgentId>,
        pop: &ScreenPop,
    ) {
        let (label, from_defaults) = (&pop.label, &pop.from_defaults);
        let shown = agent.map(AgentId::as_str);
        tracing::info!(%contact, agent = shown, label, ?from_defaults, "pop");
        let Some(agent) = agent.filter(|agent| self.desks.has_seat(agent)) else { return };
        if !is_web_address(&pop.url) {
            return tracing::warn!(%contact, label, "a pop that is no web address is not opened");
        }
        let pop = Pop {
            id: 0,
            contact: contact.to_string(),
            url: pop.url.clone(),
            label: pop.label.clone(),
            target: match pop.target {
                Target::NewBrowserTab => PopTarget::NewTab,
                Target::SameBrowserTab => PopTarget::SameTab,
                Target::InsideDesktop => PopTarget::Panel,
            },
            from_defaults: pop.from_defaults.clone(),
            outcome: None,
        };
        let dossier = self.desks.dossiers.entry(contact.clone()).or_default();
        let Some(pop) = dossier.add_pop(pop) else {
            return tracing::warn!(%contact, "too many pops: no more are opened");
        };
        let desktop = self.desks.desktop_mut(agent);
        // One page only, or each tab would open it; the one that the agent works at.
        let page =
            desktop.audio_page().or_else(|| desktop.pages.iter().rev().find(|it| !it.is_outside));
        if let Some(page) = page {
            // A page that does not read is let go, and told again when it comes back.
            let _ = page.tell.try_send(ToDesk::Pop { pop });
        }
        self.desks.mark(agent);
    }

    /// A page is back: pops of which nobody has said what became of them come once more.
    pub(super) fn pops_again(&mut self, agent: &AgentId, page: PageId) {
        let Some(task) = self.desks.task(agent) else { return };
        let Some(dossier) = self.desks.dossiers.get(&task.contact) else { return };
        let open: Vec<Pop> =
            dossier.pops.iter().filter(|pop| pop.outcome.is_none()).cloned().collect();
        let Some(page) = self.desks.desktop_mut(agent).page_mut(page) else { return };
        for pop in open {
            let _ = page.tell.try_send(ToDesk::Pop { pop });
        }
    }

    pub(super) fn pop_shown(
        &mut self,
        agent: &AgentId,
        contact: &str,
        pop: u32,
        outcome: PopOutcome,
    ) -> Result<(), Refusal> {
        let id = self.task_for(agent, contact)?.contact;
        let pops = self.desks.dossiers.get_mut(&id).map(|dossier| &mut dossier.pops);
        let found = pops.and_then(|pops| pops.iter_mut().find(|it| it.id == pop));
        let unknown = || Refusal::NotNow("the contact has no such pop".into());
        let found = found.ok_or_else(unknown)?;
        if found.outcome == Some(outcome) {
            return Ok(());
        }
        found.outcome = Some(outcome);
        let (label, outcome) = (found.label.clone(), word_of(outcome).to_owned());
        let input = ContactInput::PopShown { agent: agent.clone(), label, outcome };
        self.exchange(Input::Contact { contact: id, input });
        Ok(())
    }
}

fn word_of(outcome: PopOutcome) -> &'static str {
    match outcome {
        PopOutcome::Opened => "opened",
        PopOutcome::Blocked => "blocked",
        PopOutcome::OpenedByHand => "opened_by_hand",
        PopOutcome::NotFrameable => "not_frameable",
    }
}

/// Only what a browser fetches: `javascript:` and the like would run within the desktop.
fn is_web_address(url: &str) -> bool {
    let has = |scheme: &str| {
        url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    let is_clean = !url.bytes().any(|byte| byte.is_ascii_control() || byte == b' ');
    (has("https://") || has("http://")) && is_clean && url.len() <= MAX_URL
}

#[cfg(test)]
mod tests {
    use super::is_web_address;

    #[test]
    fn only_web_addresses_are_opened() {
        for good in ["https://crm.example/x?y=1", "HTTP://crm.example/%20", "https://例え.jp/"] {
            assert!(is_web_address(good), "{good}");
        }
        let long = format!("https://crm.example/{}", "x".repeat(9_000));
        let bad =
            ["javascript:alert(1)", "data:text/html,x", " https://x", "https://x\n", "", &long];
        for bad in bad.into_iter().chain(["ftp://x", "//x", "file:///etc/passwd", "https:/x"]) {
            assert!(!is_web_address(bad), "{bad}");
        }
    }
}

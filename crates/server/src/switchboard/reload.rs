//! Another configuration for a server that runs.

use trunkline_model::tenant::Tenant;

use super::Switchboard;
use super::dial_plan::DialPlan;
use crate::follow::Prepared;
use crate::{parts, server};

/// What an operator is told while the queues are as they were.
const LATER: &str = "queues, teams and agents stay as they were as long as contacts are in a queue \
                     or with an agent that would be gone";

/// How often that is looked at, in milliseconds.
const LOOK_EVERY_MS: i64 = 1_000;

impl Switchboard {
    /// Takes over what can be: calls under way keep the site that they began with. Gives a line
    /// for each thing that could not be taken over.
    pub(super) fn reload(&mut self, prepared: Result<Prepared, String>) -> Vec<String> {
        let taken = prepared.and_then(|prepared| self.take_over(&prepared));
        taken.unwrap_or_else(|why| vec![format!("nothing was taken over: {why}")])
    }

    /// Takes over a tenant that was changed, unless the rest has changed meanwhile: then it is
    /// made ready again.
    pub(super) fn tenant_changed(&mut self, prepared: &Prepared) -> Result<Vec<String>, String> {
        if !self.current.is_base_of(prepared) {
            return Err("the configuration was read anew meanwhile".to_owned());
        }
        self.take_over(prepared)
    }

    fn take_over(&mut self, prepared: &Prepared) -> Result<Vec<String>, String> {
        let setup = &*prepared.setup;
        let begun = self.scribe.writer().begin_site(prepared.image.clone(), self.now_ms);
        begun.map_err(|error| error.to_string())?;
        server::prepare(setup, &prepared.library);
        self.io.client = prepared.client.clone();
        self.io.library = prepared.library.clone();
        self.dial_plan = DialPlan::new(&setup.site.tenant);
        self.exchange.set_site(setup.site.clone());
        self.outbound_trunk = server::outbound_trunk(setup);
        self.io.endpoint.reload(&parts::sip(setup));
        self.renew_routing();
        let phones = setup.phones.iter();
        self.set_phones(phones.map(|it| (it.credentials.user.clone(), it.agent.clone())).collect());
        let notes = if self.is_routing_old { vec![LATER.to_owned()] } else { Vec::new() };
        self.current.replace(prepared, notes.clone());
        Ok(notes)
    }

    /// Takes the queues and agents of the tenant over as soon as nobody can lose a place by it.
    pub(super) fn renew_routing(&mut self) {
        let site = self.exchange.site().clone();
        if !routes_otherwise(&self.routing_site.tenant, &site.tenant) {
            self.is_routing_old = false;
            return;
        }
        let was_old = self.is_routing_old;
        self.next_renewal_ms = self.now_ms + LOOK_EVERY_MS;
        self.is_routing_old = !self.exchange.renew_routing(self.now_ms, &mut self.scribe);
        if self.is_routing_old {
            return;
        }
        self.routing_site = site;
        if was_old {
            self.current.forget_note(LATER);
            tracing::info!("queues, teams and agents were taken over");
        }
    }
}

/// Whether queues and agents would be others.
fn routes_otherwise(old: &Tenant, new: &Tenant) -> bool {
    (&old.queues, &old.teams, &old.agents, &old.skills, &old.routing)
        != (&new.queues, &new.teams, &new.agents, &new.skills, &new.routing)
        || (&old.desktop_profiles, &old.multimedia_profiles)
            != (&new.desktop_profiles, &new.multimedia_profiles)
}

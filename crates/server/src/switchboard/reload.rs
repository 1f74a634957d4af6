//! Another configuration for a server that runs.

use trunkline_connector::Client;

use super::Switchboard;
use super::dial_plan::DialPlan;
use crate::config::Setup;
use crate::{parts, recovery, server};

impl Switchboard {
    /// Takes over what can be: calls under way keep the site that they began with. Gives a line
    /// for each thing that could not be taken over.
    pub(super) fn reload(&mut self, setup: &Setup) -> Vec<String> {
        let mut left = Vec::new();
        match self.reload_site(setup) {
            Ok(()) => {
                self.io.endpoint.reload(&parts::sip(setup));
                let phones = setup.phones.iter();
                self.set_phones(
                    phones.map(|it| (it.credentials.user.clone(), it.agent.clone())).collect(),
                );
            }
            Err(why) => return vec![format!("nothing was taken over: {why}")],
        }
        let old = &self.queues_and_agents;
        let tenant = &setup.site.tenant;
        if *old != (tenant.queues.clone(), tenant.teams.clone(), tenant.agents.clone()) {
            left.push(
                "queues, teams and agents stay as they were until the server is started anew"
                    .to_owned(),
            );
        }
        left
    }

    fn reload_site(&mut self, setup: &Setup) -> Result<(), String> {
        let client = Client::new(&setup.site.tenant, server::connector_options(setup));
        let client = client.map_err(|error| error.to_string())?;
        let library =
            server::library(setup, &self.io.metrics).map_err(|error| error.to_string())?;
        let image = recovery::image(setup).map_err(|error| error.to_string())?;
        let begun = self.scribe.writer().begin_site(image, self.now_ms);
        begun.map_err(|error| error.to_string())?;
        server::prepare(setup, &library);
        (self.io.client, self.io.library) = (client, library);
        self.dial_plan = DialPlan::new(&setup.site.tenant);
        self.exchange.set_site(setup.site.clone());
        self.outbound_trunk = server::outbound_trunk(setup);
        Ok(())
    }
}

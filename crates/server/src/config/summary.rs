//! What a server is about to do, for the person who starts it.

use serde::Serialize;

use super::load::within;
use super::{Setup, TenantSource};

/// Where a server listens, which numbers lead where, which phones may register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Addresses of SIP (UDP and TCP), as others are told.
    pub sip: Vec<String>,
    /// The address and ports of audio.
    pub rtp: String,
    /// The address of health and metrics.
    pub http: String,
    /// Where the pages are served; None where they are not.
    pub web: Option<String>,
    /// The admin socket.
    pub admin: String,
    /// Where the tenant comes from: its file, or the database that keeps it.
    pub tenant: String,
    /// Trunks with where their calls come from.
    pub trunks: Vec<TrunkSummary>,
    /// Numbers with where they lead.
    pub numbers: Vec<NumberSummary>,
    /// Phones that may register.
    pub phones: Vec<PhoneSummary>,
}

/// A trunk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrunkSummary {
    /// Its name.
    pub name: String,
    /// Where its calls come from.
    pub from: Vec<String>,
    /// Whether they have to show a password.
    pub digest: bool,
    /// Where calls go out.
    pub to: Vec<String>,
}

/// A number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NumberSummary {
    /// The number.
    pub number: String,
    /// The entry point.
    pub entry_point: String,
    /// The flow.
    pub flow: String,
}

/// A phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PhoneSummary {
    /// The name by which it registers.
    pub user: String,
    /// Whose it is.
    pub agent: String,
}

impl Setup {
    /// What a server with this configuration does.
    pub fn summary(&self) -> Summary {
        let config = &self.config;
        let told: Vec<String> =
            config.rtp.told(&config.sip).iter().map(ToString::to_string).collect();
        let told = told.join(" and ");
        Summary {
            sip: self.told_addresses().iter().map(ToString::to_string).collect(),
            rtp: format!("{told}, ports {}", config.rtp.ports),
            http: config.http.listen.to_string(),
            web: config.web.listen.map(|listen| self.web_address(listen)),
            admin: self.socket_path().display().to_string(),
            tenant: self.tenant_place(),
            trunks: self.trunks.iter().map(|it| trunk(&it.config)).collect(),
            numbers: self.numbers(),
            phones: self.phones.iter().map(|it| self.phone(it)).collect(),
        }
    }

    /// Where the tenant comes from.
    fn tenant_place(&self) -> String {
        match self.source {
            TenantSource::File => within(&self.base_dir, &self.config.tenant).display().to_string(),
            TenantSource::Kept => {
                let path = self.config.settings_path(&self.base_dir);
                format!("{}, revision {}", path.display(), self.revision)
            }
        }
    }

    fn web_address(&self, listen: std::net::SocketAddr) -> String {
        let scheme = if self.speaks_https() { "https" } else { "http" };
        let web = &self.config.web;
        web.public_url.clone().unwrap_or_else(|| format!("{scheme}://{listen}"))
    }

    fn numbers(&self) -> Vec<NumberSummary> {
        let points = self.site.tenant.entry_points.iter();
        let numbers = points.flat_map(|point| {
            let flow = self.site.flow_of(point).map(|flow| flow.name.clone());
            let flow = flow.unwrap_or_else(|| point.flow.clone());
            point.dnis.iter().map(move |number| NumberSummary {
                number: number.clone(),
                entry_point: point.name.clone(),
                flow: flow.clone(),
            })
        });
        numbers.collect()
    }

    fn phone(&self, phone: &super::PhoneAccount) -> PhoneSummary {
        let agents = &self.site.tenant.agents;
        let agent = agents.iter().find(|it| it.id == phone.agent);
        let agent = agent.map_or_else(|| phone.agent.to_string(), |it| it.name.clone());
        PhoneSummary { user: phone.credentials.user.clone(), agent }
    }
}

fn trunk(config: &super::TrunkConfig) -> TrunkSummary {
    let targets = config.outbound.iter().flat_map(|it| &it.targets);
    TrunkSummary {
        name: config.name.clone(),
        from: config.networks.iter().map(ToString::to_string).collect(),
        digest: config.digest.is_some(),
        to: targets.map(ToString::to_string).collect(),
    }
}

impl Summary {
    /// The same as lines for people.
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> =
            self.sip.iter().map(|it| format!("SIP      {it} (UDP and TCP)")).collect();
        lines.push(format!("audio    {}", self.rtp));
        lines.push(format!("health   http://{}/readyz, metrics /metrics", self.http));
        lines.push(format!("pages    {}", self.web.as_deref().unwrap_or("none")));
        lines.push(format!("admin    {}", self.admin));
        lines.push(format!("tenant   {}", self.tenant));
        lines.extend(self.trunks.iter().map(TrunkSummary::line));
        if self.trunks.is_empty() {
            lines.push("trunks   none".to_owned());
        }
        for it in &self.numbers {
            let NumberSummary { number, entry_point, flow } = it;
            lines.push(format!("number   {number} -> {entry_point}: {flow}"));
        }
        let host = self.sip.first().map_or("", String::as_str);
        for PhoneSummary { user, agent } in &self.phones {
            lines.push(format!("phone    sip:{user}@{host}: {agent}"));
        }
        if self.phones.is_empty() {
            lines.push("phones   none".to_owned());
        }
        lines
    }
}

impl TrunkSummary {
    fn line(&self) -> String {
        let mut line = format!("trunk    {}", self.name);
        match (self.from.is_empty(), self.digest) {
            (false, false) => line.push_str(&format!(": calls from {}", self.from.join(", "))),
            (false, true) => {
                line.push_str(&format!(": calls from {} with password", self.from.join(", ")));
            }
            (true, true) => line.push_str(": calls with password"),
            (true, false) => {}
        }
        if !self.to.is_empty() {
            line.push_str(&format!(", calls to {}", self.to.join(", ")));
        }
        line
    }
}

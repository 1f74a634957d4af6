//! What changed between two configurations, and what of it needs a new start.

use super::{Config, Setup, TenantSource};

/// A part of the configuration that changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The key or table, such as `sip.listen`; `tenant` for everything of the tenant.
    pub key: &'static str,
    /// Whether a running server takes it over; otherwise it holds after the next start.
    pub live: bool,
}

/// A key, whether it is the same in both, and whether a running server takes a new value over.
type Rule = (&'static str, fn(&Config, &Config) -> bool, bool);

/// Sockets, threads and stores are opened once.
const RULES: [Rule; 25] = [
    ("data_dir", |a, b| a.data_dir == b.data_dir, false),
    ("sip.listen", |a, b| a.sip.listen == b.sip.listen, false),
    ("sip.advertised", |a, b| a.sip.advertised == b.sip.advertised, false),
    ("sip.max_calls", |a, b| a.sip.max_calls == b.sip.max_calls, true),
    ("sip.anonymous_networks", |a, b| a.sip.anonymous_networks == b.sip.anonymous_networks, true),
    ("sip.rate", |a, b| a.sip.rate == b.sip.rate, true),
    ("sip.ban", |a, b| a.sip.ban == b.sip.ban, true),
    ("rtp", |a, b| a.rtp == b.rtp, false),
    ("trunk", |a, b| a.trunks == b.trunks, true),
    ("phones.networks", |a, b| a.phones.networks == b.phones.networks, true),
    ("phones.realm", |a, b| a.phones.realm == b.phones.realm, false),
    ("phones.digest", |a, b| a.phones.digest == b.phones.digest, true),
    ("phones.min_expires_s", |a, b| a.phones.min_expires_s == b.phones.min_expires_s, true),
    ("phones.max_expires_s", |a, b| a.phones.max_expires_s == b.phones.max_expires_s, true),
    ("phone", |a, b| a.phone == b.phone, true),
    ("speech", |a, b| a.speech == b.speech, true),
    ("journal", |a, b| a.journal == b.journal, false),
    ("http", |a, b| a.http == b.http, false),
    ("web", |a, b| a.web == b.web, false),
    ("webrtc", |a, b| a.webrtc == b.webrtc, false),
    ("desk", |a, b| a.desk == b.desk, false),
    ("try", |a, b| a.trial == b.trial, false),
    ("admin", |a, b| a.admin == b.admin, false),
    ("log", |a, b| a.log == b.log, true),
    ("limits", |a, b| a.limits == b.limits, true),
];

/// What differs between what runs and what was read anew.
pub fn changes(old: &Setup, new: &Setup) -> Vec<Change> {
    let differs = RULES.iter().filter(|(_, same, _)| !same(&old.config, &new.config));
    let mut found: Vec<Change> = differs.map(|&(key, _, live)| Change { key, live }).collect();
    // What is kept is followed as it changes, not when files are read anew.
    let same_tenant = new.source == TenantSource::Kept
        || (old.site.tenant == new.site.tenant && old.exports == new.exports);
    if !same_tenant || old.config.tenant != new.config.tenant {
        found.push(Change { key: "tenant", live: true });
    }
    found
}

impl Setup {
    /// Puts back what a running server cannot change, so that what is in force is what is written
    /// here, and the next comparison names it again.
    pub fn keep_fixed(&mut self, running: &Self) {
        self.settings.clone_from(&running.settings);
        let (new, old) = (&mut self.config, &running.config);
        new.data_dir.clone_from(&old.data_dir);
        new.sip.listen.clone_from(&old.sip.listen);
        new.sip.advertised.clone_from(&old.sip.advertised);
        new.rtp = old.rtp.clone();
        new.phones.realm.clone_from(&old.phones.realm);
        new.journal = old.journal.clone();
        new.http = old.http.clone();
        new.web = old.web.clone();
        new.webrtc = old.webrtc.clone();
        new.desk = old.desk.clone();
        new.trial = old.trial.clone();
        new.admin = old.admin.clone();
    }
}

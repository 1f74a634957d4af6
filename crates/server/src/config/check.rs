//! Checks the meaning of a file whose shape is right, as far as no other file is needed.

use std::collections::HashMap;
use std::net::SocketAddr;

use trunkline_model::tenant::{Path, Secret};
use trunkline_speech::ProviderKind;

use super::mistake::Problem;
use super::read::ReadOptions;
use super::shape::shown;
use super::tree::Places;
use super::{Config, LogLevel, OutboundConfig, TrunkConfig};

/// Everything that is wrong.
pub(super) fn all(config: &Config, places: &Places, options: ReadOptions) -> Vec<Problem> {
    let mut check = Check { places, options, problems: Vec::new() };
    check.sip(config);
    check.trunks(config);
    check.phones(config);
    check.speech(config);
    check.operation(config);
    check.web(config);
    check.problems
}

struct Check<'p> {
    places: &'p Places,
    options: ReadOptions,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn put(&mut self, path: &Path, message: impl Into<String>) {
        self.problems.push(self.places.problem(path, message));
    }

    fn sip(&mut self, config: &Config) {
        let (sip, path) = (&config.sip, Path::root("sip"));
        let listen = path.key("listen");
        if sip.listen.is_empty() {
            self.put(&listen, "name at least one address, such as `0.0.0.0:5060`");
        }
        for (index, address) in sip.listen.iter().enumerate() {
            if let Some(message) = listen_problem(*address, &sip.listen[..index]) {
                self.put(&listen.index(index), message);
            }
        }
        for (index, address) in sip.advertised.iter().enumerate() {
            let path = path.key("advertised").index(index);
            if address.is_unspecified() {
                self.put(&path, "others cannot reach a wildcard address; name the public one");
            }
            if sip.advertised[..index].iter().any(|it| it.is_ipv4() == address.is_ipv4()) {
                self.put(&path, "there is an address of this IP family already; one is allowed");
            }
        }
        let rtp = &config.rtp;
        let told = rtp.told(sip);
        for (index, address) in sip.listen.iter().enumerate() {
            if told.iter().all(|it| it.is_ipv4() != address.is_ipv4()) {
                let family = if address.is_ipv4() { "IPv4" } else { "IPv6" };
                let message = format!(
                    "calls over {family} would be refused: `rtp` has no address of it. Without \
                     `rtp.address` there is audio over both"
                );
                self.put(&listen.index(index), message);
            }
        }
        if rtp.advertised.is_some_and(|it| it.is_unspecified()) {
            let path = Path::root("rtp").key("advertised");
            self.put(&path, "others cannot reach a wildcard address; name the public one");
        }
    }

    fn trunks(&mut self, config: &Config) {
        let mut names = HashMap::new();
        for (index, trunk) in config.trunks.iter().enumerate() {
            let path = Path::root("trunk").index(index);
            if names.insert(trunk.name.as_str(), index).is_some() {
                let message = format!("there is a trunk {} already", shown(&trunk.name));
                self.put(&path.key("name"), message);
            }
            self.trunk(trunk, &path);
            self.same_networks(&config.trunks[..index], trunk, &path);
        }
    }

    fn trunk(&mut self, trunk: &TrunkConfig, path: &Path) {
        if trunk.networks.is_empty() && trunk.digest.is_none() && trunk.outbound.is_none() {
            self.put(
                path,
                "no call can come from it or go to it; give it `networks` (or `digest`) \
                            for calls in, `outbound` for calls out",
            );
        }
        if let Some(digest) = &trunk.digest {
            self.secret(&digest.password, &path.key("digest").key("password"));
        }
        for (index, header) in trunk.send_headers.iter().enumerate() {
            if !is_extension_header(header) {
                let message = format!("{} is no name that begins with `X-`", shown(header));
                self.put(&path.key("send_headers").index(index), message);
            }
        }
        if let Some(outbound) = &trunk.outbound {
            self.outbound(trunk, outbound, &path.key("outbound"));
        }
    }

    fn outbound(&mut self, trunk: &TrunkConfig, outbound: &OutboundConfig, path: &Path) {
        if let Some(password) = &outbound.password {
            self.secret(password, &path.key("password"));
            if outbound.user.is_none() {
                self.put(path, "there is a `password` without a `user`");
            }
        } else if outbound.user.is_some() {
            self.put(path, "there is a `user` without a `password`");
        }
        if let Some(number) = &outbound.caller_id
            && !is_caller_id(number)
        {
            let message = format!("{} is not a number, such as `+12025550100`", shown(number));
            self.put(&path.key("caller_id"), message);
        }
        let is_name =
            |host: &str| !host.starts_with('[') && host.parse::<std::net::IpAddr>().is_err();
        let named = outbound.targets.iter().position(|target| is_name(&target.host));
        if let Some(index) = named
            && trunk.networks.is_empty()
        {
            let message = "a host by name needs `networks` of the trunk: the addresses that its \
                           answers come from, since nobody else is listened to";
            self.put(&path.key("targets").index(index), message);
        }
    }

    /// Two trunks that cannot be told apart by where their calls come from.
    fn same_networks(&mut self, before: &[TrunkConfig], trunk: &TrunkConfig, path: &Path) {
        for (index, network) in trunk.networks.iter().enumerate() {
            let other = before.iter().find(|other| other.networks.contains(network));
            if let Some(other) = other {
                let (network, name) = (network.to_string(), shown(&other.name));
                let message = format!("calls from {network} are those of trunk {name} already");
                self.put(&path.key("networks").index(index), message);
            }
        }
    }

    fn phones(&mut self, config: &Config) {
        if config.phones.min_expires_s > config.phones.max_expires_s {
            let path = Path::root("phones").key("min_expires_s");
            self.put(&path, "must not be more than `max_expires_s`");
        }
        let (digest, path) = (&config.phones.digest, Path::root("phones").key("digest"));
        if let Some(at) = (1..digest.len()).find(|at| digest[..*at].contains(&digest[*at])) {
            self.put(&path.index(at), "it is there already");
        }
        let (mut users, mut agents) = (HashMap::new(), HashMap::new());
        for (index, phone) in config.phone.iter().enumerate() {
            let path = Path::root("phone").index(index);
            self.secret(&phone.password, &path.key("password"));
            if !is_user(&phone.user) {
                let message = format!(
                    "{} cannot be the user of a SIP address (allowed: letters, digits, `-_.+`)",
                    shown(&phone.user)
                );
                self.put(&path.key("user"), message);
            }
            if users.insert(phone.user.as_str(), index).is_some() {
                let message = format!("there is a phone {} already", shown(&phone.user));
                self.put(&path.key("user"), message);
            }
            if let Some(agent) = &phone.agent
                && agents.insert(agent.as_str(), index).is_some()
            {
                let message = format!("agent {} has a phone already", shown(agent.as_str()));
                self.put(&path.key("agent"), message);
            }
        }
    }

    fn speech(&mut self, config: &Config) {
        for (index, provider) in config.speech.providers.iter().enumerate() {
            let key = match &provider.kind {
                ProviderKind::OpenaiCompatible(it) => it.key.as_ref(),
                ProviderKind::Google(it) => Some(&it.key),
                ProviderKind::Azure(it) => Some(&it.key),
                ProviderKind::EspeakNg(_)
                | ProviderKind::OpenJtalk(_)
                | ProviderKind::Command(_) => None,
            };
            if let Some(key) = key {
                let path = Path::root("speech").key("providers").index(index).key("key");
                // The speech crate takes no secret from the file, whatever is allowed here.
                let allowed = std::mem::take(&mut self.options.allow_literal_secrets);
                self.secret(key, &path);
                self.options.allow_literal_secrets = allowed;
            }
        }
    }

    fn operation(&mut self, config: &Config) {
        let http = &config.http;
        if !http.listen.ip().is_loopback() && !http.allow_plain {
            let message = "others can reach this address and there is no TLS; use 127.0.0.1 and a \
                           proxy, or set `allow_plain = true`";
            self.put(&Path::root("http").key("listen"), message);
        }
        for (target, level) in &config.log.targets {
            let path = Path::root("log").key("targets").key(target);
            if !is_target(target) {
                let message = "is no part of the program (allowed: such as `trunkline_telephony`)";
                self.put(&path, format!("{} {message}", shown(target)));
            }
            if target.starts_with("rsipstack") && *level > LogLevel::Warn {
                self.put(&path, "would log credentials (allowed: off, error, warn)");
            }
        }
    }

    fn web(&mut self, config: &Config) {
        let (web, path) = (&config.web, Path::root("web"));
        if web.certificate.is_some() != web.key.is_some() {
            self.put(&path, "`certificate` and `key` belong together; name both or neither");
        }
        if let Some(listen) = web.listen.filter(|listen| listen.port() == 0) {
            let message = format!("{listen}: name a port, such as 8443");
            self.put(&path.key("listen"), message);
        }
        let (desk, path) = (&config.desk, Path::root("desk"));
        if desk.sign_out_after_s < desk.idle_after_s {
            self.put(&path.key("sign_out_after_s"), "must not be less than `idle_after_s`");
        }
        let (webrtc, path) = (&config.webrtc, Path::root("webrtc"));
        let wildcard = webrtc.public_address.iter().position(|it| it.is_unspecified());
        if let Some(index) = wildcard {
            let message = "browsers cannot reach a wildcard address; name the public one";
            self.put(&path.key("public_address").index(index), message);
        }
        if webrtc.tcp_public_port.is_some() && webrtc.tcp.is_none() {
            self.put(&path.key("tcp_public_port"), "there is no `tcp` that it could lead to");
        }
    }

    /// Secrets stand in the environment or in files (D31).
    fn secret(&mut self, secret: &Secret, path: &Path) {
        match secret {
            Secret::Literal(text) if text.is_empty() => {
                self.put(path, "must not be empty; use `{ env = \"NAME\" }`");
            }
            Secret::Literal(_) if self.options.allow_literal_secrets => {}
            Secret::Literal(_) => self.put(
                path,
                "a secret must not stand in this file; put it into an environment variable and \
                 write `{ env = \"NAME\" }`, or into a file and write `{ file = \"PATH\" }` \
                 (`--allow-literal-secrets` allows it)",
            ),
            // Not shown: it may be the secret itself, put here by mistake.
            Secret::Env { env } if !is_variable(env) => self.put(
                &path.key("env"),
                "expected the name of an environment variable (letters, digits and `_`)",
            ),
            Secret::Env { .. } | Secret::File { .. } => {}
        }
    }
}

fn listen_problem(address: SocketAddr, before: &[SocketAddr]) -> Option<&'static str> {
    if address.port() == 0 {
        return Some("name a port, such as 5060");
    }
    if address.is_ipv6() && address.ip().is_unspecified() {
        return Some("the SIP library cannot listen on all IPv6 addresses; name each of them");
    }
    before.contains(&address).then_some("the address is there already")
}

fn is_extension_header(name: &str) -> bool {
    let rest = name.strip_prefix("X-").or_else(|| name.strip_prefix("x-"));
    let rest = rest.map(|it| it.strip_suffix('*').unwrap_or(it));
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    name.len() <= 64
        && (rest == Some("") && name.ends_with('*') || rest.is_some_and(|it| !it.is_empty()))
        && rest.is_some_and(|it| it.chars().all(fits))
}

fn is_caller_id(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    (1..=32).contains(&digits.len()) && digits.bytes().all(|it| it.is_ascii_digit())
}

fn is_user(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+');
    (1..=64).contains(&text.len()) && text.chars().all(fits)
}

fn is_target(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':');
    !text.is_empty() && text.chars().all(fits)
}

pub(super) fn is_variable(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !name.starts_with(|c: char| c.is_ascii_digit()) && !name.is_empty() && name.chars().all(fits)
}

//! A configuration as the parts of the server need it.

use std::time::Duration;

use trunkline_media_engine as media_engine;
use trunkline_model::tenant::Tenant;
use trunkline_telephony::digest::{Algorithm, Credentials};
use trunkline_telephony::gate::Limits;
use trunkline_telephony::identity::{Outbound, Phone, Transport, Trunk, TrunkDigest, TrunkTarget};
use trunkline_telephony::number::{DnisSource, TrunkNumbers};
use trunkline_telephony::registrar::Lifetimes;
use trunkline_telephony::shell::{self as sip, AllowList, Bind};

use crate::config::{self, DnisHeader, Setup, TrunkAccount};

/// New calls that wait longer than this inside, one after the other, are too much to do, in
/// milliseconds: those who were taken are to be served as if nothing were.
const MAX_WAIT_MS: u64 = 50;

/// SIP: addresses, who may call, who may register.
pub(crate) fn sip(setup: &Setup) -> sip::Settings {
    let config = &setup.config;
    let listen = config.sip.addresses();
    let binds =
        listen.into_iter().map(|it| Bind { address: it.address, advertised: it.advertised });
    let allow = AllowList::new(config.sip.anonymous_networks.iter().copied());
    // The address is replaced at once; the constructor knows the RFC's timers.
    let settings = sip::Settings::new(([0, 0, 0, 0], 0).into(), allow);
    let phones = setup.phones.iter().map(|phone| Phone {
        user: phone.credentials.user.clone(),
        password: phone.credentials.password.clone(),
    });
    sip::Settings {
        binds: binds.collect(),
        trunks: setup.trunks.iter().map(|it| trunk(it, setup)).collect(),
        phones: phones.collect(),
        phone_networks: config.phones.networks.clone(),
        realm: config.phones.realm.clone(),
        algorithms: config.phones.digest.iter().copied().map(algorithm).collect(),
        lifetimes: Lifetimes {
            min_s: config.phones.min_expires_s,
            max_s: config.phones.max_expires_s,
            ..Lifetimes::default()
        },
        limits: limits(&config.sip),
        max_calls: usize::try_from(config.sip.max_calls).unwrap_or(usize::MAX),
        ..settings
    }
}

fn algorithm(algorithm: config::DigestAlgorithm) -> Algorithm {
    match algorithm {
        config::DigestAlgorithm::Sha256 => Algorithm::Sha256,
        config::DigestAlgorithm::Md5 => Algorithm::Md5,
    }
}

fn limits(config: &config::SipConfig) -> Limits {
    Limits {
        requests_per_s: config.rate.per_second,
        burst: config.rate.burst,
        failures: config.ban.failures,
        failure_window_ms: u64::from(config.ban.within_s) * 1_000,
        ban_ms: u64::from(config.ban.for_s) * 1_000,
        max_wait_ms: MAX_WAIT_MS,
    }
}

fn trunk(account: &TrunkAccount, setup: &Setup) -> Trunk {
    let config = &account.config;
    let realm = || setup.config.phones.realm.clone();
    let digest = account.inbound.as_ref().map(|it| TrunkDigest {
        realm: config.digest.as_ref().and_then(|it| it.realm.clone()).unwrap_or_else(realm),
        credentials: credentials(it),
    });
    Trunk {
        name: config.name.clone(),
        networks: config.networks.clone(),
        digest,
        numbers: numbers(account, &setup.site.tenant),
        outbound: outbound(account),
        send_headers: config.send_headers.clone(),
        calls_per_s: Some(setup.config.sip.rate.trunk_per_second),
    }
}

/// A trunk's own rules for numbers, or else the tenant's.
fn numbers(account: &TrunkAccount, tenant: &Tenant) -> TrunkNumbers {
    let config = &account.config;
    TrunkNumbers {
        trust_identity: config.trusted_identity,
        dnis: match config.dnis_from {
            DnisHeader::RequestUri => DnisSource::RequestUri,
            DnisHeader::To => DnisSource::To,
            DnisHeader::Diversion => DnisSource::Diversion,
        },
        rules: config.numbers.clone().unwrap_or_else(|| tenant.numbers.clone()),
    }
}

fn outbound(account: &TrunkAccount) -> Option<Outbound> {
    let config = account.config.outbound.as_ref()?;
    let transport = match config.transport {
        config::Transport::Udp => Transport::Udp,
        config::Transport::Tcp => Transport::Tcp,
    };
    let target = |host: &config::HostPort| TrunkTarget { host: host.to_string(), transport };
    Some(Outbound {
        targets: config.targets.iter().map(target).collect(),
        credentials: account.outbound.as_ref().map(credentials),
        from_user: config.caller_id.clone(),
        assert_identity: true,
        ..Outbound::default()
    })
}

fn credentials(account: &config::Credentials) -> Credentials {
    Credentials { username: account.user.clone(), password: account.password.clone() }
}

/// RTP: addresses, ports, threads.
pub(crate) fn rtp(setup: &Setup) -> media_engine::Settings {
    let config = &setup.config.rtp;
    media_engine::Settings {
        bind: config.address,
        advertised: Some(config.told(&setup.config.sip)),
        ports: config.ports.range(),
        threads: usize::try_from(config.threads).unwrap_or(1),
        media_timeout: Duration::from_secs(config.timeout_s.into()),
    }
}

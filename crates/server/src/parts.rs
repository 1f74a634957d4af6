//! A configuration as the parts of the server need it.

use std::time::Duration;

use trunkline_media::codec::Codec;
use trunkline_media_engine as media_engine;
use trunkline_model::tenant::Tenant;
use trunkline_telephony::digest::{Algorithm, Credentials};
use trunkline_telephony::gate::Limits;
use trunkline_telephony::identity::{Outbound, Phone, Transport, Trunk, TrunkDigest, TrunkTarget};
use trunkline_telephony::number::{DnisSource, TrunkNumbers};
use trunkline_telephony::registrar::Lifetimes;
use trunkline_telephony::shell::{self as sip, AllowList, Bind};

use crate::config::{self, BrowserCodec, DnisHeader, Setup, TrunkAccount};
use crate::switchboard::DeskSettings;

/// How long a browser may take from its answer to the first media: a caller waits for it.
const BROWSER_PATIENCE: Duration = Duration::from_secs(10);

/// While there is too much to do, so many new calls are refused that the others are answered within
/// this time, in milliseconds.
const MAX_WAIT_MS: u64 = 20;

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

/// The pages: where, and with which certificate (decision 32). None where there are none.
pub(crate) fn web(setup: &Setup) -> Option<trunkline_api::Settings> {
    let config = &setup.config.web;
    let listen = config.listen?;
    let within = |path: &std::path::Path| setup.base_dir.join(path);
    let transport = match (&config.certificate, &config.key) {
        (Some(certificate), Some(key)) => {
            let (certificate, key) = (within(certificate), within(key));
            trunkline_api::Transport::Files { certificate, key }
        }
        _ if setup.speaks_https() => {
            let mut names = setup.config.rtp.told(&setup.config.sip);
            names.insert(0, listen.ip());
            let names = names.iter().filter(|address| !address.is_unspecified());
            let names = names.map(ToString::to_string).collect();
            trunkline_api::Transport::SelfSigned { folder: setup.data_dir(), names }
        }
        _ => trunkline_api::Transport::Plain,
    };
    Some(trunkline_api::Settings {
        listen,
        transport,
        public_url: config.public_url.clone(),
        trusted_proxies: config.trusted_proxies.clone(),
        embed_hosts: config.embed_hosts.clone(),
        limits: trunkline_api::ServeLimits::default(),
    })
}

/// Who may call on the page "Try it"; none where it is switched off.
pub(crate) fn trial(setup: &Setup) -> Option<Vec<trunkline_desk::TrialNumber>> {
    let config = &setup.config.trial;
    let number = |it: &config::TryCaller| trunkline_desk::TrialNumber {
        number: it.number.clone(),
        name: it.name.clone(),
    };
    config.enabled.then(|| config.callers.iter().map(number).collect())
}

/// Desktops.
pub(crate) fn desk(setup: &Setup) -> DeskSettings {
    let config = &setup.config.desk;
    DeskSettings {
        idle_after_ms: i64::from(config.idle_after_s) * 1_000,
        sign_out_after_ms: i64::from(config.sign_out_after_s) * 1_000,
        name_variables: config.name_variables.clone(),
        reading_variables: config.reading_variables.clone(),
        has_browsers: setup.config.webrtc.enabled,
    }
}

/// How browsers reach the media.
pub(crate) fn browsers(setup: &Setup) -> media_engine::BrowserSettings {
    let config = &setup.config.webrtc;
    media_engine::BrowserSettings {
        addresses: config.public_address.clone(),
        tcp: config.tcp.filter(|_| config.enabled),
        tcp_port: config.tcp_public_port,
        codecs: config.codecs.iter().copied().map(audio).collect(),
        patience: BROWSER_PATIENCE,
    }
}

fn audio(codec: BrowserCodec) -> media_engine::Audio {
    match codec {
        BrowserCodec::Pcmu => media_engine::Audio::G711(Codec::Pcmu),
        BrowserCodec::Pcma => media_engine::Audio::G711(Codec::Pcma),
        BrowserCodec::Opus => media_engine::Audio::Opus,
    }
}

/// RTP: addresses, ports, threads.
pub(crate) fn rtp(setup: &Setup) -> media_engine::Settings {
    let config = &setup.config.rtp;
    media_engine::Settings {
        bind: config.bind(&setup.config.sip, &setup.config.webrtc),
        advertised: config.told(&setup.config.sip),
        ports: config.ports.range(),
        threads: usize::try_from(config.threads).unwrap_or(1),
        media_timeout: Duration::from_secs(config.timeout_s.into()),
    }
}

//! A running server: sockets, threads, and the switchboard between them.

use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::Instant;

use tokio::runtime::Handle;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinHandle as JoinTask;
use trunkline_connector as connector;
use trunkline_media_engine::{self as media_engine, Engine};
use trunkline_prompts::{Library, Limits};
use trunkline_speech::{self as speech, Speaker};
use trunkline_telephony::shell::{self as sip, Endpoint, IncomingCall};

use crate::archive::{Archive, Places};
use crate::book::{Book, Phone};
use crate::centre::Asking;
use crate::config::{ConfigErrors, Setup};
use crate::follow::{Current, Prepared, follow};
use crate::ops::{Ask, Check, Control, Health, Metrics};
use crate::switchboard::{
    Bell, Clock, Desks, Devices, Event, Io, Scribe, Switchboard, Trials, Waits,
};
use crate::web::{self, Web};
use crate::{figures, parts, recovery};

const A_DAY_MS: i64 = 24 * 3_600 * 1_000;

/// Why a server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// SIP.
    #[error(transparent)]
    Sip(#[from] sip::ShellError),
    /// RTP.
    #[error(transparent)]
    Rtp(#[from] media_engine::EngineError),
    /// Connectors.
    #[error(transparent)]
    Connector(#[from] connector::ConnectorError),
    /// Speech.
    #[error(transparent)]
    Speech(#[from] speech::SpeechError),
    /// The tenant that is kept.
    #[error("the tenant: {0}")]
    Tenant(#[from] ConfigErrors),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] trunkline_journal::JournalError),
    /// The folder for recordings.
    #[error("the folder for recordings {path} cannot be made: {source}; set `data_dir`")]
    Recordings {
        /// The folder.
        path: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// What desktops keep, or contacts of the past.
    #[error("{0}; see `data_dir`")]
    Kept(String),
    /// The users of the pages.
    #[error("users: {0}")]
    Accounts(#[from] trunkline_accounts::AccountsError),
    /// The pages.
    #[error("the pages cannot be served: {0}")]
    Web(#[from] trunkline_api::ApiError),
    /// The machine gives no thread.
    #[error("the switchboard's thread cannot be started: {0}")]
    Thread(std::io::Error),
}

/// A running server. Dropping it ends all calls at once.
pub struct Server {
    operator: Operator,
    switchboard: Option<JoinHandle<()>>,
    asking: Arc<Asking>,
    web: Option<Web>,
    following: Option<JoinTask<()>>,
    _endpoint: Arc<Endpoint>,
}

impl Server {
    /// Opens the sockets and begins to take calls.
    ///
    /// # Errors
    /// Whatever of the set-up cannot be had; nothing is left running then.
    pub async fn start(
        setup: &Setup,
        health: &Health,
        metrics: &Metrics,
    ) -> Result<Self, StartError> {
        Self::start_with(setup, health, metrics, Waits::default()).await
    }

    /// The same with other times, for tests.
    ///
    /// # Errors
    /// As [`Server::start`].
    #[doc(hidden)]
    pub async fn start_with(
        setup: &Setup,
        health: &Health,
        metrics: &Metrics,
        waits: Waits,
    ) -> Result<Self, StartError> {
        let (events, inbox) = channel();
        let now_ms = Clock::start().now_ms();
        let setup = &settled(setup, now_ms)?;
        let book = Book::start(&setup.data_dir().join("desk.sqlite")).map_err(StartError::Kept)?;
        let (writer, recovered) = recovery::open(setup, now_ms, &book.1.typed)?;
        health.good(Check::Journal);
        let recordings = recordings_folder(setup)?;
        let options = connector_options(setup);
        let client = connector::Client::new(&setup.site.tenant, options)?;
        let library = library(setup, metrics)?;
        let media = events.clone();
        let sink = Arc::new(move |event| drop(media.send(Event::Media(event))));
        prepare(setup, &library);
        let (rtp, browsers) = (parts::rtp(setup), parts::browsers(setup));
        let engine = Engine::start_for_browsers(rtp, browsers, sink)?;
        let (endpoint, calls) = Endpoint::start(parts::sip(setup)).await?;
        let endpoint = Arc::new(endpoint);
        let bell = Bell::default();
        restore_phones(&endpoint, &book.1.phones, now_ms);
        hear_of_phones(&endpoint, &events);
        forward_calls(calls, events.clone(), bell.clone());
        let users = setup.phones.iter().map(|it| it.credentials.user.clone()).collect();
        figures::observe(metrics, &endpoint, &engine, users);
        health.good(Check::Sockets);
        let current = Current::new(setup.clone(), client.clone(), library.clone());
        let io = Io {
            runtime: Handle::current(),
            endpoint: endpoint.clone(),
            engine,
            library,
            client,
            events: events.clone(),
            bell,
            metrics: metrics.clone(),
            recordings,
        };
        let (site, devices) = (setup.site.clone(), devices(setup));
        let archive = archive(setup)?;
        let desks = Desks::new(parts::desk(setup), book, archive.clone(), now_ms);
        let scribe = Scribe::new(writer, health.clone(), metrics.clone(), events.clone());
        let scribe = scribe.map_err(StartError::Thread)?;
        let (trunk, health) = (outbound_trunk(setup), health.clone());
        let now_running = current.clone();
        let trials = Trials::new(parts::trial(setup));
        let run = move || {
            // Whatever of the switchboard spawns tasks finds the runtime here.
            let runtime = io.runtime.clone();
            let _within = runtime.enter();
            let mut switchboard = Switchboard::new(site, io, scribe, (devices, desks), now_running);
            switchboard.call_out_by(trunk);
            switchboard.wait_for_agents(waits);
            switchboard.may_be_tried(trials);
            switchboard.recover(recovered);
            health.good(Check::Recovery);
            switchboard.run(&inbox);
        };
        let thread = std::thread::Builder::new().name("switchboard".into()).spawn(run);
        let switchboard = Some(thread.map_err(StartError::Thread)?);
        let may_be_tried = setup.config.trial.enabled;
        let (from, now) = (events.clone(), current.clone());
        let asking = Arc::new(Asking { events: from, archive, current: now, may_be_tried });
        let web = web::open(setup, asking.clone()).await?;
        let following = setup.settings.clone().map(|settings| {
            tokio::spawn(follow(settings, current.clone(), metrics.clone(), events.clone()))
        });
        let operator = Operator::new(events, current, metrics);
        Ok(Self { operator, switchboard, asking, web, following, _endpoint: endpoint })
    }

    /// The contact centre as pages see it.
    pub fn centre(&self) -> Arc<dyn trunkline_api::centre::Centre> {
        self.asking.clone()
    }

    /// The pages, where they are served.
    pub fn web(&self) -> Option<&Web> {
        self.web.as_ref()
    }

    /// Tells the pages that the server stops, and waits until they know.
    pub async fn close_pages(&mut self) {
        if let Some(web) = self.web.take() {
            web.stop().await;
        }
    }

    /// What an operator may ask of the server, for [`crate::ops::operate`].
    pub fn control(&self) -> Arc<dyn Control> {
        Arc::new(self.operator.clone())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Whoever asks from now on learns that the server stops.
        self.web = None;
        if let Some(following) = &self.following {
            following.abort();
        }
        // It is gone already when it was told to stop.
        let _ = self.operator.events.send(Event::Stop);
        if let Some(thread) = self.switchboard.take() {
            let _ = thread.join();
        }
    }
}

/// The set-up with the tenant that is kept, if that was not done before.
fn settled(setup: &Setup, now_ms: i64) -> Result<Setup, ConfigErrors> {
    let mut setup = setup.clone();
    if setup.settings.is_none() {
        setup.settle(now_ms)?;
    }
    Ok(setup)
}

fn devices(setup: &Setup) -> Devices {
    let phones = setup.phones.iter();
    Devices::new(phones.map(|it| (it.credentials.user.clone(), it.agent.clone())))
}

fn archive(setup: &Setup) -> Result<Archive, StartError> {
    let places = Places {
        lines: setup.data_dir().join("contacts.sqlite"),
        journal: setup.journal_path(),
        key: setup.key_path(),
    };
    let keep_ms = i64::from(setup.config.desk.history_days) * A_DAY_MS;
    Archive::start(places, keep_ms).map_err(StartError::Kept)
}

#[derive(Clone)]
struct Operator {
    events: Sender<Event>,
    current: Current,
    metrics: Metrics,
    runtime: Handle,
}

impl Operator {
    /// Within the runtime.
    fn new(events: Sender<Event>, current: Current, metrics: &Metrics) -> Self {
        Self { events, current, metrics: metrics.clone(), runtime: Handle::current() }
    }
}

impl Control for Operator {
    fn ask(&self, ask: Ask) {
        // A switchboard that is gone drops the channel for the answer; whoever asked sees that.
        match ask {
            Ask::Reload(setup, reply) => {
                let Self { events, current, metrics, runtime } = self.clone();
                // Audio is decoded there: calls must not wait for that.
                runtime.spawn_blocking(move || {
                    let now_ms = Clock::start().now_ms();
                    let prepared = Prepared::anew(*setup, &current, &metrics, now_ms);
                    let _ = events.send(Event::Reloaded(Box::new(prepared), reply));
                });
            }
            ask => drop(self.events.send(Event::Asked(Box::new(ask)))),
        }
    }
}

/// Tells the switchboard which phones are registered, and what to keep of them.
fn hear_of_phones(endpoint: &Endpoint, events: &Sender<Event>) {
    forward(endpoint.registrations(), events.clone(), Event::Phone);
    let kept = endpoint.kept_phones();
    forward(kept, events.clone(), |(user, phones)| Event::Phones { user, phones });
}

/// Phones that registered with an earlier run need not register again (RFC 3261 lets a registrar
/// keep its bindings wherever it likes).
fn restore_phones(endpoint: &Endpoint, phones: &[(String, Phone)], now_ms: i64) {
    let mut count = 0;
    for (user, Phone { phone, expires_ms }) in phones {
        let mut phone = phone.clone();
        phone.binding.left_ms = u64::try_from(expires_ms - now_ms).unwrap_or(0);
        count += u32::from(endpoint.restore_phone(user, phone));
    }
    if count > 0 {
        tracing::info!(count, "phones are registered as before");
    }
}

fn recordings_folder(setup: &Setup) -> Result<std::path::PathBuf, StartError> {
    let path = setup.data_dir().join("recordings");
    let made = std::fs::create_dir_all(&path);
    made.map_err(|source| StartError::Recordings { path: path.clone(), source })?;
    Ok(path)
}

/// The trunk by which calls go out: the first that takes them.
pub(crate) fn outbound_trunk(setup: &Setup) -> Option<String> {
    let trunks = &setup.config.trunks;
    trunks.iter().find(|trunk| trunk.outbound.is_some()).map(|trunk| trunk.name.clone())
}

pub(crate) fn connector_options(setup: &Setup) -> connector::Options {
    connector::Options {
        base_dir: setup.tenant_dir.clone(),
        // Those that are kept sealed stand in the tenant as literals.
        allow_literal_secrets: setup.options.allow_literal_secrets || setup.settings.is_some(),
        ..connector::Options::default()
    }
}

pub(crate) fn library(setup: &Setup, metrics: &Metrics) -> Result<Library, StartError> {
    let metrics = metrics.clone();
    let listener: speech::Listener = Arc::new(move |notice| {
        if let speech::Notice::ProviderFailed { provider, .. } = &notice {
            metrics.speech_failed(provider);
        }
        tracing::warn!("{notice}");
    });
    let base_dir = setup.base_dir.clone();
    let options = speech::Options { base_dir, listener, ..speech::Options::default() };
    let speaker = Speaker::new(setup.config.speech.clone(), &options)?;
    let limits = Limits::default();
    let kept = |sha256: &str| setup.uploaded(sha256);
    let (library, problems) =
        Library::load_with(&setup.site.tenant, &setup.tenant_dir, &kept, Some(speaker), limits);
    problems.iter().for_each(|problem| tracing::warn!("{problem}"));
    Ok(library)
}

/// Has the texts spoken that are the same for every caller, on the side: whoever calls before that
/// waits a little longer.
pub(crate) fn prepare(setup: &Setup, library: &Library) {
    let flows = setup.site.flows().iter();
    let texts = flows.flat_map(|flow| flow.nodes.iter()).flat_map(|it| it.activity.fixed_texts());
    let texts: Vec<_> = texts.map(|(text, voice)| (text.to_owned(), voice)).collect();
    let library = library.clone();
    tokio::spawn(async move {
        let count = texts.len();
        let problems = library.prepare(texts).await;
        problems.iter().for_each(|problem| tracing::warn!("{problem}"));
        tracing::info!(texts = count, "texts of flows are spoken and kept");
    });
}

/// Sends on new calls, which are not to wait.
fn forward_calls(mut from: UnboundedReceiver<IncomingCall>, events: Sender<Event>, bell: Bell) {
    tokio::spawn(async move {
        while let Some(call) = from.recv().await {
            let event = Event::Call { call: Box::new(call), since: Instant::now() };
            if events.send(event).is_err() {
                return;
            }
            bell.ring();
        }
    });
}

/// Sends on what comes out of a channel of the runtime.
fn forward<T: Send + 'static>(
    mut from: UnboundedReceiver<T>,
    events: Sender<Event>,
    event: impl Fn(T) -> Event + Send + 'static,
) {
    tokio::spawn(async move {
        while let Some(item) = from.recv().await {
            if events.send(event(item)).is_err() {
                return;
            }
        }
    });
}

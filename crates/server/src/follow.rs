//! Follows the tenant that is kept: what the pages, the interface or another process change is
//! met by new contacts within a second.

use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use trunkline_api::centre::InForce;
use trunkline_connector::Client;
use trunkline_journal::SiteImage;
use trunkline_prompts::Library;
use trunkline_settings::Settings;

use crate::config::Setup;
use crate::ops::Metrics;
use crate::switchboard::Event;
use crate::{recovery, server};

/// How often changes of another process are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Changes that come at once are taken over at once.
const GATHER: Duration = Duration::from_millis(50);

/// What could not be taken over is tried again after so many looks: a file may have been put where
/// it was missing.
const TRY_AGAIN: u32 = 30;

/// What new contacts meet, shared between the switchboard, who follows changes, and who asks.
#[derive(Clone)]
pub(crate) struct Current(Arc<Mutex<Inner>>);

struct Inner {
    setup: Arc<Setup>,
    client: Client,
    library: Library,
    notes: Vec<String>,
}

/// Everything that new contacts will meet, ready to be put in place.
pub(crate) struct Prepared {
    pub(crate) setup: Arc<Setup>,
    pub(crate) client: Client,
    pub(crate) library: Library,
    pub(crate) image: Arc<SiteImage>,
    /// The set-up that it was made from: what came between must not be undone.
    from: Arc<Setup>,
}

impl Current {
    pub(crate) fn new(setup: Setup, client: Client, library: Library) -> Self {
        let inner = Inner { setup: Arc::new(setup), client, library, notes: Vec::new() };
        Self(Arc::new(Mutex::new(inner)))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The set-up.
    pub(crate) fn setup(&self) -> Arc<Setup> {
        self.lock().setup.clone()
    }

    /// Audio files and spoken texts.
    pub(crate) fn library(&self) -> Library {
        self.lock().library.clone()
    }

    /// Which revision is in force, and what of newer ones is not.
    pub(crate) fn in_force(&self) -> InForce {
        let inner = self.lock();
        InForce { revision: inner.setup.revision, notes: inner.notes.clone() }
    }

    /// Whether this was made from what is current.
    pub(crate) fn is_base_of(&self, prepared: &Prepared) -> bool {
        Arc::ptr_eq(&self.lock().setup, &prepared.from)
    }

    pub(crate) fn replace(&self, prepared: &Prepared, notes: Vec<String>) {
        let mut inner = self.lock();
        inner.setup = prepared.setup.clone();
        inner.client = prepared.client.clone();
        inner.library = prepared.library.clone();
        inner.notes = notes;
    }

    /// A note that does not hold any more.
    pub(crate) fn forget_note(&self, note: &str) {
        self.lock().notes.retain(|it| it != note);
    }

    /// A note beside those that there are, once.
    fn note(&self, note: String) {
        let mut inner = self.lock();
        if !inner.notes.contains(&note) {
            inner.notes.push(note);
        }
    }
}

impl Prepared {
    /// Reads everything anew that the set-up names, its tenant's files too where they count. It
    /// blocks.
    ///
    /// # Errors
    /// What cannot be had.
    pub(crate) fn anew(
        mut setup: Setup,
        current: &Current,
        metrics: &Metrics,
        now_ms: i64,
    ) -> Result<Self, String> {
        let said = |error: &dyn std::fmt::Display| error.to_string();
        let from = current.setup();
        if setup.settings.is_none() {
            setup.settings.clone_from(&from.settings);
            setup.settle(now_ms).map_err(|error| said(&error))?;
        }
        let client = Client::new(&setup.site.tenant, server::connector_options(&setup));
        let client = client.map_err(|error| said(&error))?;
        let library = server::library(&setup, metrics).map_err(|error| said(&error))?;
        let image = recovery::image(&setup).map_err(|error| said(&error))?;
        Ok(Self { setup: Arc::new(setup), client, library, image, from })
    }

    /// The tenant that is kept now, with tokens, connections and spoken texts as far as they are
    /// the same. It blocks.
    ///
    /// # Errors
    /// What cannot be had.
    fn of_kept(settings: &Settings, current: &Current, metrics: &Metrics) -> Result<Self, String> {
        let said = |error: &dyn std::fmt::Display| error.to_string();
        let snapshot = settings.snapshot().map_err(|error| said(&error))?;
        let (from, mut client, mut library) = {
            let inner = current.lock();
            (inner.setup.clone(), inner.client.clone(), inner.library.clone())
        };
        let mut setup = Setup::clone(&from);
        setup.take(&snapshot).map_err(|error| said(&error))?;
        let (new, old) = (&setup.site.tenant, &from.site.tenant);
        if (&new.connectors, &new.http) != (&old.connectors, &old.http) {
            let made = Client::new(new, server::connector_options(&setup));
            client = made.map_err(|error| said(&error))?;
        }
        if new.audio != old.audio {
            library = server::library(&setup, metrics).map_err(|error| said(&error))?;
        }
        let image = recovery::image(&setup).map_err(|error| said(&error))?;
        Ok(Self { setup: Arc::new(setup), client, library, image, from })
    }
}

/// Takes over what is changed, for as long as there is a switchboard.
pub(crate) async fn follow(
    settings: Arc<Settings>,
    current: Current,
    metrics: Metrics,
    events: Sender<Event>,
) {
    let mut changes = settings.watch();
    let mut failed = (0, 0);
    loop {
        let look = tokio::time::timeout(LOOK_EVERY, changes.changed()).await;
        if look.is_ok() {
            tokio::time::sleep(GATHER).await;
        }
        let newest = newest(&settings).await;
        if newest <= current.in_force().revision {
            continue;
        }
        if failed.0 == newest && failed.1 > 0 {
            failed.1 -= 1;
            continue;
        }
        match take_over(&settings, &current, &metrics, &events).await {
            Ok(()) => {}
            Err(Stop::Gone) => return,
            Err(Stop::Refused(why)) => {
                tracing::error!(revision = newest, "the tenant was not taken over: {why}");
                current.note(format!("revision {newest} is not in force: {why}"));
                failed = (newest, TRY_AGAIN);
            }
        }
    }
}

async fn newest(settings: &Arc<Settings>) -> u64 {
    let settings = settings.clone();
    match tokio::task::spawn_blocking(move || settings.refresh()).await {
        Ok(Ok(newest)) => newest,
        Ok(Err(error)) => {
            tracing::warn!("changes of the tenant cannot be looked for: {error}");
            0
        }
        Err(_) => 0,
    }
}

/// Why nothing was taken over.
enum Stop {
    /// The switchboard is gone.
    Gone,
    /// It cannot be.
    Refused(String),
}

async fn take_over(
    settings: &Arc<Settings>,
    current: &Current,
    metrics: &Metrics,
    events: &Sender<Event>,
) -> Result<(), Stop> {
    let (kept, now, counts) = (settings.clone(), current.clone(), metrics.clone());
    let prepared = move || Prepared::of_kept(&kept, &now, &counts);
    let prepared = tokio::task::spawn_blocking(prepared).await;
    let prepared = prepared.map_err(|error| Stop::Refused(error.to_string()))?;
    let prepared = Box::new(prepared.map_err(Stop::Refused)?);
    let revision = prepared.setup.revision;
    let (reply, taken) = oneshot::channel();
    events.send(Event::Tenant(prepared, reply)).map_err(|_| Stop::Gone)?;
    let notes = taken.await.map_err(|_| Stop::Gone)?.map_err(Stop::Refused)?;
    tracing::info!(revision, "the tenant was taken over");
    notes.iter().for_each(|note| tracing::warn!(revision, "{note}"));
    Ok(())
}

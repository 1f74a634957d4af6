//! Keeps a phone registered: the shell around [`crate::registration`].

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, watch};
use tokio::task::AbortHandle;

use crate::flow::Flow;
use crate::phone::Shared;
use crate::registration::{Answered, Identity, Registration, refresh_after};
use crate::{Phone, PhoneError};

/// How soon a refresh that failed is tried again.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// How long a phone that is closed waits for its registrar.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);

/// A registration that has been granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registered {
    /// How long it holds without a refresh.
    pub expires: Duration,
}

/// How a phone stands with its registrar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// It has not registered, or has taken its registration back.
    #[default]
    Unregistered,
    /// It is registered; refreshed so many times since.
    Registered {
        /// How often the registration has been refreshed.
        refreshes: u32,
    },
    /// The registrar refuses, or does not answer (408, 503).
    Refused {
        /// The status.
        status: u16,
    },
}

/// What a phone remembers of its registration.
#[derive(Default)]
pub(crate) struct Keeper {
    /// The registration and the way that it takes.
    registration: Mutex<Option<(Registration, Flow)>>,
    refresher: std::sync::Mutex<Option<AbortHandle>>,
    standing: watch::Sender<Standing>,
}

impl Phone {
    /// Registers, and keeps the registration fresh until [`Self::unregister`] or the phone is
    /// closed.
    ///
    /// # Errors
    /// When the phone has no registrar, or the registrar refuses or does not answer.
    pub async fn register(&self) -> Result<Registered, PhoneError> {
        let keeper = &self.shared.keeper;
        keeper.stop();
        self.prepare().await?;
        let wanted_s = expires_s(&self.shared);
        let registered = ask(&self.shared, wanted_s).await?;
        keeper.standing.send_replace(Standing::Registered { refreshes: 0 });
        let task = tokio::spawn(refresh(Arc::downgrade(&self.shared), registered.expires));
        keeper.keep(task.abort_handle());
        Ok(registered)
    }

    /// Opens the way to the registrar, unless it is open.
    async fn prepare(&self) -> Result<(), PhoneError> {
        let Shared { settings, address, keeper, .. } = &*self.shared;
        let mut registration = keeper.registration.lock().await;
        if registration.is_some() {
            return Ok(());
        }
        let registrar = settings.registrar.as_deref().ok_or(PhoneError::NoRegistrar)?;
        let flow = Flow::open(registrar, *address, settings.t1).await?;
        let identity = identity(&self.shared, registrar)?;
        *registration = Some((Registration::new(identity), flow));
        Ok(())
    }

    /// Takes the registration back.
    ///
    /// # Errors
    /// When the registrar refuses or does not answer. Then it ends by itself.
    pub async fn unregister(&self) -> Result<(), PhoneError> {
        unregister(&self.shared).await
    }

    /// How the phone stands with its registrar; the receiver tells of changes.
    pub fn standing(&self) -> watch::Receiver<Standing> {
        self.shared.keeper.standing.subscribe()
    }

    /// Takes the registration back, if there is one, and takes no more calls. Those that are going
    /// on are not touched.
    pub async fn close(self) {
        // A registrar that does not answer forgets the phone by itself.
        let _ = tokio::time::timeout(CLOSE_LIMIT, unregister(&self.shared)).await;
    }
}

/// A phone that is dropped while it is registered says so on the side.
impl Drop for Phone {
    fn drop(&mut self) {
        let is_registered =
            matches!(*self.shared.keeper.standing.borrow(), Standing::Registered { .. });
        self.shared.keeper.stop();
        if is_registered && let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let shared = self.shared.clone();
            runtime.spawn(async move {
                let _ = tokio::time::timeout(CLOSE_LIMIT, unregister(&shared)).await;
            });
        }
    }
}

impl Keeper {
    fn keep(&self, task: AbortHandle) {
        *self.refresher.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(task);
    }

    fn stop(&self) {
        let mut refresher =
            self.refresher.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(task) = refresher.take() {
            task.abort();
        }
    }
}

async fn unregister(shared: &Arc<Shared>) -> Result<(), PhoneError> {
    shared.keeper.stop();
    if *shared.keeper.standing.borrow() == Standing::Unregistered {
        return Ok(());
    }
    shared.keeper.standing.send_replace(Standing::Unregistered);
    ask(shared, 0).await.map(|_| ())
}

/// Refreshes before each end; what fails is tried again, also after the end.
async fn refresh(shared: std::sync::Weak<Shared>, expires: Duration) {
    let (mut wait, mut refreshes) = (refresh_after(expires), 0);
    loop {
        tokio::time::sleep(wait).await;
        let Some(shared) = shared.upgrade() else { return };
        let (standing, next) = match ask(&shared, expires_s(&shared)).await {
            Ok(registered) => {
                refreshes += 1;
                (Standing::Registered { refreshes }, refresh_after(registered.expires))
            }
            Err(error) => {
                tracing::warn!(%error, "the registration could not be refreshed");
                (Standing::Refused { status: status(&error) }, RETRY_AFTER)
            }
        };
        shared.keeper.standing.send_replace(standing);
        wait = next;
    }
}

fn status(error: &PhoneError) -> u16 {
    match error {
        PhoneError::WrongPassword { status } | PhoneError::NotRegistered { status } => *status,
        _ => 503,
    }
}

/// One registration, with its challenges.
async fn ask(shared: &Shared, expires_s: u32) -> Result<Registered, PhoneError> {
    let mut registration = shared.keeper.registration.lock().await;
    let (registration, flow) = registration.as_mut().ok_or(PhoneError::NoRegistrar)?;
    let mut request = registration.begin(expires_s);
    // The registration bounds its rounds.
    loop {
        let response = flow.ask(request).await;
        match registration.on_response(&response) {
            Answered::Wait => return Err(PhoneError::NotRegistered { status: response.status }),
            Answered::Again(again) => request = *again,
            Answered::Done { expires } => return Ok(Registered { expires }),
            Answered::Refused { status, is_wrong_password: true } => {
                return Err(PhoneError::WrongPassword { status });
            }
            Answered::Refused { status, is_wrong_password: false } => {
                return Err(PhoneError::NotRegistered { status });
            }
        }
    }
}

fn expires_s(shared: &Shared) -> u32 {
    u32::try_from(shared.settings.expires.as_secs()).unwrap_or(u32::MAX).clamp(1, 86_400)
}

fn identity(shared: &Shared, registrar: &str) -> Result<Identity, PhoneError> {
    let settings = &shared.settings;
    Ok(Identity {
        registrar: registrar.to_owned(),
        record: settings.record(shared.address),
        contact: format!("sip:{}@{}", settings.user, shared.address),
        credentials: settings.credentials(),
        call_id: format!("{:032x}", random()?),
        tag: format!("{:032x}", random()?),
        seed: random()? as u64,
    })
}

fn random() -> Result<u128, PhoneError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| PhoneError::Random(error.to_string()))?;
    Ok(u128::from_ne_bytes(bytes))
}

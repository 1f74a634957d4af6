//! Keeps a phone registered: the shell around [`crate::registration`].

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::{Mutex, watch};
use tokio::task::AbortHandle;
use trunkline_telephony::address::Uri;
use trunkline_telephony::message::{OutRequest, Response};

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
    registration: Arc<Mutex<Option<Registration>>>,
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
        let identity = identity(&self.shared)?;
        keeper.registration.lock().await.get_or_insert_with(|| Registration::new(identity));
        let wanted_s = expires_s(&self.shared);
        let registered = ask(&self.shared, wanted_s).await?;
        keeper.standing.send_replace(Standing::Registered { refreshes: 0 });
        let task = tokio::spawn(refresh(Arc::downgrade(&self.shared), registered.expires));
        keeper.keep(task.abort_handle());
        Ok(registered)
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
    let registration = registration.as_mut().ok_or(PhoneError::NoRegistrar)?;
    let mut request = registration.begin(expires_s);
    // The registration bounds its rounds.
    loop {
        let response = send(shared, &request).await;
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

fn identity(shared: &Shared) -> Result<Identity, PhoneError> {
    let settings = &shared.settings;
    let registrar = settings.registrar.clone().ok_or(PhoneError::NoRegistrar)?;
    let transport = Uri::parse(&registrar).and_then(|uri| uri.param("transport"));
    let transport = transport.map(|name| format!(";transport={name}")).unwrap_or_default();
    let contact = format!("sip:{}@{}{transport}", settings.user, shared.address);
    let record = settings.record(shared.address);
    let (call_id, tag) = (unique(shared), unique(shared));
    let credentials = settings.credentials();
    let seed = u64::from_str_radix(&unique(shared)[..16], 16).unwrap_or_default();
    Ok(Identity { registrar, record, contact, credentials, call_id, tag, seed })
}

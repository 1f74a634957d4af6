//! Password hashes: Argon2id, a limited number at once.

use std::sync::{Condvar, Mutex, PoisonError};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::error::AccountsError;
use crate::name::normal;
use crate::secret::{self, Password};
use crate::settings::{Cost, Settings};

/// Random bytes in a salt.
const SALT_BYTES: usize = 16;

/// A password longer than this, in bytes, is no password: it costs nothing to refuse it.
const MAX_BYTES: usize = 2_048;

/// Makes and checks hashes.
#[derive(Debug)]
pub(crate) struct Hasher {
    argon: Argon2<'static>,
    cost: Cost,
    /// The hash of a random password: what is checked where there is none, so that it takes as
    /// long to refuse a name that does not exist.
    nobody: String,
    gate: Gate,
}

impl Hasher {
    pub(crate) fn new(settings: &Settings) -> Result<Self, AccountsError> {
        let Cost { memory_kib, passes } = settings.cost;
        let params = Params::new(memory_kib, passes, 1, None)
            .map_err(|_| AccountsError::Secret("the cost of password hashes is not possible"))?;
        let gate = Gate::new(settings.hashes_at_once, settings.hashes_waiting);
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut hasher = Self { argon, cost: settings.cost, nobody: String::new(), gate };
        let random = secret::Shown::random("")?;
        hasher.nobody = hasher.hash(&Password::new(random.reveal()))?;
        Ok(hasher)
    }

    /// The password's hash, in the PHC's format.
    pub(crate) fn hash(&self, password: &Password) -> Result<String, AccountsError> {
        let salt = secret::random::<SALT_BYTES>()?;
        let _turn = self.gate.enter()?;
        let hash = self.argon.hash_password_with_salt(normal(password.as_str()).as_bytes(), &salt);
        let hash = hash.map_err(|_| AccountsError::Secret("a password could not be hashed"))?;
        Ok(hash.to_string())
    }

    /// Whether it is the password of this hash. Without a hash the answer is no, after the same
    /// time.
    pub(crate) fn verify(
        &self,
        password: &Password,
        hash: Option<&str>,
    ) -> Result<bool, AccountsError> {
        if password.as_str().len() > MAX_BYTES {
            return Ok(false);
        }
        let parsed = PasswordHash::new(hash.unwrap_or(&self.nobody))
            .map_err(|_| AccountsError::Secret("a password's hash cannot be read"))?;
        let _turn = self.gate.enter()?;
        let verified =
            self.argon.verify_password(normal(password.as_str()).as_bytes(), &parsed).is_ok();
        Ok(verified && hash.is_some())
    }

    /// Whether the hash was made at another cost than today's.
    pub(crate) fn is_outdated(&self, hash: &str) -> bool {
        let Cost { memory_kib, passes } = self.cost;
        !hash.starts_with(&format!("$argon2id$v=19$m={memory_kib},t={passes},p=1$"))
    }
}

/// Lets a limited number in, and a limited number wait.
#[derive(Debug)]
struct Gate {
    most: usize,
    most_waiting: usize,
    state: Mutex<Inside>,
    left: Condvar,
}

#[derive(Debug, Default)]
struct Inside {
    running: usize,
    waiting: usize,
}

/// A place inside, given back when it is dropped.
struct Turn<'a>(&'a Gate);

impl Gate {
    fn new(most: usize, most_waiting: usize) -> Self {
        let state = Mutex::new(Inside::default());
        Self { most: most.max(1), most_waiting, state, left: Condvar::new() }
    }

    fn enter(&self) -> Result<Turn<'_>, AccountsError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.running >= self.most {
            if state.waiting >= self.most_waiting {
                return Err(AccountsError::Busy);
            }
            state.waiting += 1;
            while state.running >= self.most {
                state = self.left.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            state.waiting -= 1;
        }
        state.running += 1;
        Ok(Turn(self))
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.running -= 1;
        drop(state);
        self.0.left.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::{Duration, Instant};

    use super::*;

    fn hasher(cost: Cost) -> Hasher {
        Hasher::new(&Settings { cost, ..Settings::default() }).unwrap()
    }

    #[test]
    fn a_hash_is_argon2id_with_the_costs_of_owasp() {
        let hasher = hasher(Cost::OWASP);
        let hash = hasher.hash(&Password::new("correct horse")).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(hasher.verify(&Password::new("correct horse"), Some(&hash)).unwrap());
        assert!(!hasher.verify(&Password::new("correct hors"), Some(&hash)).unwrap());
        assert!(!hasher.is_outdated(&hash));
        assert!(self::hasher(Cost::TEST).is_outdated(&hash));
        assert!(self::hasher(Cost::TEST).verify(&"correct horse".into(), Some(&hash)).unwrap());
    }

    #[test]
    fn a_password_may_be_typed_on_any_keyboard() {
        let hasher = hasher(Cost::TEST);
        let hash = hasher.hash(&Password::new("ｃａｆé horse")).unwrap();
        assert!(hasher.verify(&Password::new("cafe\u{301} horse"), Some(&hash)).unwrap());
        assert!(!hasher.verify(&Password::new("cafe horse"), Some(&hash)).unwrap());
    }

    #[test]
    fn nobodys_password_is_never_right_and_long_ones_cost_nothing() {
        let hasher = hasher(Cost::OWASP);
        assert!(!hasher.verify(&Password::new("anything"), None).unwrap());
        let started = Instant::now();
        assert!(!hasher.verify(&Password::new("é".repeat(10_000_000)), None).unwrap());
        assert!(started.elapsed() < Duration::from_secs(1));
    }

    /// Times themselves say little on a machine that does other things too: the same costs do.
    #[test]
    fn a_name_that_does_not_exist_takes_as_long() {
        let hasher = hasher(Cost::OWASP);
        let hash = hasher.hash(&Password::new("correct horse")).unwrap();
        let costs = |hash: &str| hash.rsplitn(3, '$').nth(2).map(str::to_owned);
        assert_eq!(costs(&hasher.nobody), costs(&hash));
        let started = Instant::now();
        assert!(!hasher.verify(&Password::new("wrong"), None).unwrap());
        // No machine passes twice over 19 MiB in less.
        assert!(started.elapsed() > Duration::from_millis(3), "{:?}", started.elapsed());
    }

    #[test]
    fn the_gate_bounds_who_runs_and_who_waits() {
        let gate = Gate::new(2, 3);
        let (running, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let refused = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..20 {
                scope.spawn(|| {
                    let Ok(_turn) = gate.enter() else {
                        refused.fetch_add(1, Ordering::SeqCst);
                        return;
                    };
                    most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::sleep(Duration::from_millis(50));
                    running.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        assert!(most.load(Ordering::SeqCst) <= 2);
        assert!(refused.load(Ordering::SeqCst) > 0);
        let state = gate.state.lock().unwrap();
        assert_eq!((state.running, state.waiting), (0, 0));
    }
}

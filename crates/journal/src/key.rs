//! Where the key is that seals what is secret in a journal (decision 20).

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use trunkline_store::seal::Key;

use crate::JournalError;

/// The environment variable that holds the journal's key.
const VARIABLE: &str = "TRUNKLINE_KEY";

/// Where a journal's key comes from.
#[derive(Clone, Debug)]
pub enum Keys {
    /// This key.
    Known(Key),
    /// The environment variable `TRUNKLINE_KEY`, or else this file.
    File(PathBuf),
}

impl Keys {
    /// The keys of a journal whose key file lies beside it.
    #[must_use]
    pub fn beside(journal: &Path) -> Self {
        let mut name = journal.as_os_str().to_owned();
        name.push(".key");
        Self::File(PathBuf::from(name))
    }

    /// The key.
    ///
    /// # Errors
    /// [`JournalError::Key`] where there is none, or none that can be read.
    pub fn find(&self) -> Result<Key, JournalError> {
        self.get(false)
    }

    /// The key; a file that is not there is made, readable for its owner alone.
    ///
    /// # Errors
    /// [`JournalError::Key`].
    pub fn find_or_make(&self) -> Result<Key, JournalError> {
        self.get(true)
    }

    fn get(&self, may_make: bool) -> Result<Key, JournalError> {
        let path = match self {
            Self::Known(key) => return Ok(key.clone()),
            Self::File(path) => path,
        };
        if let Ok(text) = std::env::var(VARIABLE) {
            let problem = |error| JournalError::Key { text: format!("{VARIABLE}: {error}") };
            return Key::parse(&text).map_err(problem);
        }
        match std::fs::read_to_string(path) {
            Ok(text) => Key::parse(&text).map_err(|error| problem(path, &error)),
            Err(error) if error.kind() == ErrorKind::NotFound && may_make => {
                let key = Key::generate().map_err(|error| problem(path, &error))?;
                write_private(path, key.to_hex().as_str())
                    .map_err(|error| problem(path, &error))?;
                Ok(key)
            }
            Err(error) => Err(problem(path, &error)),
        }
    }
}

fn problem(path: &Path, error: &dyn std::fmt::Display) -> JournalError {
    let text = format!(
        "{}: {error}; the journal holds secrets: set {VARIABLE}, or keep its key file",
        path.display()
    );
    JournalError::Key { text }
}

/// Makes a file that only its owner can read.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

//! Where things are kept when the file does not say.

use std::path::{Path, PathBuf};

use super::Config;

impl Config {
    /// The folder for what the server keeps. `base_dir` is the folder of `trunkline.toml`.
    pub fn data_dir(&self, base_dir: &Path) -> PathBuf {
        base_dir.join(&self.data_dir)
    }

    /// The journal's database.
    pub fn journal_path(&self, base_dir: &Path) -> PathBuf {
        self.kept(base_dir, self.journal.path.as_deref(), "journal.db")
    }

    /// The file with the key that seals what is secret in the journal.
    pub fn key_path(&self, base_dir: &Path) -> PathBuf {
        self.kept(base_dir, self.journal.key_file.as_deref(), "journal.key")
    }

    /// The users of the pages, with their sessions.
    pub fn accounts_path(&self, base_dir: &Path) -> PathBuf {
        self.data_dir(base_dir).join("accounts.sqlite")
    }

    /// The tenant's configuration.
    pub fn settings_path(&self, base_dir: &Path) -> PathBuf {
        self.data_dir(base_dir).join("settings.sqlite")
    }

    /// The admin socket.
    pub fn socket_path(&self, base_dir: &Path) -> PathBuf {
        self.kept(base_dir, self.admin.socket.as_deref(), "admin.sock")
    }

    fn kept(&self, base_dir: &Path, named: Option<&Path>, usual: &str) -> PathBuf {
        match named {
            Some(path) => base_dir.join(path),
            None => self.data_dir(base_dir).join(usual),
        }
    }
}

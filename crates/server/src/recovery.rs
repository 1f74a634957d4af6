//! The journal of a server, and what an earlier run left in it.

use std::collections::HashMap;
use std::sync::Arc;

use trunkline_journal::{
    Draft, JournalError, Keys, RecoverOptions, Recovered, Retention, SiteImage, Writer,
    WriterOptions, recover,
};
use trunkline_model::ContactId;
use trunkline_store::{JournalSync, SqliteOptions, SqliteStore};

use crate::config::{Setup, SyncMode};

/// Opens the journal and takes over what never ended.
///
/// What agents had typed goes into their contacts.
///
/// # Errors
/// The file cannot be opened or read, or there is no key for what it holds.
pub(crate) fn open(
    setup: &Setup,
    now_ms: i64,
    drafts: &HashMap<ContactId, Vec<Draft>>,
) -> Result<(Writer, Recovered), JournalError> {
    let config = &setup.config.journal;
    let path = setup.journal_path();
    if let Some(folder) = path.parent() {
        // What cannot be made shows when the file is opened.
        let _ = std::fs::create_dir_all(folder);
    }
    let sync = match config.sync {
        SyncMode::Always => JournalSync::Always,
        SyncMode::Within50Ms => JournalSync::Within50Ms,
        SyncMode::Never => JournalSync::Never,
    };
    // Calls wait for the disk at SQLite's checkpoints only.
    let options = SqliteOptions { sync, syncs_itself: true, ..SqliteOptions::default() };
    let store = Arc::new(SqliteStore::open(&path, options)?);
    let keys = Keys::File(setup.key_path());
    let image = image(setup)?;
    // Flows with secure variables may come while the server runs.
    let key = Some(keys.find_or_make()?);
    let retention = Retention {
        keep_ms: i64::from(config.keep_h) * 3_600_000,
        keep_contacts: usize::try_from(config.keep_calls).unwrap_or(usize::MAX),
    };
    let tenant = &setup.site.tenant;
    let domain = tenant.name.clone();
    let mut writer = Writer::new(store, WriterOptions { key, domain, retention });
    writer.begin_site(image, now_ms)?;
    let options = RecoverOptions { tenant, keys: &keys, now_ms, is_traced: false, drafts };
    let recovered = recover(&mut writer, &options)?;
    Ok((writer, recovered))
}

/// What contacts are started with, as the journal keeps it.
///
/// # Errors
/// A flow that cannot be read, which the set-up has excluded.
pub(crate) fn image(setup: &Setup) -> Result<Arc<SiteImage>, JournalError> {
    let image = SiteImage::new(&setup.site.tenant, setup.exports.clone())?;
    image.with_versions(setup.site.versions().clone()).map(Arc::new)
}

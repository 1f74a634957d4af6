//! Which sites contacts have met, and since when: so that sites that nobody needs can go.
//!
//! Each change of the configuration makes a site, and a site is as large as the tenant with all its
//! flows. A contact needs its site for as long as it is kept: to be finished after a crash, and to
//! be looked at. So the first contact that meets a site writes a *use*, a small stream that names
//! it. The use is over when contacts meet another site: when the domain's next use begins. Once
//! all contacts that are kept began after that, the use is not needed any more; and a site without
//! a use was met by nobody.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use trunkline_store::{BatchId, EntryKind, Store, StreamId};
use uuid::{NoContext, Timestamp, Uuid};

use crate::site::{SITES, append};
use crate::{CONTACTS, JournalError, codec};

/// Prefix of the streams of uses.
const USES: &str = "use.";

/// Clocks are set back now and then: so much later must a contact have begun, in milliseconds.
const MARGIN_MS: i64 = 600_000;

/// So many names are read at a time.
const PAGE: usize = 1_000;

#[derive(Serialize, Deserialize)]
struct Written {
    #[serde(rename = "use")]
    content: Use,
}

#[derive(Serialize, Deserialize)]
struct Use {
    sites: Vec<String>,
}

/// Writes down that contacts of a domain meet these sites from this time on.
pub(crate) fn begin(
    store: &dyn Store,
    domain: &str,
    sites: &[StreamId],
    (id, now_ms): (BatchId, i64),
) -> Result<(), JournalError> {
    let now = now_ms.max(0).unsigned_abs();
    let at = Timestamp::from_unix(NoContext, now / 1_000, (now % 1_000) as u32 * 1_000_000);
    let stream = StreamId::new(format!("{USES}{domain}{}", Uuid::new_v7(at)))?;
    let sites = sites.iter().map(ToString::to_string).collect();
    let text = serde_json::to_vec(&Written { content: Use { sites } })?;
    append(store, &stream, codec::entries(EntryKind::Closed, text), (id, now_ms))?;
    Ok(())
}

/// In a journal of a release that wrote no uses, all sites have been met until now, as far as
/// anybody knows.
pub(crate) fn begin_first(
    store: &dyn Store,
    domain: &str,
    at: (BatchId, i64),
) -> Result<(), JournalError> {
    if !store.closed_streams(&format!("{USES}{domain}"), None, 1)?.is_empty() {
        return Ok(());
    }
    let sites = all(store, SITES)?;
    if sites.is_empty() { Ok(()) } else { begin(store, domain, &sites, at) }
}

/// Purges uses of the domain that are over and not needed, and sites that are needed by no use.
/// `present` is the site that contacts meet now. At most `at_most` sites; gives how many.
pub(crate) fn purge(
    store: &dyn Store,
    domain: &str,
    present: &StreamId,
    (at_most, now_ms): (usize, i64),
) -> Result<usize, JournalError> {
    let oldest_ms = oldest_contact_ms(store)?;
    let ours = all(store, &format!("{USES}{domain}"))?;
    let is_over = |next: &StreamId| began_ms(next).saturating_add(MARGIN_MS) < oldest_ms;
    let over = ours.windows(2).filter(|pair| is_over(&pair[1])).map(|pair| pair[0].clone());
    let over: BTreeSet<StreamId> = over.collect();
    let mut needed = BTreeSet::from([present.to_string()]);
    for stream in all(store, USES)?.iter().filter(|stream| !over.contains(stream)) {
        needed.extend(sites_of(store, stream)?);
    }
    for stream in &over {
        store.purge(stream, now_ms)?;
    }
    let sites = all(store, SITES)?;
    let unneeded = sites.iter().filter(|site| !needed.contains(site.as_str())).take(at_most);
    let mut purged = 0;
    for site in unneeded {
        store.purge(site, now_ms)?;
        purged += 1;
    }
    Ok(purged)
}

fn all(store: &dyn Store, prefix: &str) -> Result<Vec<StreamId>, JournalError> {
    let mut found: Vec<StreamId> = Vec::new();
    loop {
        let page = store.closed_streams(prefix, found.last(), PAGE)?;
        let is_last = page.len() < PAGE;
        found.extend(page);
        if is_last {
            return Ok(found);
        }
    }
}

fn sites_of(store: &dyn Store, stream: &StreamId) -> Result<Vec<String>, JournalError> {
    let mut sites = Vec::new();
    for entry in store.inputs(stream)? {
        let read: Written = serde_json::from_slice(&entry.payload)?;
        sites.extend(read.content.sites);
    }
    Ok(sites)
}

/// When the oldest contact that is kept began; never, when none is. Of one whose id does not tell
/// nobody knows, and it may be as old as any.
fn oldest_contact_ms(store: &dyn Store) -> Result<i64, JournalError> {
    let closed = store.closed_streams(CONTACTS, None, 1)?;
    let open = store.open_streams(CONTACTS, None, 1)?;
    let began = closed.iter().chain(&open).map(|stream| id_ms(stream, CONTACTS).unwrap_or(0));
    Ok(began.min().unwrap_or(i64::MAX))
}

/// When a use began; one whose name does not tell has only begun.
fn began_ms(stream: &StreamId) -> i64 {
    let domain = stream.as_str().rfind('.').map_or(0, |at| at + 1);
    id_ms(stream, &stream.as_str()[..domain]).unwrap_or(i64::MAX)
}

/// The time in a name that goes on with a UUIDv7 behind the prefix.
fn id_ms(stream: &StreamId, prefix: &str) -> Option<i64> {
    let id = stream.as_str().strip_prefix(prefix)?.get(..36)?;
    let (seconds, nanoseconds) = Uuid::try_parse(id).ok()?.get_timestamp()?.to_unix();
    i64::try_from(seconds * 1_000 + u64::from(nanoseconds) / 1_000_000).ok()
}

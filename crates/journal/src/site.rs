//! The tenant and its flows, written once under the hash of what they say.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use trunkline_contact::SEMANTICS;
use trunkline_flow::{Flow, Site};
use trunkline_model::EntryPointId;
use trunkline_model::tenant::{Auth, Tenant};
use trunkline_store::seal::Key;
use trunkline_store::{
    Batch, BatchId, EntryKind, Expected, NewEntry, Origin, Resolved, Store, StoreError, StreamId,
    append_resolved, sha256,
};

use crate::codec::{self, PART_BYTES, Reader};
use crate::{JournalError, Keys};

/// Prefix of the streams of sites.
pub(crate) const SITES: &str = "site.";

/// A name may be taken by one that was cut off or purged; then the next is tried.
const MAX_NAMES: u32 = 100;

/// A tenant without credentials, and its flows: all that contacts are started with beside their
/// arrival.
#[derive(Debug)]
pub struct SiteImage {
    content: Content,
    site: Arc<Site>,
    has_secrets: bool,
}

/// What is written down.
#[derive(Debug, Serialize, Deserialize)]
struct Content {
    /// Without credentials: replay needs none, so the journal holds none.
    tenant: Tenant,
    /// The exports of the flows.
    flows: Vec<String>,
    /// Names of the connectors whose credentials are left out.
    #[serde(default)]
    needs_credentials: Vec<String>,
    /// Entry points that run another version of their flow than the first: its place in `flows`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    versions: BTreeMap<EntryPointId, usize>,
}

#[derive(Serialize)]
struct Written<'w> {
    site: &'w Content,
}

#[derive(Deserialize)]
struct Read {
    site: Content,
}

impl SiteImage {
    /// An image of this tenant and the exports of its flows. What contacts do there is sealed if
    /// any flow has secure variables.
    ///
    /// # Errors
    /// [`JournalError::Flow`] for an export that cannot be read.
    pub fn new(tenant: &Tenant, flows: Vec<String>) -> Result<Self, JournalError> {
        let mut tenant = tenant.clone();
        let secret = tenant.connectors.iter().filter(|it| it.auth != Auth::None);
        let needs_credentials = secret.map(|connector| connector.name.clone()).collect();
        tenant.connectors.iter_mut().for_each(|connector| connector.auth = Auth::None);
        Self::of(Content { tenant, flows, needs_credentials, versions: BTreeMap::new() })
    }

    /// The same, but these entry points run the flows at these places (see
    /// [`Site::with_versions`]).
    ///
    /// # Errors
    /// As [`SiteImage::new`].
    pub fn with_versions(
        self,
        versions: BTreeMap<EntryPointId, usize>,
    ) -> Result<Self, JournalError> {
        if versions.is_empty() { Ok(self) } else { Self::of(Content { versions, ..self.content }) }
    }

    fn of(content: Content) -> Result<Self, JournalError> {
        let read = |text: &String| Flow::read(text).map(|(flow, _)| Arc::new(flow));
        let flows = content.flows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let site = Site::new(content.tenant.clone(), flows);
        let site = site.with_versions(content.versions.clone());
        let has_secrets = site.has_secure_variables();
        Ok(Self { content, site: Arc::new(site), has_secrets })
    }

    /// The image with these names of connectors whose credentials somebody must bring who
    /// finishes its contacts; by default all that have credentials.
    #[must_use]
    pub fn needing(mut self, connectors: Vec<String>) -> Self {
        self.content.needs_credentials = connectors;
        self
    }

    /// The tenant and its flows as contacts see them. Its connectors have no credentials.
    #[must_use]
    pub fn site(&self) -> &Arc<Site> {
        &self.site
    }

    /// The tenant, without credentials.
    #[must_use]
    pub fn tenant(&self) -> &Tenant {
        &self.content.tenant
    }

    /// Names of the connectors whose credentials only the tenant has.
    #[must_use]
    pub fn needs_credentials(&self) -> &[String] {
        &self.content.needs_credentials
    }

    /// Whether what contacts do here may hold values of secure variables.
    #[must_use]
    pub fn has_secrets(&self) -> bool {
        self.has_secrets
    }

    /// The hash of the flow that each entry point runs.
    pub(crate) fn flow_hashes(&self, key: Option<&Key>) -> HashMap<EntryPointId, [u8; 32]> {
        let entry_points = self.content.tenant.entry_points.iter();
        let hashed = entry_points.filter_map(|entry| {
            let flow = self.site.flow_of(entry)?;
            let place = self.site.flows().iter().position(|it| Arc::ptr_eq(it, flow))?;
            Some((entry.id.clone(), hash(key, self.content.flows[place].as_bytes())))
        });
        hashed.collect()
    }

    /// Writes the site if it is not there yet, and gives its stream.
    pub(crate) fn write(
        &self,
        store: &dyn Store,
        key: Option<&Key>,
        (id, now_ms): (BatchId, i64),
    ) -> Result<StreamId, JournalError> {
        let text = serde_json::to_vec(&Written { site: &self.content })?;
        let name = HEXLOWER.encode(&hash(key, &text));
        for number in 1..=MAX_NAMES {
            let stream = stream_id(&name, number)?;
            match store.head(&stream)? {
                Some(head) if head.closed => return Ok(stream),
                // Cut off by a crash, or being written by somebody else.
                Some(_) => continue,
                None => {}
            }
            let payload = codec::seal(key, &stream, text.clone())?;
            if append(store, &stream, codec::entries(EntryKind::Closed, payload), (id, now_ms))? {
                return Ok(stream);
            }
        }
        let problem = format!("{MAX_NAMES} copies of it were begun and none was finished");
        Err(JournalError::Stream { stream: stream_id(&name, 1)?, problem })
    }

    /// Reads a site back.
    pub(crate) fn read(
        store: &dyn Store,
        stream: &StreamId,
        keys: &Keys,
    ) -> Result<Self, JournalError> {
        let problem = |problem: &str| {
            let (stream, problem) = (stream.clone(), problem.to_owned());
            JournalError::Stream { stream, problem }
        };
        let mut reader = Reader::new(stream, keys);
        let mut text = None;
        for entry in store.inputs(stream)? {
            if let Some(bytes) = reader.read(&entry)? {
                text = Some((bytes, entry));
            }
        }
        let (text, entry) = text.ok_or_else(|| problem("the tenant and its flows are missing"))?;
        let name = HEXLOWER.encode(&hash(reader.key(), &text));
        if stream.as_str().split('.').nth(1) != Some(name.as_str()) {
            return Err(problem("its content is not what its name says"));
        }
        let read: Read =
            serde_json::from_slice(&text).map_err(|error| reader.problem(&entry, &error))?;
        Self::of(read.site)
    }
}

fn stream_id(name: &str, number: u32) -> Result<StreamId, StoreError> {
    StreamId::new(if number == 1 {
        format!("{SITES}{name}")
    } else {
        format!("{SITES}{name}.{number}")
    })
}

/// The hash of a text. One that may hold secrets is hashed with the key: a short secret in a known
/// text could otherwise be found by trying.
fn hash(key: Option<&Key>, text: &[u8]) -> [u8; 32] {
    key.map_or_else(|| sha256(text), |key| key.name(text))
}

/// Writes a whole stream. Gives whether it is there; if not, the name is somebody else's.
pub(crate) fn append(
    store: &dyn Store,
    stream: &StreamId,
    entries: Vec<NewEntry>,
    (id, now_ms): (BatchId, i64),
) -> Result<bool, JournalError> {
    let mut expected = Expected::New(Origin { flow_hash: None, semantics: SEMANTICS });
    let most = PART_BYTES;
    for (place, entry) in (0..).zip(entries) {
        debug_assert!(entry.payload.len() <= most, "codec::entries keeps to the limit");
        let batch = Batch::new(BatchId(id.0.wrapping_add(place)), 1, vec![entry]);
        match append_resolved(store, stream, &expected, &batch, now_ms, &mut |_| {}) {
            Ok(Resolved::Stored(position)) => expected = Expected::At(position),
            Ok(Resolved::Fenced(_))
            | Err(StoreError::Purged { .. } | StoreError::Closed { .. }) => {
                return Ok(false);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(true)
}

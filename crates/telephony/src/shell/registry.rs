//! Which calls there are, and where requests for them go.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::UnboundedSender;

use super::driver::Mail;
use crate::message::Request;

/// What tells merged requests: the same INVITE on another path (RFC 3261, section 8.2.2.2).
type InviteKey = (String, u32, String);

#[derive(Default)]
struct Calls {
    /// Calls by this side's tag, with their `Call-ID`.
    by_tag: HashMap<String, (String, UnboundedSender<Mail>)>,
    invites: HashSet<InviteKey>,
    count: usize,
}

/// The calls of an endpoint.
#[derive(Clone, Default)]
pub(super) struct Registry(Arc<Mutex<Calls>>);

/// Why an INVITE gets no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoPlace {
    /// There are as many calls as there may be.
    Full,
    /// The same INVITE came on another path.
    Merged,
}

/// A call's place; dropping it gives it back.
pub(super) struct Place {
    registry: Registry,
    invite: Option<InviteKey>,
    tag: Option<String>,
}

impl Registry {
    pub(super) fn enter(
        &self,
        invite: Option<&Request>,
        max_calls: usize,
    ) -> Result<Place, NoPlace> {
        let mut calls = self.lock();
        let invite = invite.map(key);
        if invite.as_ref().is_some_and(|key| calls.invites.contains(key)) {
            return Err(NoPlace::Merged);
        }
        if calls.count >= max_calls {
            return Err(NoPlace::Full);
        }
        calls.count += 1;
        calls.invites.extend(invite.clone());
        Ok(Place { registry: self.clone(), invite, tag: None })
    }

    /// Where requests inside the dialog go: the call with the tag in `To` and the same `Call-ID`.
    pub(super) fn find(&self, request: &Request) -> Option<UnboundedSender<Mail>> {
        let calls = self.lock();
        let (call_id, mail) = calls.by_tag.get(request.to_tag()?)?;
        (call_id == request.call_id()).then(|| mail.clone())
    }

    /// Whether the INVITE belongs to a call that is here already.
    pub(super) fn knows(&self, from_tag: &str, cseq: u32, call_id: &str) -> bool {
        let calls = self.lock();
        // An empty table needs no key.
        !calls.invites.is_empty()
            && calls.invites.contains(&(from_tag.to_owned(), cseq, call_id.to_owned()))
    }

    /// Whether the tag is that of a call here.
    pub(super) fn has_tag(&self, tag: &str) -> bool {
        self.lock().by_tag.contains_key(tag)
    }

    pub(super) fn count(&self) -> usize {
        self.lock().count
    }

    fn lock(&self) -> MutexGuard<'_, Calls> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Names the call, so that requests find it.
    pub(super) fn name(&mut self, tag: &str, call_id: &str, mail: UnboundedSender<Mail>) {
        let mut calls = self.registry.lock();
        calls.by_tag.insert(tag.to_owned(), (call_id.to_owned(), mail));
        self.tag = Some(tag.to_owned());
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut calls = self.registry.lock();
        calls.count = calls.count.saturating_sub(1);
        if let Some(invite) = &self.invite {
            calls.invites.remove(invite);
        }
        if let Some(tag) = &self.tag {
            calls.by_tag.remove(tag);
        }
    }
}

fn key(invite: &Request) -> InviteKey {
    let tag = invite.from_tag().unwrap_or_default();
    (tag.to_owned(), invite.cseq, invite.call_id().to_owned())
}

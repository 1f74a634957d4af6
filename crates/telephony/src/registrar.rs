//! Where phones are: a registrar (RFC 3261, section 10) for the users of the configuration.
//!
//! [`Registrar`] takes a REGISTER that has proven its user and gives the response and what has
//! changed. A phone is called at the address that its REGISTER came from, so that it may be behind
//! a translation; `F` is whatever the shell needs for that, such as a connection.

use std::collections::BTreeMap;

use crate::address::{NameAddr, Uri, unescape};
use crate::message::{Headers, Request};

/// The most contacts of one user; a further one takes the place of the one that ends first.
pub const MAX_CONTACTS: usize = 10;

/// The longest URI of a contact that is kept, in bytes.
const MAX_URI_BYTES: usize = 512;

/// How long registrations last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// The shortest, in seconds; a phone that asks for less gets 423.
    pub min_s: u32,
    /// The longest, in seconds; a phone that asks for more gets this.
    pub max_s: u32,
    /// What a phone gets that asks for nothing, in seconds.
    pub default_s: u32,
}

impl Default for Lifetimes {
    /// A minute, an hour, and five minutes.
    fn default() -> Self {
        Self { min_s: 60, max_s: 3_600, default_s: 300 }
    }
}

/// One place where a user is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding<F> {
    /// The contact's URI as the phone gave it.
    pub contact: String,
    /// Preference in thousandths: 1,000 is tried first.
    pub q_millis: u16,
    /// When it ends, on the clock of the caller, in milliseconds.
    pub expires_at_ms: u64,
    /// The phone's product name, where it told one.
    pub user_agent: Option<String>,
    /// How the phone is reached.
    pub flow: F,
    call_id: String,
    cseq: u32,
    /// The phone itself, and which of its ways this is (RFC 5626).
    instance: Option<(String, String)>,
}

/// A binding as it is kept over the end of a process, but for the way to the phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The contact's URI as the phone gave it.
    pub contact: String,
    /// Preference in thousandths: 1,000 is tried first.
    pub q_millis: u16,
    /// How long it still holds, in milliseconds.
    pub left_ms: u64,
    /// The phone's product name, where it told one.
    pub user_agent: Option<String>,
    /// `Call-ID` of the phone's last REGISTER.
    pub call_id: String,
    /// The number in its `CSeq`.
    pub cseq: u32,
    /// The phone itself, and which of its ways this is (RFC 5626).
    pub instance: Option<(String, String)>,
}

impl<F> Binding<F> {
    /// The binding to be kept.
    pub fn kept(&self, now_ms: u64) -> Kept {
        Kept {
            contact: self.contact.clone(),
            q_millis: self.q_millis,
            left_ms: self.expires_at_ms.saturating_sub(now_ms),
            user_agent: self.user_agent.clone(),
            call_id: self.call_id.clone(),
            cseq: self.cseq,
            instance: self.instance.clone(),
        }
    }
}

/// A change that an application wants to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Registration {
    /// The user has a phone now and had none.
    Registered {
        /// The user.
        user: String,
    },
    /// The user has no phone any more: it signed off, fell silent, or its connection broke.
    Unregistered {
        /// The user.
        user: String,
    },
}

/// The response to a REGISTER.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// 200, or why nothing was changed: 400, 403, 423, 500.
    pub status: u16,
    /// Contacts, or `Min-Expires`.
    pub headers: Headers,
}

/// All registrations.
#[derive(Debug)]
pub struct Registrar<F> {
    lifetimes: Lifetimes,
    users: BTreeMap<String, Vec<Binding<F>>>,
    changes: Vec<Registration>,
}

/// One `Contact` of a request.
struct Wanted {
    uri: String,
    expires_s: u32,
    q_millis: u16,
    instance: Option<(String, String)>,
}

impl<F: Clone> Registrar<F> {
    /// A registrar without registrations.
    pub fn new(lifetimes: Lifetimes) -> Self {
        Self { lifetimes, users: BTreeMap::new(), changes: Vec::new() }
    }

    /// Changes the lifetimes of registrations to come.
    pub fn set_lifetimes(&mut self, lifetimes: Lifetimes) {
        self.lifetimes = lifetimes;
    }

    /// Takes a REGISTER of a user who has proven who it is. A request is granted as a whole or
    /// changes nothing.
    pub fn register(&mut self, now_ms: u64, user: &str, request: &Request, flow: &F) -> Reply {
        self.expire(now_ms);
        if aor_user(request).as_deref() != Some(user) {
            return Reply { status: 403, headers: Headers::default() };
        }
        let contacts: Vec<&str> = request.headers.list("Contact").collect();
        let done = match contacts[..] {
            [] => Ok(()),
            ["*"] => self.remove_all(user, request),
            _ => self.update(now_ms, user, request, &contacts, flow),
        };
        match done {
            Ok(()) => Reply { status: 200, headers: self.contacts(now_ms, user) },
            Err(423) => {
                let min_s = self.lifetimes.min_s.to_string();
                Reply { status: 423, headers: Headers::default().with("Min-Expires", min_s) }
            }
            Err(status) => Reply { status, headers: Headers::default() },
        }
    }

    /// Takes over a binding of an earlier process. One that is over, too many, or known already
    /// changes nothing; gives whether it was taken over.
    pub fn restore(&mut self, now_ms: u64, user: &str, kept: Kept, flow: F) -> bool {
        let mut bindings = self.users.get(user).cloned().unwrap_or_default();
        let is_known = bindings.iter().any(|it| is_same_uri(&it.contact, &kept.contact));
        if kept.left_ms == 0 || is_known || bindings.len() >= MAX_CONTACTS {
            return false;
        }
        let left_ms = kept.left_ms.min(u64::from(self.lifetimes.max_s) * 1_000);
        bindings.push(Binding {
            contact: kept.contact,
            q_millis: kept.q_millis.min(1_000),
            expires_at_ms: now_ms.saturating_add(left_ms),
            user_agent: kept.user_agent,
            flow,
            call_id: kept.call_id,
            cseq: kept.cseq,
            instance: kept.instance,
        });
        self.replace(user, bindings);
        true
    }

    /// Where a user is reached, the preferred place first, then the latest.
    pub fn bindings(&self, now_ms: u64, user: &str) -> Vec<Binding<F>> {
        let all = self.users.get(user).into_iter().flatten();
        let mut found: Vec<_> = all.filter(|b| b.expires_at_ms > now_ms).cloned().collect();
        found.sort_by_key(|b| (1_000 - b.q_millis, u64::MAX - b.expires_at_ms));
        found
    }

    /// The users who have a phone.
    pub fn users(&self) -> impl Iterator<Item = &str> {
        self.users.keys().map(String::as_str)
    }

    /// Forgets what is reached by a flow that is gone, or what is no longer wanted.
    pub fn forget(&mut self, is_gone: impl Fn(&str, &F) -> bool) {
        self.retain(|user, binding| !is_gone(user, &binding.flow));
    }

    /// Ends what has not been renewed.
    pub fn expire(&mut self, now_ms: u64) {
        self.retain(|_, binding| binding.expires_at_ms > now_ms);
    }

    /// When [`Self::expire`] has something to do, if ever.
    pub fn wake_at_ms(&self) -> Option<u64> {
        self.users.values().flatten().map(|binding| binding.expires_at_ms).min()
    }

    /// What has changed since the last time this was asked.
    pub fn changes(&mut self) -> Vec<Registration> {
        std::mem::take(&mut self.changes)
    }

    fn retain(&mut self, stays: impl Fn(&str, &Binding<F>) -> bool) {
        let changes = &mut self.changes;
        self.users.retain(|user, bindings| {
            bindings.retain(|binding| stays(user, binding));
            if bindings.is_empty() {
                changes.push(Registration::Unregistered { user: user.clone() });
            }
            !bindings.is_empty()
        });
    }

    /// `Contact: *`, which goes with `Expires: 0` alone.
    fn remove_all(&mut self, user: &str, request: &Request) -> Result<(), u16> {
        if request.headers.get("Expires").map(str::trim) != Some("0") {
            return Err(400);
        }
        let bindings = self.users.get(user).into_iter().flatten();
        if bindings.into_iter().any(|binding| is_out_of_order(binding, request)) {
            return Err(500);
        }
        self.retain(|other, _| other != user);
        Ok(())
    }

    fn update(
        &mut self,
        now_ms: u64,
        user: &str,
        request: &Request,
        contacts: &[&str],
        flow: &F,
    ) -> Result<(), u16> {
        if contacts.len() > MAX_CONTACTS {
            return Err(403);
        }
        let wanted = contacts.iter().map(|contact| self.read(contact, request));
        let wanted = wanted.collect::<Result<Vec<_>, _>>()?;
        let mut bindings = self.users.get(user).cloned().unwrap_or_default();
        for contact in wanted {
            let old = bindings.iter().position(|binding| is_same(binding, &contact));
            if let Some(old) = old.map(|at| bindings.remove(at))
                && is_out_of_order(&old, request)
            {
                return Err(500);
            }
            if contact.expires_s > 0 {
                bindings.push(binding(now_ms, contact, request, flow.clone()));
            }
        }
        while bindings.len() > MAX_CONTACTS {
            let first = bindings.iter().enumerate().min_by_key(|(_, b)| b.expires_at_ms);
            let Some((at, _)) = first else { break };
            bindings.remove(at);
        }
        self.replace(user, bindings);
        Ok(())
    }

    fn replace(&mut self, user: &str, bindings: Vec<Binding<F>>) {
        let user_was_here = self.users.contains_key(user);
        match (user_was_here, bindings.is_empty()) {
            (false, true) => return,
            (false, false) => self.changes.push(Registration::Registered { user: user.into() }),
            (true, true) => {
                self.users.remove(user);
                self.changes.push(Registration::Unregistered { user: user.into() });
                return;
            }
            (true, false) => {}
        }
        self.users.insert(user.to_owned(), bindings);
    }

    fn read(&self, contact: &str, request: &Request) -> Result<Wanted, u16> {
        let address = NameAddr::parse(contact).ok_or(400_u16)?;
        let scheme = Uri::parse(address.uri).map(|uri| uri.scheme.to_ascii_lowercase());
        let has_host = Uri::parse(address.uri).is_some_and(|uri| !uri.host.is_empty());
        let is_sip = matches!(scheme.as_deref(), Some("sip" | "sips")) && has_host;
        // Without brackets a question mark would begin headers of the request (section 20.10).
        let is_open = !contact.contains('<') && contact.contains('?');
        if !is_sip || is_open || address.uri.len() > MAX_URI_BYTES {
            return Err(400);
        }
        let asked = address.param("expires").or_else(|| request.headers.get("Expires"));
        let instance = address.param("+sip.instance").map(|instance| {
            (instance.to_owned(), address.param("reg-id").unwrap_or_default().to_owned())
        });
        Ok(Wanted {
            uri: address.uri.to_owned(),
            expires_s: self.lifetime_s(asked)?,
            q_millis: q_millis(address.param("q")),
            instance,
        })
    }

    fn lifetime_s(&self, asked: Option<&str>) -> Result<u32, u16> {
        // What cannot be read counts as an hour (RFC 3261, section 10.2.1.1), within the limits.
        let asked_s = asked.map(|text| text.trim().parse::<u32>().unwrap_or(3_600));
        match asked_s {
            None => Ok(self.lifetimes.default_s),
            Some(0) => Ok(0),
            Some(asked_s) if asked_s < self.lifetimes.min_s => Err(423),
            Some(asked_s) => Ok(asked_s.min(self.lifetimes.max_s)),
        }
    }

    fn contacts(&self, now_ms: u64, user: &str) -> Headers {
        let mut headers = Headers::default();
        for binding in self.bindings(now_ms, user) {
            // Rounded up: 0 would say that it has ended.
            let left_s = (binding.expires_at_ms - now_ms).div_ceil(1_000);
            let q = f32::from(binding.q_millis) / 1_000.0;
            let instance = match &binding.instance {
                Some((instance, id)) if !id.is_empty() => {
                    format!(";+sip.instance={instance};reg-id={id}")
                }
                Some((instance, _)) => format!(";+sip.instance={instance}"),
                None => String::new(),
            };
            let value = format!("<{}>;expires={left_s};q={q}{instance}", binding.contact);
            headers.push("Contact", value);
        }
        headers
    }
}

fn binding<F>(now_ms: u64, contact: Wanted, request: &Request, flow: F) -> Binding<F> {
    let lifetime_ms = u64::from(contact.expires_s) * 1_000;
    Binding {
        contact: contact.uri,
        q_millis: contact.q_millis,
        expires_at_ms: now_ms.saturating_add(lifetime_ms),
        user_agent: request.headers.get("User-Agent").map(|text| text.chars().take(100).collect()),
        flow,
        call_id: request.call_id().to_owned(),
        cseq: request.cseq,
        instance: contact.instance,
    }
}

/// The same phone on the same way, or the same URI.
fn is_same<F>(binding: &Binding<F>, contact: &Wanted) -> bool {
    match (&binding.instance, &contact.instance) {
        (Some(old), Some(new)) => old == new,
        (Some(_) | None, None) | (None, Some(_)) => is_same_uri(&binding.contact, &contact.uri),
    }
}

/// Whether two URIs name the same place. Parameters other than the transport do not matter: a
/// phone that changes them registers the same socket.
fn is_same_uri(a: &str, b: &str) -> bool {
    let (Some(a), Some(b)) = (Uri::parse(a), Uri::parse(b)) else { return a == b };
    let transport = |uri: Uri| uri.param("transport").unwrap_or_default().to_ascii_lowercase();
    a.scheme.eq_ignore_ascii_case(b.scheme)
        && unescape(a.user) == unescape(b.user)
        && a.host.eq_ignore_ascii_case(b.host)
        && transport(a) == transport(b)
}

/// RFC 3261, section 10.3, step 7: an older request of the same phone.
fn is_out_of_order<F>(binding: &Binding<F>, request: &Request) -> bool {
    binding.call_id == request.call_id() && request.cseq <= binding.cseq
}

fn aor_user(request: &Request) -> Option<String> {
    let to = NameAddr::parse(request.headers.get("To")?)?;
    Uri::parse(to.uri).map(|uri| unescape(uri.user))
}

/// `0.5` is 500; what cannot be read or is not there is the most.
fn q_millis(text: Option<&str>) -> u16 {
    let q = text.and_then(|text| text.parse::<f32>().ok()).filter(|q| (0.0..=1.0).contains(q));
    q.map_or(1_000, |q| {
        let thousandths = (q * 1_000.0).round();
        // In range by the filter above.
        (0..=1_000_u16).find(|n| f32::from(*n) >= thousandths).unwrap_or(1_000)
    })
}

#[cfg(test)]
mod tests;

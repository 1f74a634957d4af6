//! A call that waits for an application.

use std::net::SocketAddr;
use std::sync::Arc;

use rsipstack::transaction::transaction::Transaction;
use tokio::sync::mpsc::unbounded_channel;
use tracing::Instrument;

use super::ShellError;
use super::dispatch::refuse;
use super::driver::{Admitted, CallHandle, Driver};
use super::endpoint::config;
use super::registry::Place;
use super::shared::Shared;
use super::stack::{Path, Stack};
use crate::address::NameAddr;
use crate::call::{Call, Config};
use crate::identity::Source;
use crate::message::{Headers, Request};
use crate::number::{self, Numbers, TrunkNumbers};
use crate::offer_answer::OwnAddresses;

/// An INVITE that waits for an application. Dropping it refuses the call with 480.
pub struct IncomingCall {
    pub(super) invite: Request,
    pub(super) source: Option<SocketAddr>,
    pub(super) identity: Source,
    /// Taken when the call is accepted.
    pub(super) parts: Option<(Transaction, Place)>,
    pub(super) stack: Arc<Stack>,
    pub(super) shared: Arc<Shared>,
}

impl IncomingCall {
    /// The INVITE.
    pub fn invite(&self) -> &Request {
        &self.invite
    }

    /// The address that it came from.
    pub fn source(&self) -> Option<SocketAddr> {
        self.source
    }

    /// Who the other side has proven to be.
    pub fn identity(&self) -> &Source {
        &self.identity
    }

    /// Its two numbers by the rules of its trunk (D4); those of phones and anonymous sources by
    /// the usual rules, which trust nothing.
    pub fn numbers(&self) -> Numbers {
        let access = self.shared.access();
        let rules = match &self.identity {
            Source::Trunk(name) => access.directory.trunk(name).map(|trunk| &trunk.numbers),
            Source::Phone(_) | Source::Anonymous => None,
        };
        number::numbers(&self.invite, rules.unwrap_or(&TrunkNumbers::default()))
    }

    /// Takes the call, with media at the address; `adjust` may change what a call usually has.
    /// Nothing but 100 is sent before the first command, unless the call cannot be taken.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn accept(
        mut self,
        media: impl Into<OwnAddresses>,
        adjust: impl FnOnce(&mut Config),
    ) -> Result<CallHandle, ShellError> {
        let mut config = config(&self.stack, &self.shared, media.into(), false)?;
        // Taken at the end only, so that a failure refuses the call.
        let parts = self.parts.take();
        let (transaction, mut place) = parts.expect("a call is accepted or refused once");
        let connection = transaction.connection.clone().filter(|c| c.is_reliable());
        if connection.is_some() {
            config.contact.push_str(";transport=tcp");
        }
        let is_phone = matches!(self.identity, Source::Phone(_)) && connection.is_none();
        let pinned = self.source.filter(|_| is_phone);
        let path = Path { connection, pinned, is_only_way: false };
        adjust(&mut config);
        let mailbox = unbounded_channel();
        place.name(&config.tag, self.invite.call_id(), mailbox.0.clone());
        let call = Call::incoming(0, self.invite.clone(), config);
        let (mut driver, mut handle) = Driver::new(call, self.stack.clone(), place, mailbox, path);
        let (shared, call) = (self.shared.clone(), self.shared.number_of(&self.invite));
        handle.admitted = Some(Admitted { shared, call });
        driver.adopt(self.invite.tx, transaction, true);
        // Lines of its log belong to whatever the application is doing.
        tokio::spawn(driver.run().in_current_span());
        Ok(handle)
    }

    /// Refuses the call.
    pub fn reject(mut self, status: u16, headers: Headers) {
        self.refuse(status, headers);
    }

    fn refuse(&mut self, status: u16, headers: Headers) {
        let Some((transaction, place)) = self.parts.take() else { return };
        let (stack, tag) = (self.stack.clone(), self.shared.tag.clone());
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                // Its place is free at once; the transaction goes on until its ACK.
                drop(place);
                refuse(&stack, tag, transaction, status, headers).await;
            });
        }
    }
}

impl Drop for IncomingCall {
    fn drop(&mut self) {
        self.refuse(480, Headers::default());
    }
}

impl std::fmt::Debug for IncomingCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let from = self.invite.headers.get("From").and_then(NameAddr::parse);
        let from = from.map(|address| address.uri);
        let mut out = f.debug_struct("IncomingCall");
        out.field("from", &from).field("source", &self.source).field("identity", &self.identity);
        out.finish()
    }
}

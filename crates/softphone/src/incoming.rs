//! A call that comes in and is not answered yet.

use trunkline_telephony::address::{NameAddr, Uri};
use trunkline_telephony::call::Command;
use trunkline_telephony::message::{Headers, Request};

use crate::{Call, Events};

/// A call that comes in. Dropping it refuses the call with 480.
pub struct Incoming {
    call: Call,
    invite: Request,
}

impl Incoming {
    pub(crate) fn new(call: Call, invite: Request) -> Self {
        Self { call, invite }
    }

    /// The INVITE.
    pub fn invite(&self) -> &Request {
        &self.invite
    }

    /// Who calls: the user part of `From`.
    pub fn from(&self) -> &str {
        self.user_of("From")
    }

    /// Who is called: the user part of `To`.
    pub fn to(&self) -> &str {
        self.user_of("To")
    }

    /// The name of the caller to show, as written; empty without one.
    pub fn display(&self) -> &str {
        let from = self.invite.headers.get("From").and_then(NameAddr::parse);
        from.map_or("", |from| from.display)
    }

    /// What happens on the call: a caller may give up.
    pub fn events(&self) -> Events {
        self.call.events()
    }

    /// Tells the caller that it rings (180).
    pub fn ring(&self) {
        self.call.command(Command::Ring);
    }

    /// Answers the call (200).
    pub fn answer(self) -> Call {
        self.call.command(Command::Answer { headers: Headers::default() });
        self.call
    }

    /// Refuses the call, such as with 486 for busy. Gives the call, which is then over.
    pub fn decline(self, status: u16) -> Call {
        self.call.command(Command::Reject { status, headers: Headers::default() });
        self.call
    }

    /// Does nothing: the caller hears nothing until it gives up or the ring limit is over.
    /// Dropping the call refuses it with 480.
    pub fn ignore(self) -> Call {
        self.call
    }

    fn user_of(&self, name: &str) -> &str {
        let address = self.invite.headers.get(name).and_then(NameAddr::parse);
        address.and_then(|address| Uri::parse(address.uri)).map_or("", |uri| uri.user)
    }
}

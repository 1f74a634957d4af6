//! SIP messages as the cores see them: a method or a status, headers as text, a body.
//!
//! The shell makes them from what the library has parsed and turns the outgoing ones back. `Via`,
//! `Max-Forwards`, `Content-Length` and the product's name belong to the shell; everything that a
//! dialog or a session depends on is here.

use crate::address::{self, NameAddr};

/// Names one transaction that the other side began; its responses carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ServerTx(pub u64);

/// Names one transaction that this side began; its responses carry it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientTx(pub u64);

macro_rules! methods {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// The methods that are known; requests with another do not get this far.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Method { $($(#[$doc])* $name,)* }

        impl Method {
            /// The name on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

methods! {
    /// Confirms the final response to an INVITE.
    Ack = "ACK",
    /// Ends a dialog.
    Bye = "BYE",
    /// Ends an INVITE that has no final response.
    Cancel = "CANCEL",
    /// Carries keys inside a dialog (RFC 6086).
    Info = "INFO",
    /// Begins a session or changes it.
    Invite = "INVITE",
    /// An instant message (RFC 3428); not taken.
    Message = "MESSAGE",
    /// News of a subscription (RFC 6665); not taken.
    Notify = "NOTIFY",
    /// Asks what the other side can do.
    Options = "OPTIONS",
    /// Confirms a reliable provisional response (RFC 3262).
    Prack = "PRACK",
    /// Publishes a state (RFC 3903); not taken.
    Publish = "PUBLISH",
    /// Asks for a transfer (RFC 3515); not taken.
    Refer = "REFER",
    /// Registers a phone.
    Register = "REGISTER",
    /// Asks for news (RFC 6665); not taken.
    Subscribe = "SUBSCRIBE",
    /// Changes a session without INVITE (RFC 3311).
    Update = "UPDATE",
}

/// The methods that a call takes, as the `Allow` header lists them.
pub const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK";

/// The extensions that a call knows, as the `Supported` header lists them.
pub const SUPPORTED: &str = "100rel, timer";

/// Headers in their order, names in full form (`Call-ID`, not `i`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// Adds a header at the end.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// The same with one more header.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.push(name, value);
        self
    }

    /// The first header of the name, whatever its case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All headers of the name, in order, whatever their case.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// The elements of all headers of the name: lists are split at their commas.
    pub fn list<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.all(name).flat_map(address::split_list)
    }

    /// Takes all headers of a name away, whatever its case.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl FromIterator<(String, String)> for Headers {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(iter: I) -> Self {
        Self(iter.into_iter().collect())
    }
}

/// A request from the other side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its transaction. An ACK and a CANCEL have that of the INVITE that they belong to.
    pub tx: ServerTx,
    /// What it asks for.
    pub method: Method,
    /// The Request-URI.
    pub uri: String,
    /// The number of `CSeq`.
    pub cseq: u32,
    /// All headers.
    pub headers: Headers,
    /// The body, of which `Content-Type` tells the kind.
    pub body: Vec<u8>,
}

/// A response from the other side, or one of the transaction layer's own: 408 when no answer
/// came, 503 when the request could not be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The transaction of the request.
    pub tx: ClientTx,
    /// The status, 100 to 699.
    pub status: u16,
    /// All headers.
    pub headers: Headers,
    /// The body.
    pub body: Vec<u8>,
}

/// A request to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutRequest {
    /// Its transaction. A CANCEL has its own, and names the INVITE's in `cancels`.
    pub tx: ClientTx,
    /// What it asks for.
    pub method: Method,
    /// The Request-URI.
    pub uri: String,
    /// The number of `CSeq`.
    pub cseq: u32,
    /// From, To, Call-ID, Contact, Route, Content-Type and whatever else belongs to it.
    pub headers: Headers,
    /// The body.
    pub body: Vec<u8>,
    /// For a CANCEL: the INVITE whose branch and path it takes.
    pub cancels: Option<ClientTx>,
}

/// A response to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutResponse {
    /// The transaction of the request.
    pub tx: ServerTx,
    /// The status, 100 to 699.
    pub status: u16,
    /// The tag for `To` when the request has none there.
    pub to_tag: String,
    /// What it has beside the headers that are copied from the request (Via, From, To, Call-ID,
    /// CSeq).
    pub headers: Headers,
    /// The body.
    pub body: Vec<u8>,
}

/// What requests and responses have in common.
macro_rules! accessors {
    ($name:ident) => {
        impl $name {
            /// The `Call-ID`, empty when there is none.
            pub fn call_id(&self) -> &str {
                self.headers.get("Call-ID").unwrap_or_default()
            }

            /// The tag of `From`.
            pub fn from_tag(&self) -> Option<&str> {
                tag(&self.headers, "From")
            }

            /// The tag of `To`.
            pub fn to_tag(&self) -> Option<&str> {
                tag(&self.headers, "To")
            }

            /// The URI of the first `Contact`.
            pub fn contact(&self) -> Option<&str> {
                let value = self.headers.list("Contact").next()?;
                NameAddr::parse(value).map(|address| address.uri)
            }

            /// Whether the body is a session description.
            pub fn has_sdp(&self) -> bool {
                let is_sdp = |kind: &str| kind.eq_ignore_ascii_case(crate::sdp::CONTENT_TYPE);
                !self.body.is_empty() && self.content_type().is_some_and(is_sdp)
            }

            /// The media type of the body, without parameters.
            pub fn content_type(&self) -> Option<&str> {
                let value = self.headers.get("Content-Type")?;
                Some(value.split(';').next().unwrap_or_default().trim())
            }
        }
    };
}

accessors!(Request);
accessors!(Response);

fn tag<'a>(headers: &'a Headers, name: &str) -> Option<&'a str> {
    NameAddr::parse(headers.get(name)?)?.param("tag")
}

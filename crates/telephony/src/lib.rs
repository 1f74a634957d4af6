//! SIP signalling: calls, offers and answers, digest, numbers, and the shell on tokio.
//!
//! # The cut (D22)
//!
//! `rsipstack`, pinned to one version, does what is the same for every SIP program: it parses and
//! writes messages, owns UDP and TCP sockets, matches requests and responses to transactions and
//! resends what is lost. All that a contact centre has to decide is ours and sans-IO: inputs and
//! the time go in, effects come out, so that a test plays half an hour of a call in a microsecond.
//!
//! | module | what it does | I/O |
//! | --- | --- | --- |
//! | [`sdp`], [`offer_answer`] | session descriptions, offers and answers (RFC 3264) | none |
//! | [`message`], [`address`] | messages as the cores see them | none |
//! | [`call`] | one call: dialog, session, timers, its one end | none |
//! | [`digest`] | challenges and answers (RFC 7616, RFC 8760), both sides | none |
//! | [`number`], [`extension`] | ANI and DNIS of a trunk's call (D4), `X-` headers | none |
//! | [`identity`], [`registrar`] | trunks, phones, who has to prove what; where phones are | none |
//! | [`gate`], [`wire`] | who is read at all, limits, bans; first look at a datagram | none |
//! | [`shell`] | sockets, allow-list, a task for each call; alone knows the library | tokio |
//!
//! Media is not here: [`call::Effect::StartMedia`], `ChangeMedia` and `StopMedia` say what the
//! media engine has to do, with a [`offer_answer::MediaPlan`].
//!
//! # What the library does to us
//!
//! Found by reading and measuring version 0.7.14; the next version has to be read again.
//!
//! - With its feature `rustls` it brings the crypto provider ring. The features are off here: no
//!   TLS code is compiled, and there is no second provider (D23). TLS comes with an acceptor of our
//!   own.
//! - Its INVITE server transaction resends a 2xx itself, until the ACK or 64 T1, and its client
//!   transaction confirms each 2xx. [`call`] relies on both, so it has neither timer.
//! - What has no connection is sent from the first UDP socket, whatever its IP family. Hence one
//!   instance for each address.
//! - A datagram longer than 8,192 bytes is cut and the body with it; a body that is shorter than
//!   `Content-Length` gets 400 from us, one that is cut 513. A header line that is not UTF-8
//!   hides all lines after it; such a request gets 400.
//! - Unknown methods and requests without a `From` tag, `Call-ID` or `CSeq` do not parse: they are
//!   dropped in silence, and on a stream they end it. [`wire`] looks first and answers 501 or 400;
//!   after a message that cannot be framed a stream is closed. Streams that we opened ourselves,
//!   to a trunk or a phone, are read by the library alone.
//! - On a stream it finds `Content-Length` in its plain form alone; [`wire::frames`] writes it so.
//! - Space within the protocol of a `Via` or around the `=` of a tag does not parse either;
//!   [`wire`] takes it away. A datagram without `Content-Length` loses its body.
//! - Its UDP socket can be replaced: [`shell`] brings one with the gate in front. Its TCP listener
//!   is opened late and a failure only logged, so that we accept streams ourselves.
//! - It takes the destination of the ACK to a 2xx from the `Contact`, whatever destination the
//!   INVITE had; for phones behind a translation we rewrite the `Contact` before it looks.
//! - A request that is resent while its transaction notes the final response is lost once. Peers
//!   send again.
//! - At the level `info` its log holds every message, with `Authorization` and all numbers: keep
//!   the target `rsipstack` at `warn`.
//! - All traffic of an instance passes through one task and unlimited channels, and a TCP peer that
//!   does not read makes that task wait. So [`gate::Load`] limits what may be inside, and streams
//!   that peers open write into a buffer of ours. Streams that we open to trunks do not.

pub mod address;
pub mod call;
pub mod digest;
pub mod extension;
pub mod gate;
pub mod identity;
pub mod message;
pub mod number;
pub mod offer_answer;
pub mod registrar;
pub mod sdp;
pub mod shell;
pub mod wire;

//! What an agent's desktop shows and asks for: the words between server and pages.
//!
//! Pages hold no state of a call. The server sends the whole [`DeskView`] whenever something in it
//! has changed, with a growing number; a page that was away for a while gets the newest one and
//! the [`Pop`]s that it has missed. What an agent does is a [`Command`]: it is refused with a
//! [`Refusal`], or carried out, and then seen in the next view.
//!
//! Times are milliseconds since the Unix epoch by the server's clock. Pages reckon with
//! [`DeskView::server_ms`], never with a clock of their own.

mod call;
mod command;
mod history;
mod reason;
mod refusal;
mod target;
mod trial;
mod view;
mod wire;

pub use call::{
    Consult, ContactView, Direction, LegState, Party, PartyKind, PathStep, Phase, Pop, PopOutcome,
    PopTarget, VariableKind, VariableView, WrapUp,
};
pub use command::{Command, Keys, SignIn, Variables, WrapUpAction};
pub use history::{PastContact, PastOutcome};
pub use reason::Reason;
pub use refusal::{Elsewhere, Refusal};
pub use target::{Destination, Reach, Target};
pub use trial::{
    CallEnd, CaseComment, CaseOf, CaseView, FromCaller, ToCaller, TrialNumber, TrialView,
};
pub use view::{
    AgentState, Choice, Code, DeskView, Device, Features, Named, Outdial, QueueFigures, StateKind,
};
pub use wire::{FromDesk, Gone, Quality, ToDesk};

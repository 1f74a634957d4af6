//! What the page "Try it" asks of the switchboard.

use trunkline_api::centre::PhoneLink;
use trunkline_desk::{CaseOf, CaseView, FromCaller, TrialView};
use trunkline_model::ContactId;

use super::super::desk::Reply;
use crate::archive::Story;

/// Names a caller's phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PhoneId(pub(super) u64);

/// Something that is asked or told.
pub(crate) enum TrialEvent {
    /// A phone is there.
    Open { reply: Reply<PhoneLink> },
    /// Who may call whom.
    View { reply: Reply<TrialView> },
    /// A phone says something.
    Said { phone: PhoneId, message: Box<FromCaller> },
    /// A phone is gone.
    Left { phone: PhoneId },
    /// A text is to be spoken.
    Speak { text: String, reply: Reply<Vec<u8>> },
    /// A case is asked for.
    Case { of: CaseOf, reply: Reply<Option<CaseView>> },
    /// The steps of a contact have been read; none if they cannot be.
    Read { contact: ContactId, story: Option<Box<Story>> },
}

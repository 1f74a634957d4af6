//! What agents ask for.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::call::PopOutcome;
use crate::target::Destination;
use crate::view::{Choice, Device};

/// Something that an agent does at the desktop. `contact` is always the id of the contact that the
/// page showed, so that a click that comes too late cannot hit the next one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Signs in to a team with a device, Idle.
    SignIn(SignIn),
    /// Signs out.
    SignOut,
    /// Chooses a state: at once, or after the contact.
    SetState(Choice),
    /// Takes back the state that was chosen for after the contact.
    ClearNext,
    /// Takes the contact on offer.
    Answer {
        /// The contact.
        contact: String,
    },
    /// Turns it down.
    Decline {
        /// The contact.
        contact: String,
    },
    /// The caller hears music.
    Hold {
        /// The contact.
        contact: String,
    },
    /// The caller hears the agent again.
    Resume {
        /// The contact.
        contact: String,
    },
    /// Mutes the agent at the server, for whatever device, or ends that.
    Mute {
        /// The contact.
        contact: String,
        /// Whether nobody hears the agent.
        muted: bool,
    },
    /// Presses keys for the other side, for the one who is consulted, or for everybody outside in
    /// a conference.
    Keys {
        /// The contact.
        contact: String,
        /// Which.
        keys: Keys,
    },
    /// Calls somebody while the caller hears music.
    Consult {
        /// The contact.
        contact: String,
        /// Whom.
        to: Destination,
    },
    /// Talks to the other of the two.
    Swap {
        /// The contact.
        contact: String,
    },
    /// Ends the consult and talks to the caller.
    EndConsult {
        /// The contact.
        contact: String,
    },
    /// Caller, agent and the one who was consulted hear each other.
    Conference {
        /// The contact.
        contact: String,
    },
    /// A party leaves the conference.
    Drop {
        /// The contact.
        contact: String,
        /// [`crate::Party::id`].
        party: String,
    },
    /// Without a consult: the caller goes there now (blind transfer). With one: caller and the one
    /// who was consulted are joined and the agent leaves; `to` must be none then.
    Transfer {
        /// The contact.
        contact: String,
        /// Where to.
        to: Option<Destination>,
    },
    /// Pauses the recording, or goes on with it.
    PauseRecording {
        /// The contact.
        contact: String,
        /// Whether it is paused.
        paused: bool,
    },
    /// Ends the conversation.
    End {
        /// The contact.
        contact: String,
    },
    /// Saves variables.
    Save {
        /// The contact.
        contact: String,
        /// Which, and their values.
        variables: Variables,
    },
    /// Keeps what was typed and not saved, in place of what was kept before.
    Draft {
        /// The contact.
        contact: String,
        /// By variable. Secure ones are left out.
        values: Vec<(String, String)>,
    },
    /// Chooses a wrap-up code, asks for more time, or has done.
    WrapUp {
        /// The contact.
        contact: String,
        /// What.
        action: WrapUpAction,
    },
    /// Says what became of a pop.
    PopShown {
        /// The contact.
        contact: String,
        /// [`crate::Pop::id`].
        pop: u32,
        /// What.
        outcome: PopOutcome,
    },
    /// Calls a number.
    Outdial {
        /// The number, as typed.
        number: String,
        /// The id of the outdial ANI; the first when left out.
        ani: Option<String>,
    },
}

/// How an agent signs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The team's id; the first of the agent's when left out.
    pub team: Option<String>,
    /// The device.
    pub device: Device,
    /// The tab that is to have the audio, by a name that it keeps over reloads:
    /// `<browser>:<tab>`. All tabs of one browser have the same first part, by which the server
    /// tells another tab of this desktop from a desktop elsewhere. At most 128 bytes.
    pub tab: String,
    /// What the other desktop is called in [`crate::Elsewhere`]: browser and machine.
    pub label: String,
    /// Whether a desktop elsewhere is to be let go.
    #[serde(default)]
    pub take_over: bool,
}

/// Keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// `0`-`9`, `*`, `#`, `A`-`D`; at most 32.
    pub digits: String,
}

/// Variables to be saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Variables {
    /// [`crate::ContactView::variables_version`] on which the page built.
    pub version: u64,
    /// Values by variable.
    pub values: Vec<(String, String)>,
    /// Whether values that somebody else saved meanwhile are to be overwritten.
    #[serde(default)]
    pub overwrite: bool,
}

/// What an agent does while wrapping up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum WrapUpAction {
    /// Chooses a code; before the end of the call too.
    Code {
        /// The code's id.
        code: String,
    },
    /// Asks for 60 seconds more.
    Extend,
    /// Has done.
    Done {
        /// The code's id; the one that was chosen before when left out.
        code: Option<String>,
    },
}

//! The activities: one file each, named after the export's `activityName`, and one line each in
//! [`REGISTRY`].

pub mod advanced_queue_info;
pub mod blind_transfer;
pub mod bridged_transfer;
pub mod business_hours;
pub mod case_statement;
pub mod condition_activity;
pub mod disconnect_contact;
pub mod end;
pub mod end_subflow;
pub mod escalate_cdg;
pub mod event;
pub mod hand_off;
pub mod http_request_v2;
pub mod ivr_collectdigits;
pub mod ivr_menu;
pub mod mappings;
pub mod parse_activity;
pub mod percent_allocation;
pub mod play_message;
pub mod play_music;
pub mod prompts;
pub mod queue_contact;
pub mod queue_lookup;
pub mod queue_to_agent;
pub mod queues;
pub mod record;
pub mod recording_control;
pub mod screen_pop;
pub mod send_digits;
pub mod set_caller_id;
pub mod set_contact_priority;
pub mod set_variable;
pub mod skills;
pub mod start;
pub mod subflow_handoff;
mod transfers;
pub mod unsupported;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use trunkline_model::Failure;
use trunkline_model::call::{RecordingEnd, TransferOutcome};
use trunkline_model::http::Outcome;
use trunkline_model::prompt::Voice;
use trunkline_model::routing::{QueueFigures, RoutingReply};

use crate::flow::Flow;
use crate::read::{Properties, Templated};
use crate::run::{Assignment, Cx, Wait};

/// A port's name: fixed, or from the flow (a menu's keys, a case's places).
pub type Port = Cow<'static, str>;

/// What an activity does next.
#[derive(Debug)]
pub enum Step {
    /// It is left by this port.
    Exit(Port),
    /// It waits; [`Activity::resume`] is called when what it waits for happens.
    Wait(Wait),
    /// The flow ends here.
    End,
    /// It failed: it is left by its failure or error port, or the error is unhandled.
    Fail(Failure),
    /// A subflow begins; [`Resume::Returned`] follows.
    Call {
        /// The subflow.
        flow: Arc<Flow>,
        /// Its input variables.
        inputs: Vec<Assignment>,
    },
    /// The subflow ends here.
    Return,
    /// Another flow takes the place of this one.
    GoTo {
        /// The flow.
        flow: Arc<Flow>,
        /// Variables handed over.
        inputs: Vec<Assignment>,
    },
}

impl Step {
    /// Left by a fixed port.
    pub fn exit(port: &'static str) -> Self {
        Self::Exit(Cow::Borrowed(port))
    }
}

impl From<Result<Step, Failure>> for Step {
    fn from(result: Result<Step, Failure>) -> Self {
        result.unwrap_or_else(Step::Fail)
    }
}

/// What an activity waited for.
#[derive(Debug)]
pub enum Resume<'e> {
    /// Its HTTP request has ended.
    Http(&'e Outcome),
    /// Its prompt or music has been played to the end.
    Played,
    /// The caller pressed a key.
    Digit(char),
    /// Its time is up.
    Timer,
    /// Something became of its transfer.
    Transfer(&'e TransferOutcome),
    /// Its keys have been sent.
    DigitsSent,
    /// Its recording has ended.
    Recorded(Recorded<'e>),
    /// The figures that it asked for.
    Figures(Option<&'e QueueFigures>),
    /// What the queues answer.
    Routed(&'e RoutingReply),
    /// The path that it asked for.
    Allocated(usize),
    /// Its subflow has ended, with the variables in this scope.
    Returned {
        /// Where [`Cx::subflow_variable`] finds them.
        scope: usize,
    },
}

/// A recording that has ended.
#[derive(Clone, Copy, Debug)]
pub struct Recorded<'e> {
    /// The file's name or URI; empty when there is none.
    pub file: &'e str,
    /// Its length, in milliseconds.
    pub duration_ms: u64,
    /// Why it ended.
    pub reason: &'e RecordingEnd,
}

/// What an activity is while a flow runs.
pub trait Activity: fmt::Debug + Send + Sync {
    /// Begins. Side effects are emitted through `cx`, never done.
    fn start(&self, cx: &mut Cx<'_>) -> Step;

    /// Goes on. Called only while it waits, with what it waits for.
    fn resume(&self, cx: &mut Cx<'_>, event: Resume<'_>) -> Step {
        let _ = (cx, event);
        Step::exit("default")
    }

    /// Ports that depend on the activity's properties, in addition to its descriptor's.
    fn own_ports(&self) -> Vec<String> {
        Vec::new()
    }

    /// The texts with expressions, for checks.
    fn templates(&self) -> Vec<&Templated> {
        Vec::new()
    }

    /// The flow variables that it sets.
    fn assigns(&self) -> Vec<&str> {
        Vec::new()
    }

    /// A variable or output that it reads by its dotted name.
    fn reads(&self) -> Option<&str> {
        None
    }

    /// Variables and outputs, by their dotted names, that it gives to another flow.
    fn hands_over(&self) -> Vec<&str> {
        Vec::new()
    }

    /// Whether a key ends its prompt.
    fn is_interruptible(&self) -> bool {
        false
    }

    /// For event activities: the name that expressions use for the event's outputs.
    fn event_name(&self) -> Option<&str> {
        None
    }

    /// What it refers to outside the flow.
    fn needs(&self) -> Vec<Need<'_>> {
        Vec::new()
    }

    /// The texts that it speaks and that are the same for every caller, each with its voice: they
    /// can be made before the first call.
    fn fixed_texts(&self) -> Vec<(&str, Voice)> {
        Vec::new()
    }
}

/// Something outside the flow that an activity refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need<'a> {
    /// A queue.
    Queue {
        /// Its id in the export.
        id: &'a str,
        /// Its name, where the export has it.
        name: Option<&'a str>,
    },
    /// A connector.
    Connector {
        /// Its id in the export.
        id: &'a str,
        /// Its name, where the export has it.
        name: Option<&'a str>,
    },
    /// Business hours.
    BusinessHours {
        /// Their id in the export.
        id: &'a str,
        /// Their name, where the export has it.
        name: Option<&'a str>,
    },
    /// An audio file, by name.
    Audio(&'a str),
    /// A subflow.
    Subflow {
        /// Its id in the export.
        id: &'a str,
        /// Its name.
        name: &'a str,
    },
    /// Another flow.
    Flow {
        /// Its id in the export.
        id: &'a str,
        /// Its name.
        name: &'a str,
    },
}

/// What the registry says about a kind of activity.
#[derive(Debug)]
pub struct Descriptor {
    /// The export's `activityName`.
    pub name: &'static str,
    /// The title in Flow Designer.
    pub title: &'static str,
    /// What it does, in a sentence.
    pub summary: &'static str,
    /// Ports that every activity of the kind has.
    pub ports: &'static [&'static str],
    /// Outputs, as expressions name them after the label.
    pub outputs: &'static [&'static str],
    /// How often a contact may pass it before it fails (published by Webex); none: no limit.
    pub loop_limit: Option<u32>,
    /// Whether it speaks to the caller or moves them: what makes an OnGlobalError flow count as
    /// handling an error.
    pub is_caller_facing: bool,
    /// Whether Trunkline runs it.
    pub is_executable: bool,
    /// Reads its properties.
    pub read: fn(&mut Properties<'_>) -> Box<dyn Activity>,
}

impl Descriptor {
    /// What most activities have; a descriptor names only what differs.
    pub(crate) const PLAIN: Descriptor = Descriptor {
        name: "",
        title: "",
        summary: "",
        ports: &["default", "error"],
        outputs: &["FailureCode", "FailureDescription"],
        loop_limit: None,
        is_caller_facing: false,
        is_executable: true,
        read: unsupported::read_nothing,
    };
}

/// Every kind of activity that Trunkline knows.
pub static REGISTRY: &[&Descriptor] = &[
    &advanced_queue_info::DESCRIPTOR,
    &blind_transfer::DESCRIPTOR,
    &bridged_transfer::DESCRIPTOR,
    &business_hours::DESCRIPTOR,
    &case_statement::DESCRIPTOR,
    &condition_activity::DESCRIPTOR,
    &disconnect_contact::DESCRIPTOR,
    &end::DESCRIPTOR,
    &end_subflow::DESCRIPTOR,
    &escalate_cdg::DESCRIPTOR,
    &event::DESCRIPTOR,
    &hand_off::DESCRIPTOR,
    &http_request_v2::DESCRIPTOR,
    &ivr_collectdigits::DESCRIPTOR,
    &ivr_menu::DESCRIPTOR,
    &parse_activity::DESCRIPTOR,
    &percent_allocation::DESCRIPTOR,
    &play_message::DESCRIPTOR,
    &play_music::DESCRIPTOR,
    &queue_contact::DESCRIPTOR,
    &queue_lookup::DESCRIPTOR,
    &queue_to_agent::DESCRIPTOR,
    &record::DESCRIPTOR,
    &recording_control::DESCRIPTOR,
    &screen_pop::DESCRIPTOR,
    &send_digits::DESCRIPTOR,
    &set_caller_id::DESCRIPTOR,
    &set_contact_priority::DESCRIPTOR,
    &set_variable::DESCRIPTOR,
    &start::NEW_CONTACT,
    &start::NEW_PHONE_CONTACT,
    &start::NEW_SUBFLOW_START,
    &subflow_handoff::DESCRIPTOR,
];

/// What the registry says about a kind. Start and event activities are known by their group,
/// because older exports do not name their kind.
pub fn find(kind: &str, group: &str) -> Option<&'static Descriptor> {
    if group == "event" {
        return Some(&event::DESCRIPTOR);
    }
    let known = REGISTRY.iter().chain(unsupported::KNOWN).find(|known| known.name == kind);
    known.copied().or_else(|| (group == "start").then_some(&start::NEW_PHONE_CONTACT))
}

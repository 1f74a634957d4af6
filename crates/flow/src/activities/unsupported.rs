//! Activities that are imported and shown, but not run: when one is reached it leaves by its
//! failure or error port with the code of an unsupported feature.

use trunkline_model::{Failure, FailureCode};

use crate::read::{Properties, Templated};
use crate::run::Cx;

use super::{Activity, Descriptor, Step};

/// Webex's number for a flow activity that is not supported.
const UNSUPPORTED_FLOW_ACTIVITY: i32 = 48;

/// Kinds that are known from real exports, but are not run yet.
pub static KNOWN: &[&Descriptor] = &[
    &known("bre-request", "BRE Request", &["default"]),
    &known("callback", "Callback", &["default", "failure"]),
    &known("scheduled-callback", "Schedule Callback", &["default", "failure"]),
    &known("call-progress-analysis", "Call Progress Analysis", &["default", "failure"]),
    &known("Feedback-V2", "Feedback V2", &["default", "error"]),
    &known("feedback", "Feedback", &["default", "error"]),
    &known("fn-activity", "Function", &["default", "error"]),
    &known("ivr-virtualassistant", "Virtual Agent", &["ENDED", "ESCALATE", "error"]),
    &known("ivr-virtualassistantvoice", "Virtual Agent V2", &["ENDED", "ESCALATE", "error"]),
    &known("ReceiveMessage", "Receive Message", &["default", "error"]),
    &known("SendCustomMessage", "Send Message", &["default", "error"]),
    &known("set-announcement", "Set Announcement", &["default", "error"]),
    &known("set-whisper-announcement", "Set Whisper Announcement", &["default", "error"]),
    &known("start-media-stream", "Start Media Stream", &["default", "failure"]),
    &known("upload-audio", "Upload Audio", &["default", "error"]),
    &known("wait-activity", "Wait", &["default", "error"]),
];

const fn known(
    name: &'static str,
    title: &'static str,
    ports: &'static [&'static str],
) -> Descriptor {
    Descriptor {
        name,
        title,
        summary: "Imported and shown; not run yet.",
        ports,
        is_executable: false,
        read,
        ..Descriptor::PLAIN
    }
}

#[derive(Debug)]
struct Unsupported {
    kind: String,
    templates: Vec<Templated>,
}

/// An activity of a kind that is not in the registry at all.
pub(crate) fn unknown(kind: &str) -> Box<dyn Activity> {
    Box::new(Unsupported { kind: kind.to_owned(), templates: Vec::new() })
}

pub(super) fn read_nothing(_: &mut Properties<'_>) -> Box<dyn Activity> {
    unknown("")
}

fn read(properties: &mut Properties<'_>) -> Box<dyn Activity> {
    let kind = properties.text("activityName").unwrap_or_default().to_owned();
    let names = properties.expression_properties();
    let templates = names.iter().map(|name| properties.template(name)).collect();
    Box::new(Unsupported { kind, templates })
}

impl Activity for Unsupported {
    fn start(&self, _: &mut Cx<'_>) -> Step {
        let text = format!("Trunkline does not run the activity {} yet", self.kind);
        Step::Fail(Failure::numbered(FailureCode::Unsupported, UNSUPPORTED_FLOW_ACTIVITY, text))
    }

    fn templates(&self) -> Vec<&Templated> {
        self.templates.iter().collect()
    }
}

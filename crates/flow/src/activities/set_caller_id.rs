//! `SetCallerID` (Set Caller ID): chooses the calling number that outbound legs show.
//!
//! In a PreDial flow it is shown by the leg that is about to be dialled, elsewhere by all later
//! ones. No ports in exports: the flow ends here, or goes on by `default` where that is linked.
//! `callerId` must be a number in E.164; another one is left out with a warning, and the trunk
//! shows what it shows by default, as in Webex.

use trunkline_model::Failure;

use crate::read::{Properties, Templated};
use crate::run::Cx;

use super::{Activity, Descriptor, Step};

/// The registry's line.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "SetCallerID",
    title: "Set Caller ID",
    summary: "Chooses the calling number that outbound legs show.",
    ports: &[],
    outputs: &[],
    loop_limit: Some(100),
    read,
    ..Descriptor::PLAIN
};

/// The most digits of a number in E.164.
const MOST_DIGITS: usize = 15;

#[derive(Debug)]
struct SetCallerId {
    /// `callerId`: a number or an expression, whatever `callerId:radioName` says.
    number: Templated,
}

fn read(properties: &mut Properties<'_>) -> Box<dyn Activity> {
    Box::new(SetCallerId { number: properties.template("callerId") })
}

impl Activity for SetCallerId {
    fn start(&self, cx: &mut Cx<'_>) -> Step {
        self.set(cx).into()
    }

    fn templates(&self) -> Vec<&Templated> {
        vec![&self.number]
    }
}

impl SetCallerId {
    fn set(&self, cx: &mut Cx<'_>) -> Result<Step, Failure> {
        let number = cx.text(&self.number)?.trim().to_owned();
        if is_e164(&number) {
            cx.show_in("number", |_| number.as_str().into());
            cx.set_caller_id(number);
        } else {
            cx.warn(|| format!("{number:?} is no number in E.164: the default is shown"));
        }
        Ok(if cx.has_link("default") { Step::exit("default") } else { Step::End })
    }
}

fn is_e164(number: &str) -> bool {
    let Some(digits) = number.strip_prefix('+') else { return false };
    (1..=MOST_DIGITS).contains(&digits.len()) && digits.bytes().all(|it| it.is_ascii_digit())
}

//! When a contact's snapshot is kept (decision 21).

use trunkline_contact::{Input, Output};

/// Whether a release that goes on from a snapshot would miss what just happened.
pub(crate) fn is_worth_a_snapshot(input: Option<&Input>, outputs: &[Output]) -> bool {
    // Whatever else happens, or is wanted, changes neither the agent nor who is there, and what
    // the flow learns by it is kept at the next of these.
    let by_input = matches!(
        input,
        Some(
            Input::Answered { .. }
                | Input::Edited { .. }
                | Input::CallerHungUp
                | Input::AgentHungUp { .. }
                | Input::AgentLost { .. }
                | Input::Requeued { .. }
                | Input::WrapUpStarted { .. }
                | Input::Recovered
        )
    );
    let moves = |output: &Output| {
        matches!(
            output,
            Output::Enqueue { .. }
                | Output::EnqueueToAgent { .. }
                | Output::Disconnect
                | Output::Transfer { .. }
        )
    };
    // One that has ended is not recovered.
    let has_ended = outputs.contains(&Output::Ended);
    (by_input || outputs.iter().any(moves)) && !has_ended
}

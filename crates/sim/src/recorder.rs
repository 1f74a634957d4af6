//! Who writes a contact's journal while the world turns.

use trunkline_contact::journal::InputRecord;
use trunkline_contact::{Arrival, Output};
use trunkline_model::trace::Step;

/// Writes down what happens. Every call comes before the effects of what it tells are done: a
/// recorder that journals makes the input durable in it (decision 17).
pub trait Recorder {
    /// A contact has arrived.
    fn arrived(&mut self, arrival: &Arrival) {
        let _ = arrival;
    }

    /// A contact has taken an input; these are the outputs.
    fn input(&mut self, arrival: &Arrival, record: &InputRecord, outputs: &[Output]) {
        let _ = (arrival, record, outputs);
    }

    /// Outputs of the arrival itself.
    fn started(&mut self, arrival: &Arrival, outputs: &[Output]) {
        let _ = (arrival, outputs);
    }

    /// New lines of a contact's trace.
    fn trace(&mut self, arrival: &Arrival, steps: Vec<Step>) {
        let _ = (arrival, steps);
    }

    /// Whether anybody wants [`Recorder::input`] and [`Recorder::started`].
    fn wants_inputs(&self) -> bool {
        false
    }

    /// Whether anybody wants [`Recorder::trace`].
    fn wants_trace(&self) -> bool {
        false
    }
}

/// Nobody writes anything down.
impl Recorder for () {}

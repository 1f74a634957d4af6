//! Writes down what happens in a world: the printed trace and the journal.

use trunkline_contact::journal::InputRecord;
use trunkline_contact::{Arrival, Output};
use trunkline_model::trace::Step;
use trunkline_sim::Recorder;

use super::journal::Journal;
use super::printer::Printer;
use crate::problem::{Problem, Result};

/// Prints the trace and keeps the journal. The first problem stops the run.
pub(crate) struct Writer {
    printer: Option<Printer>,
    journal: Option<Journal>,
    problem: Option<Problem>,
}

impl Writer {
    pub(crate) fn new(printer: Option<Printer>, journal: Option<Journal>) -> Self {
        Self { printer, journal, problem: None }
    }

    /// Whether something could not be written.
    pub(crate) fn has_problem(&self) -> bool {
        self.problem.is_some()
    }

    /// Makes what was journalled durable before a request leaves (decision 17).
    pub(crate) fn sync(&mut self) {
        if let Some(journal) = &mut self.journal {
            let result = journal.sync();
            self.note(result);
        }
    }

    /// Closes the journal and gives the first problem.
    pub(crate) fn finish(&mut self) -> Result<()> {
        if let Some(journal) = &mut self.journal {
            let result = journal.sync();
            self.note(result);
        }
        self.problem.take().map_or(Ok(()), Err)
    }

    fn note(&mut self, result: Result<()>) {
        if let Err(problem) = result {
            self.problem.get_or_insert(problem);
        }
    }
}

impl Recorder for Writer {
    fn arrived(&mut self, arrival: &Arrival) {
        let result = self.journal.as_mut().map_or(Ok(()), |journal| journal.arrived(arrival));
        self.note(result);
    }

    fn started(&mut self, arrival: &Arrival, outputs: &[Output]) {
        let journal = self.journal.as_mut();
        let result = journal.map_or(Ok(()), |it| it.append(arrival, None, outputs));
        self.note(result);
    }

    fn input(&mut self, arrival: &Arrival, record: &InputRecord, outputs: &[Output]) {
        let journal = self.journal.as_mut();
        let result = journal.map_or(Ok(()), |it| it.append(arrival, Some(record), outputs));
        self.note(result);
    }

    fn trace(&mut self, _: &Arrival, steps: Vec<Step>) {
        let Some(printer) = &mut self.printer else { return };
        let result = steps.into_iter().try_for_each(|step| printer.step(step));
        self.note(result);
    }

    fn wants_inputs(&self) -> bool {
        self.journal.is_some()
    }

    fn wants_trace(&self) -> bool {
        true
    }
}

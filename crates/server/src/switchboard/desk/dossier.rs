//! What desktops need of a contact beyond what it says itself.

use trunkline_contact::Contact;
use trunkline_desk::{PathStep, Pop};
use trunkline_flow::run::convert::display;

/// Pops of a contact that are kept; a flow that opens more has gone astray.
const MAX_POPS: usize = 50;

/// A contact that is, or was, with an agent.
#[derive(Debug, Default)]
pub(super) struct Dossier {
    pub(super) sheet: Sheet,
    pub(super) path: Vec<PathStep>,
    pub(super) path_state: PathState,
    /// They are not read again before this time, in milliseconds since the Unix epoch.
    pub(super) path_rest_until_ms: i64,
    pub(super) pops: Vec<Pop>,
}

/// Whether the steps are those of now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum PathState {
    /// Something has happened since.
    #[default]
    Old,
    /// They are being read.
    Asked {
        /// Whether something has happened meanwhile.
        again: bool,
    },
    /// They are.
    Fresh,
}

/// The variables that agents see, and when each changed.
#[derive(Default)]
pub(super) struct Sheet {
    pub(super) version: u64,
    cells: Vec<Cell>,
}

// Values may be secret (decision 20).
impl std::fmt::Debug for Sheet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sheet").field("version", &self.version).finish_non_exhaustive()
    }
}

struct Cell {
    name: String,
    text: String,
    /// The version with which it became so.
    changed: u64,
}

impl Sheet {
    /// Looks at the contact's variables; the version grows if any has changed.
    pub(super) fn read(&mut self, contact: &Contact) {
        let next = self.version + 1;
        let mut has_changed = false;
        let run = contact.run();
        // Where the flow was changed for another there are other variables.
        let count = run.cad().count();
        if count != self.cells.len() {
            (self.cells, has_changed) = (Vec::with_capacity(count), true);
        }
        for (place, (variable, value)) in run.cad().enumerate() {
            let text = display(value);
            match self.cells.get_mut(place) {
                Some(cell) if *cell.name == *variable.name && cell.text == text => {}
                Some(cell) => {
                    *cell = Cell { name: variable.name.to_string(), text, changed: next };
                    has_changed = true;
                }
                None => {
                    let name = variable.name.to_string();
                    self.cells.push(Cell { name, text, changed: next });
                }
            }
        }
        if has_changed || self.version == 0 {
            self.version = next;
        }
    }

    /// Those of the variables that have changed since a version, with their values now.
    pub(super) fn changed_since(&self, version: u64, names: &[&str]) -> Vec<(String, String)> {
        let newer = |cell: &&Cell| cell.changed > version && names.contains(&cell.name.as_str());
        let cells = self.cells.iter().filter(newer);
        cells.map(|cell| (cell.name.clone(), cell.text.clone())).collect()
    }
}

impl Dossier {
    /// Something has happened to the contact.
    pub(super) fn touch(&mut self) {
        match self.path_state {
            PathState::Asked { .. } => self.path_state = PathState::Asked { again: true },
            PathState::Old | PathState::Fresh => self.path_state = PathState::Old,
        }
    }

    /// Adds a pop and gives it its number.
    pub(super) fn add_pop(&mut self, mut pop: Pop) -> Option<Pop> {
        if self.pops.len() >= MAX_POPS {
            return None;
        }
        pop.id = u32::try_from(self.pops.len()).unwrap_or(u32::MAX);
        self.pops.push(pop.clone());
        Some(pop)
    }
}

//! The configuration as the server runs it.

use std::sync::Arc;

use trunkline_model::tenant::{EntryPoint, Tenant};

use crate::change;
use crate::error::SettingsError;
use crate::flows;
use crate::labels::{self, Known, Label};
use crate::settings::Settings;
use crate::whole::Whole;

/// The configuration at one revision, ready to run.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The revision.
    pub revision: u64,
    /// The tenant. Its sealed secrets are open: they stand in it as literals, which print as
    /// `•••`. It must not be written anywhere.
    pub tenant: Tenant,
    /// Every version of a flow that has a label.
    pub flows: Vec<FlowText>,
    known: Vec<Known>,
}

/// A version of a flow that has a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowText {
    /// The flow's id.
    pub flow: String,
    /// The number of the version.
    pub number: u64,
    /// Its labels.
    pub labels: Vec<Label>,
    /// The export.
    pub text: Arc<str>,
}

impl Settings {
    /// The configuration as it is now.
    ///
    /// # Errors
    /// [`SettingsError::Secret`], and failures of the database.
    pub fn snapshot(&self) -> Result<Snapshot, SettingsError> {
        self.db.read("read the configuration", |db| {
            let whole = Whole::read(db)?;
            let tenant = whole.tenant(&self.key)?;
            let mut flows = Vec::new();
            for known in &whole.flows {
                for number in known.numbers() {
                    let text = flows::text(db, &known.id, number)?.unwrap_or_default();
                    let on = known.labelled().into_iter().filter(|it| it.number == number);
                    let labels = on.map(|it| it.label).collect();
                    let flow = known.id.clone();
                    flows.push(FlowText { flow, number, labels, text: text.into() });
                }
            }
            Ok(Snapshot { revision: change::newest(db)?, tenant, flows, known: whole.flows })
        })
    }
}

impl Snapshot {
    /// The version of a flow that callers of an entry point meet.
    #[must_use]
    pub fn flow_of(&self, point: &EntryPoint) -> Option<&FlowText> {
        let label = Label::parse(&point.label)?;
        let known = labels::resolve(&self.known, &point.flow)?;
        self.flows.iter().find(|it| it.flow == known.id && it.labels.contains(&label))
    }
}

//! Labels: which version of a flow callers meet (decision 12).

use std::collections::BTreeMap;
use std::fmt;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::apply::Action;
use crate::author::Author;
use crate::change;
use crate::database::{Fault, count};
use crate::error::{Problem, SettingsError};
use crate::settings::Settings;

/// A label of a flow's versions.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[schema(as = FlowLabel)]
pub enum Label {
    /// The newest version: it moves by itself.
    Latest,
    /// What callers meet.
    Live,
    /// For tests.
    Test,
    /// For development.
    Dev,
}

/// A label on a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Labelled {
    /// The label.
    pub label: Label,
    /// The number of the flow's version.
    pub number: u64,
    /// Grows with each move; a move names the one that it builds on. 0 for Latest.
    pub version: u64,
}

/// A move of a label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LabelMove {
    /// The label's version after the move.
    pub version: u64,
    /// The number of the flow's version; none when the flow was deleted.
    pub number: Option<u64>,
    /// When.
    pub changed_ms: i64,
    /// Who.
    pub who: String,
    /// Why.
    pub note: String,
    /// The revision of the whole configuration that the move made.
    pub revision: u64,
}

/// What is known of a flow without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) is_subflow: bool,
    pub(crate) file: String,
    pub(crate) latest: u64,
    /// Labels but Latest: number and version.
    pub(crate) labels: BTreeMap<Label, (u64, u64)>,
}

impl Label {
    /// All labels.
    pub const ALL: [Self; 4] = [Self::Latest, Self::Live, Self::Test, Self::Dev];

    /// The label's name, as it stands in `tenant.yaml`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Latest => "Latest",
            Self::Live => "Live",
            Self::Test => "Test",
            Self::Dev => "Dev",
        }
    }

    /// The label with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|label| label.as_str() == name)
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Known {
    /// The number of the version that the label is on.
    pub(crate) fn number(&self, label: Label) -> Option<u64> {
        match label {
            Label::Latest => Some(self.latest),
            Label::Live | Label::Test | Label::Dev => self.labels.get(&label).map(|it| it.0),
        }
    }

    /// All labels that are on a version.
    pub(crate) fn labelled(&self) -> Vec<Labelled> {
        let latest = Labelled { label: Label::Latest, number: self.latest, version: 0 };
        let others = self.labels.iter();
        let others = others.map(|(label, (number, version))| Labelled {
            label: *label,
            number: *number,
            version: *version,
        });
        std::iter::once(latest).chain(others).collect()
    }

    /// The numbers of all versions that have a label.
    pub(crate) fn numbers(&self) -> Vec<u64> {
        let mut numbers: Vec<u64> = self.labelled().iter().map(|it| it.number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }
}

/// The flow that an entry point names: by id, name, or file name without its ending, as
/// [`trunkline_flow::Site::flow_of`] finds it.
pub(crate) fn resolve<'a>(flows: &'a [Known], wanted: &str) -> Option<&'a Known> {
    let stem = wanted.rsplit('/').next().unwrap_or(wanted);
    let stem = stem.strip_suffix(".json").unwrap_or(stem);
    let mut flows = flows.iter().filter(|flow| !flow.is_subflow && !wanted.is_empty());
    let by_id = flows.clone().find(|flow| flow.id == wanted);
    let by_name = by_id.or_else(|| flows.clone().find(|flow| flow.name == wanted));
    by_name.or_else(|| flows.find(|flow| flow.name == stem))
}

impl Settings {
    /// Moves a label of a flow to a version, with history. `expected` is the label's version that
    /// the move builds on; 0 where it was never set.
    ///
    /// # Errors
    /// [`SettingsError::StaleLabel`], [`SettingsError::NotFound`], [`SettingsError::Invalid`] for
    /// Latest, and failures of the database.
    pub fn move_label(
        &self,
        author: &Author,
        flow: &str,
        label: Label,
        number: u64,
        expected: u64,
    ) -> Result<Labelled, SettingsError> {
        if label == Label::Latest {
            let message = "Latest moves by itself; move Live, Test or Dev".to_owned();
            let field = "label".to_owned();
            let problem = Problem { kind: None, id: flow.to_owned(), field, message };
            return Err(SettingsError::Invalid(vec![problem]));
        }
        let (labelled, revision) = self.db.write("move a label", |tx| {
            let known = one(tx, flow)?.ok_or(SettingsError::NotFound { what: "flow" })?;
            let (old, version) = known.labels.get(&label).copied().unwrap_or_default();
            if version != expected {
                let labelled = Labelled { label, number: old, version };
                return Err(SettingsError::StaleLabel(labelled).into());
            }
            if !has_version(tx, flow, number)? {
                return Err(SettingsError::NotFound { what: "version" }.into());
            }
            if old == number && version > 0 {
                return Ok((Labelled { label, number, version }, None));
            }
            let revision = change::begin(tx, author)?;
            let version = set(tx, revision, flow, label, Some(number))?;
            Ok((Labelled { label, number, version }, Some(revision)))
        })?;
        revision.into_iter().for_each(|revision| self.announce(revision));
        Ok(labelled)
    }

    /// The moves of a label, the newest first.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn label_history(&self, flow: &str, label: Label) -> Result<Vec<LabelMove>, SettingsError> {
        let sql = "SELECT version, number, at_ms, who, note, revision
                   FROM label_moves JOIN revisions USING (revision)
                   WHERE flow = ?1 AND label = ?2 ORDER BY version DESC";
        let of = |row: &Row<'_>| {
            let number: Option<i64> = row.get(1)?;
            Ok(LabelMove {
                version: count(row, 0)?,
                number: number.map(i64::unsigned_abs),
                changed_ms: row.get(2)?,
                who: row.get(3)?,
                note: row.get(4)?,
                revision: count(row, 5)?,
            })
        };
        self.db.read("read a label's history", |db| {
            let mut statement = db.prepare_cached(sql)?;
            let rows = statement.query_map([flow, label.as_str()], of)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

/// Writes a move. Gives the label's new version.
pub(crate) fn set(
    tx: &Transaction<'_>,
    revision: u64,
    flow: &str,
    label: Label,
    number: Option<u64>,
) -> Result<u64, Fault> {
    let sql = "INSERT INTO label_moves (flow, label, version, number, revision)
               SELECT ?1, ?2, coalesce(max(version), 0) + 1, ?3, ?4
               FROM label_moves WHERE flow = ?1 AND label = ?2
               RETURNING version";
    let number = number.map(u64::cast_signed);
    let values = params![flow, label.as_str(), number, revision.cast_signed()];
    let version = tx.prepare_cached(sql)?.query_row(values, |row| count(row, 0))?;
    change::note(tx, revision, "label", flow, Action::Update)?;
    Ok(version)
}

pub(crate) fn has_version(db: &Connection, flow: &str, number: u64) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM flow_versions WHERE flow = ?1 AND number = ?2)";
    db.prepare_cached(sql)?.query_row(params![flow, number.cast_signed()], |row| row.get(0))
}

const COLUMNS: &str = "id, name, kind, file,
                       (SELECT max(number) FROM flow_versions WHERE flow = flows.id)
                       FROM flows";

/// All flows, in their order.
pub(crate) fn known(db: &Connection) -> rusqlite::Result<Vec<Known>> {
    let sql = format!("SELECT {COLUMNS} ORDER BY place");
    let mut statement = db.prepare_cached(&sql)?;
    let mut flows: Vec<Known> = statement.query_map([], known_of)?.collect::<Result<_, _>>()?;
    for flow in &mut flows {
        flow.labels = labels_of(db, &flow.id)?;
    }
    Ok(flows)
}

/// One flow.
pub(crate) fn one(db: &Connection, id: &str) -> rusqlite::Result<Option<Known>> {
    let sql = format!("SELECT {COLUMNS} WHERE id = ?1");
    let found = db.prepare_cached(&sql)?.query_row([id], known_of).optional()?;
    let Some(mut flow) = found else { return Ok(None) };
    flow.labels = labels_of(db, id)?;
    Ok(Some(flow))
}

fn known_of(row: &Row<'_>) -> rusqlite::Result<Known> {
    let kind: String = row.get(2)?;
    Ok(Known {
        id: row.get(0)?,
        name: row.get(1)?,
        is_subflow: kind == "subflow",
        file: row.get(3)?,
        latest: count(row, 4)?,
        labels: BTreeMap::new(),
    })
}

fn labels_of(db: &Connection, flow: &str) -> rusqlite::Result<BTreeMap<Label, (u64, u64)>> {
    // SQLite takes the other columns from the row with the greatest version.
    let sql = "SELECT label, number, max(version) FROM label_moves WHERE flow = ?1 GROUP BY label";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([flow], |row| {
        let (label, number): (String, Option<i64>) = (row.get(0)?, row.get(1)?);
        Ok((Label::parse(&label), number.map(i64::unsigned_abs), count(row, 2)?))
    })?;
    let mut labels = BTreeMap::new();
    for row in rows {
        if let (Some(label), Some(number), version) = row? {
            labels.insert(label, (number, version));
        }
    }
    Ok(labels)
}

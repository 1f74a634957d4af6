//! Flows and their versions: an upload makes the next one, which never changes (decision 12).

use std::sync::Arc;

use data_encoding::HEXLOWER;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::Serialize;
use trunkline_flow::{Diagnostic, Flow, FlowKind, Severity, Site};
use utoipa::ToSchema;

use crate::apply::Action;
use crate::author::Author;
use crate::change;
use crate::check;
use crate::database::{Fault, count};
use crate::error::{SettingsError, Usage};
use crate::flow_use;
use crate::kind::Kind;
use crate::labels::{self, Known, Label, Labelled};
use crate::settings::Settings;
use crate::whole::Whole;

/// At most so many flows.
const MAX_FLOWS: usize = 2_000;

/// The longest id and file name of a flow, in characters.
const MAX_ID_CHARS: usize = 200;

/// An export to be uploaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlowUpload {
    /// The flow that it is a version of; when left out, the one with the export's id or else its
    /// name, or else a new one.
    pub flow: Option<String>,
    /// The file's name, for a new flow; `NAME.json` when left out.
    pub file: Option<String>,
    /// The export, as it was written.
    pub text: String,
}

/// What an upload led to.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Uploaded {
    /// The flow's id.
    pub flow: String,
    /// The number of the version; the newest one's when the text is the same.
    pub number: u64,
    /// Whether a version was made.
    pub is_new: bool,
    /// What the checks found.
    pub findings: Vec<Finding>,
}

/// Something that the checks found in a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = FlowFinding)]
pub struct Finding {
    /// The rule's name.
    pub rule: String,
    /// `note`, `warning` or `error`.
    pub severity: String,
    /// The activity's label.
    pub activity: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// A flow, without its versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FlowSummary {
    /// Its id.
    pub id: String,
    /// Its name, as in the newest version.
    pub name: String,
    /// Whether it is a subflow.
    pub is_subflow: bool,
    /// Its path in `tenant.yaml`.
    pub file: String,
    /// Its labels, Latest first.
    pub labels: Vec<Labelled>,
}

/// A version of a flow, without its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FlowVersion {
    /// Its number, from 1.
    pub number: u64,
    /// The flow's name in it.
    pub name: String,
    /// SHA-256 of the text, in hex.
    pub hash: String,
    /// How many errors the checks found when it was uploaded.
    pub errors: u64,
    /// How many warnings.
    pub warnings: u64,
    /// When.
    pub uploaded_ms: i64,
    /// Who.
    pub who: String,
    /// Why.
    pub note: String,
}

impl From<Diagnostic> for Finding {
    fn from(found: Diagnostic) -> Self {
        let severity = match found.severity {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        Self {
            rule: found.rule.to_owned(),
            severity: severity.to_owned(),
            activity: found.activity,
            message: found.message,
            help: found.help,
        }
    }
}

impl From<&Known> for FlowSummary {
    fn from(known: &Known) -> Self {
        Self {
            id: known.id.clone(),
            name: known.name.clone(),
            is_subflow: known.is_subflow,
            file: known.file.clone(),
            labels: known.labelled(),
        }
    }
}

impl Settings {
    /// Uploads an export as the next version of its flow. Strange content is never refused: it is
    /// found by the checks, and kept. The same text as the newest version makes none.
    ///
    /// # Errors
    /// [`SettingsError::NotAFlow`] for a text that is no export, [`SettingsError::NotFound`] when
    /// the flow that is named does not exist, [`SettingsError::TooMany`], and failures of the
    /// database.
    pub fn upload(&self, author: &Author, upload: FlowUpload) -> Result<Uploaded, SettingsError> {
        let read = read(upload.file.as_deref().unwrap_or("flow"), &upload.text)?;
        let (uploaded, revision) = self.db.write("upload a flow", |tx| {
            let whole = Whole::read(tx)?;
            let old = match &upload.flow {
                Some(id) => {
                    let known = whole.flows.iter().find(|flow| flow.id == *id);
                    Some(known.ok_or(SettingsError::NotFound { what: "flow" })?)
                }
                None => same(&whole.flows, &read.0, None),
            };
            let findings = findings(tx, &whole, read.0, read.1)?;
            if let Some(number) = same_text(tx, old, &upload.text)? {
                let flow = old.map(|old| old.id.clone()).unwrap_or_default();
                return Ok((Uploaded { flow, number, is_new: false, findings }, None));
            }
            let revision = change::begin(tx, author)?;
            let (flow, number) = insert(tx, revision, &whole.flows, old, &upload, &findings)?;
            Ok((Uploaded { flow, number, is_new: true, findings }, Some(revision)))
        })?;
        revision.into_iter().for_each(|revision| self.announce(revision));
        Ok(uploaded)
    }

    /// All flows, in the tenant's order.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn flows(&self) -> Result<Vec<FlowSummary>, SettingsError> {
        let known = self.db.read("list flows", |db| Ok(labels::known(db)?))?;
        Ok(known.iter().map(FlowSummary::from).collect())
    }

    /// One flow.
    ///
    /// # Errors
    /// [`SettingsError::NotFound`], and failures of the database.
    pub fn flow(&self, id: &str) -> Result<FlowSummary, SettingsError> {
        let known = self.db.read("read a flow", |db| Ok(labels::one(db, id)?))?;
        known.as_ref().map(FlowSummary::from).ok_or(SettingsError::NotFound { what: "flow" })
    }

    /// The versions of a flow, the newest first, also when the flow was deleted.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn flow_versions(&self, id: &str) -> Result<Vec<FlowVersion>, SettingsError> {
        let sql = "SELECT number, name, hash, errors, warnings, at_ms, who, note
                   FROM flow_versions JOIN revisions USING (revision)
                   WHERE flow = ?1 ORDER BY number DESC";
        self.db.read("list versions of a flow", |db| {
            let mut statement = db.prepare_cached(sql)?;
            let rows = statement.query_map([id], version_of)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// The text of a version, as it was uploaded.
    ///
    /// # Errors
    /// [`SettingsError::NotFound`], and failures of the database.
    pub fn flow_text(&self, id: &str, number: u64) -> Result<String, SettingsError> {
        let found = self.db.read("read a flow", |db| Ok(text(db, id, number)?))?;
        found.ok_or(SettingsError::NotFound { what: "version" })
    }

    /// What the checks find in a version now, against the tenant as it is.
    ///
    /// # Errors
    /// [`SettingsError::NotFound`], and failures of the database.
    pub fn flow_findings(&self, id: &str, number: u64) -> Result<Vec<Finding>, SettingsError> {
        let text = self.flow_text(id, number)?;
        let (flow, found) = read(id, &text)?;
        self.db.read("check a flow", |db| findings(db, &Whole::read(db)?, flow, found))
    }

    /// Deletes a flow whose newest version is this one. Its versions are kept for contacts that
    /// run them.
    ///
    /// # Errors
    /// [`SettingsError::InUse`] with the entry points and flows that refer to it,
    /// [`SettingsError::StaleLabel`] when there is a newer version, [`SettingsError::NotFound`],
    /// and failures of the database.
    pub fn delete_flow(&self, author: &Author, id: &str, latest: u64) -> Result<(), SettingsError> {
        let revision = self.db.write("delete a flow", |tx| {
            let whole = Whole::read(tx)?;
            let known = whole.flows.iter().find(|flow| flow.id == id);
            let known = known.ok_or(SettingsError::NotFound { what: "flow" })?;
            if known.latest != latest {
                let (label, number) = (Label::Latest, known.latest);
                let labelled = Labelled { label, number, version: 0 };
                return Err(SettingsError::StaleLabel(labelled).into());
            }
            let users = users_of(tx, &whole, known)?;
            if !users.is_empty() {
                return Err(SettingsError::InUse(users).into());
            }
            let revision = change::begin(tx, author)?;
            remove(tx, revision, known)?;
            Ok(revision)
        })?;
        self.announce(revision);
        Ok(())
    }
}

/// The flow of a text, and what its reader found.
pub(crate) fn read(file: &str, text: &str) -> Result<(Flow, Vec<Diagnostic>), SettingsError> {
    let file = file.to_owned();
    Flow::read(text).map_err(|source| SettingsError::NotAFlow { file, source })
}

/// The flow that an export is a version of: the one with its id, or else from its file, or else
/// with its name.
pub(crate) fn same<'a>(flows: &'a [Known], flow: &Flow, file: Option<&str>) -> Option<&'a Known> {
    let id = flow.id.as_str();
    let by_id = flows.iter().find(|known| !id.is_empty() && known.id == id);
    let by_file = || flows.iter().find(|known| file == Some(&known.file));
    let is_subflow = flow.kind == FlowKind::Subflow;
    let is_same = |known: &&Known| known.name == flow.name && known.is_subflow == is_subflow;
    let by_name = || flows.iter().find(|it| is_same(it) && !flow.name.is_empty());
    by_id.or_else(by_file).or_else(by_name)
}

/// The number of the newest version, when its text is this one.
fn same_text(db: &Connection, known: Option<&Known>, text: &str) -> rusqlite::Result<Option<u64>> {
    let number = with_text(db, known, text)?;
    Ok(number.filter(|number| known.is_some_and(|known| known.latest == *number)))
}

/// The number of the version that has this text; the newest of several.
pub(crate) fn with_text(
    db: &Connection,
    known: Option<&Known>,
    text: &str,
) -> rusqlite::Result<Option<u64>> {
    let Some(known) = known else { return Ok(None) };
    let sql = "SELECT number FROM flow_versions WHERE flow = ?1 AND hash = ?2
               ORDER BY number DESC LIMIT 1";
    let mut statement = db.prepare_cached(sql)?;
    statement.query_row([&known.id, &hash(text)], |row| count(row, 0)).optional()
}

/// Gives a flow this file; another flow that has it gets a free one.
pub(crate) fn take_file(tx: &Transaction<'_>, id: &str, file: &str) -> Result<(), Fault> {
    let known = labels::known(tx)?;
    if let Some(other) = known.iter().find(|it| it.file == file && it.id != id) {
        let sql = "UPDATE flows SET file = ?2 WHERE id = ?1";
        tx.execute(sql, [&other.id, &free_file(&known, file)])?;
    }
    let sql = "UPDATE flows SET file = ?2 WHERE id = ?1 AND file <> ?2";
    tx.execute(sql, [id, file])?;
    Ok(())
}

/// Brings the flows with these ids into this order, before all others. Gives whether they were in
/// another one.
pub(crate) fn sort(tx: &Transaction<'_>, ids: &[String]) -> Result<bool, Fault> {
    let known = labels::known(tx)?;
    if known.iter().map(|it| &it.id).filter(|id| ids.contains(id)).eq(ids) {
        return Ok(false);
    }
    for (place, id) in ids.iter().enumerate() {
        // Below all places that were given to new flows.
        let place = i64::try_from(place).unwrap_or(i64::MAX).saturating_sub(1 << 32);
        tx.execute("UPDATE flows SET place = ?2 WHERE id = ?1", params![id, place])?;
    }
    Ok(true)
}

/// Writes the next version of a flow. Gives the flow's id and the number.
pub(crate) fn insert(
    tx: &Transaction<'_>,
    revision: u64,
    flows: &[Known],
    old: Option<&Known>,
    upload: &FlowUpload,
    findings: &[Finding],
) -> Result<(String, u64), Fault> {
    let (flow, _) = read("flow", &upload.text)?;
    let kind = if flow.kind == FlowKind::Subflow { "subflow" } else { "flow" };
    let id = match old {
        Some(old) => {
            let sql = "UPDATE flows SET name = ?2, kind = ?3 WHERE id = ?1";
            tx.execute(sql, params![old.id, flow.name, kind])?;
            old.id.clone()
        }
        None => {
            if flows.len() >= MAX_FLOWS {
                return Err(SettingsError::TooMany { what: "flows", limit: MAX_FLOWS }.into());
            }
            let id = new_id(tx, &flow, &upload.text)?;
            let wanted = upload.file.clone().unwrap_or_else(|| format!("{}.json", flow.name));
            let file = free_file(flows, &wanted);
            let sql = "INSERT INTO flows (id, name, kind, file, place)
                       SELECT ?1, ?2, ?3, ?4, coalesce(max(place), 0) + 1 FROM flows";
            tx.execute(sql, params![id, flow.name, kind, file])?;
            id
        }
    };
    let of = |severity: &str| findings.iter().filter(|it| it.severity == severity).count();
    let many = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let sql =
        "INSERT INTO flow_versions (flow, number, name, hash, text, errors, warnings, revision)
               SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4, ?5, ?6, ?7
               FROM flow_versions WHERE flow = ?1
               RETURNING number";
    let values = params![
        id,
        flow.name,
        hash(&upload.text),
        upload.text,
        many(of("error")),
        many(of("warning")),
        revision.cast_signed()
    ];
    let number = tx.prepare_cached(sql)?.query_row(values, |row| count(row, 0))?;
    let action = if old.is_some() { Action::Update } else { Action::Create };
    change::note(tx, revision, "flow", &id, action)?;
    Ok((id, number))
}

/// Deletes a flow, but not its versions.
pub(crate) fn remove(tx: &Transaction<'_>, revision: u64, flow: &Known) -> Result<(), Fault> {
    for label in flow.labels.keys() {
        labels::set(tx, revision, &flow.id, *label, None)?;
    }
    tx.execute("DELETE FROM flows WHERE id = ?1", [&flow.id])?;
    change::note(tx, revision, "flow", &flow.id, Action::Delete)
}

pub(crate) fn text(db: &Connection, id: &str, number: u64) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT text FROM flow_versions WHERE flow = ?1 AND number = ?2";
    let values = params![id, number.cast_signed()];
    db.prepare_cached(sql)?.query_row(values, |row| row.get(0)).optional()
}

/// What the checks find in a flow, with the tenant as it is and its other flows.
pub(crate) fn findings(
    db: &Connection,
    whole: &Whole,
    flow: Flow,
    found: Vec<Diagnostic>,
) -> Result<Vec<Finding>, Fault> {
    // A tenant that is not in order would only hide what the flow lacks.
    let tenant = check::check(whole).unwrap_or_default();
    let flow = Arc::new(flow);
    let mut flows = vec![Arc::clone(&flow)];
    for known in &whole.flows {
        let number = known.number(Label::Live).unwrap_or(known.latest);
        let text = text(db, &known.id, number)?.unwrap_or_default();
        flows.extend(Flow::read(&text).ok().map(|(flow, _)| Arc::new(flow)));
    }
    let site = Site::new(tenant, flows);
    let found = trunkline_flow::check::check(&flow, found, Some(&site));
    Ok(found.into_iter().map(Finding::from).collect())
}

/// The entry points and flows that refer to a flow.
fn users_of(db: &Connection, whole: &Whole, flow: &Known) -> Result<Vec<Usage>, Fault> {
    let mut users = Vec::new();
    for (id, kept) in whole.of(Kind::EntryPoint) {
        let wanted = kept.value.get("flow").and_then(|it| it.as_str()).unwrap_or_default();
        if labels::resolve(&whole.flows, wanted).is_some_and(|it| it.id == flow.id) {
            users.push(Usage {
                kind: Kind::EntryPoint.as_str().to_owned(),
                id: id.clone(),
                name: Kind::name_of(&kept.value, id),
                field: "flow".to_owned(),
            });
        }
    }
    users.extend(flow_use::of_flow(db, &whole.flows, flow)?);
    Ok(users)
}

/// An id for a new flow: its own, unless that is missing, strange, or was another flow's.
fn new_id(tx: &Transaction<'_>, flow: &Flow, text: &str) -> rusqlite::Result<String> {
    let own = flow.id.as_str();
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let is_good = !own.is_empty() && own.len() <= MAX_ID_CHARS && own.chars().all(fits);
    let wanted = if is_good { own.to_owned() } else { hash(text).chars().take(32).collect() };
    let mut id = wanted.clone();
    let mut next = 2;
    while tx.query_row("SELECT EXISTS (SELECT 1 FROM flows WHERE id = ?1)", [&id], first)? {
        id = format!("{wanted}-{next}");
        next += 1;
    }
    Ok(id)
}

fn first(row: &Row<'_>) -> rusqlite::Result<bool> {
    row.get(0)
}

/// A file name that no other flow has.
fn free_file(flows: &[Known], wanted: &str) -> String {
    let fits = |c: char| if c.is_control() || c == '\\' { '_' } else { c };
    let wanted: String = wanted.chars().take(MAX_ID_CHARS).map(fits).collect();
    let stem = wanted.strip_suffix(".json").unwrap_or(&wanted).to_owned();
    let mut file = wanted;
    let mut next = 2;
    while flows.iter().any(|flow| flow.file == file) {
        file = format!("{stem}-{next}.json");
        next += 1;
    }
    file
}

fn hash(text: &str) -> String {
    HEXLOWER.encode(&trunkline_store::sha256(text.as_bytes()))
}

fn version_of(row: &Row<'_>) -> rusqlite::Result<FlowVersion> {
    Ok(FlowVersion {
        number: count(row, 0)?,
        name: row.get(1)?,
        hash: row.get(2)?,
        errors: count(row, 3)?,
        warnings: count(row, 4)?,
        uploaded_ms: row.get(5)?,
        who: row.get(6)?,
        note: row.get(7)?,
    })
}

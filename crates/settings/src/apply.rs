//! Makes the configuration what a `tenant.yaml` says, in one step, and says before what that
//! would be.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Transaction, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use trunkline_flow::Flow;
use trunkline_model::tenant::{ParseOptions, Tenant};
use utoipa::ToSchema;

use crate::author::Author;
use crate::bundle::Bundle;
use crate::change;
use crate::check;
use crate::database::{Fault, strange};
use crate::error::{Problem, SettingsError};
use crate::export;
use crate::flows::{self, FlowUpload};
use crate::kind::Kind;
use crate::labels::{self, Known, Label};
use crate::objects;
use crate::secrets::{self, Trust};
use crate::settings::Settings;
use crate::sounds;
use crate::whole::{self, Whole};

/// How a `tenant.yaml` is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApplyOptions {
    /// Whether it may name secrets of the server.
    pub trust: Trust,
    /// Whether secrets may stand in it (decision 31); they are sealed.
    pub allow_literal_secrets: bool,
    /// Whether what it does not name is kept; otherwise that is deleted.
    pub keep_others: bool,
    /// The revision that the plan was made for; none applies whatever has changed since.
    pub expected_revision: Option<u64>,
    /// Whether files are the only source of the tenant: all labels that entry points need follow
    /// them then, since nobody else moves them.
    pub is_only_source: bool,
}

/// What applying does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ConfigurationPlan)]
pub struct Plan {
    /// The revision that it builds on.
    pub revision: u64,
    /// What is done to each object, flows first; unchanged ones too.
    pub steps: Vec<Step>,
}

/// What is done to an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PlanStep)]
pub struct Step {
    /// What is done.
    pub action: Action,
    /// The kind's word, or `flow`.
    pub kind: String,
    /// The id; empty when only the order of the kind's objects changes.
    pub id: String,
    /// The name for people.
    pub name: String,
    /// What changes: keys of the value, `order`, `version`, `file`, or the names of labels.
    pub fields: Vec<String>,
}

/// What is done to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PlanAction)]
pub enum Action {
    /// It is made.
    Create,
    /// It is changed.
    Update,
    /// It is deleted.
    Delete,
    /// Nothing.
    Unchanged,
}

/// What was applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Applied {
    /// What was done.
    pub plan: Plan,
    /// The revision now; the plan's own when nothing was to be changed.
    pub revision: u64,
}

impl Action {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Unchanged => "unchanged",
        }
    }

    pub(crate) fn parse(word: &str) -> Self {
        let all = [Self::Create, Self::Update, Self::Delete];
        all.into_iter().find(|it| it.as_str() == word).unwrap_or(Self::Unchanged)
    }
}

impl ApplyOptions {
    /// As a person or a program elsewhere applies it: whole, and without names of the server's
    /// secrets.
    #[must_use]
    pub fn of_interface() -> Self {
        Self {
            trust: Trust::Interface,
            allow_literal_secrets: true,
            keep_others: false,
            expected_revision: None,
            is_only_source: false,
        }
    }

    /// As the server imports its own `tenant.yaml`.
    #[must_use]
    pub fn of_server() -> Self {
        Self {
            trust: Trust::Server,
            allow_literal_secrets: false,
            is_only_source: true,
            ..Self::of_interface()
        }
    }
}

impl Plan {
    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.iter().all(|step| step.action == Action::Unchanged)
    }
}

impl Settings {
    /// What [`Settings::apply`] would do now. Nothing is changed.
    ///
    /// # Errors
    /// Those of [`Settings::apply`].
    pub fn plan(&self, bundle: &Bundle, options: ApplyOptions) -> Result<Plan, SettingsError> {
        let author = Author::new(0, "");
        let tried = self.db.write_or_try("make a plan", |tx| {
            let (plan, _) = self.run(tx, &author, bundle, options)?;
            Err::<Plan, _>(Fault::Tried(plan))
        })?;
        Ok(tried.unwrap_or_else(|plan| plan))
    }

    /// Makes the configuration what the bundle says: all of it, or nothing. Flows whose texts are
    /// new become versions with the label Live.
    ///
    /// # Errors
    /// [`SettingsError::Yaml`] with each mistake's line, [`SettingsError::NotAFlow`],
    /// [`SettingsError::Invalid`], [`SettingsError::StalePlan`], and failures of the database.
    pub fn apply(
        &self,
        author: &Author,
        bundle: &Bundle,
        options: ApplyOptions,
    ) -> Result<Applied, SettingsError> {
        let done = self.db.write_or_try("apply a configuration", |tx| {
            let (plan, revision) = self.run(tx, author, bundle, options)?;
            sounds::check(tx)?;
            // The revision that was begun for nothing is undone.
            if plan.is_empty() { Err(Fault::Tried(plan)) } else { Ok((plan, revision)) }
        })?;
        match done {
            Ok((plan, revision)) => {
                self.announce(revision);
                Ok(Applied { plan, revision })
            }
            Err(plan) => Ok(Applied { revision: plan.revision, plan }),
        }
    }

    /// Imports the server's own `tenant.yaml` when nothing was ever configured. Gives whether it
    /// was.
    ///
    /// # Errors
    /// Those of [`Settings::apply`].
    pub fn import_first(&self, author: &Author, bundle: &Bundle) -> Result<bool, SettingsError> {
        if self.revision()? > 0 {
            return Ok(false);
        }
        let options = ApplyOptions { expected_revision: Some(0), ..ApplyOptions::of_server() };
        match self.apply(author, bundle, options) {
            Ok(applied) => Ok(applied.revision > 0),
            // Another process was quicker.
            Err(SettingsError::StalePlan { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn run(
        &self,
        tx: &Transaction<'_>,
        author: &Author,
        bundle: &Bundle,
        options: ApplyOptions,
    ) -> Result<(Plan, u64), Fault> {
        let literal = ParseOptions { allow_literal_secrets: options.allow_literal_secrets };
        let tenant = Tenant::parse_with(&bundle.yaml, literal).map_err(SettingsError::Yaml)?;
        let newest = change::newest(tx)?;
        if options.expected_revision.is_some_and(|expected| expected != newest) {
            return Err(SettingsError::StalePlan { revision: newest }.into());
        }
        let before = Whole::read(tx)?;
        let revision = change::begin(tx, author)?;
        let steps = Vec::new();
        let sounds = &bundle.sounds;
        let mut work = Work { tx, revision, options, before: &before, sounds, steps };
        work.flows(&tenant, bundle)?;
        work.objects(self, &tenant)?;
        let steps = work.steps;
        let after = Whole::read(tx)?;
        if let Err(problems) = check::check(&after) {
            return Err(SettingsError::Invalid(problems).into());
        }
        Ok((Plan { revision: newest, steps }, revision))
    }
}

/// An application that goes on.
struct Work<'a> {
    tx: &'a Transaction<'a>,
    revision: u64,
    options: ApplyOptions,
    before: &'a Whole,
    sounds: &'a BTreeMap<String, String>,
    steps: Vec<Step>,
}

impl Work<'_> {
    fn step(&mut self, action: Action, kind: &str, id: &str, name: &str, fields: Vec<String>) {
        let (kind, id, name) = (kind.to_owned(), id.to_owned(), name.to_owned());
        self.steps.push(Step { action, kind, id, name, fields });
    }

    fn flows(&mut self, tenant: &Tenant, bundle: &Bundle) -> Result<(), Fault> {
        let mut named = Vec::new();
        for (index, entry) in tenant.flows.iter().enumerate() {
            let Some(text) = bundle.flows.get(&entry.file) else {
                let message = format!("the file `{}` was not given", entry.file);
                let field = format!("flows[{index}].file");
                let problem = Problem { kind: None, id: String::new(), field, message };
                return Err(SettingsError::Invalid(vec![problem]).into());
            };
            let id = self.flow(tenant, &entry.file, text, &named)?;
            flows::take_file(self.tx, &id, &entry.file)?;
            named.push(id);
        }
        if !self.options.keep_others {
            for flow in self.before.flows.iter().filter(|it| !named.contains(&it.id)) {
                flows::remove(self.tx, self.revision, flow)?;
                self.step(Action::Delete, "flow", &flow.id, &flow.name, Vec::new());
            }
        }
        if flows::sort(self.tx, &named)? {
            change::note(self.tx, self.revision, "flow", "", Action::Update)?;
            self.step(Action::Update, "flow", "", "", vec!["order".to_owned()]);
        }
        Ok(())
    }

    /// Gives the flow's id. Flows that other files have been taken for already are left alone, as
    /// two exports may have the same id.
    fn flow(
        &mut self,
        tenant: &Tenant,
        file: &str,
        text: &str,
        named: &[String],
    ) -> Result<String, Fault> {
        let (flow, found) = flows::read(file, text)?;
        let known = labels::known(self.tx)?;
        let free: Vec<Known> = known.iter().filter(|it| !named.contains(&it.id)).cloned().collect();
        let old = flows::same(&free, &flow, Some(file));
        let mut fields = Vec::new();
        let (id, number) = match flows::with_text(self.tx, old, text)? {
            Some(number) => (old.map(|old| old.id.clone()).unwrap_or_default(), number),
            None => {
                fields.push("version".to_owned());
                let upload =
                    FlowUpload { flow: None, file: Some(file.to_owned()), text: text.to_owned() };
                let found = trunkline_flow::check::check(&flow, found, None);
                let found: Vec<_> = found.into_iter().map(Into::into).collect();
                flows::insert(self.tx, self.revision, &known, old, &upload, &found)?
            }
        };
        let action = match old {
            Some(old) => {
                fields.extend(self.labels(tenant, old, &flow, number)?);
                fields.extend((old.file != file).then(|| "file".to_owned()));
                if fields.is_empty() { Action::Unchanged } else { Action::Update }
            }
            None => {
                let new = labels::one(self.tx, &id)?;
                let new = new.ok_or(SettingsError::NotFound { what: "flow" })?;
                fields.extend(self.labels(tenant, &new, &flow, number)?);
                Action::Create
            }
        };
        self.step(action, "flow", &id, &flow.name, fields);
        Ok(id)
    }

    /// Moves Live to the version of the file, and sets what entry points need and nobody has set.
    fn labels(
        &self,
        tenant: &Tenant,
        known: &Known,
        flow: &Flow,
        number: u64,
    ) -> Result<Vec<String>, Fault> {
        let now = Known { name: flow.name.clone(), ..known.clone() };
        let points = tenant.entry_points.iter();
        let mine =
            points.filter(|it| labels::resolve(std::slice::from_ref(&now), &it.flow).is_some());
        let needed: BTreeSet<Label> = mine.filter_map(|it| Label::parse(&it.label)).collect();
        let mut moved = Vec::new();
        for label in [Label::Live, Label::Test, Label::Dev] {
            let is_due = match (label, known.number(label)) {
                (Label::Live, now) => now != Some(number),
                (_, now) if self.options.is_only_source => {
                    now != Some(number) && needed.contains(&label)
                }
                (_, now) => now.is_none() && needed.contains(&label),
            };
            if is_due {
                labels::set(self.tx, self.revision, &known.id, label, Some(number))?;
                moved.push(label.as_str().to_owned());
            }
        }
        Ok(moved)
    }

    fn objects(&mut self, settings: &Settings, tenant: &Tenant) -> Result<(), Fault> {
        let split = whole::split(tenant).map_err(|error| strange(0, error))?;
        let mut named: BTreeMap<Kind, Vec<String>> = BTreeMap::new();
        let mut problems = Vec::new();
        let old = self.before.values();
        for (kind, id, value) in split {
            let old = old.get(&(kind, id.as_str())).copied();
            match self.object(settings, (kind, &id), value, old) {
                Err(Fault::Refused(SettingsError::Invalid(some))) => problems.extend(some),
                other => other?,
            }
            named.entry(kind).or_default().push(id);
        }
        if !problems.is_empty() {
            return Err(SettingsError::Invalid(problems).into());
        }
        for kind in Kind::ALL.into_iter().filter(|kind| !kind.is_single()) {
            let named = named.remove(&kind).unwrap_or_default();
            if !self.options.keep_others {
                self.others(kind, &named)?;
            }
            self.order(kind, &named)?;
        }
        Ok(())
    }

    fn object(
        &mut self,
        settings: &Settings,
        (kind, id): (Kind, &str),
        value: Value,
        old: Option<&Value>,
    ) -> Result<(), Fault> {
        let value = export::keep_left_out(kind, id, value, old);
        let value = sounds::with_sound((kind, id), value, old, self.sounds);
        let value = secrets::sealed(&settings.key, (kind, id), value, old, self.options.trust)?;
        let name = Kind::name_of(&value, id);
        let is_default = old.is_none() && kind.is_single() && is_default(kind, &value)?;
        if is_default || old == Some(&value) {
            self.step(Action::Unchanged, kind.as_str(), id, &name, Vec::new());
            return Ok(());
        }
        let action = if old.is_some() { Action::Update } else { Action::Create };
        let fields = old.map(|old| differing(old, &value)).unwrap_or_default();
        objects::write(self.tx, self.revision, kind, id, Some(&value))?;
        self.step(action, kind.as_str(), id, &name, fields);
        Ok(())
    }

    fn others(&mut self, kind: Kind, named: &[String]) -> Result<(), Fault> {
        let named: BTreeSet<&str> = named.iter().map(String::as_str).collect();
        let before = self.before;
        for (id, kept) in before.of(kind).iter().filter(|(id, _)| !named.contains(id.as_str())) {
            objects::write(self.tx, self.revision, kind, id, None)?;
            let name = Kind::name_of(&kept.value, id);
            self.step(Action::Delete, kind.as_str(), id, &name, Vec::new());
        }
        Ok(())
    }

    /// Brings the objects of a kind into the order of the file.
    fn order(&mut self, kind: Kind, named: &[String]) -> Result<(), Fault> {
        let wanted: BTreeSet<&str> = named.iter().map(String::as_str).collect();
        let before: BTreeSet<&str> = self.before.of(kind).iter().map(|it| it.0.as_str()).collect();
        // Those that were there, and then the new ones, which were put at the end.
        let old = self.before.of(kind).iter().map(|it| it.0.as_str());
        let new = named.iter().map(String::as_str).filter(|id| !before.contains(id));
        if old.filter(|id| wanted.contains(id)).chain(new).eq(named.iter().map(String::as_str)) {
            return Ok(());
        }
        for (place, id) in named.iter().enumerate() {
            let sql = "UPDATE objects SET place = ?3 WHERE kind = ?1 AND id = ?2";
            let place = i64::try_from(place).unwrap_or(i64::MAX);
            self.tx.prepare_cached(sql)?.execute(params![kind.as_str(), id, place])?;
        }
        change::note(self.tx, self.revision, kind.as_str(), "", Action::Update)?;
        self.step(Action::Update, kind.as_str(), "", "", vec!["order".to_owned()]);
        Ok(())
    }
}

fn is_default(kind: Kind, value: &Value) -> Result<bool, Fault> {
    let default = serde_json::to_value(Tenant::default()).map_err(|error| strange(0, error))?;
    Ok(whole::values(kind, &default).first() == Some(value))
}

/// The keys whose values differ.
fn differing(old: &Value, new: &Value) -> Vec<String> {
    let none = serde_json::Map::new();
    let (old, new) = (old.as_object().unwrap_or(&none), new.as_object().unwrap_or(&none));
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    keys.into_iter().filter(|key| old.get(*key) != new.get(*key)).cloned().collect()
}

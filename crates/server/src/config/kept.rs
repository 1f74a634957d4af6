//! The tenant as the server keeps it, in `settings.sqlite`, beside the `tenant.yaml` that it began
//! with (decision 12).
//!
//! As long as all that was ever changed came from the file, the file counts: every start and every
//! reload takes it over. As soon as something was changed otherwise, by the pages, the interface or
//! `trunkline apply`, what is kept counts. A file that differs is told then, never taken over.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use trunkline_flow::{Flow, Site};
use trunkline_journal::Keys;
use trunkline_model::EntryPointId;
use trunkline_settings::{
    Action, ApplyOptions, Author, Bundle, FlowText, Label, Plan, Settings, SettingsError, Snapshot,
};

use super::load::{LoadedTenant, SetupOptions, TenantFile, load_tenant};
use super::mistake::{ConfigErrors, Problem};
use super::read::{Places, ReadOptions, parse};
use super::{Config, Setup};

/// Who changes what comes from the server's own file. No user can have this name.
pub(super) const FILE_AUTHOR: &str = "(tenant.yaml)";

/// Where a tenant comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TenantSource {
    /// Its file, which nobody has changed anything beside.
    File,
    /// What the server keeps.
    Kept,
}

/// What the server keeps, where that is what counts.
pub(super) fn open_if_it_counts(
    config: &Config,
    base_dir: &Path,
    file: &Path,
) -> Result<Option<Arc<Settings>>, ConfigErrors> {
    let path = config.settings_path(base_dir);
    if !path.exists() {
        return Ok(None);
    }
    let settings = open(config, base_dir, false)?;
    let counts = || Ok(settings.revision()? > 0 && !(is_files(&settings)? && file.exists()));
    let counts = counts().map_err(|error: SettingsError| problem(&path, &error))?;
    Ok(counts.then(|| Arc::new(settings)))
}

/// Whether nobody has changed anything beside the file.
fn is_files(settings: &Settings) -> Result<bool, SettingsError> {
    settings.is_only_by(FILE_AUTHOR)
}

/// Whether there is no file since the pages are to fill the tenant: `trunkline.toml` names none.
pub(super) fn is_left_out(config: &Config, file: &Path) -> bool {
    let is_named = config.tenant != Config::default().tenant;
    config.web.listen.is_some() && !is_named && !file.exists()
}

/// The tenant in a server's folder, for a command beside the server.
#[derive(Debug)]
pub struct KeptTenant {
    /// What keeps it.
    pub settings: Settings,
    /// The users of the pages, with the audit log; not there where there are no pages.
    pub accounts: PathBuf,
}

/// Opens the tenant in the folder of the server with this `trunkline.toml`; what is not there yet
/// is made.
///
/// # Errors
/// A file that cannot be read, or opened.
pub fn keeper(file: &Path) -> Result<KeptTenant, ConfigErrors> {
    let shown = file.display().to_string();
    let text = super::load::read_text(file, super::read::MAX_BYTES as u64).map_err(|reason| {
        let advice = "name the server's configuration with `--config`";
        Problem::whole(&shown, format!("cannot be read: {reason}; {advice}"))
    })?;
    // Whether secrets may stand in it is for the server to say.
    let (config, _) = parse(&shown, &text, ReadOptions { allow_literal_secrets: true })?;
    let base_dir = super::load::folder(file);
    let data_dir = config.data_dir(&base_dir);
    super::inspect::make_folder(&data_dir).map_err(|error| problem(&data_dir, &error))?;
    let settings = open(&config, &base_dir, true)?;
    Ok(KeptTenant { settings, accounts: config.accounts_path(&base_dir) })
}

fn open(config: &Config, base_dir: &Path, may_make: bool) -> Result<Settings, ConfigErrors> {
    let path = config.settings_path(base_dir);
    let keys = Keys::File(config.key_path(base_dir));
    let key = if may_make { keys.find_or_make() } else { keys.find() };
    let key = key.map_err(|error| problem(&path, &error))?;
    Ok(Settings::open(&path, key).map_err(|error| problem(&path, &error))?)
}

fn problem(path: &Path, error: &dyn std::fmt::Display) -> Problem {
    Problem::whole(path.display().to_string(), error.to_string())
}

/// The tenant that is kept, with a warning where its file says something else.
pub(super) fn load(
    settings: Arc<Settings>,
    config: &Config,
    base_dir: &Path,
    file: &Path,
) -> Result<LoadedTenant, ConfigErrors> {
    let path = config.settings_path(base_dir);
    let snapshot = settings.snapshot().map_err(|error| problem(&path, &error))?;
    let (site, exports) = site_of(&snapshot).map_err(|error| problem(&path, &error))?;
    let warnings = difference(&settings, file, &path).into_iter().collect();
    let places = TenantFile { name: path.display().to_string(), places: None };
    let (site, source, files) = (Arc::new(site), TenantSource::Kept, None);
    let revision = snapshot.revision;
    Ok(LoadedTenant { site, exports, places, warnings, source, files, revision })
}

/// Says that the file is not what is kept.
fn difference(settings: &Settings, file: &Path, path: &Path) -> Option<Problem> {
    let name = file.display().to_string();
    if !file.exists() {
        return None;
    }
    let kept = path.display();
    let options = SetupOptions { allow_literal_secrets: true };
    let loaded = load_tenant(file, &Places::default(), options);
    let plan = loaded.ok().and_then(|it| it.files).map(|files| plan(settings, &files, true));
    let what = match plan {
        Some(Ok(plan)) if plan.is_empty() => return None,
        Some(Ok(plan)) => format!("differs from it: {}", counted(&plan)),
        Some(Err(_)) | None => "is not in order".to_owned(),
    };
    let text = format!(
        "the tenant was changed since, and {kept} counts; this file {what}. `trunkline apply \
         --plan {name}` shows the difference, `trunkline apply {name}` takes it over"
    );
    Some(Problem::whole(name, text))
}

fn plan(settings: &Settings, files: &Bundle, literal: bool) -> Result<Plan, SettingsError> {
    settings.plan(files, options(literal))
}

fn options(allow_literal_secrets: bool) -> ApplyOptions {
    ApplyOptions { allow_literal_secrets, ..ApplyOptions::of_server() }
}

/// How much a plan changes, for people.
fn counted(plan: &Plan) -> String {
    let count = |action| plan.steps.iter().filter(|step| step.action == action).count();
    let [more, other, fewer] = [Action::Create, Action::Update, Action::Delete].map(count);
    format!("{more} to be made, {other} to be changed, {fewer} to be deleted")
}

/// The tenant with its flows as contacts meet it, and the exports of its flows: of each flow the
/// Live version, or else the newest, and then the others that entry points run.
fn site_of(snapshot: &Snapshot) -> Result<(Site, Vec<String>), String> {
    let is_live = |it: &FlowText| it.labels.contains(&Label::Live);
    let has_live: Vec<&str> =
        snapshot.flows.iter().filter(|it| is_live(it)).map(|it| it.flow.as_str()).collect();
    let is_first = |it: &&FlowText| {
        let is_newest = it.labels.contains(&Label::Latest);
        is_live(it) || (is_newest && !has_live.contains(&it.flow.as_str()))
    };
    let (first, others): (Vec<_>, Vec<_>) = snapshot.flows.iter().partition(is_first);
    let run = snapshot.tenant.entry_points.iter().filter_map(|point| snapshot.flow_of(point));
    let run: Vec<(&str, u64)> = run.map(|it| (it.flow.as_str(), it.number)).collect();
    let is_run = |it: &&FlowText| run.contains(&(it.flow.as_str(), it.number));
    let texts: Vec<&FlowText> =
        first.into_iter().chain(others.into_iter().filter(is_run)).collect();
    let mut flows = Vec::new();
    for text in &texts {
        let read = Flow::read(&text.text);
        let (flow, _) = read.map_err(|error| format!("the flow {}: {error}", text.flow))?;
        flows.push(Arc::new(flow));
    }
    let exports = flows.iter().map(|flow| flow.export().to_text()).collect();
    let site = Site::new(snapshot.tenant.clone(), flows);
    let versions = versions(snapshot, &site, &texts);
    Ok((site.with_versions(versions), exports))
}

/// Which entry points run another version than the one that is found by the flow's name.
fn versions(
    snapshot: &Snapshot,
    site: &Site,
    texts: &[&FlowText],
) -> BTreeMap<EntryPointId, usize> {
    let points = site.tenant.entry_points.iter();
    let version = |point: &trunkline_model::tenant::EntryPoint| {
        let text = snapshot.flow_of(point)?;
        let is_it = |it: &&FlowText| (&it.flow, it.number) == (&text.flow, text.number);
        let place = texts.iter().position(is_it)?;
        let named = site.flow_of(point);
        let is_named = named.is_some_and(|flow| Arc::ptr_eq(flow, &site.flows()[place]));
        (!is_named).then(|| (point.id.clone(), place))
    };
    points.filter_map(version).collect()
}

impl Setup {
    /// Makes what the server keeps the source of the tenant: imports its files at the first start,
    /// takes changed ones over as long as they count, and then runs what is kept. It writes into
    /// the server's folder. `now_ms` is the time in milliseconds since the Unix epoch.
    ///
    /// # Errors
    /// What cannot be opened, or would not be in order; nothing is taken over then.
    pub fn settle(&mut self, now_ms: i64) -> Result<(), ConfigErrors> {
        let path = self.config.settings_path(&self.base_dir);
        let settings = match &self.settings {
            Some(settings) => settings.clone(),
            None => {
                self.make_data_dir().map_err(|error| problem(&self.data_dir(), &error))?;
                Arc::new(open(&self.config, &self.base_dir, true)?)
            }
        };
        let settled = || {
            if let Some(files) = &self.files {
                self.take_files_over(&settings, files, now_ms)?;
            }
            settings.snapshot()
        };
        let snapshot = settled().map_err(|error| problem(&path, &error))?;
        self.take(&snapshot)?;
        (self.files, self.settings) = (None, Some(settings));
        Ok(())
    }

    /// A sound that was uploaded.
    ///
    /// # Errors
    /// Why it cannot be had.
    pub(crate) fn uploaded(&self, sha256: &str) -> Result<Vec<u8>, String> {
        let settings = self.settings.as_ref().ok_or("no uploads are kept yet")?;
        let sound = settings.sound(sha256).map_err(|error| error.to_string())?;
        sound.ok_or_else(|| "it is not kept any more; upload it again".to_owned())
    }

    fn take_files_over(
        &self,
        settings: &Settings,
        files: &Bundle,
        now_ms: i64,
    ) -> Result<(), SettingsError> {
        // Somebody may have changed something since the files were read.
        if settings.revision()? > 0 && !is_files(settings)? {
            return Ok(());
        }
        let author = Author::new(now_ms, FILE_AUTHOR);
        let options = options(self.options.allow_literal_secrets);
        let applied = settings.apply(&author, files, options)?;
        if !applied.plan.is_empty() {
            let (revision, what) = (applied.revision, counted(&applied.plan));
            tracing::info!(revision, "the tenant's files were taken over: {what}");
        }
        Ok(())
    }

    /// Runs the tenant of this snapshot. What it holds of `trunkline.toml` stays.
    ///
    /// # Errors
    /// A flow that cannot be read; nothing has changed then.
    pub(crate) fn take(&mut self, snapshot: &Snapshot) -> Result<(), ConfigErrors> {
        let path = self.config.settings_path(&self.base_dir);
        if let Some(settings) = &self.settings
            && !is_files(settings).map_err(|error| problem(&path, &error))?
        {
            self.source = TenantSource::Kept;
        }
        let (site, exports) = site_of(snapshot).map_err(|error| problem(&path, &error))?;
        let mut problems = Vec::new();
        super::trial::check(&self.config, &site.tenant, &self.places, &mut problems);
        if !problems.is_empty() {
            return Err(ConfigErrors::new(problems));
        }
        (self.site, self.exports, self.revision) = (Arc::new(site), exports, snapshot.revision);
        // Warnings of a file that counts have its lines already.
        if self.source == TenantSource::Kept {
            let places = TenantFile { name: path.display().to_string(), places: None };
            self.find_phones(&places);
        } else {
            self.find_phones_quietly();
        }
        Ok(())
    }
}

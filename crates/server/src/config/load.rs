//! Reads `trunkline.toml` with everything that it names: the tenant, its flows, passwords.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use trunkline_flow::{Flow, Severity, Site, json};
use trunkline_model::tenant::read::{ParseOptions, Places as TenantPlaces};
use trunkline_model::tenant::{Mistake, Path as Place, Tenant};
use trunkline_settings::{Bundle, Settings};

use super::accounts::{self, Credentials, PhoneAccount, TrunkAccount};
use super::kept::{self, TenantSource};
use super::mistake::{ConfigErrors, Problem};
use super::read::{self, Places, ReadOptions};
use super::{Config, reach};

/// How a configuration is loaded.
#[derive(Clone, Copy, Debug, Default)]
pub struct SetupOptions {
    /// Secrets may stand in the files themselves (`--allow-literal-secrets`, D31).
    pub allow_literal_secrets: bool,
}

/// A configuration with everything that it names, ready to be run.
#[derive(Clone, Debug)]
pub struct Setup {
    /// What `trunkline.toml` says.
    pub config: Config,
    /// The file.
    pub file: PathBuf,
    /// Its folder, to which its paths are relative.
    pub base_dir: PathBuf,
    /// The folder of the tenant's file, to which that file's paths are relative.
    pub tenant_dir: PathBuf,
    /// The tenant with its flows.
    pub site: Arc<Site>,
    /// The exports of the flows, in the order of `site.flows()`.
    pub exports: Vec<String>,
    /// The trunks with their passwords.
    pub trunks: Vec<TrunkAccount>,
    /// The agents' phones with their passwords.
    pub phones: Vec<PhoneAccount>,
    /// What phones register with, whoever they belong to.
    pub(super) phone_credentials: Vec<Credentials>,
    /// Where the tenant comes from.
    pub source: TenantSource,
    /// The tenant as its files say it, until [`Setup::settle`] has taken them over.
    pub(super) files: Option<Bundle>,
    /// The revision of what is kept that this is; 0 before [`Setup::settle`].
    pub revision: u64,
    /// What keeps the tenant, once [`Setup::settle`] has opened it.
    pub settings: Option<Arc<Settings>>,
    /// Where everything is in the file.
    pub places: Places,
    /// How it was loaded.
    pub options: SetupOptions,
    /// What is not wrong and may still not be meant.
    pub warnings: Vec<Problem>,
    /// Of these, what the files themselves gave rise to.
    pub(super) file_warnings: Vec<Problem>,
}

impl Setup {
    /// Loads a `trunkline.toml`. Blocks: it reads files.
    ///
    /// # Errors
    /// Everything that is wrong in it and in the files that it names.
    pub fn load(file: &Path, options: SetupOptions) -> Result<Self, ConfigErrors> {
        Self::load_with(file, options, &|name| std::env::var(name).ok())
    }

    /// The same with environment variables from somewhere else.
    ///
    /// # Errors
    /// As [`Setup::load`].
    pub fn load_with(
        file: &Path,
        options: SetupOptions,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigErrors> {
        let shown = file.display().to_string();
        let text = read_text(file, read::MAX_BYTES as u64)
            .map_err(|reason| Problem::whole(&shown, format!("cannot be read: {reason}")))?;
        let literal = ReadOptions { allow_literal_secrets: options.allow_literal_secrets };
        let (mut config, places) = read::parse(&shown, &text, literal)?;
        let base_dir = folder(file);
        if let Some(cache) = &mut config.speech.cache {
            cache.dir = base_dir.join(&cache.dir);
        }
        let mut problems = Vec::new();
        let (trunks, credentials) = accounts::find(&config, &places, &base_dir, env, &mut problems);
        let tenant_file = within(&base_dir, &config.tenant);
        let loaded = match kept::open_if_it_counts(&config, &base_dir, &tenant_file)? {
            Some(settings) => kept::load(settings, &config, &base_dir, &tenant_file)?,
            None if kept::is_left_out(&config, &tenant_file) => LoadedTenant::empty(&tenant_file),
            None => load_tenant(&tenant_file, &places, options)?,
        };
        let mut setup = Self {
            file: file.to_path_buf(),
            tenant_dir: folder(&tenant_file),
            site: loaded.site,
            exports: loaded.exports,
            config,
            base_dir,
            trunks,
            phones: Vec::new(),
            phone_credentials: credentials,
            source: loaded.source,
            files: loaded.files,
            revision: loaded.revision,
            settings: None,
            places,
            options,
            warnings: Vec::new(),
            file_warnings: loaded.warnings,
        };
        let nobodys = setup.find_phones(&loaded.places);
        if setup.files.is_some() {
            problems.extend(nobodys);
        }
        super::trial::check(&setup.config, &setup.site.tenant, &setup.places, &mut problems);
        if problems.is_empty() { Ok(setup) } else { Err(ConfigErrors::new(problems)) }
    }

    /// Finds whose phones they are, and what to warn of. Gives what is wrong with those that are
    /// nobody's, which is in the warnings too.
    pub(super) fn find_phones(&mut self, tenant_places: &TenantFile) -> Vec<Problem> {
        let tenant = &self.site.tenant;
        let (phones, nobodys) =
            accounts::phones(&self.config, tenant, &self.places, &self.phone_credentials);
        let mut warnings = self.file_warnings.clone();
        warnings.extend(nobodys.iter().cloned());
        let found = reach::warnings(&self.config, tenant, &phones, &self.places, tenant_places);
        warnings.extend(found);
        (self.phones, self.warnings) = (phones, warnings);
        nobodys
    }

    /// Finds whose phones they are, with the warnings as they are.
    pub(super) fn find_phones_quietly(&mut self) {
        let (config, tenant) = (&self.config, &self.site.tenant);
        let found = accounts::phones(config, tenant, &self.places, &self.phone_credentials);
        self.phones = found.0;
    }

    /// The folder for what the server keeps.
    pub fn data_dir(&self) -> PathBuf {
        self.config.data_dir(&self.base_dir)
    }

    /// The journal's database.
    pub fn journal_path(&self) -> PathBuf {
        self.config.journal_path(&self.base_dir)
    }

    /// The file with the journal's key.
    pub fn key_path(&self) -> PathBuf {
        self.config.key_path(&self.base_dir)
    }

    /// Whether the pages are served with TLS (decision 32).
    pub fn speaks_https(&self) -> bool {
        let web = &self.config.web;
        let is_local = web.listen.is_none_or(|listen| listen.ip().is_loopback());
        web.certificate.is_some() || (!is_local && web.trusted_proxies.is_empty())
    }

    /// The admin socket.
    pub fn socket_path(&self) -> PathBuf {
        self.config.socket_path(&self.base_dir)
    }
}

/// A tenant's file as messages call it, with the places of everything in it.
pub(super) struct TenantFile {
    pub(super) name: String,
    /// None for what the server keeps, which has keys alone.
    pub(super) places: Option<TenantPlaces>,
}

impl TenantFile {
    pub(super) fn problem(&self, path: &Place, message: impl Into<String>) -> Problem {
        let mistake = match &self.places {
            Some(places) => places.mistake(path, message),
            None => Mistake { line: 0, column: 0, path: path.to_string(), message: message.into() },
        };
        Problem::of_tenant(&self.name, &mistake)
    }
}

/// A tenant with everything that it names.
pub(super) struct LoadedTenant {
    pub(super) site: Arc<Site>,
    pub(super) exports: Vec<String>,
    pub(super) places: TenantFile,
    pub(super) warnings: Vec<Problem>,
    pub(super) source: TenantSource,
    pub(super) files: Option<Bundle>,
    pub(super) revision: u64,
}

impl LoadedTenant {
    /// A tenant without anything, to be filled in the pages.
    fn empty(file: &Path) -> Self {
        let name = file.display().to_string();
        let text = format!("{name} is not there: the tenant is empty until the pages fill it");
        Self {
            site: Arc::default(),
            exports: Vec::new(),
            warnings: vec![Problem::whole(&name, text)],
            places: TenantFile { name, places: None },
            source: TenantSource::Kept,
            files: Some(Bundle::default()),
            revision: 0,
        }
    }
}

pub(super) fn load_tenant(
    file: &Path,
    config: &Places,
    options: SetupOptions,
) -> Result<LoadedTenant, ConfigErrors> {
    let name = file.display().to_string();
    let text =
        read_text(file, trunkline_model::tenant::read::MAX_BYTES as u64).map_err(|reason| {
            let message =
                format!("{name} cannot be read: {reason}; paths are relative to this file");
            config.problem(&Place::root("tenant"), message)
        })?;
    let literal = ParseOptions { allow_literal_secrets: options.allow_literal_secrets };
    let parsed = Tenant::parse_located(&text, literal).map_err(|errors| {
        let problems = errors.mistakes().iter().map(|it| Problem::of_tenant(&name, it));
        ConfigErrors::new(problems.collect())
    });
    let (tenant, places) = parsed?;
    let places = TenantFile { name, places: Some(places) };
    let (mut problems, mut warnings) = (Vec::new(), Vec::new());
    let (mut flows, mut files) = (Vec::new(), Bundle { yaml: text, ..Bundle::default() });
    for (index, entry) in tenant.flows.iter().enumerate() {
        let place = Place::root("flows").index(index).key("file");
        match read_flow(&folder(file).join(&entry.file)) {
            Ok(read) => {
                warnings.extend(read.warning.map(|text| places.problem(&place, text)));
                files.flows.insert(entry.file.clone(), read.text);
                flows.push(Arc::new(read.flow));
            }
            Err(message) => problems.push(places.problem(&place, message)),
        }
    }
    let site = Site::new(tenant, flows);
    if problems.is_empty() {
        problems.extend(missing_flows(&site, &places));
    }
    if !problems.is_empty() {
        return Err(ConfigErrors::new(problems));
    }
    let exports = site.flows().iter().map(|flow| flow.export().to_text()).collect();
    let (site, source, files) = (Arc::new(site), TenantSource::File, Some(files));
    Ok(LoadedTenant { site, exports, places, warnings, source, files, revision: 0 })
}

/// A flow as read.
struct ReadFlow {
    flow: Flow,
    text: String,
    /// What an operator should know about it.
    warning: Option<String>,
}

fn read_flow(path: &Path) -> Result<ReadFlow, String> {
    let text = read_text(path, json::MAX_BYTES as u64).map_err(|reason| {
        format!("{} cannot be read: {reason}; paths are relative to this file", path.display())
    })?;
    let read = Flow::read(&text).map_err(|error| format!("{}: {error}", path.display()));
    let (flow, found) = read?;
    let errors = found.iter().filter(|it| it.severity == Severity::Error).count();
    let warning = (errors > 0).then(|| {
        let path = path.display();
        let mistakes =
            if errors == 1 { "a mistake".to_owned() } else { format!("{errors} mistakes") };
        format!("{path} has {mistakes}; see `trunkline flow check {path}`")
    });
    Ok(ReadFlow { flow, text, warning })
}

fn missing_flows(site: &Site, places: &TenantFile) -> Vec<Problem> {
    let points = site.tenant.flow_references();
    let missing = points.filter(|(point, _)| site.flow_of(point).is_none());
    let names: Vec<&str> = site.flows().iter().map(|flow| flow.name.as_str()).collect();
    let problem = |wanted: &str| {
        let guess = super::shape::did_you_mean(wanted, &names);
        let wanted = super::shape::shown(wanted);
        format!("no flow under `flows` that a call can reach has the name or id {wanted}{guess}")
    };
    missing.map(|(point, path)| places.problem(&path, problem(&point.flow))).collect()
}

/// The text of a file that is not too large.
pub(super) fn read_text(path: &Path, most: u64) -> Result<String, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut text = String::new();
    // A pipe or a device has no length and may never end.
    file.take(most + 1).read_to_string(&mut text).map_err(|error| error.to_string())?;
    if text.len() as u64 > most {
        return Err(format!("it is larger than the {most} bytes that are read"));
    }
    Ok(text)
}

/// The folder of a file.
pub(super) fn folder(path: &Path) -> PathBuf {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// A path of a file as seen from here.
pub(super) fn within(base_dir: &Path, path: &Path) -> PathBuf {
    if base_dir == Path::new(".") { path.to_path_buf() } else { base_dir.join(path) }
}

/// The admin socket that a `trunkline.toml` names. Nothing else of it is looked at, so that a
/// running server can be asked while its file is being edited.
///
/// # Errors
/// When the file cannot be read as TOML.
pub fn socket_of(file: &Path) -> Result<PathBuf, ConfigErrors> {
    let shown = file.display().to_string();
    let text = read_text(file, read::MAX_BYTES as u64).map_err(|reason| {
        let advice = "name it with `--config`, or the socket with `--socket`";
        Problem::whole(&shown, format!("cannot be read: {reason}; {advice}"))
    })?;
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        Problem::whole(&shown, error.message().replace('\n', "; "))
    })?;
    let path = |value: Option<&toml::Value>| value.and_then(|it| it.as_str()).map(PathBuf::from);
    let mut config = Config::default();
    if let Some(folder) = path(table.get("data_dir")) {
        config.data_dir = folder;
    }
    config.admin.socket = path(table.get("admin").and_then(|it| it.get("socket")));
    Ok(config.socket_path(&folder(file)))
}

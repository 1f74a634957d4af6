//! What `serve --check` looks at beyond the files' own text: audio files, flows, programs for
//! speech, addresses and ports.

use std::fs;
use std::net::{IpAddr, SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};

use serde::Serialize;
use trunkline_flow::{Severity as FlowSeverity, check};
use trunkline_model::tenant::Path as Place;
use trunkline_prompts::{Library, Limits};
use trunkline_speech::{self as speech, ProviderKind, Speaker};

use super::mistake::Problem;
use super::{Setup, load, sip};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The server does not start.
    Error,
    /// It starts, and something will not work.
    Warning,
}

/// Something that an operator should know before a start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What and where.
    #[serde(flatten)]
    pub problem: Problem,
}

impl Finding {
    /// What keeps the server from starting.
    pub fn error(problem: Problem) -> Self {
        Self { severity: Severity::Error, problem }
    }

    /// What will not work.
    pub fn warning(problem: Problem) -> Self {
        Self { severity: Severity::Warning, problem }
    }
}

/// Looks at everything that a start would need. It blocks: it reads files and opens ports for a
/// moment. It must run within a tokio runtime if providers of speech are services.
pub fn inspect(setup: &Setup) -> Vec<Finding> {
    let mut found: Vec<Finding> = setup.warnings.iter().cloned().map(Finding::warning).collect();
    let mut inspection = Inspection { setup, found: &mut found };
    inspection.flows();
    inspection.audio();
    inspection.speech();
    inspection.data_dir();
    inspection.sockets();
    found.sort_by_key(|finding| finding.severity);
    found
}

struct Inspection<'a> {
    setup: &'a Setup,
    found: &'a mut Vec<Finding>,
}

impl Inspection<'_> {
    fn at(&self, place: &Place, message: impl Into<String>) -> Problem {
        self.setup.places.problem(place, message)
    }

    fn error(&mut self, place: &Place, message: impl Into<String>) {
        let problem = self.at(place, message);
        self.found.push(Finding::error(problem));
    }

    fn warning(&mut self, place: &Place, message: impl Into<String>) {
        let problem = self.at(place, message);
        self.found.push(Finding::warning(problem));
    }

    fn flows(&mut self) {
        let site = &self.setup.site;
        for (flow, entry) in site.flows().iter().zip(&site.tenant.flows) {
            let found = check::check(flow, Vec::new(), Some(site));
            let bad = found.iter().filter(|it| it.severity > FlowSeverity::Note).count();
            if bad > 0 {
                let file = load::within(&self.setup.tenant_dir, Path::new(&entry.file))
                    .display()
                    .to_string();
                let tenant = self.tenant_file();
                let advice = format!("trunkline flow check {file} --tenant {}", tenant.display());
                let text = format!("{bad} findings in the flow {:?}; see `{advice}`", flow.name);
                self.found.push(Finding::warning(Problem::whole(file, text)));
            }
        }
    }

    fn tenant_file(&self) -> PathBuf {
        load::within(&self.setup.base_dir, &self.setup.config.tenant)
    }

    /// A broken file fails the prompts that name it and nothing else.
    fn audio(&mut self) {
        let Setup { site, tenant_dir, .. } = self.setup;
        let kept = |sha256: &str| self.setup.uploaded(sha256);
        let (_, problems) =
            Library::load_with(&site.tenant, tenant_dir, &kept, None, Limits::default());
        let file = self.tenant_file().display().to_string();
        for problem in problems {
            let problem = Problem::whole(&file, problem.to_string());
            self.found.push(Finding::warning(problem));
        }
    }

    fn speech(&mut self) {
        let config = &self.setup.config.speech;
        let place = Place::root("speech");
        let base_dir = self.setup.base_dir.clone();
        let options = speech::Options { base_dir, ..speech::Options::default() };
        if let Err(error) = Speaker::new(config.clone(), &options) {
            self.error(&place, error.to_string());
        }
        for (index, provider) in config.providers.iter().enumerate() {
            let place = place.key("providers").index(index);
            let missing = missing_files(&provider.kind);
            if !missing.is_empty() {
                let (name, missing) = (&provider.name, missing.join(", "));
                let text = format!(
                    "{name} cannot speak: {missing} is not there; install it, or \
                                    leave {name} out of `speech.providers`"
                );
                self.warning(&place, text);
            }
        }
    }

    fn data_dir(&mut self) {
        if let Err(error) = self.setup.make_data_dir() {
            let folder = self.setup.data_dir();
            let text = format!(
                "{} cannot be written: {error}; make it, or give it to the user of \
                                the server",
                folder.display()
            );
            self.error(&Place::root("data_dir"), text);
        }
    }

    fn sockets(&mut self) {
        let config = &self.setup.config;
        let socket = self.setup.socket_path();
        if std::os::unix::net::UnixStream::connect(&socket).is_ok() {
            let text = format!(
                "a server runs already with this configuration (it answers at {}), \
                                so its ports were not tried",
                socket.display()
            );
            return self.warning(&Place::default(), text);
        }
        for (index, address) in config.sip.listen.iter().enumerate() {
            let place = Place::root("sip").key("listen").index(index);
            if let Err(error) = UdpSocket::bind(address) {
                self.error(&place, taken(*address, "UDP", &error));
            } else if let Err(error) = TcpListener::bind(address) {
                self.error(&place, taken(*address, "TCP", &error));
            }
        }
        if let Err(error) = TcpListener::bind(config.http.listen) {
            let text = taken(config.http.listen, "TCP", &error);
            self.error(&Place::root("http").key("listen"), text);
        }
        self.rtp_ports(config.rtp.bind(&config.sip, &config.webrtc), config.rtp.ports);
    }

    /// A busy port is skipped by the server; a range without any free one is no use.
    fn rtp_ports(&mut self, address: IpAddr, ports: super::PortRange) {
        const TRIES: usize = 32;
        let mut pairs = ports.range().step_by(2).take(TRIES);
        let is_free = |port| UdpSocket::bind((address, port)).is_ok();
        if !pairs.any(is_free) {
            let text = format!(
                "none of the first ports of {ports} can be opened at {address}; \
                                choose another `address` or other `ports`"
            );
            self.error(&Place::root("rtp"), text);
        }
    }
}

fn taken(address: SocketAddr, transport: &str, error: &std::io::Error) -> String {
    format!(
        "{address} cannot be opened for {transport}: {error}; choose another address or port, \
             or stop what uses it"
    )
}

/// Programs and files of a provider that are not there.
fn missing_files(kind: &ProviderKind) -> Vec<String> {
    let program = |path: &Path| (!is_program(path)).then(|| format!("`{}`", path.display()));
    let file = |path: &Path| (!path.exists()).then(|| path.display().to_string());
    let found = match kind {
        ProviderKind::EspeakNg(it) => vec![program(&it.program)],
        ProviderKind::OpenJtalk(it) => {
            vec![program(&it.program), file(&it.dictionary), file(&it.voice)]
        }
        ProviderKind::Command(it) => {
            vec![it.command.first().and_then(|first| program(Path::new(first)))]
        }
        // Services are asked when they are needed.
        ProviderKind::OpenaiCompatible(_) | ProviderKind::Google(_) | ProviderKind::Azure(_) => {
            Vec::new()
        }
    };
    found.into_iter().flatten().collect()
}

/// Whether a program can be found: a path as it is, a name in `PATH`.
fn is_program(path: &Path) -> bool {
    if path.components().count() > 1 {
        return path.is_file();
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(path).is_file())
}

/// Makes a folder for its user alone, and looks whether it can be written.
pub(super) fn make_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    if !folder.is_dir() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let probe = folder.join(format!(".probe.{}", std::process::id()));
    fs::write(&probe, b"")?;
    fs::remove_file(&probe)
}

impl Setup {
    /// Makes the folder for what the server keeps, for its user alone, and looks whether it can be
    /// written.
    ///
    /// # Errors
    /// When it cannot.
    pub fn make_data_dir(&self) -> std::io::Result<()> {
        make_folder(&self.data_dir())
    }

    /// Where others reach the server for SIP, by the addresses that it tells them.
    pub fn told_addresses(&self) -> Vec<SocketAddr> {
        let addresses = self.config.sip.addresses().into_iter();
        addresses
            .map(|sip::SipListen { address, advertised }| advertised.unwrap_or(address))
            .collect()
    }
}

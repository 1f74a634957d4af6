//! What the demo runs on: a folder with a configuration, the sandbox, free ports.

use std::fs::{File, OpenOptions, TryLockError};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;
use trunkline_salesforce_sandbox::{Fixture, Options, Sandbox};
use trunkline_server::config::{Setup, SetupOptions};

use crate::problem::{Problem, Result};

const FLOW: &str = include_str!("../../../../../flows/salesforce-data-dip/flow.json");
const TENANT: &str = include_str!("../../../../../flows/salesforce-data-dip/tenant.yaml");
const FIXTURE: &str = include_str!("../../../../../flows/salesforce-data-dip/fixture.json");

/// The sandbox's address in the example's tenant.
const EXAMPLE_CRM: &str = "http://127.0.0.1:8090";

/// The passwords of the demo's phones, which everybody may know: it listens on loopback.
pub(super) const PASSWORD: &str = "demo";

/// The number that the demo dials.
pub(super) const NUMBER: &str = "+12025550100";

/// The page on which one person is caller and agent, with the customers of the fixture.
const TRY: &str = "[try]
enabled = true
callers = [
  { number = \"+12025550142\", name = \"Ann Novak\" },
  { number = \"+12025550177\", name = \"Ben Okafor\" },
  { number = \"+819000000142\", name = \"佐藤 陽菜\" },
]
";

/// Where the demo's files are: kept, and nobody else's meanwhile, or gone with it.
enum Folder {
    Kept { path: PathBuf, _lock: File },
    Passing(TempDir),
}

/// What the demo runs on.
pub(super) struct Place {
    folder: Folder,
    pub(super) sandbox: Sandbox,
    pub(super) setup: Setup,
    /// Where the server speaks SIP.
    pub(super) sip: SocketAddr,
    /// Held by the demo that may have the usual ports: of two that begin at once each would find
    /// them free.
    _usual_ports: Option<File>,
}

/// Without a voice the caller hears nothing, so say so first.
pub(super) fn require_speech() -> Result<()> {
    let found = Command::new("espeak-ng").arg("--version").stdout(Stdio::null()).status();
    if found.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    Err(Problem::misuse(
        "espeak-ng is missing, which speaks to the caller; install it with: \
         apt-get install -y espeak-ng",
    ))
}

impl Place {
    /// Starts the sandbox and writes the files. A server that `stays` has SIP's usual port, if
    /// nobody else has it, and pages.
    pub(super) async fn lay_out(dir: Option<&Path>, stays: bool) -> Result<Self> {
        let folder = folder(dir)?;
        let sandbox = start_sandbox().await?;
        let usual_ports = if stays { claim_usual_ports() } else { None };
        let is_usual = usual_ports.is_some();
        let sip = sip_address(is_usual)?;
        let web = if stays { Some(web_address(is_usual)?) } else { None };
        let config = write_files(folder.path(), &sandbox, sip, web)?;
        let options = SetupOptions { allow_literal_secrets: true };
        let setup = Setup::load(&config, options).map_err(Problem::misuse)?;
        setup.make_data_dir().map_err(Problem::misuse)?;
        Ok(Self { folder, sandbox, setup, sip, _usual_ports: usual_ports })
    }

    pub(super) fn dir(&self) -> &Path {
        self.folder.path()
    }

    /// How a person can call.
    pub(super) fn invite_softphones(&self) -> Vec<String> {
        let sip = self.sip;
        vec![
            String::new(),
            "Call it with a softphone on this machine:".to_owned(),
            format!("  caller   dial sip:{NUMBER}@{sip} (any user name without a registration)"),
            format!(
                "           or: trunkline call sip:{NUMBER}@{sip} --from +12025550142 --record \
                 heard.wav"
            ),
            format!(
                "  agent    without the pages: user kenji, password {PASSWORD}, registrar and \
                 domain {sip}"
            ),
            format!("  metrics  http://{}/metrics", self.setup.config.http.listen),
            "Ctrl-C ends it.".to_owned(),
        ]
    }
}

impl Folder {
    fn path(&self) -> &Path {
        match self {
            Self::Kept { path, .. } => path,
            Self::Passing(folder) => folder.path(),
        }
    }
}

fn folder(dir: Option<&Path>) -> Result<Folder> {
    let Some(dir) = dir else {
        return Ok(Folder::Passing(tempfile::tempdir().map_err(Problem::misuse)?));
    };
    let failed = |error: std::io::Error| Problem::misuse(format!("{}: {error}", dir.display()));
    std::fs::create_dir_all(dir).map_err(failed)?;
    let lock = claim(&dir.join("demo.lock")).map_err(failed)?;
    let lock = lock.ok_or_else(|| {
        let dir = dir.display();
        Problem::misuse(format!(
            "another demo runs in {dir}; end it with Ctrl-C, or choose another folder with --dir"
        ))
    })?;
    // A journal of an earlier demo names another sandbox.
    match std::fs::remove_dir_all(dir.join("data")) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
        Ok(()) | Err(_) => {}
    }
    Ok(Folder::Kept { path: dir.to_owned(), _lock: lock })
}

async fn start_sandbox() -> Result<Sandbox> {
    let fixture = Fixture::from_json(FIXTURE, "fixture.json").map_err(Problem::misuse)?;
    let options = Options {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        fixture: Some(fixture),
        ..Options::default()
    };
    Sandbox::start(options).await.map_err(Problem::misuse)
}

fn write_files(
    dir: &Path,
    sandbox: &Sandbox,
    sip: SocketAddr,
    web: Option<SocketAddr>,
) -> Result<PathBuf> {
    let tenant = TENANT.replace(EXAMPLE_CRM, &sandbox.base_url());
    let http = free_tcp()?;
    let web = web.map(|web| format!("[web]\nlisten = \"{web}\"\n\n{TRY}\n")).unwrap_or_default();
    let config = format!(
        "# Made by `trunkline demo`.\n\
         tenant = \"tenant.yaml\"\n\n\
         [sip]\nlisten = [\"{sip}\"]\n\n\
         [rtp]\naddress = \"127.0.0.1\"\n\n\
         [[trunk]]\nname = \"this machine\"\nnetworks = [\"127.0.0.0/8\"]\n\n\
         [[phone]]\nuser = \"maria\"\npassword = \"{PASSWORD}\"\nagent = \"maria\"\n\n\
         [[phone]]\nuser = \"kenji\"\npassword = \"{PASSWORD}\"\nagent = \"kenji\"\n\n\
         [http]\nlisten = \"{http}\"\n\n\
         {web}\
         [log]\nlevel = \"warn\"\n"
    );
    let path = dir.join("trunkline.toml");
    let files = [("flow.json", FLOW), ("tenant.yaml", &tenant), ("trunkline.toml", &config)];
    for (name, text) in files {
        let file = dir.join(name);
        std::fs::write(&file, text)
            .map_err(|error| Problem::misuse(format!("{}: {error}", file.display())))?;
    }
    Ok(path)
}

/// The right to the usual ports, which one demo has at a time.
fn claim_usual_ports() -> Option<File> {
    // Where another user's demo has made the file it is not ours to open: the ports are theirs.
    claim(&std::env::temp_dir().join("trunkline-demo.lock")).ok().flatten()
}

/// A file that one process holds at a time, until it ends or drops it. None while another does.
fn claim(path: &Path) -> std::io::Result<Option<File>> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn sip_address(is_usual: bool) -> Result<SocketAddr> {
    let usual = SocketAddr::from((Ipv4Addr::LOCALHOST, 5060));
    if is_usual && UdpSocket::bind(usual).is_ok() && TcpListener::bind(usual).is_ok() {
        return Ok(usual);
    }
    free_tcp()
}

/// Where the pages are: at the usual port, if nobody else has it. Loopback needs no HTTPS.
fn web_address(is_usual: bool) -> Result<SocketAddr> {
    let usual = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080));
    if is_usual && TcpListener::bind(usual).is_ok() { Ok(usual) } else { free_tcp() }
}

/// An address that nobody has at this moment.
fn free_tcp() -> Result<SocketAddr> {
    let probe = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(Problem::misuse)?;
    probe.local_addr().map_err(Problem::misuse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_one_demos_until_it_ends() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("demo");
        let first = folder(Some(&dir)).unwrap();
        std::fs::create_dir(dir.join("data")).unwrap();
        let refused = format!("{:?}", folder(Some(&dir)).err().unwrap());
        assert!(refused.contains("another demo runs in"), "{refused}");
        assert!(dir.join("data").exists(), "what the first one works with is left alone");
        drop(first);
        folder(Some(&dir)).unwrap();
        assert!(!dir.join("data").exists());
    }
}

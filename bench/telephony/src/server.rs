//! The server under test, or the floor in its place: started on its core, ready to be called.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::process::{MEASURED_CORE, Process};
use crate::site::Site;

/// How long a server may take until it is ready.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server with its folder.
pub struct Server {
    /// Its process.
    pub process: Process,
    /// Where it receives SIP.
    pub sip: SocketAddrV4,
    /// Its folder.
    pub folder: PathBuf,
    /// How long it took from its start until it was ready.
    pub start_took: Duration,
}

/// Where a server is started, again and again at the same addresses.
#[derive(Clone, Debug)]
pub struct Place {
    /// The program.
    pub program: PathBuf,
    /// Its folder.
    pub folder: PathBuf,
    /// Its addresses and size.
    pub site: Site,
}

impl Place {
    /// A place with free ports; its folder is written anew.
    ///
    /// # Errors
    /// When there are no ports or the folder cannot be written.
    pub fn prepare(
        program: &Path,
        folder: &Path,
        crm: SocketAddrV4,
        agents: usize,
    ) -> io::Result<Self> {
        Self::with(program, folder, crm, agents, None)
    }

    /// The same, with pages for agents.
    ///
    /// # Errors
    /// As [`Place::prepare`].
    pub fn prepare_with_pages(
        program: &Path,
        folder: &Path,
        crm: SocketAddrV4,
        agents: usize,
    ) -> io::Result<Self> {
        Self::with(program, folder, crm, agents, Some(free_tcp()?))
    }

    fn with(
        program: &Path,
        folder: &Path,
        crm: SocketAddrV4,
        agents: usize,
        pages: Option<SocketAddrV4>,
    ) -> io::Result<Self> {
        let (sip, http) = (free_udp()?, free_tcp()?);
        let site = Site { sip, http, pages, crm, agents, most_calls: 5_000 };
        site.write(folder)?;
        Ok(Self { program: program.to_owned(), folder: folder.to_owned(), site })
    }

    /// Starts the server and waits until it is ready.
    ///
    /// # Errors
    /// When it cannot be started, ends, or is not ready in time; the message names its log.
    pub fn start(&self) -> io::Result<Server> {
        let log = self.folder.join("server.log");
        let configuration = self.folder.join("trunkline.toml").to_string_lossy().into_owned();
        let words = ["serve".to_owned(), "--config".to_owned(), configuration];
        let began = Instant::now();
        let mut process = Process::start(MEASURED_CORE, &self.program, &words, &log)?;
        while !is_ready(self.site.http) {
            if !process.is_alive() || began.elapsed() > PATIENCE {
                let text = format!("the server is not ready; see {}", log.display());
                return Err(io::Error::other(text));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let (sip, folder) = (self.site.sip, self.folder.clone());
        Ok(Server { process, sip, folder, start_took: began.elapsed() })
    }
}

impl Server {
    /// If its log holds a panic, the line.
    pub fn panic(&self) -> Option<String> {
        let log = std::fs::read_to_string(self.folder.join("server.log")).ok()?;
        log.lines().find(|line| line.contains("panicked at")).map(str::to_owned)
    }
}

/// If the server says that it is ready.
fn is_ready(http: SocketAddrV4) -> bool {
    get(http, "/readyz").is_some_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

/// The answer to a GET, as text.
pub fn get(http: SocketAddrV4, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect_timeout(&http.into(), Duration::from_secs(1)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(2))).ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

/// A UDP port on loopback that is free at this moment, for TCP too.
///
/// # Errors
/// When there is none.
pub fn free_udp() -> io::Result<SocketAddrV4> {
    for _ in 0..100 {
        let port = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(SocketAddrV4::new(Ipv4Addr::LOCALHOST, port));
        }
    }
    Err(io::Error::other("no port is free for both UDP and TCP"))
}

/// A TCP port on loopback that is free at this moment.
///
/// # Errors
/// When there is none.
pub fn free_tcp() -> io::Result<SocketAddrV4> {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    Ok(SocketAddrV4::new(Ipv4Addr::LOCALHOST, port))
}

//! One baresip, started without a screen and commanded over its control port.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};
use trunkline_media::tone::Sine;
use trunkline_media::wav::Wav;
use trunkline_softphone::Recording;

/// How long anything may take.
pub(crate) const SOON: Duration = Duration::from_secs(10);

/// Where Debian's package has its modules.
const MODULES: [&str; 2] = ["/usr/lib/baresip/modules", "/usr/local/lib/baresip/modules"];

/// A running baresip.
pub(crate) struct Baresip {
    process: Child,
    control: TcpStream,
    /// What came over the control port and was not looked at yet.
    unread: Vec<u8>,
    events: Vec<Value>,
    folder: TempDir,
    /// Its address.
    pub(crate) uri: String,
}

/// The version, if the program is there.
pub(crate) fn version() -> Option<String> {
    let out = Command::new("baresip").arg("-h").stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    let text = format!("{text}{}", String::from_utf8_lossy(&out.stderr));
    Some(text.lines().find(|line| line.contains("baresip v"))?.trim().to_owned())
}

fn free_port(host: IpAddr) -> u16 {
    let socket = UdpSocket::bind((host, 0)).unwrap();
    let port = socket.local_addr().unwrap().port();
    TcpListener::bind((host, port)).map_or_else(|_| free_port(host), |_| port)
}

impl Baresip {
    /// Starts one that plays a tone on its calls; `account` is added to its address of record,
    /// such as `;regint=60`, and `record` replaces it.
    pub(crate) async fn start(user: &str, hz: f64, record: Option<&str>, account: &str) -> Self {
        Self::start_at(Ipv4Addr::LOCALHOST.into(), user, hz, record, account).await
    }

    /// The same at this address of the machine.
    pub(crate) async fn start_at(
        host: IpAddr,
        user: &str,
        hz: f64,
        record: Option<&str>,
        account: &str,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sip = SocketAddr::new(host, free_port(host));
        let control = free_port(Ipv4Addr::LOCALHOST.into());
        let uri = format!("sip:{user}@{sip}");
        let record = record.map_or_else(|| uri.clone(), str::to_owned);
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("heard")).unwrap();
        let tone = Sine::new(hz, -10.0).take(8_000 * 60);
        fs::write(path("tone.wav"), Wav::linear(8_000, &tone).to_bytes().unwrap()).unwrap();
        fs::write(path("accounts"), format!("<{record}>{account}\n")).unwrap();
        fs::write(path("contacts"), "").unwrap();
        fs::write(path("config"), config(&folder, sip, control)).unwrap();
        let log = fs::File::create(path("log")).unwrap();
        let mut command = Command::new("baresip");
        command.arg("-v").arg("-n").arg(host.to_string()).arg("-f").arg(folder.path());
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        let process = command.spawn().unwrap();
        let control = connect(control, &path("log")).await;
        Self { process, control, unread: Vec::new(), events: Vec::new(), folder, uri }
    }

    /// Sends a command.
    pub(crate) async fn command(&mut self, name: &str, params: &str) {
        let text = json!({ "command": name, "params": params, "token": "t" }).to_string();
        let framed = format!("{}:{text},", text.len());
        self.control.write_all(framed.as_bytes()).await.unwrap();
    }

    /// Waits for an event of this kind that has not been waited for yet.
    pub(crate) async fn event(&mut self, kind: &str) -> Value {
        let begin = Instant::now();
        loop {
            let is_it = |event: &Value| event["type"] == kind;
            if let Some(at) = self.events.iter().position(is_it) {
                return self.events.remove(at);
            }
            let left = SOON.saturating_sub(begin.elapsed());
            let mut bytes = [0; 4_096];
            let read = timeout(left, self.control.read(&mut bytes)).await;
            let Ok(Ok(count @ 1..)) = read else {
                panic!("{kind} never comes; there are {:?}\n{}", self.events, self.log());
            };
            self.unread.extend(&bytes[..count]);
            while let Some(event) = take_netstring(&mut self.unread) {
                self.events.push(serde_json::from_slice(&event).unwrap());
            }
        }
    }

    /// Waits until these keys have come.
    pub(crate) async fn keys(&mut self, keys: &str) {
        for key in keys.chars() {
            let event = self.event("CALL_DTMF_START").await;
            assert_eq!(event["param"], key.to_string());
        }
    }

    /// What it has heard: its decoder's output, a file for each time that media began.
    pub(crate) fn heard(&self) -> Vec<Recording> {
        let mut files: Vec<PathBuf> = fs::read_dir(self.folder.path().join("heard"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.to_string_lossy().ends_with("-dec.wav"))
            .collect();
        files.sort();
        let read = |path: &PathBuf| {
            let bytes = fs::read(path).unwrap();
            Recording::new(Wav::parse(&bytes).unwrap().to_telephone().unwrap())
        };
        files.iter().map(read).collect()
    }

    /// What it has printed.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Ends it, so that its files are whole.
    pub(crate) async fn quit(&mut self) {
        self.command("quit", "").await;
        for _ in 0..100 {
            if self.process.try_wait().unwrap().is_some() {
                return;
            }
            sleep(Duration::from_millis(50)).await;
        }
        panic!("baresip does not end:\n{}", self.log());
    }
}

impl Drop for Baresip {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn config(folder: &TempDir, sip: SocketAddr, control: u16) -> String {
    let modules = MODULES.iter().find(|path| fs::exists(path).unwrap_or(false));
    let modules = modules.expect("baresip's modules are where Debian puts them");
    let folder = folder.path().display();
    // Its player pulls what it hears; aubridge is one that needs no sound card.
    format!(
        "poll_method epoll\n\
         sip_listen {sip}\n\
         audio_player aubridge,ear\n\
         audio_source aufile,{folder}/tone.wav\n\
         audio_alert aubridge,bell\n\
         ausrc_srate 8000\n\
         auplay_srate 8000\n\
         ausrc_channels 1\n\
         auplay_channels 1\n\
         module_path {modules}\n\
         module g711.so\n\
         module aufile.so\n\
         module aubridge.so\n\
         module sndfile.so\n\
         snd_path {folder}/heard\n\
         module_tmp account.so\n\
         module_app menu.so\n\
         module_app ctrl_tcp.so\n\
         ctrl_tcp_listen 127.0.0.1:{control}\n"
    )
}

async fn connect(port: u16, log: &PathBuf) -> TcpStream {
    for _ in 0..100 {
        if let Ok(stream) = TcpStream::connect(("127.0.0.1", port)).await {
            return stream;
        }
        sleep(Duration::from_millis(50)).await;
    }
    panic!("baresip does not start:\n{}", fs::read_to_string(log).unwrap_or_default());
}

/// The first whole `LENGTH:TEXT,` of the bytes.
fn take_netstring(bytes: &mut Vec<u8>) -> Option<Vec<u8>> {
    let colon = bytes.iter().position(|byte| *byte == b':')?;
    let length: usize = std::str::from_utf8(&bytes[..colon]).ok()?.parse().ok()?;
    let end = colon + 1 + length;
    if bytes.len() <= end {
        return None;
    }
    let text = bytes[colon + 1..end].to_vec();
    bytes.drain(..=end);
    Some(text)
}

//! Servers on loopback that answer as a test tells them.
#![allow(dead_code, reason = "each test file uses a part")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    /// `GET /path`
    pub(crate) line: String,
    /// All header lines.
    pub(crate) head: String,
    pub(crate) body: String,
}

/// A server with a thread for each connection, gone with the test's process.
pub(crate) struct Peer {
    /// `127.0.0.1:PORT`
    pub(crate) address: String,
    got: Arc<Mutex<Vec<Got>>>,
    arrivals: Receiver<String>,
    is_stopped: Arc<AtomicBool>,
}

impl Peer {
    /// Answers each request by what `answer` writes; the connection ends with it.
    pub(crate) fn start(answer: impl Fn(&Got, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let got = Arc::new(Mutex::new(Vec::new()));
        let (sender, arrivals) = channel();
        let (kept, answer) = (Arc::clone(&got), Arc::new(answer));
        let is_stopped = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&is_stopped);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let (kept, answer, sender) =
                    (Arc::clone(&kept), Arc::clone(&answer), sender.clone());
                std::thread::spawn(move || serve(stream, &kept, &sender, &*answer));
            }
        });
        Self { address, got, arrivals, is_stopped }
    }

    /// Closes the port: later connections are refused.
    pub(crate) fn stop(&self) {
        self.is_stopped.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(&self.address);
        while TcpStream::connect(&self.address).is_ok() {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All requests so far.
    pub(crate) fn requests(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }

    /// Waits for the next request and gives its first line; none when none comes.
    pub(crate) fn wait(&self, limit: Duration) -> Option<String> {
        self.arrivals.recv_timeout(limit).ok()
    }
}

fn serve(
    mut stream: TcpStream,
    kept: &Mutex<Vec<Got>>,
    arrivals: &Sender<String>,
    answer: &dyn Fn(&Got, &mut TcpStream),
) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
    let Some(got) = read(&stream) else { return };
    kept.lock().unwrap().push(got.clone());
    // The test may have stopped waiting.
    let _ = arrivals.send(got.line.clone());
    answer(&got, &mut stream);
}

fn read(stream: &TcpStream) -> Option<Got> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    let line = head.lines().next()?.trim_end_matches(" HTTP/1.1").to_owned();
    Some(Got { line, head, body: String::from_utf8_lossy(&body).into_owned() })
}

/// Writes a whole answer.
pub(crate) fn answer(stream: &mut TcpStream, status: &str, headers: &str, body: &str) {
    let length = body.len();
    let text = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nConnection: close\r\n\
         {headers}Content-Length: {length}\r\n\r\n{body}"
    );
    // The client may be dead: that is what some tests are about.
    let _ = stream.write_all(text.as_bytes());
}

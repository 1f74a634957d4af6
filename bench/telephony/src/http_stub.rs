//! A stand-in for Salesforce that answers at once, so that it is never what one waits for.
//!
//! It gives a token, records for queries and objects, and takes CaseComments. It counts requests
//! by method and path and keeps the comments with the times at which they came and were answered.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::io::{self, Read, Write};
use std::net::{SocketAddrV4, TcpListener, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::clock::{MS, now_ns};
use crate::net::Poller;

const LISTENER: u64 = u64::MAX;

/// The longest request that is read.
const MOST_BYTES: usize = 64 << 10;

/// What the stub counts.
#[derive(Debug, Default)]
pub struct Counts {
    stopped: AtomicBool,
    delay_ms: AtomicU64,
    connections: AtomicU64,
    by_path: Mutex<BTreeMap<String, u64>>,
    comments: Mutex<Vec<String>>,
}

impl Counts {
    /// Ends the stub.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// How long each answer takes from now on, in ms.
    pub fn delay(&self, ms: u64) {
        self.delay_ms.store(ms, Ordering::Relaxed);
    }

    /// Connections since the start.
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    /// Requests by method and path, the first parts of the path only.
    pub fn by_path(&self) -> BTreeMap<String, u64> {
        self.by_path.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// All requests.
    pub fn requests(&self) -> u64 {
        self.by_path().values().sum()
    }

    /// The bodies of the requests for CaseComments so far.
    pub fn comments(&self) -> Vec<String> {
        self.comments.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    fn count(&self, key: String) {
        let mut counts = self.by_path.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        *counts.entry(key).or_default() += 1;
    }

    fn keep(&self, comment: String) {
        self.comments.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(comment);
    }
}

struct Answer {
    connection: u64,
    text: String,
}

struct Stub<'a> {
    counts: &'a Counts,
    poller: Poller,
    listener: TcpListener,
    connections: BTreeMap<u64, (TcpStream, Vec<u8>)>,
    next: u64,
    /// Answers that wait for their time.
    waiting: BTreeMap<u64, Answer>,
    times: BinaryHeap<Reverse<(u64, u64)>>,
}

/// Opens the stub's port.
///
/// # Errors
/// When the address cannot be opened.
pub fn listen(address: SocketAddrV4) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Answers until it is stopped.
///
/// # Errors
/// When the system gives no epoll.
pub fn run(listener: TcpListener, counts: &Counts) -> io::Result<()> {
    let poller = Poller::new()?;
    poller.watch(&listener, LISTENER)?;
    let (connections, waiting, times) = (BTreeMap::new(), BTreeMap::new(), BinaryHeap::new());
    let mut stub = Stub { counts, poller, listener, connections, next: 0, waiting, times };
    while !counts.stopped.load(Ordering::Relaxed) {
        stub.turn();
    }
    Ok(())
}

impl Stub<'_> {
    fn turn(&mut self) {
        self.poller.wait(if self.times.is_empty() { 100 } else { 1 });
        for place in 0..self.poller.count() {
            match self.poller.ready(place) {
                LISTENER => self.accept(),
                connection => self.read(connection),
            }
        }
        let now = now_ns();
        while let Some(Reverse((at_ns, answer))) = self.times.peek().copied() {
            if at_ns > now {
                break;
            }
            self.times.pop();
            if let Some(answer) = self.waiting.remove(&answer) {
                self.send(answer);
            }
        }
    }

    fn accept(&mut self) {
        while let Ok((stream, _)) = self.listener.accept() {
            let is_set = stream.set_nonblocking(true).and(stream.set_nodelay(true)).is_ok();
            if is_set && self.poller.watch(&stream, self.next).is_ok() {
                self.connections.insert(self.next, (stream, Vec::new()));
                self.counts.connections.fetch_add(1, Ordering::Relaxed);
                self.next += 1;
            }
        }
    }

    fn read(&mut self, connection: u64) {
        let mut piece = [0; 16_384];
        let Some((stream, buffer)) = self.connections.get_mut(&connection) else { return };
        match stream.read(&mut piece) {
            Ok(0) => {
                self.connections.remove(&connection);
                return;
            }
            Ok(length) => buffer.extend_from_slice(&piece[..length]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
            Err(_) => {
                self.connections.remove(&connection);
                return;
            }
        }
        if buffer.len() > MOST_BYTES {
            self.connections.remove(&connection);
            return;
        }
        while let Some(request) = self.request(connection) {
            self.answer(connection, &request);
        }
    }

    /// The next whole request of a connection.
    fn request(&mut self, connection: u64) -> Option<String> {
        let (_, buffer) = self.connections.get_mut(&connection)?;
        let head = buffer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
        let text = String::from_utf8_lossy(&buffer[..head]).into_owned();
        let length = text.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("Content-Length").then(|| value.trim().parse().ok())?
        });
        let whole = head + length.unwrap_or(0);
        if buffer.len() < whole {
            return None;
        }
        let request = String::from_utf8_lossy(&buffer[..whole]).into_owned();
        buffer.drain(..whole);
        Some(request)
    }

    fn answer(&mut self, connection: u64, request: &str) {
        let mut words = request.split(' ');
        let method = words.next().unwrap_or_default();
        let target = words.next().unwrap_or_default();
        let path = target.split('?').next().unwrap_or_default();
        self.counts.count(format!("{method} {}", shorten(path)));
        let (status, body) = match (method, path) {
            ("POST", path) if path.ends_with("/oauth2/token") => ("200 OK", TOKEN),
            ("GET", path) if path.ends_with("/query") && target.contains("Case") => {
                ("200 OK", CASES)
            }
            ("GET", path) if path.ends_with("/query") => ("200 OK", CONTACTS),
            ("GET", path) if path.contains("/sobjects/") => ("200 OK", ACCOUNT),
            ("POST", path) if path.contains("/CaseComment") => {
                let body = request.split_once("\r\n\r\n").map_or("", |(_, body)| body);
                self.counts.keep(body.to_owned());
                ("201 Created", CREATED)
            }
            ("PATCH", _) => ("204 No Content", ""),
            _ => ("404 Not Found", "[]"),
        };
        let text = format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json;charset=UTF-8\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let answer = Answer { connection, text };
        let delay_ms = self.counts.delay_ms.load(Ordering::Relaxed);
        if delay_ms == 0 {
            return self.send(answer);
        }
        let number = self.next;
        self.next += 1;
        self.waiting.insert(number, answer);
        self.times.push(Reverse((now_ns() + delay_ms * MS, number)));
    }

    fn send(&mut self, answer: Answer) {
        let Some((stream, _)) = self.connections.get_mut(&answer.connection) else { return };
        // Answers are small: they fit into the socket's buffer, or the other side is gone.
        if stream.write_all(answer.text.as_bytes()).is_err() {
            self.connections.remove(&answer.connection);
        }
    }
}

/// A path without the ids of records: at most its first five parts.
fn shorten(path: &str) -> String {
    path.split('/').take(6).collect::<Vec<_>>().join("/")
}

const TOKEN: &str = "\
    {\"access_token\":\"bench\",\"instance_url\":\"http://127.0.0.1\",\"id\":\"x\",\
    \"token_type\":\"Bearer\",\"issued_at\":\"1790000000000\"}";

const CONTACTS: &str = "\
    {\"totalSize\":1,\"done\":true,\"records\":[{\"attributes\":{\"type\":\"Contact\",\
    \"url\":\"/services/data/v60.0/sobjects/Contact/003B00000000001AAA\"},\
    \"Id\":\"003B00000000001AAA\",\"FirstName\":\"Ada\",\"Name\":\"Ada Example\",\
    \"AccountId\":\"001B00000000001AAA\",\"Email\":\"ada@example.org\",\
    \"Phone\":\"+14800000001\"}]}";

const ACCOUNT: &str = "\
    {\"attributes\":{\"type\":\"Account\",\
    \"url\":\"/services/data/v60.0/sobjects/Account/001B00000000001AAA\"},\
    \"Id\":\"001B00000000001AAA\",\"Name\":\"Example Ltd\",\"Tier__c\":\"Gold\",\
    \"Industry\":\"Utilities\",\"NumberOfEmployees\":250}";

const CASES: &str = "\
    {\"totalSize\":1,\"done\":true,\"records\":[{\"attributes\":{\"type\":\"Case\",\
    \"url\":\"/services/data/v60.0/sobjects/Case/500B00000000001AAA\"},\
    \"Id\":\"500B00000000001AAA\",\"CaseNumber\":\"00001026\",\"Status\":\"New\",\
    \"Priority\":\"High\",\"Subject\":\"No heating\"}]}";

const CREATED: &str = "\
    {\"id\":\"00aB00000000001AAA\",\"success\":true,\"errors\":[]}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_answered_and_counted() {
        let listener = listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        let counts = Counts::default();
        std::thread::scope(|scope| {
            scope.spawn(|| run(listener, &counts).unwrap());
            let mut stream = TcpStream::connect(address).unwrap();
            let comment = "POST /services/data/v60.0/sobjects/CaseComment HTTP/1.1\r\n\
                           Content-Length: 2\r\n\r\n{}";
            let query = "GET /services/data/v60.0/query?q=SELECT+Id+FROM+Case HTTP/1.1\r\n\r\n";
            stream.write_all(comment.as_bytes()).unwrap();
            stream.write_all(query.as_bytes()).unwrap();
            let mut got = String::new();
            let mut piece = [0; 4096];
            while !got.contains("00001026") {
                let length = stream.read(&mut piece).unwrap();
                assert_ne!(length, 0, "{got}");
                got += std::str::from_utf8(&piece[..length]).unwrap();
            }
            assert!(got.starts_with("HTTP/1.1 201 "));
            counts.stop();
        });
        assert_eq!(counts.comments(), ["{}"]);
        assert_eq!(counts.by_path()["GET /services/data/v60.0/query"], 1);
    }
}

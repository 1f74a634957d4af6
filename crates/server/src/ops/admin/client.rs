//! The other end of the admin socket, for commands.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::Request;

/// The longest answer, in bytes: 10,000 contacts.
const MAX_ANSWER_BYTES: u64 = 16 << 20;

/// How long an answer may take; a reload reads files.
const LIMIT: Duration = Duration::from_secs(30);

/// A connection to a running server.
#[derive(Debug)]
pub struct Client {
    path: PathBuf,
    stream: BufReader<UnixStream>,
}

/// Why a server did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nobody is there.
    #[error(
        "no server answers at {path}: {reason}; is `trunkline serve` running with this \
         configuration, and are you its user?"
    )]
    Connect {
        /// The socket.
        path: PathBuf,
        /// What the system said.
        reason: std::io::Error,
    },
    /// The connection broke.
    #[error("the server at {path} does not answer: {reason}")]
    Broken {
        /// The socket.
        path: PathBuf,
        /// What happened.
        reason: String,
    },
    /// The server said no.
    #[error("{0}")]
    Refused(String),
}

impl Client {
    /// Connects to the socket.
    ///
    /// # Errors
    /// When nobody is there.
    pub fn connect(path: &Path) -> Result<Self, ClientError> {
        let stream = UnixStream::connect(path).and_then(|stream| {
            stream.set_read_timeout(Some(LIMIT))?;
            stream.set_write_timeout(Some(LIMIT))?;
            Ok(stream)
        });
        let path = path.to_path_buf();
        match stream {
            Ok(stream) => Ok(Self { path, stream: BufReader::new(stream) }),
            Err(reason) => Err(ClientError::Connect { path, reason }),
        }
    }

    /// Asks, and waits for the result.
    ///
    /// # Errors
    /// When the server refuses or does not answer.
    pub fn ask(&mut self, request: &Request) -> Result<Value, ClientError> {
        let answer = self.exchange(request).map_err(|reason| {
            let path = self.path.clone();
            ClientError::Broken { path, reason }
        })?;
        match answer["ok"] == true {
            true => Ok(answer["result"].clone()),
            false => {
                let error = answer["error"].as_str().unwrap_or("it does not say why");
                Err(ClientError::Refused(error.to_owned()))
            }
        }
    }

    fn exchange(&mut self, request: &Request) -> Result<Value, String> {
        let text = serde_json::to_string(request).map_err(|error| error.to_string())?;
        let stream = self.stream.get_mut();
        stream.write_all(format!("{text}\n").as_bytes()).map_err(|error| error.to_string())?;
        let mut line = Vec::new();
        let mut limited = (&mut self.stream).take(MAX_ANSWER_BYTES);
        limited.read_until(b'\n', &mut line).map_err(|error| error.to_string())?;
        if line.is_empty() {
            return Err("it closed the connection".to_owned());
        }
        serde_json::from_slice(&line).map_err(|error| error.to_string())
    }
}

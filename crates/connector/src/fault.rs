//! Which failure an error of the HTTP library is.

use std::error::Error;
use std::io;

use trunkline_model::{Failure, FailureCode};
use url::Url;

use crate::address::shown;
use crate::resolver::LookupError;

/// The longest chain of causes that is followed.
const MAX_CAUSES: usize = 16;

/// What the deepest known cause is.
#[derive(Clone, Debug)]
enum Cause {
    Lookup(LookupError),
    Tls(String),
    Http(String),
    Broken(String),
}

/// The failure for an error on the way to `url` or back.
pub(crate) fn of_request(error: &reqwest::Error, url: &Url) -> Failure {
    let place = shown(url);
    match find(error) {
        Some(cause) => of_cause(cause, &place),
        None if error.is_builder() => {
            Failure::new(FailureCode::Url, format!("no request can be made for {place}"))
        }
        None if error.is_decode() || error.is_body() => Failure::new(
            FailureCode::Protocol,
            format!("the answer of {place} cannot be read: its body is not encoded as it says"),
        ),
        None => Failure::new(
            FailureCode::Connect,
            format!("the connection to {place} could not be used"),
        ),
    }
}

/// The failure for a host without an address to connect to.
pub(crate) fn of_lookup(error: &LookupError) -> Failure {
    let code = match error {
        LookupError::Unknown { .. } => FailureCode::Dns,
        LookupError::Denied { .. } => FailureCode::Network,
    };
    Failure::new(code, error.to_string())
}

fn of_cause(cause: Cause, place: &str) -> Failure {
    match cause {
        Cause::Lookup(error) => of_lookup(&error),
        Cause::Tls(reason) => Failure::new(
            FailureCode::Tls,
            format!(
                "the TLS connection to {place} failed: {reason}; check the server's certificate, \
                 and SSL_CERT_FILE if its authority is your own"
            ),
        ),
        Cause::Http(reason) => Failure::new(
            FailureCode::Protocol,
            format!("the answer of {place} is not valid HTTP: {reason}"),
        ),
        Cause::Broken(reason) => Failure::new(
            FailureCode::Connect,
            format!("the connection to {place} could not be made or broke: {reason}"),
        ),
    }
}

fn find(error: &(dyn Error + 'static)) -> Option<Cause> {
    let mut found = None;
    let mut next = Some(error);
    for _ in 0..MAX_CAUSES {
        let Some(error) = next else { break };
        found = known(error).or(found);
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    found
}

fn known(error: &(dyn Error + 'static)) -> Option<Cause> {
    if let Some(error) = error.downcast_ref::<LookupError>() {
        return Some(Cause::Lookup(error.clone()));
    }
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(Cause::Tls(error.to_string()));
    }
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        return of_hyper(error);
    }
    error.downcast_ref::<io::Error>().and_then(of_io)
}

fn of_hyper(error: &hyper::Error) -> Option<Cause> {
    let reason = error.to_string();
    if error.is_parse() || error.is_parse_status() {
        return Some(Cause::Http(reason));
    }
    let broken = error.is_incomplete_message() || error.is_canceled() || error.is_closed();
    if broken {
        return Some(Cause::Broken("the server closed it before the answer was whole".to_owned()));
    }
    None
}

fn of_io(error: &io::Error) -> Option<Cause> {
    match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => None,
        io::ErrorKind::Other => None,
        _ => Some(Cause::Broken(error.to_string())),
    }
}

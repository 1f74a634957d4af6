//! The service behind the socket: which part answers which path.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::api_error::ApiError;
use crate::error::SandboxError;
use crate::fixture::Fixture;
use crate::http::{Request, Response};
use crate::json::Json;
use crate::oauth::{self, JwtKeys, OAuth, Session, Sessions, User};
use crate::options::{Credentials, Options};
use crate::rest::versions::{self, Version};
use crate::rest::{self, Api, Call, CallBody, Cursors};
use crate::store::Store;
use crate::time::Clock;

/// How many calls a day an organisation has; they are counted, not refused.
const DAILY_CALLS: u64 = 15_000;

/// Everything that a request can reach.
#[derive(Debug)]
pub(crate) struct Service {
    store: Mutex<Store>,
    sessions: Mutex<Sessions>,
    cursors: Mutex<Cursors>,
    credentials: Credentials,
    keys: JwtKeys,
    organization_id: String,
    run_as: String,
    calls: AtomicU64,
    /// What whoever starts the sandbox should know.
    notes: Vec<String>,
}

impl Service {
    /// Opens the database and loads the fixture into an empty one.
    pub(crate) fn open(options: Options) -> Result<Service, SandboxError> {
        let keys = JwtKeys::read(&options.jwt_public_keys)?;
        let mut notes = Vec::new();
        let given = options.fixture.is_some();
        let mut fixture = match options.fixture {
            Some(fixture) => fixture,
            None => Fixture::empty()?,
        };
        let credentials = match &fixture.credentials {
            Some(spec) => spec.over(&options.credentials),
            None => options.credentials,
        };
        let clock = Clock { fixed: options.now.or(fixture.now) };
        let schema = Arc::new(std::mem::take(&mut fixture.schema));
        let store = Store::open(&options.database, schema, clock, options.null_is_different)?;
        if store.is_empty().map_err(|error| store.failed(&error))? {
            store.load(&fixture, |store| run_as(store, &credentials.username))?;
        } else if given {
            notes.push(format!(
                "The database holds records already: those of {} were not loaded.",
                fixture.name
            ));
        }
        let run_as = run_as(&store, &credentials.username)?;
        let organization_id = fixture.organization.id;
        Ok(Service {
            sessions: Mutex::new(Sessions::new(&organization_id, options.session_seconds)),
            store: Mutex::new(store),
            cursors: Mutex::default(),
            credentials,
            keys,
            organization_id,
            run_as,
            calls: AtomicU64::new(0),
            notes,
        })
    }

    pub(crate) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    pub(crate) fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Answers a request.
    pub(crate) fn handle(&self, request: &Request) -> Response {
        let Ok(segments) = request.segments() else {
            let message = "the path is not well encoded";
            return rest::error_response(&ApiError::bad("INVALID_INPUT", message));
        };
        let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
        match parts.as_slice() {
            [] => Response::text(200, "text/plain;charset=UTF-8", self.welcome(request)),
            ["services", "oauth2", endpoint] => {
                oauth::answer(&self.oauth(&self.store()), request, endpoint)
            }
            ["services", "Soap", "u" | "c", version, ..] => {
                oauth::soap_login(&self.oauth(&self.store()), request, version)
            }
            ["id", organization, user]
                if crate::id::normalise(organization).as_ref() == Some(&self.organization_id) =>
            {
                oauth::identity(&self.oauth(&self.store()), request, user)
            }
            ["id", "keys"] => Response::json(200, Json::object([("keys", Json::Array(vec![]))])),
            [".well-known", "openid-configuration"] => oauth::discovery(request),
            ["services", "data"] => versions::list(),
            ["services", "data", version, ..] => {
                self.rest(request, version, segments[3..].to_vec())
            }
            _ => rest::error_response(&ApiError::not_found()),
        }
    }

    fn welcome(&self, request: &Request) -> String {
        format!("{}\n", crate::banner::text(&request.base_url, self))
    }

    /// The store; a transaction that a failed request left open is undone.
    fn store(&self) -> MutexGuard<'_, Store> {
        let store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        if !store.db().is_autocommit() {
            // Nothing else can be done about a database that refuses even this.
            let _ = store.db().execute_batch("ROLLBACK");
        }
        store
    }

    fn oauth<'a>(&'a self, store: &'a Store) -> OAuth<'a> {
        OAuth {
            store,
            sessions: &self.sessions,
            credentials: &self.credentials,
            keys: &self.keys,
            organization_id: &self.organization_id,
            run_as: &self.run_as,
        }
    }

    /// A call of the REST API.
    fn rest(&self, request: &Request, version: &str, segments: Vec<String>) -> Response {
        let store = self.store();
        let Some(session) = self.oauth(&store).session(request) else {
            let error = ApiError::new(401, "INVALID_SESSION_ID", "Session expired or invalid");
            return rest::error_response(&error).with_header("www-authenticate", "Token");
        };
        let used = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        let usage = (used.min(DAILY_CALLS), DAILY_CALLS);
        let response = match (Version::parse(version), request.parameters()) {
            (None, _) => rest::error_response(&ApiError::not_found()),
            (_, Err(_)) => {
                let message = "the parameters are not well encoded";
                rest::error_response(&ApiError::bad("INVALID_INPUT", message))
            }
            (Some(version), Ok(parameters)) => {
                let method = match parameters.get("_HttpMethod") {
                    Some(method) if request.method == "POST" => method.to_ascii_uppercase(),
                    _ => request.method.clone(),
                };
                let call = Call {
                    method,
                    version,
                    segments,
                    parameters,
                    batch_size: request.header("sforce-query-options").and_then(batch_size),
                    body: CallBody::Bytes(request.body.clone()),
                };
                self.call(&store, request, &session, usage, &call)
            }
        };
        response.with_header("sforce-limit-info", format!("api-usage={}/{}", usage.0, usage.1))
    }

    fn call(
        &self,
        store: &Store,
        request: &Request,
        session: &Session,
        usage: (u64, u64),
        call: &Call,
    ) -> Response {
        let identity_url = self.oauth(store).identity_url(request, &session.user);
        let api = Api {
            store,
            cursors: &self.cursors,
            user: &session.user,
            identity_url: &identity_url,
            usage,
        };
        rest::answer(&api, call)
    }
}

/// The Id of the user whom integrations run as; a sandbox without users gets one.
fn run_as(store: &Store, username: &str) -> Result<String, SandboxError> {
    let failed = |error: rusqlite::Error| store.failed(&error);
    if let Some(user) = User::run_as(store, username).map_err(failed)? {
        return Ok(user.id);
    }
    store.create_admin(username)?;
    let user = User::run_as(store, username).map_err(failed)?;
    Ok(user.map(|user| user.id).unwrap_or_default())
}

/// `batchSize=200` of `Sforce-Query-Options`.
fn batch_size(header: &str) -> Option<usize> {
    header.split(',').find_map(|option| {
        let (name, value) = option.split_once('=')?;
        name.trim().eq_ignore_ascii_case("batchSize").then(|| value.trim().parse().ok())?
    })
}

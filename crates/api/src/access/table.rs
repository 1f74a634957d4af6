//! The table of all addresses: what is in the router, in the OpenAPI document and in the tests of
//! who may do what are the same rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::Method;
use axum::middleware::{Next, from_fn};
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{
    ContentBuilder, OpenApi, Ref, RefOr, ResponseBuilder, Schema, SecurityRequirement,
};
use utoipa_axum::router::UtoipaMethodRouter;

use super::{Allowed, CSRF_HEADER, PREFIX, Who, check};
use crate::app::App;

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The address with its parameters in braces, with [`PREFIX`].
    pub path: String,
    /// Whom it is for.
    pub allowed: Allowed,
}

/// Gathers handlers. The only way in wants to know whom a handler is for.
pub(crate) struct Table {
    router: Router<Arc<App>>,
    routes: Vec<Route>,
    document: OpenApi,
}

impl Table {
    /// A table without rows; `document` says what the interface is.
    pub(crate) fn new(document: OpenApi) -> Self {
        Self { router: Router::new(), routes: Vec::new(), document }
    }

    /// Puts handlers of one address (made by `utoipa_axum::routes!`) into the table, all for the
    /// same users.
    pub(crate) fn route(
        mut self,
        allowed: Allowed,
        (schemas, paths, handlers): UtoipaMethodRouter<Arc<App>>,
    ) -> Self {
        let guard =
            from_fn(move |request: Request, next: Next| check::guard(allowed, request, next));
        let handlers = handlers.route_layer(guard);
        self.add_schemas(schemas);
        for (path, mut item) in paths.paths {
            let full = format!("{PREFIX}{path}");
            for (method, operation) in operations(&mut item) {
                operation.operation_id = Some(operation_id(&method, &path));
                describe(operation, &method, allowed);
                self.routes.push(Route { method, path: full.clone(), allowed });
            }
            self.router = self.router.route(&full, handlers.clone());
            self.add_path(full, item);
        }
        self
    }

    /// Puts schemas into the document that no handler names.
    pub(crate) fn add_schemas(&mut self, schemas: Vec<(String, RefOr<Schema>)>) {
        let components = self.document.components.get_or_insert_default();
        components.schemas.extend(schemas);
    }

    fn add_path(&mut self, path: String, item: PathItem) {
        match self.document.paths.paths.get_mut(&path) {
            Some(known) => known.merge_operations(item),
            None => {
                self.document.paths.paths.insert(path, item);
            }
        }
    }

    /// The router, the rows and the OpenAPI document.
    pub(crate) fn build(self) -> (Router<Arc<App>>, Vec<Route>, OpenApi) {
        (self.router, self.routes, self.document)
    }
}

/// The operations of an address with their methods.
fn operations(item: &mut PathItem) -> Vec<(Method, &mut Operation)> {
    let all = [
        (Method::GET, &mut item.get),
        (Method::PUT, &mut item.put),
        (Method::POST, &mut item.post),
        (Method::DELETE, &mut item.delete),
        (Method::PATCH, &mut item.patch),
        (Method::OPTIONS, &mut item.options),
        (Method::HEAD, &mut item.head),
        (Method::TRACE, &mut item.trace),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?))).collect()
}

/// A name of its own for an operation: its method and its path.
fn operation_id(method: &Method, path: &str) -> String {
    let words = path.split(['/', '-', '.', '{', '}']).filter(|word| !word.is_empty());
    words.fold(method.as_str().to_ascii_lowercase(), |id, word| format!("{id}_{word}"))
}

/// Writes into the document whom an operation is for, and how it fails.
fn describe(operation: &mut Operation, method: &Method, allowed: Allowed) {
    let mut ways = Vec::new();
    if allowed.who() != Who::Anybody {
        let no_scopes: [&str; 0] = [];
        let mut session = SecurityRequirement::new("session", no_scopes);
        if !method.is_safe() {
            session = session.add("csrf", no_scopes);
        }
        ways.push(session);
        ways.extend(
            allowed.scope().map(|scope| SecurityRequirement::new("token", [scope.as_str()])),
        );
    }
    operation.security = Some(ways);
    let note = format!("For: {}.", allowed.describe());
    operation.description = Some(match operation.description.take() {
        Some(text) if !text.is_empty() => format!("{text}\n\n{note}"),
        _ => note,
    });
    let problem = RefOr::Ref(Ref::from_schema_name("Problem"));
    let failed = ResponseBuilder::new()
        .description("A problem: see its `code`.")
        .content("application/problem+json", ContentBuilder::new().schema(Some(problem)).build())
        .build();
    operation.responses.responses.insert("default".to_owned(), RefOr::T(failed));
}

/// The ways to show who one is, for the document.
pub(crate) fn security_schemes() -> BTreeMap<String, utoipa::openapi::security::SecurityScheme> {
    use utoipa::openapi::security::{
        ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme,
    };
    let note =
        format!("Set by signing in. Without HTTPS it is called `{}`.", super::SESSION_COOKIE);
    let cookie = ApiKeyValue::with_description(super::SESSION_COOKIE_SECURE, &*note);
    let csrf = ApiKeyValue::with_description(CSRF_HEADER, "The `csrf` of `GET /api/v1/session`.");
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("An API token; see `POST /api/v1/tokens`."))
        .build();
    BTreeMap::from([
        ("session".to_owned(), SecurityScheme::ApiKey(ApiKey::Cookie(cookie))),
        ("csrf".to_owned(), SecurityScheme::ApiKey(ApiKey::Header(csrf))),
        ("token".to_owned(), SecurityScheme::Http(token)),
    ])
}

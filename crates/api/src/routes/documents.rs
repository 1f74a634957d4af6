//! What describes the interface: the OpenAPI document, a page to browse it, a page for each code.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use utoipa_axum::routes;

use crate::access::{Allowed, PREFIX, Table};
use crate::app::App;
use crate::body::At;
use crate::codes::Code;
use crate::problem::Problem;

pub(super) fn routes(table: Table) -> Table {
    let anybody = Allowed::anybody();
    table
        .route(anybody, routes!(openapi))
        .route(anybody, routes!(browse))
        .route(anybody, routes!(part))
        .route(anybody, routes!(error))
}

/// This document.
#[utoipa::path(
    get, path = "/openapi.json", tag = "documents",
    responses((status = 200, description = "OpenAPI 3.1.", content_type = "application/json"))
)]
async fn openapi(State(app): State<Arc<App>>) -> Response {
    text("application/json", app.openapi.clone())
}

/// A page to browse this document. It loads nothing from other hosts.
#[utoipa::path(
    get, path = "/docs", tag = "documents",
    responses((status = 200, description = "A page.", content_type = "text/html"))
)]
async fn browse() -> Response {
    text("text/html; charset=utf-8", include_str!("../../assets/docs.html"))
}

/// The page's script and style.
#[utoipa::path(
    get, path = "/docs/{file}", tag = "documents",
    params(("file" = String, Path, description = "`docs.js` or `docs.css`.")),
    responses((status = 200, description = "A part of the page."))
)]
async fn part(At(file): At<String>) -> Result<Response, Problem> {
    match &*file {
        "docs.js" => Ok(text("text/javascript", include_str!("../../assets/docs.js"))),
        "docs.css" => Ok(text("text/css", include_str!("../../assets/docs.css"))),
        _ => Err(Problem::of(Code::NotFound)),
    }
}

/// A page about an error's code.
#[utoipa::path(
    get, path = "/errors/{code}", tag = "documents",
    params(("code" = String, Path, description = "The code.")),
    responses((status = 200, description = "A page.", content_type = "text/html"))
)]
async fn error(At(code): At<String>) -> Result<Response, Problem> {
    let code = Code::of(&code).ok_or_else(|| Problem::of(Code::NotFound))?;
    Ok(text("text/html; charset=utf-8", error_page(code)))
}

/// The texts are our own and have no `<` in them.
fn error_page(code: Code) -> String {
    let (name, status) = (code.as_str(), code.status());
    let mut page = String::new();
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{name}</title>\
         <link rel=\"stylesheet\" href=\"{PREFIX}/docs/docs.css\"></head>\
         <body><main><h1>{name}</h1><p>HTTP {status}</p><p>{}</p><p>{}</p>\
         <p><a href=\"{PREFIX}/docs\">The interface</a></p></main></body></html>\n",
        code.title(),
        code.advice(),
    );
    page
}

fn text(kind: &'static str, body: impl IntoResponse) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, body).into_response()
}

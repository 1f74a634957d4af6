//! What every request meets before the router, and every answer behind it.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::client::{Client, Peer};
use crate::problem::Problem;

/// Where pages are that other sites may show in a frame.
const EMBEDDED: &str = "/embed/";

/// Finds out where a request comes from and whether that asks too much; gives all answers the
/// headers that tell browsers what they must not do.
pub(super) async fn front(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    let is_embedded = request.uri().path().starts_with(EMBEDDED);
    let (client, mut response) = match look(&app, &request) {
        Ok(client) => {
            request.extensions_mut().insert(client.clone());
            request.extensions_mut().insert(Arc::clone(&app));
            (Some(client), next.run(request).await)
        }
        Err(problem) => (None, problem.into_response()),
    };
    secure(response.headers_mut(), &app, client.as_ref(), is_embedded);
    response
}

fn look(app: &App, request: &Request) -> Result<Client, Problem> {
    let peer = request.extensions().get::<Peer>().copied();
    let peer = peer.ok_or_else(|| Problem::fault("a request without its peer"))?;
    let client = app.surroundings.client(peer, request.headers())?;
    app.limits.address(client.address, app.now())?;
    Ok(client)
}

const FIXED: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Addresses of pages name contacts, and that of the first start is a secret.
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("permissions-policy"),
        "microphone=(self), autoplay=(self), hid=(self), camera=(), \
         geolocation=(), payment=(), usb=()",
    ),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

fn secure(headers: &mut HeaderMap, app: &App, client: Option<&Client>, is_embedded: bool) {
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let ancestors = match is_embedded {
        true => ancestors(app),
        false => "'none'".to_owned(),
    };
    if ancestors == "'none'" {
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    }
    let policy = policy(client, &ancestors);
    // Both parts were checked to hold nothing that a header, or the policy, would end at.
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    if app.is_hsts && client.is_some_and(|client| client.is_https) {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
}

/// Who may show the panel in a frame: the sites that are configured, and the page "Try it".
fn ancestors(app: &App) -> String {
    let own = app.centre.try_it().map(|_| "'self'");
    let hosts = app.embed_hosts.iter().map(String::as_str);
    let all: Vec<&str> = own.into_iter().chain(hosts).collect();
    if all.is_empty() { "'none'".to_owned() } else { all.join(" ") }
}

/// What a page may load: only what is ours, but for the CRM in the side panel. Components set
/// styles on elements, so that styles within the page are allowed; scripts are not.
fn policy(client: Option<&Client>, ancestors: &str) -> String {
    let socket = client.map(|client| {
        let scheme = if client.is_https { "wss" } else { "ws" };
        format!(" {scheme}://{}", client.host)
    });
    let socket = socket.unwrap_or_default();
    format!(
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data: blob:; media-src 'self' data: blob:; font-src 'self' data:; \
         worker-src 'self' blob:; connect-src 'self'{socket}; frame-src https: http:; \
         object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}"
    )
}

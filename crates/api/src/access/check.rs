//! What is checked before a handler runs: who it is, whether they may, and that it was they who
//! wanted it.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use trunkline_accounts::{Scopes, Session};

use super::{Allowed, By, CSRF_HEADER, Caller, Who};
use crate::app::App;
use crate::client::Client;
use crate::codes::Code;
use crate::problem::Problem;

/// The session's cookie over plain HTTP.
pub(crate) const SESSION_COOKIE: &str = "trunkline-session";

/// The session's cookie over HTTPS: browsers take it from this host alone.
pub(crate) const SESSION_COOKIE_SECURE: &str = "__Host-trunkline-session";

/// Lets a request through to its handler if `allowed` says so.
pub(super) async fn guard(allowed: Allowed, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    match admit(allowed, &parts).await {
        Ok(caller) => {
            if let Some(caller) = caller {
                parts.extensions.insert(caller);
            }
            next.run(Request::from_parts(parts, body)).await
        }
        Err(problem) => problem.into_response(),
    }
}

async fn admit(allowed: Allowed, request: &Parts) -> Result<Option<Caller>, Problem> {
    let (method, headers) = (&request.method, &request.headers);
    let client = Client::of(request)?;
    if allowed.who() == Who::Anybody {
        if !method.is_safe() && client.is_foreign(headers) == Some(true) {
            return Err(Problem::of(Code::OtherOrigin));
        }
        return Ok(None);
    }
    let app = request.extensions.get::<Arc<App>>();
    let app = app.ok_or_else(|| Problem::fault("a request without its application"))?;
    let caller = identify(app, &client, headers).await?;
    match &caller.by {
        By::Session(session) => same_page(session, method, headers, &client)?,
        By::Token(token) => good_for(allowed, &token.scopes)?,
    }
    app.limits.user(caller.user.id, app.now())?;
    permitted(allowed, &caller)?;
    Ok(Some(caller))
}

/// Whose token or cookie it is. A token goes before a cookie, so that a program never acts by a
/// cookie that it did not mean.
async fn identify(app: &App, client: &Client, headers: &HeaderMap) -> Result<Caller, Problem> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let token = value.to_str().ok().and_then(|text| text.strip_prefix("Bearer "));
        let token = token.ok_or_else(|| Problem::of(Code::NotSignedIn))?;
        return app.by_token(token.trim()).await;
    }
    let cookie = session_cookie(headers, client);
    let cookie = cookie.ok_or_else(|| Problem::of(Code::NotSignedIn))?;
    app.by_cookie(cookie).await
}

/// What the session's cookie holds.
pub(crate) fn session_cookie<'a>(headers: &'a HeaderMap, client: &Client) -> Option<&'a str> {
    cookie(headers, if client.is_https { SESSION_COOKIE_SECURE } else { SESSION_COOKIE })
}

/// The value of a cookie.
fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// A browser sends the cookie along with whatever any page makes it send; so a request that does
/// something has to show that it comes from our page. A WebSocket begins with a GET, and does.
fn same_page(
    session: &Session,
    method: &Method,
    headers: &HeaderMap,
    client: &Client,
) -> Result<(), Problem> {
    let foreign = client.is_foreign(headers);
    if headers.contains_key(header::SEC_WEBSOCKET_KEY) {
        return match client.has_our_origin(headers) {
            true => Ok(()),
            false => Err(Problem::of(Code::OtherOrigin)),
        };
    }
    if method.is_safe() {
        return Ok(());
    }
    if foreign != Some(false) {
        return Err(Problem::of(Code::OtherOrigin));
    }
    let sent = headers.get(CSRF_HEADER).and_then(|sent| sent.to_str().ok());
    let is_right = sent.is_some_and(|sent| session.has_csrf(sent));
    if is_right { Ok(()) } else { Err(Problem::of(Code::Csrf)) }
}

fn good_for(allowed: Allowed, scopes: &Scopes) -> Result<(), Problem> {
    let Some(needed) = allowed.scope() else {
        return Err(Problem::new(Code::WrongScope, "This takes a session, and no token."));
    };
    if scopes.contains(&needed) {
        return Ok(());
    }
    let detail = format!("This needs a token with the scope `{}`.", needed.as_str());
    Err(Problem::new(Code::WrongScope, detail))
}

fn permitted(allowed: Allowed, caller: &Caller) -> Result<(), Problem> {
    if caller.user.must_change_password && allowed.needs_own_password() {
        return Err(Problem::of(Code::PasswordExpired));
    }
    if let Some(roles) = allowed.who().roles()
        && !caller.has_any(roles)
    {
        let names: Vec<_> = roles.iter().map(|role| role.as_str()).collect();
        let detail = format!("This needs one of these roles: {}.", names.join(", "));
        return Err(Problem::new(Code::WrongRole, detail));
    }
    if allowed.who() == Who::OwnAgent && caller.own_agent().is_none() {
        return Err(Problem::of(Code::NoAgent));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn finds_its_cookie_among_others() {
        let mut headers = HeaderMap::new();
        let line = HeaderValue::from_static("a=b; trunkline-session=x=y; c");
        headers.append(header::COOKIE, line);
        assert_eq!(cookie(&headers, SESSION_COOKIE), Some("x=y"));
        assert_eq!(cookie(&headers, "session"), None);
        assert_eq!(cookie(&headers, SESSION_COOKIE_SECURE), None);
    }
}

//! Who a token stands for: `userinfo` and the identity URL.

use super::{OAuth, Session, User};
use crate::http::{Request, Response};
use crate::json::Json;

/// `/services/oauth2/userinfo`.
pub(super) fn userinfo(oauth: &OAuth<'_>, request: &Request) -> Response {
    let Some(user) = user_of(oauth, session_of(oauth, request)) else { return refused() };
    let identity = oauth.identity_url(request, &user.id);
    let body = Json::object([
        ("sub", Json::from(&identity)),
        ("user_id", Json::from(&user.id)),
        ("organization_id", Json::from(oauth.organization_id)),
        ("preferred_username", Json::from(&user.username)),
        ("nickname", Json::from(nickname(&user))),
        ("name", Json::from(&user.name)),
        ("email", Json::from(user.email.as_ref())),
        ("email_verified", Json::Bool(true)),
        ("given_name", Json::from(user.first_name.as_ref())),
        ("family_name", Json::from(user.last_name.as_ref())),
        ("zoneinfo", Json::from("UTC")),
        ("photos", photos(request)),
        ("profile", Json::Text(format!("{}/{}", request.base_url, user.id))),
        ("picture", Json::Text(format!("{}/profilephoto/005/F", request.base_url))),
        ("urls", urls(request)),
        ("active", Json::Bool(user.active)),
        ("user_type", Json::from("STANDARD")),
        ("language", Json::from("en_US")),
        ("locale", Json::from("en_US")),
        ("utcOffset", Json::Int(0)),
    ]);
    Response::json(200, body)
}

/// `/id/{organisation}/{user}`.
pub(super) fn identity(oauth: &OAuth<'_>, request: &Request, id: &str) -> Response {
    let user = user_of(oauth, session_of(oauth, request));
    let Some(user) = user.filter(|user| crate::id::normalise(id).as_ref() == Some(&user.id)) else {
        return refused();
    };
    let identity = oauth.identity_url(request, &user.id);
    let body = Json::object([
        ("id", Json::from(&identity)),
        ("asserted_user", Json::Bool(true)),
        ("user_id", Json::from(&user.id)),
        ("organization_id", Json::from(oauth.organization_id)),
        ("username", Json::from(&user.username)),
        ("nick_name", Json::from(nickname(&user))),
        ("display_name", Json::from(&user.name)),
        ("email", Json::from(user.email.as_ref())),
        ("email_verified", Json::Bool(true)),
        ("first_name", Json::from(user.first_name.as_ref())),
        ("last_name", Json::from(user.last_name.as_ref())),
        ("timezone", Json::from("UTC")),
        ("photos", photos(request)),
        ("addr_street", Json::Null),
        ("urls", urls(request)),
        ("active", Json::Bool(user.active)),
        ("user_type", Json::from("STANDARD")),
        ("language", Json::from("en_US")),
        ("locale", Json::from("en_US")),
        ("utcOffset", Json::Int(0)),
        ("is_lightning_login_user", Json::Bool(false)),
    ]);
    Response::json(200, body)
}

/// The session of the header, or of the parameter that some clients send instead.
fn session_of(oauth: &OAuth<'_>, request: &Request) -> Option<Session> {
    if let Some(session) = oauth.session(request) {
        return Some(session);
    }
    let form = request.form().ok()?;
    let token = form.get("oauth_token").or(form.get("access_token"))?;
    oauth.with_sessions(|sessions| sessions.find(token))
}

fn user_of(oauth: &OAuth<'_>, session: Option<Session>) -> Option<User> {
    User::by_id(oauth.store, &session?.user).ok().flatten()
}

fn refused() -> Response {
    Response::text(403, "text/html;charset=UTF-8", "Bad_OAuth_Token".to_owned())
}

fn nickname(user: &User) -> &str {
    user.username.split('@').next().unwrap_or_default()
}

fn photos(request: &Request) -> Json {
    let photo = |size: &str| Json::Text(format!("{}/profilephoto/005/{size}", request.base_url));
    Json::object([("picture", photo("F")), ("thumbnail", photo("T"))])
}

/// Addresses in which clients replace `{version}`.
fn urls(request: &Request) -> Json {
    let url = |path: &str| Json::Text(format!("{}/services/{path}", request.base_url));
    Json::object([
        ("enterprise", url("Soap/c/{version}")),
        ("partner", url("Soap/u/{version}")),
        ("rest", url("data/v{version}/")),
        ("sobjects", url("data/v{version}/sobjects/")),
        ("search", url("data/v{version}/search/")),
        ("query", url("data/v{version}/query/")),
        ("recent", url("data/v{version}/recent/")),
        ("custom_domain", Json::from(&request.base_url)),
    ])
}

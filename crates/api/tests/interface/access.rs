//! Every address, from the router's own table: without a session, with each wrong role, with the
//! right one; with each scope of a token; without what shows that a page of ours has sent it.

use serde_json::json;
use trunkline_accounts::{Role, Scope};
use trunkline_api::{Rate, Route, Settings, Who, addresses};

use crate::double::ANNS;
use crate::house::{House, PEOPLE};
use crate::http::{Ask, Reply};

/// Codes that say: not you, or not so.
const REFUSALS: [&str; 7] = [
    "not-signed-in",
    "wrong-role",
    "wrong-scope",
    "no-agent",
    "csrf",
    "other-origin",
    "password-change-needed",
];

async fn house() -> House {
    let mut settings = Settings::loopback();
    let much = Rate { per_second: 1e6, burst: 1e6 };
    (settings.limits.address, settings.limits.user) = (much, much);
    House::with(settings).await
}

/// A request that its handler would look at.
fn request(route: &Route) -> Ask {
    let id = match route.path.contains("contacts") {
        true => ANNS,
        false => "018bcfe5-687b-7000-8000-000000000000",
    };
    let values = [("id", id), ("token", "x"), ("name", "x"), ("pop", "1"), ("code", "fault")];
    let values = values.into_iter().chain([
        ("kind", "queue"),
        ("flow", "x"),
        ("number", "1"),
        ("label", "Live"),
        ("sha256", "x"),
    ]);
    let mut path = route.path.replace("{file}", "docs.js");
    for (name, value) in values {
        path = path.replace(&format!("{{{name}}}"), value);
    }
    let ask = Ask::new(route.method.as_str(), &path);
    if route.method.is_safe() { ask } else { ask.json(&json!({})) }
}

/// The code with which the guard refused; none if the handler was reached.
fn refused(reply: &Reply) -> Option<String> {
    let is_problem = reply.header("content-type") == Some("application/problem+json");
    let code = is_problem.then(|| reply.code())?;
    REFUSALS.contains(&code.as_str()).then_some(code)
}

/// Whether a user may, by the table.
fn may(route: &Route, role: Role, is_agent: bool) -> bool {
    let has_role = route.allowed.who().roles().is_none_or(|roles| roles.contains(&role));
    has_role && (route.allowed.who() != Who::OwnAgent || is_agent)
}

fn is_open(route: &Route) -> bool {
    route.allowed.who() == Who::Anybody
}

#[tokio::test]
async fn nobody_gets_anywhere_without_a_session() {
    let house = house().await;
    assert!(addresses().len() > 50, "the table is not empty");
    for route in addresses() {
        let asks = [
            request(&route),
            request(&route).header("cookie", "trunkline-session=x"),
            request(&route).header("authorization", "Bearer trunkline_x"),
            request(&route).header("authorization", "Basic eDp4"),
        ];
        for ask in asks {
            let reply = house.ask(&ask).await;
            let expected = (!is_open(&route)).then(|| "not-signed-in".to_owned());
            assert_eq!(refused(&reply), expected, "{ask:?}");
        }
    }
    assert!(house.double.take_commands().is_empty());
}

#[tokio::test]
async fn every_role_gets_where_the_table_says() {
    let house = house().await;
    for route in addresses() {
        for (name, role, agent, _) in PEOPLE {
            let page = house.sign_in(name).await;
            let reply = page.ask(request(&route)).await;
            let is_admitted = refused(&reply).is_none();
            let expected = may(&route, role, agent.is_some());
            assert_eq!(is_admitted, expected, "{name}: {} {} {reply:?}", route.method, route.path);
            if !expected {
                assert_eq!(reply.status, 403);
            }
        }
    }
}

#[tokio::test]
async fn tokens_get_where_role_and_scope_allow() {
    let house = house().await;
    for (name, role, agent, _) in PEOPLE {
        let tokens: Vec<_> =
            Scope::ALL.iter().map(|scope| (*scope, house.token(name, &[*scope]))).collect();
        for route in addresses().iter().filter(|route| !is_open(route)) {
            // The right scope and one that is not; all are wrong where no token is taken.
            let right = tokens.iter().position(|(scope, _)| route.allowed.scope() == Some(*scope));
            let at = right.unwrap_or(0);
            for (scope, token) in [&tokens[at], &tokens[(at + 1) % tokens.len()]] {
                let bearer = format!("Bearer {token}");
                let reply = house.ask(&request(route).header("authorization", &bearer)).await;
                let may = may(route, role, agent.is_some());
                let expected = route.allowed.scope() == Some(*scope) && may;
                let what = format!("{name} {scope:?} {} {}", route.method, route.path);
                assert_eq!(refused(&reply).is_none(), expected, "{what} {reply:?}");
            }
        }
    }
}

#[tokio::test]
async fn what_changes_something_shows_that_our_page_has_sent_it() {
    let house = house().await;
    let unsafe_ones = addresses().into_iter().filter(|it| !it.method.is_safe() && !is_open(it));
    for route in unsafe_ones {
        let (name, ..) =
            PEOPLE.iter().find(|(_, role, agent, _)| may(&route, *role, agent.is_some())).unwrap();
        let page = house.sign_in(name).await;
        let ours = format!("http://localhost:{}", page.port);
        let with_cookie = request(&route).header("cookie", &page.cookie);
        let with_all = with_cookie.clone().header("x-trunkline-csrf", &page.csrf);
        let asks = [
            (with_cookie.clone().header("origin", &ours), "csrf"),
            (with_cookie.header("origin", &ours).header("x-trunkline-csrf", "x"), "csrf"),
            (with_all.clone(), "other-origin"),
            (with_all.clone().header("origin", "https://evil.example"), "other-origin"),
            (with_all.clone().header("origin", "null"), "other-origin"),
            (with_all.header("sec-fetch-site", "cross-site"), "other-origin"),
        ];
        for (ask, code) in asks {
            let reply = house.ask(&ask).await;
            assert_eq!(refused(&reply).as_deref(), Some(code), "{ask:?}");
        }
    }
}

#[tokio::test]
async fn pages_of_others_cannot_sign_in() {
    let house = house().await;
    for route in addresses().iter().filter(|it| !it.method.is_safe() && is_open(it)) {
        let reply = house.ask(&request(route).header("origin", "https://evil.example")).await;
        assert_eq!(reply.code(), "other-origin");
    }
}

#[tokio::test]
async fn a_given_password_opens_nothing_but_its_change() {
    let house = house().await;
    let ann = house.user("ann").id;
    let given = "a password that ada made up".into();
    let by = trunkline_accounts::Actor::system();
    house.accounts.set_password(crate::house::now_ms(), &by, ann, &given, true).unwrap();
    let body = json!({"name": "ann", "password": "a password that ada made up"});
    let reply = house.ask(&Ask::new("POST", "/api/v1/session").json(&body)).await;
    let page = crate::house::Page::new(house.port(), &reply);
    assert_eq!(page.me["must_change_password"], true);
    for route in addresses().iter().filter(|route| may(route, Role::Agent, true)) {
        if route.path.ends_with("/session") || is_open(route) {
            continue;
        }
        let reply = page.ask(request(route)).await;
        let expected = route.allowed.needs_own_password();
        assert_eq!(refused(&reply).is_some(), expected, "{} {}", route.method, route.path);
    }
}

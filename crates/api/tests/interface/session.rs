//! Signing in and out, passwords, preferences, the first administrator.

use serde_json::json;
use trunkline_api::Settings;

use crate::house::{House, Page, now_ms, password};
use crate::http::Ask;

#[tokio::test]
async fn a_session_from_its_beginning_to_its_end() {
    let house = House::new().await;
    let body = json!({"name": "ANN", "password": password("ann")});
    let reply = house.ask(&Ask::new("POST", "/api/v1/session").json(&body)).await;
    let cookie = reply.header("set-cookie").unwrap();
    for part in ["trunkline-session=", "; Path=/", "; HttpOnly", "; SameSite=Strict"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "plain HTTP on loopback");
    let page = Page::new(house.port(), &reply);
    assert_eq!(page.me["name"], "ann");
    assert_eq!(page.me["roles"], json!(["agent"]));
    assert_eq!(page.me["agent"], "ann");
    assert_eq!(page.get("/api/v1/session").await.json(), page.me);

    let out = page.ask(Ask::new("DELETE", "/api/v1/session")).await;
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(page.get("/api/v1/session").await.code(), "not-signed-in");
}

#[tokio::test]
async fn a_wrong_password_says_nothing_of_the_name() {
    let house = House::new().await;
    for name in ["ann", "nobody"] {
        let body = json!({"name": name, "password": "not the password"});
        let reply = house.ask(&Ask::new("POST", "/api/v1/session").json(&body)).await;
        assert_eq!((reply.status, reply.code().as_str()), (401, "wrong-sign-in"));
        assert!(reply.header("set-cookie").is_none());
    }
}

#[tokio::test]
async fn after_five_failures_the_right_password_does_not_help() {
    let house = House::new().await;
    let wrong = json!({"name": "ann", "password": "not the password"});
    for _ in 0..5 {
        house.ask(&Ask::new("POST", "/api/v1/session").json(&wrong)).await;
    }
    let right = json!({"name": "ann", "password": password("ann")});
    let sign_in = Ask::new("POST", "/api/v1/session").json(&right);
    let reply = house.ask(&sign_in).await;
    assert_eq!((reply.status, reply.code().as_str()), (429, "locked-out"));
    let wait: u64 = reply.header("retry-after").unwrap().parse().unwrap();
    assert!((800..=900).contains(&wait), "{wait}");

    let admin = house.sign_in("ada").await;
    let ann = house.user("ann").id;
    let list = admin.get("/api/v1/users").await.json();
    assert!(list["locked"][ann.to_string()].as_i64().unwrap() > now_ms());
    assert_eq!(admin.post(&format!("/api/v1/users/{ann}/unlock")).await.status, 204);
    assert_eq!(house.ask(&sign_in).await.status, 200);
}

#[tokio::test]
async fn changing_the_password_ends_the_other_sessions() {
    let house = House::new().await;
    let (page, other) = (house.sign_in("ann").await, house.sign_in("ann").await);
    let change = async |old: &str, new: &str| {
        page.send("PUT", "/api/v1/session/password", &json!({"old": old, "new": new})).await
    };
    let wrong = change("not the password", "four words and more").await;
    assert_eq!((wrong.code().as_str(), &wrong.json()["field"]), ("invalid", &json!("old")));
    let weak = change(&password("ann"), "short").await;
    assert_eq!((weak.code().as_str(), &weak.json()["field"]), ("invalid", &json!("new")));
    assert_eq!(weak.json()["reason"], "password_too_short");
    assert_eq!(change(&password("ann"), "four words and more").await.status, 204);
    assert_eq!(page.get("/api/v1/session").await.status, 200);
    assert_eq!(other.get("/api/v1/session").await.status, 401);
}

#[tokio::test]
async fn preferences_are_kept() {
    let house = House::new().await;
    let page = house.sign_in("ann").await;
    let chosen = json!({
        "language": "ja", "theme": "dark", "density": "compact",
        "shortcuts": {"answer": "Ctrl+Alt+J"},
    });
    assert_eq!(page.send("PUT", "/api/v1/session/preferences", &chosen).await.status, 204);
    let me = page.get("/api/v1/session").await.json();
    assert_eq!(me["language"], "ja");
    assert_eq!(me["preferences"]["theme"], "dark");
    assert_eq!(me["preferences"]["shortcuts"]["answer"], "Ctrl+Alt+J");

    let wrong = json!({"language": "fr", "theme": "dark", "density": "compact"});
    let reply = page.send("PUT", "/api/v1/session/preferences", &wrong).await;
    assert_eq!((reply.status, &reply.json()["field"]), (422, &json!("language")));
}

#[tokio::test]
async fn the_first_administrator_comes_by_the_link_once() {
    let house = House::empty(Settings::loopback()).await;
    let link = house.accounts.new_setup(now_ms()).unwrap().unwrap();
    let path = format!("/api/v1/setup/{}", link.reveal());
    assert_eq!(house.get(&path).await.status, 204);
    assert_eq!(house.get("/api/v1/setup/other").await.code(), "setup-over");

    let first = |password: &str| {
        let body = json!({
            "name": "boss", "display_name": "The Boss", "password": password, "language": "en",
        });
        Ask::new("POST", &path).json(&body)
    };
    let weak = house.ask(&first("short")).await;
    assert_eq!((weak.status, &weak.json()["field"]), (422, &json!("password")));
    let reply = house.ask(&first("four words and more")).await;
    let page = Page::new(house.port(), &reply);
    assert_eq!(page.me["roles"], json!(["administrator"]));
    assert_eq!(page.get("/api/v1/users").await.status, 200);
    assert_eq!(house.get(&path).await.code(), "setup-over");
    assert_eq!(house.ask(&first("four words and more")).await.code(), "setup-over");
}

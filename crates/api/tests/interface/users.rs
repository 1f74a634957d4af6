//! Users, tokens, the audit log.

use serde_json::json;
use trunkline_accounts::Scope;

use crate::house::{House, now_ms, password};
use crate::http::Ask;

#[tokio::test]
async fn a_user_is_made_changed_and_deleted() {
    let house = House::new().await;
    let admin = house.sign_in("ada").await;
    let new = json!({
        "name": "new", "display_name": "New", "roles": ["agent"], "agent": "new",
        "password": password("new"), "must_change_password": false,
    });
    let made = admin.send("POST", "/api/v1/users", &new).await;
    assert_eq!(made.status, 201, "{made:?}");
    let mut user = made.json();
    assert_eq!(admin.send("POST", "/api/v1/users", &new).await.code(), "taken");
    let path = format!("/api/v1/users/{}", user["id"].as_str().unwrap());
    let page = house.sign_in("new").await;

    let change = |version: &serde_json::Value, display_name: &str, disabled: bool| {
        json!({
            "version": version, "name": "new", "display_name": display_name, "language": "ja",
            "roles": ["agent"], "agent": "new", "teams": [], "disabled": disabled,
        })
    };
    let changed = admin.send("PUT", &path, &change(&user["version"], "Newer", false)).await;
    assert_eq!(changed.json()["display_name"], "Newer");
    let stale = admin.send("PUT", &path, &change(&user["version"], "Newest", false)).await;
    assert_eq!(stale.code(), "stale");
    assert_eq!(stale.json()["user"]["display_name"], "Newer");
    user = admin.get(&path).await.json();
    admin.send("PUT", &path, &change(&user["version"], "Newer", true)).await;
    assert_eq!(page.get("/api/v1/session").await.status, 401, "disabled");
    let body = json!({"name": "new", "password": password("new")});
    let reply = house.ask(&Ask::new("POST", "/api/v1/session").json(&body)).await;
    assert_eq!(reply.code(), "disabled");

    assert_eq!(admin.ask(Ask::new("DELETE", &path)).await.status, 204);
    assert_eq!(admin.get(&path).await.status, 404);
    assert_eq!(admin.get("/api/v1/users/no-id").await.status, 404);
}

#[tokio::test]
async fn somebody_stays_administrator() {
    let house = House::new().await;
    let admin = house.sign_in("ada").await;
    let path = format!("/api/v1/users/{}", house.user("ada").id);
    let reply = admin.ask(Ask::new("DELETE", &path)).await;
    assert_eq!((reply.status, reply.code().as_str()), (409, "last-administrator"));
}

#[tokio::test]
async fn users_are_found_by_the_page() {
    let house = House::new().await;
    let admin = house.sign_in("ada").await;
    let first = admin.get("/api/v1/users?limit=4").await.json();
    assert_eq!(first["users"].as_array().unwrap().len(), 4);
    let next = format!("/api/v1/users?limit=4&after={}", first["next"].as_str().unwrap());
    let second = admin.get(&next).await.json();
    assert_eq!(second["users"].as_array().unwrap().len(), 2);
    assert!(second["next"].is_null());
    let agents = admin.get("/api/v1/users?role=agent").await.json();
    assert_eq!(agents["users"].as_array().unwrap().len(), 2);
    let wrong = admin.get("/api/v1/users?limit=0").await;
    assert_eq!((wrong.status, &wrong.json()["field"]), (422, &json!("limit")));
}

#[tokio::test]
async fn a_token_is_shown_once_and_revoked() {
    let house = House::new().await;
    let page = house.sign_in("ann").await;
    let wanted = json!({
        "name": "reports", "scopes": ["contacts:read"], "expires_ms": now_ms() + 60_000,
    });
    let made = page.send("POST", "/api/v1/tokens", &wanted).await.json();
    let bearer = format!("Bearer {}", made["text"].as_str().unwrap());
    let list = Ask::get("/api/v1/contacts").header("authorization", &bearer);
    assert_eq!(house.ask(&list).await.status, 200);
    let shown = page.get("/api/v1/tokens").await;
    assert!(!shown.text().contains(made["text"].as_str().unwrap()));
    assert_eq!(shown.json()[0]["name"], "reports");

    let path = format!("/api/v1/tokens/{}", made["token"]["id"].as_str().unwrap());
    let bob = house.sign_in("bob").await;
    assert_eq!(bob.ask(Ask::new("DELETE", &path)).await.code(), "not-found", "another's token");
    assert_eq!(bob.get("/api/v1/tokens?everybody=true").await.code(), "wrong-role");
    assert_eq!(page.ask(Ask::new("DELETE", &path)).await.status, 204);
    assert_eq!(house.ask(&list).await.code(), "not-signed-in");
}

#[tokio::test]
async fn administrators_see_and_revoke_all_tokens() {
    let house = House::new().await;
    house.token("ann", &[Scope::Desk]);
    let admin = house.sign_in("ada").await;
    let all = admin.get("/api/v1/tokens?everybody=true").await.json();
    let path = format!("/api/v1/tokens/{}", all[0]["id"].as_str().unwrap());
    assert_eq!(admin.get("/api/v1/tokens").await.json(), json!([]));
    assert_eq!(admin.ask(Ask::new("DELETE", &path)).await.status, 204);
}

#[tokio::test]
async fn the_log_says_who_did_what() {
    let house = House::new().await;
    let admin = house.sign_in("ada").await;
    let ann = house.user("ann").id;
    let given = json!({"password": "a password that ada made up"});
    let path = format!("/api/v1/users/{ann}/password");
    assert_eq!(admin.send("POST", &path, &given).await.status, 204);
    let auditor = house.sign_in("aud").await;
    let log = auditor.get("/api/v1/audit?limit=20").await;
    let records = log.json()["records"].clone();
    let by_ada = records
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["name"] == "ada" && it["object"]["id"] == ann.to_string());
    assert_eq!(by_ada.unwrap()["address"], "127.0.0.1");
    assert!(!log.text().contains("made up"));
    let first = auditor.get("/api/v1/audit?limit=1").await.json();
    let next = format!("/api/v1/audit?limit=1&before={}", first["next"]);
    let second = auditor.get(&next).await.json();
    assert!(second["records"][0]["seq"].as_i64() < first["records"][0]["seq"].as_i64());
}

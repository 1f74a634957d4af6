//! The tenant's configuration, flows and the steps of setting up.

use serde_json::{Value, json};

use crate::house::{House, Page};

const FLOW: &str = include_str!("../../../../flows/salesforce-data-dip/flow.json");

async fn page(name: &str) -> (House, Page) {
    let house = House::new().await;
    let page = house.sign_in(name).await;
    (house, page)
}

async fn put(page: &Page, kind: &str, id: &str, version: u64, value: Value) -> crate::http::Reply {
    let path = format!("/api/v1/configuration/{kind}/{id}");
    page.send("PUT", &path, &json!({"version": version, "value": value, "note": "why"})).await
}

fn connector(url: &str, secret: Value) -> Value {
    let auth = json!({
        "type": "client_credentials", "token_url": "/token", "client_id": "us",
        "client_secret": secret,
    });
    json!({"id": "crm", "name": "CRM", "base_url": url, "auth": auth})
}

#[tokio::test]
async fn an_object_is_made_changed_and_deleted_with_history_and_audit() {
    let (house, page) = page("ada").await;
    let made = put(&page, "team", "t", 0, json!({"id": "t", "name": "T"})).await;
    assert_eq!((made.status, &made.json()["version"]), (200, &json!(1)));
    assert_eq!(made.json()["who"], "ada");
    let queue = json!({"id": "q", "name": "Q", "groups": [{"teams": ["t"]}]});
    assert_eq!(put(&page, "queue", "q", 0, queue).await.status, 200);
    let changed = put(&page, "team", "t", 1, json!({"id": "t", "name": "Team"})).await;
    assert_eq!(changed.json()["version"], 2);
    // The same again is no change, and leaves no trace.
    let same = put(&page, "team", "t", 2, json!({"id": "t", "name": "Team"})).await;
    assert_eq!(same.json()["version"], 2);

    let stale = put(&page, "team", "t", 1, json!({"id": "t", "name": "Mine"})).await;
    assert_eq!((stale.status, stale.code()), (409, "stale".into()));
    let both = &stale.json()["stale_object"];
    assert_eq!(both["current"]["value"]["name"], "Team");
    assert_eq!(both["yours"]["name"], "Mine");
    assert_eq!(stale.json()["version"], 2);

    let wrong = json!({"id": "q", "name": "Q", "groups": [{"teams": ["nobody"]}]});
    let invalid = put(&page, "queue", "q", 1, wrong).await;
    assert_eq!((invalid.status, invalid.code()), (422, "invalid-configuration".into()));
    assert_eq!(invalid.json()["field"], "groups[0].teams[0]");
    assert_eq!(invalid.json()["problems"][0]["id"], "q");

    let in_use = page.send("DELETE", "/api/v1/configuration/team/t?version=2", &json!({})).await;
    assert_eq!((in_use.status, in_use.code()), (409, "in-use".into()));
    assert_eq!(in_use.json()["usages"][0]["name"], "Q");
    for path in ["queue/q?version=1", "team/t?version=2"] {
        let path = format!("/api/v1/configuration/{path}");
        assert_eq!(page.send("DELETE", &path, &json!({})).await.status, 204);
    }
    assert_eq!(page.get("/api/v1/configuration/team/t").await.status, 404);
    let history = page.get("/api/v1/configuration/team/t/history").await.json();
    let versions: Vec<&Value> =
        history.as_array().unwrap().iter().map(|it| &it["value"]["name"]).collect();
    assert_eq!(versions, [&Value::Null, &json!("Team"), &json!("T")]);
    let audit = page.get("/api/v1/audit?what=configuration").await.json();
    let what: Vec<&str> = audit["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["what"].as_str().unwrap())
        .collect();
    assert_eq!(what.iter().filter(|it| **it == "configuration.changed").count(), 3);
    assert_eq!(what.iter().filter(|it| **it == "configuration.deleted").count(), 2);
    let kinds = page.get("/api/v1/configuration").await.json();
    assert_eq!(kinds["kinds"].as_array().unwrap().len(), 19);
    assert_eq!(kinds["revision"], house.configuration.revision().unwrap());
    assert_eq!(page.get("/api/v1/configuration/cheese").await.status, 404);
}

#[tokio::test]
async fn a_connectors_secret_goes_in_and_never_comes_out() {
    let (house, page) = page("ada").await;
    let secret = "right";
    let made = put(&page, "connector", "crm", 0, connector("https://a.example", json!(secret)));
    assert_eq!(made.await.status, 200);
    for path in ["connector/crm", "connector", "connector/crm/history", "export", "revisions"] {
        let reply = page.get(&format!("/api/v1/configuration/{path}")).await;
        assert_eq!(reply.status, 200, "{path}");
        assert!(!reply.text().contains("\"right\""), "{path}: {}", reply.text());
    }
    let kept = page.get("/api/v1/configuration/connector/crm").await.json();
    assert_eq!(kept["value"]["auth"]["client_secret"], json!({"kept": true}));
    // It opens for the test, without being written again, but not for another host.
    let test = async |body: Value| page.send("POST", "/api/v1/setup/connector-test", &body).await;
    assert_eq!(test(json!({"id": "crm"})).await.json()["passed"], true);
    let kept = connector("https://a.example/v2", json!({"kept": true}));
    assert_eq!(test(json!({"id": "crm", "value": kept})).await.json()["passed"], true);
    let moved = connector("https://evil.example", json!({"kept": true}));
    let refused = test(json!({"id": "crm", "value": moved})).await;
    assert_eq!(refused.code(), "invalid-configuration");
    assert_eq!(refused.json()["field"], "auth.client_secret");
    let wrong = connector("https://a.example", json!("wrong"));
    let failed = test(json!({"id": "crm", "value": wrong})).await.json();
    assert_eq!(
        (&failed["passed"], &failed["stages"][0]["stage"]),
        (&json!(false), &json!("token"))
    );
    // Files of the server cannot be named from outside.
    let named = connector("https://a.example", json!({"file": "/etc/shadow"}));
    let refused = put(&page, "connector", "crm", 1, named).await;
    assert_eq!(refused.code(), "invalid-configuration");
    assert_eq!(house.configuration.revision().unwrap(), 1, "tests keep nothing");
}

#[tokio::test]
async fn a_flow_is_uploaded_labelled_and_kept_as_it_was() {
    let (_house, page) = page("flo").await;
    let body = json!({"text": FLOW, "file": "dip.json", "label": "Live", "note": "first"});
    let reply = page.send("POST", "/api/v1/flows", &body).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let uploaded = reply.json();
    assert_eq!((&uploaded["number"], &uploaded["is_new"]), (&json!(1), &json!(true)));
    assert_eq!(uploaded["labels"][1]["label"], "Live");
    let missing = uploaded["missing"].as_array().unwrap();
    assert!(missing.iter().any(|it| it["kind"] == "queue"), "{missing:?}");
    let flow = uploaded["flow"].as_str().unwrap();
    let text = page.get(&format!("/api/v1/flows/{flow}/versions/1")).await;
    assert_eq!(text.text(), FLOW);
    let body = json!({"yaml": exported["yaml"]});
    let again = page.send("POST", "/api/v1/configuration/plan", &body).await.json();
    assert!(again["steps"].as_array().unwrap().iter().all(|it| it["action"] == "unchanged"));
    let wrong = json!({"yaml": "queues: [{id: q, name: Q, groups: [{teams: [x]}]}]"});
    let refused = page.send("POST", "/api/v1/configuration/apply", &wrong).await;
    assert_eq!(refused.code(), "invalid-configuration");
    assert_eq!(refused.json()["field"], "queues[0].groups[0].teams[0]");
}

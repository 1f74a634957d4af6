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
    let again = page.send("POST", "/api/v1/flows", &body).await.json();
    assert_eq!((&again["number"], &again["is_new"]), (&json!(1), &json!(false)));
    let second = FLOW.replacen('{', "{ ", 1);
    let body = json!({"text": second});
    let second = page.send("POST", "/api/v1/flows", &body).await.json();
    assert_eq!(second["number"], 2);
    let label = format!("/api/v1/flows/{flow}/labels/Test");
    let moved = page.send("PUT", &label, &json!({"number": 2, "version": 0})).await;
    assert_eq!(moved.json(), json!({"label": "Test", "number": 2, "version": 1}));
    let stale = page.send("PUT", &label, &json!({"number": 1, "version": 0})).await;
    assert_eq!((stale.code(), &stale.json()["label"]["number"]), ("stale".into(), &json!(2)));
    let latest = format!("/api/v1/flows/{flow}/labels/Latest");
    let refused = page.send("PUT", &latest, &json!({"number": 1, "version": 0})).await;
    assert_eq!(refused.status, 422);
    let details = page.get(&format!("/api/v1/flows/{flow}")).await.json();
    assert_eq!(details["versions"].as_array().unwrap().len(), 2);
    let findings = page.get(&format!("/api/v1/flows/{flow}/versions/2/findings")).await.json();
    assert!(findings.as_array().unwrap().iter().any(|it| it["severity"] == "error"));
    let nonsense = page.send("POST", "/api/v1/flows", &json!({"text": "hello"})).await;
    assert_eq!((nonsense.status, nonsense.code()), (422, "not-a-flow".into()));
    let gone = page.send("DELETE", &format!("/api/v1/flows/{flow}?latest=2"), &json!({})).await;
    assert_eq!(gone.status, 204);
    assert_eq!(page.get("/api/v1/flows").await.json(), json!([]));
}

#[tokio::test]
async fn the_steps_lead_to_a_centre_that_takes_calls() {
    let (_house, page) = page("ada").await;
    let steps = async || page.get("/api/v1/setup/steps").await.json();
    let step = |steps: &Value, name: &str| {
        let all = steps["steps"].as_array().unwrap();
        all.iter().find(|it| it["step"] == name).unwrap().clone()
    };
    let first = steps().await;
    assert_eq!(first["is_complete"], false);
    assert_eq!(step(&first, "administrator")["is_done"], true);
    assert_eq!(step(&first, "flow")["is_done"], false);

    let body = json!({"text": FLOW, "label": "Live"});
    let flow = page.send("POST", "/api/v1/flows", &body).await.json()["name"].clone();
    let second = steps().await;
    assert_eq!(step(&second, "flow")["is_done"], true);
    // Whatever flows need is proposed, and taken as it is proposed.
    for name in ["connector", "queue"] {
        for missing in step(&second, name)["missing"].as_array().unwrap() {
            let (kind, value) = (missing["kind"].as_str().unwrap(), missing["proposal"].clone());
            let id = value.get("id").filter(|it| **it != "").unwrap_or(&value["name"]);
            let id = id.as_str().unwrap().replace(' ', "%20");
            let reply = put(&page, kind, &id, 0, value).await;
            assert_eq!(reply.status, 200, "{kind} {id}: {reply:?}");
        }
    }
    let point = json!({"id": "main", "name": "Main", "dnis": ["+18005550100"], "flow": flow});
    assert_eq!(put(&page, "entry_point", "main", 0, point).await.status, 200);
    let agent = json!({"id": "ann", "name": "Ann"});
    assert_eq!(put(&page, "agent", "ann", 0, agent).await.status, 200);
    let third = steps().await;
    assert_eq!(third["is_complete"], true, "{third:#}");
    assert_eq!(step(&third, "connector_test")["is_done"], false);
    let connectors = page.get("/api/v1/configuration/connector").await.json();
    let mut connector = connectors["objects"][0].clone();
    connector["value"]["auth"]["client_secret"] = json!("right");
    let id = connector["id"].as_str().unwrap().to_owned();
    let version = connector["version"].as_u64().unwrap();
    assert_eq!(put(&page, "connector", &id, version, connector["value"].clone()).await.status, 200);
    let body = json!({"id": id});
    assert_eq!(page.send("POST", "/api/v1/setup/connector-test", &body).await.status, 200);
    assert_eq!(step(&steps().await, "connector_test")["is_done"], true);
}

#[tokio::test]
async fn files_are_planned_applied_and_exported() {
    let (_house, page) = page("ada").await;
    let yaml = "name: Acme\nteams: [{id: t, name: T}]\nqueues: [{id: q, name: Q}]\n";
    let plan = page.send("POST", "/api/v1/configuration/plan", &json!({"yaml": yaml})).await.json();
    let made = plan["steps"].as_array().unwrap().iter().filter(|it| it["action"] == "create");
    assert_eq!((made.count(), &plan["revision"]), (3, &json!(0)));
    let body = json!({"yaml": yaml, "revision": 0});
    let applied = page.send("POST", "/api/v1/configuration/apply", &body).await;
    assert_eq!((applied.status, &applied.json()["revision"]), (200, &json!(1)));
    let late = page.send("POST", "/api/v1/configuration/apply", &body).await;
    assert_eq!((late.status, late.code()), (409, "stale-plan".into()));
    assert_eq!(late.json()["version"], 1);
    let exported = page.get("/api/v1/configuration/export").await.json();
    let body = json!({"yaml": exported["yaml"]});
    let again = page.send("POST", "/api/v1/configuration/plan", &body).await.json();
    assert!(again["steps"].as_array().unwrap().iter().all(|it| it["action"] == "unchanged"));
    let wrong = json!({"yaml": "queues: [{id: q, name: Q, groups: [{teams: [x]}]}]"});
    let refused = page.send("POST", "/api/v1/configuration/apply", &wrong).await;
    assert_eq!(refused.code(), "invalid-configuration");
    assert_eq!(refused.json()["field"], "queues[0].groups[0].teams[0]");
}

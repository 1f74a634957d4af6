//! Audio files by the interface.

use serde_json::{Value, json};
use trunkline_accounts::Scope;

use crate::house::{House, Page};
use crate::http::{Ask, Reply};

/// A flow that plays `hello.wav`.
fn flow() -> String {
    let play = json!({
        "id": "1", "name": "Play", "activityName": "play-message", "group": "action",
        "properties": {
            "activityId": "play-message", "activityName": "play-message",
            "prompts": [{ "type": "audioFile", "value": "hello.wav" }],
        },
    });
    json!({
        "flowId": "f", "name": "Greets", "flowType": "FLOW",
        "process": { "activities": { "1": play }, "links": [] },
        "eventFlows": { "eventsMap": {} }, "variables": [],
    })
    .to_string()
}

async fn put(page: &Page, name: &str, query: &str, file: &str) -> Reply {
    let mut ask = Ask::new("PUT", &format!("/api/v1/audio/{name}{query}"));
    ask.body = Some(file.to_owned());
    page.ask(ask.header("content-type", "audio/wav")).await
}

async fn sounds(page: &Page) -> Value {
    page.get("/api/v1/audio").await.json()
}

#[tokio::test]
async fn an_audio_file_is_uploaded_played_replaced_and_deleted() {
    let house = House::new().await;
    let page = house.sign_in("ada").await;
    let made = put(&page, "hello.wav", "?note=new", &format!("RIFF{}", "x".repeat(8_040))).await;
    assert_eq!(made.status, 200, "{}", made.text());
    assert_eq!((&made.json()["version"], &made.json()["who"]), (&json!(1), &json!("ada")));
    let listed = sounds(&page).await;
    assert_eq!(listed[0]["name"], "hello.wav");
    assert_eq!(
        (&listed[0]["is_uploaded"], &listed[0]["duration_ms"]),
        (&json!(true), &json!(1000))
    );
    let played = page.get("/api/v1/audio/hello.wav").await;
    assert_eq!((played.status, played.header("content-type")), (200, Some("audio/wav")));
    assert!(played.body.starts_with(b"RIFFx"));
    let kept = page.get("/api/v1/configuration/audio/hello.wav").await.json();
    let sha256 = kept["value"]["sha256"].as_str().unwrap();
    assert_eq!(kept["value"]["file"], "audio/hello.wav");
    assert_eq!(kept["note"], "new");
    let sound = page.get(&format!("/api/v1/sounds/{sha256}")).await.json();
    assert_eq!(sound["sha256"], sha256);

    let stale = put(&page, "hello.wav", "", "RIFFother").await;
    assert_eq!((stale.status, stale.code()), (409, "stale".into()));
    let other = put(&page, "hello.wav", "?version=1", "RIFFother").await;
    assert_eq!(other.json()["version"], 2);
    let same = put(&page, "hello.wav", "?version=2", "RIFFother").await;
    assert_eq!(same.json()["version"], 2, "the same again is no change");
    assert_eq!(page.get("/api/v1/audio/hello.wav").await.body, b"RIFFother");

    let body = json!({ "text": flow(), "label": "Live" });
    assert_eq!(page.send("POST", "/api/v1/flows", &body).await.status, 200);
    let in_use = page.send("DELETE", "/api/v1/audio/hello.wav?version=2", &json!({})).await;
    assert_eq!((in_use.status, in_use.code()), (409, "in-use".into()));
    assert_eq!(in_use.json()["usages"][0]["name"], "Greets");
    assert_eq!(page.send("DELETE", "/api/v1/flows/f?latest=1", &json!({})).await.status, 204);
    let gone = page.send("DELETE", "/api/v1/audio/hello.wav?version=2", &json!({})).await;
    assert_eq!(gone.status, 204);
    assert_eq!(page.get("/api/v1/audio/hello.wav").await.status, 404);
    assert_eq!(sounds(&page).await, json!([]));
    let audit = page.get("/api/v1/audit?what=audio").await.json();
    let what = |it: &Value| format!("{} {}", it["what"].as_str().unwrap(), it["detail"]);
    let records: Vec<String> = audit["records"].as_array().unwrap().iter().map(what).collect();
    assert_eq!(records.len(), 3, "{records:?}");
    assert!(records[0].starts_with("audio.deleted"), "{records:?}");
    assert!(records[2].contains("version 1, 1000 ms new"), "{records:?}");
}

#[tokio::test]
async fn what_is_no_audio_is_refused_by_name() {
    let house = House::new().await;
    let page = house.sign_in("ada").await;
    let refused = put(&page, "hello.wav", "", "a picture").await;
    assert_eq!((refused.status, refused.code()), (422, "invalid".into()));
    let problem = refused.json();
    assert_eq!((&problem["field"], &problem["reason"]), (&json!("file"), &json!("not-audio")));
    assert!(problem["detail"].as_str().unwrap().contains("save it as"), "{problem}");
    let named = put(&page, "hello", "", "RIFF").await;
    assert_eq!((named.status, named.code()), (422, "invalid-configuration".into()));
    assert_eq!(named.json()["field"], "name");
    let query = put(&page, "hello.wav", "?version=x", "RIFF").await;
    assert_eq!((query.status, query.json()["field"].clone()), (422, json!("version")));
    let large = "x".repeat((32 << 20) + 1);
    let refused = put(&page, "hello.wav", "", &large).await;
    assert_eq!((refused.status, refused.code()), (413, "body-too-large".into()));
    assert_eq!(sounds(&page).await, json!([]));
    // What lies beside the tenant.yaml is played too.
    assert_eq!(page.get("/api/v1/audio/beside.wav").await.body, b"RIFF beside");
    assert_eq!(page.get("/api/v1/audio/nowhere.wav").await.status, 404);
}

#[tokio::test]
async fn a_tenant_comes_with_its_sounds_by_a_token() {
    let house = House::new().await;
    let token = house.token("ada", &[Scope::ConfigurationWrite, Scope::ConfigurationRead]);
    let send = async |method: &str, path: &str, body: Value| {
        let ask = Ask::new(method, path).header("authorization", &format!("Bearer {token}"));
        house.ask(&if method == "GET" { ask } else { ask.json(&body) }).await
    };
    let kept = send("POST", "/api/v1/sounds", json!({ "base64": "UklGRnNvdW5k" })).await;
    assert_eq!(kept.status, 200, "{}", kept.text());
    let sha256 = kept.json()["sha256"].clone();
    assert_eq!(kept.json()["base64"], "UklGRnNvdW5k");
    let wrong = send("POST", "/api/v1/sounds", json!({ "base64": "?" })).await;
    assert_eq!((wrong.code(), wrong.json()["field"].clone()), ("invalid".into(), json!("base64")));
    let tenant = |sha256: &Value| json!({ "yaml": "audio: [{name: a.wav, file: audio/a.wav}]", "sounds": { "a.wav": sha256 } });
    let applied = send("POST", "/api/v1/configuration/apply", tenant(&sha256)).await;
    assert_eq!(applied.status, 200, "{}", applied.text());
    assert_eq!(send("GET", "/api/v1/audio/a.wav", Value::Null).await.body, b"RIFFsound");
    let unknown = tenant(&json!("0".repeat(64)));
    let refused = send("POST", "/api/v1/configuration/apply", unknown).await;
    assert_eq!((refused.status, refused.code()), (422, "invalid-configuration".into()));
    assert_eq!(refused.json()["field"], "sha256");
}

//! Secrets of connectors: sealed, masked, and sent nowhere else.
#![allow(clippy::unwrap_used, reason = "what helps a test may unwrap as the test may")]

mod place;

use data_encoding::{BASE64, HEXLOWER};
use place::{Place, author, code, example, key, places};
use serde_json::{Value, json};
use trunkline_model::tenant::{Auth, Secret};
use trunkline_settings::{ApplyOptions, Bundle, Kind, Put, Settings, SettingsError, Trust};
use trunkline_store::seal::Key;

const CANARY: &str = "canary-s3cret-of-the-crm";

fn connector(base_url: &str, auth: Value) -> Value {
    json!({ "id": "crm", "name": "CRM", "base_url": base_url, "auth": auth })
}

fn bearer(token: Value) -> Value {
    connector("https://crm.example.com", json!({ "type": "bearer", "token": token }))
}

fn token_of(place: &Settings) -> String {
    let tenant = place.snapshot().unwrap().tenant;
    let connector = tenant.connector("crm", None).unwrap();
    match &connector.auth {
        Auth::Bearer { token: Secret::Literal(token) } => token.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_secret_can_be_written_but_not_read() {
    let place = Place::furnished();
    let object = place.place(Kind::Connector, bearer(CANARY.into())).unwrap();
    assert_eq!(object.value["auth"]["token"], json!({ "kept": true }));
    assert_eq!(token_of(&place), CANARY);
    // A change of something else keeps it.
    let renamed = place.changed(Kind::Connector, "crm", json!({ "name": "The CRM" }));
    place.place(Kind::Connector, renamed).unwrap();
    let place = place.reopened();
    assert_eq!(token_of(&place), CANARY);
    place.place(Kind::Connector, bearer("another-canary".into())).unwrap();
    assert_eq!(token_of(&place), "another-canary");

    let said = format!(
        "{:?} {:?} {:?} {:?} {:?}",
        place.get(Kind::Connector, "crm"),
        place.list(Kind::Connector),
        place.history(Kind::Connector, "crm"),
        place.export(),
        place.snapshot()
    );
    let put = Put {
        kind: Kind::Connector,
        id: "crm".to_owned(),
        expected: 1,
        value: bearer(CANARY.into()),
        trust: Trust::Interface,
    };
    let bundle = Bundle { yaml: CANARY.to_owned(), ..Bundle::default() };
    let exported = place.export().unwrap().bundle.yaml;
    let said = format!("{said} {put:?} {bundle:?} {exported}");
    let stale = place.put(&author(), put);
    let said = format!("{said} {stale:?} {}", stale.as_ref().unwrap_err());
    assert!(matches!(stale, Err(SettingsError::Stale(_))));
    let kept: Vec<u8> = std::fs::read_dir(place.dir.path())
        .unwrap()
        .flat_map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .collect();
    for secret in [CANARY, "another-canary"] {
        for form in [
            secret.to_owned(),
            HEXLOWER.encode(secret.as_bytes()),
            BASE64.encode(secret.as_bytes()),
        ] {
            assert!(!said.contains(&form), "{form} is printed");
            assert!(!kept.windows(form.len()).any(|it| it == form.as_bytes()), "{form} is kept");
        }
    }
    assert!(kept.windows(3).any(|it| it == b"CRM"), "the search finds what is there");
}

#[test]
fn a_kept_secret_is_not_sent_to_another_host() {
    let place = Place::furnished();
    let auth = |token_url: &str, secret: Value| {
        json!({ "type": "client_credentials", "token_url": token_url, "client_id": "c",
                "client_secret": secret })
    };
    let kept = || json!({ "kept": true });
    let home = "https://crm.example.com";
    place.place(Kind::Connector, connector(home, auth("/token", CANARY.into()))).unwrap();
    for (base_url, token_url) in [
        ("https://evil.example.com", "/token"),
        ("http://crm.example.com", "/token"),
        ("https://crm.example.com:8443", "/token"),
        (home, "https://evil.example.com/token"),
        (home, "//evil.example.com/token"),
    ] {
        let put = place.place(Kind::Connector, connector(base_url, auth(token_url, kept())));
        assert_eq!(places(put), ["connector crm auth.client_secret"], "{base_url} {token_url}");
    }
    let path = connector("https://crm.example.com/v2", auth("/other", kept()));
    place.place(Kind::Connector, path).unwrap();
    let written = connector("https://new.example.com", auth("/token", CANARY.into()));
    place.place(Kind::Connector, written).unwrap();
}

#[test]
fn only_the_servers_own_file_names_secrets_of_the_server() {
    let place = Place::furnished();
    for reference in [json!({ "env": "TRUNKLINE_KEY" }), json!({ "file": "/etc/shadow" })] {
        let put = place.place(Kind::Connector, bearer(reference.clone()));
        assert_eq!(places(put), ["connector crm auth.token"]);
    }
    let reference = json!({ "env": "CRM_TOKEN" });
    let value = bearer(reference.clone());
    let (kind, id, trust) = (Kind::Connector, "crm".to_owned(), Trust::Server);
    place.put(&author(), Put { kind, id, expected: 0, value, trust }).unwrap();
    // One that is there may stay, but not move.
    let renamed = place.changed(Kind::Connector, "crm", json!({ "name": "The CRM" }));
    place.place(Kind::Connector, renamed).unwrap();
    let moved = json!({ "base_url": "https://evil.example.com" });
    let moved = place.changed(Kind::Connector, "crm", moved);
    assert_eq!(places(place.place(Kind::Connector, moved)), ["connector crm auth.token"]);
    let yaml = "connectors: [{id: x, name: X, base_url: 'https://x.example.com', \
                auth: {type: bearer, token: {env: TRUNKLINE_KEY}}}]";
    let bundle = Bundle { yaml: yaml.to_owned(), ..Bundle::default() };
    let applied = place.apply(&author(), &bundle, ApplyOptions::of_interface());
    assert_eq!(places(applied), ["connector x auth.token"]);
}

#[test]
fn strange_secrets_are_refused() {
    let place = Place::furnished();
    let kept = json!({ "kept": true });
    let sealed = json!({ "sealed": "AAAA" });
    for secret in [kept, sealed, json!({ "kept": false }), json!(""), json!(null), json!(12)] {
        let put = place.place(Kind::Connector, bearer(secret.clone()));
        assert_eq!(places(put), ["connector crm auth.token"], "{secret}");
    }
    // A secret of a connector that was deleted is gone.
    place.place(Kind::Connector, bearer(CANARY.into())).unwrap();
    place.delete(&author(), Kind::Connector, "crm", 1).unwrap();
    let put = place.place(Kind::Connector, bearer(json!({ "kept": true })));
    assert_eq!(places(put), ["connector crm auth.token"]);
}

#[test]
fn an_export_names_what_it_leaves_out_and_can_be_applied_again() {
    let place = Place::furnished();
    place.place(Kind::Connector, bearer(CANARY.into())).unwrap();
    let export = place.export().unwrap();
    assert_eq!(export.left_out, ["TRUNKLINE_SECRET_CRM_TOKEN"]);
    assert!(export.bundle.yaml.contains("client_secret: sandbox"), "everybody may know it");
    for options in [ApplyOptions::of_interface(), ApplyOptions::of_server()] {
        assert!(place.plan(&export.bundle, options).unwrap().is_empty());
    }
    // The secret itself, given again, is no change either; another one is.
    let literal = |token: &str| Bundle {
        yaml: export.bundle.yaml.replace("env: TRUNKLINE_SECRET_CRM_TOKEN", token),
        ..export.bundle.clone()
    };
    let same = export.bundle.yaml.replace("TRUNKLINE_SECRET_CRM_TOKEN", "OTHER");
    assert_ne!(same, export.bundle.yaml);
    let options = ApplyOptions::of_server();
    let other = Bundle { yaml: same, ..export.bundle.clone() };
    assert!(!place.plan(&other, options).unwrap().is_empty());
    assert!(place.plan(&literal("env: TRUNKLINE_SECRET_CRM_TOKEN"), options).unwrap().is_empty());
}

#[test]
fn a_literal_secret_of_a_file_is_sealed_or_refused() {
    let yaml = format!(
        "connectors: [{{id: crm, name: CRM, base_url: 'https://x.example.com', \
         auth: {{type: bearer, token: {CANARY}}}}}]"
    );
    let bundle = Bundle { yaml, ..Bundle::default() };
    let place = Place::empty();
    assert_eq!(
        code(place.apply(&author(), &bundle, ApplyOptions::of_server())),
        "invalid_configuration"
    );
    place.apply(&author(), &bundle, ApplyOptions::of_interface()).unwrap();
    assert_eq!(token_of(&place), CANARY);
    let again = place.apply(&author(), &bundle, ApplyOptions::of_interface()).unwrap();
    assert!(again.plan.is_empty(), "{:?}", again.plan);
}

#[test]
fn another_key_is_noticed_at_once() {
    let place = Place::furnished();
    let path = place.dir.path().join("settings.sqlite");
    let other = Settings::open(&path, Key::from_bytes([8; 32]));
    assert_eq!(code(other.map(|_| ())), "wrong_key");
    Settings::open(&path, key()).unwrap();
    let text = place.dir.path().join("text.sqlite");
    std::fs::write(&text, "no database ".repeat(200)).unwrap();
    assert_eq!(code(Settings::open(&text, key()).map(|_| ())), "storage_damaged");
    let foreign = place.dir.path().join("foreign.sqlite");
    rusqlite::Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    assert_eq!(code(Settings::open(&foreign, key()).map(|_| ())), "storage_format");
    assert!(!example().yaml.is_empty());
}

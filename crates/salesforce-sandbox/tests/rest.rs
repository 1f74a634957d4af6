//! Records over REST: creating, reading, changing, finding, deleting, and their errors.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod client;

use client::{Client, account_and_contact, encode};
use serde_json::{Value, json};

fn ids(records: &[Value]) -> Vec<&str> {
    records.iter().map(|record| record["Id"].as_str().unwrap()).collect()
}

#[test]
fn a_record_lives_and_dies() {
    let client = Client::new();
    let answer = client.call("POST", "sobjects/Account/", Some(json!({"name": "Acme"})));
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(answer.json(), json!({"id": id, "success": true, "errors": []}));
    assert_eq!(answer.headers["location"], format!("/services/data/v52.0/sobjects/Account/{id}"));
    assert!(answer.headers["sforce-limit-info"].starts_with("api-usage="));

    let path = format!("sobjects/account/{}", &id[..15]);
    let changed = client.call("PATCH", &path, Some(json!({"Phone": "555"})));
    assert_eq!((changed.status, changed.text.as_str()), (204, ""));
    assert!(!changed.headers.contains_key("content-type"));
    let fields = client.call("GET", &format!("{path}?fields=phone,Owner.Name"), None);
    assert!(
        fields.text.starts_with(r#"{"attributes":{"type":"Account","url":"#),
        "{}",
        fields.text
    );
    assert!(fields.text.ends_with(&format!(r#""Name":"Sandbox Administrator"}},"Id":"{id}"}}"#)));

    assert_eq!(client.call("DELETE", &path, None).status, 204);
    assert_eq!(client.call("GET", &path, None).error(), (404, "ENTITY_IS_DELETED".to_owned()));
    assert_eq!(client.records("SELECT Id FROM Account").len(), 0);
    let all = client.call("GET", "queryAll?q=SELECT+IsDeleted+FROM+Account", None).json();
    assert_eq!(all["records"][0]["IsDeleted"], true);
}

#[test]
fn comments_of_a_case_become_private_comments() {
    let client = Client::new();
    let (account, contact) = account_and_contact(&client);
    let case = client.create(
        "Case",
        json!({"Subject": "Help", "ContactId": contact, "Comments": "opened by IVR"}),
    );
    let path = format!("sobjects/Case/{case}");
    for text in ["first", "second"] {
        assert_eq!(client.call("PATCH", &path, Some(json!({"Comments": text}))).status, 204);
    }
    let record = client.get("Case", &case);
    assert_eq!(record["Comments"], Value::Null);
    // What follows from other fields.
    assert_eq!((&record["Status"], &record["Priority"]), (&json!("New"), &json!("Medium")));
    assert_eq!((&record["AccountId"], &record["IsClosed"]), (&json!(account), &json!(false)));
    assert_eq!(record["ContactPhone"], "(480) 675-4111");
    assert_eq!(record["CaseNumber"], "00001001");

    let comments = client.call("GET", &format!("{path}/CaseComments/"), None).json();
    let texts: Vec<&Value> =
        comments["records"].as_array().unwrap().iter().map(|c| &c["CommentBody"]).collect();
    assert_eq!(texts, ["opened by IVR", "first", "second"]);
    assert_eq!(comments["records"][2]["IsPublished"], false);
    assert_eq!(comments["records"][2]["ParentId"], case);

    let long = "x".repeat(4001);
    let answer = client.call("PATCH", &path, Some(json!({"Comments": long})));
    assert_eq!(answer.error(), (400, "STRING_TOO_LONG".to_owned()));
    // Comments go with their case.
    assert_eq!(client.call("DELETE", &path, None).status, 204);
    assert!(client.records("SELECT Id FROM CaseComment").is_empty());
}

#[test]
fn closing_a_case_is_seen_in_its_fields() {
    let client = Client::new();
    let case = client.create("Case", json!({"Subject": "x"}));
    let path = format!("sobjects/Case/{case}");
    client.call("PATCH", &path, Some(json!({"Status": "Closed"})));
    let closed = client.get("Case", &case);
    assert!(closed["IsClosed"] == true && closed["ClosedDate"].is_string());
    client.call("PATCH", &path, Some(json!({"Status": "Working"})));
    let open = client.get("Case", &case);
    assert!(open["IsClosed"] == false && open["ClosedDate"].is_null());
}

#[test]
fn activities_fill_what_follows_from_their_fields() {
    let client = Client::new();
    let start = "2026-03-18T23:30:00-02:00";
    let event = json!({"Subject": "x", "StartDateTime": start, "DurationInMinutes": 45});
    let event = client.get("Event", &client.create("Event", event));
    assert_eq!(event["StartDateTime"], "2026-03-19T01:30:00.000+0000");
    assert_eq!(event["EndDateTime"], "2026-03-19T02:15:00.000+0000");
    assert_eq!(event["ActivityDate"], "2026-03-19");
    let ends = json!({"StartDateTime": start, "EndDateTime": "2026-03-19T01:40:00Z"});
    let event = client.get("Event", &client.create("Event", ends));
    assert_eq!(event["DurationInMinutes"], 10);

    let task = client.create("Task", json!({"Subject": "Call", "CallType": "Inbound"}));
    let open = client.get("Task", &task);
    assert_eq!((&open["Status"], &open["IsClosed"]), (&json!("Not Started"), &json!(false)));
    client.call("PATCH", &format!("sobjects/Task/{task}"), Some(json!({"Status": "Completed"})));
    assert_eq!(client.get("Task", &task)["IsClosed"], true);
}

#[test]
fn names_follow_their_parts() {
    let client = Client::new();
    let lead = client.create("Lead", json!({"LastName": "Howard", "Company": "Acme"}));
    assert_eq!(client.get("Lead", &lead)["Name"], "Howard");
    let path = format!("sobjects/Lead/{lead}");
    client.call("PATCH", &path, Some(json!({"FirstName": "Ana"})));
    assert_eq!(client.get("Lead", &lead)["Name"], "Ana Howard");
    client.call("PATCH", &path, Some(json!({"FirstName": null, "Phone": "1"})));
    assert_eq!(client.get("Lead", &lead)["Name"], "Howard");
}

#[test]
fn relationships_are_paths() {
    let client = Client::new();
    let (account, contact) = account_and_contact(&client);
    let parent = client.call("GET", &format!("sobjects/Contact/{contact}/Account"), None);
    assert_eq!(parent.json()["Id"], account);
    let children =
        client.call("GET", &format!("sobjects/Account/{account}/Contacts?fields=Name"), None);
    assert_eq!(children.json()["records"][0]["Name"], "Ana Howard");
    let empty = client.call("GET", &format!("sobjects/Account/{account}/Parent"), None);
    assert_eq!(empty.status, 404);
    let odd = client.call("GET", &format!("sobjects/Account/{account}/Nonsense"), None);
    assert_eq!(odd.error(), (404, "NOT_FOUND".to_owned()));
}

#[test]
fn upserts_create_then_update() {
    let client = Client::new();
    let path = "sobjects/Account/External_Id__c/X%2F1";
    let first = client.call("PATCH", path, Some(json!({"Name": "A"})));
    assert_eq!((first.status, &first.json()["created"]), (201, &json!(true)));
    let id = first.json()["id"].clone();
    let second = client.call("PATCH", path, Some(json!({"Name": "B"})));
    assert_eq!((second.status, second.json()["created"].clone()), (200, json!(false)));
    let old = format!("/services/data/v45.0/{path}");
    assert_eq!(client.authorised("PATCH", &old, &[], Some(json!({"Name": "C"}))).status, 204);
    let read = client.call("GET", path, None).json();
    assert_eq!((&read["Id"], &read["Name"]), (&id, &json!("C")));
    let only =
        client.call("PATCH", "sobjects/Account/External_Id__c/Y?updateOnly=true", Some(json!({})));
    assert_eq!(only.status, 404);
    let odd = client.call("PATCH", "sobjects/Account/Nonsense/Y", Some(json!({})));
    assert_eq!(odd.error(), (404, "NOT_FOUND".to_owned()));
}

#[test]
fn external_ids_that_are_not_unique_give_choices() {
    let client = Client::with_fixture(
        r#"{"schema": {"Account": {"fields": {"Old__c":
              {"type": "string", "length": 20, "externalId": true}}}},
            "records": {"Account": [{"Name": "A", "Old__c": "x"}, {"Name": "B", "Old__c": "X"}]}}"#,
    );
    let answer = client.call("PATCH", "sobjects/Account/Old__c/x", Some(json!({"Name": "C"})));
    assert_eq!(answer.status, 300);
    let urls = answer.json();
    assert_eq!(urls.as_array().unwrap().len(), 2);
    assert!(urls[0].as_str().unwrap().starts_with("/services/data/v52.0/sobjects/Account/001"));
}

#[test]
fn wrong_writes_have_their_codes() {
    let client = Client::new();
    let (account, contact) = account_and_contact(&client);
    client.create("Account", json!({"Name": "U", "External_Id__c": "u"}));
    for (object, body, code, fields) in [
        ("Contact", json!({"FirstName": "x"}), "REQUIRED_FIELD_MISSING", json!(["LastName"])),
        ("Account", json!({"Name": "x", "Nope": 1}), "INVALID_FIELD", Value::Null),
        (
            "Case",
            json!({"CaseNumber": "1"}),
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            json!(["CaseNumber"]),
        ),
        ("Account", json!({"Id": account}), "INVALID_FIELD_FOR_INSERT_UPDATE", json!(["Id"])),
        (
            "Contact",
            json!({"LastName": "x", "Email": "x"}),
            "INVALID_EMAIL_ADDRESS",
            json!(["Email"]),
        ),
        (
            "Contact",
            json!({"LastName": "x", "AccountId": contact}),
            "MALFORMED_ID",
            json!(["AccountId"]),
        ),
        (
            "Contact",
            json!({"LastName": "x", "AccountId": "001000000000000AAA"}),
            "INVALID_CROSS_REFERENCE_KEY",
            json!(["AccountId"]),
        ),
        ("Account", json!({"Name": "V", "External_Id__c": "U"}), "DUPLICATE_VALUE", Value::Null),
        ("Account", json!({"Name": 7}), "JSON_PARSER_ERROR", Value::Null),
        ("Account", json!([]), "JSON_PARSER_ERROR", Value::Null),
        (
            "Contact",
            json!({"LastName": "x", "Account": {"External_Id__c": "none"}}),
            "INVALID_FIELD",
            Value::Null,
        ),
    ] {
        let answer = client.call("POST", &format!("sobjects/{object}"), Some(body));
        assert_eq!(answer.error(), (400, code.to_owned()), "{}", answer.text);
        assert_eq!(answer.json()[0].get("fields").cloned().unwrap_or_default(), fields);
    }
    assert_eq!(client.records("SELECT Id FROM Contact").len(), 1, "nothing was left behind");
}

#[test]
fn parents_can_be_named_by_external_id() {
    let client = Client::new();
    let account = client.create("Account", json!({"Name": "U", "External_Id__c": "u"}));
    let body = json!({"LastName": "x", "Account": {"External_Id__c": "u"}});
    let contact = client.create("Contact", body);
    assert_eq!(client.get("Contact", &contact)["AccountId"], account);
}

#[test]
fn unknown_paths_and_methods_are_refused() {
    let client = Client::new();
    for (method, path, status, code) in [
        ("GET", "sobjects/Nonesuch/describe", 404, "NOT_FOUND"),
        ("GET", "sobjects/Account/001000000000000AAA", 404, "NOT_FOUND"),
        ("GET", "sobjects/Account/abc", 404, "NOT_FOUND"),
        ("GET", "sobjects/Account/003000000000000AAA", 404, "NOT_FOUND"),
        ("DELETE", "sobjects/Account", 405, "METHOD_NOT_ALLOWED"),
        ("POST", "limits", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "nonsense", 404, "NOT_FOUND"),
        ("GET", "query/01gXX0000000000AAA-2000", 400, "INVALID_QUERY_LOCATOR"),
        ("GET", "query?q=SELECT%zz", 400, "INVALID_INPUT"),
        ("GET", "query", 400, "MALFORMED_QUERY"),
        ("GET", "sobjects/%ff", 400, "INVALID_INPUT"),
    ] {
        let body = (method == "POST").then(|| json!({}));
        assert_eq!(client.call(method, path, body).error(), (status, code.to_owned()), "{path}");
    }
    let version = client.authorised("GET", "/services/data/v999.0/limits", &[], None);
    assert_eq!(version.error(), (404, "NOT_FOUND".to_owned()));
    let no_token = client.raw("GET", "/services/data/v52.0/limits", &[], None);
    assert_eq!(no_token.error(), (401, "INVALID_SESSION_ID".to_owned()));
    let versions = client.raw("GET", "/services/data/", &[], None);
    assert!(versions.json().as_array().unwrap().iter().any(|v| v["version"] == "52.0"));
    assert!(!versions.headers.contains_key("sforce-limit-info"));
}

#[test]
fn odd_bodies_are_parser_errors() {
    let client = Client::new();
    let bearer = format!("Bearer {}", client.token);
    let headers = [("authorization", bearer.as_str())];
    let deep = "[".repeat(100_000);
    for body in ["{bad", "", "\u{0}", "\"x", "[1]", "null", deep.as_str()] {
        let path = "/services/data/v52.0/sobjects/Account";
        let answer = client.raw("POST", path, &headers, Some(body.as_bytes()));
        assert_eq!(answer.error(), (400, "JSON_PARSER_ERROR".to_owned()), "{}", answer.text);
    }
    let path = "/services/data/v52.0/sobjects/Account";
    let answer = client.raw("POST", path, &headers, Some(b"\xff\xfe"));
    assert_eq!(answer.error(), (400, "JSON_PARSER_ERROR".to_owned()));
}

#[test]
fn long_answers_come_in_pages() {
    let records: Vec<Value> = (0..450).map(|n| json!({"Name": format!("A{n:03}")})).collect();
    let fixture = json!({"records": {"Account": records}}).to_string();
    let client = Client::with_fixture(&fixture);
    let path = format!("/services/data/v52.0/query/?q={}", encode("SELECT Name FROM Account"));
    let headers = [("sforce-query-options", "batchSize=200")];
    let mut page = client.authorised("GET", &path, &headers, None).json();
    let mut names: Vec<Value> = Vec::new();
    loop {
        assert_eq!(page["totalSize"], 450);
        names.extend(page["records"].as_array().unwrap().iter().map(|r| r["Name"].clone()));
        let Some(next) = page["nextRecordsUrl"].as_str().map(str::to_owned) else { break };
        assert_eq!(page["done"], false);
        page = client.authorised("GET", &next, &headers, None).json();
    }
    assert_eq!((names.len(), &names[449]), (450, &json!("A449")));
}

#[test]
fn searches_find_phones_whatever_their_form() {
    let client = Client::new();
    let (account, contact) = account_and_contact(&client);
    let sosl =
        encode("FIND {480.675.4111} IN PHONE FIELDS RETURNING Account(Id), Contact(Id, Name)");
    let found = client.call("GET", &format!("search/?q={sosl}"), None).json();
    assert_eq!(ids(found["searchRecords"].as_array().unwrap()), [account.as_str(), &contact]);
    let old = format!("/services/data/v36.0/search?q={sosl}");
    assert_eq!(client.authorised("GET", &old, &[], None).json().as_array().unwrap().len(), 2);
    let get = "parameterizedSearch?q=4806754111&sobject=Contact&Contact.fields=Id,Name&in=PHONE";
    let found = client.call("GET", get, None).json();
    assert_eq!(found["searchRecords"][0]["Name"], "Ana Howard");
    let body =
        json!({"q": "howard", "fields": ["Id"], "sobjects": [{"name": "Contact", "limit": 1}]});
    let found = client.call("POST", "parameterizedSearch", Some(body)).json();
    assert_eq!(ids(found["searchRecords"].as_array().unwrap()), [contact.as_str()]);
    let odd = client.call("GET", "search?q=FIND+acme", None);
    assert_eq!(odd.error(), (400, "MALFORMED_SEARCH".to_owned()));
}

/// What the strictest client insists on; a missing key is a failure to read it.
const OBJECT_KEYS: &str = "activateable childRelationships compactLayoutable createable custom \
    customSetting deletable deprecatedAndHidden feedEnabled fields hasSubtypes isSubtype \
    keyPrefix label labelPlural layoutable mergeable mruEnabled name queryable replicateable \
    retrieveable searchLayoutable searchable triggerable undeletable updateable urls \
    recordTypeInfos";
const FIELD_KEYS: &str = "aggregatable aiPredictionField autoNumber byteLength calculated \
    caseSensitive compoundFieldName createable custom defaultValue defaultedOnCreate digits \
    externalId filterable groupable idLookup label length name nameField namePointing nillable \
    permissionable picklistValues polymorphicForeignKey precision referenceTo relationshipName \
    restrictedPicklist scale soapType sortable type unique updateable";

#[test]
fn describes_have_every_key() {
    let client = Client::new();
    let global = client.call("GET", "sobjects", None).json();
    for object in global["sobjects"].as_array().unwrap() {
        let path = format!("sobjects/{}/describe", object["name"].as_str().unwrap());
        let describe = client.call("GET", &path, None).json();
        for key in OBJECT_KEYS.split_whitespace() {
            assert!(describe.get(key).is_some(), "{path}: {key}");
        }
        for field in describe["fields"].as_array().unwrap() {
            for key in FIELD_KEYS.split_whitespace() {
                assert!(field.get(key).is_some(), "{path}: {key} of {}", field["name"]);
            }
        }
    }
}

#[test]
fn describes_are_whole() {
    let client = Client::new();
    let global = client.call("GET", "sobjects/", None).json();
    assert_eq!((&global["encoding"], &global["maxBatchSize"]), (&json!("UTF-8"), &json!(200)));
    let case = client.call("GET", "sobjects/Case/describe/", None).json();
    assert_eq!(case["keyPrefix"], "500");
    let fields = case["fields"].as_array().unwrap();
    let field = |name: &str| fields.iter().find(|f| f["name"] == name).unwrap();
    assert_eq!(field("Description")["filterable"], false);
    assert_eq!(field("CaseNumber")["createable"], false);
    assert_eq!(field("ContactId")["relationshipName"], "Contact");
    let comments = &case["childRelationships"].as_array().unwrap()[0];
    assert_eq!(
        (&comments["childSObject"], &comments["cascadeDelete"]),
        (&json!("Case"), &json!(false))
    );
    let basic = client.call("GET", "sobjects/User", None).json();
    assert_eq!(basic["recentItems"][0]["Name"], "Sandbox Administrator");
    let map = client.call("GET", "", None).json();
    assert!(map["identity"].as_str().unwrap().starts_with(&client.base));
}

//! Several calls in one: composite, batch, tree and collections.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod client;

use client::{Client, account_and_contact, encode};
use serde_json::{Value, json};

const BASE: &str = "/services/data/v52.0";

fn statuses(answer: &Value) -> Vec<u64> {
    let items = answer["compositeResponse"].as_array().unwrap();
    items.iter().map(|item| item["httpStatusCode"].as_u64().unwrap()).collect()
}

fn contact_then_bad(all_or_none: bool) -> Value {
    json!({"allOrNone": all_or_none, "compositeRequest": [
        {"method": "POST", "url": format!("{BASE}/sobjects/Contact"), "referenceId": "a",
         "body": {"LastName": "x"}},
        {"method": "POST", "url": format!("{BASE}/sobjects/Contact"), "referenceId": "b",
         "body": {}},
        {"method": "GET", "url": format!("{BASE}/sobjects/Contact/@{{a.id}}"),
         "referenceId": "c"}]})
}

#[test]
fn later_calls_use_values_of_earlier_ones() {
    let client = Client::new();
    let query = encode("SELECT Id FROM Account WHERE Name = 'A'");
    let body = json!({"compositeRequest": [
        {"method": "POST", "url": format!("{BASE}/sobjects/Account"), "referenceId": "refA",
         "body": {"Name": "A"}},
        {"method": "GET", "url": format!("{BASE}/query?q={query}"), "referenceId": "q"},
        {"method": "POST", "url": format!("{BASE}/sobjects/Contact"), "referenceId": "refC",
         "body": {"LastName": "C", "AccountId": "@{q.records[0].Id}"}},
        {"method": "PATCH", "url": format!("{BASE}/sobjects/Contact/@{{refC.id}}"),
         "referenceId": "p", "body": {"Phone": "1"}}]});
    let answer = client.call("POST", "composite/", Some(body)).json();
    assert_eq!(statuses(&answer), [201, 200, 201, 204]);
    let items = answer["compositeResponse"].as_array().unwrap();
    let account = items[0]["body"]["id"].as_str().unwrap();
    assert!(items[0]["httpHeaders"]["Location"].as_str().unwrap().ends_with(account));
    assert_eq!(items[3]["body"], Value::Null);
    let contact = client.get("Contact", items[2]["body"]["id"].as_str().unwrap());
    assert_eq!((&contact["AccountId"], &contact["Phone"]), (&json!(account), &json!("1")));
}

#[test]
fn all_or_none_leaves_nothing() {
    let client = Client::new();
    let answer = client.call("POST", "composite", Some(contact_then_bad(true))).json();
    assert_eq!(statuses(&answer), [400, 400, 400]);
    let code = |n: usize| &answer["compositeResponse"][n]["body"][0]["errorCode"];
    assert_eq!([code(0), code(1)], ["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING"]);
    assert!(client.records("SELECT Id FROM Contact").is_empty());
    let answer = client.call("POST", "composite", Some(contact_then_bad(false))).json();
    assert_eq!(statuses(&answer), [201, 400, 200]);
    assert_eq!(client.records("SELECT Id FROM Contact").len(), 1);
}

#[test]
fn odd_composites_are_refused() {
    let client = Client::new();
    let one = |url: &str| {
        let body =
            json!({"compositeRequest": [{"method": "POST", "url": url, "referenceId": "a"}]});
        let answer = client.call("POST", "composite", Some(body)).json();
        answer["compositeResponse"][0]["body"][0]["errorCode"].as_str().unwrap().to_owned()
    };
    assert_eq!(one(&format!("{BASE}/composite")), "INVALID_INPUT");
    assert_eq!(one("/elsewhere"), "INVALID_INPUT");
    assert_eq!(one(&format!("{BASE}/sobjects/%zz")), "INVALID_INPUT");
    assert_eq!(one(&format!("{BASE}/sobjects/@{{x.id}}")), "PROCESSING_HALTED");
    for body in [
        json!({}),
        json!({"compositeRequest": []}),
        json!({"compositeRequest": vec![json!({}); 26]}),
        json!({"compositeRequest": [{"referenceId": "a-b"}]}),
        json!({"compositeRequest": [{"referenceId": "a"}, {"referenceId": "a"}]}),
    ] {
        assert_eq!(client.call("POST", "composite", Some(body)).status, 400);
    }
}

#[test]
fn batches_go_on_or_halt() {
    let client = Client::new();
    let (account, _) = account_and_contact(&client);
    let requests = json!([
        {"method": "GET", "url": format!("v52.0/sobjects/Account/{account}?fields=Name")},
        {"method": "GET", "url": "v52.0/sobjects/Account/001000000000000AAA"},
        {"method": "PATCH", "url": format!("v52.0/sobjects/Account/{account}"),
         "richInput": {"Name": "B"}}]);
    let run = |halt: bool| {
        let body = json!({"haltOnError": halt, "batchRequests": requests});
        let answer = client.call("POST", "composite/batch", Some(body)).json();
        assert_eq!(answer["hasErrors"], true);
        let results = answer["results"].as_array().unwrap().clone();
        results.iter().map(|r| r["statusCode"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(run(true), [200, 404, 412]);
    assert_eq!(run(false), [200, 404, 204]);
    assert_eq!(client.get("Account", &account)["Name"], "B");
}

#[test]
fn trees_are_planted_whole_or_not_at_all() {
    let client = Client::new();
    let tree = |last_name: Value| {
        let mut contact = json!({"attributes": {"type": "Contact", "referenceId": "c1"}});
        if last_name.is_string() {
            contact["LastName"] = last_name;
        }
        let body = json!({"records": [{"attributes": {"type": "Account", "referenceId": "a1"},
            "Name": "Tree", "Contacts": {"records": [contact]}}]});
        client.call("POST", "composite/tree/Account/", Some(body))
    };
    let bad = tree(Value::Null);
    assert_eq!((bad.status, &bad.json()["results"][0]["referenceId"]), (400, &json!("c1")));
    let error = &bad.json()["results"][0]["errors"][0];
    assert_eq!(error["statusCode"], "REQUIRED_FIELD_MISSING");
    assert!(client.records("SELECT Id FROM Account").is_empty());
    let good = tree(json!("C"));
    assert_eq!((good.status, &good.json()["hasErrors"]), (201, &json!(false)));
    let contact = &client.records("SELECT Id, Account.Name FROM Contact")[0];
    assert_eq!(contact["Account"]["Name"], "Tree");
    assert_eq!(good.json()["results"][1], json!({"referenceId": "c1", "id": contact["Id"]}));
}

#[test]
fn collections_give_a_result_for_each_record() {
    let client = Client::new();
    let contact = |fields: Value| {
        let mut record = json!({"attributes": {"type": "Contact"}});
        record.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        record
    };
    let records = json!([contact(json!({"LastName": "A"})), contact(json!({}))]);
    let together = json!({"allOrNone": true, "records": records});
    let answer = client.call("POST", "composite/sobjects", Some(together)).json();
    assert_eq!(answer[0]["errors"][0]["statusCode"], "ALL_OR_NONE_OPERATION_ROLLED_BACK");
    assert!(client.records("SELECT Id FROM Contact").is_empty());
    let answer =
        client.call("POST", "composite/sobjects", Some(json!({"records": records}))).json();
    assert_eq!((&answer[0]["success"], &answer[1]["success"]), (&json!(true), &json!(false)));
    let id = answer[0]["id"].as_str().unwrap().to_owned();

    let patch =
        json!({"records": [contact(json!({"id": id, "LastName": "B"})), contact(json!({}))]});
    let answer = client.call("PATCH", "composite/sobjects", Some(patch)).json();
    assert_eq!(answer[0]["id"], id);
    assert_eq!(answer[1]["errors"][0]["statusCode"], "MISSING_ARGUMENT");

    let read = json!({"ids": ["003000000000000AAA", id], "fields": ["LastName"]});
    let answer = client.call("POST", "composite/sobjects/Contact", Some(read)).json();
    assert_eq!((&answer[0], &answer[1]["LastName"]), (&Value::Null, &json!("B")));

    let upsert = json!({"records": [contact(json!({"External_Id__c": "e", "LastName": "E"}))]});
    let path = "composite/sobjects/Contact/External_Id__c";
    let created = client.call("PATCH", path, Some(upsert.clone())).json();
    let again = client.call("PATCH", path, Some(upsert)).json();
    assert_eq!((&created[0]["created"], &again[0]["created"]), (&json!(true), &json!(false)));

    let path = format!("composite/sobjects?ids={id},abc&allOrNone=false");
    let answer = client.call("DELETE", &path, None).json();
    assert_eq!((&answer[0]["success"], &answer[1]["success"]), (&json!(true), &json!(false)));
}

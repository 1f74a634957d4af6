//! SOQL beyond the conformance cases: relationships of several objects, groups, limits, abuse.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod client;

use client::{Client, account_and_contact, encode};
use serde_json::{Value, json};
use trunkline_salesforce_sandbox::{Fixture, Options};

const FIXTURE: &str = include_str!("conformance/fixture.json");

fn code(client: &Client, soql: &str) -> String {
    let (status, code) = client.query(soql).error();
    assert_eq!(status, 400, "{soql}");
    code
}

fn column(records: &[Value], key: &str) -> Vec<Value> {
    records.iter().map(|record| record[key].clone()).collect()
}

#[test]
fn parents_of_several_objects_show_their_name_and_type() {
    let client = Client::new();
    let (account, contact) = account_and_contact(&client);
    let case = client.create("Case", json!({"Subject": "x"}));
    for what in [&account, &case] {
        client.create("Task", json!({"Subject": "Call", "WhoId": contact, "WhatId": what}));
    }
    let soql = "SELECT Who.Name, What.Type, What.Name FROM Task ORDER BY What.Type";
    let records = client.records(soql);
    assert_eq!(records[0]["What"]["attributes"]["type"], "Name");
    let url = records[0]["What"]["attributes"]["url"].as_str().unwrap();
    assert!(url.ends_with(&format!("/sobjects/Account/{account}")), "{url}");
    assert_eq!(records[0]["Who"]["Name"], "Ana Howard");
    assert_eq!(
        (&records[1]["What"]["Type"], &records[1]["What"]["Name"]),
        (&json!("Case"), &json!("00001001"))
    );
    let soql = "SELECT TYPEOF What WHEN Account THEN Name ELSE Name END FROM Task \
                WHERE What.Type = 'Case'";
    let one = &client.records(soql)[0]["What"];
    assert_eq!((&one["attributes"]["type"], &one["Name"]), (&json!("Case"), &json!("00001001")));
    assert_eq!(code(&client, "SELECT What.Phone__c FROM Task"), "INVALID_FIELD");
    assert_eq!(
        code(&client, "SELECT TYPEOF Owner WHEN User THEN Id END FROM Task"),
        "MALFORMED_QUERY"
    );
    assert_eq!(code(&client, "SELECT TYPEOF What WHEN User THEN Id END FROM Task"), "INVALID_TYPE");
}

#[test]
fn aliases_name_the_object_and_its_parents() {
    let client = Client::new();
    account_and_contact(&client);
    let soql = "SELECT c.Name, a.Name FROM Contact c, c.Account a WHERE a.Name = 'Acme Corp'";
    assert_eq!(client.records(soql)[0]["Account"]["Name"], "Acme Corp");
}

#[test]
fn subtotals_follow_rollup_and_cube() {
    let client = Client::with_fixture(FIXTURE);
    let soql = "SELECT Status, Priority, COUNT(Id) n, GROUPING(Status) g FROM Case \
                GROUP BY ROLLUP(Status, Priority) HAVING COUNT(Id) > 1 ORDER BY COUNT(Id) DESC";
    let rows = client.records(soql);
    assert_eq!(
        (&rows[0]["n"], &rows[0]["g"], &rows[0]["Status"]),
        (&json!(12), &json!(1), &Value::Null)
    );
    assert_eq!(
        (&rows[1]["n"], &rows[1]["g"], &rows[1]["Status"]),
        (&json!(6), &json!(0), &json!("New"))
    );
    let cube = client
        .records("SELECT Status, Priority, COUNT(Id) FROM Case GROUP BY CUBE(Status, Priority)");
    let totals = cube.iter().filter(|row| row["Status"].is_null() && !row["Priority"].is_null());
    let sum: i64 = totals.map(|row| row["expr0"].as_i64().unwrap()).sum();
    assert_eq!(sum, 12);
}

#[test]
fn null_may_count_as_equal_to_nothing() {
    let soql = "SELECT Id FROM Account WHERE BillingState != 'AZ'";
    let fixture = Some(Fixture::from_json(FIXTURE, "cases").unwrap());
    let options = Options { fixture, null_is_different: false, ..Options::default() };
    let strict = Client::with(options);
    let usual = Client::with_fixture(FIXTURE);
    assert_eq!((strict.records(soql).len(), usual.records(soql).len()), (3, 7));
    let negated = "SELECT Id FROM Account WHERE (NOT BillingState = 'AZ')";
    assert_eq!((strict.records(negated).len(), usual.records(negated).len()), (3, 7));
}

#[test]
fn records_without_an_order_come_by_id() {
    let client = Client::with_fixture(FIXTURE);
    let records = client.records("SELECT Id FROM Case");
    assert!(column(&records, "Id").windows(2).all(|pair| pair[0].as_str() < pair[1].as_str()));
}

#[test]
fn field_groups_are_written_out() {
    let client = Client::new();
    account_and_contact(&client);
    let custom = &client.records("SELECT FIELDS(CUSTOM) FROM Account LIMIT 1")[0];
    let keys: Vec<&String> = custom.as_object().unwrap().keys().collect();
    assert_eq!(keys.len(), 3, "{keys:?}");
    let standard = &client.records("SELECT FIELDS(STANDARD), SLA__c FROM Account")[0];
    assert!(standard.get("Phone").is_some() && standard.get("External_Id__c").is_none());
}

#[test]
fn an_empty_string_is_null() {
    let client = Client::new();
    account_and_contact(&client);
    assert_eq!(client.records("SELECT Id FROM Account WHERE Fax = ''").len(), 1);
    assert_eq!(client.records("SELECT Id FROM Contact WHERE AccountId != ''").len(), 1);
    assert_eq!(client.records("SELECT Id FROM Contact WHERE ReportsToId IN ('')").len(), 1);
}

#[test]
fn quotes_cannot_break_out_of_a_value() {
    let client = Client::new();
    account_and_contact(&client);
    for value in ["x\\' OR Name LIKE \\'", "%\\'; DROP TABLE Account; --", "?1", "'||'"] {
        let soql = format!("SELECT Id FROM Account WHERE Name = '{value}'");
        let answer = client.query(&soql);
        if answer.status == 200 {
            assert_eq!(answer.json()["totalSize"], 0, "{soql}");
        } else {
            assert_eq!(answer.error(), (400, "MALFORMED_QUERY".to_owned()));
        }
    }
    assert_eq!(client.records("SELECT Id FROM Account").len(), 1);
}

#[test]
fn huge_queries_are_answered_or_refused() {
    let client = Client::new();
    account_and_contact(&client);
    let list = vec!["'Acme Corp'"; 4000].join(",");
    let ors = vec!["Name = 'Acme Corp'"; 2500].join(" OR ");
    let like = "%a".repeat(20_000);
    let length = "x".repeat(100_001);
    let deep = format!("{}Name = 'x'{}", "(".repeat(5000), ")".repeat(5000));
    let joins: Vec<String> = ["CreatedBy", "LastModifiedBy", "Owner"]
        .iter()
        .flat_map(|user| {
            (0..5).map(move |n| format!("{}{user}.Manager.Name", "ReportsTo.".repeat(n)))
        })
        .collect();
    for (soql, expected) in [
        (format!("SELECT Id FROM Account WHERE Name IN ({list})"), "1"),
        (format!("SELECT Id FROM Account WHERE {ors}"), "1"),
        (format!("SELECT Id FROM Account WHERE Name LIKE '{like}'"), "0"),
        (format!("SELECT Id FROM Account WHERE Name = '{length}'"), "MALFORMED_QUERY"),
        (format!("SELECT Id FROM Account WHERE {deep}"), "MALFORMED_QUERY"),
        (format!("SELECT {} FROM Contact", joins.join(", ")), "MALFORMED_QUERY"),
        (format!("SELECT {} FROM Contact", vec!["Name"; 5000].join(", ")), "MALFORMED_QUERY"),
        (
            "SELECT Id FROM Account WHERE CreatedDate = LAST_N_YEARS:999999".to_owned(),
            "MALFORMED_QUERY",
        ),
        ("SELECT Id FROM Account WHERE AnnualRevenue = 1e999".to_owned(), "MALFORMED_QUERY"),
        ("SELECT Id FROM Account LIMIT 99999999999999999999".to_owned(), "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE NumberOfEmployees = 9223372036854775807".to_owned(), "0"),
    ] {
        // Too long for a URL, so it goes in a composite request.
        let url = format!("/services/data/v52.0/query?q={}", encode(&soql));
        let body = json!({"compositeRequest": [{"method": "GET", "url": url, "referenceId": "q"}]});
        let answer = client.call("POST", "composite", Some(body)).json();
        let body = &answer["compositeResponse"][0]["body"];
        let got = match &body["totalSize"] {
            Value::Null => body[0]["errorCode"].as_str().unwrap_or_default().to_owned(),
            total => total.to_string(),
        };
        let shown: String = soql.chars().take(60).collect();
        assert_eq!(got, expected, "{shown}: {body}");
    }
}

#[test]
fn errors_point_at_their_place() {
    let client = Client::new();
    let answer = client.query("SELECT Id, Nme FROM Account").json();
    let message = answer[0]["message"].as_str().unwrap();
    assert!(message.contains("ERROR at Row:1:Column:12\nNo such column 'Nme' on entity 'Account'"));
    for (soql, expected) in [
        ("SELECT COUNT(Id), Name FROM Account", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE COUNT(Id) > 1", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account ORDER BY COUNT(Id)", "MALFORMED_QUERY"),
        ("SELECT CALENDAR_YEAR(CreatedDate) FROM Account", "MALFORMED_QUERY"),
        ("SELECT CALENDAR_YEAR(Name) FROM Account", "INVALID_FIELD"),
        ("SELECT NONSENSE(Name) FROM Account", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE Name > null", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id FROM Contact WHERE DoNotCall > true", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id FROM Account WHERE Name INCLUDES ('x')", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id, (SELECT COUNT() FROM Contacts) FROM Account", "MALFORMED_QUERY"),
        ("SELECT Name, COUNT(Id) name FROM Account GROUP BY Name", "MALFORMED_QUERY"),
    ] {
        assert_eq!(code(&client, soql), expected, "{soql}");
    }
}

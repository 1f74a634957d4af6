//! Who sees which contacts.

use serde_json::json;
use trunkline_api::centre::ContactSearch;

use crate::double::{ANNS, BOBS};
use crate::house::House;

#[tokio::test]
async fn agents_see_their_own_and_supervisors_their_teams() {
    let house = House::new().await;
    for (name, contact, status) in [
        ("ann", ANNS, 200),
        ("ann", BOBS, 403),
        ("bob", ANNS, 403),
        ("bob", BOBS, 200),
        ("sue", ANNS, 200),
        ("sue", BOBS, 403),
        ("ada", BOBS, 200),
        ("aud", BOBS, 200),
        ("flo", BOBS, 200),
        ("ada", "no-contact", 404),
        ("ann", "no-contact", 404),
    ] {
        let page = house.sign_in(name).await;
        for end in ["", "/trace", "/trace?format=ndjson"] {
            let reply = page.get(&format!("/api/v1/contacts/{contact}{end}")).await;
            assert_eq!(reply.status, status, "{name} {contact}{end}");
            if status == 403 {
                assert_eq!(reply.code(), "not-your-contact");
            }
        }
    }
}

#[tokio::test]
async fn lists_are_narrowed_to_what_may_be_seen() {
    let house = House::new().await;
    let base = ContactSearch { limit: 50, ..ContactSearch::default() };
    let own = |agent: &str| ContactSearch { agent: Some(agent.into()), ..base.clone() };
    let billing = ContactSearch { teams: Some(vec!["billing".into()]), ..base.clone() };
    for (name, expected) in
        [("ann", own("ann")), ("bob", own("bob")), ("sue", billing), ("aud", base.clone())]
    {
        let page = house.sign_in(name).await;
        page.get("/api/v1/contacts").await;
        assert_eq!(house.double.take_searches(), [expected], "{name}");
    }
}

#[tokio::test]
async fn who_sees_no_team_sees_nothing() {
    let house = House::new().await;
    let sue = house.user("sue");
    let change = trunkline_accounts::UserChange { teams: Vec::new(), ..(&sue).into() };
    let by = trunkline_accounts::Actor::system();
    let now_ms = crate::house::now_ms();
    house.accounts.change_user(now_ms, &by, sue.id, sue.version, change).unwrap();
    let page = house.sign_in("sue").await;
    assert_eq!(page.get("/api/v1/contacts").await.json(), json!([]));
    assert!(house.double.take_searches().is_empty(), "all would have been asked for");
}

#[tokio::test]
async fn a_number_is_searched_for_in_the_body() {
    let house = House::new().await;
    let page = house.sign_in("ada").await;
    let wanted = json!({"ani": "+14806754111", "limit": 5, "from_ms": 1});
    assert_eq!(page.send("POST", "/api/v1/contacts/search", &wanted).await.status, 200);
    let expected = ContactSearch {
        ani: Some("+14806754111".into()),
        from_ms: Some(1),
        limit: 5,
        ..ContactSearch::default()
    };
    assert_eq!(house.double.take_searches(), [expected]);
    let unknown = page.send("POST", "/api/v1/contacts/search", &json!({"agent": "bob"})).await;
    assert_eq!((unknown.status, &unknown.json()["field"]), (422, &json!("agent")));
}

#[tokio::test]
async fn a_trace_comes_as_a_list_or_as_a_file() {
    let house = House::new().await;
    let page = house.sign_in("ann").await;
    let path = format!("/api/v1/contacts/{ANNS}/trace");
    assert_eq!(page.get(&path).await.json(), json!([{"t_ms": 0}, {"t_ms": 5}]));
    let file = page.get(&format!("{path}?format=ndjson")).await;
    assert_eq!(file.text(), "{\"t_ms\":0}\n{\"t_ms\":5}\n");
    assert!(file.header("content-disposition").unwrap().starts_with("attachment"));
}

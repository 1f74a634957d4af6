//! The link for the first administrator, and the users of a demonstration.
#![allow(clippy::unwrap_used, reason = "what helps a test may unwrap as the test may")]

mod office;

use office::{HERE, NOW, Office, good};
use trunkline_accounts::{Accounts, Demo, FirstAdministrator, Role, UserSearch};
use trunkline_model::AgentId;

const DAY_MS: i64 = 86_400_000;

fn first(password: &str) -> FirstAdministrator {
    FirstAdministrator {
        name: "boss".to_owned(),
        display_name: "The Boss".to_owned(),
        password: Some(password.into()),
        ..FirstAdministrator::default()
    }
}

fn set_up(accounts: &Accounts, now_ms: i64, link: &str) -> Result<(), String> {
    let done = accounts.set_up(now_ms, link, &first("correct horse battery"), HERE, "test");
    done.map(drop).map_err(|error| error.code().to_owned())
}

#[test]
fn the_link_makes_one_administrator_once() {
    let office = Office::empty();
    let link = office.new_setup(NOW).unwrap().unwrap();
    office.check_setup(NOW, link.reveal()).unwrap();
    let weak = office.set_up(NOW, link.reveal(), &first("short"), HERE, "test").unwrap_err();
    assert_eq!(weak.code(), "password_too_short");

    let signed_in =
        office.set_up(NOW, link.reveal(), &first("correct horse battery"), HERE, "test").unwrap();
    assert!(signed_in.session.user.is(Role::Administrator));
    office.session(NOW, signed_in.token.reveal()).unwrap();

    assert_eq!(set_up(&office, NOW, link.reveal()), Err("no_setup".to_owned()));
    assert!(office.new_setup(NOW).unwrap().is_none());
    assert!(office.has_administrator().unwrap());
}

#[test]
fn a_link_signs_its_user_in_once() {
    let office = Office::empty();
    let demo = Demo {
        password: Some("demo".into()),
        agents: vec![(AgentId::new("ann"), "ann".to_owned(), "Ann".to_owned())],
        ..Demo::default()
    };
    office.make_demo(NOW, &demo).unwrap();
    let refused = |link: &str, now_ms: i64| {
        let done = office.sign_in_by_link(now_ms, link, HERE, "test");
        done.map(drop).map_err(|error| error.code())
    };
    assert_eq!(office.new_link(NOW, "nobody").unwrap_err().code(), "not_found");
    let old = office.new_link(NOW, "Ann").unwrap();
    let new = office.new_link(NOW, "ann").unwrap();
    for link in [old.reveal(), "", &new.reveal()[1..]] {
        assert_eq!(refused(link, NOW), Err("no_link"));
    }
    assert_eq!(refused(new.reveal(), NOW + DAY_MS), Err("no_link"), "a day later");
    let signed_in = office.sign_in_by_link(NOW + 1, new.reveal(), HERE, "test").unwrap();
    assert_eq!(signed_in.session.user.name, "ann");
    office.session(NOW + 1, signed_in.token.reveal()).unwrap();
    assert_eq!(refused(new.reveal(), NOW + 2), Err("no_link"), "used");
}

#[test]
fn only_the_newest_link_is_valid_and_only_for_a_day() {
    let office = Office::empty();
    let old = office.new_setup(NOW).unwrap().unwrap();
    let new = office.new_setup(NOW + 1).unwrap().unwrap();
    for link in [old.reveal(), "", "x", &new.reveal()[1..]] {
        assert_eq!(office.check_setup(NOW + 2, link).unwrap_err().code(), "no_setup");
        assert_eq!(set_up(&office, NOW + 2, link), Err("no_setup".to_owned()));
    }
    let late = NOW + 1 + DAY_MS;
    assert_eq!(set_up(&office, late, new.reveal()), Err("no_setup".to_owned()));
    // A clock that was days ahead when the link was made.
    assert_eq!(set_up(&office, NOW - DAY_MS, new.reveal()), Err("no_setup".to_owned()));
    assert_eq!(set_up(&office, late - 1, new.reveal()), Ok(()));
}

#[test]
fn two_at_once_make_one_administrator() {
    let office = Office::empty();
    let link = office.new_setup(NOW).unwrap().unwrap();
    let done: Vec<_> = std::thread::scope(|scope| {
        let all: Vec<_> =
            (0..8).map(|_| scope.spawn(|| set_up(&office, NOW, link.reveal()))).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(done.iter().filter(|one| one.is_ok()).count(), 1, "{done:?}");
    let users = office.users(&UserSearch { limit: 10, ..UserSearch::default() }).unwrap();
    assert_eq!(users.users.len(), 1);
}

#[test]
fn a_demonstration_has_known_users_and_new_passwords() {
    let office = Office::empty();
    let agents = vec![(AgentId::new("agent-1"), "aki".to_owned(), "Aki Tanaka".to_owned())];
    let demo = Demo { agents, teams: vec!["sales".into()], ..Demo::default() };
    let users = office.make_demo(NOW, &demo).unwrap();
    let names: Vec<&str> = users.iter().map(|user| user.name.as_str()).collect();
    assert_eq!(names, ["admin", "supervisor", "aki"]);
    for user in &users {
        office.sign_in(NOW, &user.name, &user.password.reveal().into(), HERE, "test").unwrap();
    }
    let again = office.make_demo(NOW + 1, &demo).unwrap();
    for (old, new) in users.iter().zip(&again) {
        assert_ne!(old.password.reveal(), new.password.reveal());
        let refused = office.sign_in(NOW, &old.name, &old.password.reveal().into(), HERE, "test");
        assert_eq!(refused.unwrap_err().code(), "bad_credentials");
    }
    let given = Demo { password: Some("demo".into()), ..demo };
    office.make_demo(NOW + 2, &given).unwrap();
    let agent = office.sign_in(NOW + 2, "aki", &"demo".into(), HERE, "test").unwrap();
    assert_eq!(agent.session.user.agent, Some(AgentId::new("agent-1")));
}

#[test]
fn there_is_no_default_password() {
    let office = Office::empty();
    for name in ["admin", "administrator", "root", "supervisor"] {
        for password in ["admin", "password", "trunkline", "", good(name).as_str()] {
            office.sign_in(NOW, name, &password.into(), HERE, "test").unwrap_err();
        }
    }
    assert!(office.users(&UserSearch::default()).unwrap().users.is_empty());
}

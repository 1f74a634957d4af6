//! Users, sessions, tokens, the audit log.
#![allow(clippy::unwrap_used, reason = "what helps a test may unwrap as the test may")]

mod office;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use office::{HERE, NOW, Office, THERE, cheap, code, good, new_user};
use trunkline_accounts::{
    Actor, AuditEvent, AuditOutcome, AuditSearch, Language, NewToken, NewUser, Preferences, Role,
    Roles, Scope, Scopes, Settings, Theme, UserChange, UserSearch, WhyEnded,
};
use trunkline_model::AgentId;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

fn system() -> Actor {
    Actor::system()
}

#[test]
fn a_session_ends_when_it_is_not_used_and_at_last_anyway() {
    let office = Office::staffed();
    let here = office.enter(NOW, "aki");
    let token = here.token.reveal();
    let mut now = NOW;
    while now + 50 * MINUTE_MS < NOW + 12 * HOUR_MS {
        now += 50 * MINUTE_MS;
        office.session(now, token).unwrap();
    }
    assert_eq!(code(office.session(NOW + 12 * HOUR_MS, token)), "no_session");

    let there = office.enter(NOW, "aki");
    office.session(NOW + HOUR_MS - 1, there.token.reveal()).unwrap();
    assert_eq!(code(office.session(NOW + 2 * HOUR_MS - 1, there.token.reveal())), "no_session");
    assert!(!office.is_live(NOW + 2 * HOUR_MS, there.session.id).unwrap());
}

#[test]
fn a_session_of_a_clock_that_was_ahead_is_over() {
    let office = Office::staffed();
    let ahead = office.enter(NOW + DAY_MS, "aki");
    assert_eq!(code(office.session(NOW, ahead.token.reveal())), "no_session");
    let slightly = office.enter(NOW + 10 * MINUTE_MS, "aki");
    office.session(NOW, slightly.token.reveal()).unwrap();
    assert_eq!(office.sweep(NOW).unwrap().sessions, 1);
}

#[test]
fn an_open_connection_keeps_a_session_in_use() {
    let office = Office::staffed();
    let here = office.enter(NOW, "aki");
    office.touch(NOW + 50 * MINUTE_MS, here.session.id).unwrap();
    assert!(office.is_live(NOW + 100 * MINUTE_MS, here.session.id).unwrap());
    // What has expired is not brought back, neither by idleness nor by age.
    let late = office.enter(NOW, "aki");
    office.touch(NOW + 61 * MINUTE_MS, late.session.id).unwrap();
    assert!(!office.is_live(NOW + 61 * MINUTE_MS, late.session.id).unwrap());
    office.sign_out(NOW, here.token.reveal(), Some(HERE)).unwrap();
    office.touch(NOW + 100 * MINUTE_MS, here.session.id).unwrap();
    assert!(!office.is_live(NOW + 100 * MINUTE_MS, here.session.id).unwrap());
}

#[test]
fn only_the_sessions_own_csrf_token_fits() {
    let office = Office::staffed();
    let (a, b) = (office.enter(NOW, "aki"), office.enter(NOW, "aki"));
    let again = office.session(NOW, a.token.reveal()).unwrap();
    assert!(again.has_csrf(a.session.csrf.reveal()));
    for other in [b.session.csrf.reveal(), a.token.reveal(), ""] {
        assert!(!again.has_csrf(other));
    }
}

#[test]
fn sessions_are_listed_and_ended_one_by_one_or_all_but_one() {
    let office = Office::staffed();
    let all: Vec<_> = (0..4).map(|minute| office.enter(NOW + minute, "aki")).collect();
    let aki = office.named("aki").id;
    let listed: Vec<_> = office.sessions(NOW, aki).unwrap().iter().map(|it| it.id).collect();
    let expected: Vec<_> = all.iter().rev().map(|it| it.session.id).collect();
    assert_eq!(listed, expected);

    office.end_session(NOW, &system(), all[0].session.id).unwrap();
    assert_eq!(code(office.end_session(NOW, &system(), all[0].session.id)), "not_found");
    let keep = Some(all[3].session.id);
    assert_eq!(office.end_sessions(NOW, &system(), aki, keep).unwrap(), 2);
    let left: Vec<_> = office.sessions(NOW, aki).unwrap().iter().map(|it| it.id).collect();
    assert_eq!(left, [all[3].session.id]);
    for gone in ["", "x", all[0].token.reveal()] {
        assert_eq!(code(office.session(NOW, gone)), "no_session");
    }
}

#[test]
fn the_oldest_session_makes_room() {
    let office = Office::staffed_with(Settings { sessions_per_user: 3, ..cheap() });
    let mut ended = office.ended_sessions();
    let all: Vec<_> = (0..5).map(|minute| office.enter(NOW + minute, "aki")).collect();
    for (index, one) in all.iter().enumerate() {
        assert_eq!(office.session(NOW, one.token.reveal()).is_ok(), index >= 2, "{index}");
    }
    assert_eq!(ended.try_recv().unwrap().why, WhyEnded::MadeRoom);
}

#[test]
fn a_stale_change_gives_both_and_changes_nothing() {
    let office = Office::staffed();
    let aki = office.named("aki");
    let change = |display_name: &str| UserChange {
        display_name: display_name.to_owned(),
        ..UserChange::from(&aki)
    };
    let new = office.change_user(NOW, &system(), aki.id, aki.version, change("First")).unwrap();
    assert_eq!((new.version, new.display_name.as_str()), (aki.version + 1, "First"));
    let stale = office.change_user(NOW, &system(), aki.id, aki.version, change("Second"));
    let Err(trunkline_accounts::AccountsError::Stale(current)) = stale else { panic!() };
    assert_eq!(*current, new);
    assert_eq!(office.user(aki.id).unwrap(), new);
}

#[test]
fn names_and_agents_belong_to_one_user() {
    let office = Office::staffed();
    let (aki, ben) = (office.named("aki"), office.named("ben"));
    let agent = Some(AgentId::new("agent-1"));
    let be = UserChange { agent: agent.clone(), ..UserChange::from(&aki) };
    office.change_user(NOW, &system(), aki.id, aki.version, be).unwrap();
    assert_eq!(office.user_of_agent(&AgentId::new("agent-1")).unwrap().unwrap().id, aki.id);
    let too = UserChange { agent, ..UserChange::from(&ben) };
    let taken = office.change_user(NOW, &system(), ben.id, ben.version, too);
    assert_eq!(code(taken), "agent_taken");
    for name in ["AKI", "ａki"] {
        let taken = office.create_user(NOW, &system(), &new_user(name, Role::Agent));
        assert_eq!(code(taken), "name_taken", "{name}");
    }
    // All or none.
    let both = [new_user("new", Role::Agent), new_user("ben", Role::Agent)];
    assert_eq!(code(office.create_users(NOW, &system(), &both)), "name_taken");
    assert_eq!(office.users(&UserSearch::default()).unwrap().users.len(), 1);
}

#[test]
fn wrong_fields_are_named() {
    let office = Office::empty();
    let good = new_user("aki", Role::Agent);
    let bad = [
        (NewUser { name: "a b".to_owned(), ..good.clone() }, "name"),
        (NewUser { display_name: String::new(), ..good.clone() }, "display_name"),
        (NewUser { roles: Roles::new(), ..good.clone() }, "roles"),
        (NewUser { agent: Some("".into()), ..good.clone() }, "agent"),
        (NewUser { teams: vec!["x".repeat(129).into()], ..good.clone() }, "teams"),
        (NewUser { password: Some("aki".into()), ..good }, "password"),
    ];
    for (new, field) in bad {
        assert_eq!(office.create_user(NOW, &system(), &new).unwrap_err().field(), Some(field));
    }
}

#[test]
fn there_is_always_an_administrator() {
    let office = Office::staffed();
    let admin = office.named("admin");
    let change = |change: UserChange| {
        code(office.change_user(NOW, &system(), admin.id, admin.version, change))
    };
    let roles = Roles::from([Role::Auditor]);
    let demoted = UserChange { roles, ..UserChange::from(&admin) };
    assert_eq!(change(demoted.clone()), "last_administrator");
    let disabled = UserChange { disabled: true, ..UserChange::from(&admin) };
    assert_eq!(change(disabled), "last_administrator");
    assert_eq!(code(office.delete_user(NOW, &system(), admin.id)), "last_administrator");
    assert_eq!(office.user(admin.id).unwrap(), admin);

    office.create_user(NOW, &system(), &new_user("second", Role::Administrator)).unwrap();
    office.change_user(NOW, &system(), admin.id, admin.version, demoted).unwrap();
    let second = office.named("second").id;
    assert_eq!(code(office.delete_user(NOW, &system(), second)), "last_administrator");
}

#[test]
fn two_administrators_who_remove_each_other_leave_one() {
    for round in 0..20 {
        let office = Office::staffed();
        let second = new_user("second", Role::Administrator);
        let second = office.create_user(NOW, &system(), &second).unwrap().id;
        let admin = office.named("admin").id;
        let gone: Vec<bool> = std::thread::scope(|scope| {
            let office = &office;
            let all = [admin, second]
                .map(|id| scope.spawn(move || office.delete_user(NOW, &system(), id).is_ok()));
            all.map(|one| one.join().unwrap()).to_vec()
        });
        assert_eq!(gone.iter().filter(|gone| **gone).count(), 1, "round {round}");
        assert!(office.has_administrator().unwrap());
    }
}

#[test]
fn who_may_less_than_before_is_signed_out() {
    let office = Office::staffed();
    let aki = office.named("aki");
    let here = office.enter(NOW, "aki");
    let more = UserChange {
        roles: Roles::from([Role::Agent, Role::Supervisor]),
        teams: vec!["sales".into()],
        ..UserChange::from(&aki)
    };
    let aki = office.change_user(NOW, &system(), aki.id, aki.version, more).unwrap();
    let session = office.session(NOW, here.token.reveal()).unwrap();
    assert!(session.user.is(Role::Supervisor), "rights count at once");
    let roles = Roles::from([Role::Supervisor]);
    let less = UserChange { roles, ..UserChange::from(&aki) };
    office.change_user(NOW, &system(), aki.id, aki.version, less).unwrap();
    assert_eq!(code(office.session(NOW, here.token.reveal())), "no_session");
}

#[test]
fn deleting_a_user_deletes_what_is_theirs_but_not_what_they_did() {
    let office = Office::staffed();
    let aki = office.named("aki").id;
    let here = office.enter(NOW, "aki");
    let (token, _) = office.create_token(NOW, &system(), aki, &any_token()).unwrap();
    let mut ended = office.ended_sessions();
    office.delete_user(NOW, &system(), aki).unwrap();
    assert_eq!(ended.try_recv().unwrap().why, WhyEnded::UserGone);
    assert_eq!(code(office.session(NOW, here.token.reveal())), "no_session");
    assert_eq!(code(office.token(NOW, token.reveal())), "no_token");
    assert_eq!(code(office.user(aki)), "not_found");
    assert!(office.tokens(None).unwrap().is_empty());
    let theirs = AuditSearch { user: Some(aki), limit: 10, ..AuditSearch::default() };
    let records = office.audit(&theirs).unwrap().records;
    assert_eq!((records.len(), records[0].name.as_str()), (1, "aki"));
}

fn any_token() -> NewToken {
    NewToken {
        name: "nightly export".to_owned(),
        scopes: Scopes::from([Scope::ContactsRead]),
        expires_ms: NOW + 30 * DAY_MS,
    }
}

#[test]
fn a_token_acts_for_its_user_until_it_ends() {
    let office = Office::staffed();
    let aki = office.named("aki");
    let (text, token) = office.create_token(NOW, &system(), aki.id, &any_token()).unwrap();
    assert!(text.reveal().starts_with("trunkline_"));
    let used = office.token(NOW + MINUTE_MS, text.reveal()).unwrap();
    assert_eq!((used.user.id, used.token.id), (aki.id, token.id));
    assert_eq!(used.actor(None).token.as_deref(), Some("nightly export"));
    assert_eq!(office.tokens(Some(aki.id)).unwrap()[0].used_ms, Some(NOW + MINUTE_MS));
    let admin = office.named("admin").id;
    assert!(office.tokens(Some(admin)).unwrap().is_empty());

    for wrong in ["", "trunkline_", "x", &text.reveal()[..50], &format!("{}x", text.reveal())] {
        assert_eq!(code(office.token(NOW, wrong)), "no_token");
    }
    assert_eq!(code(office.token(token.expires_ms, text.reveal())), "no_token");
    let disabled = UserChange { disabled: true, ..UserChange::from(&aki) };
    office.change_user(NOW, &system(), aki.id, aki.version, disabled).unwrap();
    assert_eq!(code(office.token(NOW, text.reveal())), "no_token");
}

#[test]
fn a_token_can_be_revoked_and_is_checked_when_it_is_made() {
    let office = Office::staffed();
    let aki = office.named("aki").id;
    let (text, token) = office.create_token(NOW, &system(), aki, &any_token()).unwrap();
    office.revoke_token(NOW, &system(), token.id).unwrap();
    assert_eq!(code(office.token(NOW, text.reveal())), "no_token");
    assert_eq!(code(office.revoke_token(NOW, &system(), token.id)), "not_found");

    let bad = [
        (NewToken { name: " ".to_owned(), ..any_token() }, "name"),
        (NewToken { scopes: Scopes::new(), ..any_token() }, "scopes"),
        (NewToken { expires_ms: NOW, ..any_token() }, "expires_ms"),
        (NewToken { expires_ms: NOW + 367 * DAY_MS, ..any_token() }, "expires_ms"),
        (NewToken { expires_ms: i64::MAX, ..any_token() }, "expires_ms"),
    ];
    for (new, field) in bad {
        let error = office.create_token(NOW, &system(), aki, &new).unwrap_err();
        assert_eq!(error.field(), Some(field));
    }
    for _ in 0..50 {
        office.create_token(NOW, &system(), aki, &any_token()).unwrap();
    }
    assert_eq!(code(office.create_token(NOW, &system(), aki, &any_token())), "too_many");
    assert_eq!(office.sweep(NOW + 61 * DAY_MS).unwrap().tokens, 50);
}

#[test]
fn preferences_are_kept_and_limited() {
    let office = Office::staffed();
    let aki = office.named("aki");
    let shortcuts = BTreeMap::from([("answer".to_owned(), "Ctrl+Alt+A".to_owned())]);
    let wanted = Preferences { theme: Theme::Dark, shortcuts, ..Preferences::default() };
    let new = office.set_preferences(aki.id, Language::Ja, &wanted).unwrap();
    assert_eq!((new.language, &new.preferences, new.version), (Language::Ja, &wanted, aki.version));
    let many = (0..65).map(|number| (number.to_string(), "x".to_owned())).collect();
    let many = Preferences { shortcuts: many, ..Preferences::default() };
    assert_eq!(code(office.set_preferences(aki.id, Language::En, &many)), "invalid");
}

#[test]
fn the_audit_log_says_who_did_what_from_where() {
    let office = Office::staffed();
    let here = office.enter(NOW, "admin");
    let by = here.session.actor(Some(THERE));
    let aki = office.named("aki").id;
    office.set_password(NOW + 1, &by, aki, &"seven brass tortoises".into(), true).unwrap();
    let event = AuditEvent::refused("secure_value.read", "not_yours")
        .on("contact", "c-1", "")
        .detail("variable pin");
    office.record(NOW + 2, &by, &event).unwrap();

    let page = office.audit(&AuditSearch { limit: 2, ..AuditSearch::default() }).unwrap();
    let [read, set] = page.records.as_slice() else { panic!() };
    assert_eq!((read.at_ms, read.what.as_str()), (NOW + 2, "secure_value.read"));
    assert_eq!(read.outcome, AuditOutcome::Refused { code: "not_yours".to_owned() });
    assert_eq!((set.what.as_str(), set.name.as_str()), ("user.password_set", "admin"));
    assert_eq!((set.user, set.address), (Some(here.session.user.id), Some(THERE)));
    assert_eq!(set.object.as_ref().unwrap().id, aki.to_string());
    let what = AuditSearch { what: Some("user.".to_owned()), limit: 200, ..AuditSearch::default() };
    assert!(office.audit(&what).unwrap().records.iter().all(|it| it.what.starts_with("user.")));
}

#[test]
fn the_audit_log_has_pages_and_nobody_can_change_it() {
    let office = Office::empty();
    for number in 0..25 {
        let event = AuditEvent::done(format!("test.{number}"));
        // The clock goes back; the order stays.
        office.record(NOW - number, &system(), &event).unwrap();
    }
    let mut search = AuditSearch { limit: 10, ..AuditSearch::default() };
    let mut all = Vec::new();
    loop {
        let page = office.audit(&search).unwrap();
        all.extend(page.records.into_iter().map(|record| record.what));
        search.before = page.next;
        if page.next.is_none() {
            break;
        }
    }
    let expected: Vec<String> = (0..25).rev().map(|number| format!("test.{number}")).collect();
    assert_eq!(all, expected);

    let file = rusqlite::Connection::open(office.dir.path().join("accounts.sqlite")).unwrap();
    for sql in ["UPDATE audit SET name = 'x'", "DELETE FROM audit WHERE seq = 3"] {
        assert!(file.execute(sql, []).unwrap_err().to_string().contains("append only"), "{sql}");
    }
}

#[test]
fn old_audit_records_go_but_a_wrong_clock_does_not_empty_the_log() {
    let settings = Settings { audit_least: 10, audit_most: 40, audit_keep_ms: DAY_MS, ..cheap() };
    let office = Office::with(settings);
    let count = || office.audit(&AuditSearch { limit: 200, ..Default::default() }).unwrap();
    for number in 0..50 {
        let event = AuditEvent::done(format!("test.{number}"));
        office.record(NOW + number, &system(), &event).unwrap();
    }
    assert_eq!(office.sweep(NOW + 50).unwrap().audit_records, 10);
    assert_eq!(count().records.len(), 40);
    assert_eq!(office.sweep(NOW + DAY_MS + 5).unwrap().audit_records, 0);
    assert_eq!(office.sweep(NOW + DAY_MS + 21).unwrap().audit_records, 11);
    assert_eq!(office.sweep(NOW + 40_000 * DAY_MS).unwrap().audit_records, 19);
    assert_eq!(count().records.len(), 10);
    assert_eq!(count().records[0].what, "test.49");
}

#[test]
fn ten_thousand_users_are_quick() {
    let office = Office::staffed();
    let new: Vec<NewUser> = (0..10_000)
        .map(|number| NewUser {
            name: format!("agent{number:05}"),
            display_name: format!("Agent {number}"),
            roles: Roles::from([Role::Agent]),
            agent: Some(AgentId::new(format!("a-{number}"))),
            ..NewUser::default()
        })
        .collect();
    office.create_users(NOW, &system(), &new).unwrap();
    let started = Instant::now();
    let mut search = UserSearch { limit: 200, ..UserSearch::default() };
    let mut all = Vec::new();
    loop {
        let page = office.users(&search).unwrap();
        all.extend(page.users.into_iter().map(|user| user.name));
        search.after = page.next;
        if search.after.is_none() {
            break;
        }
    }
    assert_eq!(all.len(), 10_003);
    assert!(all.is_sorted());
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());

    let here = office.enter(NOW, "aki");
    let started = Instant::now();
    for _ in 0..1_000 {
        office.session(NOW, here.token.reveal()).unwrap();
    }
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    let found = UserSearch { text: "AGENT 9999".to_owned(), limit: 10, ..UserSearch::default() };
    assert_eq!(office.users(&found).unwrap().users[0].name, "agent09999");
    assert_eq!(office.try_password(NOW, "agent00001", &good("x"), HERE), "bad_credentials");
}

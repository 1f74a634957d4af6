//! Signing in, lock-out, passwords.
#![allow(clippy::unwrap_used, reason = "what helps a test may unwrap as the test may")]

mod office;

use std::net::IpAddr;

use office::{HERE, NOW, Office, THERE, cheap, code, good};
use trunkline_accounts::{Actor, AuditSearch, Cost, Settings, UserChange, WhyEnded};

const MINUTE_MS: i64 = 60_000;

#[test]
fn the_right_password_lets_in_by_any_spelling_of_the_name() {
    let office = Office::staffed();
    for name in ["aki", "AKI", " Aki ", "ａｋｉ"] {
        assert_eq!(office.try_password(NOW, name, &good("aki"), HERE), "", "{name}");
    }
    for (name, password) in [
        ("aki", good("ben")),
        ("aki", String::new()),
        ("nobody", good("aki")),
        ("", String::new()),
        ("aki\0", good("aki")),
        ("' OR 1=1 --", good("aki")),
    ] {
        assert_eq!(office.try_password(NOW, name, &password, THERE), "bad_credentials", "{name}");
    }
    assert_eq!(office.newest(1), ["session.signed_in"]);
}

#[test]
fn five_failures_lock_the_name_whatever_the_password_and_the_address() {
    let office = Office::staffed();
    for _ in 0..5 {
        assert_eq!(office.try_password(NOW, "aki", "wrong", HERE), "bad_credentials");
    }
    assert_eq!(office.newest(1), ["session.locked"]);
    for password in ["wrong".to_owned(), good("aki")] {
        assert_eq!(office.try_password(NOW + 1, "AKI", &password, THERE), "locked");
    }
    assert_eq!(office.try_password(NOW, "ben", &good("ben"), HERE), "");
    let aki = office.named("aki").id;
    let until = NOW + 15 * MINUTE_MS;
    assert_eq!(office.locked_users(NOW).unwrap().into_iter().collect::<Vec<_>>(), [(aki, until)]);

    let office = office.reopened();
    assert_eq!(office.try_password(until - 1, "aki", &good("aki"), HERE), "locked");
    assert_eq!(office.try_password(until, "aki", &good("aki"), HERE), "");
    assert!(office.locked_users(until).unwrap().is_empty());
}

#[test]
fn names_that_do_not_exist_are_locked_in_the_same_way() {
    let office = Office::staffed();
    let answers = |name: &str| -> Vec<&str> {
        (0..7).map(|_| office.try_password(NOW, name, "wrong", HERE)).collect()
    };
    assert_eq!(answers("nobody"), answers("ben"));
}

#[test]
fn the_right_password_begins_the_count_anew_and_old_failures_do_not_count() {
    let office = Office::staffed();
    for round in 0..4 {
        for _ in 0..4 {
            office.try_password(NOW + round, "aki", "wrong", HERE);
        }
        assert_eq!(office.try_password(NOW + round, "aki", &good("aki"), HERE), "");
    }
    for minute in (0..200).step_by(4) {
        let now = NOW + minute * MINUTE_MS;
        // At most four within fifteen minutes.
        assert_eq!(office.try_password(now, "ben", "wrong", THERE), "bad_credentials", "{minute}");
    }
}

#[test]
fn thirty_failures_lock_the_address_for_all_names() {
    let office = Office::staffed();
    for number in 0..30 {
        let answer = office.try_password(NOW, &format!("guess{number}"), "wrong", HERE);
        assert_eq!(answer, "bad_credentials");
    }
    assert_eq!(office.try_password(NOW, "aki", &good("aki"), HERE), "locked");
    assert_eq!(office.try_password(NOW, "aki", &good("aki"), THERE), "");
    office.unlock_address(NOW, &Actor::system(), HERE).unwrap();
    assert_eq!(office.try_password(NOW, "aki", &good("aki"), HERE), "");
}

#[test]
fn an_ipv6_network_is_one_address_and_a_success_does_not_clear_it() {
    let office = Office::staffed();
    for number in 0..30 {
        let from: IpAddr = format!("2001:db8:0:1::{number:x}").parse().unwrap();
        assert_eq!(office.try_password(NOW, "aki", &good("aki"), from), "", "{number}");
        office.try_password(NOW, &format!("guess{number}"), "wrong", from);
    }
    let from: IpAddr = "2001:db8:0:1:ffff::".parse().unwrap();
    assert_eq!(office.try_password(NOW, "aki", &good("aki"), from), "locked");
    let from: IpAddr = "2001:db8:0:2::".parse().unwrap();
    assert_eq!(office.try_password(NOW, "aki", &good("aki"), from), "");
}

#[test]
fn an_administrator_unlocks() {
    let office = Office::staffed();
    for _ in 0..5 {
        office.try_password(NOW, "aki", "wrong", HERE);
    }
    let aki = office.named("aki").id;
    office.unlock(NOW, &Actor::system(), aki).unwrap();
    assert!(office.locked_users(NOW).unwrap().is_empty());
    assert_eq!(office.try_password(NOW, "aki", &good("aki"), HERE), "");
}

#[test]
fn many_guesses_at_once_are_no_more_guesses() {
    let office = Office::staffed_with(Settings { hashes_at_once: 16, ..cheap() });
    let answers: Vec<&str> = std::thread::scope(|scope| {
        let guess = |number: i32| {
            let office = &office;
            // The last ones are right: by then the name is locked, or will be.
            let password = if number < 40 { "wrong".to_owned() } else { good("aki") };
            scope.spawn(move || office.try_password(NOW, "aki", &password, HERE))
        };
        let all: Vec<_> = (0..40).map(guess).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let told = answers.iter().filter(|answer| **answer == "bad_credentials").count();
    assert_eq!(told, 5, "{answers:?}");
    assert_eq!(office.try_password(NOW, "aki", &good("aki"), HERE), "locked");
}

#[test]
fn many_right_sign_ins_at_once_lock_nobody() {
    let office = Office::staffed();
    std::thread::scope(|scope| {
        for _ in 0..40 {
            scope.spawn(|| assert_eq!(office.try_password(NOW, "aki", &good("aki"), HERE), ""));
        }
    });
    assert!(office.locked_users(NOW).unwrap().is_empty());
}

#[test]
fn a_lock_does_not_last_forever_when_the_clock_goes_back() {
    let office = Office::staffed();
    let ahead = NOW + 10 * 365 * 24 * 60 * MINUTE_MS;
    for _ in 0..5 {
        office.try_password(ahead, "aki", "wrong", HERE);
    }
    for _ in 0..4 {
        office.try_password(ahead, "ben", "wrong", HERE);
    }
    assert_eq!(office.try_password(NOW, "aki", &good("aki"), HERE), "locked");
    assert_eq!(office.try_password(NOW + 14 * MINUTE_MS, "aki", &good("aki"), HERE), "locked");
    assert_eq!(office.try_password(NOW + 15 * MINUTE_MS, "aki", &good("aki"), HERE), "");
    // The failures of the future count as failures of now, and then they are over.
    assert_eq!(office.try_password(NOW, "ben", "wrong", THERE), "bad_credentials");
    assert_eq!(office.try_password(NOW, "ben", &good("ben"), THERE), "locked");
    assert_eq!(office.try_password(NOW + 15 * MINUTE_MS, "ben", &good("ben"), THERE), "");
}

#[test]
fn a_disabled_user_is_only_told_so_with_the_right_password() {
    let office = Office::staffed();
    let session = office.enter(NOW, "aki");
    let aki = office.named("aki");
    let change = UserChange { disabled: true, ..UserChange::from(&aki) };
    office.change_user(NOW, &Actor::system(), aki.id, aki.version, change).unwrap();
    assert_eq!(office.try_password(NOW, "aki", "wrong", HERE), "bad_credentials");
    assert_eq!(office.try_password(NOW, "aki", &good("aki"), HERE), "disabled");
    assert_eq!(code(office.session(NOW, session.token.reveal())), "no_session");
}

#[test]
fn changing_the_password_ends_the_other_sessions() {
    let office = Office::staffed();
    let (here, there) = (office.enter(NOW, "aki"), office.enter(NOW, "aki"));
    let ben = office.enter(NOW, "ben");
    let mut ended = office.ended_sessions();
    let change = |old: &str, new: &str| {
        office.change_password(NOW, &here.session, &old.into(), &new.into(), HERE)
    };
    let new = "seven brass tortoises";
    assert_eq!(code(change("wrong", new)), "bad_credentials");
    assert_eq!(code(change(&good("aki"), "short")), "password_too_short");
    assert_eq!(code(change(&good("aki"), "AKI AKI AKI 1")), "password_is_name");
    assert_eq!(code(change(&good("aki"), &good("aki"))), "password_unchanged");
    change(&good("aki"), new).unwrap();

    office.session(NOW, here.token.reveal()).unwrap();
    office.session(NOW, ben.token.reveal()).unwrap();
    assert_eq!(code(office.session(NOW, there.token.reveal())), "no_session");
    let one = ended.try_recv().unwrap();
    assert_eq!((one.session, one.why), (there.session.id, WhyEnded::PasswordChanged));
    assert!(ended.try_recv().is_err());
    assert_eq!(office.try_password(NOW, "aki", &good("aki"), HERE), "bad_credentials");
    assert_eq!(office.try_password(NOW, "aki", new, HERE), "");
}

#[test]
fn a_stolen_session_cannot_guess_the_password() {
    let office = Office::staffed();
    let here = office.enter(NOW, "aki");
    let guess = |old: &str| {
        let new = "seven brass tortoises".into();
        code(office.change_password(NOW, &here.session, &old.into(), &new, HERE))
    };
    for _ in 0..5 {
        assert_eq!(guess("wrong"), "bad_credentials");
    }
    assert_eq!(guess(&good("aki")), "locked");
}

#[test]
fn an_administrators_password_ends_all_sessions_and_has_to_be_changed() {
    let office = Office::staffed();
    let session = office.enter(NOW, "aki");
    let aki = office.named("aki").id;
    let new = "seven brass tortoises";
    office.set_password(NOW, &Actor::system(), aki, &new.into(), true).unwrap();
    assert_eq!(code(office.session(NOW, session.token.reveal())), "no_session");
    let again = office.sign_in(NOW, "aki", &new.into(), HERE, "test").unwrap();
    assert!(again.session.user.must_change_password);
    let (old, newer) = (new.into(), "nine copper tortoises".into());
    office.change_password(NOW, &again.session, &old, &newer, HERE).unwrap();
    assert!(!office.user(aki).unwrap().must_change_password);
}

#[test]
fn a_hash_of_another_cost_is_made_anew_at_the_next_sign_in() {
    let office = Office::staffed();
    let dearer = Settings { cost: Cost { memory_kib: 64, passes: 2 }, ..cheap() };
    let path = office.dir.path().join("accounts.sqlite");
    let other = trunkline_accounts::Accounts::open(&path, dearer).unwrap();
    other.sign_in(NOW, "aki", &good("aki").into(), HERE, "test").unwrap();
    other.sign_in(NOW, "aki", &good("aki").into(), HERE, "test").unwrap();
    let hashes = office::hashes(&path);
    let dear: Vec<bool> = hashes.iter().map(|hash| hash.contains("m=64,t=2,p=1")).collect();
    assert_eq!(dear, [false, true, false]);
}

#[test]
fn a_flood_of_failures_does_not_fill_the_audit_log() {
    let office = Office::staffed();
    for number in 0..1_300 {
        let from: IpAddr = format!("10.0.{}.{}", number / 250, number % 250).parse().unwrap();
        office.try_password(NOW, &format!("guess{number}"), "wrong", from);
    }
    office.try_password(NOW, "aki", "wrong", HERE);
    let mut search = AuditSearch { limit: 200, ..AuditSearch::default() };
    let (mut count, mut newest) = (0, None);
    loop {
        let page = office.audit(&search).unwrap();
        newest = newest.or_else(|| page.records.first().map(|record| record.name.clone()));
        count += page.records.len();
        search.before = page.next;
        if page.next.is_none() {
            break;
        }
    }
    assert!(count < 1_010, "{count}");
    assert_eq!(newest.as_deref(), Some("aki"));
}

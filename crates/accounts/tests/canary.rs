//! Secrets are nowhere: not in the file, not in what prints.
#![allow(clippy::unwrap_used, reason = "what helps a test may unwrap as the test may")]

mod office;

use std::path::Path;

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use office::{HERE, NOW, Office, THERE, good};
use trunkline_accounts::{
    Actor, AuditSearch, Demo, FirstAdministrator, NewToken, Scope, Scopes, UserSearch,
};

/// A secret in the forms in which it could have got somewhere.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let bytes = secret.as_bytes();
    vec![
        bytes.to_vec(),
        HEXLOWER.encode(bytes).into_bytes(),
        BASE64.encode(bytes).trim_end_matches('=').as_bytes().to_vec(),
        BASE64URL_NOPAD.encode(bytes).into_bytes(),
    ]
}

fn holds(haystack: &[u8], secret: &str) -> bool {
    forms(secret).iter().any(|form| haystack.windows(form.len()).any(|window| window == form))
}

fn bytes_of(folder: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(folder).unwrap();
    files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
}

#[test]
fn no_secret_is_kept_or_printed() {
    let office = Office::empty();
    let mut secrets = Vec::new();
    let mut printed = String::new();
    let mut seen = |text: &dyn std::fmt::Debug| printed.push_str(&format!("{text:?}\n"));

    let link = office.new_setup(NOW).unwrap().unwrap();
    let password = "canary-first-administrator";
    let first = FirstAdministrator {
        name: "boss".to_owned(),
        display_name: "Boss".to_owned(),
        password: Some(password.into()),
        ..FirstAdministrator::default()
    };
    seen(&(&link, &first));
    let boss = office.set_up(NOW, link.reveal(), &first, HERE, "browser").unwrap();
    seen(&boss);
    let by = boss.session.actor(Some(HERE));
    secrets.extend([link.reveal().to_owned(), password.to_owned()]);
    secrets.extend([boss.token.reveal().to_owned(), boss.session.csrf.reveal().to_owned()]);

    let changed = "canary-changed-password";
    let (old, new) = (password.into(), changed.into());
    office.change_password(NOW, &boss.session, &old, &new, HERE).unwrap();
    seen(&(old, new));
    secrets.push(changed.to_owned());

    let wrong = "canary-wrong-password";
    seen(&office.sign_in(NOW, "boss", &wrong.into(), THERE, "browser").unwrap_err());
    // Who types the password where the name belongs.
    seen(&office.sign_in(NOW, changed, &"x".into(), THERE, "browser").unwrap_err());
    secrets.push(wrong.to_owned());

    let id = boss.session.user.id;
    let token = NewToken {
        name: "export".to_owned(),
        scopes: Scopes::from([Scope::UsersRead]),
        expires_ms: NOW + 1_000_000,
    };
    let (text, token) = office.create_token(NOW, &by, id, &token).unwrap();
    seen(&(&text, &token, office.token(NOW, text.reveal()).unwrap()));
    secrets.push(text.reveal().to_owned());

    for user in office.make_demo(NOW, &Demo::default()).unwrap() {
        seen(&user);
        secrets.push(user.password.reveal().to_owned());
    }
    seen(&office.users(&UserSearch { limit: 200, ..UserSearch::default() }).unwrap());
    seen(&office.audit(&AuditSearch { limit: 200, ..AuditSearch::default() }).unwrap());
    seen(&*office);

    assert_eq!(secrets.len(), 9);
    let kept = bytes_of(office.dir.path());
    for secret in &secrets {
        assert!(!holds(printed.as_bytes(), secret), "{secret} is printed");
        assert!(!holds(&kept, secret), "{secret} is kept");
    }
    assert!(!printed.contains("$argon2"), "a hash is printed");
}

#[test]
fn the_search_finds_a_planted_leak() {
    let office = Office::staffed();
    let secret = good("aki");
    let event = trunkline_accounts::AuditEvent::done("test.leak").detail(secret.clone());
    office.record(NOW, &Actor::system(), &event).unwrap();
    assert!(holds(&bytes_of(office.dir.path()), &secret));
    let encoded = HEXLOWER.encode(secret.as_bytes());
    assert!(holds(format!("x{encoded}y").as_bytes(), &secret));
}

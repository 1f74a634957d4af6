//! Hostile `tenant.yaml` texts: each gives an error soon, and none takes the process down.

use std::fmt::Write;
use std::time::Instant;

use trunkline_model::tenant::Tenant;

/// The error for a text, which must come within seconds even in a debug build.
fn error(yaml: &str) -> String {
    let begun = Instant::now();
    let error = Tenant::parse(yaml).expect_err("hostile text is refused").to_string();
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
    assert!(error.len() < 100_000, "{} bytes of report", error.len());
    error
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let below = level - 1;
        let items = vec![format!("*a{below}"); 10].join(", ");
        writeln!(bomb, "a{level}: &a{level} [{items}]").unwrap();
    }
    let error = error(&bomb);
    assert!(error.contains("aliases (`*name`) repeat too much"), "{error}");
}

#[test]
fn an_alias_of_a_large_text_is_refused() {
    let text = "x".repeat(1 << 20);
    let uses = (0..99).map(|n| format!("v{n}: *t\n")).collect::<String>();
    let error = error(&format!("name: &t {text}\n{uses}"));
    assert!(error.contains("the texts of the file are too long"), "{error}");
}

#[test]
fn deep_nesting_is_refused() {
    let block = (0..3_000).map(|depth| format!("{}a:\n", " ".repeat(depth % 1_000)));
    for yaml in [
        format!("teams: {}", "[".repeat(100_000)),
        format!("teams: {}", "{a: ".repeat(100_000)),
        format!("teams: {}x", "- ".repeat(100_000)),
        format!("{}x", "? ".repeat(100_000)),
        block.collect(),
    ] {
        let error = error(&yaml);
        assert!(error.starts_with("tenant.yaml:"), "{error}");
    }
}

#[test]
fn a_large_file_is_refused_before_it_is_read() {
    let yaml = "# x\n".repeat(25 << 20);
    assert_eq!(error(&yaml), "tenant.yaml: the file has 104857600 bytes; 4194304 are allowed");
}

#[test]
fn many_mistakes_give_a_short_report() {
    let mut yaml = String::from("teams: [{id: t, name: Team}]\nagents:\n");
    for number in 0..5_000 {
        writeln!(yaml, "- {{id: a{number}, name: A{number}, teams: [nobody{number}, Taem]}}")
            .unwrap();
    }
    let error = error(&yaml);
    assert_eq!(error.lines().count(), 101);
    assert!(error.ends_with("tenant.yaml: and 9900 more"), "{}", error.lines().last().unwrap());
}

#[test]
fn a_large_tenant_is_read() {
    let mut yaml = String::from("teams: [{id: t, name: Team}]\nagents:\n");
    for number in 0..5_000 {
        writeln!(yaml, "- {{id: a{number}, name: Agent {number}, teams: [t], phone: '{number}'}}")
            .unwrap();
    }
    assert_eq!(Tenant::parse(&yaml).unwrap().agents.len(), 5_000);
}

#[test]
fn cut_and_damaged_texts_never_panic() {
    let whole = include_str!("tenant.yaml");
    assert!(Tenant::parse(whole).is_ok(), "{:?}", Tenant::parse(whole));
    for end in (0..whole.len()).filter(|end| whole.is_char_boundary(*end)).step_by(31) {
        let _ = Tenant::parse(&whole[..end]);
    }
    for (position, _) in whole.char_indices().step_by(53) {
        for damage in ["\0", "[", "}", "&x *x", "\t", ": ", "é", "- "] {
            let _ = Tenant::parse(&format!("{}{damage}{}", &whole[..position], &whole[position..]));
        }
    }
}

#[test]
fn no_error_shows_a_secret() {
    let before = "connectors:\n- id: c\n  name: C\n  base_url: https://example.com\n  auth: ";
    let auths = [
        "{type: bearer, token: !!int canary}",
        "{type: bearer, token: !!bool canary}",
        "{type: bearer, token: !!float canary}",
        "{type: bearer, token: !!binary canary}",
        "{type: bearer, token: !!null canary}",
        "{type: bearer, token: !secret canary}",
        "{type: bearer, token: {env: 'canary x'}}",
        "{type: bearer, token: {env: [canary]}}",
        "{type: bearer, token: {file: {x: canary}}}",
        "{type: bearer, tokn: canary}",
        "{type: bearer, token: \"canary\\q\"}",
        "{type: bearer, token: canary",
        "{type: bearer, token: [canary, *canary2]}",
        "{type: bearer, token: |\n canary}",
        "{type: basic, username: u, password: canary}",
        "{type: basic, username: u, password: canary, password: canary}",
        "canary",
        "[canary]",
        "{type: jwt_bearer, private_key: canary}",
    ];
    for auth in auths {
        let error = error(&format!("{before}{auth}\n"));
        assert!(!error.contains("canary"), "{auth}\n{error}");
    }
}

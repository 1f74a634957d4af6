//! Golden traces: a line per step and effect, reviewed as a diff. `UPDATE_GOLDEN=1` writes them.

use std::path::Path;

use crate::scenarios;
use crate::tape::Scenario;

fn check(scenario: &Scenario) {
    let text = scenario.run().text;
    let name = format!("tests/golden/{}.txt", scenario.name);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&name);
    if std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1") {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &text).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    let lines = text.lines().zip(golden.lines());
    let first = lines.clone().position(|(new, old)| new != old);
    let place = first.unwrap_or_else(|| lines.count());
    assert!(
        text == golden,
        "{name}, line {}:\nis  {}\nwas {}\nif that is right: UPDATE_GOLDEN=1 cargo test -p \
         trunkline-sim --test world golden",
        place + 1,
        text.lines().nth(place).unwrap_or_default(),
        golden.lines().nth(place).unwrap_or_default(),
    );
}

#[test]
fn data_dip() {
    check(&scenarios::data_dip());
}

#[test]
fn self_service() {
    check(&scenarios::self_service());
}

#[test]
fn trouble() {
    check(&scenarios::trouble());
}

#[test]
fn transfers() {
    check(&scenarios::transfers());
}

#[test]
fn last_agent() {
    check(&scenarios::last_agent());
}

#[test]
fn escalation() {
    check(&scenarios::escalation());
}

#[test]
fn voicemail() {
    check(&scenarios::voicemail());
}

#[test]
fn prompts_that_fail() {
    check(&scenarios::prompts_that_fail());
}

#[test]
fn nobody_left() {
    check(&scenarios::nobody_left());
}

#[test]
fn long_transfer() {
    check(&scenarios::long_transfer());
}

#[test]
fn consult() {
    check(&scenarios::consult());
}

#[test]
fn consult_number() {
    check(&scenarios::consult_number());
}

#[test]
fn hand_over() {
    check(&scenarios::hand_over());
}

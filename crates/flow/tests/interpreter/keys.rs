//! Menu and Collect Digits.

use serde_json::{Value, json};

use crate::builder::{Builder, merge, spoken};
use crate::driver::{Driver, start};

fn ask(kind: &str, more: Value) -> Driver {
    let mut properties = spoken("Well?");
    merge(&mut properties, more);
    let flow = Builder::flow("f").act("Ask", kind, properties).end("E");
    let links = "Ask 1 E; Ask 2 E; Ask timeout E; Ask invalid E; Ask error E";
    let flow = if kind == "ivr-menu" { flow } else { flow.links("Ask default E") };
    start(&flow.row("Start Ask").links(links))
}

fn menu(more: Value) -> Driver {
    let mut all = json!({ "menuLinks": ["1", "2", "*"], "entryTimeout": "5" });
    merge(&mut all, more);
    ask("ivr-menu", all)
}

fn port(driver: &Driver) -> Option<&str> {
    driver.step("Ask").port.as_deref()
}

#[test]
fn a_menus_key_leaves_by_its_port() {
    for (key, expected) in [("1", "1"), ("2", "2"), ("9", "invalid"), ("#", "invalid")] {
        let mut driver = menu(json!({}));
        driver.played().press(key);
        assert_eq!(port(&driver), Some(expected), "{key}");
        assert_eq!(driver.out("Ask", "OptionEntered"), format!("{key:?}"));
    }
}

#[test]
fn a_key_ends_only_an_interruptible_prompt() {
    let mut driver = menu(json!({ "interruptible": true }));
    driver.press("2");
    assert_eq!(driver.lines(), ["play Well?", "stop playing", "flow ended"]);
    assert_eq!(port(&driver), Some("2"));
    let mut driver = menu(json!({ "interruptible": false }));
    driver.press("2");
    assert_eq!(driver.lines(), ["play Well?"], "the key is swallowed");
    driver.played().press("1");
    assert_eq!(port(&driver), Some("1"));
}

#[test]
fn a_menu_waits_for_its_timeout_after_the_prompt() {
    let mut driver = menu(json!({}));
    assert_eq!(driver.run.wake_at(), None, "the prompt is playing");
    driver.played();
    assert_eq!(driver.run.wake_at(), Some(driver.now_ms + 5_000));
    driver.give(4_999, trunkline_flow::Input::Tick);
    assert_eq!(driver.path(), "Start.out");
    driver.wait();
    assert_eq!(port(&driver), Some("timeout"));
    assert_eq!(driver.out("Ask", "OptionEntered"), "null");
}

#[test]
fn a_menu_without_a_prompt_listens_at_once() {
    let mut driver = menu(json!({ "promptsTts": [] }));
    assert!(driver.lines().is_empty());
    assert!(driver.run.hears_keys_now());
    driver.press("1");
    assert_eq!(port(&driver), Some("1"));
}

#[test]
fn a_port_that_leads_nowhere_is_an_unhandled_error() {
    let mut driver = menu(json!({}));
    driver.played().press("*");
    assert_eq!(
        driver.lines()[1..],
        ["unhandled main Ask TL-FLOW-DANGLING Fallback", "rescue TL-FLOW-DANGLING"]
    );
}

#[test]
fn timeouts_outside_their_range_are_the_nearest_of_it() {
    for (text, ms) in [("0", 1_000), ("31", 30_000), ("x", 3_000), ("30", 30_000), ("1", 1_000)] {
        let mut driver = menu(json!({ "entryTimeout": text }));
        driver.played();
        assert_eq!(driver.run.wake_at(), Some(driver.now_ms + ms), "{text}");
    }
}

fn collect(more: Value) -> Driver {
    let mut all = json!({
        "minDigits": 2, "maxDigits": 4, "terminatorSymbol": "#", "entryTimeout": 5,
        "interDigitTimeout": 2, "interruptible": true,
    });
    merge(&mut all, more);
    ask("ivr-collectdigits", all)
}

/// Keys pressed, whether the timer then ends it, the port and the digits.
#[test]
fn digits_end_with_the_terminator_the_maximum_or_the_timer() {
    let cases = [
        ("1234", false, "default", r#""1234""#),
        ("12#", false, "default", r#""12""#),
        ("12", true, "default", r#""12""#),
        ("1#", false, "invalid", r#""1""#),
        ("1", true, "invalid", r#""1""#),
        ("#", false, "invalid", r#""""#),
        ("", true, "timeout", "null"),
        ("*1A#", false, "default", r#""*1A""#),
    ];
    for (keys, waits, expected, digits) in cases {
        let mut driver = collect(json!({}));
        driver.played().press(keys);
        if waits {
            driver.wait();
        }
        assert_eq!(port(&driver), Some(expected), "{keys}");
        assert_eq!(driver.out("Ask", "DigitsEntered"), digits, "{keys}");
    }
}

#[test]
fn the_first_key_has_the_entry_timeout_and_the_next_ones_their_own() {
    let mut driver = collect(json!({}));
    driver.played();
    assert_eq!(driver.run.wake_at(), Some(driver.now_ms + 5_000));
    driver.press("1");
    assert_eq!(driver.run.wake_at(), Some(driver.now_ms + 2_000));
    driver.press("2");
    assert_eq!(driver.run.wake_at(), Some(driver.now_ms + 2_000));
}

#[test]
fn barge_in_counts_the_key_that_ended_the_prompt() {
    let mut driver = collect(json!({}));
    driver.press("12");
    assert_eq!(driver.lines(), ["play Well?", "stop playing"]);
    driver.press("34");
    assert_eq!(driver.out("Ask", "DigitsEntered"), r#""1234""#);
    let mut driver = collect(json!({ "interruptible": false }));
    driver.press("12").played().press("34#");
    assert_eq!(driver.out("Ask", "DigitsEntered"), r#""34""#);
}

#[test]
fn no_minimum_takes_silence_for_an_answer() {
    let mut driver = collect(json!({ "minDigits": 0 }));
    driver.played().wait();
    assert_eq!(port(&driver), Some("default"));
    assert_eq!(driver.out("Ask", "DigitsEntered"), r#""""#);
}

#[test]
fn without_a_terminator_its_key_is_a_digit() {
    let mut driver = collect(json!({ "terminatorSymbol": null }));
    driver.played().press("1#23");
    assert_eq!(driver.out("Ask", "DigitsEntered"), r##""1#23""##);
}

#[test]
fn a_visit_begins_without_the_keys_of_the_last_one() {
    let mut properties = spoken("Well?");
    merge(&mut properties, json!({ "minDigits": 2, "maxDigits": 4, "entryTimeout": 5 }));
    let flow = Builder::flow("f").act("Ask", "ivr-collectdigits", properties).end("E");
    let flow = flow.row("Start Ask E").links("Ask invalid Ask; Ask timeout Ask");
    let mut driver = start(&flow);
    driver.played().press("1").wait();
    driver.played().press("2345");
    assert_eq!(driver.path(), "Start.out Ask.invalid Ask.default E");
    assert_eq!(driver.out("Ask", "DigitsEntered"), r#""2345""#);
    assert_eq!(driver.run.ask_number(), 2);
}

//! Condition, Case, Percent Allocation.

use serde_json::json;
use trunkline_flow::run::Input;

use crate::builder::Builder;
use crate::driver::start;

#[test]
fn a_condition_takes_the_way_of_its_truth() {
    let cases = [
        ("{{ 1 < 2 }}", "true"),
        ("{{ 1 > 2 }}", "false"),
        ("{{ nothing }}", "false"),
        ("{{ flag }}", "true"),
        ("{{ text }}", "false"),
        (" {{ 'TRUE' }} ", "true"),
        ("{{ 1 < 2 }}{{ nothing }}", "true"),
        ("false", "false"),
        ("{{ 'yes' }}", "error"),
        ("{{ 1 }}", "error"),
        ("", "error"),
        ("{{ text", "error"),
    ];
    for (expression, port) in cases {
        let flow = Builder::flow("f").var("flag", "BOOLEAN", "true").var("text", "STRING", "False");
        let flow = flow.act("If", "condition-activity", json!({ "expression": expression }));
        let flow = flow.end("T").end("F").end("E").links("If true T; If false F; If error E");
        let driver = start(&flow.row("Start If"));
        assert_eq!(driver.step("If").port.as_deref(), Some(port), "{expression:?}");
        let is_error = driver.step("If").failure.is_some();
        assert_eq!(is_error, port == "error", "{expression:?}");
    }
}

#[test]
fn a_case_compares_texts_and_leaves_by_the_place() {
    let cases = [
        ("{{ 200 }}", "0"),
        ("{{ '200' }}", "0"),
        ("gold ", "1"),
        ("Gold", "default"),
        ("{{ Start.ANI }}", "4"),
        ("{{ nothing }}", "default"),
        ("{{ 1 / 0 }}", "error"),
    ];
    for (expression, port) in cases {
        let properties = json!({
            "expression": expression, "menuLinks": ["0", "1", "4"],
            "menuLinks:input": ["200", "{{ tier }}", "+14806754111"],
        });
        let flow = Builder::flow("f").var("tier", "STRING", "gold");
        let flow = flow.act("Case", "case-statement", properties).end("E");
        let links = "Case 0 E; Case 1 E; Case 4 E; Case default E; Case error E";
        let driver = start(&flow.row("Start Case").links(links));
        assert_eq!(driver.step("Case").port.as_deref(), Some(port), "{expression}");
    }
}

#[test]
fn older_exports_spell_the_values_of_a_case_with_an_underscore() {
    let properties = json!({
        "expression": "b", "menuLinks": ["0", "1"], "menuLinks_input": ["a", "b"],
    });
    let flow = Builder::flow("f").act("Case", "case-statement", properties).end("E");
    let driver = start(&flow.row("Start Case").links("Case 1 E"));
    assert_eq!(driver.path(), "Start.out Case.1 E");
}

fn allocation(percents: &[&str]) -> Builder {
    let inputs: Vec<_> =
        percents.iter().map(|it| format!(r#"{{"percent":{it},"desc":"way of {it}"}}"#)).collect();
    let places: Vec<_> = (0..percents.len()).map(|place| place.to_string()).collect();
    let properties = json!({ "allocations": places, "allocations:input": inputs });
    let flow = Builder::flow("f").act("Split", "percent-allocation", properties).end("E");
    flow.row("Start Split").links("Split 0 E; Split 1 E; Split 2 E; Split error E")
}

#[test]
fn an_allocation_asks_for_a_way_and_takes_it() {
    let mut driver = start(&allocation(&["90", "0", "10"]));
    assert_eq!(driver.lines(), ["allocate id-of-f/1/Split [90, 0, 10]"]);
    driver.give(0, Input::Allocated { id: 1, index: 2 });
    assert_eq!(driver.path(), "Start.out Split.2 E");
    assert_eq!(driver.out("Split", "percentage"), "10");
    assert_eq!(driver.out("Split", "description"), r#""way of 10""#);
}

#[test]
fn an_allocation_of_nothing_is_an_error() {
    let driver = start(&allocation(&["0", "0"]));
    assert_eq!(driver.path(), "Start.out Split!TL-FLOW-PROPERTY.error E");
    let mut driver = start(&allocation(&["50", "50"]));
    driver.give(0, Input::Allocated { id: 1, index: 7 });
    assert_eq!(driver.path(), "Start.out Split!TL-FLOW-PROPERTY.error E");
    let (_, found) = allocation(&["90", "5"]).read_with_findings();
    assert!(found.iter().any(|it| it.rule == "percentages"));
}

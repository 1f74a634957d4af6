//! Screen Pop and Disconnect Contact, and what is not run yet.

use serde_json::{Value, json};
use trunkline_flow::run::{Effect, PopTarget, ScreenPop};

use crate::builder::Builder;
use crate::driver::{Driver, start};

fn pop(properties: Value, before: &str) -> (ScreenPop, Driver) {
    let flow = Builder::flow("f").var("id", "STRING", "542456643").var("other", "STRING", "o");
    let flow = flow.set("Found", "id", "001").set("Nothing", "other", "");
    let flow = flow.act("Pop", "screen-pop", properties).end("End");
    let driver = start(&flow.row(&format!("Start {before} Pop End")));
    let pop = driver.effects.iter().find_map(|effect| match effect {
        Effect::ScreenPop(pop) => Some(pop.clone()),
        _ => None,
    });
    (pop.expect("nothing popped"), driver)
}

#[test]
fn a_page_has_its_parameters_label_and_target() {
    let properties = json!({
        "screenPopUrl": "https://x/{{ id }}/view", "screenPopDesktopLabel": "Case {{ id }}",
        "queryParameters": { "channel": "OPEN CTI&{{ Start.ANI }}" }, "target": "insideDesktop",
    });
    let (pop, driver) = pop(properties, "Found");
    assert_eq!(pop.url, "https://x/001/view?channel=OPEN%20CTI%26%2B14806754111");
    assert_eq!((pop.label.as_str(), pop.target), ("Case 001", PopTarget::InsideDesktop));
    assert_eq!(driver.path(), "Start.out Found.out Pop.default End");
}

#[test]
fn targets_are_read_and_a_new_tab_is_the_default() {
    let cases = [
        (json!("newBrowserTab"), PopTarget::NewBrowserTab),
        (json!("sameBrowserTab"), PopTarget::SameBrowserTab),
        (json!("insideDesktop"), PopTarget::InsideDesktop),
        (json!(null), PopTarget::NewBrowserTab),
        (json!("elsewhere"), PopTarget::NewBrowserTab),
    ];
    for (target, expected) in cases {
        let properties = json!({ "screenPopUrl": "https://x", "target": target });
        assert_eq!(pop(properties, "").0.target, expected);
    }
}

#[test]
fn a_page_built_from_a_default_is_flagged() {
    let properties = json!({
        "screenPopUrl": "https://x/{{ id }}", "queryParameters": { "o": "{{ other }}" },
    });
    let (unset, driver) = pop(properties.clone(), "");
    assert_eq!(unset.from_defaults, ["id", "other"]);
    let warning = "the page is built from the flow's default of id, other";
    assert_eq!(driver.step("Pop").warnings, [warning]);
    let (half, _) = pop(properties.clone(), "Found");
    assert_eq!(half.from_defaults, ["other"]);
    let (set, driver) = pop(properties, "Found Nothing");
    assert!(set.from_defaults.is_empty() && driver.step("Pop").warnings.is_empty());
    // A variable that no activity sets is a constant of the flow, such as the instance's name.
    let flow = Builder::flow("f").var("instance", "STRING", "acme");
    let constant = json!({ "screenPopUrl": "https://{{ instance }}.x" });
    let driver = start(&flow.act("Pop", "screen-pop", constant).end("End").row("Start Pop End"));
    assert_eq!(driver.lines()[0], r#"pop NewBrowserTab "" https://acme.x []"#);
}

#[test]
fn a_disconnect_ends_the_flow() {
    let flow = Builder::flow("f").act("Bye", "disconnect-contact", json!({}));
    let driver = start(&flow.row("Start Bye"));
    assert_eq!(driver.path(), "Start.out Bye");
    assert_eq!(driver.lines(), ["disconnect", "flow ended"]);
}

#[test]
fn what_is_not_run_yet_leaves_by_its_failure_port_with_48() {
    for (kind, port) in [("callback", "failure"), ("fn-activity", "error"), ("brand-new", "error")]
    {
        let flow = Builder::flow("f").act("Odd", kind, json!({ "value": "{{ x }}" })).end("E");
        let driver = start(&flow.row("Start Odd").links(&format!("Odd {port} E")));
        assert_eq!(driver.path(), format!("Start.out Odd!TL-FLOW-UNSUPPORTED.{port} E"));
        assert_eq!(driver.failure("Odd").number, 48);
        assert!(driver.failure("Odd").description.contains(kind));
    }
}

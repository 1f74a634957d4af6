//! Texts that are the same for every caller are known before the first call.

use trunkline_flow::Flow;

#[test]
fn texts_without_expressions_are_told_with_their_voice() {
    let export = include_str!("../../../flows/salesforce-data-dip/flow.json");
    let (flow, _) = Flow::read(export).unwrap();
    let texts: Vec<_> = flow.nodes.iter().flat_map(|node| node.activity.fixed_texts()).collect();
    assert!(texts.iter().any(|(text, _)| text.contains("Harbor Bikes")), "{texts:?}");
    assert!(texts.iter().all(|(text, _)| !text.contains("{{")), "{texts:?}");
    assert!(texts.iter().all(|(_, voice)| voice.connector.is_some()), "{texts:?}");
    // The greetings by name, and the position in the queue, differ from caller to caller.
    let spoken = export.matches("\"type\": \"tts\"").count();
    assert!(texts.len() < spoken, "{} of {spoken}", texts.len());
}

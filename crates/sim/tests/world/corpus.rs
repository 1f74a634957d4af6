//! Runs the real exports of the corpus under several scripts: no call hangs, every contact ends
//! exactly once, and its journal gives back its trace.
//!
//! The exports are other people's files: they are read from `TRUNKLINE_CORPUS`, or from
//! `../shared/conformance/flows` beside the checkout. Without them the test says that it skipped.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;
use trunkline_contact::journal::{Head, replay};
use trunkline_contact::{Arrival, Output, SEMANTICS};
use trunkline_flow::activities::Need;
use trunkline_flow::{Flow, FlowKind, Site};
use trunkline_model::tenant::entry_point::Answer;
use trunkline_model::tenant::{Tenant, needs::Needs, stand_in};
use trunkline_model::{ContactId, EntryPointId};
use trunkline_sim::{Script, World, WorldOptions};

use crate::tape::{Tape, run_out};

/// What the servers, the caller and the agents do.
const SCRIPTS: [&str; 8] = [
    "http: [{body: '{}'}]",
    "http: [{status: 500, body: '<html>'}]\ncaller: {patience_s: 200}",
    "http: [{fail: connect}]",
    "http: [{latency_ms: 9000}]\ncaller: {hang_up_at_s: 7}",
    "http: [{body: '[{\"records\": [{\"Id\": \"1\", \"Name\": \"Ann\"}]}]'}]\n\
     agents: [{answer_after_s: null}, {decline_after_s: 2}, {hang_up_after_s: 8}]",
    "http: [{status: 204}]\nagents: [{answer_after_s: null, ready_after_rona_s: 80000}]\n\
     caller: {patience_s: 300}",
    "http: [{body: '{}'}]\nprompts: [{fail: speech_failed}]\ntransfers: [{does: is_busy}]",
    "http: [{body: '{}'}]\nprompts: [{contains: on_hold, fail: file_missing}]\n\
     transfers: [{does: rings}, {hang_up_after_s: null}]\nagents: [{answer_after_s: null}]",
];

fn corpus() -> Option<Vec<String>> {
    let folder = match std::env::var_os("TRUNKLINE_CORPUS") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/flows"),
    };
    let entries = std::fs::read_dir(folder).ok()?;
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "json"));
    files.sort();
    Some(files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect())
}

fn needs(flow: &Flow) -> Needs {
    let mut needs = Needs { flow: flow.name.clone(), ..Needs::default() };
    let pair = |id: &str, name: Option<&str>| (id.to_owned(), name.unwrap_or(id).to_owned());
    for need in flow.nodes.iter().flat_map(|node| node.activity.needs()) {
        match need {
            Need::Queue { id, name } => needs.queues.push(pair(id, name)),
            Need::Connector { id, name } => needs.connectors.push(pair(id, name)),
            Need::BusinessHours { id, name } => needs.business_hours.push(pair(id, name)),
            Need::Audio(name) => needs.audio.push(name.to_owned()),
            Need::Subflow { .. } | Need::Flow { .. } => {}
        }
    }
    needs
}

fn call(site: &Arc<Site>, script: &str) -> Tape {
    let script = Script::parse(script).unwrap();
    let start_ms = script.start_ms();
    let options = WorldOptions { start_ms, script, is_interactive: false };
    let mut world = World::new(Arc::clone(site), options, Tape::default());
    let entry_point: EntryPointId = site.tenant.entry_points[0].id.clone();
    let arrival = Arrival {
        contact: ContactId::new("c1"),
        at_ms: start_ms,
        ani_received: "+14806754111".into(),
        dnis_received: "+18005550100".into(),
        entry_point,
        headers: Vec::new(),
        rescue: None,
        outdial: None,
    };
    world.call(arrival).unwrap();
    run_out(&mut world);
    std::mem::take(world.recorder())
}

fn check(name: &str, tenant: &Tenant, flows: &[String]) {
    let read = |text: &String| Arc::new(Flow::read(text).unwrap().0);
    let site = Arc::new(Site::new(tenant.clone(), flows.iter().map(read).collect()));
    for script in SCRIPTS {
        let tape = call(&site, script);
        let ended = tape.outputs.iter().filter(|output| **output == Output::Ended).count();
        assert_eq!(ended, 1, "{name} under {script}: {}", tape.story());
        check_answer(name, script, &tape.outputs);
        let (arrival, tenant) = (tape.arrival.clone().unwrap(), tenant.clone());
        let head = Head { semantics: SEMANTICS, arrival, tenant, flows: flows.to_vec() };
        let again = replay(&head, tape.inputs.iter().cloned()).unwrap();
        assert_eq!(again.trace, tape.steps, "{name} under {script}");
        assert_eq!(again.outputs, tape.outputs, "{name} under {script}");
    }
}

/// A call is answered at most once, and before it carries audio (decision 3).
fn check_answer(name: &str, script: &str, outputs: &[Output]) {
    let needs_audio = |output: &Output| {
        matches!(
            output,
            Output::Play { .. }
                | Output::PlayMusic { .. }
                | Output::QueueMusic { file: Some(_) }
                | Output::Enqueue { .. }
                | Output::Record { .. }
                | Output::SendDigits { .. }
        )
    };
    let answers = outputs.iter().filter(|output| **output == Output::Answer).count();
    assert!(answers <= 1, "{name} under {script}: answered {answers} times");
    let answered = outputs.iter().position(|output| *output == Output::Answer);
    let audio = outputs.iter().position(needs_audio);
    assert!(audio.is_none_or(|at| answered.is_some_and(|it| it < at)), "{name} under {script}");
}

#[test]
fn every_real_flow_ends_its_calls_and_can_be_replayed() {
    let Some(texts) = corpus() else {
        println!("skipped: there is no corpus of flows");
        return;
    };
    let flows: Vec<_> = texts.iter().map(|text| Flow::read(text).unwrap().0).collect();
    let subflows = flows.iter().zip(&texts).filter(|(flow, _)| flow.kind == FlowKind::Subflow);
    let subflows: Vec<_> = subflows.map(|(_, text)| text.clone()).collect();
    for (flow, text) in flows.iter().zip(&texts).filter(|(flow, _)| flow.kind == FlowKind::Flow) {
        let (mut tenant, _) = stand_in(&needs(flow));
        let files = [vec![text.clone()], subflows.clone()].concat();
        check(&flow.name, &tenant, &files);
        let other = json!({
            "empty_jsonpath_result": "set_empty", "http_timeout": "default408",
            "hang_up_during_request": "drop", "play_music_without_duration": "five_times",
            "end_flow_while_queued": "disconnect", "main_flow_after_answer": "resumes",
        });
        tenant.compatibility = serde_json::from_value(other).unwrap();
        tenant.entry_points[0].answer = Answer::FirstMedia;
        check(&flow.name, &tenant, &files);
    }
}

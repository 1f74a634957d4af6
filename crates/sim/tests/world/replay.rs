//! The journalled inputs of a contact give back the same trace, step for step.

use trunkline_contact::Input;
use trunkline_contact::journal::{Head, InputRecord, replay};
use trunkline_model::call::{RecordingEnd, TransferOutcome};
use trunkline_model::trace::Step;

use crate::scenarios;
use crate::tape::{Scenario, Tape};

/// The trace of a replay, after head and inputs went through the journal's text form.
fn replayed(head: &Head, inputs: &[InputRecord]) -> Vec<Step> {
    let head: Head = serde_json::from_str(&serde_json::to_string(head).unwrap()).unwrap();
    let text = serde_json::to_string(inputs).unwrap();
    let inputs: Vec<InputRecord> = serde_json::from_str(&text).unwrap();
    replay(&head, inputs).unwrap().trace
}

#[test]
fn the_same_inputs_give_the_same_trace() {
    for scenario in scenarios::all() {
        let tape = scenario.run();
        let again = replayed(&scenario.head(&tape), &tape.inputs);
        assert!(!tape.steps.is_empty());
        assert_eq!(again, tape.steps, "{}", scenario.name);
    }
}

#[test]
fn the_same_scenario_twice_is_the_same_call() {
    for scenario in scenarios::all() {
        assert_eq!(scenario.run().text, scenario.run().text, "{}", scenario.name);
    }
}

/// Every input that says something, said otherwise.
fn flips(tape: &Tape) -> Vec<(usize, InputRecord)> {
    let flip = |record: &InputRecord| {
        let mut record = record.clone();
        match &mut record.input {
            Input::Flow(trunkline_flow::Input::Digit(key)) => {
                *key = if *key == '3' { '5' } else { '3' };
            }
            Input::Flow(trunkline_flow::Input::Http { outcome, .. }) => outcome.duration_ms += 1,
            Input::Flow(trunkline_flow::Input::Allocated { index, .. }) => *index = 1 - *index,
            Input::Flow(trunkline_flow::Input::Figures { figures, .. }) => *figures = None,
            Input::Flow(
                trunkline_flow::Input::PlayFailed { text, .. }
                | trunkline_flow::Input::TransferEnded {
                    outcome: TransferOutcome::Failed { text, .. },
                    ..
                },
            )
            | Input::QueueMusicFailed { text, .. } => text.push('x'),
            Input::Flow(trunkline_flow::Input::TransferEnded {
                outcome: outcome @ (TransferOutcome::Busy | TransferOutcome::NoAnswer),
                ..
            }) => *outcome = TransferOutcome::Connected,
            Input::Flow(trunkline_flow::Input::Recorded { duration_ms, reason, .. }) => {
                *duration_ms += 1;
                *reason = RecordingEnd::MaxLength;
            }
            Input::Answered { agent } => agent.name.push('x'),
            Input::Edited { value, .. } => value.push('x'),
            Input::WrapUpEnded { code, .. } => *code = Some("another".into()),
            _ => return None,
        }
        Some(record)
    };
    let numbered = tape.inputs.iter().enumerate();
    numbered.filter_map(|(place, record)| Some((place, flip(record)?))).collect()
}

fn flipped(scenario: &Scenario, tape: &Tape, place: usize, record: InputRecord) -> Vec<Step> {
    let mut inputs = tape.inputs.clone();
    inputs[place] = record;
    replayed(&scenario.head(tape), &inputs)
}

#[test]
fn another_input_gives_another_trace() {
    let mut count = 0;
    // Failed requests show no duration, and the digits of a secret are masked.
    let open = |it: &Scenario| !["time_out", "trouble", "secrets"].contains(&it.name);
    for scenario in scenarios::all().into_iter().filter(open) {
        let tape = scenario.run();
        for (place, record) in flips(&tape) {
            let input = format!("{:?}", record.input);
            let trace = flipped(&scenario, &tape, place, record);
            assert_ne!(trace, tape.steps, "{} input {place}: {input}", scenario.name);
            count += 1;
        }
    }
    assert!(count > 20, "{count} inputs were flipped");
}

#[test]
fn a_journal_that_breaks_off_gives_the_beginning_of_the_trace() {
    for scenario in scenarios::all() {
        let tape = scenario.run();
        let head = scenario.head(&tape);
        for length in [0, 1, tape.inputs.len() / 2] {
            let trace = replayed(&head, &tape.inputs[..length]);
            assert_eq!(trace[..], tape.steps[..trace.len()], "{} {length}", scenario.name);
        }
    }
}

#[test]
fn a_journal_of_other_semantics_is_refused() {
    let scenario = scenarios::data_dip();
    let tape = scenario.run();
    let mut head = scenario.head(&tape);
    head.semantics += 1;
    assert!(replay(&head, tape.inputs).is_err());
}

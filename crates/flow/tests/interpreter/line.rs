//! What needs the caller's line: prompts that fail, transfers, recordings, keys that are sent.

use serde_json::{Value, json};
use trunkline_flow::run::Input;
use trunkline_model::call::{RecordingEnd, TransferOutcome};
use trunkline_model::prompt::PlayFailure;

use crate::builder::{Builder, spoken};
use crate::driver::{Driver, Setup, start};

const FAILURES: [(PlayFailure, &str); 4] = [
    (PlayFailure::FileMissing, "TL-AUDIO-MISSING"),
    (PlayFailure::FileUnreadable, "TL-AUDIO-UNREADABLE"),
    (PlayFailure::SpeechFailed, "TL-SPEECH-FAILED"),
    (PlayFailure::LineNotReady, "TL-LINE-NOT-READY"),
];

/// Every activity that plays something, with what it needs.
fn playing() -> [(&'static str, Value); 4] {
    [
        ("play-message", spoken("hello")),
        ("play-music", json!({ "prompt": "hello.wav" })),
        ("ivr-menu", spoken("press")),
        ("ivr-collectdigits", spoken("dial")),
    ]
}

#[test]
fn a_prompt_that_fails_leaves_by_the_error_port() {
    for (kind, properties) in playing() {
        for (reason, code) in FAILURES {
            let flow = Builder::flow("f").act("Play", kind, properties.clone());
            let flow = flow.end("End").say("Sorry", "sorry").row("Start Play End");
            let mut driver = start(&flow.links("Play error Sorry"));
            driver.play_fails(reason);
            assert_eq!(driver.path(), format!("Start.out Play!{code}.error"), "{kind}");
            // The operator hears of files and voices, not of a line that is breaking off.
            let told = format!("prompt failed Play {code}");
            let is_told = driver.lines().contains(&told);
            assert_eq!(is_told, reason != PlayFailure::LineNotReady);
            assert_eq!(driver.lines().last().unwrap(), "play sorry");
            assert_eq!(driver.failure("Play").description, "cannot be played");
        }
    }
}

#[test]
fn a_prompt_that_fails_unwired_keeps_the_caller() {
    for (kind, properties) in playing() {
        let flow = Builder::flow("f").act("Play", kind, properties).say("On", "going on");
        let mut driver = start(&flow.row("Start Play On"));
        driver.play_fails(PlayFailure::FileMissing);
        let kept = ["unhandled main Play TL-AUDIO-MISSING DefaultPort", "play going on"];
        assert_eq!(driver.lines()[1..], kept, "{kind}");
    }
}

#[test]
fn a_failure_that_comes_late_or_twice_changes_nothing() {
    let mut driver = start(&Builder::flow("f").say("A", "a").say("B", "b").row("Start A B"));
    let late = Input::PlayFailed { id: 1, reason: PlayFailure::FileMissing, text: "x".into() };
    driver.played().give(0, late.clone());
    assert_eq!(driver.path(), "Start.out A.default");
    driver.give(0, Input::Played { id: 1 }).give(0, late);
    assert_eq!(driver.lines(), ["play a", "play b"]);
}

#[test]
fn a_menu_that_answers_its_own_failure_does_not_go_round_for_ever() {
    let flow = Builder::flow("f").act("Menu", "ivr-menu", spoken("press"));
    let mut driver = start(&flow.row("Start Menu").links("Menu error Menu; Menu timeout Menu"));
    for _ in 0..50 {
        driver.play_fails(PlayFailure::SpeechFailed);
    }
    let tries = driver.lines().iter().filter(|line| *line == "play press").count();
    assert_eq!(tries, 51, "it tries again");
    let before = driver.lines().len();
    driver.play_fails(PlayFailure::SpeechFailed);
    let ends = ["unhandled main Menu TL-FLOW-SPIN Fallback", "rescue TL-FLOW-SPIN"];
    assert_eq!(driver.lines()[before..], ends);
}

#[test]
fn prompts_that_play_between_failures_keep_a_flow_going() {
    let flow = Builder::flow("f").say("A", "a").say("B", "b").row("Start A B A");
    let mut driver = start(&flow.links("A error B"));
    for _ in 0..200 {
        driver.play_fails(PlayFailure::SpeechFailed).played();
    }
    assert_eq!(driver.lines().last().unwrap(), "play a");
}

fn blind(properties: Value) -> Builder {
    let flow = Builder::flow("f").var("to", "STRING", "+1 (555) 010-0199");
    flow.act("Transfer", "blind-transfer", properties).row("Start Transfer")
}

#[test]
fn a_blind_transfer_is_the_end_of_the_flow() {
    // As in the exports: a number, or a variable.
    let dn = json!({ "transfertodn": "4001", "transfertodn:radioName": "dn" });
    let variable = json!({ "transfertodn": "{{to}}", "transfertodn:radioName": "setToVariable" });
    for (properties, line) in [(dn, "Blind 4001 60000"), (variable, "Blind +15550100199 60000")] {
        let mut driver = start(&blind(properties));
        assert_eq!(driver.lines(), [line]);
        driver.transferred(TransferOutcome::Connected);
        assert_eq!(driver.lines()[1..], ["flow ended"]);
        assert!(driver.run.caller_activity().is_none());
    }
}

fn outcomes() -> [(TransferOutcome, &'static str, i32); 4] {
    let failed = |status| TransferOutcome::Failed { status, text: "no trunk".to_owned() };
    [
        (TransferOutcome::Busy, "TL-TRANSFER-BUSY", 2),
        (TransferOutcome::NoAnswer, "TL-TRANSFER-NO-ANSWER", 3),
        (failed(503), "TL-TRANSFER-FAILED", 6),
        (failed(0), "TL-TRANSFER-FAILED", 6),
    ]
}

#[test]
fn a_blind_transfer_that_fails_keeps_the_caller() {
    for (outcome, code, _) in outcomes() {
        let mut driver = start(&blind(json!({ "transfertodn": "4001" })));
        driver.transferred(outcome.clone());
        let rescue = format!("rescue {code}");
        assert_eq!(driver.lines().last(), Some(&rescue));
        let flow = blind(json!({ "transfertodn": "4001" })).say("Sorry", "sorry");
        let mut driver = start(&flow.links("Transfer failure Sorry"));
        driver.transferred(outcome);
        assert_eq!(driver.lines().last().unwrap(), "play sorry");
        assert_eq!(driver.failure("Transfer").number, 6, "Webex has one number for it");
    }
}

/// With the properties that the exports have.
fn bridged(more: Value) -> Builder {
    let mut properties = json!({
        "transfertodn": "{{to}}", "transfertodn:radioName": "setToVariable",
        "transfertodn:name": "STRING", "timeout": "30", "transferoutdigits": "",
        "transferoutdigits:radioName": "dtmfdigits",
    });
    crate::builder::merge(&mut properties, more);
    let flow = Builder::flow("f").var("to", "STRING", "+15550100199").var("code", "STRING", "");
    let flow = flow.var("result", "STRING", "");
    let flow = flow.act("Bridge", "bridged-transfer", properties);
    let flow = flow.set("Code", "code", "{{ Bridge.FailureCode }}");
    let flow = flow.set("Result", "result", "{{ Bridge.Headers['X-Result'] }}");
    let flow =
        flow.say("Back", "back").say("Failed", "failed").row("Start Bridge Code Result Back");
    flow.links("Bridge failure Failed")
}

#[test]
fn a_bridged_transfer_comes_back() {
    let mut driver = start(&bridged(json!({ "transferoutdigits": "1,,2#" })));
    assert_eq!(driver.lines(), ["Bridged +15550100199 30000 then 1,,2#"]);
    driver.transferred(TransferOutcome::Connected);
    assert_eq!(driver.lines().len(), 1, "the flow waits");
    driver.press("5");
    let headers = vec![("X-Result".to_owned(), "sold".to_owned())];
    driver.transferred(TransferOutcome::PartyHungUp { talked_ms: 5_000, headers });
    assert_eq!(driver.lines()[1..], ["play back"]);
    assert_eq!((driver.var("code"), driver.var("result")), (r#""0""#.into(), r#""sold""#.into()));
    assert_eq!(driver.out("Bridge", "talked_ms"), "5000");
}

#[test]
fn headers_that_come_back_are_limited() {
    let back = |headers: Vec<(String, String)>| {
        let mut driver = start(&bridged(json!({})));
        driver.transferred(TransferOutcome::PartyHungUp { talked_ms: 1, headers });
        driver.out("Bridge", "Headers")
    };
    let many = (0..500).map(|n| (format!("X-{n}"), "v".to_owned())).collect();
    assert_eq!(back(many).matches("X-").count(), 20);
    assert_eq!(back(vec![("X-Long".to_owned(), "v".repeat(2_000))]), r#""{}""#);
}

#[test]
fn a_bridged_transfer_that_fails_says_why() {
    for (outcome, code, number) in outcomes() {
        let mut driver = start(&bridged(json!({})));
        driver.transferred(outcome);
        assert_eq!(driver.lines().last().unwrap(), "play failed");
        let failure = driver.failure("Bridge");
        assert_eq!((failure.code.as_str(), failure.number), (code, number));
    }
}

#[test]
fn a_bridged_transfer_rings_ten_seconds_unless_it_says_otherwise() {
    for (timeout, line) in [
        (Value::Null, "Bridged +15550100199 10000"),
        (json!(25), "Bridged +15550100199 25000"),
        (json!("500"), "Bridged +15550100199 120000"),
    ] {
        assert_eq!(start(&bridged(json!({ "timeout": timeout }))).lines(), [line]);
    }
}

#[test]
fn only_numbers_are_dialled() {
    let failing = |driver: &Driver| {
        let failure = driver.failure("Bridge");
        (failure.code.as_str(), failure.number)
    };
    for to in ["", "tbd", "sip:bob@example.com", "+15550100199;x=1"] {
        let driver = start(&bridged(json!({ "transfertodn": to })));
        assert_eq!(failing(&driver), ("TL-TRANSFER-NUMBER", 1), "{to}");
        assert_eq!(driver.lines(), ["play failed"]);
    }
    let ours = r#"{ "entry_points": [{ "id": "e", "name": "E", "flow": "f",
        "dnis": ["+15550100199"] }] }"#;
    let driver = Setup::with(ours).start(&bridged(json!({})));
    assert_eq!(failing(&driver), ("TL-TRANSFER-NUMBER", 5), "Go To is for that");
    let driver = start(&bridged(json!({ "transferoutdigits": "1 2" })));
    assert_eq!(failing(&driver), ("TL-FLOW-PROPERTY", 6));
}

#[test]
fn headers_of_a_transfer_are_x_headers() {
    let list = json!([{ "key": "X-Case", "value": "{{to}}" }, { "key": "From", "value": "evil" },
        { "key": "X-Evil", "value": "a\r\nVia: b" }]);
    let driver = start(&bridged(json!({ "headers": list })));
    assert_eq!(driver.lines(), ["Bridged +15550100199 30000 X-Case=+15550100199"]);
    let driver = start(&bridged(json!({ "headers": { "X-Case": "7", "Contact": "x" } })));
    assert_eq!(driver.lines(), ["Bridged +15550100199 30000 X-Case=7"]);
    let many: serde_json::Map<_, _> =
        (0..30).map(|n| (format!("X-Case-{n:02}"), json!("v"))).collect();
    let driver = start(&bridged(json!({ "headers": many })));
    assert_eq!(driver.lines()[0].matches("X-Case").count(), 20);
    let long = json!({ "X-Long": "v".repeat(1_000), "X-Short": "v" });
    let driver = start(&bridged(json!({ "headers": long })));
    assert_eq!(driver.lines(), ["Bridged +15550100199 30000"]);
}

#[test]
fn whoever_waits_or_talks_is_not_transferred() {
    for (kind, set) in [("blind-transfer", true), ("bridged-transfer", false)] {
        let transfer = json!({ "transfertodn": "4001" });
        let flow = Builder::flow("f").say("Wait", "wait").act("Transfer", kind, transfer);
        let mut driver = start(&flow.say("Sorry", "sorry").row("Start Wait Transfer Sorry"));
        driver.with(|run, _| if set { run.set_queued(true) } else { run.set_with_agent(true) });
        driver.played();
        let failure = driver.failure("Transfer");
        assert_eq!((failure.code.as_str(), failure.number), ("TL-FLOW-STATE", 48));
    }
}

#[test]
fn a_caller_id_is_shown_by_later_transfers() {
    let set = |number: &str| {
        let id = json!({ "callerId": number, "callerId:radioName": "staticCallerId" });
        let flow = Builder::flow("f").act("Id", "SetCallerID", id);
        let flow = flow.act("Transfer", "blind-transfer", json!({ "transfertodn": "4001" }));
        start(&flow.row("Start Id Transfer")).lines()
    };
    let shown = ["caller id +15186199162", "Blind 4001 60000 as +15186199162"];
    assert_eq!(set("+15186199162"), shown);
    for bad in ["", "4001", "+", "+12345678901234567", "+1555x"] {
        assert_eq!(set(bad), ["Blind 4001 60000"], "{bad}");
    }
}

#[test]
fn a_caller_id_ends_an_event_flow() {
    let flow = Builder::flow("f").say("Hello", "hello").row("Start Hello");
    let flow = flow.event("ContactPredial", "PreDial");
    let flow = flow.act("Id", "SetCallerID", json!({ "callerId": "+15186199162" }));
    let mut driver = start(&flow.row("ContactPredial Id"));
    assert!(driver.event("ContactPredial", trunkline_flow::outputs::Outputs::NONE));
    let shown = "caller id +15186199162 for this leg";
    assert_eq!(driver.lines()[1..], [shown, "leg may be dialled", "PreDial ended"]);
    assert_eq!(driver.run.caller_id(), None);
}

#[test]
fn recording_control_takes_what_the_caller_said() {
    let control = |value: serde_json::Value| {
        let flow = Builder::flow("f").var("record", "BOOLEAN", "true");
        let flow = flow.act("Control", "RecordingControl", json!({ "enableRecording": value }));
        start(&flow.say("On", "on").row("Start Control On"))
    };
    for (value, wanted) in [
        (json!("{{record}}"), true),
        (json!("{{ not record }}"), false),
        (json!("TRUE"), true),
        (json!(false), false),
    ] {
        let line = format!("record calls: {wanted}");
        assert_eq!(control(value.clone()).lines(), [line.as_str(), "play on"], "{value}");
    }
    for value in [json!(""), json!(null), json!("yes"), json!("{{nobody}}")] {
        let driver = control(value.clone());
        assert_eq!(driver.lines(), ["play on"], "{value}");
    }
}

#[test]
fn recording_control_may_be_passed_ten_times() {
    let flow =
        Builder::flow("f").act("Control", "RecordingControl", json!({ "enableRecording": "true" }));
    let driver = start(&flow.row("Start Control Control"));
    let recorded = driver.lines().iter().filter(|line| line.starts_with("record")).count();
    assert_eq!(recorded, 10);
}

#[test]
fn digits_are_sent_before_the_flow_goes_on() {
    let send = |digits: &str| {
        let properties = json!({
            "transferoutdigits": digits, "transferoutdigits:radioName": "setToValue",
        });
        let flow = Builder::flow("f").act("Send", "send-digits", properties);
        start(&flow.say("On", "on").say("Bad", "bad").row("Start Send On").links("Send error Bad"))
    };
    let mut driver = send("1,,2#AD*");
    assert_eq!(driver.lines(), ["send 1,,2#AD* 100/100"]);
    driver.give(3_000, Input::DigitsSent { id: 1 });
    assert_eq!(driver.lines()[1..], ["play on"]);
    for bad in ["", ",", "12a", "1 2", "123456789012345678901234567890123"] {
        let driver = send(bad);
        assert_eq!(driver.lines(), ["play bad"], "{bad}");
        assert_eq!(driver.failure("Send").code.as_str(), "TL-FLOW-PROPERTY");
    }
}

fn recording(properties: Value, links: &str) -> Driver {
    let flow = Builder::flow("f").var("file", "STRING", "none").var("code", "STRING", "");
    let flow = flow.act("Record", "record", properties);
    let flow = flow.set("File", "file", "{{ Record.audioFileData.name }}");
    let flow = flow.set("Code", "code", "{{ Record.errorCode }}");
    let flow = flow.say("Thanks", "thanks").say("Again", "again").row("Start Record File Thanks");
    start(&flow.row("Code Again").links(links))
}

#[test]
fn a_recording_gives_its_file() {
    // Numbers are numbers in one export and text in the other.
    let numbers = json!({ "maxRecordingTime": 30, "silenceTimeout": 4, "playStartTone": true,
        "terminationSymbol": "#" });
    let text = json!({ "maxRecordingTime": "120", "silenceTimeout": "120", "playStartTone": false,
        "terminationSymbol": "*" });
    let rows = [
        (numbers, "record 30000 4000 # beep", RecordingEnd::Silence),
        (text, "record 120000 120000 *", RecordingEnd::Key),
        (json!({}), "record 30000 4000 # beep", RecordingEnd::MaxLength),
        (json!({ "terminationSymbol": "5" }), "record 30000 4000 # beep", RecordingEnd::Key),
    ];
    for (properties, line, end) in rows {
        let mut driver = recording(properties, "");
        assert_eq!(driver.lines(), [line]);
        driver.press("1").recorded(end);
        assert_eq!(driver.lines()[1..], ["play thanks"]);
        assert_eq!(driver.var("file"), r#""message-1.wav""#);
    }
}

#[test]
fn a_recording_without_a_voice_has_a_port() {
    let mut driver = recording(json!({}), "Record noInputTimeout Code; Record error Thanks");
    driver.recorded(RecordingEnd::NoInput);
    assert_eq!(
        (driver.lines()[1].as_str(), driver.var("code")),
        ("play again", r#""1006""#.into())
    );
    let mut driver = recording(json!({}), "Record error Code");
    driver.recorded(RecordingEnd::NoInput);
    assert_eq!(driver.failure("Record").code.as_str(), "TL-RECORD-SILENT");
    assert_eq!(driver.var("code"), r#""1006""#);
}

#[test]
fn a_recording_that_fails_leaves_by_the_error_port() {
    let mut driver = recording(json!({}), "Record noInputTimeout Thanks; Record error Code");
    driver.recorded(RecordingEnd::Failed { text: "no space".to_owned() });
    assert_eq!(
        (driver.lines()[1].as_str(), driver.var("code")),
        ("play again", r#""1007""#.into())
    );
    assert_eq!(driver.failure("Record").description, "no space");
}

#[test]
fn a_hang_up_ends_what_needs_the_line() {
    let kinds = [
        ("record", json!({}), vec!["stop recording"]),
        ("send-digits", json!({ "transferoutdigits": "1" }), vec![]),
        ("bridged-transfer", json!({ "transfertodn": "4001" }), vec![]),
        ("blind-transfer", json!({ "transfertodn": "4001" }), vec![]),
    ];
    for (kind, properties, after) in kinds {
        let flow = Builder::flow("f").act("Do", kind, properties).say("On", "on");
        let mut driver = start(&flow.row("Start Do On"));
        driver.with(|run, now_ms| run.caller_gone(now_ms, true));
        assert_eq!(driver.lines()[1..], after, "{kind}");
        assert!(!driver.run.has_open_request());
        driver.give(0, Input::DigitsSent { id: 1 });
        let outcome = TransferOutcome::Connected;
        driver.give(0, Input::TransferEnded { id: 1, outcome });
        assert_eq!(driver.lines()[1..], after, "{kind}");
    }
}

#[test]
fn nothing_of_the_line_works_after_the_call() {
    for (kind, properties) in [
        ("record", json!({})),
        ("send-digits", json!({ "transferoutdigits": "1" })),
        ("bridged-transfer", json!({ "transfertodn": "4001" })),
        ("blind-transfer", json!({ "transfertodn": "4001" })),
    ] {
        let flow = Builder::flow("f").say("Hello", "hello").row("Start Hello");
        let flow = flow.event("ContactEnded", "PhoneContactEnded").act("Do", kind, properties);
        let mut driver = start(&flow.row("ContactEnded Do"));
        driver.with(|run, now_ms| run.caller_gone(now_ms, true));
        driver.event("ContactEnded", trunkline_flow::outputs::Outputs::NONE);
        assert_eq!(driver.failure("Do").code.as_str(), "TL-FLOW-STATE", "{kind}");
    }
}

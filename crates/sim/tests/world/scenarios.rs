//! Calls of many kinds.

use serde_json::json;

use crate::builder::{Builder, merge, spoken};
use crate::tape::Scenario;

fn treated(flow: Builder) -> Builder {
    flow.queue("Queue", "Sales").music("Music").row("Queue Music Music")
}

fn digits(prompt: &str, most: u32) -> serde_json::Value {
    let mut ask = spoken(prompt);
    merge(&mut ask, json!({ "maxDigits": most, "terminatorSymbol": "#", "interruptible": true }));
    ask
}

/// A dip by number, a queue, a pop, and a comment afterwards.
pub(crate) fn data_dip() -> Scenario {
    let cad = json!({ "isCAD": true, "isAgentEditable": true, "desktopLabel": "Notes" });
    let flow = Builder::flow("f").var("accountId", "STRING", "").var("name", "STRING", "");
    let flow = flow.var_with("notes", "STRING", "", cad);
    let query =
        "https://crm.example.com/query?q=SELECT+Id+FROM+Account+WHERE+Phone=%27{{ Start.ANI }}%27";
    let flow = flow.get(
        "Account",
        query,
        &[("accountId", "$.records.[0].Id"), ("name", "$.records.[0].Name")],
    );
    let flow = treated(flow.say("Hello", "Hello {{ name }}").row("Start Account Hello Queue"));
    let page = json!({ "screenPopUrl": "https://crm.example.com/{{ accountId }}",
        "screenPopDesktopLabel": "Account", "target": "sameBrowserTab" });
    let flow = flow.event("AgentContactAssigned", "AgentAnswered").act("Pop", "screen-pop", page);
    let flow = flow.end("PopEnd").row("AgentContactAssigned Pop PopEnd");
    let flow = flow.event("ContactEnded", "PhoneContactEnded");
    let body = json!({ "httpContentType": "Application/JSON",
        "httpRequestBody": "{\"Comments\": \"{{ notes }}\"}" });
    let url = "https://crm.example.com/Account/{{ accountId }}";
    let flow = flow.http("Comment", "PATCH", url, body, &[("name", "$.*")]).end("CommentEnd");
    let flow = flow.row("ContactEnded Comment CommentEnd");
    let script = "
caller: {hang_up_after_answer_s: 20}
agents: [{answer_after_s: 3, edits: {notes: 'wants a quote'}, wrap_up_edits: {notes: 'late'}}]
http:
  - {contains: 'from account', body: '{\"records\": [{\"Id\": \"001\", \"Name\": \"Ann & Co\"}]}'}
  - {method: PATCH, status: 204, latency_ms: 120}
";
    Scenario::new("data_dip", flow, script)
}

/// A menu with a wrong key, digits, an agent who does not answer, one who hangs up first.
pub(crate) fn self_service() -> Scenario {
    let mut menu = spoken("Press 1 for your order, 2 for sales");
    merge(&mut menu, json!({ "menuLinks": ["1", "2"], "entryTimeout": 4 }));
    let case = json!({ "expression": "{{ Order.DigitsEntered }}", "menuLinks": ["0"],
        "menuLinks:input": ["4711"] });
    let flow = Builder::flow("f").act("Menu", "ivr-menu", menu).say("Wrong", "That was no choice");
    let flow = flow.act("Order", "ivr-collectdigits", digits("Your order number", 6));
    let flow = flow.act("Known", "case-statement", case).say("Sent", "It was sent today");
    let flow = treated(flow.row("Start Menu").links(
        "Menu 1 Order; Menu 2 Queue; Menu invalid Wrong; Menu timeout Menu; Wrong default Menu;
         Order default Known; Order timeout Menu; Order invalid Menu; Known 0 Sent;
         Known default Queue; Sent default Menu",
    ));
    let flow = flow.event("FCAsk(ContactLastAgentRemoved)", "AgentDisconnected");
    let flow = flow.say("Goodbye", "Thank you").act("Bye", "disconnect-contact", json!({}));
    let flow = flow.row("FCAsk(ContactLastAgentRemoved) Goodbye Bye");
    let script = "
caller:
  hang_up_after_answer_s: null
  keys:
    - {in: Menu, press: '7'}
    - {in: Menu, press: '1'}
    - {in: Order, press: '4711#', after_ms: 500}
    - {in: Menu, press: '2', after_ms: 100}
agents:
  - {answer_after_s: null, ready_after_rona_s: 4}
  - {answer_after_s: 2, hang_up_after_s: 9, wrap_up_after_s: 3, wrap_up_code: Sale}
";
    Scenario::new("self_service", flow, script)
}

/// A server that is down, a handler that only logs, a fallback queue, a caller who gives up.
pub(crate) fn trouble() -> Scenario {
    let flow =
        Builder::flow("f").var("why", "STRING", "").get("Get", "https://crm.example.com/", &[]);
    let flow = flow.act("Later", "callback", json!({})).row("Start Get Later");
    let flow = flow.event("GlobalErrorHandling", "OnGlobalError");
    let flow = flow.set("Log", "why", "{{ OnGlobalError.FailureDescription }}").end("LogEnd");
    let flow =
        flow.row("GlobalErrorHandling Log LogEnd").event("ContactEnded", "PhoneContactEnded");
    let flow = flow.http(
        "Tell",
        "POST",
        "https://log.example.com/",
        json!({ "httpContentType": "JSON", "httpRequestBody": "{\"why\": \"{{ why }}\"}" }),
        &[],
    );
    let flow = flow.end("TellEnd").row("ContactEnded Tell TellEnd");
    let script = "
caller: {patience_s: 90}
agents: [{answer_after_s: null, ready_after_rona_s: 80000}]
http:
  - {contains: crm, fail: connect}
  - {contains: log, status: 201}
";
    Scenario::new("trouble", flow, script).entry(json!({ "fallback": { "queue": "Sales" } }))
}

fn secrets() -> Scenario {
    let flow = Builder::flow("f").var_with("pin", "STRING", "", json!({ "isSecure": true }));
    let flow = flow.act("Ask", "ivr-collectdigits", digits("PIN?", 6));
    let flow = flow.set("Keep", "pin", "{{ Ask.DigitsEntered }}");
    let flow = flow.get("Check", "https://bank/{{ pin }}", &[]).end("End");
    let script = "
caller: {keys: [{in: Ask, press: '904177'}]}
http: [{contains: bank, body: 'you said 904177'}]
";
    Scenario::new("secrets", flow.row("Start Ask Keep Check End"), script)
}

fn split() -> Scenario {
    let ways = json!({ "allocations": ["0", "1"], "allocations:input": [
        "{\"percent\":90,\"desc\":\"main\"}", "{\"percent\":10,\"desc\":\"trial\"}"] });
    let flow = Builder::flow("f").var("way", "STRING", "");
    let flow = flow.act("Split", "percent-allocation", ways).set("Main", "way", "main");
    let flow = flow.set("Trial", "way", "trial").act("Bye", "disconnect-contact", json!({}));
    let flow = flow.row("Start Split").row("Main Bye").row("Trial Bye");
    Scenario::new("split", flow.links("Split 0 Main; Split 1 Trial"), "")
}

fn figures() -> Scenario {
    let flow = Builder::flow("f").queue("Queue", "Sales");
    let flow = flow.act("Info", "queue-lookup", json!({ "destination": "Sales" }));
    let flow = flow.say("Place", "You are number {{ Info.PIQ }}").music("Music");
    let flow = flow.row("Start Queue Info Place Music Info").links("Info insufficientdata Place");
    Scenario::new("figures", flow, "agents: [{answer_after_s: 9}]")
}

fn other_flows() -> Scenario {
    let call = json!({ "subflowName": "sub", "subflowInputVariables": [
        { "src": "n", "target": "in" }], "subflowOutputVariables": [{ "src": "n", "target": "in" }] });
    let flow = Builder::flow("f").var("n", "INTEGER", "1").act("Call", "subflow-handoff", call);
    let flow = flow.act("Go", "hand-off", json!({ "handOffFlow": { "handOffTo": "second" } }));
    let sub = Builder::subflow("sub").var("in", "INTEGER", "").set("Add", "in", "{{ in + 41 }}");
    let sub = sub.act("Done", "end-subflow", json!({})).row("Start Add Done");
    let second = Builder::flow("second").var("n", "INTEGER", "").say("Tell", "{{ n }}");
    let second = treated(second.row("Start Tell Queue"));
    Scenario::new("other_flows", flow.row("Start Call Go"), "").with_flow(sub).with_flow(second)
}

fn hours() -> Scenario {
    let flow = Builder::flow("f").act("Hours", "business-hours", json!({ "businessHoursId": "h" }));
    let flow = flow.say("Open", "open").say("Closed", "closed").row("Start Hours");
    let flow = flow.links("Hours workingHours Open; Hours default Closed");
    let schedule = json!([{ "id": "h", "name": "Hours", "working_hours": [
        { "name": "Day", "days": ["mon"], "from": "09:00", "to": "17:00" }] }]);
    Scenario::new("hours", flow, "").tenant(json!({ "business_hours": schedule }))
}

fn declined() -> Scenario {
    let script = "
agents:
  - {decline_after_s: 2, ready_after_rona_s: 5}
  - {answer_after_s: 1}
";
    Scenario::new(
        "declined",
        treated(Builder::flow("f").row("Start")).links("Start out Queue"),
        script,
    )
}

fn hang_up_in_dip() -> Scenario {
    let flow =
        Builder::flow("f").var("id", "STRING", "").get("Get", "https://x/", &[("id", "$.id")]);
    let flow = flow.say("Next", "next").row("Start Get Next");
    let script = "
caller: {hang_up_at_s: 1}
http: [{latency_ms: 1500, body: '{\"id\": \"late\"}'}]
";
    Scenario::new("hang_up_in_dip", flow, script)
}

fn time_out() -> Scenario {
    let flow = Builder::flow("f").get("Get", "https://x/", &[]).say("Sorry", "sorry");
    let flow = flow.row("Start Get").links("Get error Sorry");
    Scenario::new("time_out", flow, "http: [{latency_ms: 9000}]")
}

fn after_wrap_up() -> Scenario {
    let mut scenario = data_dip();
    scenario.name = "after_wrap_up";
    scenario.entry(json!({ "post_call": "after_wrap_up" }))
}

fn overflow() -> Scenario {
    let queue = json!([{ "id": "q1", "name": "Sales", "groups": [{ "teams": ["t1"] }],
        "max_time_in_queue_s": 30, "overflow_number": "+18005550199" }]);
    let flow = treated(Builder::flow("f")).links("Start out Queue");
    let script = "agents: [{answer_after_s: null, ready_after_rona_s: 80000}]";
    Scenario::new("overflow", flow, script).tenant(json!({ "queues": queue }))
}

/// A branch that is busy, another that talks and hangs up, a third that keeps the caller.
pub(crate) fn transfers() -> Scenario {
    let bridge = |number: &str| json!({ "transfertodn": number, "timeout": "30" });
    let shown = json!({ "callerId": "+15186199162", "callerId:radioName": "staticCallerId" });
    let flow = Builder::flow("f").act("North", "bridged-transfer", bridge("4001"));
    let flow = flow.act("Shown", "SetCallerID", shown);
    let flow = flow.act("South", "bridged-transfer", bridge("+1 (555) 010-0199"));
    let flow = flow.act("Last", "blind-transfer", json!({ "transfertodn": "4003" }));
    let flow = flow.say("Back", "Let us try another").row("Start North").row("Shown South Back");
    let flow = flow.links("North failure Shown; Back default Last");
    let flow = flow.event("ContactEnded", "PhoneContactEnded").end("End").row("ContactEnded End");
    let script = "
transfers:
  - {does: is_busy}
  - {answer_after_s: 8, hang_up_after_s: 200}
  - {answer_after_s: 4, hang_up_after_s: 20}
";
    Scenario::new("transfers", flow, script)
}

/// Nobody says anything, then somebody does; the file's name goes to a server.
pub(crate) fn voicemail() -> Scenario {
    let record = json!({ "maxRecordingTime": 30, "silenceTimeout": 4, "playStartTone": true,
        "terminationSymbol": "#" });
    let flow = Builder::flow("f").say("Ask", "Leave a message").act("Record", "record", record);
    let flow = flow.say("Again", "I heard nothing").act(
        "Keep",
        "http-request-v2",
        json!({
        "authenticated": false, "httpRequestMethod": "POST", "httpRequestUrl": "https://mail/",
        "httpContentType": "JSON",
        "httpRequestBody": "{\"file\": \"{{ Record.audioFileData.name }}\"}" }),
    );
    let tones = json!({ "transferoutdigits": "1,2" });
    let flow = flow.act("Tones", "send-digits", tones).act("Bye", "disconnect-contact", json!({}));
    let flow = flow.row("Start Ask Record Keep Tones Bye");
    let flow = flow.links("Record noInputTimeout Again; Again default Record");
    let script = "
recordings: [{speak_s: 0}, {speak_s: 7.5, then: terminator}]
http: [{contains: mail, status: 201}]
";
    Scenario::new("voicemail", flow, script).entry(json!({ "answer": "first_media" }))
}

/// Queued to the last agent, who does not answer: anybody of the recovery queue does.
pub(crate) fn last_agent() -> Scenario {
    let to = json!({ "destinationVariable": "{{ who }}", "destinationLookupType": "agentEmail",
        "reportingQueue": "Sales", "recoveryQueue": "Everybody", "parkContactToggle": true });
    let flow = Builder::flow("f").var("who", "STRING", "ann@example.com");
    let flow = flow.act("ToAnn", "queue-to-agent", to).music("Music").end("Failed");
    let flow = flow.row("Start ToAnn Music Music").links("ToAnn error Failed");
    let script = "
agents:
  - {answer_after_s: null, ready_after_rona_s: 80000}
  - {answer_after_s: 3, hang_up_after_s: 5, wrap_up_after_s: 2}
";
    Scenario::new("last_agent", flow, script).tenant(json!({
        "queues": [
            { "id": "q1", "name": "Sales", "groups": [{ "teams": ["t1"] }] },
            { "id": "q2", "name": "Everybody", "groups": [{ "teams": ["t2"] }] },
        ],
        "teams": [{ "id": "t1", "name": "Agents" }, { "id": "t2", "name": "Others" }],
        "agents": [
            { "id": "a1", "name": "Ann", "email": "ann@example.com", "teams": ["t1"] },
            { "id": "a2", "name": "Bob", "email": "bob@example.com", "teams": ["t2"] },
        ],
    }))
}

/// The treatment looks at the queue, raises the priority and lets the next group join.
pub(crate) fn escalation() -> Scenario {
    let flow = Builder::flow("f").var("said", "STRING", "").queue("Queue", "Sales");
    let flow = flow.act("Info", "advanced-queue-info", json!({ "destination": "Sales" }));
    let flow = flow.set("Note", "said", "{{ Info.CurrentGroup }}/{{ Info.TotalGroups }}");
    let flow = flow.act("First", "set-contact-priority", json!({ "priority": "1" }));
    let wider = json!({ "callDistributionGroup": "nextGroup" });
    let flow = flow.say("Wait", "Please wait").act("Wider", "escalate-cdg", wider).music("Music");
    let flow = flow.row("Start Queue Info Note First Wait Wider Music Music");
    Scenario::new("escalation", flow, "agents: [{answer_after_s: 2, hang_up_after_s: 4}]").tenant(
        json!({
            "queues": [{ "id": "q1", "name": "Sales", "groups": [
                { "teams": ["t2"], "duration_s": 600 }, { "teams": ["t1"] }] }],
            "teams": [{ "id": "t1", "name": "Agents" }, { "id": "t2", "name": "Nobody" }],
        }),
    )
}

/// A greeting without a voice, a queue without its music, an agent who is offered nevertheless.
pub(crate) fn prompts_that_fail() -> Scenario {
    let flow = Builder::flow("f").say("Hello", "hello").say("Sorry", "sorry");
    let flow = flow.queue("Queue", "Sales").end("End").row("Start Hello Queue End");
    let flow = flow.row("Sorry Queue").links("Hello error Sorry");
    let script = "
prompts:
  - {contains: hello, fail: speech_failed}
  - {contains: on_hold, fail: file_missing}
agents: [{answer_after_s: 6}]
";
    Scenario::new("prompts_that_fail", flow, script)
}

/// A fallback number that is busy, and an apology that fails too.
pub(crate) fn nobody_left() -> Scenario {
    let flow = Builder::flow("f").end("End").row("Start End");
    let flow = flow.event("ContactEnded", "PhoneContactEnded").end("Over").row("ContactEnded Over");
    let script = "
transfers: [{does: fails, status: 404}]
prompts: [{contains: We are sorry, fail: line_not_ready}]
";
    let number = json!({ "fallback": { "number": "+18005550199" } });
    Scenario::new("nobody_left", flow, script).entry(number)
}

/// A blind transfer that nobody ends but the caller, and one that rings for too long.
pub(crate) fn long_transfer() -> Scenario {
    let to = |number: &str| json!({ "transfertodn": number });
    let flow = Builder::flow("f").act("First", "blind-transfer", to("4001"));
    let flow = flow.act("Second", "blind-transfer", to("4002")).row("Start First");
    let script = "
caller: {patience_s: 100, hang_up_after_answer_s: 240}
transfers: [{does: rings}, {hang_up_after_s: null}]
";
    Scenario::new("long_transfer", flow.links("First failure Second"), script)
}

pub(crate) fn all() -> Vec<Scenario> {
    vec![
        consult(),
        consult_number(),
        hand_over(),
        transfers(),
        voicemail(),
        prompts_that_fail(),
        nobody_left(),
        long_transfer(),
        last_agent(),
        escalation(),
        data_dip(),
        self_service(),
        trouble(),
        secrets(),
        split(),
        figures(),
        other_flows(),
        hours(),
        declined(),
        hang_up_in_dip(),
        time_out(),
        after_wrap_up(),
        overflow(),
    ]
}

pub(crate) fn named(name: &str) -> Scenario {
    all().into_iter().find(|scenario| scenario.name == name).unwrap()
}

fn with_two_agents(scenario: Scenario) -> Scenario {
    let agent = |id: &str, name: &str| json!({ "id": id, "name": name, "teams": ["t1"] });
    scenario.tenant(json!({ "agents": [agent("a1", "Ann"), agent("a2", "Bob")] }))
}

fn waiting() -> Builder {
    let flow = Builder::flow("f").queue("Queue", "q1").music("Music");
    let flow = flow.row("Start Queue Music Music").event("AgentContactAssigned", "AgentAnswered");
    flow.end("Answered").row("AgentContactAssigned Answered")
}

/// Hold, a consult with swap and conference, and the caller handed to the one who was consulted.
pub(crate) fn consult() -> Scenario {
    with_two_agents(Scenario::new(
        "consult",
        waiting(),
        "
agents:
  - answer_after_s: 2
    acts:
      - {after_s: 3, does: hold}
      - {after_s: 5, does: resume}
      - {after_s: 6, does: consult, agent: Bob}
      - {after_s: 12, does: swap}
      - {after_s: 14, does: swap}
      - {after_s: 16, does: conference}
      - {after_s: 20, does: transfer}
consulted: [{answer_after_s: 2}]
caller: {hang_up_after_answer_s: 40}
",
    ))
}

/// Consults that come to nothing, and a number that is consulted and keeps the caller.
pub(crate) fn consult_number() -> Scenario {
    with_two_agents(Scenario::new(
        "consult_number",
        waiting(),
        "
agents:
  - answer_after_s: 2
    acts:
      - {after_s: 2, does: consult, agent: Bob}
      - {after_s: 8, does: consult, number: '+15550199'}
      - {after_s: 12, does: consult, number: '+15550199'}
      - {after_s: 20, does: transfer}
consulted: [{decline_after_s: 3}]
transfers: [{does: is_busy}, {answer_after_s: 4, hang_up_after_s: 20}]
caller: {hang_up_after_answer_s: null}
",
    ))
}

/// An agent hands the caller to another by name, who does not answer: back to the queue.
pub(crate) fn hand_over() -> Scenario {
    with_two_agents(Scenario::new(
        "hand_over",
        waiting(),
        "
agents:
  - answer_after_s: 2
    wrap_up_after_s: 3
    acts: [{after_s: 4, does: transfer, agent: Bob}]
  - {answer_after_s: null}
  - {answer_after_s: 2, hang_up_after_s: 5, wrap_up_after_s: 3}
",
    ))
}

//! What the tests work with: flows, callers, and what both sides say.

use serde_json::json;
use trunkline_softphone::Call;

use crate::builder::Builder;
use crate::centre::{Centre, Plan};
use crate::ear::hears;
use crate::page::Page;

/// What the two say.
pub(crate) const CALLER_HZ: f64 = 850.0;
pub(crate) const AGENT_HZ: f64 = 1_150.0;
pub(crate) const OTHER_HZ: f64 = 1_450.0;

/// A flow that queues, with variables for agents, and a ContactEnded flow that tells the CRM what
/// they wrote.
pub(crate) fn flow() -> Builder {
    let seen = |editable: bool| json!({ "isCAD": true, "isAgentEditable": editable });
    let secret = json!({ "isCAD": true, "isAgentEditable": true, "isSecure": true });
    let flow = Builder::flow("f")
        .var_with("customerName", "STRING", "Ann Novak", seen(false))
        .var_with("notes", "STRING", "", seen(true))
        .var_with("count", "INTEGER", "0", seen(true))
        .var_with("pin", "STRING", "4711", secret)
        .var("inner", "STRING", "x");
    let flow = flow.queue("Queue", "Support").end("End").row("Start Queue End");
    let flow = flow.event("ContactEnded", "PhoneContactEnded");
    let body = json!({
        "httpContentType": "Application/JSON",
        "httpRequestBody": "{{ notes }}|{{ count }}|{{ pin }}",
    });
    let flow = flow.http("Tell", "POST", "http://crm/ended", body, &[]).end("Told");
    flow.row("ContactEnded Tell Told")
}

/// Agents wrap up by hand, and what follows the call waits for it.
pub(crate) fn plan() -> Plan {
    Plan::new(flow()).entry(json!({ "post_call": "after_wrap_up" }))
}

/// A caller and Ann at her page, who talk.
pub(crate) async fn talking(plan: Plan) -> (Centre, Page, Call) {
    let centre = plan.start().await;
    let ann = Page::open(&centre, "ann", "b1:t1", AGENT_HZ).await;
    ann.available(trunkline_desk::Device::Browser).await;
    let call = centre.call().await;
    ann.answer().await;
    talk(&call, &ann, AGENT_HZ).await;
    (centre, ann, call)
}

/// Both say something, and hear each other.
pub(crate) async fn talk(call: &Call, page: &Page, agent_hz: f64) {
    call.play_tone(CALLER_HZ, -10.0);
    hears(call, agent_hz).await;
    page.audio().await.hears(CALLER_HZ).await;
}

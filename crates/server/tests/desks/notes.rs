//! What agents write: types, stale versions, drafts that outlive the program.

use serde_json::json;
use trunkline_desk::{Phase, Refusal, StateKind};

use crate::page::Page;
use crate::work::{AGENT_HZ, OTHER_HZ, plan, talking};

#[tokio::test(flavor = "multi_thread")]
async fn values_are_checked_and_stale_ones_bring_what_is_there_now() {
    let (centre, ann, _call) = talking(plan()).await;
    let refused = ann.save("count", "three").await;
    assert!(
        matches!(&refused, Err(Refusal::Invalid { field, .. }) if field == "count"),
        "{refused:?}"
    );
    let refused = ann.save("customerName", "Bob").await;
    assert!(matches!(&refused, Err(Refusal::Invalid { field, .. }) if field == "customerName"));
    assert!(matches!(ann.save("inner", "y").await, Err(Refusal::Invalid { .. })));
    let before = ann.view().contact.unwrap().variables_version;
    ann.save("notes", "first").await.unwrap();
    let changed = |view: &trunkline_desk::DeskView| {
        view.contact.as_ref().is_some_and(|it| it.variables_version > before)
    };
    let view = ann.until("a newer version", changed).await;
    let notes = view.contact.as_ref().unwrap().variables.iter().find(|it| it.name == "notes");
    assert_eq!(notes.unwrap().value, "first");
    assert!(notes.unwrap().is_long);
    // Another tab that has not seen it.
    let second = Page::open(&centre, "ann", "b1:t2", OTHER_HZ).await;
    second.phase(Phase::Talking).await;
    let stale = second.save_on(before, "notes", "second", false).await;
    let Err(Refusal::Stale { version, values }) = stale else { panic!("{stale:?}") };
    assert_eq!(values, [("notes".to_owned(), "first".to_owned())]);
    assert_eq!(version, view.contact.unwrap().variables_version);
    // Other variables are nobody's concern.
    second.save_on(before, "count", "2", false).await.unwrap();
    second.save_on(before, "notes", "second", true).await.unwrap();
    let is_second = |view: &trunkline_desk::DeskView| {
        let mut all = view.contact.iter().flat_map(|it| &it.variables);
        all.any(|it| it.name == "notes" && it.value == "second")
    };
    ann.until("the second", is_second).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_come_back_with_the_page_but_never_secure_ones() {
    let (centre, ann, _call) = talking(plan()).await;
    let contact = ann.contact();
    let values = vec![("notes".to_owned(), "half a".into()), ("pin".to_owned(), "secret".into())];
    let draft = trunkline_desk::Command::Draft { contact, values };
    ann.command(draft).await.unwrap();
    ann.vanish();
    let ann = Page::open(&centre, "ann", "b1:t1", AGENT_HZ).await;
    let contact = ann.phase(Phase::Talking).await;
    assert_eq!(contact.drafts, [("notes".to_owned(), "half a".to_owned())]);
    // What was saved is no draft any more.
    ann.save("notes", "half a sentence").await.unwrap();
    let is_clean = |view: &trunkline_desk::DeskView| {
        view.contact.as_ref().is_some_and(|it| it.drafts.is_empty())
    };
    ann.until("no drafts", is_clean).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_reaches_the_crm_though_the_program_is_killed() {
    let (mut centre, ann, _call) = talking(plan()).await;
    ann.draft("notes", "途中まで").await;
    ann.save("count", "7").await.unwrap();
    centre.kill();
    drop(ann);
    centre.start_again().await;
    // The call is gone with the program; what follows it runs with all that was typed.
    centre.has_ended(1).await;
    assert_eq!(centre.crm.bodies("/ended"), ["途中まで|7|4711"]);
    let ann = Page::open(&centre, "ann", "b1:t1", AGENT_HZ).await;
    let view = ann.state(StateKind::Idle).await;
    assert_eq!(view.state.code.as_deref(), Some("lost_connection"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_is_saved_at_hang_up_where_nothing_waits_for_the_wrap_up() {
    let plan = plan().entry(json!({ "post_call": "at_hangup" }));
    let (centre, ann, call) = talking(plan).await;
    ann.draft("notes", "typed").await;
    call.hang_up();
    centre.crm.came("/ended", 1).await;
    assert_eq!(centre.crm.bodies("/ended"), ["typed|0|4711"]);
    let wrapping = ann.phase(Phase::WrapUp).await;
    assert!(wrapping.variables.iter().all(|it| !it.is_editable), "{:?}", wrapping.variables);
    let late = ann.save("notes", "too late").await;
    assert!(matches!(late, Err(Refusal::NotNow(_))), "{late:?}");
    ann.wrapped_up(None).await.unwrap();
    centre.has_ended(1).await;
}

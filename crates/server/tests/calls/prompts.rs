//! What callers hear of a flow, and how they answer it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::builder::{Builder, merge};
use trunkline_model::ContactId;
use trunkline_server::ops::Ask;
use trunkline_telephony::message::Headers;

use crate::centre::{CALLER, LEVEL_DBM0, MAIN, OTHER_HZ, PROMPT_HZ, Plan, ending, file};
use crate::ear::{LIMIT, Stalls, hears, hears_from, inside, is_clean, is_clean_in_parts};

/// How often audio is measured anew: other programs may take the machine away for longer than any
/// buffer.
const TRIES: usize = 4;

fn says_and_hangs_up() -> Builder {
    let flow = Builder::flow("f").act("Say", "play-message", file("prompt.wav"));
    ending(flow.act("Bye", "disconnect-contact", json!({})).row("Start Say Bye"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_reaches_the_caller_as_it_is() {
    let centre = Plan::new(says_and_hangs_up()).start().await;
    let mut heard = Vec::new();
    for count in 1..=TRIES {
        let stalls = Stalls::watch();
        let call = centre.call().await;
        call.ended(LIMIT).await.unwrap();
        centre.has_ended(count).await;
        let prompt = inside(&call.recording().await);
        assert!(prompt.length() > Duration::from_millis(1_700), "{:?}", prompt.length());
        if is_clean(&prompt.measure(), PROMPT_HZ, LEVEL_DBM0) {
            return;
        }
        assert!(stalls.were_there(), "{:?}", prompt.measure());
        heard.push(prompt);
    }
    // The machine never let it be whole; what came between was.
    let is_clean = |heard| is_clean_in_parts(heard, PROMPT_HZ, LEVEL_DBM0);
    assert!(heard.iter().any(is_clean), "{:?}", heard.iter().map(|it| it.measure()));
}

fn menu(more: Value) -> Builder {
    let mut properties = json!({ "menuLinks": ["1", "2"], "interruptible": true });
    merge(&mut properties, file("long.wav"));
    merge(&mut properties, more);
    let flow = Builder::flow("f").act("Menu", "ivr-menu", properties);
    let flow = flow.act("One", "play-message", file("other.wav")).act("Two", "end", json!({}));
    let flow = flow.act("Bye", "disconnect-contact", json!({}));
    ending(flow.links("Start out Menu; Menu 1 One; Menu 2 Two; One default Bye"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_ends_the_prompt_of_a_menu_at_once() {
    let centre = Plan::new(menu(json!({}))).start().await;
    let mut took = Vec::new();
    for _ in 0..TRIES {
        let stalls = Stalls::watch();
        let call = centre.call().await;
        hears(&call, PROMPT_HZ).await;
        let pressed = call.elapsed();
        call.press("1").unwrap();
        call.ended(LIMIT).await.unwrap();
        let heard = call.recording().await;
        // The other prompt follows without a pause: it begins where the first one ends.
        let other = crate::ear::first(&heard, OTHER_HZ).unwrap() + heard.began.unwrap();
        took.push(other.saturating_sub(pressed));
        // The way there and back, and the frames that are in the air, are part of it.
        if other < pressed + Duration::from_millis(60 + 60) {
            return;
        }
        assert!(stalls.were_there(), "{took:?}");
    }
    assert!(took.iter().any(|took| *took < Duration::from_millis(500)), "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_menu_that_is_not_interruptible_plays_on() {
    let properties = json!({ "interruptible": false, "entryTimeout": 1 });
    let centre = Plan::new(menu(properties)).start().await;
    let call = centre.call().await;
    hears(&call, PROMPT_HZ).await;
    call.press("1").unwrap();
    let sent = |what: &_| *what == trunkline_softphone::Happened::KeysSent;
    call.wait_for("the key", LIMIT, sent).await.unwrap();
    let heard = call.heard_so_far() + 4_000;
    hears_from(&call, heard, PROMPT_HZ).await;
    call.hang_up();
    centre.has_ended(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_file_leaves_by_the_error_port() {
    let flow = Builder::flow("f").act("Say", "play-message", file("gone.wav"));
    let flow = flow.act("Other", "play-message", file("other.wav"));
    let flow = flow.act("Bye", "disconnect-contact", json!({}));
    let flow = flow.links("Start out Say; Say error Other; Other default Bye");
    let centre = Plan::new(ending(flow)).start().await;
    let call = centre.call().await;
    hears_from(&call, 0, OTHER_HZ).await;
    call.ended(LIMIT).await.unwrap();
    centre.has_ended(1).await;
}

/// What a flow says that it does not know yet when it is loaded.
fn says(texts: &[&str]) -> Builder {
    let flow = Builder::flow("f").var_with("pin", "STRING", "4711", json!({ "isSecure": true }));
    let mut flow = flow.var("name", "STRING", "Ann").act("Bye", "disconnect-contact", json!({}));
    let mut row = "Start".to_owned();
    for (place, text) in texts.iter().enumerate() {
        flow = flow.say(&format!("Say{place}"), text);
        row += &format!(" Say{place}");
    }
    ending(flow.row(&(row + " Bye")))
}

/// How many files the cache of speech holds after a call.
async fn kept_after(flow: Builder) -> usize {
    let centre = Plan::new(flow).config("[speech.cache]\ndir = \"cache\"\n").start().await;
    let call = centre.call().await;
    call.ended(LIMIT).await.unwrap();
    centre.has_ended(1).await;
    let heard = call.recording().await.measure();
    assert!(heard.sound > Duration::from_millis(300), "{heard:?}");
    files(&centre.folder.path().join("cache"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_tells_a_secret_is_spoken_and_kept_nowhere() {
    let (open, secret) = ("Hello {{ name }}.", "{{ pin }} is your number.");
    let (both, one) = tokio::join!(kept_after(says(&[open, secret])), kept_after(says(&[open])));
    assert!(one > 0, "the cache works");
    assert_eq!(both, one);
}

/// How many files there are in a folder and below.
fn files(folder: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files(&path) } else { 1 }).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_flow_sees_the_headers_and_numbers_of_the_call() {
    let body = "{{ NewPhoneContact.Headers['x-case'] }} {{ NewPhoneContact.ANI }} \
                {{ NewPhoneContact.DNIS }}";
    let body = json!({ "httpContentType": "Application/JSON", "httpRequestBody": body });
    let flow = Builder::flow("f").http("Tell", "POST", "http://crm/began", body, &[]);
    let flow = flow.act("Bye", "disconnect-contact", json!({})).row("Start Tell Bye");
    let centre = Plan::new(ending(flow)).start().await;
    let headers = Headers::default().with("X-Case", "4711").with("Subject", "not told");
    let call = centre.dial(headers).await;
    call.ended(LIMIT).await.unwrap();
    centre.has_ended(1).await;
    assert_eq!(centre.crm.bodies("/began"), [format!("4711 {CALLER} {MAIN}")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_may_hang_up() {
    let centre = Plan::new(menu(json!({}))).start().await;
    let call = centre.call().await;
    hears(&call, PROMPT_HZ).await;
    let contact = ContactId::new(centre.contacts().await[0].contact.clone());
    centre.ask(|reply| Ask::HangUp { contact, reply }).await.unwrap();
    call.ended(LIMIT).await.unwrap();
    centre.has_ended(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_answered_with_the_first_audio_where_the_entry_point_says_so() {
    let flow = Builder::flow("f").get("Dip", "http://crm/dip", &[]);
    let flow = flow.act("Say", "play-message", file("other.wav"));
    let flow = flow.act("Bye", "disconnect-contact", json!({})).row("Start Dip Say Bye");
    let plan = Plan::new(ending(flow)).entry(json!({ "answer": "first_media" }));
    let centre = plan.start().await;
    let dip = centre.crm.hold("/dip");
    let call = centre.dial(Headers::default()).await;
    centre.crm.came("/dip", 1).await;
    assert!(call.answered(Duration::from_millis(200)).await.is_err());
    dip.send_replace(true);
    call.answered(LIMIT).await.unwrap();
    hears_from(&call, 0, OTHER_HZ).await;
    call.ended(LIMIT).await.unwrap();
    centre.has_ended(1).await;
}

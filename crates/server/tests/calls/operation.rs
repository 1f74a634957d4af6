//! What an operator meets: reloads, draining, a journal that cannot be written, starting again.

use rusqlite::Connection;
use serde_json::json;
use trunkline_server::ops::{AgentMode, Ask, Check};
use trunkline_softphone::Call;

use crate::builder::Builder;
use crate::centre::{Centre, MAIN, MUSIC_HZ, OTHER_HZ, OVERLOAD, PROMPT_HZ, Plan, ending, file};
use crate::ear::{LIMIT, hears, hears_from};

fn queues() -> Builder {
    ending(Builder::flow("f").queue("Queue", "Support").end("End").row("Start Queue End"))
}

/// Says one prompt after a dip.
fn says(name: &str, dip: &str) -> Builder {
    let flow = Builder::flow("f").get("Dip", dip, &[]).act("Say", "play-message", file(name));
    ending(flow.act("Bye", "disconnect-contact", json!({})).row("Start Dip Say Bye"))
}

async fn is_refused(centre: &Centre) {
    let call = centre.try_number(MAIN).await;
    assert_eq!(call.ended(LIMIT).await.unwrap(), OVERLOAD);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_keep_the_flow_that_they_began_with() {
    let centre = Plan::new(says("prompt.wav", "http://crm/old")).start().await;
    let dip = centre.crm.hold("/old");
    let old = centre.call().await;
    centre.crm.came("/old", 1).await;
    let left = centre.reload(&says("other.wav", "http://crm/new")).await;
    assert_eq!(left, Vec::<String>::new());
    let new = centre.call().await;
    hears_from(&new, 0, OTHER_HZ).await;
    new.ended(LIMIT).await.unwrap();
    dip.send_replace(true);
    hears_from(&old, 0, PROMPT_HZ).await;
    old.ended(LIMIT).await.unwrap();
    centre.has_ended(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn phones_come_and_go_with_a_reload() {
    let agent = |id: &str| json!({ "id": id, "name": id, "teams": ["Desk"] });
    let agents = json!([agent("ann"), agent("bob"), agent("cid")]);
    let centre = Plan::new(queues()).tenant(json!({ "agents": agents })).start().await;
    let ann = centre.agent("ann").await;
    let file = &centre.setup.file;
    let config = std::fs::read_to_string(file).unwrap();
    // Ann's phone is Cid's from now on, under another name.
    std::fs::write(file, config.replace("\"ann\"", "\"cid\"")).unwrap();
    assert_eq!(centre.reload(&queues()).await, Vec::<String>::new());
    centre.agent_is("ann", AgentMode::SignedOut).await;
    let cid = centre.agent("cid").await;
    let call = centre.call().await;
    let desk = tokio::time::timeout(LIMIT, cid.incoming()).await.unwrap().unwrap().answer();
    desk.answered(LIMIT).await.unwrap();
    call.hang_up();
    centre.has_ended(1).await;
    // Who may not register any more is not waited for.
    drop(ann);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_drains_takes_no_calls_and_ends_none() {
    let centre = Plan::new(queues()).start().await;
    let call = centre.call().await;
    hears(&call, MUSIC_HZ).await;
    centre.control.ask(Ask::Drain);
    is_refused(&centre).await;
    assert!(centre.ask(Ask::Status).await.draining);
    let heard = call.heard_so_far();
    hears_from(&call, heard, MUSIC_HZ).await;
    call.hang_up();
    centre.has_ended(1).await;
}

/// The journal as another program sees it.
fn journal(centre: &Centre) -> Connection {
    Connection::open(centre.setup.journal_path()).unwrap()
}

/// Nothing can be written to the journal until [`heal`].
fn break_journal(centre: &Centre) {
    let trigger = "CREATE TRIGGER broken BEFORE INSERT ON entry BEGIN \
                   SELECT RAISE(ABORT, 'broken for a test'); END";
    journal(centre).execute_batch(trigger).unwrap();
}

fn heal(centre: &Centre) {
    journal(centre).execute_batch("DROP TRIGGER broken").unwrap();
}

fn is_journal_good(centre: &Centre) -> bool {
    let checks = centre.health.checks();
    checks.iter().any(|(check, wrong)| *check == Check::Journal && wrong.is_none())
}

/// Waits until the journal is good again, or bad.
async fn journal_is(centre: &Centre, good: bool) {
    let until = tokio::time::Instant::now() + LIMIT;
    while is_journal_good(centre) != good {
        assert!(tokio::time::Instant::now() < until, "{:?}", centre.health.checks());
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_cannot_be_written_stops_new_calls_only() {
    let centre = Plan::new(queues()).start().await;
    let call = centre.call().await;
    hears(&call, MUSIC_HZ).await;
    assert!(is_journal_good(&centre));
    break_journal(&centre);
    is_refused(&centre).await;
    journal_is(&centre, false).await;
    assert!(!centre.health.is_ready(), "what /readyz says");
    is_refused(&centre).await;
    // The call that is up goes on, to an agent even.
    let ann = centre.agent("ann").await;
    let desk = tokio::time::timeout(LIMIT, ann.incoming()).await.unwrap().unwrap().answer();
    desk.play_tone(1_150.0, -10.0);
    hears(&call, 1_150.0).await;
    heal(&centre);
    journal_is(&centre, true).await;
    let next = centre.call().await;
    hears(&next, MUSIC_HZ).await;
    next.hang_up();
    call.hang_up();
    centre.has_ended(2).await;
    centre.agent_is("ann", AgentMode::Available).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_contact_ended_runs_once() {
    let mut centre = Plan::new(queues()).start().await;
    let call: Call = centre.call().await;
    hears(&call, MUSIC_HZ).await;
    let other = centre.call().await;
    other.hang_up();
    centre.crm.came("/ended", 1).await;
    // Its request has been answered: else it would be sent again.
    centre.state_is("queued").await;
    centre.kill();
    assert_eq!(centre.crm.count("/ended"), 1);
    centre.start_again().await;
    centre.has_ended(2).await;
    let bodies = centre.crm.bodies("/ended");
    assert_ne!(bodies[0], bodies[1], "each contact once");
    centre.kill();
    centre.start_again().await;
    let call = centre.call().await;
    call.hang_up();
    centre.has_ended(3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_talks_when_the_server_crashes() {
    let mut centre = Plan::new(queues()).start().await;
    let ann = centre.agent("ann").await;
    let _call = centre.call().await;
    let desk = tokio::time::timeout(LIMIT, ann.incoming()).await.unwrap().unwrap().answer();
    desk.answered(LIMIT).await.unwrap();
    centre.state_is("connected").await;
    centre.kill();
    centre.start_again().await;
    centre.has_ended(1).await;
    // The queues know nothing of the old contact: the next one is offered.
    let bob = centre.agent("bob").await;
    let call = centre.call().await;
    let desk = tokio::time::timeout(LIMIT, bob.incoming()).await.unwrap().unwrap().answer();
    desk.answered(LIMIT).await.unwrap();
    call.hang_up();
    centre.has_ended(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn phones_need_not_register_again_after_a_crash() {
    let mut centre = Plan::new(queues()).start().await;
    let _ann = centre.agent("ann").await;
    let bob = centre.agent("bob").await;
    bob.unregister().await.unwrap();
    centre.agent_is("bob", AgentMode::SignedOut).await;
    centre.kill();
    // At another address, since a process that goes on keeps the sockets of its transactions.
    centre.start_again().await;
    centre.agent_is("ann", AgentMode::Available).await;
    assert_eq!(centre.agent_mode("bob").await, AgentMode::SignedOut);
}

//! Routing and the model agree, whatever happens.

use trunkline_acd::{Output, Routing};

use super::simulation::{CENTRE, Run, Size, simulate};

#[test]
fn a_contact_centre_agrees_with_the_model() {
    let run = simulate("a_contact_centre_agrees_with_the_model", 1, &CENTRE);
    for kind in [
        "queued",
        "offer",
        "withdrawn, requeued",
        "withdrawn",
        "connected",
        "agent lost, requeued",
        "wrap-up started",
        "wrap-up ended",
        "timed out",
        "refused",
        "sent to recovery",
        "reply",
        "wrap-up extended",
        "agent next",
    ] {
        let seen = run.seen.get(kind).copied().unwrap_or(0);
        assert!(seen >= 20, "{kind} was seen {seen} times: {:?}", run.seen);
    }
}

#[test]
fn small_centres_agree_with_the_model() {
    for seed in 1..=60 {
        let auto_wrap_up_s = if seed % 2 == 0 { 0 } else { 3 };
        let (agents, queues) = (1 + seed % 5, 1 + seed % 4);
        let size = Size { agents, queues, teams: 2, contacts: 100, auto_wrap_up_s, ..CENTRE };
        let seed = u64::try_from(seed).unwrap();
        simulate("small_centres_agree_with_the_model", seed, &size);
    }
}

/// Hundreds wait for a few agents, so that lists have several chunks.
#[test]
fn a_crowd_agrees_with_the_model() {
    let size = Size { agents: 4, teams: 2, queues: 2, live: 500, step_ms: 50, ..CENTRE };
    simulate("a_crowd_agrees_with_the_model", 3, &Size { contacts: 1_500, ..size });
}

/// The same inputs give the same outputs, also after a way through the journal.
#[test]
fn a_journal_gives_the_same_outputs() {
    let size = Size { agents: 6, queues: 4, teams: 3, contacts: 200, ..CENTRE };
    let mut run = Run::new(77, &size);
    let mut replayed = Routing::new(&run.tenant);
    while run.made < size.contacts {
        run.advance();
        let input = run.input();
        run.model.step(run.now_ms, &input);
        let written = serde_json::to_string(&input).unwrap();
        replayed.handle(run.now_ms, serde_json::from_str(&written).unwrap());
        run.routing.handle(run.now_ms, input);
        while let Some(output) = run.routing.poll() {
            let written = serde_json::to_string(&output).unwrap();
            assert_eq!(serde_json::from_str::<Output>(&written).unwrap(), output);
            assert_eq!(replayed.poll(), Some(output));
        }
        assert_eq!(replayed.poll(), None);
    }
}

/// A large centre. `ACD_FULL` (`make simulate`) makes all 100,000 contacts.
#[test]
fn a_large_centre_agrees_with_the_model() {
    let contacts = if std::env::var_os("ACD_FULL").is_some() { 100_000 } else { 1_500 };
    let size = Size {
        agents: 1_000,
        queues: 60,
        teams: 40,
        contacts,
        live: 900,
        step_ms: 40,
        auto_wrap_up_s: 8,
        sweep: 200,
    };
    let run = simulate("a_large_centre_agrees_with_the_model", 5, &size);
    for kind in ["offer", "connected", "withdrawn, requeued", "wrap-up ended", "sent to recovery"] {
        assert!(run.seen.contains_key(kind), "{kind}: {:?}", run.seen);
    }
}

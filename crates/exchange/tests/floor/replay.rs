//! What the recorder is told builds the same contacts and the same queues again.

use trunkline_acd::Routing;
use trunkline_contact::journal::replay;

use crate::messages::busy;

#[test]
fn contacts_are_built_again_from_what_they_took_in() {
    let floor = busy();
    assert_eq!(floor.books.contacts.len(), 3);
    for (id, book) in &floor.books.contacts {
        let inputs = book.records.iter().map(|it| it.record.clone());
        let replayed = replay(&floor.head(id), inputs).unwrap();
        assert_eq!(replayed.outputs, book.outputs, "{id}");
        assert!(replayed.contact.is_ended());
    }
}

#[test]
fn queues_are_built_again_from_what_they_took_in() {
    let floor = busy();
    let mut routing = Routing::new(&floor.tenant);
    let mut outputs = Vec::new();
    for record in &floor.books.routing {
        routing.handle(record.now_ms, record.input.clone());
        outputs.extend(std::iter::from_fn(|| routing.poll()));
    }
    assert_eq!(outputs, floor.books.routed);
    for agent in &floor.tenant.agents {
        let now = floor.exchange.routing().agent_state(&agent.id);
        assert_eq!(routing.agent_state(&agent.id), now);
    }
}

#[test]
fn the_same_calls_give_the_same_outputs() {
    let (one, other) = (busy(), busy());
    assert_eq!(one.outputs, other.outputs);
    assert!(one.outputs.len() > 20);
}

//! What contacts and routing tell each other is named, each once and in order (decision 19).

use std::collections::HashSet;

use trunkline_contact::Output as Wanted;
use trunkline_exchange::{MessageId, Sender};

use crate::floor::{Floor, queues};

/// Calls, agents, answers, hang-ups: something of everything.
pub(crate) fn busy() -> Floor {
    let mut floor = Floor::new(&queues());
    floor.call("c1").call("c2").sign_in("ann").sign_in("bob").answer("ann", "c1");
    floor.pass(10_000).call("c3").hang_up("c1").respond("c1").pass(5_000).answer("ann", "c2");
    floor.agent_hangs_up("ann", "c2").hang_up("c2").respond("c2").pass(5_000);
    floor.hang_up("c3").respond("c3").pass(20_000);
    floor
}

#[test]
fn inputs_are_numbered_without_a_gap() {
    let floor = busy();
    let numbers: Vec<u64> = floor.books.routing.iter().map(|it| it.number).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    for (id, book) in &floor.books.contacts {
        let numbers: Vec<u64> = book.records.iter().map(|it| it.number).collect();
        assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>(), "{id}");
    }
    assert!(floor.exchange.is_empty());
}

#[test]
fn each_message_has_a_name_of_its_own_and_comes_in_order() {
    let floor = busy();
    let to_contacts = floor.books.contacts.values().map(|book| {
        book.records.iter().filter_map(|it| it.from.clone()).collect::<Vec<MessageId>>()
    });
    let to_routing = floor.books.routing.iter().filter_map(|it| it.from.clone()).collect();
    let mut seen = HashSet::new();
    for messages in to_contacts.chain([to_routing]) {
        assert!(!messages.is_empty());
        assert!(messages.iter().all(|id| seen.insert(id.clone())), "{messages:?}");
        for sender in messages.iter().map(|it| &it.sender).collect::<HashSet<_>>() {
            let places: Vec<_> = messages.iter().filter(|it| it.sender == *sender).collect();
            assert!(places.is_sorted(), "{places:?}");
        }
    }
}

#[test]
fn a_message_names_the_output_that_it_was() {
    let floor = busy();
    let mut checked = 0;
    for record in &floor.books.routing {
        let Some(MessageId { sender: Sender::Contact(id), input, output }) = &record.from else {
            continue;
        };
        let book = &floor.books.contacts[id];
        let arrival = floor.head(id);
        let inputs = book.records.iter().take(*input as usize).map(|it| it.record.clone());
        let before = book.records.iter().take((*input as usize).saturating_sub(1));
        let replay =
            |inputs: Vec<_>| trunkline_contact::journal::replay(&arrival, inputs).unwrap().outputs;
        let first = match *input {
            0 => 0,
            _ => replay(before.map(|it| it.record.clone()).collect()).len(),
        };
        let outputs = replay(inputs.collect());
        let sent = &outputs[first + *output as usize];
        let is_for_queues =
            matches!(sent, Wanted::Enqueue { .. } | Wanted::Withdraw | Wanted::LeaveAgent);
        assert!(is_for_queues, "{sent:?} for {:?}", record.input);
        checked += 1;
    }
    assert!(checked >= 5, "{checked}");
}

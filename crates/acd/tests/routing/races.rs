//! What happens when two things happen at once.

use trunkline_acd::Input;

use crate::desk::*;

/// One row: what is tried, when, and what comes out of it.
type Row = (&'static str, Vec<(i64, Input, &'static [&'static str])>);

/// One agent `ann`, Available since 0, who is being offered `c1` since 1,000; `c2` waits behind.
fn ringing() -> Desk {
    let mut desk = Desk::new(&tenant(&["t"], &["ann@t", "bob@t"], vec![queue("q", &[])]));
    desk.ready(0, "ann");
    assert_eq!(
        desk.at(1_000, enqueue("c1", "q")),
        ["c1 in q: 1 of 1, 1/1", "offer c1 to ann: 12000, waited 0", "ann is reserved for c1"]
    );
    desk.at(2_000, enqueue("c2", "q"));
    desk
}

#[test]
fn races_at_a_ringing_agent() {
    let rows: Vec<Row> = vec![
        (
            "an answer in the millisecond of the timeout is too late",
            vec![(
                13_000,
                answer("ann", "c1"),
                &["withdraw c1 from ann: rona, requeued", "ann is rona", "refused: NotOffered"],
            )],
        ),
        (
            "an answer a millisecond earlier is in time",
            vec![(12_999, answer("ann", "c1"), &["connect c1 to ann", "ann is engaged with c1"])],
        ),
        (
            "an answer after a tick at the timeout is refused",
            vec![
                (13_000, Input::Tick, &["withdraw c1 from ann: rona, requeued", "ann is rona"]),
                (13_000, answer("ann", "c1"), &["refused: NotOffered"]),
            ],
        ),
        (
            "the caller leaves: the agent keeps the place and gets the next",
            vec![(
                3_000,
                ended("c1"),
                &[
                    "withdraw c1 from ann: contact left",
                    "ann is available since 0",
                    "offer c2 to ann: 12000, waited 1000",
                    "ann is reserved for c2",
                ],
            )],
        ),
        (
            "the caller leaves in the millisecond of the timeout",
            vec![(
                13_000,
                withdraw("c1"),
                &["withdraw c1 from ann: rona, requeued", "ann is rona"],
            )],
        ),
        (
            "the agent signs out: the contact waits again",
            vec![
                (
                    3_000,
                    sign_out("ann"),
                    &["withdraw c1 from ann: agent left, requeued", "ann is signed out"],
                ),
                (3_000, answer("ann", "c1"), &["refused: NotOffered"]),
            ],
        ),
        (
            "a decline after the caller left",
            vec![
                (3_000, withdraw("c2"), &[]),
                (
                    3_000,
                    withdraw("c1"),
                    &["withdraw c1 from ann: contact left", "ann is available since 0"],
                ),
                (3_000, decline("ann", "c1"), &["refused: NotOffered"]),
            ],
        ),
        (
            "the caller leaves after a decline",
            vec![
                (
                    3_000,
                    decline("ann", "c1"),
                    &["withdraw c1 from ann: declined, requeued", "ann is rona"],
                ),
                (3_000, withdraw("c1"), &[]),
                (3_000, withdraw("c1"), &["refused: UnknownContact"]),
            ],
        ),
        (
            "the device fails",
            vec![(
                3_000,
                lose_offer("ann", "c1"),
                &["withdraw c1 from ann: device failed, requeued", "ann is idle (Lost connection)"],
            )],
        ),
        (
            "two answers: the second finds a conversation",
            vec![
                (3_000, answer("ann", "c1"), &["connect c1 to ann", "ann is engaged with c1"]),
                (3_000, answer("ann", "c1"), &["refused: NotOffered"]),
                (3_000, decline("ann", "c1"), &["refused: NotOffered"]),
            ],
        ),
        (
            "somebody else answers, declines, hangs up",
            vec![
                (3_000, answer("bob", "c1"), &["refused: NotOffered"]),
                (3_000, decline("bob", "c1"), &["refused: NotOffered"]),
                (3_000, hang_up("bob", "c1"), &["refused: NotConnected"]),
                (3_000, wrap_up("bob", "c1"), &["refused: NotInWrapUp"]),
                (3_000, answer("eve", "c1"), &["refused: UnknownAgent"]),
            ],
        ),
        (
            "the contact moves to another place while it rings",
            vec![(
                3_000,
                enqueue_at("c1", "q", 9),
                &[
                    "withdraw c1 from ann: contact left",
                    "ann is available since 0",
                    "c1 in q: 1 of 2, 1/1",
                    "offer c1 to ann: 12000, waited 0",
                    "ann is reserved for c1",
                ],
            )],
        ),
        (
            "a choice while it rings is kept until the contact leaves",
            vec![
                (3_000, idle("ann", "lunch"), &["next for ann: idle (lunch)"]),
                (
                    4_000,
                    withdraw("c1"),
                    &["withdraw c1 from ann: contact left", "ann is idle (lunch)"],
                ),
            ],
        ),
        (
            "RONA ends by choice only",
            vec![
                (13_000, Input::Tick, &["withdraw c1 from ann: rona, requeued", "ann is rona"]),
                (60_000, Input::Tick, &[]),
                (
                    60_000,
                    available("ann"),
                    &[
                        "ann is available since 60000",
                        "offer c1 to ann: 12000, waited 59000",
                        "ann is reserved for c1",
                    ],
                ),
            ],
        ),
        (
            "both hang up: the second finds nothing",
            vec![
                (3_000, answer("ann", "c1"), &["connect c1 to ann", "ann is engaged with c1"]),
                (
                    9_000,
                    hang_up("ann", "c1"),
                    &["ann begins to wrap up c1: None", "ann is wrapping up c1"],
                ),
                (9_000, ended("c1"), &["refused: UnknownContact"]),
                (9_000, hang_up("ann", "c1"), &["refused: NotConnected"]),
            ],
        ),
    ];
    for (name, steps) in rows {
        let mut desk = ringing();
        for (now_ms, input, expected) in steps {
            assert_eq!(desk.at(now_ms, input), expected, "{name}");
        }
    }
}

#[test]
fn an_offer_that_times_out_when_its_queue_time_is_over_leaves_the_queue() {
    let mut short = queue("q", &[]);
    short.max_time_in_queue_s = 10;
    let mut desk = Desk::new(&tenant(&["t"], &["ann@t", "bob@t"], vec![short]));
    desk.ready(0, "ann");
    desk.at(1_000, enqueue("c1", "q"));
    assert_eq!(desk.routing.wake_at(), Some(13_000), "only the ring timer runs while it rings");
    desk.ready(12_000, "bob");
    let expected =
        ["withdraw c1 from ann: rona, requeued", "ann is rona", "c1 leaves q for +15550100"];
    assert_eq!(desk.tick(13_000), expected, "it is not offered to bob any more");
}

#[test]
fn two_queues_one_agent_by_priority_then_time_then_id() {
    let queues = vec![queue("a", &[]), queue("b", &[])];
    let mut desk = Desk::new(&tenant(&["t"], &["ann@t"], queues));
    for (now_ms, contact, queue, priority) in
        [(1, "c5", "a", 10), (2, "c4", "b", 10), (3, "c3", "a", 2), (3, "c2", "b", 2)]
    {
        desk.at(now_ms, enqueue_at(contact, queue, priority));
    }
    desk.at(10, sign_in("ann"));
    let mut order = Vec::new();
    let mut lines = desk.at(10, available("ann"));
    while let Some(line) = lines.iter().find(|it| it.starts_with("offer")) {
        let contact = line.split(' ').nth(1).unwrap().to_owned();
        desk.at(10, answer("ann", &contact));
        desk.at(10, hang_up("ann", &contact));
        lines = desk.at(10, wrap_up("ann", &contact));
        order.push(contact);
    }
    assert_eq!(order, ["c2", "c3", "c5", "c4"]);
}

#[test]
fn an_agent_and_a_higher_contact_of_the_same_instant_meet() {
    // At 30 s the second group of `a` joins for c1, and ann's wrap-up ends by itself.
    let queues = vec![queue("a", &["s 30", "t 0"]), queue("b", &["t 0"])];
    let mut tenant = tenant(&["s", "t"], &["ann@t"], queues);
    tenant.routing.auto_wrap_up_s = 10;
    let mut desk = Desk::new(&tenant);
    desk.at(0, enqueue_at("c1", "a", 1));
    desk.ready(0, "ann");
    desk.at(0, enqueue("c0", "b"));
    desk.at(0, answer("ann", "c0"));
    desk.at(1_000, enqueue("c2", "b"));
    desk.at(20_000, hang_up("ann", "c0"));
    assert_eq!(desk.routing.wake_at(), Some(30_000));
    assert_eq!(
        desk.tick(30_000),
        [
            "ann has wrapped up c0: -",
            "ann is available since 30000",
            "offer c1 to ann: 12000, waited 30000",
            "ann is reserved for c1"
        ]
    );
}

#[test]
fn the_clock_does_not_go_back() {
    let mut desk = ringing();
    desk.tick(10_000);
    assert_eq!(
        desk.at(5_000, answer("ann", "c1")),
        ["connect c1 to ann", "ann is engaged with c1"]
    );
    desk.at(5_000, hang_up("ann", "c1"));
    let lines = desk.at(5_000, wrap_up("ann", "c1"));
    assert_eq!(lines[1], "ann is available since 10000");
}

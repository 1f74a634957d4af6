//! How many new calls are inside, between the socket and their answers, and for how long.
//!
//! Behind the socket everything waits its turn: messages, tasks, the switchboard, its journal. When
//! more comes than can be done, each of these waits grows, and a measure that is taken at one of
//! them comes too late. So an INVITE counts as inside from the datagram that brings it until its
//! answer leaves, and while there is too much to do only so many may be inside as are answered
//! within the time that they may wait (Little's law: calls inside = rate of answers × their wait).
//! The others are refused at the socket, where that costs least.
//!
//! A machine that was away for a moment is no overload: the calls that gathered meanwhile wait
//! long, but they become fewer. Overload is told by long waits while calls inside become more (the
//! idea of CoDel, RFC 8289: what counts is the wait that does not go away).
//!
//! The library's parser drops what it does not understand, and nobody is told: such an INVITE would
//! look like a call that waits. As soon as it matters how many are inside, only what the parser
//! understands may count ([`Load::is_crowded`]).
//!
//! Times are in microseconds from any start.

use std::collections::{HashMap, VecDeque};

/// The most calls that are watched at once. More of them wait only when there is far too much.
const MAX_WATCHED: usize = 16_384;

/// A call without an answer is not waited for any longer than this: the library's parser has
/// dropped it without a word, or it is the application's to answer it when it likes.
const FORGET_AFTER_US: u64 = 4_000_000;

/// Long waits are overload when so many more calls are inside than when they began, and three times
/// as many as are to be inside in overload besides, ...
const GROWTH: u64 = 16;

/// ... counted after so many answers, since a machine that was away finds more calls than it had,
/// and where few come those are more than [`GROWTH`], ...
const FIRST_ANSWERS: u64 = 16;

/// When no answer has left for so long, the machine was away.
const AWAY_US: u64 = 30_000;

/// ... or after this time, when they have not become fewer. A machine that others use, too, is slow
/// for some tenths of a second now and then, and then catches up.
const LASTING_US: u64 = 1_000_000;

/// A wait of so many times the limit is overload at once.
const FAR_TOO_LONG: u64 = 30;

/// Overload is over when nobody had to be refused for so long.
const OVER_AFTER_US: u64 = 1_000_000;

/// The span over which answers are counted, and the shortest wait is looked for.
const SPAN_US: u64 = 100_000;

/// So many calls may always be inside.
const ALWAYS: u64 = 8;

/// From so many on it matters what they are: fewer than [`ALWAYS`], so that calls that can be
/// served find room beside what the parser has dropped before.
const CROWD: usize = 4;

/// Waits that are usual on this machine are taken as the limit up to this: a slow disk is no
/// overload.
const MAX_USUAL_US: u64 = 100_000;

/// How slowly the usual wait is learnt: as the average of so many spans.
const USUAL_SPANS: u64 = 256;

/// Waits that are too long, one after the other.
#[derive(Clone, Copy, Debug)]
struct Spell {
    since_us: u64,
    /// So many calls were inside when it began.
    inside: u64,
    /// Answers since then, or since the machine was away.
    answers: u64,
    /// So many calls were inside after the first of these.
    inside_at_first: u64,
}

/// The calls inside, and what is learnt of their waits.
#[derive(Debug, Default)]
pub struct Load {
    /// When each call came.
    inside: HashMap<u64, u64>,
    /// By the time at which they came, with those that are not inside any more.
    arrivals: VecDeque<(u64, u64)>,
    spell: Option<Spell>,
    answered_us: u64,
    /// When somebody was refused last for overload; None while there is none.
    overload_us: Option<u64>,
    span: Span,
    /// Answers in a span.
    answers: u64,
    usual_us: u64,
    /// From so many spans, up to [`USUAL_SPANS`].
    usual_of: u64,
}

/// What is counted in a span.
#[derive(Clone, Copy, Debug, Default)]
struct Span {
    began_us: u64,
    answers: u64,
    shortest_us: Option<u64>,
}

impl Load {
    /// A new call has come in at the socket. False when it is to be refused, since those that are
    /// inside could not be answered within `max_wait_us` otherwise.
    ///
    /// A retransmission begins its wait again: otherwise a copy that the parser dropped long ago
    /// would look like a long wait, and one source could have all others refused.
    pub fn admits(&mut self, now_us: u64, call: u64, max_wait_us: u64) -> bool {
        self.forget_old(now_us);
        self.end_span(now_us);
        let is_known = self.inside.contains_key(&call);
        if !is_known && self.is_too_much(now_us, max_wait_us) {
            return false;
        }
        self.inside.insert(call, now_us);
        self.arrivals.push_back((now_us, call));
        true
    }

    /// The call's answer leaves: ringing, or a final response.
    pub fn answered(&mut self, now_us: u64, call: u64, max_wait_us: u64) {
        let Some(at_us) = self.inside.remove(&call) else { return };
        self.span.answers += 1;
        self.measured(now_us, now_us.saturating_sub(at_us), max_wait_us);
    }

    /// Whether new calls are refused at present when too many are inside.
    pub fn is_overloaded(&self) -> bool {
        self.overload_us.is_some()
    }

    /// The call does not wait for this machine any more: the parser would drop it, or the
    /// application has done what it can and waits for a flow's request or for a person.
    pub fn withdraw(&mut self, call: u64) {
        self.inside.remove(&call);
    }

    /// Whether it matters that what is let in is a call, and nothing that the parser will drop.
    pub fn is_crowded(&self) -> bool {
        self.is_overloaded() || self.inside.len() >= CROWD
    }

    /// How many calls are inside.
    pub fn inside(&self) -> usize {
        self.inside.len()
    }

    fn measured(&mut self, now_us: u64, wait_us: u64, max_wait_us: u64) {
        let pause_us = now_us.saturating_sub(self.answered_us);
        self.answered_us = now_us;
        let shortest_us = self.span.shortest_us.get_or_insert(wait_us);
        *shortest_us = wait_us.min(*shortest_us);
        let limit_us = self.limit_us(max_wait_us);
        if wait_us.saturating_mul(2) <= limit_us.saturating_mul(3) {
            self.spell = None;
            return;
        }
        let growth = GROWTH + 3 * self.limit(max_wait_us);
        let inside = self.inside.len() as u64;
        let begins = Spell { since_us: now_us, inside, answers: 0, inside_at_first: inside };
        let spell = self.spell.get_or_insert(begins);
        spell.answers = if pause_us > AWAY_US { 1 } else { spell.answers + 1 };
        if spell.answers <= FIRST_ANSWERS {
            spell.inside_at_first = inside;
        }
        let lasts = now_us.saturating_sub(spell.since_us) >= LASTING_US;
        // While they become fewer, it passes by itself.
        let grows = inside >= spell.inside_at_first + growth || (lasts && inside >= spell.inside);
        if lasts {
            (spell.since_us, spell.inside) = (now_us, inside);
        }
        if grows || wait_us > limit_us.saturating_mul(FAR_TOO_LONG) {
            self.overload_us.get_or_insert(now_us);
        }
    }

    fn is_too_much(&mut self, now_us: u64, max_wait_us: u64) -> bool {
        if self.inside.len() >= MAX_WATCHED {
            return true;
        }
        let Some(last_us) = self.overload_us else { return false };
        if self.inside.len() as u64 >= self.limit(max_wait_us).max(ALWAYS) {
            self.overload_us = Some(now_us);
            return true;
        }
        if now_us >= last_us.saturating_add(OVER_AFTER_US) {
            (self.overload_us, self.spell) = (None, None);
        }
        false
    }

    /// So many calls are inside when as many come as are answered, and wait as long as they are
    /// to wait.
    fn limit(&self, max_wait_us: u64) -> u64 {
        self.answers * self.limit_us(max_wait_us) / SPAN_US
    }

    /// How long calls are to wait in overload: half of what they may, since some wait longer than
    /// others, or somewhat more than is usual here.
    fn limit_us(&self, max_wait_us: u64) -> u64 {
        (max_wait_us / 2).max(self.usual_us.min(MAX_USUAL_US) * 3 / 2)
    }

    fn end_span(&mut self, now_us: u64) {
        if now_us < self.span.began_us.saturating_add(SPAN_US) {
            return;
        }
        let long_us = now_us.saturating_sub(self.span.began_us);
        let answers = self.span.answers * SPAN_US / long_us.max(1);
        // A span that the machine was away for says little: the rate falls slowly.
        self.answers = answers.max(self.answers - self.answers.saturating_sub(answers) / 8);
        if let Some(shortest_us) = self.span.shortest_us {
            self.usual_of = (self.usual_of + 1).min(USUAL_SPANS);
            // What waits in overload is not what is usual, unless it lasts for very long.
            let spans = if self.is_overloaded() { USUAL_SPANS } else { self.usual_of };
            let more_us = shortest_us.saturating_sub(self.usual_us).div_ceil(spans);
            let less_us = self.usual_us.saturating_sub(shortest_us).div_ceil(spans);
            self.usual_us = self.usual_us + more_us - less_us;
        }
        self.span = Span { began_us: now_us, ..Span::default() };
    }

    fn forget_old(&mut self, now_us: u64) {
        while let Some((at_us, call)) = self.arrivals.front().copied() {
            let is_old = at_us.saturating_add(FORGET_AFTER_US) <= now_us;
            let is_here = self.inside.get(&call) == Some(&at_us);
            if is_here && !is_old && self.arrivals.len() < 2 * MAX_WATCHED {
                break;
            }
            self.arrivals.pop_front();
            if is_here {
                self.inside.remove(&call);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX_WAIT_US: u64 = 20_000;

    /// One who serves calls in their order, with the gate in front.
    struct Desk {
        load: Load,
        /// How long a call takes, and what it waits for besides, such as a disk.
        service_us: u64,
        latency_us: u64,
        free_at_us: u64,
        queue: VecDeque<(u64, u64)>,
        answers: VecDeque<(u64, u64, u64)>,
        waits_us: Vec<u64>,
        refused: Vec<u64>,
        random: u64,
    }

    impl Desk {
        fn new(service_us: u64, latency_us: u64) -> Self {
            let (queue, answers) = (VecDeque::new(), VecDeque::new());
            let (load, waits_us, refused) = (Load::default(), Vec::new(), Vec::new());
            let (free_at_us, random) = (0, 1);
            Self {
                load,
                service_us,
                latency_us,
                free_at_us,
                queue,
                answers,
                waits_us,
                refused,
                random,
            }
        }

        fn random(&mut self, below: u64) -> u64 {
            self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (self.random >> 33) % below
        }

        /// Does what is to be done until this time.
        fn work(&mut self, now_us: u64) {
            while let Some((at_us, call)) = self.queue.front().copied() {
                let began_us = self.free_at_us.max(at_us);
                if began_us >= now_us {
                    break;
                }
                self.queue.pop_front();
                self.free_at_us = began_us + self.service_us / 2 + self.random(self.service_us);
                self.answers.push_back((self.free_at_us + self.latency_us, at_us, call));
            }
            while let Some((done_us, at_us, call)) = self.answers.front().copied() {
                if done_us > now_us {
                    break;
                }
                self.answers.pop_front();
                self.load.answered(done_us, call, MAX_WAIT_US);
                self.waits_us.push(done_us - at_us);
            }
        }

        /// Calls at a rate, at random moments, from one time to another.
        fn calls(&mut self, from_us: u64, to_us: u64, per_s: u64) {
            let mut at_us = from_us;
            while at_us < to_us {
                at_us += 1 + self.random(2 * 1_000_000 / per_s);
                self.arrive(at_us);
            }
        }

        fn arrive(&mut self, at_us: u64) {
            self.work(at_us);
            let call = self.random(u64::MAX);
            match self.load.admits(at_us, call, MAX_WAIT_US) {
                true => self.queue.push_back((at_us, call)),
                false => self.refused.push(at_us),
            }
        }

        /// The machine is away; what comes meanwhile is read when it is back.
        fn stall(&mut self, from_us: u64, long_us: u64, per_s: u64) {
            self.work(from_us);
            self.free_at_us = from_us + long_us;
            self.answers.iter_mut().for_each(|answer| answer.0 += long_us);
            (0..per_s * long_us / 1_000_000).for_each(|_| self.arrive(from_us + long_us));
        }

        fn p99_us(&self) -> u64 {
            let mut waits = self.waits_us.clone();
            waits.sort_unstable();
            waits[waits.len() * 99 / 100]
        }
    }

    #[test]
    fn in_overload_as_many_are_served_as_can_be_and_in_time() {
        // A little too much is found out after a second, and does little until then.
        for (per_s, latency_us, limit_us) in [
            (3_600, 0, MAX_WAIT_US),
            (3_600, 4_000, MAX_WAIT_US),
            (10_000, 2_000, MAX_WAIT_US),
            (2_600, 4_000, MAX_WAIT_US * 5 / 2),
        ] {
            let mut desk = Desk::new(416, latency_us);
            desk.calls(0, 2_000_000, 400);
            desk.calls(2_000_000, 12_000_000, per_s);
            let (served, p99_us) = (desk.waits_us.len(), desk.p99_us());
            assert!(served > 800 + 23_000, "{served} at {per_s}");
            assert!(p99_us < limit_us, "{p99_us} us at {per_s}");
            assert!(!desk.refused.is_empty() && desk.load.is_overloaded());
            // It ends with its cause.
            let refused = desk.refused.len();
            desk.calls(12_000_000, 20_000_000, 1_500);
            assert!(desk.refused.iter().skip(refused).all(|at_us| *at_us < 12_100_000));
            assert!(!desk.load.is_overloaded());
        }
    }

    #[test]
    fn below_what_can_be_done_nobody_is_refused_even_after_a_stall() {
        let mut desk = Desk::new(416, 4_000);
        desk.calls(0, 5_000_000, 2_000);
        for (at_us, long_us) in [(5_000_000, 30_000), (6_000_000, 80_000), (8_000_000, 200_000)] {
            desk.stall(at_us, long_us, 2_000);
            desk.calls(at_us + long_us, at_us + 1_000_000, 2_000);
        }
        // Others take a third of the machine for a third of a second, now and then.
        for at_us in (10_000_000..16_000_000).step_by(2_000_000) {
            desk.service_us = 624;
            desk.calls(at_us, at_us + 300_000, 2_000);
            desk.service_us = 416;
            desk.calls(at_us + 300_000, at_us + 2_000_000, 2_000);
        }
        // A rush after silence.
        desk.stall(20_000_000, 1, 300_000_000);
        desk.work(21_000_000);
        assert_eq!((desk.refused.as_slice(), desk.load.inside()), (&[][..], 0));
    }

    #[test]
    fn where_few_calls_come_those_of_a_stall_are_let_in() {
        for (long_us, again_us) in [(80_000, 0), (160_000, 0), (80_000, 80_000), (80_000, 160_000)]
        {
            let mut desk = Desk::new(416, 0);
            desk.calls(0, 5_000_000, 400);
            // Some have come when the machine goes away. When it is back it has other things to do,
            // too, ...
            (0..5).for_each(|_| desk.arrive(5_000_000));
            let back_us = 5_000_000 + long_us;
            desk.free_at_us = back_us;
            desk.service_us = 2_000;
            (0..400 * long_us / 1_000_000).for_each(|number| desk.arrive(back_us + number * 150));
            desk.calls(back_us + 10_000, back_us + 40_000, 400);
            // ... or goes away again before it has caught up.
            desk.free_at_us += again_us;
            desk.calls(back_us + 40_000, back_us + again_us + 40_000, 400);
            desk.service_us = 416;
            desk.calls(back_us + again_us + 40_000, 7_000_000, 400);
            assert!(desk.refused.is_empty(), "{} after {long_us}", desk.refused.len());
        }
    }

    #[test]
    fn a_slow_disk_is_no_overload() {
        let mut desk = Desk::new(1_000, 18_000);
        desk.calls(0, 60_000_000, 300);
        assert!(desk.refused.is_empty(), "{}", desk.refused.len());
    }

    #[test]
    fn calls_that_all_wait_long_are_overload_however_early_they_were_taken() {
        // One who falls behind by half a second: what is answered then has waited for that long,
        // and nothing is answered sooner.
        let mut desk = Desk::new(416, 0);
        desk.calls(0, 2_000_000, 400);
        desk.free_at_us = 2_500_000;
        desk.calls(2_000_000, 5_000_000, 3_400);
        assert!(desk.load.is_overloaded());
        let late = |at_us: &&u64| **at_us > 3_500_000;
        let refused = desk.refused.iter().filter(late).count();
        assert!((1_200..1_800).contains(&refused), "{refused} of 5,100, where 3,600 can be served");
        assert!(desk.load.inside() < 80, "{}", desk.load.inside());
    }

    #[test]
    fn who_waits_for_a_flow_or_a_person_is_no_load() {
        let mut load = Load::default();
        for call in 0..1_000 {
            let at_us = call * 1_000;
            assert!(load.admits(at_us, call, MAX_WAIT_US));
            load.withdraw(call);
            if let Some(early) = call.checked_sub(300) {
                load.answered(at_us, early, MAX_WAIT_US);
            }
        }
        assert!(load.inside() == 0 && !load.is_overloaded());
    }

    #[test]
    fn what_is_never_answered_is_forgotten_and_refuses_nobody() {
        let mut load = Load::default();
        assert!((0..10_000).all(|call| load.admits(call, call, MAX_WAIT_US)));
        assert!(load.admits(500_000, 77, MAX_WAIT_US), "a retransmission");
        load.answered(500_010, 77, MAX_WAIT_US);
        assert_eq!(load.span.shortest_us, Some(10), "since its last retransmission");
        load.answered(500_020, 1 << 40, MAX_WAIT_US);
        assert_eq!(load.span.answers, 1, "that one was never seen");
        assert!(load.admits(FORGET_AFTER_US + 10_000, 1 << 41, MAX_WAIT_US));
        assert_eq!((load.inside(), load.arrivals.len()), (1, 1));
    }

    #[test]
    fn what_the_parser_drops_leaves_room_for_calls() {
        // Calls that are served, beside ten times as many datagrams that only look like calls.
        let mut load = Load { overload_us: Some(0), ..Load::default() };
        let mut refused = 0;
        for turn in 0..2_000_u64 {
            let at_us = turn * 5_000;
            for bad in 0..10 {
                // Who is crowded looks closer, and sees that it is none.
                let call = turn * 10 + bad;
                if load.admits(at_us, call, MAX_WAIT_US) && load.is_crowded() {
                    load.withdraw(call);
                }
            }
            refused += u32::from(!load.admits(at_us, 1 << 40 | turn, MAX_WAIT_US));
            load.answered(at_us + 2_000, 1 << 40 | turn, MAX_WAIT_US);
        }
        assert!(refused == 0 && load.inside() <= CROWD, "{refused} {}", load.inside());
    }

    #[test]
    fn what_is_watched_is_limited() {
        let mut load = Load::default();
        let admitted = (0..100_000).filter(|call| load.admits(0, *call, MAX_WAIT_US)).count();
        assert_eq!((admitted, load.inside()), (MAX_WATCHED, MAX_WATCHED));
        (0..100_000).for_each(|_| assert!(load.admits(1, 7, MAX_WAIT_US)));
        assert!(load.arrivals.len() <= 2 * MAX_WATCHED);
    }
}

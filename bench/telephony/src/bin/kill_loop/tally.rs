//! What a kill loop has seen, and what it makes of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use trunkline_bench_telephony::clock::MS;
use trunkline_bench_telephony::http_stub::Comment;
use trunkline_bench_telephony::load::Answered;

/// How long after its answer a request may still be in doubt: until it is read and journalled.
const DOUBT_NS: u64 = 250 * MS;

/// What has been seen.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) answered: Vec<Answered>,
    /// When each kill began and was over.
    pub(crate) kills: Vec<(u64, u64)>,
    /// Calls at the moment of each kill.
    pub(crate) active: Vec<u64>,
    pub(crate) failed: BTreeMap<String, u64>,
    pub(crate) refused: u64,
    pub(crate) checks: u32,
    pub(crate) damages: Vec<String>,
    pub(crate) panics: Vec<String>,
    pub(crate) slowest_start: Duration,
}

/// What became of the calls.
pub(crate) struct Verdict<'a> {
    tally: &'a Tally,
    comments: usize,
    missing: Vec<u64>,
    /// Second comments where a kill fell into the first one's request.
    in_doubt: usize,
    /// Second comments that nothing explains.
    wrong_doubles: Vec<u64>,
    /// Calls with a comment whose 200 the caller never saw.
    unseen: usize,
}

impl Tally {
    /// Answered calls without a comment.
    pub(crate) fn missing(&self, comments: &[Comment]) -> Vec<u64> {
        let written: BTreeSet<u64> = comments.iter().filter_map(caller).collect();
        let answered = self.answered.iter().map(|answered| answered.caller);
        answered.filter(|caller| !written.contains(caller)).collect()
    }

    pub(crate) fn verdict(&self, comments: &[Comment]) -> Verdict<'_> {
        let mut by_caller: BTreeMap<u64, Vec<&Comment>> = BTreeMap::new();
        for comment in comments {
            if let Some(caller) = caller(comment) {
                by_caller.entry(caller).or_default().push(comment);
            }
        }
        let answered: BTreeSet<u64> = self.answered.iter().map(|it| it.caller).collect();
        let (mut in_doubt, mut wrong_doubles) = (0, Vec::new());
        for (caller, of_call) in &by_caller {
            // Each comment but the last must have been in doubt.
            for comment in &of_call[..of_call.len() - 1] {
                if self.was_in_doubt(comment) {
                    in_doubt += 1;
                } else {
                    wrong_doubles.push(*caller);
                }
            }
        }
        let unseen = by_caller.keys().filter(|caller| !answered.contains(caller)).count();
        let missing = self.missing(comments);
        Verdict { tally: self, comments: comments.len(), missing, in_doubt, wrong_doubles, unseen }
    }

    /// If a kill fell between the request and the journal's knowing of its answer.
    fn was_in_doubt(&self, comment: &Comment) -> bool {
        let end_ns = comment.answered_ns.unwrap_or(comment.at_ns) + DOUBT_NS;
        // A request may still arrive when its sender is dead already.
        let begin_ns = comment.at_ns.saturating_sub(DOUBT_NS);
        self.kills.iter().any(|(from_ns, to_ns)| *from_ns <= end_ns && *to_ns >= begin_ns)
    }
}

/// The caller's number after `+1480`, out of a comment.
fn caller(comment: &Comment) -> Option<u64> {
    let rest = comment.body.split_once("+1480")?.1;
    rest.split(' ').next()?.parse().ok()
}

impl Verdict<'_> {
    pub(crate) fn is_good(&self) -> bool {
        self.missing.is_empty()
            && self.wrong_doubles.is_empty()
            && self.tally.damages.is_empty()
            && self.tally.panics.is_empty()
            && !self.tally.answered.is_empty()
    }
}

impl fmt::Display for Verdict<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tally, comments, missing, in_doubt, wrong_doubles, unseen } = self;
        let active: u64 = tally.active.iter().sum();
        let mean = active as f64 / tally.active.len().max(1) as f64;
        writeln!(f, "{} kills, {mean:.1} calls at the moment of each", tally.kills.len())?;
        writeln!(f, "{} calls answered, {comments} comments", tally.answered.len())?;
        writeln!(f, "missing: {} {:?}", missing.len(), &missing[..missing.len().min(10)])?;
        writeln!(f, "written twice, a kill in between: {in_doubt}")?;
        writeln!(
            f,
            "written twice, no kill in between: {} {wrong_doubles:?}",
            wrong_doubles.len()
        )?;
        writeln!(f, "written, and the caller saw no 200: {unseen}")?;
        writeln!(f, "refused {}, failed {:?}", tally.refused, tally.failed)?;
        let sound = tally.checks as usize - tally.damages.len();
        writeln!(f, "databases sound: {sound} of {} {:?}", tally.checks, tally.damages)?;
        writeln!(f, "panics: {:?}", tally.panics)?;
        writeln!(f, "slowest start: {:?}", tally.slowest_start)?;
        write!(f, "{}", if self.is_good() { "PASS" } else { "FAIL" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comment(caller: u64, at_ms: u64) -> Comment {
        let body = format!("{{\"CommentBody\": \"bench +1480{caller:07} id\"}}");
        Comment { body, at_ns: at_ms * MS, answered_ns: Some((at_ms + 30) * MS) }
    }

    #[test]
    fn missing_and_doubled_comments_are_found() {
        let answered = (1..=4).map(|caller| Answered { caller, at_ns: 0 }).collect();
        let kills = vec![(5_000 * MS, 5_002 * MS)];
        let tally = Tally { answered, kills, ..Tally::default() };
        let comments = [
            comment(1, 1_000),
            // The kill came while it was under way.
            comment(2, 4_990),
            comment(2, 6_000),
            // No kill was near.
            comment(3, 1_000),
            comment(3, 6_000),
            comment(9, 1_000),
        ];
        let verdict = tally.verdict(&comments);
        assert_eq!(verdict.missing, [4]);
        assert_eq!((verdict.in_doubt, verdict.unseen), (1, 1));
        assert_eq!(verdict.wrong_doubles, [3]);
        assert!(!verdict.is_good());
    }
}

//! What a kill loop has seen, and what it makes of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use trunkline_bench_telephony::load::Answered;

/// What has been seen.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) answered: Vec<Answered>,
    /// Calls at the moment of each kill.
    pub(crate) active: Vec<u64>,
    /// How many kills left a caller's comment in doubt.
    pub(crate) in_doubt: BTreeMap<u64, usize>,
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
    /// Further comments of a call, each after a kill that left the one before in doubt.
    in_doubt: usize,
    /// Callers with further comments that no kill explains.
    wrong_doubles: Vec<u64>,
    /// Calls with a comment whose 200 the caller never saw.
    unseen: usize,
}

impl Tally {
    /// Takes the callers whose comment a kill left in doubt.
    pub(crate) fn leave_in_doubt(&mut self, callers: BTreeSet<u64>) {
        for caller in callers {
            *self.in_doubt.entry(caller).or_default() += 1;
        }
    }

    /// Answered calls without a comment.
    pub(crate) fn missing(&self, comments: &[String]) -> Vec<u64> {
        let written: BTreeSet<u64> = comments.iter().filter_map(|it| caller(it)).collect();
        let answered = self.answered.iter().map(|answered| answered.caller);
        answered.filter(|caller| !written.contains(caller)).collect()
    }

    pub(crate) fn verdict(&self, comments: &[String]) -> Verdict<'_> {
        let mut written: BTreeMap<u64, usize> = BTreeMap::new();
        for caller in comments.iter().filter_map(|it| caller(it)) {
            *written.entry(caller).or_default() += 1;
        }
        let answered: BTreeSet<u64> = self.answered.iter().map(|it| it.caller).collect();
        let (mut in_doubt, mut wrong_doubles) = (0, Vec::new());
        for (caller, count) in &written {
            let explained = self.in_doubt.get(caller).copied().unwrap_or(0);
            in_doubt += explained.min(count - 1);
            if count - 1 > explained {
                wrong_doubles.push(*caller);
            }
        }
        let unseen = written.keys().filter(|caller| !answered.contains(caller)).count();
        let missing = self.missing(comments);
        Verdict { tally: self, comments: comments.len(), missing, in_doubt, wrong_doubles, unseen }
    }
}

/// The caller's number after `+1480`, out of a comment.
pub(crate) fn caller(comment: &str) -> Option<u64> {
    let rest = comment.split_once("+1480")?.1;
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
        writeln!(f, "{} kills, {mean:.1} calls at the moment of each", tally.active.len())?;
        writeln!(f, "{} calls answered, {comments} comments", tally.answered.len())?;
        writeln!(f, "missing: {} {:?}", missing.len(), &missing[..missing.len().min(10)])?;
        writeln!(f, "written again, after a kill that left it in doubt: {in_doubt}")?;
        writeln!(
            f,
            "written again, and no journal had it in doubt: {} {wrong_doubles:?}",
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

    fn comment(caller: u64) -> String {
        format!("{{\"CommentBody\": \"bench +1480{caller:07} id\"}}")
    }

    #[test]
    fn missing_and_doubled_comments_are_found() {
        let answered = (1..=5).map(|caller| Answered { caller, at_ns: 0 }).collect();
        let mut tally = Tally { answered, active: vec![20, 20], ..Tally::default() };
        tally.leave_in_doubt(BTreeSet::from([1, 2, 5]));
        tally.leave_in_doubt(BTreeSet::from([2]));
        let comments = [1, 2, 2, 2, 3, 3, 5, 5, 5, 9].map(comment);
        let verdict = tally.verdict(&comments);
        assert_eq!(verdict.missing, [4]);
        assert_eq!((verdict.in_doubt, verdict.unseen), (3, 1));
        assert_eq!(verdict.wrong_doubles, [3, 5]);
        assert!(!verdict.is_good());
    }
}

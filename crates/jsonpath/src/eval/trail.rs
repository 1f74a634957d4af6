//! The way to the value that is being looked at, written out only when something is wrong with it.

use crate::path::{Step, Steps};

/// One step of the way, and a link to those before it.
pub(crate) struct Trail<'t> {
    before: Option<&'t Trail<'t>>,
    part: Part<'t>,
}

/// What was followed.
pub(crate) enum Part<'t> {
    /// `$` or `@`, with the steps that were taken over the index.
    Start {
        from_root: bool,
        walked: &'t [Step],
    },
    Name(&'t str),
    Index(i64),
    Function(&'t str),
}

impl<'t> Trail<'t> {
    pub(crate) fn start(steps: &'t Steps) -> Trail<'t> {
        Trail::start_behind(steps, 0)
    }

    pub(crate) fn start_behind(steps: &'t Steps, walked: usize) -> Trail<'t> {
        // A function that took its path as an argument is written behind the document.
        let walked = steps.steps.get(..walked).unwrap_or_default();
        Trail { before: None, part: Part::Start { from_root: steps.from_root, walked } }
    }

    pub(crate) fn then<'n>(&'n self, part: Part<'n>) -> Trail<'n> {
        Trail { before: Some(self), part }
    }
}

impl std::fmt::Display for Trail<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(before) = self.before {
            before.fmt(f)?;
        }
        match &self.part {
            Part::Start { from_root, walked } => {
                f.write_str(if *from_root { "$" } else { "@" })?;
                walked.iter().try_for_each(|step| step.fmt(f))
            }
            Part::Name(name) => write!(f, "['{name}']"),
            Part::Index(index) => write!(f, "[{index}]"),
            Part::Function(name) => write!(f, ".{name}()"),
        }
    }
}

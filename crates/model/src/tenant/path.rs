//! Where in the document something is: `queues[2].groups[0].teams[1]`.

use std::fmt;

/// A place in the document, by keys and list positions (0 is the first).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(Vec<Step>);

/// One step into the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Into the value of this key.
    Key(String),
    /// Into the element at this position.
    Index(usize),
}

impl Path {
    /// The value of a key of the document itself.
    pub fn root(key: &str) -> Self {
        Self::default().key(key)
    }

    /// The value of this key, below here.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.step(Step::Key(key.to_owned()))
    }

    /// The element at this position, below here.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.step(Step::Index(index))
    }

    fn step(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    pub(super) fn steps(&self) -> &[Step] {
        &self.0
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) if !is_plain(key) => write!(f, "[{key:?}]")?,
                Step::Key(key) if number == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
            }
        }
        Ok(())
    }
}

fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_positions_are_written_as_in_a_program() {
        let path = Path::root("queues").index(2).key("groups").index(0).key("teams").index(1);
        assert_eq!(path.to_string(), "queues[2].groups[0].teams[1]");
        assert_eq!(Path::root("skills").key("a.b").to_string(), "skills[\"a.b\"]");
    }
}

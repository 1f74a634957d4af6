//! The tests, what stands after `is`: one file each, one line here.

mod defined;
pub(crate) mod empty;
mod even;
mod iterable;
mod map;
mod null;
mod odd;

use crate::eval::Evaluated;
use crate::value::Value;

/// A test.
#[derive(Debug)]
pub(crate) struct Predicate {
    pub(crate) name: &'static str,
    /// Templates with what they give, for the reference and the tests.
    #[cfg_attr(not(test), allow(dead_code))]
    pub(crate) examples: &'static [(&'static str, &'static str)],
    /// Whether a name that is missing in strict mode counts as null.
    pub(crate) tolerant: bool,
    pub(crate) holds: fn(&Value<'_>) -> Evaluated<bool>,
}

/// Every test, by name.
pub(crate) static ALL: &[Predicate] =
    &[defined::TEST, empty::TEST, even::TEST, iterable::TEST, map::TEST, null::TEST, odd::TEST];

/// The test of a name.
pub(crate) fn find(name: &str) -> Option<&'static Predicate> {
    ALL.iter().find(|test| test.name == name)
}

#[cfg(test)]
mod tests {
    use crate::testing::render;

    #[test]
    fn every_example_gives_what_it_says() {
        for test in super::ALL {
            assert!(!test.examples.is_empty(), "{} has no example", test.name);
            for (template, output) in test.examples {
                assert_eq!(render(template), *output, "{template}");
            }
        }
    }
}

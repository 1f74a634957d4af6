//! The functions: one file each, one line here.

mod max;
mod min;
mod now;
pub(crate) mod range;

use crate::context::Env;
use crate::eval::{Evaluated, Meter};
use crate::value::Value;

/// A function.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    /// Names of its arguments in order, or `None` for any number without names.
    pub(crate) parameters: Option<&'static [&'static str]>,
    /// Templates with what they give, for the reference and the tests.
    #[cfg_attr(not(test), allow(dead_code))]
    pub(crate) examples: &'static [(&'static str, &'static str)],
    pub(crate) apply: Apply,
}

type Apply = for<'v, 'r> fn(&mut Call<'v, 'r>) -> Evaluated<Value<'v>>;

/// What a function is given.
pub(crate) struct Call<'v, 'r> {
    /// One for each parameter, null where none was given; or as many as there are.
    pub(crate) arguments: Vec<Value<'v>>,
    pub(crate) env: &'v Env,
    pub(crate) meter: &'r mut Meter,
}

/// Every function, by name.
pub(crate) static ALL: &[Function] =
    &[max::FUNCTION, min::FUNCTION, now::FUNCTION, range::FUNCTION];

/// The function of a name.
pub(crate) fn find(name: &str) -> Option<&'static Function> {
    ALL.iter().find(|function| function.name == name)
}

#[cfg(test)]
mod tests {
    use crate::testing::render;

    #[test]
    fn every_example_gives_what_it_says() {
        for function in super::ALL {
            assert!(!function.examples.is_empty(), "{} has no example", function.name);
            for (template, output) in function.examples {
                assert_eq!(render(template), *output, "{template}");
            }
        }
    }
}

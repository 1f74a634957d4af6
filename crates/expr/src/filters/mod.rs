//! The filters: one file each, one line here.

mod abbreviate;
mod abs;
mod base64decode;
mod base64encode;
mod capitalize;
mod date;
mod default;
mod epoch;
mod escape;
mod first;
mod join;
mod json;
mod last;
mod length;
mod lower;
mod merge;
mod numberformat;
mod raw;
mod replace;
mod reverse;
mod rsort;
mod sha256;
mod slice;
mod sort;
mod split;
mod title;
mod trim;
mod upper;
mod urlencode;

use crate::context::Env;
use crate::error::type_error;
use crate::eval::{Evaluated, Meter};
use crate::prepared::Prepared;
use crate::value::Value;

/// No filter takes more arguments.
pub(crate) const MAX_PARAMETERS: usize = 3;

/// A filter: what stands after `|`.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) name: &'static str,
    /// Names of its arguments, in order. Where there are none, arguments are not looked at.
    pub(crate) parameters: &'static [&'static str],
    /// Templates with what they give, for the reference and the tests.
    #[cfg_attr(not(test), allow(dead_code))]
    pub(crate) examples: &'static [(&'static str, &'static str)],
    /// Whether a name that is missing in strict mode counts as null.
    pub(crate) tolerant: bool,
    /// Whether a list that goes in is itself changed into what comes out.
    pub(crate) in_place: bool,
    /// Works out at compile time what follows from constant arguments.
    pub(crate) prepare: Option<Prepare>,
    pub(crate) apply: Apply,
}

/// The arguments are those that are constant.
type Prepare = fn(&[Option<&Value<'static>>]) -> Option<Prepared>;

type Apply = for<'v, 'r> fn(Value<'v>, &mut Call<'v, 'r>) -> Evaluated<Value<'v>>;

/// What a filter is given besides its input.
pub(crate) struct Call<'v, 'r> {
    /// One for each parameter; null where none was given.
    pub(crate) arguments: [Value<'v>; MAX_PARAMETERS],
    pub(crate) prepared: &'v Prepared,
    pub(crate) env: &'v Env,
    pub(crate) meter: &'r mut Meter,
}

/// Every filter, by name.
pub(crate) static ALL: &[Filter] = &[
    abbreviate::FILTER,
    abs::FILTER,
    base64decode::FILTER,
    base64encode::FILTER,
    capitalize::FILTER,
    date::FILTER,
    default::FILTER,
    epoch::FILTER,
    escape::FILTER,
    first::FILTER,
    join::FILTER,
    json::FILTER,
    last::FILTER,
    length::FILTER,
    lower::FILTER,
    merge::FILTER,
    numberformat::FILTER,
    raw::FILTER,
    replace::FILTER,
    reverse::FILTER,
    rsort::FILTER,
    sha256::FILTER,
    slice::FILTER,
    sort::FILTER,
    split::FILTER,
    title::FILTER,
    trim::FILTER,
    upper::FILTER,
    urlencode::FILTER,
];

/// The filter of a name.
pub(crate) fn find(name: &str) -> Option<&'static Filter> {
    ALL.iter().find(|filter| filter.name == name)
}

#[cold]
fn wants_text<'v>(name: &str, value: &Value<'_>) -> Evaluated<Value<'v>> {
    type_error(format!("`{name}` wants text, not {}", value.type_name()))
}

#[cold]
fn wants_list<'v>(name: &str, value: &Value<'_>) -> Evaluated<Value<'v>> {
    type_error(format!("`{name}` cannot use {}", value.type_name()))
}

#[cfg(test)]
mod tests {
    use crate::testing::render;

    #[test]
    fn every_example_gives_what_it_says() {
        for filter in super::ALL {
            assert!(!filter.examples.is_empty(), "{} has no example", filter.name);
            assert!(filter.parameters.len() <= super::MAX_PARAMETERS);
            for (template, output) in filter.examples {
                assert_eq!(render(template), *output, "{template}");
            }
        }
    }

    #[test]
    fn filters_are_in_order() {
        assert!(super::ALL.is_sorted_by_key(|filter| filter.name));
    }
}

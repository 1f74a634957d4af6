//! The `{{ }}` expression and template language of flows: Pebble 3.2.4, and what Webex adds to it.
//!
//! A template is compiled once ([`Template::compile`]) and rendered often. It reads names from a
//! [`Context`]; the present time, limits and strictness come with an [`Env`]. Nothing here reads a
//! clock, a file or the machine's time zone.
//!
//! ```
//! use trunkline_expr::{Env, Template, map_context};
//!
//! let template = Template::compile(r#"{{ NewPhoneContact.ANI | replace({"+1": ""}) }}"#)?;
//! let context = map_context(r#"{"NewPhoneContact": {"ANI": "+14085551234"}}"#)?;
//! let mut out = String::new();
//! template.render(&context, &Env::default(), &mut out)?;
//! assert_eq!(out, "4085551234");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What there is
//! - **Output** `{{ … }}`, comments `{# … #}`, tags `{% … %}`: `if`/`elseif`/`else`, `for`/`else`
//!   (with `loop.index`, `first`, `last`, `length`, `revindex`), `set`, `macro`, `filter`, `block`,
//!   `autoescape`, `verbatim`, `cache` (which caches nothing), `parallel`, `flush`. `{{-` and
//!   `-}}` trim; one line break after a closing delimiter is swallowed.
//! - **Operators**, from loose to tight: `? :`, `or`, `and`, `is` `is not` `contains`, `==`
//!   `equals` `!=` `<` `>` `<=` `>=`, `+` `-`, `*` `/` `%`, `|`, `~`, `..`, and
//!   before an operand `not` `+` `-`.
//! - **Filters**: `abbreviate` `abs` `base64decode` `base64encode` `capitalize` `date` `default`
//!   `epoch` `escape` `first` `join` `json` `last` `length` `lower` `merge` `numberformat` `raw`
//!   `replace` `reverse` `rsort` `sha256` `slice` `sort` `split` `title` `trim` `upper`
//!   `urlencode`. `epoch` and `json` are Webex's.
//! - **Functions**: `max` `min` `range`, Webex's `now`, and `block`. **Tests**: `defined` `empty`
//!   `even` `iterable` `map` `null` `odd`.
//! - **Java methods** and getters of text, numbers, lists and maps, those that change nothing.
//! - **Values** are typed as in Java: whole numbers of a context are Integers, literals Longs, and
//!   `[200] contains status` is false. Objects keep their order, map literals have that of
//!   Java's `HashMap`.
//!
//! # Where it differs from Pebble on purpose
//! The recorded answers of Pebble 3.2.4 agree but for those in `tests/differences.toml`:
//! - `include`, `import`, `from`, `extends` and `embed` are errors when compiled: a flow has no
//!   other templates.
//! - `now()`, `epoch` and `json` exist.
//! - Methods that change a value in place (`put`, `add`, `remove`, …) are refused. `sort`,
//!   `reverse`, `rsort`, `list + x` and `list - x` change a list as in Pebble, but only for the
//!   rest of the same rendering: the context never changes.
//! - Work, text, nesting, ranges and regular expressions are limited. Expressions that need
//!   backtracking (look-around, back-references) are errors.
//! - Half of a surrogate pair is written as `?` at once. Gregorian dates reach back before 1582.
//! - An array, as `split` gives it, prints as a list and not as Java's type and address.

mod context;
mod date;
mod decimal;
mod error;
mod escaping;
mod eval;
mod filters;
mod folding;
mod functions;
mod patterns;
mod predicates;
mod prepared;
mod syntax;
mod template;
#[cfg(test)]
mod testing;
mod text;
mod value;

pub use context::{Context, Env, MapContext, Object, Sink, map_context};
pub use error::{CompileError, Edit, RenderError, RenderErrorKind, Suggestion};
pub use template::{Reference, Template};
pub use value::{JsonError, List, ListKind, Map, Shared, Value};

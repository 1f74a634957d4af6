//! Lets `{{ v }}` and `{{ v.part }}` print JSON where `v` is a JSON variable and what is printed a
//! document; by itself a template prints `{a=b}`, as Java does.
//!
//! The prints in question are rewritten and compiled a second time; values and errors still come
//! from the author's text.

use std::collections::HashSet;

use trunkline_expr::Template;

/// The template with its bare prints of JSON variables rewritten; none when it has none.
pub(super) fn rewrite(template: &Template, json: &HashSet<Box<str>>) -> Option<Template> {
    if json.is_empty() {
        return None;
    }
    let source = template.source();
    let mut rewritten = source.to_owned();
    let references = template.references().iter().rev();
    for reference in references.filter(|it| !it.called && json.contains(&it.root)) {
        let Some(name) = printed_name(source, reference.offset) else { continue };
        let print = format!("({name} is map or {name} is iterable ? ({name} | json) : {name})");
        rewritten.replace_range(reference.offset..reference.offset + name.len(), &print);
    }
    if rewritten == source { None } else { Template::compile(&rewritten).ok() }
}

/// The dotted name at an offset, if it is all that its `{{ }}` holds.
fn printed_name(source: &str, offset: usize) -> Option<&str> {
    let (before, rest) = source.split_at_checked(offset)?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
    let (name, after) = rest.split_at(length);
    let before = before.trim_end();
    let opens = before.ends_with("{{") || before.ends_with("{{-");
    let after = after.trim_start();
    let closes = after.starts_with("}}") || after.starts_with("-}}");
    (opens && closes && !name.ends_with('.')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use trunkline_expr::{Env, map_context};

    fn printed(source: &str) -> String {
        let context = map_context(
            r#"{"v": {"a": [1, "x"], "b": {"c": null}, "t": "text"}, "list": [{"d": 1}], "s": "s"}"#,
        );
        let json = ["v", "list"].into_iter().map(Into::into).collect();
        let template = Template::compile(source).unwrap();
        let rewritten = rewrite(&template, &json).unwrap_or(template);
        let mut out = String::new();
        rewritten.render(&context.unwrap(), &Env::default(), &mut out).unwrap();
        out
    }

    #[test]
    fn documents_print_as_json_and_other_values_as_ever() {
        let cases = [
            ("{{ v }}", r#"{"a":[1,"x"],"b":{"c":null},"t":"text"}"#),
            ("{{v}}!{{-  v.b -}} ", r#"{"a":[1,"x"],"b":{"c":null},"t":"text"}!{"c":null}"#),
            ("{{ v.t }} {{ v.a }} {{ v.nope }}.", r#"text [1,"x"] ."#),
            ("{{ list }}", r#"[{"d":1}]"#),
            ("{{ s }} {{ v.a | length }} {{ list[0].d }}", "s 2 1"),
        ];
        for (source, expected) in cases {
            assert_eq!(printed(source), expected, "{source}");
        }
    }
}

//! What people read when a template is wrong: where, what, and what to do.

#![allow(clippy::unwrap_used)] // a test stops at the first surprise

use trunkline_expr::{CompileError, Env, RenderError, RenderErrorKind, Template, map_context};

fn compile_error(source: &str) -> CompileError {
    let Err(error) = Template::compile(source) else { panic!("{source} compiles") };
    error
}

fn render_error(source: &str, context: &str) -> RenderError {
    let context = map_context(context).unwrap();
    let template = Template::compile(source).unwrap();
    template.render(&context, &Env::default(), &mut String::new()).unwrap_err()
}

/// The source after the suggested edit.
fn repaired(source: &str, error: &CompileError) -> String {
    let edit = error.suggestion.as_ref().unwrap().edit.as_ref().unwrap();
    let mut source = source.to_owned();
    source.replace_range(edit.start..edit.end, &edit.replacement);
    source
}

#[test]
fn the_bracket_of_ciscos_flow_is_removed() {
    let error = compile_error("{{[phoneNumber}}");
    assert_eq!((error.offset, error.line, error.column), (2, 1, 3));
    assert_eq!(repaired("{{[phoneNumber}}", &error), "{{phoneNumber}}");
    assert_eq!(error.to_string(), "line 1, column 3: `[` is opened and never closed (remove `[`)");
}

#[test]
fn slips_are_repaired() {
    for (wrong, right) in [
        ("{{ [phoneNumber }}", "{{ phoneNumber }}"),
        ("{{ phoneNumber] }}", "{{ phoneNumber }}"),
        ("{{ phoneNumber) }}", "{{ phoneNumber }}"),
        ("{{ list[0 }}", "{{ list[0] }}"),
        ("{{ x | slice(0, 3 }}", "{{ x | slice(0, 3) }}"),
        ("{{ [1, 2 }}", "{{ [1, 2] }}"),
        ("{{ x }", "{{ x }}"),
        ("{{ x ", "{{ x}} "),
        ("{{ a && b }}", "{{ a and b }}"),
        ("{{ !a }}", "{{ not a }}"),
        ("{{ a = 1 }}", "{{ a == 1 }}"),
        ("{{ a AND b }}", "{{ a and b }}"),
        ("{{ $a }}", "{{ a }}"),
        ("{{ “a” }}", "{{ \"a” }}"),
        ("{{\u{a0}a }}", "{{ a }}"),
        ("{% if a %}{% elif b %}{% endif %}", "{% if a %}{% elseif b %}{% endif %}"),
        ("{% fore x in y %}{% endfor %}", "{% for x in y %}{% endfor %}"),
    ] {
        let error = compile_error(wrong);
        assert_eq!(repaired(wrong, &error), right, "{error}");
    }
}

#[test]
fn unclosed_things_are_named_where_they_open() {
    for (source, offset, message) in [
        ("a {{ b", 2, "`{{` is opened and never closed"),
        ("{% if a %}b", 3, "this tag is opened and never closed"),
        ("x {# y", 2, "the comment `{#` is opened and never closed with `#}`"),
        ("{{ 'abc }}", 3, "the text opened with `'` is never closed"),
        ("{% verbatim %}", 0, "`{% verbatim %}` is opened and never closed"),
    ] {
        let error = compile_error(source);
        assert_eq!((error.offset, &*error.message), (offset, message));
    }
}

#[test]
fn other_templates_are_refused_when_compiled() {
    for tag in ["include 'a'", "import 'a'", "extends 'a'", "embed 'a'", "from 'a' import b"] {
        let error = compile_error(&format!("{{% {tag} %}}"));
        assert!(error.message.ends_with("needs other templates, and a flow has none"), "{error}");
    }
}

#[test]
fn unknown_names_get_the_closest_known_one() {
    let error = render_error("ä {{ 'a' | uppper }}", "{}");
    assert_eq!(
        error.to_string(),
        "line 1, column 12: there is no filter `uppper` (did you mean `upper`?)"
    );
    assert_eq!(error.kind, RenderErrorKind::Unknown);
    let edit = error.suggestion.unwrap().edit.unwrap();
    assert_eq!(&"ä {{ 'a' | uppper }}"[edit.start..edit.end], "uppper");

    let error = render_error("{{ 1 is evn }}", "{}");
    assert_eq!(error.suggestion.unwrap().message, "did you mean `even`?");
    let error = render_error("{{ upper('a') }}", "{}");
    assert_eq!(error.suggestion.unwrap().message, "`upper` is a filter: write `… | upper`");
}

#[test]
fn errors_of_values_say_where_and_which() {
    for (source, context, kind, text) in [
        (
            "\n{{ a - 1 }}",
            r#"{"a":"5"}"#,
            RenderErrorKind::Type,
            "line 2, column 6: a whole number cannot be subtracted from text (text of digits is \
             not a number here; make the variable an Integer)",
        ),
        (
            "{{ 1 / zero }}",
            r#"{"zero":0}"#,
            RenderErrorKind::Value,
            "line 1, column 6: a whole number cannot be divided by zero",
        ),
        (
            "{{ a | slice(0, 9) }}",
            r#"{"a":"abc"}"#,
            RenderErrorKind::Value,
            "line 1, column 8: `slice` reaches to 9, but the length is 3",
        ),
        (
            "{{ a | date('yyyy') }}",
            r#"{"a":"2024"}"#,
            RenderErrorKind::Type,
            "line 1, column 8: `date` cannot know the format of `2024` (give its format: date(…, \
             existingFormat=…))",
        ),
        (
            "{{ a | replace('x', 'y') }}",
            r#"{"a":"x"}"#,
            RenderErrorKind::Argument,
            "line 1, column 8: `replace` takes at most 1 argument(s), and is given 2",
        ),
        (
            "{{ a.class }}",
            r#"{"a":"x"}"#,
            RenderErrorKind::Denied,
            "line 1, column 6: templates may not use `class`",
        ),
    ] {
        let error = render_error(source, context);
        assert_eq!((error.to_string().as_str(), error.kind), (text, kind));
    }
}

#[test]
fn strict_mode_names_what_is_missing() {
    let env = Env { strict: true, ..Env::default() };
    let context = map_context("{\"a\":{}}").unwrap();
    for (source, message) in [("{{ x }}", "`x` is not defined"), ("{{ a.b }}", "a map has no `b`")]
    {
        let template = Template::compile(source).unwrap();
        let error = template.render(&context, &env, &mut String::new()).unwrap_err();
        assert_eq!((&*error.message, error.kind), (message, RenderErrorKind::MissingName));
    }
}

#[test]
fn problems_are_known_without_rendering() {
    let source = "{% if false %}{{ a | uppper | replace('x', 'y') }}{% endif %}{{ nwo() }}{{ f() }}\
                  {{ a is evn }}{% macro f() %}{% endmacro %}{{ range(step=1) }}";
    let template = Template::compile(source).unwrap();
    let found: Vec<&str> = template.problems().iter().map(|one| &*one.message).collect();
    assert_eq!(
        found,
        [
            "there is no filter `uppper`",
            "`replace` takes at most 1 argument(s), and is given 2",
            "there is no function `nwo`",
            "there is no test `evn`",
            "`range` has no argument named `step`; it has `start`, `end`, `increment`",
        ]
    );
    for problem in template.problems() {
        assert!(source[problem.offset..].starts_with(char::is_alphabetic));
    }
    assert!(Template::compile("{{ now() | date('yyyy') }}").unwrap().problems().is_empty());
}

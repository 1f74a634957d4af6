//! Hostile templates and values: an error, never a panic, a full stack or a full memory.

#![allow(clippy::unwrap_used)] // a test stops at the first surprise

use std::thread;

use trunkline_expr::{Env, RenderErrorKind, Template, Value, map_context};

/// Renders on a stack as small as any thread of the server has.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap();
}

fn kind(source: &str) -> RenderErrorKind {
    let template = Template::compile(source).unwrap();
    let context = map_context(r#"{"s":"abcabcabcabcabcabcabcabcabcabcabc","n":7}"#).unwrap();
    template.render(&context, &Env::default(), &mut String::new()).unwrap_err().kind
}

#[test]
fn nesting_is_limited_when_compiled() {
    on_a_small_stack(|| {
        for deep in [
            "(".repeat(100_000),
            "[".repeat(100_000),
            "{1:".repeat(100_000),
            "-".repeat(100_000),
            "not ".repeat(100_000),
            "1?".repeat(100_000),
            "max(".repeat(100_000),
            "\"#{".repeat(100_000),
            "a[".repeat(100_000),
        ] {
            assert!(Template::compile(&format!("{{{{ {deep}")).is_err());
            assert!(Template::compile(&format!("{{{{ {deep} }}}}")).is_err());
        }
        for chain in [" + 1", ".a", "[0]", " | upper", " is even", " and a", ".a()"] {
            let source = format!("{{{{ a{} }}}}", chain.repeat(100_000));
            assert!(Template::compile(&source).is_err(), "{chain}");
        }
        assert!(Template::compile(&"{% if a %}".repeat(50_000)).is_err());
        assert!(Template::compile(&"{% for a in b %}".repeat(50_000)).is_err());
        assert!(Template::compile(&" ".repeat(2 << 20)).is_err());
    });
}

#[test]
fn what_is_allowed_fits_on_the_stack() {
    on_a_small_stack(|| {
        let context = map_context("{\"a\":1}").unwrap();
        for source in [
            format!("{{{{ {}a{} }}}}", "(".repeat(60), ")".repeat(60)),
            format!("{{{{ a{} }}}}", " + a".repeat(190)),
            format!("{{{{ {}a }}}}", "not ".repeat(60)),
            format!("{}{{{{ a }}}}{}", "{% if a %}".repeat(60), "{% endif %}".repeat(60)),
            format!("{{{{ a{} }}}}", " | upper".repeat(190)),
            format!("{{{{ a{} }}}}", " ~ a".repeat(10_000)),
        ] {
            let template = Template::compile(&source).unwrap();
            template.render(&context, &Env::default(), &mut String::new()).unwrap();
        }
    });
}

#[test]
fn macros_cannot_call_each_other_without_end() {
    on_a_small_stack(|| {
        let deep = format!("{{% macro f(n) %}}{{{{ {}f(n){} }}}}", "(".repeat(40), ")".repeat(40));
        let source = format!("{deep}{{% endmacro %}}{{{{ f(1) }}}}");
        assert_eq!(kind(&source), RenderErrorKind::Limit);
        let plain = "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}";
        assert!(matches!(kind(plain), RenderErrorKind::Limit | RenderErrorKind::OutOfFuel));
        let chain = " + 1".repeat(150);
        let deep =
            format!("{{% macro f() %}}{{{{ f(){chain} }}}}{{% endmacro %}}{{{{ f(){chain} }}}}");
        assert_eq!(kind(&deep), RenderErrorKind::Limit);
        let block = "{% block b %}{{ block('b') }}{% endblock %}";
        assert_eq!(kind(block), RenderErrorKind::Limit);
    });
}

#[test]
fn work_and_text_are_limited() {
    for source in [
        "{% for a in 1..99999 %}{% for b in 1..99999 %}{{ b }}{% endfor %}{% endfor %}",
        "{% for a in 1..99999 %}{% set s = s ~ s %}{% endfor %}",
        "{% for a in 1..99999 %}{% set s = s + s %}{% endfor %}",
        "{% for a in 1..99999 %}{% set s = [s, s] | join(s) %}{% endfor %}",
        "{% for a in 1..99999 %}{% set s = s | replace({'a': 'aaaaaaaaaaaaaaaaaa'}) %}{% endfor %}",
        "{% for a in 1..99999 %}{% set s = s | replace({'': s}) %}{% endfor %}",
        "{% for a in 1..99999 %}{% set s = s | escape('js') | upper %}{{ s ~ s }}{% endfor %}",
        "{% set l = [1] %}{% for a in 1..99999 %}{% set l = l + l %}{% endfor %}",
        "{% set l = [1] %}{% for a in 1..99999 %}{% set l = l | merge(l) %}{% endfor %}",
        "{% set l = [1] %}{% for a in 1..99999 %}{% set l = [l, l] %}{% endfor %}{{ l }}",
        "{% set m = {} %}{% for a in 1..99999 %}{% set m = m | merge({a: a}) %}{% endfor %}",
        "{% for a in 1..99999 %}{{ s | split('') | join | sha256 }}{% endfor %}",
    ] {
        assert!(
            matches!(kind(source), RenderErrorKind::OutOfFuel | RenderErrorKind::Limit),
            "{source}"
        );
    }
    assert_eq!(kind("{{ 1..99999999999 }}"), RenderErrorKind::Value);
    assert_eq!(
        kind("{{ range(0 - 9223372036854775807, 9223372036854775807) }}"),
        RenderErrorKind::Value
    );
}

/// A list that holds itself twice, time and again, is built with little work; to print it or to
/// compare it is much.
#[test]
fn what_is_shared_is_paid_for_each_time() {
    let doubled = |name: &str, start: &str, times: u32| {
        format!(
            "{{% set {name} = [{start}] %}}\
             {{% for i in 1..{times} %}}{{% set {name} = [{name}, {name}] %}}{{% endfor %}}"
        )
    };
    let long = "{% for i in 1..10 %}{% set s = s ~ s %}{% endfor %}";
    let printed = format!("{long}{}{{{{ a }}}}", doubled("a", "s", 15));
    assert_eq!(kind(&printed), RenderErrorKind::OutOfFuel);
    let (a, b) = (doubled("a", "1", 15), doubled("b", "1", 15));
    for work in ["a == b", "a contains b", "[a] == [b]", "(a | upper) == s", "a.toString() == s"] {
        let source = format!("{a}{b}{{% for i in 1..99999 %}}{{% if {work} %}}{{% endif %}}");
        assert_eq!(kind(&format!("{source}{{% endfor %}}")), RenderErrorKind::OutOfFuel, "{work}");
    }
}

#[test]
fn extreme_values_do_not_panic() {
    let context = map_context(
        r#"{"min":-2147483648,"lmin":-9223372036854775807,"lmax":9223372036854775806,"d":1e308,
            "big":-99999999999999999999999999,"s":"é日😀","l":[[[]]],"neg":-1,"nan":0.0}"#,
    )
    .unwrap();
    let values =
        ["min", "lmin", "lmax", "d", "big", "s", "l", "neg", "nan / nan", "null", "missing"];
    let uses = [
        "| abs",
        "| date('yyyy G Y w W F E z X S')",
        "| date('yyyy', existingFormat='yyyyMMdd')",
        "| date('zzzz', timeZone='America/New_York')",
        "| numberformat('0.###E0')",
        "| numberformat('#,##0.00;(0)')",
        "| slice(1)",
        "| slice(0, 2)",
        "| epoch",
        "| json",
        "| epoch(format='d.M.y')",
        "| abbreviate(4)",
        "| split('(a|b)*')",
        "| first",
        "| last",
        "| sort",
        "| merge([1])",
        "| urlencode",
        "| escape('css')",
        "| title",
        "| length",
        ".substring(1)",
        ".split('x', 2)",
        ".charAt(0)",
        ".hashCode()",
        "[0]",
        "['x']",
        "[-1]",
        "/ -1",
        "% -1",
        "/ neg",
        "% neg",
        "* lmin",
        "- lmax",
        "is even",
        "contains 'a'",
        "..5",
        "== 1",
        "> 1",
    ];
    for value in values {
        for usage in uses {
            let Ok(template) = Template::compile(&format!("{{{{ ({value}) {usage} }}}}")) else {
                panic!("{value} {usage} does not compile");
            };
            // Errors are fine; only that nothing panics counts.
            let _ = template.render(&context, &Env::default(), &mut String::new());
            let env = Env { now_ms: i64::MIN, strict: true, ..Env::default() };
            let _ = template.evaluate(&context, &env);
        }
    }
    for now_ms in [i64::MIN, i64::MAX] {
        let template = Template::compile("{{ now() }}{{ now() | date('Y') }}").unwrap();
        let env = Env { now_ms, ..Env::default() };
        template.render(&context, &env, &mut String::new()).unwrap();
    }
}

/// Cuts and splices the recorded templates in a fixed random order.
#[test]
fn mutilated_templates_do_not_panic() {
    let cases = include_str!("conformance/cases.jsonl");
    let templates: Vec<String> = cases
        .lines()
        .map(|line| {
            let Value::Map(case) = Value::from_json(line).unwrap() else { panic!("an object") };
            case.get_str("template").unwrap().as_str().unwrap().to_owned()
        })
        .collect();
    let context = map_context(r#"{"v":"abc","s":"a,b","l":[1,2],"m":{"a":1},"n":3}"#).unwrap();
    let env = Env { fuel: 10_000, ..Env::default() };
    let mut state = 1u64;
    let mut random = move |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below.max(1)
    };
    for _ in 0..6000 {
        let (a, b) = (&templates[random(templates.len())], &templates[random(templates.len())]);
        let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
        let cut = (random(a.len() + 1), random(b.len() + 1));
        let spliced: String = a[..cut.0].iter().chain(&b[cut.1..]).collect();
        if let Ok(template) = Template::compile(&spliced) {
            let _ = template.render(&context, &env, &mut String::new());
        }
    }
}

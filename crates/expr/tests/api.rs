//! The public face: contexts, objects, parts, evaluation, references.

#![allow(clippy::unwrap_used)] // a test stops at the first surprise

use trunkline_expr::{Context, Env, MapContext, Object, Sink, Template, Value, map_context};

fn render(source: &str, context: &dyn Context) -> String {
    let mut out = String::new();
    Template::compile(source).unwrap().render(context, &Env::default(), &mut out).unwrap();
    out
}

struct Outputs;

impl Object for Outputs {
    fn attribute(&self, name: &str) -> Option<Value<'_>> {
        name.eq_ignore_ascii_case("ani").then_some(Value::from("+1408"))
    }

    fn describe(&self) -> String {
        "outputs".into()
    }
}

struct Flow(Outputs);

impl Context for Flow {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        (name == "NewPhoneContact").then_some(Value::Object(&self.0))
    }
}

#[test]
fn objects_answer_for_their_attributes() {
    let flow = Flow(Outputs);
    assert_eq!(render("{{ NewPhoneContact.ani }}", &flow), "+1408");
    assert_eq!(render("{{ NewPhoneContact['ANI'] | slice(1) }}", &flow), "1408");
    assert_eq!(render("{{ NewPhoneContact }}/{{ NewPhoneContact.dnis }}", &flow), "outputs/");
    let template = Template::compile("{{ NewPhoneContact }}").unwrap();
    let value = template.evaluate(&flow, &Env::default()).unwrap().unwrap();
    assert_eq!(value.as_str(), Some("outputs"));
}

#[derive(Default)]
struct Parts(Vec<(bool, String)>);

impl Sink for Parts {
    fn literal(&mut self, text: &str) {
        self.0.push((false, text.into()));
    }

    fn substituted(&mut self, text: &str) {
        self.0.push((true, text.into()));
    }
}

#[test]
fn parts_tell_literal_from_substituted_text() {
    let context = map_context(r#"{"a":"x y","b":true}"#).unwrap();
    let source = "q={{ a }}{% if b %}&b={{ b }}{% endif %}{{ missing }}{{ 'lit' }}";
    let mut parts = Parts::default();
    let template = Template::compile(source).unwrap();
    template.render_parts(&context, &Env::default(), &mut parts).unwrap();
    let wanted = [(false, "q="), (true, "x y"), (false, "&b="), (true, "true"), (true, "lit")];
    assert_eq!(parts.0, wanted.map(|(substituted, text)| (substituted, text.to_owned())));
}

#[test]
fn a_lone_expression_keeps_its_type() {
    let context = map_context(r#"{"n":1,"l":[1],"t":"x"}"#).unwrap();
    let evaluate = |source: &str| {
        let template = Template::compile(source).unwrap();
        template.evaluate(&context, &Env::default()).unwrap()
    };
    assert_eq!(evaluate("{{ n }}"), Some(Value::Int(1)));
    assert_eq!(evaluate("{{ n + 1 }}"), Some(Value::Long(2)));
    assert_eq!(evaluate("{{ n == 1 }}"), Some(Value::Bool(true)));
    assert_eq!(evaluate("{{ missing }}"), Some(Value::Null));
    assert_eq!(evaluate("{{ l + 2 }}").unwrap().to_json(), "[1,2]");
    assert_eq!(evaluate(" {{ n }}"), None);
    assert_eq!(evaluate("{{ n }}{{ n }}"), None);
    assert_eq!(evaluate("text"), None);
}

#[test]
fn plain_text_is_known_as_such() {
    let literal = |source| Template::compile(source).unwrap().as_literal().map(str::to_owned);
    assert_eq!(literal("plain } text"), Some("plain } text".into()));
    assert_eq!(literal(""), Some(String::new()));
    assert_eq!(literal("{{ a }}"), None);
}

#[test]
fn references_are_what_the_context_is_asked_for() {
    let source = "{{ A.b['c'].d[i].e | slice(B.length) }}{% set x = C %}{{ x.y }}{% for q in D %}\
                  {{ q.r }}{{ loop.index }}{% endfor %}{{ q }}{{ E.trim() }}{{ now() }}";
    let template = Template::compile(source).unwrap();
    let found: Vec<String> = template
        .references()
        .iter()
        .map(|reference| {
            assert!(source[reference.offset..].starts_with(&*reference.root));
            let mut text = reference.root.to_string();
            for attribute in &reference.attributes {
                text = text + "." + attribute;
            }
            if reference.called { text + "()" } else { text }
        })
        .collect();
    assert_eq!(found, ["A.b.c.d", "i", "B.length", "C", "D", "q", "E.trim()"]);
}

#[test]
fn a_rendering_changes_nothing_outside_of_it() {
    let context = map_context(r#"{"l":[3,1,2],"m":{"l":[2,1]},"n":1}"#).unwrap();
    let source = "{{ l | sort }}{{ l }}{{ l + 4 }}{{ l }}{{ m.l | sort }}{{ m }}\
                  {% set n = 5 %}{{ n }}{{ l - 4 }}{{ l }}";
    let wanted = "[1, 2, 3][1, 2, 3][1, 2, 3, 4][1, 2, 3, 4][1, 2]{l=[1, 2]}5[1, 2, 3][1, 2, 3]";
    for _ in 0..2 {
        assert_eq!(render(source, &context), wanted);
    }
    assert_eq!(render("{{ l }}{{ m }}{{ n }}", &context), "[3, 1, 2]{l=[2, 1]}1");
    assert_eq!(render("{{ m.l | reverse }}{{ m }}", &context), "[1, 2]{l=[1, 2]}");
}

#[test]
fn what_flows_write_works() {
    let context = map_context(r#"{"at":"2024-01-15","t":"143005","v":"a|b","ani":"+14085551234"}"#);
    let context = context.unwrap();
    let env = Env { now_ms: 1_738_876_142_712, ..Env::default() };
    for (source, wanted) in [
        ("{{ now() }}", "2025-02-06T21:09:02.712Z[UTC]"),
        ("{{now() | replace({'[UTC]': ''})}}", "2025-02-06T21:09:02.712Z"),
        ("{{ now() | epoch(inMillis=true) - 604800000 }}", "1738271342712"),
        ("{{ now() | epoch }}", "1738876142"),
        (
            "{{ now() | date(\"yyyy-MM-dd HH:mm:ss\", existingFormat=\"yyyy-MM-dd'T'HH:mm:ss.SSS'Z'\", \
             timeZone=\"America/Toronto\") }}",
            "2025-02-06 16:09:02",
        ),
        (
            "{% set n = now() ~ '' %}{{ n | date('HH:mm', \"yyyy-MM-dd'T'HH:mm:ss.SSS'Z'\", 'UTC') }}",
            "21:09",
        ),
        ("{{ at | date(\"MM-dd-yyyy\", existingFormat=\"yyyy-MM-dd\") }}", "01-15-2024"),
        ("{{ t | date(\"HH:mm:ss\", existingFormat=\"HHmmss\") }}", "14:30:05"),
        ("{{ v.split(\"[|]\") | first }}", "a"),
        ("{{ (at | slice(0,10)).replace(\"-\",\"\") }}", "20240115"),
        ("{{ ani | slice (ani.length -10, ani.length)}}", "4085551234"),
        ("{{ ani | replace ({\"+1\":\"\"}) }}", "4085551234"),
    ] {
        let mut out = String::new();
        Template::compile(source).unwrap().render(&context, &env, &mut out).unwrap();
        assert_eq!(out, wanted, "{source}");
    }
}

#[test]
fn templates_are_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Template>();
    shared::<Value<'static>>();
    shared::<MapContext>();
}

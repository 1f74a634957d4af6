//! Six expressions of real flows against `minijinja`, each compiled once and rendered into a new
//! String. Here the work limit is on; in `minijinja` it is compiled out. No result is cached.
//!
//! `cargo bench -p trunkline-expr` runs both under criterion; `-- --ratios` only measures the two in
//! turns, and prints the six ratios with their geometric mean.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::Criterion;
use minijinja::{Environment, context};
use trunkline_expr::{Env, MapContext, Template, map_context};

/// Name, template here, template for `minijinja`.
const EXPRESSIONS: [(&str, &str, &str); 6] = [
    ("plain attribute", "{{ NewPhoneContact.ANI }}", "{{ NewPhoneContact.ANI }}"),
    (
        "replace",
        r#"{{ NewPhoneContact.ANI | replace({"+1":""}) }}"#,
        r#"{{ NewPhoneContact.ANI | replace("+1", "") }}"#,
    ),
    (
        "slice",
        "{{ ANI | slice(ANI.length - 10, ANI.length) }}",
        "{{ ANI[ANI|length - 10:ANI|length] }}",
    ),
    (
        "EWT arithmetic",
        "{{ EWT/60000 + ((EWT % 60000)/1000 >= 30 ? 1 : 0) }}",
        "{{ EWT//60000 + (1 if (EWT % 60000)//1000 >= 30 else 0) }}",
    ),
    (
        "boolean",
        "{{ HTTPRequest1.httpStatusCode == 200 and Menu1.OptionEntered == '1' }}",
        "{{ HTTPRequest1.httpStatusCode == 200 and Menu1.OptionEntered == '1' }}",
    ),
    (
        "JSON body",
        r#"{"phone":"{{ ANI }}","queue":"{{ QueueName }}","ewt":{{ EWT }},"vip":{{ vip }}}"#,
        r#"{"phone":"{{ ANI }}","queue":"{{ QueueName }}","ewt":{{ EWT }},"vip":{{ vip }}}"#,
    ),
];

const CONTEXT: &str = r#"{
    "NewPhoneContact": {"ANI": "+14085551234", "DNIS": "+18005550100", "InteractionId": "b7e1"},
    "ANI": "+14085551234", "DNIS": "18005550100", "Language": "en-US", "QueueName": "Sales EMEA",
    "QueueInfo": {"EWT": 95000, "PIQ": 4, "CurrentPositionInQueue": 4, "OldestCallTime": 184000},
    "EWT": 95000, "PIQ": 4, "HTTPRequest1": {"httpStatusCode": 200, "httpResponseBody": "{}"},
    "custId": "C-0099", "amount": 1234.5, "vip": true, "tier": "Gold",
    "Menu1": {"OptionEntered": "1"}, "CollectDigits1": {"DigitsEntered": "4111111111111111"}
}"#;

fn their_context() -> minijinja::Value {
    context! {
        NewPhoneContact => context! {
            ANI => "+14085551234", DNIS => "+18005550100", InteractionId => "b7e1",
        },
        ANI => "+14085551234", DNIS => "18005550100", Language => "en-US",
        QueueName => "Sales EMEA",
        QueueInfo => context! {
            EWT => 95000, PIQ => 4, CurrentPositionInQueue => 4, OldestCallTime => 184000,
        },
        EWT => 95000, PIQ => 4,
        HTTPRequest1 => context! { httpStatusCode => 200, httpResponseBody => "{}" },
        custId => "C-0099", amount => 1234.5, vip => true, tier => "Gold",
        Menu1 => context! { OptionEntered => "1" },
        CollectDigits1 => context! { DigitsEntered => "4111111111111111" },
    }
}

fn render_ours(template: &Template, context: &MapContext, env: &Env) -> String {
    let mut out = String::new();
    template.render(context, env, &mut out).expect("the templates render");
    out
}

fn render_theirs(template: &minijinja::Template<'_, '_>, context: &minijinja::Value) -> String {
    template.render(context.clone()).expect("the templates render")
}

/// Nanoseconds that one call takes: the best of several rounds, the two measured in turns.
fn best_of(mut ours: impl FnMut(), mut theirs: impl FnMut()) -> (f64, f64) {
    const ROUNDS: usize = 15;
    const CALLS: u32 = 100_000;
    let time = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        for _ in 0..CALLS {
            work();
        }
        start.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS)
    };
    let mut best = (f64::MAX, f64::MAX);
    for _ in 0..ROUNDS {
        best.0 = best.0.min(time(&mut ours));
        best.1 = best.1.min(time(&mut theirs));
    }
    best
}

#[allow(clippy::print_stdout)] // a benchmark prints
fn print_ratios(environment: &Environment<'_>) {
    let (context, their_context) = (map_context(CONTEXT).expect("valid"), their_context());
    let env = Env::default();
    let mut logarithms = 0.0;
    println!("{:16} {:>9} {:>12} {:>6}", "expression", "ours ns", "minijinja ns", "ratio");
    for (name, source, _) in EXPRESSIONS {
        let ours = Template::compile(source).expect("valid");
        let theirs = environment.get_template(name).expect("added");
        let (our_ns, their_ns) = best_of(
            || drop(black_box(render_ours(black_box(&ours), &context, &env))),
            || drop(black_box(render_theirs(black_box(&theirs), &their_context))),
        );
        let ratio = their_ns / our_ns;
        logarithms += ratio.ln();
        println!("{name:16} {our_ns:9.1} {their_ns:12.1} {ratio:6.2}");
    }
    println!("{:16} {:>29.2}", "geometric mean", (logarithms / 6.0).exp());
}

fn main() {
    let mut environment = Environment::new();
    let (context, their_context) = (map_context(CONTEXT).expect("valid"), their_context());
    let env = Env::default();
    for (name, source, theirs) in EXPRESSIONS {
        environment.add_template(name, theirs).expect("valid");
        let ours = Template::compile(source).expect("valid");
        let theirs = environment.get_template(name).expect("added");
        let text = render_ours(&ours, &context, &env);
        let their_text = render_theirs(&theirs, &their_context);
        // `minijinja` prints True where Pebble prints true.
        assert!(text.eq_ignore_ascii_case(&their_text), "{name}: {text} {their_text}");
    }
    let only_ratios = std::env::args().any(|argument| argument == "--ratios");
    if !only_ratios && std::env::args().any(|argument| argument == "--bench") {
        let mut criterion = Criterion::default()
            .measurement_time(Duration::from_secs(2))
            .warm_up_time(Duration::from_millis(500))
            .without_plots();
        for (name, source, _) in EXPRESSIONS {
            let ours = Template::compile(source).expect("valid");
            let theirs = environment.get_template(name).expect("added");
            let mut group = criterion.benchmark_group(name);
            group.bench_function("trunkline", |bench| {
                bench.iter(|| render_ours(black_box(&ours), &context, &env));
            });
            group.bench_function("minijinja", |bench| {
                bench.iter(|| render_theirs(black_box(&theirs), &their_context));
            });
            group.finish();
        }
    }
    print_ratios(&environment);
}

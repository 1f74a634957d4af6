//! Checks the whole tenant by the model's own rules, and says which object is at fault.

use std::convert::Infallible;

use trunkline_model::tenant::{Mistake, ParseOptions, Tenant};

use crate::error::Problem;
use crate::kind::{Kind, Shape};
use crate::labels::{Label, resolve};
use crate::secrets;
use crate::whole::Whole;

/// The tenant, or everything that is wrong in it.
pub(crate) fn check(whole: &Whole) -> Result<Tenant, Vec<Problem>> {
    let shown = whole.json(|kind, _, value| Ok::<_, Infallible>(secrets::checkable(kind, value)));
    let Ok(json) = shown;
    // JSON is YAML, so that the file's own reader names every mistake by its path.
    let options = ParseOptions { allow_literal_secrets: true };
    let tenant = Tenant::parse_with(&json.to_string(), options);
    let tenant = tenant.map_err(|errors| {
        errors.mistakes().iter().map(|mistake| locate(whole, mistake)).collect::<Vec<_>>()
    })?;
    let problems = flow_problems(whole, &tenant);
    if problems.is_empty() { Ok(tenant) } else { Err(problems) }
}

/// What of these problems a change has brought.
pub(crate) fn brought(problems: Vec<Problem>, before: &Whole) -> Vec<Problem> {
    match check(before) {
        Ok(_) => problems,
        Err(old) => problems.into_iter().filter(|problem| !old.contains(problem)).collect(),
    }
}

/// Entry points whose flow or label does not exist.
fn flow_problems(whole: &Whole, tenant: &Tenant) -> Vec<Problem> {
    let mut problems = Vec::new();
    for point in &tenant.entry_points {
        let id = point.id.as_str();
        let mut put = |field: &str, message: String| {
            problems.push(Problem::of(Kind::EntryPoint, id, field, message));
        };
        let Some(flow) = resolve(&whole.flows, &point.flow) else {
            let wanted: String = point.flow.chars().take(60).collect();
            put(
                "flow",
                format!("there is no flow with the name or id `{wanted}`; upload it first"),
            );
            continue;
        };
        let set = Label::parse(&point.label).and_then(|label| flow.number(label));
        if set.is_none() {
            let message = format!(
                "the label {} of the flow `{}` is on no version yet; move it first",
                point.label, flow.name
            );
            put("label", message);
        }
    }
    problems
}

/// The problem that a mistake is, in terms of objects.
fn locate(whole: &Whole, mistake: &Mistake) -> Problem {
    let path = missing_key(mistake).unwrap_or_else(|| mistake.path.clone());
    let message = mistake.message.clone();
    let end = path.find(['.', '[']).unwrap_or(path.len());
    let (key, rest) = path.split_at(end);
    let in_list = || {
        let (index, rest) = rest.strip_prefix('[')?.split_once(']')?;
        let (kind, id) = whole.at(key, index.parse().ok()?)?;
        Some(Problem::of(kind, id, rest.trim_start_matches('.'), message.clone()))
    };
    if let Some(problem) = in_list() {
        return problem;
    }
    let single = Kind::ALL.into_iter().find(|kind| match kind.shape() {
        Shape::List { .. } => false,
        Shape::One { key: known } => known == key,
        Shape::Keys(keys) => keys.contains(&key),
    });
    match single {
        Some(Kind::Company) => Problem::of(Kind::Company, "company", &path, message),
        Some(kind) => Problem::of(kind, kind.as_str(), rest.trim_start_matches('.'), message),
        None => Problem { kind: None, id: String::new(), field: path, message },
    }
}

/// The path of a key that is missing: the mistake's own path is that of what lacks it.
fn missing_key(mistake: &Mistake) -> Option<String> {
    let key = mistake.message.strip_prefix("the key `")?.strip_suffix("` is missing")?;
    Some(format!("{}.{key}", mistake.path))
}

//! Compares a file with its schema: keys, types, ranges, choices, forms of texts.
//!
//! An editor that knows the schema says the same. Unlike deserialization, which stops at the
//! first mistake, this finds them all. Only what occurs in our own schema is known here. Unknown
//! keys are mistakes everywhere, also where deserialization would let them pass.

use std::net::{IpAddr, SocketAddr};
use std::sync::LazyLock;

use ipnet::IpNet;
use serde_json::Value as Json;
use trunkline_model::tenant::Path;

use super::mistake::Problem;
use super::tree::{Node, Place, Value};
use super::{HostPort, PortRange, schema};

static SCHEMA: LazyLock<Json> = LazyLock::new(schema::schema);

/// Everything in which the file differs from the schema.
pub(super) fn check(file: &str, root: &Node) -> Vec<Problem> {
    let mut shape = Shape { file, problems: Vec::new() };
    shape.value(&SCHEMA, root, &Path::default());
    shape.problems
}

struct Shape<'f> {
    file: &'f str,
    problems: Vec<Problem>,
}

impl Shape<'_> {
    fn put(&mut self, place: Place, path: &Path, message: String) {
        let Place { line, column } = place;
        let (file, key) = (self.file.to_owned(), path.to_string());
        self.problems.push(Problem { file, line, column, key, message });
    }

    fn value(&mut self, schema: &'static Json, node: &Node, path: &Path) {
        let mut parts = Vec::new();
        if let Err(message) = gather(schema, node, &mut parts) {
            return self.put(node.place, path, message);
        }
        if let Some(part) = parts.iter().find(|part| !accepts(part, node)) {
            let message = format!("expected {}, found {}", expected(part), node.found());
            return self.put(node.place, path, message + advice(part, node));
        }
        let limits = parts.iter().find_map(|part| limit_problem(part, node));
        if let Some(message) = limits {
            self.put(node.place, path, message);
        }
        match &node.value {
            Value::Table(entries) => self.table(&parts, node, entries, path),
            Value::List(list) => {
                let items = parts.iter().find_map(|part| part.get("items"));
                for (index, item) in list.iter().enumerate() {
                    if let Some(items) = items {
                        self.value(items, item, &path.index(index));
                    }
                }
            }
            Value::Text(_) | Value::Integer(_) | Value::Other(_) | Value::Bool => {}
        }
    }

    fn table(
        &mut self,
        parts: &[&'static Json],
        node: &Node,
        entries: &[(String, Place, Node)],
        path: &Path,
    ) {
        let any = parts.iter().find_map(|it| it.get("additionalProperties"));
        let any = any.filter(|it| it.is_object());
        for (key, place, value) in entries {
            let mut known = parts.iter().filter_map(|part| part["properties"].get(key));
            match known.next().or(any) {
                Some(schema) => self.value(schema, value, &path.key(key)),
                None => self.put(*place, path, unknown_key(key, parts)),
            }
        }
        for name in parts.iter().flat_map(|part| texts(&part["required"])) {
            if !entries.iter().any(|(key, ..)| key == name) {
                self.put(node.place, path, format!("the key `{name}` is missing"));
            }
        }
    }
}

fn unknown_key(key: &str, parts: &[&Json]) -> String {
    let known = parts.iter().filter_map(|part| part["properties"].as_object());
    let mut known: Vec<&str> = known.flat_map(|it| it.keys().map(String::as_str)).collect();
    known.sort_unstable();
    known.dedup();
    let guess = did_you_mean(key, &known);
    format!("unknown key {} (allowed: {}){guess}", shown(key), known.join(", "))
}

/// All schemas that hold for a value: the schema, what it refers to, and the fitting one of
/// several shapes.
fn gather(
    schema: &'static Json,
    node: &Node,
    parts: &mut Vec<&'static Json>,
) -> Result<(), String> {
    parts.push(schema);
    if let Some(pointer) = schema["$ref"].as_str().and_then(|it| it.strip_prefix('#')) {
        let target = SCHEMA.pointer(pointer).ok_or_else(|| format!("no schema {pointer}"))?;
        gather(target, node, parts)?;
    }
    let choices = schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array());
    if let Some(choices) = choices {
        let choices: Vec<&'static Json> =
            choices.iter().filter(|it| it["type"] != "null").collect();
        gather(choose(&choices, node)?, node, parts)?;
    }
    Ok(())
}

fn choose(choices: &[&'static Json], node: &Node) -> Result<&'static Json, String> {
    if let [only] = choices {
        return Ok(only);
    }
    let words: Vec<&str> = choices.iter().flat_map(|it| words_of(it)).collect();
    if !words.is_empty() {
        let fitting = |text: &str| choices.iter().find(|it| words_of(it).any(|word| word == text));
        let Value::Text(text) = &node.value else {
            return Err(format!("expected one of {}, found {}", words.join(", "), node.found()));
        };
        return fitting(text).copied().ok_or_else(|| not_allowed(text, &words));
    }
    let Value::Table(entries) = &node.value else {
        let fitting = choices.iter().find(|it| accepts(resolve(it), node));
        let names: Vec<String> = choices.iter().map(|it| expected(resolve(it))).collect();
        return fitting
            .copied()
            .ok_or_else(|| format!("expected {}, found {}", names.join(" or "), node.found()));
    };
    if let Some((key, tags)) = tags(choices) {
        return tagged(choices, key, &tags, entries);
    }
    let has = |it: &Json, key: &str| resolve(it)["properties"].get(key).is_some();
    let score = |it: &Json| entries.iter().filter(|(key, ..)| has(it, key)).count();
    let objects = choices.iter().filter(|it| resolve(it)["type"] == "object");
    // The first of several that fit equally well.
    let best = objects.rev().max_by_key(|it| score(it)).copied();
    best.ok_or_else(|| "a table cannot stand here".to_owned())
}

/// The shape that the table's word for its kind names.
fn tagged(
    choices: &[&'static Json],
    key: &str,
    tags: &[&str],
    entries: &[(String, Place, Node)],
) -> Result<&'static Json, String> {
    let allowed = tags.join(", ");
    let Some((_, _, tag)) = entries.iter().find(|(name, ..)| name == key) else {
        return Err(format!("the key `{key}` is missing (allowed: {allowed})"));
    };
    let Value::Text(text) = &tag.value else {
        return Err(format!("`{key}` must be a text (allowed: {allowed})"));
    };
    let fitting = choices.iter().zip(tags).find(|(_, tag)| *tag == text);
    fitting
        .map(|(choice, _)| *choice)
        .ok_or_else(|| format!("`{key}`: {}", not_allowed(text, tags)))
}

/// The key by which all choices are told apart, and its words.
fn tags<'a>(choices: &[&'a Json]) -> Option<(&'a str, Vec<&'a str>)> {
    let tag = |it: &'a Json| {
        let mut properties = resolve(it)["properties"].as_object()?.iter();
        let (key, value) = properties.find(|(_, value)| value["const"].is_string())?;
        Some((key.as_str(), value["const"].as_str()?))
    };
    let (key, _) = tag(choices.first()?)?;
    let words: Option<Vec<&str>> = choices.iter().map(|it| tag(it).map(|(_, word)| word)).collect();
    words.map(|words| (key, words))
}

/// The words that a choice of words allows.
fn words_of(schema: &Json) -> impl Iterator<Item = &str> {
    schema["const"].as_str().into_iter().chain(texts(&schema["enum"]))
}

fn not_allowed(text: &str, words: &[&str]) -> String {
    let guess = did_you_mean(text, words);
    format!("{} is not allowed here (allowed: {}){guess}", shown(text), words.join(", "))
}

fn resolve(schema: &Json) -> &Json {
    let pointer = schema["$ref"].as_str().and_then(|it| it.strip_prefix('#'));
    // A reference beside other keys is gathered, not resolved.
    let alone = schema.get("properties").is_none();
    pointer.filter(|_| alone).and_then(|it| SCHEMA.pointer(it)).unwrap_or(schema)
}

fn accepts(schema: &Json, node: &Node) -> bool {
    let is = |name: &str| {
        schema.get("type").is_none_or(|it| it == name || texts(it).any(|each| each == name))
    };
    match &node.value {
        Value::Text(_) => is("string"),
        Value::Integer(_) => is("integer") || is("number"),
        Value::Other(_) => is("number"),
        Value::Bool => is("boolean"),
        Value::List(_) => is("array"),
        Value::Table(_) => is("object"),
    }
}

fn expected(schema: &Json) -> String {
    let kind = schema["type"].as_str().or_else(|| texts(&schema["type"]).next());
    match kind {
        Some("object") => match texts(&schema["required"]).collect::<Vec<_>>().join(", ") {
            keys if keys.is_empty() => "a table".to_owned(),
            keys => format!("a table ({keys})"),
        },
        Some("array") => "a list".to_owned(),
        Some("boolean") => "true or false".to_owned(),
        Some("integer") => "a whole number".to_owned(),
        Some("number") => "a number".to_owned(),
        Some("string") => match form(schema["format"].as_str()) {
            Some(form) => format!("text ({form})"),
            None => "text".to_owned(),
        },
        Some(_) | None => "something else".to_owned(),
    }
}

/// What to do about a value of the wrong type.
fn advice(schema: &Json, node: &Node) -> &'static str {
    match node.value {
        Value::Table(_) if schema["type"] == "array" => "; write its head as `[[…]]`",
        Value::Text(_) if schema["type"] == "array" => "; put `[` and `]` around it",
        Value::Integer(_) | Value::Bool if schema["type"] == "string" => "; put quotes around it",
        _ => "",
    }
}

/// Which form a text of this name has.
fn form(format: Option<&str>) -> Option<&'static str> {
    match format? {
        "network" => Some("a network such as `192.0.2.0/24` or `192.0.2.7/32`"),
        "ip-address" => Some("an address such as `192.0.2.7`"),
        "socket-address" => Some("an address and a port such as `192.0.2.7:5060`"),
        "port-range" => Some("two ports such as `16384-32767`"),
        "host-port" => Some("a host such as `sip.example.com` or `192.0.2.7:5080`"),
        _ => None,
    }
}

fn limit_problem(schema: &Json, node: &Node) -> Option<String> {
    match &node.value {
        Value::Integer(number) => range_problem(schema, *number),
        Value::Text(text) => text_problem(schema, text),
        Value::List(list) if list.is_empty() && schema["minItems"].is_u64() => {
            Some("the list must not be empty".to_owned())
        }
        Value::Other(_) | Value::Bool | Value::List(_) | Value::Table(_) => None,
    }
}

fn range_problem(schema: &Json, number: i128) -> Option<String> {
    let bound = |name: &str| schema[name].as_i64().map(i128::from);
    let (least, most) = (bound("minimum"), bound("maximum"));
    if least.is_none_or(|it| it <= number) && most.is_none_or(|it| number <= it) {
        return None;
    }
    let range = match (least, most) {
        (Some(least), Some(most)) => format!("{least} to {most}"),
        (Some(least), None) => format!("{least} or more"),
        (None, Some(most)) => format!("{most} or less"),
        (None, None) => return None,
    };
    Some(format!("{number} is out of range (allowed: {range})"))
}

fn text_problem(schema: &Json, text: &str) -> Option<String> {
    if text.trim().is_empty() && schema["minLength"].is_u64() {
        return Some("must not be empty".to_owned());
    }
    let format = schema["format"].as_str();
    let problem = match format? {
        "network" => match network_problem(text)? {
            Some(meant) => return Some(format!("{} {meant}", shown(text))),
            None => "is not a network".to_owned(),
        },
        "ip-address" if text.parse::<IpAddr>().is_err() => "is not an IP address".to_owned(),
        "socket-address" if text.parse::<SocketAddr>().is_err() => {
            "is not an IP address and a port".to_owned()
        }
        "port-range" => text.parse::<PortRange>().err()?,
        "host-port" => text.parse::<HostPort>().err()?,
        _ => return None,
    };
    let allowed = form(format).unwrap_or_default();
    Some(format!("{} {problem}; expected {allowed}", shown(text)))
}

/// What is wrong with a network: None for nothing, and within it what was probably meant.
fn network_problem(text: &str) -> Option<Option<String>> {
    match text.parse::<IpNet>() {
        Ok(network) if network.addr() == network.network() => None,
        Ok(network) => {
            let network = network.trunc();
            Some(Some(format!("is an address in a network; did you mean `{network}`?")))
        }
        Err(_) => Some(text.parse::<IpAddr>().ok().map(|address| {
            let length = if address.is_ipv4() { 32 } else { 128 };
            format!("has no prefix length; did you mean `{address}/{length}`?")
        })),
    }
}

fn texts(list: &Json) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Json::as_str)
}

/// A piece of the file as messages show it: on one line, not too long.
pub(super) fn shown(text: &str) -> String {
    const MAX_CHARS: usize = 60;
    let mut out: String = text.chars().take(MAX_CHARS).flat_map(char::escape_debug).collect();
    if text.chars().nth(MAX_CHARS).is_some() {
        out.push('…');
    }
    format!("`{out}`")
}

/// `; did you mean …?` when one of the words is close.
pub(super) fn did_you_mean(text: &str, words: &[&str]) -> String {
    if text.is_empty() || text.len() > 64 {
        return String::new();
    }
    let fold = |text: &str| text.to_lowercase().replace('-', "_");
    let wanted = fold(text);
    let near = words.iter().map(|word| (strsim::osa_distance(&wanted, &fold(word)), word));
    let near = near.filter(|(distance, _)| *distance <= (text.len() / 3).max(1));
    let best = near.min_by_key(|(distance, _)| *distance);
    best.map_or_else(String::new, |(_, word)| format!("; did you mean `{word}`?"))
}

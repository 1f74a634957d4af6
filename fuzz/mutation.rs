//! Changes of a JSON text that leave it JSON: values are taken out, put in, moved and replaced.

use libfuzzer_sys::fuzzer_mutate;
use trunkline_flow::activities::REGISTRY;
use trunkline_flow::json::{self, Json};

/// Texts that mean something to a flow.
#[rustfmt::skip]
const WORDS: [&str; 44] = [
    "{{ n + 1 }}", "{{text}}", "{{ now() | epoch }}", "{% for i in 1..9 %}{{ i }}{% endfor %}",
    "{{ data.a[0].c }}", "{{ Start.ANI }}", "{{[x}}", "{{ x | uppper }}", "{{ velocityKey", "}}",
    "$.a[*].b", "$..c", "$.a[?(@.b == 2)]", "$.sum($..b)", "-1", "0", "99999999999", "1e3", "1.5",
    "true", "STRING", "INTEGER", "DECIMAL", "BOOLEAN", "DATETIME", "JSON", "XML", "YAML", "TOML",
    "GRAPHQL", "FORM", "POST", "error", "default", "out", "timeout", "f1", "Seed", "q1", "#",
    "https://{{text}}/a?b={{n}}", "OnGlobalError", "ContactEnded", "variablePriority",
];

/// Numbers at the ends of their ranges, and beyond.
const NUMBERS: [&str; 8] =
    ["0", "-1", "1.50", "1e400", "2147483648", "-9223372036854775808", "18446744073709551616", "7"];

/// A change of the JSON text, or one of the bytes if they are no JSON. Gives the new size.
pub(crate) fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut random = Random(u64::from(seed) | 1 << 40);
    let text = std::str::from_utf8(&data[..size]).ok();
    let json = text.and_then(|text| json::read(text).ok());
    let Some(mut json) = json.filter(|_| random.below(8) > 0) else {
        return fuzzer_mutate(data, size, max_size);
    };
    for _ in 0..=random.below(4) {
        change(&mut json, &mut random);
    }
    let text = json.to_text();
    if text.len() > max_size {
        return fuzzer_mutate(data, size, max_size);
    }
    data[..text.len()].copy_from_slice(text.as_bytes());
    text.len()
}

fn change(json: &mut Json, random: &mut Random) {
    let count = count(json);
    let donor = nth(json, &mut random.below(count)).cloned().unwrap_or(Json::Null);
    let Some(value) = nth(json, &mut random.below(count)) else { return };
    match (value, random.below(6)) {
        (Json::Array(elements), 0..=3) => change_elements(elements, donor, random),
        (Json::Object(members), 0..=3) => change_members(members, donor, random),
        (Json::String(text), 0..=3) => change_text(text, random),
        (Json::Number(token), 0..=3) => *token = NUMBERS[random.below(NUMBERS.len())].into(),
        (value, 4) => *value = plain(random),
        (value, _) => *value = donor,
    }
}

fn change_elements(elements: &mut Vec<Json>, donor: Json, random: &mut Random) {
    let (at, other) = (random.below(elements.len()), random.below(elements.len()));
    match random.below(3) {
        0 if !elements.is_empty() => drop(elements.remove(at)),
        1 if !elements.is_empty() => elements.swap(at, other),
        _ => elements.insert(at, donor),
    }
}

fn change_members(members: &mut Vec<(String, Json)>, donor: Json, random: &mut Random) {
    let (at, other) = (random.below(members.len()), random.below(members.len()));
    if members.is_empty() {
        return members.push((word(random), donor));
    }
    match random.below(5) {
        0 => drop(members.remove(at)),
        1 => members.swap(at, other),
        2 => members[at].1 = members[other].1.clone(),
        3 => members[at].0 = word(random),
        _ => {
            let key = members[other].0.clone();
            members.insert(at, (key, donor));
        }
    }
}

fn change_text(text: &mut String, random: &mut Random) {
    let at = (0..=random.below(text.len() + 1)).rev().find(|at| text.is_char_boundary(*at));
    let at = at.unwrap_or_default();
    match random.below(5) {
        0 => *text = word(random),
        1 => text.insert_str(at, &word(random)),
        2 => text.truncate(at),
        3 => drop(text.drain(..at)),
        _ => {
            let mut bytes = std::mem::take(text).into_bytes();
            let size = bytes.len();
            bytes.resize(size + 16, 0);
            let most = bytes.len();
            let size = fuzzer_mutate(&mut bytes, size, most);
            *text = String::from_utf8_lossy(&bytes[..size]).into_owned();
        }
    }
}

fn plain(random: &mut Random) -> Json {
    match random.below(5) {
        0 => Json::Null,
        1 => Json::Bool(random.below(2) == 0),
        2 => Json::Number(NUMBERS[random.below(NUMBERS.len())].into()),
        _ => Json::String(word(random)),
    }
}

fn word(random: &mut Random) -> String {
    match random.below(WORDS.len() + REGISTRY.len()) {
        place if place < WORDS.len() => WORDS[place].to_owned(),
        place => REGISTRY[place - WORDS.len()].name.to_owned(),
    }
}

/// How many values there are, at all depths.
fn count(json: &Json) -> usize {
    let members = json.members().iter().map(|(_, value)| count(value)).sum::<usize>();
    1 + members + json.elements().iter().map(count).sum::<usize>()
}

/// The value that so many others stand before.
fn nth<'j>(json: &'j mut Json, before: &mut usize) -> Option<&'j mut Json> {
    if *before == 0 {
        return Some(json);
    }
    *before -= 1;
    match json {
        Json::Array(elements) => elements.iter_mut().find_map(|value| nth(value, before)),
        Json::Object(members) => members.iter_mut().find_map(|(_, value)| nth(value, before)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
    }
}

/// Numbers that a seed determines (xorshift64*).
struct Random(u64);

impl Random {
    /// Below the limit; 0 for a limit of 0.
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16;
        usize::try_from(number).unwrap_or(0) % limit.max(1)
    }
}

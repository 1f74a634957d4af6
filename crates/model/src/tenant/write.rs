//! Writes the `tenant.yaml` that a person fills in.

use std::collections::HashSet;
use std::fmt::{Display, Write};

use super::check::{audio_problem, plain_file, value_problem};
use super::needs::{distinct, unused};
use super::{Compatibility, Needs, VariableType};

/// The text of a `tenant.yaml` with everything that one flow refers to, ready to be filled in.
/// It passes the checks as it is.
pub fn skeleton(needs: &Needs) -> String {
    skeleton_of(std::slice::from_ref(needs))
}

/// The same for several flows.
pub fn skeleton_of(needs: &[Needs]) -> String {
    let mut text = Text::default();
    head(&mut text);
    flows(needs, &mut text);
    entry_points(needs, &mut text);
    let all = distinct(needs.iter().flat_map(|it| &it.queues));
    queues(&all, &mut text);
    connectors(&distinct(needs.iter().flat_map(|it| &it.connectors)), &mut text);
    business_hours(&distinct(needs.iter().flat_map(|it| &it.business_hours)), &mut text);
    audio(needs, &mut text);
    globals(needs, &mut text);
    compatibility(&mut text);
    text.out
}

/// The text so far.
#[derive(Default)]
struct Text {
    out: String,
}

impl Text {
    fn line(&mut self, line: impl Display) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.out, "{line}");
    }

    fn lines(&mut self, lines: &[&str]) {
        for line in lines {
            self.line(line);
        }
    }
}

fn head(text: &mut Text) {
    text.lines(&[
        "# yaml-language-server: $schema=docs/tenant.schema.json",
        "#",
        "# The tenant: everything that its flows refer to. Ids and names are those in the flows;",
        "# fill in the rest. Secrets stay out of this file: `{env: NAME}` reads an environment",
        "# variable, `{file: PATH}` a file.",
        "",
        "name: My company",
        "# An IANA name such as Europe/Paris.",
        "time_zone: UTC",
    ]);
}

fn flows(needs: &[Needs], text: &mut Text) {
    text.lines(&["", "# Exported flows; paths are relative to this file."]);
    let mut seen = HashSet::new();
    let files = needs.iter().map(file_of).filter(|file| seen.insert(plain_file(file)));
    list("flows", files, text, |file, text| text.line(format_args!("  - file: {}", scalar(&file))));
}

fn file_of(needs: &Needs) -> String {
    if needs.file.trim().is_empty() {
        return format!("{}.json", needs.flow_name().replace(['/', '\\'], "_"));
    }
    needs.file.clone()
}

/// A list under a key; `key: []` when there is nothing in it.
fn list<T>(
    key: &str,
    items: impl Iterator<Item = T>,
    text: &mut Text,
    mut write: impl FnMut(T, &mut Text),
) {
    let mut items = items.peekable();
    if items.peek().is_none() {
        return text.line(format_args!("{key}: []"));
    }
    text.line(format_args!("{key}:"));
    for item in items {
        write(item, text);
    }
}

fn id_and_name(id: &str, name: &str, text: &mut Text) {
    text.line(format_args!("  - id: {}", scalar(id)));
    text.line(format_args!("    name: {}", scalar(name)));
}

fn entry_points(needs: &[Needs], text: &mut Text) {
    text.lines(&["", "# Where calls arrive, and which flow they meet."]);
    let pairs: Vec<(String, String)> =
        needs.iter().map(|it| (String::new(), it.flow_name().to_owned())).collect();
    list("entry_points", distinct(pairs.iter()).iter(), text, |(id, name), text| {
        id_and_name(id, name, text);
        text.line(format_args!("    flow: {}", scalar(name)));
        text.lines(&[
            "    # Dialled numbers in E.164, such as [\"+12025550100\"].",
            "    dnis: []",
            "    # Where a caller goes when the flow cannot go on: {queue: NAME} or {number: N}.",
            "    # fallback: {number: \"+12025550199\"}",
        ]);
    });
}

fn queues(all: &[(String, String)], text: &mut Text) {
    text.lines(&["", "# Queues, and the teams that serve them."]);
    list("queues", all.iter(), text, |(id, name), text| {
        id_and_name(id, name, text);
        text.lines(&[
            "    # More groups join after `duration_s` seconds: {teams: [...], duration_s: 30}.",
            "    groups:",
            "      - teams: [agents]",
            "    # service_level_s: 20",
            "    # overflow_number: \"+12025550199\"",
        ]);
    });
    if all.is_empty() {
        return;
    }
    text.lines(&[
        "",
        "teams:",
        "  - id: agents",
        "    name: Agents",
        "",
        "agents:",
        "  - id: agent-1",
        "    name: First Agent",
        "    # email: first.agent@example.com",
        "    teams: [agents]",
        "    # A SIP user name or a number; without a desktop the agent works by this telephone.",
        "    # phone: \"1001\"",
    ]);
}

fn connectors(all: &[(String, String)], text: &mut Text) {
    text.lines(&["", "# Hosts that flows talk to. The path of each request is in the flow."]);
    let mut taken = HashSet::new();
    list("connectors", all.iter(), text, |(id, name), text| {
        let variable = unused(&variable_of(name), "_", &taken);
        taken.insert(variable.clone());
        id_and_name(id, name, text);
        text.lines(&[
            "    # `salesforce` guards SOQL against values that end a quoted text; else `custom`.",
            "    kind: salesforce",
            "    # Scheme and host: https://MYDOMAIN.my.salesforce.com, or the local sandbox:",
            "    # http://127.0.0.1:8090",
            "    base_url: https://example.com",
            "    # Other types: none, basic, bearer, password, jwt_bearer, refresh_token.",
            "    auth:",
            "      type: client_credentials",
            "      token_url: /services/oauth2/token",
            "      client_id: fill-in",
        ]);
        text.line(format_args!("      client_secret: {{env: {variable}}}"));
        text.lines(&[
            "    # Whether `flow run` may change data: allow, ask or deny.",
            "    writes: ask",
        ]);
    });
}

/// The environment variable for a connector's secret: `My CRM` has `MY_CRM_CLIENT_SECRET`.
fn variable_of(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let stem = words.collect::<Vec<_>>().join("_").to_ascii_uppercase();
    match stem.chars().next() {
        Some(first) if first.is_ascii_alphabetic() => format!("{stem}_CLIENT_SECRET"),
        Some(_) => format!("CONNECTOR_{stem}_CLIENT_SECRET"),
        None => "CONNECTOR_CLIENT_SECRET".to_owned(),
    }
}

fn business_hours(all: &[(String, String)], text: &mut Text) {
    text.lines(&["", "# Opening hours; an end at or before the start is on the next day."]);
    list("business_hours", all.iter(), text, |(id, name), text| {
        id_and_name(id, name, text);
        text.lines(&[
            "    working_hours:",
            "      - name: Weekdays",
            "        days: [mon, tue, wed, thu, fri]",
            "        from: \"09:00\"",
            "        to: \"17:00\"",
            "    # Days off: {name: New Year, from: 2027-01-01}",
            "    holidays: []",
        ]);
    });
}

fn audio(needs: &[Needs], text: &mut Text) {
    text.lines(&["", "# Audio files; paths are relative to this file."]);
    let mut seen = HashSet::new();
    let names = needs.iter().flat_map(|it| &it.audio);
    let names: Vec<&String> =
        names.filter(|name| !name.trim().is_empty() && seen.insert(name.as_str())).collect();
    for name in names.iter().filter(|name| audio_problem(name).is_some()) {
        text.line(format_args!("# A flow plays {}, which is no file's name.", quoted(name)));
    }
    let files = names.iter().filter(|name| audio_problem(name).is_none());
    list("audio", files, text, |name, text| {
        text.line(format_args!("  - name: {}", scalar(name)));
        text.line(format_args!("    file: {}", scalar(&format!("audio/{name}"))));
    });
}

fn globals(needs: &[Needs], text: &mut Text) {
    text.lines(&["", "# Global variables, with the values that the flows were exported with."]);
    let mut seen = HashSet::new();
    let all = needs.iter().flat_map(|it| &it.globals);
    let all = all.filter(|(name, ..)| !name.trim().is_empty() && seen.insert(name.as_str()));
    list("variables", all, text, |(name, kind, value), text| {
        text.line(format_args!("  - name: {}", scalar(name)));
        text.line(format_args!("    type: {}", type_name(*kind)));
        match value {
            Some(value) if value_problem(*kind, value).is_none() => {
                text.line(format_args!("    value: {}", quoted(value)));
            }
            Some(value) => {
                text.line(format_args!(
                    "    # In the flow: {}, which does not fit.",
                    quoted(value)
                ));
            }
            None => text.line("    # value: \"\""),
        }
    });
}

fn type_name(kind: VariableType) -> &'static str {
    match kind {
        VariableType::String => "STRING",
        VariableType::Integer => "INTEGER",
        VariableType::Decimal => "DECIMAL",
        VariableType::Boolean => "BOOLEAN",
        VariableType::DateTime => "DATETIME",
        VariableType::Json => "JSON",
    }
}

fn compatibility(text: &mut Text) {
    text.lines(&[
        "",
        "# Where nothing says how Webex behaves; these are the defaults.",
        "compatibility:",
    ]);
    for (key, value, meaning, _) in Compatibility::default().explain() {
        text.line(format_args!("  # {meaning}"));
        text.line(format_args!("  {key}: {value}"));
    }
}

/// A text as YAML: plain where every reader takes it for text, else quoted.
fn scalar(text: &str) -> String {
    let mut chars = text.chars();
    let starts = chars.next().is_some_and(|c| c.is_ascii_alphabetic());
    let goes_on =
        chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | '/'));
    let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"];
    let is_word = words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if starts && goes_on && !is_word && !text.ends_with(' ') && text.len() <= 60 {
        return text.to_owned();
    }
    quoted(text)
}

/// A text in double quotes on one line, with escapes that YAML and JSON share.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_unprintable(c) => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// What YAML does not allow as it is, or takes for the end of a line; all below U+10000.
fn is_unprintable(c: char) -> bool {
    let is_break = matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}');
    c.is_control() || is_break
}

#[cfg(test)]
mod tests {
    use super::super::Tenant;
    use super::*;

    fn pair(id: &str, name: &str) -> (String, String) {
        (id.to_owned(), name.to_owned())
    }

    fn dip() -> Needs {
        Needs {
            flow: "Salesforce dip".into(),
            file: "flows/dip.json".into(),
            queues: vec![pair("5f0e", "Support"), pair("", "yes"), pair("", "7")],
            connectors: vec![pair("c1", "My CRM"), pair("c2", "my-crm"), pair("", "顧客")],
            business_hours: vec![pair("", "Office: \"main\" # 1")],
            audio: vec!["hold.wav".into(), "hold.wav".into(), "folder/x".into()],
            globals: vec![
                ("Language".into(), VariableType::String, Some("en-US\n# not a comment".into())),
                ("Tries".into(), VariableType::Integer, Some("null\nx: y".into())),
                ("Open".into(), VariableType::Boolean, None),
            ],
        }
    }

    fn parsed(text: &str) -> Tenant {
        Tenant::parse(text).unwrap_or_else(|errors| panic!("{errors}\n{text}"))
    }

    #[test]
    fn a_skeleton_passes_the_checks_and_completes_the_flow() {
        let text = skeleton(&dip());
        assert!(text.starts_with("# yaml-language-server: $schema=docs/tenant.schema.json\n"));
        let mut tenant = parsed(&text);
        assert_eq!(tenant.flows[0].file, "flows/dip.json");
        assert_eq!(
            tenant.queues.iter().map(|it| &*it.name).collect::<Vec<_>>(),
            ["Support", "yes", "7"]
        );
        assert_eq!(tenant.business_hours[0].name, "Office: \"main\" # 1");
        assert_eq!(tenant.variables[0].value.as_deref(), Some("en-US\n# not a comment"));
        assert_eq!(tenant.variables[1].value, None);
        assert_eq!(tenant.compatibility, Compatibility::default());
        let notes = tenant.complete(&dip());
        assert_eq!(notes, ["stand-in audio file `folder/x`: 3000 ms of nothing"]);
    }

    #[test]
    fn each_connector_has_its_own_secret_in_the_environment() {
        let text = skeleton(&dip());
        for variable in
            ["MY_CRM_CLIENT_SECRET", "MY_CRM_CLIENT_SECRET_2", "CONNECTOR_CLIENT_SECRET"]
        {
            assert!(text.contains(&format!("client_secret: {{env: {variable}}}\n")), "{variable}");
        }
    }

    #[test]
    fn several_flows_share_what_they_have_in_common() {
        let other = Needs { flow: "Other".into(), file: String::new(), ..dip() };
        let tenant = parsed(&skeleton_of(&[dip(), other]));
        let files: Vec<&str> = tenant.flows.iter().map(|it| it.file.as_str()).collect();
        assert_eq!(files, ["flows/dip.json", "Other.json"]);
        assert_eq!((tenant.entry_points.len(), tenant.queues.len()), (2, 3));
    }

    #[test]
    fn strange_names_cannot_break_the_file() {
        let strange = [
            "a\nb: c",
            "- x",
            "{a}",
            "'",
            "\"",
            "\\",
            "#",
            "&a",
            "*a",
            "!t",
            "%",
            "@",
            "`",
            " x ",
            "x ",
            "~",
            "NULL",
            "null",
            "0x1F",
            "1e3",
            ".nan",
            "2026-01-01",
            "\u{85}",
            "\u{2028}",
            "\u{FEFF}x",
            "\u{0}",
            "\t",
            "é",
            "😀",
            "a: b",
            "a #b",
            "---",
            "...",
            "<<",
            "=",
        ];
        let needs = strange.map(|text| Needs {
            flow: text.into(),
            file: format!("{text}.json"),
            queues: vec![pair(text, ""), pair("", text)],
            connectors: vec![pair("", text)],
            business_hours: vec![pair(text, text)],
            audio: vec![text.into(), format!("{text}.wav")],
            globals: vec![(text.into(), VariableType::String, Some(text.into()))],
        });
        let tenant = parsed(&skeleton_of(&needs));
        for text in strange.iter().filter(|text| !text.trim().is_empty()) {
            assert!(tenant.queue(text).is_some(), "{text:?}");
            let variable = tenant.variables.iter().find(|it| it.name == **text);
            assert_eq!(variable.and_then(|it| it.value.as_deref()), Some(*text));
        }
    }

    #[test]
    fn a_flow_that_needs_nothing_has_a_skeleton_too() {
        let tenant = parsed(&skeleton(&Needs::default()));
        assert_eq!(tenant.entry_points[0].flow, "main");
        parsed(&skeleton_of(&[]));
    }
}

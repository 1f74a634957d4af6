//! Bad `tenant.yaml` texts and the mistakes that are reported for them.

use trunkline_model::tenant::{ParseOptions, Tenant};

/// The lines of the report without the file's name; empty when there is no mistake.
fn mistakes(yaml: &str) -> Vec<String> {
    let Err(errors) = Tenant::parse(yaml) else { return Vec::new() };
    let lines = errors.to_string();
    lines.lines().map(|line| line.strip_prefix("tenant.yaml:").unwrap_or(line).to_owned()).collect()
}

fn check(cases: &[(&str, &[&str])]) {
    for (yaml, expected) in cases {
        assert_eq!(mistakes(yaml), *expected, "in:\n{yaml}");
    }
}

#[test]
fn keys_types_and_choices() {
    check(&[
        (
            "nmae: Acme\n",
            &["1:1: unknown key `nmae` (allowed: agents, audio, business_hours, \
            compatibility, connectors, desktop_profiles, entry_points, flows, http, idle_codes, \
            multimedia_profiles, name, numbers, queues, routing, sites, skills, teams, time_zone, \
            variables, wrap_up_codes); did you mean `name`?"],
        ),
        ("teams:\n  - id: t1\n", &["2:5: teams[0]: the key `name` is missing"]),
        ("teams: {id: t1}\n", &["1:8: teams: expected a list, found keys with values"]),
        (
            "teams:\nhttp:\nname:\n",
            &[
                "1:6: teams: expected a list, found nothing; write `[]` or leave the key out",
                "2:5: http: expected keys with values, found nothing; write a value or leave the \
                 key out",
                "3:5: name: expected text, found nothing; write a value or leave the key out",
            ],
        ),
        ("teams: [{id: t1, name: ''}]\n", &["1:24: teams[0].name: must not be empty"]),
        ("teams: [{id: t1, name: [a]}]\n", &["1:24: teams[0].name: expected text, found a list"]),
        ("- a\n", &["1:1: expected keys with values, found a list"]),
        (
            "routing:\n  ring_timeout_s: 0\n  auto_wrap_up_s: 90000\n",
            &[
                "2:19: routing.ring_timeout_s: 0 is out of range (allowed: 1 to 600)",
                "3:19: routing.auto_wrap_up_s: 90000 is out of range (allowed: 0 to 86400)",
            ],
        ),
        (
            "routing: {ring_timeout_s: soon}\n",
            &["1:27: routing.ring_timeout_s: expected a whole number, found text"],
        ),
        (
            "routing: {ring_timeout_s: 12.5}\n",
            &["1:27: routing.ring_timeout_s: expected a whole number, found a number that is not \
                whole or too large"],
        ),
        (
            "queues: [{id: q, name: Q, service_level_s: -1, max_time_in_queue_s: \
             99999999999999999999}]",
            &[
                "1:44: queues[0].service_level_s: -1 is out of range (allowed: 1 to 86400)",
                "1:69: queues[0].max_time_in_queue_s: expected a whole number, found a number \
                 that is not \
                 whole or too large",
            ],
        ),
        (
            "compatibility:\n  http_timeout: eror\n",
            &["2:17: compatibility.http_timeout: `eror` is \
            not allowed here (allowed: error, default408); did you mean `error`?"],
        ),
        (
            "entry_points:\n- id: e\n  name: E\n  flow: F\n  label: live\n",
            &["5:10: \
            entry_points[0].label: `live` is not allowed here (allowed: Latest, Live, Test, Dev); \
            did you mean `Live`?"],
        ),
        (
            "entry_points:\n- id: e\n  name: E\n  flow: F\n  allow_anonymous: yes\n",
            &["5:20: \
            entry_points[0].allow_anonymous: expected true or false, found text"],
        ),
        (
            "entry_points: [{id: e, name: E, flow: F, fallback: {queu: x}}]\n",
            &["1:53: \
            entry_points[0].fallback: unknown key `queu` (allowed: queue, number); \
            did you mean `queue`?"],
        ),
        (
            "entry_points: [{id: e, name: E, flow: F, fallback: Support}]\n",
            &["1:52: \
            entry_points[0].fallback: expected keys with values (queue), or keys with values \
            (number), found text"],
        ),
        (
            "business_hours:\n- id: h\n  name: H\n  working_hours:\n  - name: Day\n    days: [mon, \
          tues]\n    from: 9:00\n    to: 25:00\n  holidays:\n  - {name: X, from: 2026-02-30}\n",
            &[
                "6:17: business_hours[0].working_hours[0].days[1]: `tues` is not allowed here \
             (allowed: mon, tue, wed, thu, fri, sat, sun); did you mean `tue`?",
                "7:11: business_hours[0].working_hours[0].from: `9:00` is not a time of day \
             (allowed: 00:00 to 23:59)",
                "8:9: business_hours[0].working_hours[0].to: `25:00` is not a time of day \
             (allowed: 00:00 to 23:59)",
                "10:21: business_hours[0].holidays[0].from: `2026-02-30` is not a day \
             (allowed: YYYY-MM-DD)",
            ],
        ),
    ]);
}

#[test]
fn yaml_itself() {
    check(&[
        ("teams: [\n", &["1:8: unclosed bracket '['"]),
        ("name: a\nname: b\n", &["2:1: the key `name` is here for the second time"]),
        ("name: *who\n", &["1:7: the alias has no anchor (`&name`) before it"]),
        ("name: a\n---\nname: b\n", &["3:1: a second document begins; one is allowed"]),
        ("? [a]\n: b\n", &["1:3: expected string scalar"]),
    ]);
}

#[test]
fn names_that_do_not_exist() {
    check(&[
        (
            "teams:\n- {id: t1, name: Support}\nqueues:\n- id: q1\n  name: Q\n  groups:\n  - \
             teams: \
          [t1, Suport]\n",
            &["7:17: queues[0].groups[0].teams[1]: there is no team `Suport` under \
            `teams`; did you mean `Support`?"],
        ),
        (
            "agents:\n- id: a\n  name: A\n  teams: [x]\n  skills: {billing: 7}\n",
            &[
                "4:11: agents[0].teams[0]: there is no team `x` under `teams`",
                "5:21: agents[0].skills.billing: there is no skill `billing` under `skills`",
            ],
        ),
        (
            "entry_points: [{id: e, name: E, flow: F, fallback: {queue: Help}}]\n\
          queues: [{id: q, name: Helpdesk, music: hold.wav}]\naudio: [{name: hodl.wav}]\n",
            &[
                "1:60: entry_points[0].fallback.queue: there is no queue `Help` under `queues`",
                "2:41: queues[0].music: there is no audio file `hold.wav` under `audio`; did you \
                 mean \
             `hodl.wav`?",
            ],
        ),
        (
            "queues:\n- {id: q, name: Q, agents: [Bob]}\nteams: [{id: t, name: T, site: X}]\n\
             agents:\n- {id: a, name: A, desktop_profile: d, multimedia_profile: m}\n\
             desktop_profiles:\n- {id: usual, name: Usual desktop, idle_codes: [Lunhc], wrap_up_codes: [Sale]}\n",
            &[
                "2:29: queues[0].agents[0]: there is no agent `Bob` under `agents`",
                "3:32: teams[0].site: there is no site `X` under `sites`",
                "5:37: agents[0].desktop_profile: there is no desktop profile `d` under \
                 `desktop_profiles`",
                "5:60: agents[0].multimedia_profile: there is no multimedia profile `m` under \
                 `multimedia_profiles`",
                "7:49: desktop_profiles[0].idle_codes[0]: there is no idle code `Lunhc` under \
                 `idle_codes`; did you mean `Lunch`?",
                "7:73: desktop_profiles[0].wrap_up_codes[0]: there is no wrap-up code `Sale` \
                 under `wrap_up_codes`",
            ],
        ),
        (
            "time_zone: Europe/Pairs\nbusiness_hours: [{id: h, name: H, time_zone: Mars/X}]\n\
          entry_points: [{id: e, name: E, flow: F, time_zone: ''}]\n",
            &[
                "1:12: time_zone: `Europe/Pairs` is not a time zone (allowed: an IANA name such as \
             `Europe/Paris`); did you mean `Europe/Paris`?",
                "2:46: business_hours[0].time_zone: `Mars/X` is not a time zone (allowed: an \
                 IANA name \
             such as `Europe/Paris`)",
                "3:53: entry_points[0].time_zone: `` is not a time zone (allowed: an IANA name \
                 such as \
             `Europe/Paris`)",
            ],
        ),
    ]);
}

#[test]
fn what_occurs_twice() {
    check(&[
        (
            "queues:\n- {id: q, name: A}\n- {id: q, name: A}\n- {id: r, name: q}\n",
            &[
                "3:8: queues[1].id: queues[0] has the id `q` already; it must be unique",
                "3:17: queues[1].name: queues[0] has the name `A` already; it must be unique",
                "4:17: queues[2].name: `q` is the id of queues[1]; choose another name",
            ],
        ),
        (
            "skills: [{name: s, type: text}, {name: s, type: text}]\n",
            &["1:40: skills[1].name: \
            skills[0] has the name `s` already; it must be unique"],
        ),
        (
            "flows:\n- file: flows/a.json\n- file: ./flows//a.json\n",
            &["3:9: flows[1].file: \
            flows[0] names this file already; leave one of them out"],
        ),
        (
            "entry_points:\n- {id: e, name: E, flow: F, dnis: [+14085550100]}\n\
          - {id: f, name: G, flow: F, dnis: ['+14085550100']}\n",
            &["3:36: \
            entry_points[1].dnis[0]: `+14085550100` leads to entry_points[0] already; it can lead \
            to one"],
        ),
        (
            "agents: [{id: a, name: A, phone: x}, {id: b, name: B, phone: x}]\n",
            &["1:62: \
            agents[1].phone: agents[0] has the phone `x` already; it must be unique"],
        ),
    ]);
}

#[test]
fn skills_and_their_values() {
    check(&[
        (
            "skills:\n- {name: level, type: enum, values: [gold, silver]}\n\
          - {name: billing, type: proficiency}\n- {name: vip, type: boolean}\n\
          - {name: city, type: text}\nagents:\n- id: a\n  name: A\n  skills:\n    level: glod\n    \
          billing: 11\n    vip: 1\n    city: 7\n",
            &["11:14: agents[0].skills.billing: 11 is out of range (allowed: 0 to 10)"],
        ),
        (
            "skills:\n- {name: level, type: enum, values: [gold, silver]}\n\
          - {name: billing, type: proficiency}\n- {name: vip, type: boolean}\n\
          - {name: city, type: text}\nagents:\n- id: a\n  name: A\n  skills:\n    level: glod\n    \
          billing: high\n    vip: 1\n    city: 7\n",
            &[
                "10:12: agents[0].skills.level: the skill `level` does not fit: `glod` is none \
                 of its \
             values (gold, silver); did you mean `gold`?",
                "11:14: agents[0].skills.billing: the skill `billing` does not fit: expected a \
                 number \
             from 0 to 10",
                "12:10: agents[0].skills.vip: the skill `vip` does not fit: expected true or false",
                "13:11: agents[0].skills.city: the skill `city` does not fit: expected text; put \
             quotes around it",
            ],
        ),
        (
            "skills: [{name: a, type: enum}, {name: b, type: text, values: [x, x]}]\n",
            &[
                "1:10: skills[0]: a skill of type enum needs `values: [...]`",
                "1:63: skills[1].values: only a skill of type enum has values; leave them out",
                "1:67: skills[1].values[1]: `x` is listed already",
            ],
        ),
    ]);
}

#[test]
fn who_serves_a_queue() {
    check(&[
        (
            "agents: [{id: a, name: A}]\nteams: [{id: t, name: T}]\nqueues:\n\
             - {id: q, name: Q, agents: [a], groups: [{teams: [t]}]}\n\
             - {id: r, name: R, agents: [a], routing: skills_based}\n\
             - {id: s, name: S, selection: best_available}\n",
            &[
                "4:28: queues[0].agents: a queue is served by `groups` of teams or by `agents`; \
                 leave one of them out",
                "5:28: queues[1].agents: a queue by skills is served by `groups` of teams, not by \
                 `agents`",
                "6:31: queues[2].selection: `best_available` weighs skills: write `routing: \
                 skills_based`",
            ],
        ),
        (
            "idle_codes: [{id: a, name: A, default: true}, {id: b, name: B, default: true}]\n",
            &["1:73: idle_codes[1].default: `A` is the default already; there can be one only"],
        ),
    ]);
}

#[test]
fn numbers_and_networks() {
    check(&[
        (
            "entry_points: [{id: e, name: E, flow: F, dnis: ['1 408 555 0100', sip:x, \
             03-1234-5678]}]\n\
          numbers: {default_country_code: 81, national_prefix: 0}\n",
            &[
                "1:49: entry_points[0].dnis[0]: `1 408 555 0100` is not an E.164 number \
                 (allowed: `+`, \
             country code and number in digits, such as `+14085550100`); did you mean \
             `+8114085550100`?",
                "1:67: entry_points[0].dnis[1]: `sip:x` is not an E.164 number (allowed: `+`, \
             country code and number in digits, such as `+14085550100`)",
                "1:74: entry_points[0].dnis[2]: `03-1234-5678` is not an E.164 number (allowed: \
                 `+`, \
             country code and number in digits, such as `+14085550100`); did you mean \
             `+81312345678`?",
            ],
        ),
        (
            "queues: [{id: q, name: Q, overflow_number: ask Bob}]\n\
          entry_points: [{id: e, name: E, flow: F, fallback: {number: +0}}]\n",
            &[
                "1:44: queues[0].overflow_number: `ask Bob` is not a telephone number (allowed: \
                 E.164 \
             such as `+14085550100`, or an extension in digits)",
                "2:61: entry_points[0].fallback.number: `+0` is not a telephone number (allowed: \
                 E.164 \
             such as `+14085550100`, or an extension in digits)",
            ],
        ),
        (
            "numbers: {default_country_code: +81, international_prefixes: [0x1]}\n",
            &[
                "1:33: numbers.default_country_code: `+81` is not a country code (allowed: 1 to 3 \
             digits, no `+`)",
                "1:63: numbers.international_prefixes[0]: `0x1` is not a prefix (allowed: 1 to 8 \
             digits)",
            ],
        ),
        (
            "http:\n  deny_networks: [10.1.2.3/8]\n  allow_networks: [local]\n",
            &[
                "2:19: http.deny_networks[0]: `10.1.2.3/8` is an address inside a network; did you \
             mean `10.0.0.0/8`?",
                "3:20: http.allow_networks[0]: `local` is not a network (allowed: such as \
             `10.0.0.0/8` or `fd00::/8`)",
            ],
        ),
        (
            "audio: [{name: a/b.wav}, {name: hold}]\nvariables: [{name: n, type: INTEGER, value: \
             x}]\n",
            &[
                "1:16: audio[0].name: `a/b.wav` is not a name; a path belongs under `file`",
                "1:33: audio[1].name: `hold` has no extension; flows use the whole name, as \
                 `x.wav`",
                "2:45: variables[0].value: `x` does not fit: expected a whole number",
            ],
        ),
        (
            "business_hours:\n- id: h\n  name: H\n  holidays: [{name: X, from: 2026-12-24, to: \
          2026-12-23}]\n  overrides: [{name: Y, from: 2026-12-24, start: '10:00', end: '10:00'}]\n",
            &[
                "4:46: business_hours[0].holidays[0].to: the last day 2026-12-23 is before the \
               first, 2026-12-24",
                "5:64: business_hours[0].overrides[0].end: the end must be after the start; for \
               hours past midnight write two periods",
            ],
        ),
    ]);
}

const SECRET_ADVICE: &str = "a secret must not stand in this file; put it into an environment \
    variable and write `{env: NAME}`, or into a file and write `{file: PATH}` \
    (`--allow-literal-secrets` allows it)";

fn connector(base_url: &str, auth: &str) -> String {
    format!("connectors:\n- id: c\n  name: C\n  base_url: {base_url}\n  auth: {auth}\n")
}

#[test]
fn connectors_and_secrets() {
    let url = "https://example.com";
    let line = |place: &str, text: &str| vec![format!("{place}: {text}")];
    let cases = [
        (
            connector("ftp://example.com", "{type: none}"),
            line(
                "4:13: connectors[0].base_url",
                "expected a URL that begins with `https://` or `http://`",
            ),
        ),
        (
            connector("https://u:canary@example.com", "{type: none}"),
            line(
                "4:13: connectors[0].base_url",
                "a user name or password cannot be part of it: use `auth` and `{env: NAME}`",
            ),
        ),
        (
            connector("https://example.com?a=b", "{type: none}"),
            line(
                "4:13: connectors[0].base_url",
                "a query cannot be part of it: put it into the flow's requests",
            ),
        ),
        (
            connector(url, "{type: bearer, token: canary}"),
            line("5:31: connectors[0].auth.token", SECRET_ADVICE),
        ),
        (
            connector(url, "{type: bearer, token: ''}"),
            line("5:31: connectors[0].auth.token", "must not be empty; use `{env: NAME}`"),
        ),
        (
            connector(url, "{type: bearer, token: sandbox}"),
            line("5:31: connectors[0].auth.token", SECRET_ADVICE),
        ),
        (
            connector(url, "{type: bearer, token: {env: canary-1}}"),
            line(
                "5:37: connectors[0].auth.token.env",
                "expected the name of an environment variable (letters, digits and `_`), such as \
             `SALESFORCE_SECRET`",
            ),
        ),
        (
            connector(url, "{type: bearer, token: {evn: X}}"),
            line(
                "5:32: connectors[0].auth.token",
                "unknown key `evn` (allowed: env, file); did you mean `env`?",
            ),
        ),
        (
            connector(url, "{type: bearer, token: [canary]}"),
            line(
                "5:31: connectors[0].auth.token",
                "expected keys with values (env), or keys with values (file), or text, found a \
                 list",
            ),
        ),
        (
            connector(url, "{type: bearer, token: 12345}"),
            line(
                "5:31: connectors[0].auth.token",
                "expected keys with values (env), or keys with values (file), or text, found a \
                 whole \
             number; put quotes around it to make it text",
            ),
        ),
        (
            connector(url, "{type: basic, username: 123, password: {env: P}}"),
            line(
                "5:33: connectors[0].auth.username",
                "expected text, found a whole number; put quotes around it to make it text",
            ),
        ),
        (
            connector(url, "{username: a}"),
            line(
                "5:9: connectors[0].auth",
                "the key `type` is missing (allowed: none, basic, bearer, client_credentials, \
             password, jwt_bearer, refresh_token)",
            ),
        ),
        (
            connector(url, "{type: baerer, token: {env: T}}"),
            line(
                "5:16: connectors[0].auth.type",
                "`baerer` is not allowed here (allowed: none, basic, bearer, client_credentials, \
             password, jwt_bearer, refresh_token); did you mean `bearer`?",
            ),
        ),
        (
            connector(
                url,
                "{type: client_credentials, token_url: oauth2/token, client_id: a, \
            client_secret: sandbox}",
            ),
            line(
                "5:47: connectors[0].auth.token_url",
                "expected a URL that begins with `https://` or `http://`, or a path that begins \
                 with \
             `/`",
            ),
        ),
        (
            connector(
                url,
                "{type: password, token_url: /t, client_id: a, client_secret: sandbox, \
            username: u, password: sandbox}",
            ),
            Vec::new(),
        ),
    ];
    for (yaml, expected) in cases {
        assert_eq!(mistakes(&yaml), expected, "in:\n{yaml}");
        assert!(!mistakes(&yaml).concat().contains("canary"), "in:\n{yaml}");
    }
    let literal = connector(url, "{type: bearer, token: canary}");
    let options = ParseOptions { allow_literal_secrets: true };
    assert!(Tenant::parse_with(&literal, options).is_ok());
}

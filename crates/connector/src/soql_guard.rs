//! Stops SOQL injection (decision 8): a value that a flow puts between the quotes of a SOQL
//! literal must not be able to end the literal.
//!
//! Percent-encoding does not help, since Salesforce decodes the URL before it parses SOQL. So the
//! guard looks at the query as the server will: it decodes the parameter `q` of `query`,
//! `queryAll` and `search` once, and follows the literals in it, knowing of each byte which
//! substituted value it came from. A value that begins inside a literal may hold no unescaped `'`
//! and no `\` that is not part of a whole escape; it may not end the parameter (`&`, `#`) either.
//! A value that begins outside a literal is part of the statement, such as a whole query that the
//! flow made in a variable, and only has to close the literals that it opens.
//!
//! What is decoded twice (`%2527`) reaches SOQL as the text `%27`, which is no quote; taking it
//! for one would stop `LIKE '%25{{ANI}}'` for every number that begins with 27.

use std::ops::Range;

use trunkline_model::http::{Rendered, Request, Target};
use trunkline_model::{Failure, FailureCode};

/// How much of the flow's own text is quoted in front of a value, in characters.
const SHOWN_CHARS: usize = 24;

/// Checks a request. The error is a failure with the code of the guard; it names the place of the
/// value and never the value.
pub fn check(request: &Request) -> Result<(), Failure> {
    let address = match &request.target {
        Target::Connector { path, .. } => path,
        Target::Url(url) => url,
    };
    let text = address.text.as_str();
    let path_end = text.find(['?', '#']).unwrap_or(text.len());
    let Some(language) = Language::of_path(&text[..path_end]) else { return Ok(()) };
    let origins = Origins::new(address);
    if text[path_end..].starts_with('?') {
        check_query(text, path_end + 1, &origins, language)?;
    }
    request.query.iter().try_for_each(|(name, value)| check_parameter(name, value, language))
}

/// The language of the parameter `q`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Language {
    Soql,
    Sosl,
}

impl Language {
    fn of_path(path: &str) -> Option<Self> {
        let path = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
        path.split(['/', '\\']).find_map(|segment| match segment.to_ascii_lowercase().as_str() {
            "query" | "queryall" => Some(Self::Soql),
            "search" => Some(Self::Sosl),
            _ => None,
        })
    }
}

/// For each byte of a text the value that it came from: 0 for the flow's own text.
struct Origins {
    of: Vec<usize>,
}

impl Origins {
    fn new(rendered: &Rendered) -> Self {
        let mut of = vec![0; rendered.text.len()];
        for (index, range) in rendered.substituted.iter().enumerate() {
            let end = range.end.min(of.len());
            let start = range.start.min(end);
            of[start..end].fill(index + 1);
        }
        Self { of }
    }

    /// The value that any of these bytes came from.
    fn any(&self, range: Range<usize>) -> usize {
        self.of[range].iter().copied().find(|origin| *origin != 0).unwrap_or(0)
    }
}

/// A decoded byte and the value that it came from.
#[derive(Clone, Copy)]
struct Traced {
    byte: u8,
    origin: usize,
}

/// Checks the query of a URL, which begins at `start`.
fn check_query(
    text: &str,
    start: usize,
    origins: &Origins,
    language: Language,
) -> Result<(), Failure> {
    let end = text[start..].find('#').map_or(text.len(), |at| start + at);
    let mut seen = 0;
    let mut foreign = 0;
    for parameter in parameters(text, start..end) {
        let split = text[parameter.clone()].find('=');
        let name_end = split.map_or(parameter.end, |at| parameter.start + at);
        let name = decode(text, parameter.start..name_end, origins);
        if !name.iter().map(|it| it.byte).eq(*b"q") {
            continue;
        }
        seen += 1;
        foreign = foreign.max(origins.any(parameter.start..name_end));
        let value = decode(text, (name_end + 1).min(parameter.end)..parameter.end, origins);
        let terminator = origins.of.get(parameter.end).copied().unwrap_or(0);
        Lexer::new(language).run(&value, terminator)?;
    }
    if seen > 1 && foreign > 0 {
        return Err(failure("a substituted value", "adds a second query parameter q"));
    }
    Ok(())
}

/// The byte ranges between the ampersands.
fn parameters(text: &str, query: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut start = query.start;
    let mut done = false;
    std::iter::from_fn(move || {
        if done {
            return None;
        }
        let end = text[start..query.end].find('&').map_or(query.end, |at| start + at);
        done = end == query.end;
        let range = start..end;
        start = end + 1;
        Some(range)
    })
}

/// Checks a parameter that comes as a pair, which is not encoded yet.
fn check_parameter(name: &str, value: &Rendered, language: Language) -> Result<(), Failure> {
    if name != "q" {
        return Ok(());
    }
    let origins = Origins::new(value);
    let bytes = value.text.bytes().zip(&origins.of);
    let traced: Vec<Traced> =
        bytes.map(|(byte, origin)| Traced { byte, origin: *origin }).collect();
    let mut lexer = Lexer::new(language);
    lexer.run(&traced, 0)?;
    match lexer.state {
        State::Outside => Ok(()),
        State::Inside(_) => {
            Err(failure("the query parameter q", "has a quoted literal that never ends"))
        }
    }
}

/// Decodes once, as the server does. A byte made of several is a value's if any of them is.
fn decode(text: &str, range: Range<usize>, origins: &Origins) -> Vec<Traced> {
    let bytes = text.as_bytes();
    let hex = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut decoded = Vec::with_capacity(range.len());
    let mut at = range.start;
    while at < range.end {
        let pair = if at + 2 < range.end { hex(at + 1).zip(hex(at + 2)) } else { None };
        let (byte, width) = match (bytes[at], pair) {
            (b'%', Some((high, low))) => ((high * 16 + low) as u8, 3),
            (b'+', _) => (b' ', 1),
            (byte, _) => (byte, 1),
        };
        decoded.push(Traced { byte, origin: origins.any(at..at + width) });
        at += width;
    }
    decoded
}

/// Where in the statement the lexer is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Outside,
    /// In a literal that this byte ends.
    Inside(u8),
}

/// Follows the literals of a statement and stops at a value that breaks out of one.
struct Lexer {
    language: Language,
    state: State,
    /// The value of the byte before, and whether it began inside a literal.
    value: usize,
    confined: bool,
    /// The value from which a `\` came that waits for its second half.
    escape: Option<usize>,
}

impl Lexer {
    fn new(language: Language) -> Self {
        Self { language, state: State::Outside, value: 0, confined: false, escape: None }
    }

    /// Follows a whole parameter; `terminator` is the value that the byte after it came from.
    fn run(&mut self, statement: &[Traced], terminator: usize) -> Result<(), Failure> {
        for (index, traced) in statement.iter().enumerate() {
            if traced.origin != self.value {
                let last = index.saturating_sub(1);
                self.leave_value().map_err(|what| failure(&place(statement, last), what))?;
                self.enter_value(traced.origin);
            }
            self.step(*traced).map_err(|what| failure(&place(statement, index), what))?;
        }
        let last = statement.len();
        if self.escape.is_some_and(|origin| origin != 0) {
            return Err(failure(&place(statement, last - 1), "ends in a backslash"));
        }
        let substituted = statement.iter().rposition(|it| it.origin != 0);
        match (self.state, substituted, terminator) {
            (State::Inside(_), _, origin) if origin != 0 => {
                Err(failure(&place(statement, last), "ends the query parameter"))
            }
            (State::Inside(_), Some(index), _) => {
                Err(failure(&place(statement, index), "leaves a quoted literal open"))
            }
            (State::Inside(_) | State::Outside, _, _) => Ok(()),
        }
    }

    fn enter_value(&mut self, origin: usize) {
        self.value = origin;
        self.confined = origin != 0 && self.state != State::Outside;
    }

    fn step(&mut self, Traced { byte, origin }: Traced) -> Result<(), &'static str> {
        let State::Inside(end) = self.state else {
            self.state = self.opened_by(byte);
            return Ok(());
        };
        if let Some(origin) = self.escape.take() {
            return self.escaped(byte, origin);
        }
        match byte {
            b'\\' => self.escape = Some(origin),
            _ if byte == end && self.confined => return Err("would end the quoted literal"),
            b'{' if end == b'}' && self.confined => return Err("opens a brace"),
            _ if byte == end => self.state = State::Outside,
            _ => {}
        }
        Ok(())
    }

    /// What has to hold where a value ends.
    fn leave_value(&self) -> Result<(), &'static str> {
        if self.escape.is_some_and(|origin| origin != 0) {
            return Err("ends in a backslash");
        }
        match self.state {
            State::Inside(_) if self.value != 0 && !self.confined => {
                Err("leaves a quoted literal open")
            }
            State::Inside(_) | State::Outside => Ok(()),
        }
    }

    fn opened_by(&self, byte: u8) -> State {
        match (byte, self.language) {
            (b'\'', _) => State::Inside(b'\''),
            (b'{', Language::Sosl) => State::Inside(b'}'),
            _ => State::Outside,
        }
    }

    /// The second half of an escape whose `\` came from the value `origin`. Unicode escapes are
    /// not for values: they could spell a quote.
    fn escaped(&self, byte: u8, origin: usize) -> Result<(), &'static str> {
        let known = match self.state {
            State::Inside(b'}') => byte.is_ascii_punctuation(),
            State::Inside(_) | State::Outside => b"nNrRtTbBfF\"'\\_%".contains(&byte),
        };
        let whole = origin == 0 || !self.confined || known;
        if whole { Ok(()) } else { Err("has a backslash that is not escaped") }
    }
}

/// Names a value by the flow's own text in front of it.
fn place(statement: &[Traced], index: usize) -> String {
    let index = index.min(statement.len());
    let origin = statement.get(index).map_or(0, |it| it.origin);
    let start = statement[..index].iter().rposition(|it| it.origin != origin || origin == 0);
    let before = start.map_or(&statement[..0], |at| &statement[..=at]);
    let own = before.iter().rposition(|it| it.origin != 0).map_or(before, |at| &before[at + 1..]);
    let bytes: Vec<u8> = own.iter().map(|it| it.byte).collect();
    let text = String::from_utf8_lossy(&bytes);
    let skipped = text.chars().count().saturating_sub(SHOWN_CHARS);
    let shown: String = text.chars().skip(skipped).collect();
    match shown.is_empty() {
        true => "a substituted value in the query parameter q".to_owned(),
        false => format!("the value after `{shown}` in the query parameter q"),
    }
}

fn failure(place: &str, what: &str) -> Failure {
    let advice = "the request was not sent; escape ' and \\ in the value, or do not use it";
    Failure::new(FailureCode::SoqlGuard, format!("{place} {what}; {advice}"))
}

#[cfg(test)]
mod tests {
    use trunkline_model::http::Method;

    use super::*;

    /// A request whose path is the template with `{}` replaced by the values.
    fn request(template: &str, values: &[&str]) -> Request {
        let mut path = Rendered::default();
        let mut parts = template.split("{}");
        path.text.push_str(parts.next().unwrap_or_default());
        for (value, part) in values.iter().zip(parts) {
            let start = path.text.len();
            path.text.push_str(value);
            path.substituted.push(start..path.text.len());
            path.text.push_str(part);
        }
        Request {
            method: Method::Get,
            target: Target::Connector { id: "crm".to_owned(), name: None, path },
            query: Vec::new(),
            headers: Vec::new(),
            content_type: None,
            body: None,
            timeout_ms: 2_000,
            retries: 0,
            idempotency_key: None,
        }
    }

    fn passes(template: &str, values: &[&str]) -> bool {
        check(&request(template, values)).is_ok()
    }

    const EXACT: &str = "/services/data/v52.0/query/?q=SELECT+Id+FROM+Account+WHERE+Phone='{}'";
    const LIKE: &str = "/services/data/v52.0/query?q=SELECT Id FROM Account WHERE Phone LIKE \
                        %27%25{}%25%27 LIMIT 1";

    #[test]
    fn ordinary_values_pass() {
        let values = [
            "",
            "+49%2030",
            "4930123",
            "2782123456",
            "O%5C'Neil",
            "O%5C%27Neil",
            "O%5c%27Neil",
            "a%5C%5Cb",
            "100%5C%25",
            "a%20b",
            "M%C3%BCller",
            "x%2527y",
            "{brace}",
            "\"quoted\"",
            "a%5Cnb",
            "100%",
            "%zz",
        ];
        for value in values {
            assert!(passes(EXACT, &[value]), "{value} in {EXACT}");
            assert!(passes(LIKE, &[value]), "{value} in {LIKE}");
        }
    }

    #[test]
    fn values_that_break_out_are_stopped() {
        let values = [
            "x'%20OR%20Name%20LIKE%20'",
            "x' OR Name LIKE '",
            "x%27%20OR%20Name%20LIKE%20%27",
            "x%27+OR+Name+LIKE+%27",
            "'",
            "%27",
            "x%5C",
            "%5C",
            "%5C%5C%27",
            "%5C%5C%5C",
            "a%5Cu0027",
            "a%5Cx",
            "x&q=SELECT+Id+FROM+Contact",
            "x#",
            "x&",
        ];
        for value in values {
            for template in [EXACT, LIKE] {
                let failure = check(&request(template, &[value])).unwrap_err();
                assert_eq!(failure.code, FailureCode::SoqlGuard, "{value}");
            }
        }
    }

    #[test]
    fn the_place_is_named_and_the_value_is_not() {
        let failure = check(&request(EXACT, &["canary' OR canary"])).unwrap_err();
        assert!(failure.description.contains("WHERE Phone='"), "{failure:?}");
        assert!(!failure.description.contains("canary"), "{failure:?}");
        let two = "/query?q=SELECT+Id+FROM+A+WHERE+B='{}'+AND+C='{}'";
        let failure = check(&request(two, &["canary", "canary'"])).unwrap_err();
        assert!(failure.description.contains("`' AND C='`"), "{failure:?}");
        assert!(!failure.description.contains("canary"), "{failure:?}");
        let failure = check(&request(EXACT, &["canary%5C"])).unwrap_err();
        assert!(!failure.description.contains("canary"), "{failure:?}");
        let failure = check(&request(EXACT, &["canary&canary"])).unwrap_err();
        assert!(!failure.description.contains("canary"), "{failure:?}");
    }

    #[test]
    fn an_escape_cannot_be_put_together_of_two_parts() {
        assert!(!passes("/query?q=WHERE+A='%{}'", &["27 OR A LIKE %27"]));
        assert!(!passes("/query?q=WHERE+A='%2{}'", &["7"]));
        assert!(!passes("/query?q=WHERE+A='{}7'", &["%2"]));
        assert!(!passes("/query?q=WHERE+A='{}{}'", &["%5C", "%27"]));
        assert!(!passes("/query?q=WHERE+A='{}'+AND+B='{}'", &["%5C", " OR Id != null"]));
        assert!(passes("/query?q=WHERE+A='%5C{}'", &["%27"]));
        assert!(!passes("/query?q=WHERE+A='%5C{}'", &["%5C%27"]));
    }

    #[test]
    fn a_value_outside_literals_is_part_of_the_statement() {
        let whole = "/services/data/v52.0/query?q={}";
        assert!(passes(whole, &["SELECT+Id+FROM+Account+WHERE+Phone='1'+LIMIT+1"]));
        assert!(passes(whole, &["SELECT%20Id%20WHERE%20A%3D%27O%5C%27Neil%27"]));
        assert!(!passes(whole, &["SELECT+Id+FROM+Account+WHERE+Phone='1''+LIMIT+1"]));
        assert!(passes("/query?q=WHERE+Id+IN+({})+LIMIT+{}", &["'1','2'", "5"]));
        assert!(!passes("/query?q=WHERE+A={}+AND+B='x'", &["'1"]));
        assert!(passes("{}", &["/query?q=WHERE+A='x'"]));
    }

    #[test]
    fn a_second_query_cannot_be_smuggled_in() {
        let template = "/query?limit={}&q=SELECT+Id+FROM+A";
        assert!(passes(template, &["5"]));
        assert!(!passes(template, &["5&q=SELECT+Id+FROM+User"]));
        assert!(passes("/query?{}", &["q=SELECT+Id+FROM+A"]));
    }

    #[test]
    fn all_query_resources_are_guarded_and_nothing_else() {
        for path in ["/v1/queryAll", "/v1/QUERY/", "/v1/tooling/query", "/v1/%71uery", "/v1/search"]
        {
            assert!(!passes(&format!("{path}?q=WHERE+A='{{}}'"), &["'"]), "{path}");
            assert!(!passes(&format!("{path}?x=1&q=WHERE+A='{{}}'"), &["'"]), "{path}");
            assert!(!passes(&format!("{path}?%71=WHERE+A='{{}}'"), &["'"]), "{path}");
        }
        for path in ["/v1/sobjects/Account", "/v1/parameterizedSearch"] {
            assert!(passes(&format!("{path}?q='{{}}'"), &["'"]), "{path}");
        }
        assert!(passes("/v1/query?x='{}'", &["'"]));
        assert!(passes("/v1/query/01g-2000", &[]));
    }

    #[test]
    fn search_terms_stay_in_their_braces() {
        let template = "/search?q=FIND+{{}+}+IN+ALL+FIELDS+RETURNING+Account(Id)";
        let term = |value| {
            let text = template.replacen("{}", "\0", 1);
            let (before, after) = text.split_once('\0').unwrap();
            let start = before.len();
            let mut request = request("", &[]);
            let path = Rendered {
                text: format!("{before}{value}{after}"),
                substituted: std::iter::once(start..start + str::len(value)).collect(),
            };
            request.target = Target::Url(path);
            check(&request).is_ok()
        };
        assert!(term("O'Neil") && term("a%5C-b") && term("%5C%7D"));
        assert!(!term("x} IN ALL FIELDS RETURNING User(Id)") && !term("%7D") && !term("x%5C"));
    }

    #[test]
    fn pairs_are_checked_too() {
        let pair = |value: &str| {
            let before = "SELECT Id FROM A WHERE B='";
            let end = before.len() + value.len();
            let text = format!("{before}{value}'");
            let substituted = std::iter::once(before.len()..end).collect();
            let mut request = request("/query", &[]);
            request.query = vec![("q".to_owned(), Rendered { text, substituted })];
            check(&request).map_err(|failure| failure.code)
        };
        assert_eq!(pair("4806754111"), Ok(()));
        // A pair is encoded after the check: %27 is three characters here and no quote.
        assert_eq!(pair("x%27y"), Ok(()));
        for hostile in ["x' OR Name LIKE '", "x'", "x\\"] {
            assert_eq!(pair(hostile), Err(FailureCode::SoqlGuard), "{hostile}");
        }
    }

    #[test]
    fn the_flow_s_own_mistakes_are_the_server_s_business() {
        assert!(passes("/query?q=SELECT+Id+WHERE+A='x", &[]));
        assert!(passes("/query?q=", &[]));
        assert!(passes("/query?q", &[]));
        assert!(passes("", &[]));
    }

    /// A statement as an independent reader sees it: every literal as `?`; none if one stays open.
    fn skeleton(statement: &str) -> Option<String> {
        let mut seen = String::new();
        let mut rest = statement.chars();
        while let Some(c) = rest.next() {
            if c != '\'' {
                seen.push(c);
                continue;
            }
            loop {
                match rest.next()? {
                    '\\' => drop(rest.next()?),
                    '\'' => break,
                    _ => {}
                }
            }
            seen.push('?');
        }
        Some(seen)
    }

    fn statements(path: &str) -> Vec<String> {
        let url = url::Url::parse(&format!("https://h{path}")).unwrap();
        let pairs = url.query_pairs().filter(|(name, _)| name == "q");
        pairs.map(|(_, value)| value.into_owned()).collect()
    }

    #[test]
    fn whatever_passes_leaves_the_statement_as_it_was() {
        const PIECES: [&str; 20] = [
            "'", "%27", "%5C", "\\", "%", "2", "7", "5C", "c", "&", "#", "q=", "+", " ", "n",
            "u0027", "%25", "_", "x", "\u{e9}",
        ];
        let template = "/query?a=1&q=SELECT+Id+FROM+A+WHERE+B+LIKE+'%25{}%25'+AND+C='%{}'&z=2";
        let expected = statements(&template.replace("{}", "x"));
        let expected = skeleton(&expected[0]).unwrap();
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = |below: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            (seed % below as u64) as usize
        };
        let mut passed = 0;
        for _ in 0..30_000 {
            let mut value = || -> String { (0..next(5)).map(|_| PIECES[next(20)]).collect() };
            let values = [value(), value()];
            let request = request(template, &[&values[0], &values[1]]);
            if check(&request).is_err() {
                continue;
            }
            passed += 1;
            let Target::Connector { path, .. } = &request.target else { unreachable!() };
            let found = statements(&path.text);
            assert_eq!(found.len(), 1, "{values:?}");
            assert_eq!(skeleton(&found[0]).as_ref(), Some(&expected), "{values:?}");
        }
        assert!(passed > 3_000, "only {passed} passed, which proves little");
    }

    #[test]
    fn ranges_out_of_bounds_do_no_harm() {
        let mut request = request(EXACT, &["x"]);
        let Target::Connector { path, .. } = &mut request.target else { unreachable!() };
        path.substituted = vec![5..9_999, Range { start: 12_000, end: 3 }];
        let _ = check(&request);
    }
}

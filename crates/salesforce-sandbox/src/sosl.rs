//! SOSL: `FIND {words} IN ALL FIELDS RETURNING Account(Id, Name)`, and matching words in fields.

use std::collections::HashSet;

use crate::api_error::ApiError;
use crate::json::Json;
use crate::schema::{Field, FieldType, Object};
use crate::soql::ast::{Condition, Literal, Path, Query, SelectItem, Value};
use crate::soql::{self, Asker, parser};
use crate::store::Store;

/// How many records a search gives at most.
pub(crate) const MAX_RESULTS: usize = 2000;
/// The longest search, in characters.
const MAX_LENGTH: usize = 100_000;

/// Which fields are searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    All,
    Name,
    Email,
    Phone,
}

/// A search.
#[derive(Debug)]
pub(crate) struct Search {
    pub(crate) words: Words,
    pub(crate) group: Group,
    /// What to give of which objects; none means the Ids of all.
    pub(crate) returning: Vec<Query>,
    pub(crate) limit: usize,
}

impl Search {
    /// Reads a search's text.
    pub(crate) fn parse(text: &str) -> Result<Search, ApiError> {
        if text.chars().count() > MAX_LENGTH {
            let message = format!("SOSL statements can not be longer than {MAX_LENGTH} characters");
            return Err(malformed(message));
        }
        let rest = strip_word(text.trim(), "FIND")
            .ok_or_else(|| malformed("A search begins with FIND"))?;
        let (term, rest) = braces(rest)?;
        let words = Words::parse(&term)?;
        let mut search =
            Search { words, group: Group::All, returning: Vec::new(), limit: MAX_RESULTS };
        search.clauses(rest)?;
        Ok(search)
    }

    fn clauses(&mut self, text: &str) -> Result<(), ApiError> {
        let mut rest = text.trim_start();
        if let Some(after) = strip_word(rest, "IN") {
            let (group, after) = Group::parse(after)?;
            self.group = group;
            rest = after;
        }
        if let Some(after) = strip_word(rest, "RETURNING") {
            rest = self.returning(after)?;
        }
        if let Some(after) = strip_word(rest, "LIMIT") {
            let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
            let limit: usize =
                after[..end].parse().map_err(|_| malformed("LIMIT needs a number"))?;
            self.limit = limit.min(MAX_RESULTS);
            rest = after[end..].trim_start();
        }
        if rest.is_empty() {
            return Ok(());
        }
        let shown: String = rest.chars().take(40).collect();
        Err(malformed(format!("unexpected token: '{shown}'")))
    }

    /// `Account(Id, Name WHERE … LIMIT 5), Contact`.
    fn returning<'t>(&mut self, text: &'t str) -> Result<&'t str, ApiError> {
        let mut rest = text;
        loop {
            let end =
                rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            let (object, after) = rest.split_at(end);
            if object.is_empty() {
                return Err(malformed("RETURNING needs the name of an object"));
            }
            rest = after.trim_start();
            let query = match rest.strip_prefix('(') {
                Some(inside) => {
                    let end = closing(inside)?;
                    rest = inside[end + 1..].trim_start();
                    let inside = &inside[..end];
                    parser::parse_returning(object, inside).map_err(|e| e.into_api(inside))?
                }
                None => Query::new(vec![SelectItem::field("Id")], Path::of(object)),
            };
            self.returning.push(query);
            match rest.strip_prefix(',') {
                Some(after) => rest = after.trim_start(),
                None => return Ok(rest),
            }
        }
    }

    /// The records that match, object by object.
    pub(crate) fn run(&self, store: &Store, asker: Asker<'_>) -> Result<Vec<Json>, ApiError> {
        let schema = store.schema();
        let everything: Vec<Query>;
        let queries = if self.returning.is_empty() {
            everything = schema
                .objects()
                .iter()
                .map(|o| Query::new(vec![SelectItem::field("Id")], Path::of(&o.name)))
                .collect();
            &everything
        } else {
            &self.returning
        };
        let mut records = Vec::new();
        for query in queries {
            let name = query.from.text();
            let object = schema.object(&name).ok_or_else(|| {
                ApiError::bad("INVALID_TYPE", format!("sObject type '{name}' is not supported."))
            })?;
            let ids = self.matching(store, object)?;
            let answer = soql::run_parsed(store, &narrowed(query, ids), asker, "")?;
            records.extend(answer.records);
        }
        records.truncate(self.limit);
        Ok(records)
    }

    /// The Ids of an object's records in which every word is found.
    fn matching(&self, store: &Store, object: &Object) -> Result<Vec<String>, ApiError> {
        let fields: Vec<&Field> =
            object.columns().filter(|field| self.group.has(object, field)).collect();
        if fields.is_empty() {
            return Ok(Vec::new());
        }
        let columns: Vec<String> = fields.iter().map(|f| format!("\"{}\"", f.name)).collect();
        let here = if object.deletable() { " WHERE IsDeleted = 0" } else { "" };
        let sql =
            format!("SELECT Id, {} FROM \"{}\"{here} ORDER BY Id", columns.join(", "), object.name);
        let mut statement = store.db().prepare_cached(&sql)?;
        let mut rows = statement.query([])?;
        let mut ids = Vec::new();
        while let Some(row) = rows.next()? {
            let mut values: Vec<(bool, String)> = Vec::new();
            for (index, field) in fields.iter().enumerate() {
                if let Some(text) = row.get::<_, Option<String>>(index + 1)? {
                    values.push((field.kind == FieldType::Phone, text));
                }
            }
            if self.words.are_in(&values) {
                ids.push(row.get(0)?);
            }
        }
        Ok(ids)
    }
}

/// The query for those of its records that have one of these Ids.
fn narrowed(query: &Query, ids: Vec<String>) -> Query {
    let list = if ids.is_empty() {
        // An Id that no record has.
        vec![Literal::Text { raw: "000000000000000AAA".to_owned(), at: 0 }]
    } else {
        ids.into_iter().map(|raw| Literal::Text { raw, at: 0 }).collect()
    };
    let found = Condition::In { value: Value::Field(Path::of("Id")), negated: false, list };
    let mut query = query.clone();
    query.condition = Some(match query.condition.take() {
        Some(condition) => Condition::And(vec![found, condition]),
        None => found,
    });
    query
}

impl Group {
    fn parse(text: &str) -> Result<(Group, &str), ApiError> {
        let names = [
            ("ALL", Group::All),
            ("NAME", Group::Name),
            ("EMAIL", Group::Email),
            ("PHONE", Group::Phone),
            ("SIDEBAR", Group::All),
        ];
        for (name, group) in names {
            if let Some(after) = strip_word(text, name) {
                let after = strip_word(after, "FIELDS")
                    .ok_or_else(|| malformed("IN needs a group of FIELDS"))?;
                return Ok((group, after));
            }
        }
        Err(malformed("IN takes ALL, NAME, EMAIL, PHONE or SIDEBAR FIELDS"))
    }

    /// Reads the parameter `in` of a parameterised search.
    pub(crate) fn named(name: &str) -> Option<Group> {
        match name.to_ascii_uppercase().as_str() {
            "ALL" | "SIDEBAR" => Some(Group::All),
            "NAME" => Some(Group::Name),
            "EMAIL" => Some(Group::Email),
            "PHONE" => Some(Group::Phone),
            _ => None,
        }
    }

    fn has(self, object: &Object, field: &Field) -> bool {
        let is_name = || object.name_field.as_deref() == Some(field.name.as_str());
        match self {
            Group::All => {
                field.kind.is_text()
                    && !matches!(field.kind, FieldType::Picklist | FieldType::Multipicklist)
            }
            Group::Name => is_name() || matches!(field.name.as_str(), "FirstName" | "LastName"),
            Group::Email => field.kind == FieldType::Email,
            Group::Phone => field.kind == FieldType::Phone,
        }
    }
}

/// What is searched for: alternatives, each a list of words that must all be found.
#[derive(Debug, PartialEq)]
pub(crate) struct Words(Vec<Vec<Word>>);

#[derive(Debug, PartialEq)]
struct Word {
    /// A LIKE pattern for a token of a field.
    pattern: String,
    /// The digits, when the word looks like (a part of) a telephone number.
    digits: Option<String>,
    /// Whether it must not be found.
    excluded: bool,
}

/// Fewer digits than this are a number of some kind, not a telephone number.
const MIN_PHONE_DIGITS: usize = 4;

impl Words {
    /// Reads what stood between the braces.
    pub(crate) fn parse(term: &str) -> Result<Words, ApiError> {
        let term = term.trim();
        if term.chars().filter(|c| c.is_alphanumeric()).count() < 2 {
            let message = "search term must be longer than one character";
            return Err(malformed(message));
        }
        if let Some(phone) = phone_of(term) {
            return Ok(Words(vec![vec![phone]]));
        }
        let mut alternatives = vec![Vec::new()];
        let mut excluded = false;
        for text in term.split_whitespace() {
            match text {
                "AND" => {}
                "OR" => alternatives.push(Vec::new()),
                "NOT" => excluded = true,
                word => {
                    for token in tokens(word, true) {
                        let last = alternatives.last_mut();
                        last.into_iter().for_each(|all| all.push(Word::new(&token, excluded)));
                    }
                    excluded = false;
                }
            }
        }
        alternatives.retain(|all| !all.is_empty());
        Ok(Words(alternatives))
    }

    /// Whether a record's values have the words; a value says whether it is a telephone number.
    fn are_in(&self, values: &[(bool, String)]) -> bool {
        let present: HashSet<String> =
            values.iter().flat_map(|(_, text)| tokens(text, false)).collect();
        let phones: Vec<String> =
            values.iter().filter(|(phone, _)| *phone).map(|(_, text)| digits(text)).collect();
        self.0
            .iter()
            .any(|all| all.iter().all(|word| word.is_in(&present, &phones) != word.excluded))
    }
}

impl Word {
    fn new(token: &str, excluded: bool) -> Word {
        let mut pattern = String::new();
        for c in token.chars() {
            match c {
                '*' => pattern.push('%'),
                '?' => pattern.push('_'),
                c => pattern.push(c),
            }
        }
        let all_digits = token.chars().all(|c| c.is_ascii_digit());
        let digits = (all_digits && token.len() >= MIN_PHONE_DIGITS).then(|| token.to_owned());
        Word { pattern, digits, excluded }
    }

    fn is_in(&self, present: &HashSet<String>, phones: &[String]) -> bool {
        let like = |token: &String| crate::store::is_like(&self.pattern, token);
        let in_phone = |digits: &String| phones.iter().any(|phone| phone.contains(digits.as_str()));
        present.iter().any(like) || self.digits.as_ref().is_some_and(in_phone)
    }
}

/// The word for a term that is one telephone number, whatever its punctuation.
fn phone_of(term: &str) -> Option<Word> {
    let plain =
        |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '(' | ')' | '.' | ' ' | '/');
    let digits = digits(term);
    let is_phone = term.chars().all(plain) && digits.len() >= MIN_PHONE_DIGITS;
    is_phone.then(|| Word { pattern: digits.clone(), digits: Some(digits), excluded: false })
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// The words of a text in lower case; in a search `*` and `?` are part of a word.
fn tokens(text: &str, wildcards: bool) -> Vec<String> {
    text.split(|c: char| !(c.is_alphanumeric() || wildcards && matches!(c, '*' | '?')))
        .filter(|token| !token.is_empty())
        .map(str::to_lowercase)
        .collect()
}

fn malformed(message: impl Into<String>) -> ApiError {
    ApiError::bad("MALFORMED_SEARCH", message)
}

/// The rest after a keyword.
fn strip_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let (start, rest) = text.split_at_checked(word.len())?;
    let ends = !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    (start.eq_ignore_ascii_case(word) && ends).then(|| rest.trim_start())
}

/// What stands between the braces, escapes undone, and the rest.
fn braces(text: &str) -> Result<(String, &str), ApiError> {
    let missing = || malformed("No search term found. The search term must be enclosed in braces.");
    let inside = text.strip_prefix('{').ok_or_else(missing)?;
    let mut term = String::new();
    let mut chars = inside.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '}' => return Ok((term, &inside[at + 1..])),
            '\\' => term.extend(chars.next().map(|(_, escaped)| escaped)),
            c => term.push(c),
        }
    }
    Err(missing())
}

/// Where the parenthesis that was opened before this text is closed.
fn closing(text: &str) -> Result<usize, ApiError> {
    let mut depth = 0_usize;
    let mut quoted = false;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'\'' => quoted = !quoted,
            b'(' if !quoted => depth += 1,
            b')' if !quoted && depth == 0 => return Ok(at),
            b')' if !quoted => depth -= 1,
            _ => {}
        }
    }
    Err(malformed("a parenthesis of RETURNING is not closed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(term: &str, values: &[(bool, &str)]) -> bool {
        let values: Vec<_> = values.iter().map(|(p, t)| (*p, (*t).to_owned())).collect();
        Words::parse(term).unwrap().are_in(&values)
    }

    #[test]
    fn phones_match_whatever_their_punctuation() {
        for stored in ["(480) 675-4111", "+14806754111", "480-675-4111"] {
            assert!(found("4806754111", &[(true, stored)]), "{stored}");
            assert!(found("(480) 675-4111", &[(true, stored)]), "{stored}");
        }
        assert!(!found("4806754112", &[(true, "(480) 675-4111")]));
    }

    #[test]
    fn words_are_whole_unless_wild() {
        let acme = [(false, "Acme Corp")];
        for (term, expected) in [
            ("acme", true),
            ("ac", false),
            ("ac*", true),
            ("a?me", true),
            ("acme AND corp", true),
            ("acme nothing", false),
            ("nothing OR corp", true),
            ("acme NOT corp", false),
            ("acme-corp", true),
        ] {
            assert_eq!(found(term, &acme), expected, "{term}");
        }
    }

    #[test]
    fn searches_are_read() {
        let search = Search::parse(
            "find {O\\'Neil \\} x} in name fields returning Account(Id, Name WHERE \
             Name LIKE '%)%' LIMIT 3), Contact limit 7",
        )
        .unwrap();
        assert_eq!((search.group, search.limit), (Group::Name, 7));
        assert_eq!(search.returning[0].limit, Some(3));
        assert_eq!(search.returning[1].from.text(), "Contact");
    }

    #[test]
    fn odd_searches_are_refused() {
        for text in [
            "",
            "FIND acme",
            "FIND {acme",
            "FIND {a}",
            "FIND {acme} IN ODD FIELDS",
            "FIND {acme} RETURNING",
            "FIND {acme} RETURNING Account(Id",
            "FIND {acme} nonsense",
            "FIND {acme} LIMIT é",
            "é",
        ] {
            assert_eq!(Search::parse(text).unwrap_err().code, "MALFORMED_SEARCH", "{text}");
        }
    }
}

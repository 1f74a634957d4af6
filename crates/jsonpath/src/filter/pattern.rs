//! Regular expressions in conditions, written as Java's.
//!
//! The matching is done by `fancy-regex`, which knows look-around and back-references as Java does,
//! under a limit on backtracking. What the two write differently is rewritten first.

use fancy_regex::{Regex, RegexBuilder};

/// How many steps back a match may take before it fails with an error.
const BACKTRACKING: usize = 100_000;

/// The largest compiled automaton in bytes.
const SIZE: usize = 1 << 20;

/// A pattern with its flags.
#[derive(Debug, Clone)]
pub(crate) struct Pattern(Regex);

impl Pattern {
    /// Compiles the text between the slashes with the flags behind them.
    pub(super) fn compile(source: &str, flags: &str) -> Result<Pattern, String> {
        let body = Translation::new(source, flags).run()?;
        let global: String = flags.chars().filter(|flag| "imsx".contains(*flag)).collect();
        let on = if global.is_empty() { String::new() } else { format!("(?{global})") };
        // A comment at the end of the pattern must not swallow the parenthesis.
        let newline = if flags.contains('x') { "\n" } else { "" };
        RegexBuilder::new(&format!("{on}\\A(?:{body}{newline})\\z"))
            .backtrack_limit(BACKTRACKING)
            .delegate_size_limit(SIZE)
            .delegate_dfa_size_limit(SIZE)
            .build()
            .map(Pattern)
            .map_err(|error| format!("the pattern /{source}/ cannot be used: {error}"))
    }

    /// Whether the whole text matches.
    pub(super) fn matches(&self, text: &str) -> Result<bool, String> {
        self.0.is_match(text).map_err(|error| format!("the pattern gave up: {error}"))
    }
}

/// From Java's spelling to that of the regex library.
struct Translation<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    out: String,
    /// How many `[` are open.
    classes: usize,
    dot: &'static str,
    /// Java folds only ASCII unless the flag `u` is there.
    ascii_case: bool,
}

const LINE_ENDS: &str = "[^\\n\\r\\u{85}\\u{2028}\\u{2029}]";

impl<'a> Translation<'a> {
    fn new(source: &'a str, flags: &str) -> Self {
        let dot = match (flags.contains('s'), flags.contains('d')) {
            (true, _) | (_, true) => ".",
            (false, false) => LINE_ENDS,
        };
        let ascii_case = flags.contains('i') && !flags.contains(['u', 'U']);
        let rest = source.chars().peekable();
        Translation { rest, out: String::new(), classes: 0, dot, ascii_case }
    }

    fn run(mut self) -> Result<String, String> {
        while let Some(c) = self.rest.next() {
            match c {
                '\\' => self.escape(),
                '.' if self.classes == 0 => self.out.push_str(self.dot),
                '[' => {
                    self.classes += 1;
                    self.out.push('[');
                }
                ']' => {
                    self.classes = self.classes.saturating_sub(1);
                    self.out.push(']');
                }
                '{' if self.classes == 0 && !self.rest.peek().is_some_and(char::is_ascii_digit) => {
                    return Err("a `{` in a pattern needs a number or a backslash".to_owned());
                }
                c if self.classes == 0 && self.ascii_case && !c.is_ascii() => {
                    self.out.push_str(&format!("(?-i:{c})"));
                }
                c => self.out.push(c),
            }
        }
        Ok(self.out)
    }

    fn escape(&mut self) {
        let Some(c) = self.rest.next() else {
            self.out.push('\\');
            return;
        };
        let class = match c {
            'd' => "[0-9]",
            'D' => "[^0-9]",
            'w' => "[a-zA-Z0-9_]",
            'W' => "[^a-zA-Z0-9_]",
            's' => "[ \\t\\n\\x0B\\f\\r]",
            'S' => "[^ \\t\\n\\x0B\\f\\r]",
            'h' => "[ \\t\\xA0\\u{1680}\\u{180e}\\u{2000}-\\u{200a}\\u{202f}\\u{205f}\\u{3000}]",
            'R' => "(?:\\r\\n|[\\n\\x0B\\f\\r\\u{85}\\u{2028}\\u{2029}])",
            'Z' => "(?=(?:\\r\\n|[\\n\\r\\u{85}\\u{2028}\\u{2029}])?\\z)",
            'e' => "\\x1B",
            'Q' => return self.quoted(),
            'u' => return self.unit(),
            'p' | 'P' => return self.property(c),
            c => {
                self.out.push('\\');
                self.out.push(c);
                return;
            }
        };
        self.out.push_str(class);
    }

    /// `\Q...\E`
    fn quoted(&mut self) {
        let mut literal = String::new();
        for c in self.rest.by_ref() {
            literal.push(c);
            if literal.ends_with("\\E") {
                literal.truncate(literal.len() - 2);
                break;
            }
        }
        self.out.push_str(&fancy_regex::escape(&literal));
    }

    /// `\u00e9`
    fn unit(&mut self) {
        let digits: String = self.rest.by_ref().take(4).collect();
        self.out.push_str(&format!("\\u{{{digits}}}"));
    }

    /// `\p{Alpha}` and its like are ASCII in Java; the rest are Unicode properties.
    fn property(&mut self, letter: char) {
        if self.rest.peek() != Some(&'{') {
            self.out.push('\\');
            self.out.push(letter);
            return;
        }
        let name: String = self.rest.by_ref().skip(1).take_while(|c| *c != '}').collect();
        let set = match name.as_str() {
            "Lower" => "a-z",
            "Upper" => "A-Z",
            "ASCII" => "\\x00-\\x7F",
            "Alpha" => "a-zA-Z",
            "Digit" => "0-9",
            "Alnum" => "a-zA-Z0-9",
            "Punct" => "!-/:-@\\[-`{-~",
            "Graph" => "!-~",
            "Print" => " -~",
            "Blank" => " \\t",
            "Cntrl" => "\\x00-\\x1F\\x7F",
            "XDigit" => "0-9a-fA-F",
            "Space" => " \\t\\n\\x0B\\f\\r",
            other => {
                let other = other.strip_prefix("Is").unwrap_or(other);
                self.out.push_str(&format!("\\{letter}{{{other}}}"));
                return;
            }
        };
        let not = if letter == 'P' { "^" } else { "" };
        self.out.push_str(&format!("[{not}{set}]"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, flags: &str, text: &str) -> bool {
        Pattern::compile(pattern, flags).unwrap().matches(text).unwrap()
    }

    #[test]
    fn the_whole_text_must_match() {
        assert!(matches("A.*", "", "Acme"));
        assert!(!matches("A", "", "Acme"));
        assert!(matches("a|ab", "", "ab"));
        assert!(matches("acme", "i", "ACME"));
        assert!(matches("a # comment", "x", "a"));
    }

    #[test]
    fn java_classes_are_ascii() {
        assert!(matches(r"\d+", "", "123"));
        assert!(!matches(r"\d+", "", "١٢"));
        assert!(matches(r"[\w-]+", "", "a_b-c"));
        assert!(matches(r"\p{Alpha}+", "", "abc"));
        assert!(!matches("É", "i", "é"));
        assert!(matches("É", "iu", "é"));
    }

    #[test]
    fn dots_stop_at_line_ends() {
        assert!(!matches("a.b", "", "a\rb"));
        assert!(matches("a.b", "s", "a\nb"));
        assert!(matches(r"a\Q.*\Eb", "", "a.*b"));
    }

    #[test]
    fn look_around_and_back_references_work() {
        assert!(matches(r"(?=a)(.)\1", "", "aa"));
        assert!(!matches(r"(?!a).*", "", "ab"));
    }

    #[test]
    fn hostile_patterns_give_up() {
        assert!(Pattern::compile("(", "").is_err());
        assert!(Pattern::compile("a{\"b\"}", "").is_err());
        assert!(matches(r"a{2}\{[{]", "", "aa{{"));
        assert!(Pattern::compile("((a{1000}){1000}){1000}", "").is_err());
        let slow = Pattern::compile(r"(?:(a+)+\1)+b", "").unwrap();
        assert!(slow.matches(&"a".repeat(64)).is_err());
    }
}

//! `--jsonl`: a question a line in, an answer a line out.

use std::fs::File;
use std::io::{
    self, BufRead, BufReader, BufWriter, ErrorKind, IsTerminal, Read, StdoutLock, Write,
};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::problem::{Problem, Result};

/// The longest line that is read, in bytes: room for the largest document of a JSONPath with
/// every quotation mark escaped.
const MAX_LINE_BYTES: usize = 33 << 20;

/// A line's buffer is given back when it has grown beyond this, in bytes.
const KEPT_BYTES: usize = 1 << 20;

/// How often the count of lines is shown, where it is.
const PROGRESS_EVERY: Duration = Duration::from_millis(500);

const SURROGATE: &str =
    "holds half of a surrogate pair (\\uD800 to \\uDFFF), which is no character";

/// The answer to one line.
pub(super) struct Answer {
    /// The question's `id` as JSON text; null when it has none or cannot be read.
    id: String,
    /// The name and the JSON text of what was asked for, or what went wrong.
    outcome: Outcome,
}

/// The name of the answer's member with its JSON text, or the message of an error.
pub(super) type Outcome = std::result::Result<(&'static str, String), String>;

impl Answer {
    /// The answer to a line that cannot be read.
    pub(super) fn unreadable(message: String) -> Self {
        Self { id: "null".to_owned(), outcome: Err(message) }
    }

    /// Works out the answer to the question with this id. A panic, which is a bug, is an error of
    /// this line and not the end of the others.
    pub(super) fn to(id: Option<&RawValue>, work_out: impl FnOnce() -> Outcome) -> Self {
        let Ok(id) = raw(id, "id") else {
            return Self::unreadable(format!("id: {SURROGATE}"));
        };
        let outcome = catch_unwind(AssertUnwindSafe(work_out)).unwrap_or_else(|_| {
            Err("this line made the program fail, which is a bug; please report it".to_owned())
        });
        Self { id: id.unwrap_or("null").to_owned(), outcome }
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let id = &self.id;
        match &self.outcome {
            Ok((name, json)) => writeln!(out, "{{\"id\":{id},\"{name}\":{json}}}"),
            Err(message) => writeln!(out, "{{\"id\":{id},\"error\":{}}}", json_text(message)),
        }
    }
}

/// A text as a JSON string.
pub(super) fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Reads a line as an object; what is in its members is looked at later, so that an error can
/// carry the line's id.
pub(super) fn parse<'l, Q: Deserialize<'l>>(line: &'l str) -> std::result::Result<Q, String> {
    let start = line.trim_ascii_start();
    if start.is_empty() {
        return Err("the line is empty; a JSON object is wanted".to_owned());
    }
    if !start.starts_with('{') {
        return Err("the line is no JSON object; it must begin with `{`".to_owned());
    }
    serde_json::from_str(line).map_err(|error| format!("the line cannot be read: {}", said(&error)))
}

/// The text of a member that must be there.
pub(super) fn text(member: Option<&RawValue>, name: &str) -> std::result::Result<String, String> {
    match typed(member, name)? {
        Some(text) => Ok(text),
        None => Err(format!("{name}: this member is missing; a text is wanted")),
    }
}

/// A member that may be left out, as a value of this type.
pub(super) fn typed<T: DeserializeOwned>(
    member: Option<&RawValue>,
    name: &str,
) -> std::result::Result<Option<T>, String> {
    let Some(json) = raw(member, name)? else { return Ok(None) };
    serde_json::from_str(json).map_err(|error| format!("{name}: {}", said(&error))).map(Some)
}

/// A member that may be left out, as the JSON text that stands in the line.
pub(super) fn raw<'l>(
    member: Option<&'l RawValue>,
    name: &str,
) -> std::result::Result<Option<&'l str>, String> {
    match member.map(RawValue::get) {
        Some(json) if has_lone_surrogate(json) => Err(format!("{name}: {SURROGATE}")),
        json => Ok(json),
    }
}

/// The reader's message; there is one line only, so its number says nothing.
fn said(error: &serde_json::Error) -> String {
    error.to_string().replace(" at line 1 column ", " at column ")
}

/// Whether a `\u` escape in JSON text is half of a surrogate pair. Rust's texts cannot hold one,
/// and an answer to a changed question would be no answer.
pub(super) fn has_lone_surrogate(json: &str) -> bool {
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let escape = &rest[at..];
        rest = match unit(escape) {
            Some(0xD800..=0xDBFF) => match unit(&escape[6..]) {
                Some(0xDC00..=0xDFFF) => &escape[12..],
                _ => return true,
            },
            Some(0xDC00..=0xDFFF) => return true,
            Some(_) => &escape[6..],
            // `\\` is no beginning of an escape. Anything behind a backslash is ASCII in JSON.
            None => escape.get(2..).unwrap_or_default(),
        };
    }
    false
}

/// The UTF-16 unit that a text begins with when it begins with `\uXXXX`.
fn unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u32::from_str_radix(digits, 16).ok()
}

/// Answers every line of a file or of standard input, in order, as soon as it has come.
///
/// # Errors
/// When the input cannot be read or the output cannot be written; a line never is one.
pub(super) fn answer_each(
    file: Option<&Path>,
    answer: impl Fn(&str) -> Answer,
) -> Result<ExitCode> {
    let mut lines = Lines::open(file)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let mut progress = Progress::new();
    while let Some(line) = lines.next()? {
        let answer = match line {
            Ok(line) => answer(line),
            Err(message) => Answer::unreadable(message),
        };
        finish(answer.write(&mut out))?;
        if !lines.has_more_at_hand() {
            finish(out.flush())?;
        }
        progress.line();
    }
    finish(flush(out))?;
    Ok(ExitCode::SUCCESS)
}

fn flush(mut out: BufWriter<StdoutLock<'_>>) -> io::Result<()> {
    out.flush()
}

/// A reader that has gone away (`| head`) ends the program quietly.
fn finish(result: io::Result<()>) -> Result<()> {
    match result {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        Err(error) => Err(Problem::misuse(format!("standard output: {error}"))),
    }
}

/// The lines of a file.
struct Lines {
    name: String,
    reader: BufReader<Box<dyn Read>>,
    line: Vec<u8>,
    is_first: bool,
}

impl Lines {
    fn open(file: Option<&Path>) -> Result<Self> {
        let path = file.filter(|path| *path != Path::new("-"));
        let name =
            path.map_or_else(|| "standard input".to_owned(), |path| path.display().to_string());
        let input: Box<dyn Read> = match path {
            None => Box::new(io::stdin()),
            Some(path) => Box::new(
                File::open(path).map_err(|error| Problem::misuse(format!("{name}: {error}")))?,
            ),
        };
        let reader = BufReader::with_capacity(64 << 10, input);
        Ok(Self { name, reader, line: Vec::new(), is_first: true })
    }

    /// The next line without its end, or why it cannot be read; `None` at the end of the file.
    fn next(&mut self) -> Result<Option<std::result::Result<&str, String>>> {
        if self.line.capacity() > KEPT_BYTES {
            self.line = Vec::new();
        }
        self.line.clear();
        let read = self.read();
        let is_whole = read.map_err(|error| Problem::misuse(format!("{}: {error}", self.name)))?;
        if self.line.is_empty() {
            return Ok(None);
        }
        if !is_whole {
            let message = format!("the line is longer than the limit of {MAX_LINE_BYTES} bytes");
            return Ok(Some(Err(message)));
        }
        let mut bytes = self.line.as_slice();
        if std::mem::take(&mut self.is_first) {
            // Some editors put a mark in front of UTF-8.
            bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        }
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let line = std::str::from_utf8(bytes).map_err(|error| {
            format!("the line is not UTF-8: byte {} fits nowhere", error.valid_up_to() + 1)
        });
        Ok(Some(line))
    }

    /// Reads to the end of the line; `false` when the line is too long, of which the rest is
    /// passed over.
    fn read(&mut self) -> io::Result<bool> {
        let limit = MAX_LINE_BYTES as u64 + 1;
        self.reader.by_ref().take(limit).read_until(b'\n', &mut self.line)?;
        if self.line.len() <= MAX_LINE_BYTES || self.line.ends_with(b"\n") {
            return Ok(true);
        }
        self.reader.skip_until(b'\n')?;
        Ok(false)
    }

    /// Whether another line is there already, so that what was written can wait for its answer.
    fn has_more_at_hand(&self) -> bool {
        self.reader.buffer().contains(&b'\n')
    }
}

/// Counts the lines on standard error while the answers go elsewhere than to the terminal.
struct Progress {
    shown: Option<Instant>,
    lines: u64,
    has_written: bool,
}

impl Progress {
    fn new() -> Self {
        let is_wanted = io::stderr().is_terminal() && !io::stdout().is_terminal();
        Self { shown: is_wanted.then(Instant::now), lines: 0, has_written: false }
    }

    fn line(&mut self) {
        self.lines += 1;
        let Some(shown) = &mut self.shown else { return };
        if shown.elapsed() >= PROGRESS_EVERY {
            *shown = Instant::now();
            self.has_written = true;
            // A terminal that is gone needs no count.
            let _ = write!(io::stderr(), "\r{} lines", self.lines);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.has_written {
            let _ = writeln!(io::stderr(), "\r{} lines", self.lines);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_surrogate_pairs_are_found() {
        for lone in [r#""\ud800""#, r#""a\udc00b""#, r#""\uD83Dx""#, r#""\ud83d\ud83d\ude00""#] {
            assert!(has_lone_surrogate(lone), "{lone}");
        }
        for fine in [r#""\ud83d\ude00""#, r#""\\ud800""#, r#""\u00e9é\n\"""#, r#""\\\\ud800""#] {
            assert!(!has_lone_surrogate(fine), "{fine}");
        }
    }

    #[test]
    fn an_answer_is_one_line_with_the_id_as_it_was_written() {
        let id = RawValue::from_string("1.50".to_owned()).unwrap();
        let written = |answer: Answer| {
            let mut out = Vec::new();
            answer.write(&mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let answer = Answer::to(Some(&id), || Ok(("output", json_text("a\nb"))));
        assert_eq!(written(answer), "{\"id\":1.50,\"output\":\"a\\nb\"}\n");
        let answer = Answer::to(None, || Err("no \"x\"".to_owned()));
        assert_eq!(written(answer), "{\"id\":null,\"error\":\"no \\\"x\\\"\"}\n");
    }

    #[test]
    fn a_bug_is_an_error_of_its_line() {
        let id = RawValue::from_string("7".to_owned()).unwrap();
        let answer = Answer::to(Some(&id), || panic!("as a bug would"));
        assert_eq!(answer.id, "7");
        assert!(answer.outcome.is_err_and(|message| message.contains("bug")));
    }
}

//! Reads a text into segments.

use super::markup::{Token, resolve, tag};
use super::measure;
use super::{
    Document, MAX_DEPTH, MAX_TAGS, MAX_TEXT_BYTES, MAX_TOTAL_BREAK_MS, MAX_WARNINGS, SayAs,
    Segment, SsmlError, Tone,
};

/// Elements of SSML that are left out, their content spoken. Anything else in angle brackets is
/// text.
const IGNORED: [&str; 10] =
    ["audio", "desc", "lang", "lexicon", "mark", "media", "par", "phoneme", "voice", "w"];

/// Reads a text: SSML if the whole of it is a `<speak>` element, else plain text.
pub fn read(text: &str) -> Result<Document, SsmlError> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(SsmlError::TooLong(text.len()));
    }
    let Some(inner) = speak_element(text) else {
        let segment = Segment::Text { text: text.to_owned(), tone: Tone::default() };
        return Ok(Document { segments: vec![segment], ..Document::default() });
    };
    let mut reader = Reader::default();
    reader.document.language = inner.language;
    reader.content(inner.content)?;
    Ok(reader.finish())
}

struct Speak<'a> {
    content: &'a str,
    language: Option<String>,
}

/// What stands in the `<speak>` element, if the whole text is one.
fn speak_element(text: &str) -> Option<Speak<'_>> {
    let mut text = text.trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    while text.starts_with("<?") || text.starts_with("<!") {
        text = text[aside(text)?.1..].trim_start();
    }
    if !text.starts_with('<') {
        return None;
    }
    let (Token::Open { name: "speak", attributes, is_empty }, length) = tag(text)? else {
        return None;
    };
    let language = attributes.into_iter().find(|(name, _)| *name == "xml:lang");
    let language = language.map(|(_, value)| value);
    let content = &text[length..];
    if is_empty {
        return content.is_empty().then_some(Speak { content, language });
    }
    let content = content.strip_suffix('>')?.trim_end().strip_suffix("</speak")?;
    Some(Speak { content, language })
}

/// What is neither tag nor text: comments, instructions, declarations, and CDATA with its text.
fn aside(text: &str) -> Option<(&str, usize)> {
    let until = |start: &str, end: &str| {
        let body = text.strip_prefix(start)?;
        let length = body.find(end)?;
        Some((&body[..length], start.len() + length + end.len()))
    };
    if let Some((cdata, length)) = until("<![CDATA[", "]]>") {
        return Some((cdata, length));
    }
    let hidden = until("<!--", "-->")
        .or_else(|| until("<?xml", "?>"))
        .or_else(|| until("<!DOCTYPE", ">"))?;
    Some(("", hidden.1))
}

/// What an open element changes.
enum Frame {
    Tone(Tone),
    SayAs(Option<SayAs>),
    Sub,
    Bound(Segment),
    Nothing,
}

#[derive(Default)]
struct Reader<'a> {
    document: Document,
    /// The open elements.
    stack: Vec<(&'a str, Frame)>,
    /// Open elements beyond the depth that counts.
    too_deep: usize,
    text: String,
    tags: usize,
    silence_ms: u32,
    comments_end: bool,
}

impl<'a> Reader<'a> {
    fn content(&mut self, mut rest: &'a str) -> Result<(), SsmlError> {
        while let Some(at) = rest.find('<') {
            self.push(&resolve(&rest[..at]));
            rest = &rest[at..];
            rest = &rest[self.markup(rest)?..];
        }
        self.push(&resolve(rest));
        self.flush();
        Ok(())
    }

    /// Takes what begins with `<`, and gives its length.
    fn markup(&mut self, rest: &'a str) -> Result<usize, SsmlError> {
        if let Some(length) = self.take_aside(rest) {
            return Ok(length);
        }
        let Some((token, length)) = tag(rest) else {
            self.push("<");
            return Ok(1);
        };
        if !self.is_known(&token) {
            self.push(&resolve(&rest[..length]));
            return Ok(length);
        }
        self.tags += 1;
        if self.tags > MAX_TAGS {
            return Err(SsmlError::TooManyTags);
        }
        match token {
            Token::Open { name, attributes, is_empty } => self.open(name, &attributes, is_empty),
            Token::Close(name) => self.close(name),
        }
        Ok(length)
    }

    /// Once the end of an aside was looked for in vain there is none further on: without this,
    /// a text of nothing but `<!--` would be searched again and again.
    fn take_aside(&mut self, rest: &'a str) -> Option<usize> {
        if self.comments_end || !(rest.starts_with("<!") || rest.starts_with("<?")) {
            return None;
        }
        let Some((text, length)) = aside(rest) else {
            self.comments_end = true;
            return None;
        };
        self.push(text);
        Some(length)
    }

    fn is_known(&self, token: &Token<'_>) -> bool {
        let (Token::Open { name, .. } | Token::Close(name)) = token;
        let subset = ["speak", "break", "say-as", "prosody", "emphasis", "sub", "p", "s"];
        subset.contains(name) || IGNORED.contains(name)
    }

    fn open(&mut self, name: &'a str, attributes: &[(&str, String)], is_empty: bool) {
        let find = |wanted: &str| {
            attributes.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.as_str())
        };
        if name == "break" {
            self.pause(find("time"), find("strength"));
            if is_empty {
                return;
            }
        }
        self.flush();
        let frame = match name {
            "prosody" => Frame::Tone(self.prosody(find)),
            "emphasis" => Frame::Tone(self.emphasis(find("level"))),
            "say-as" => Frame::SayAs(self.say_as(find)),
            "sub" => self.sub(find("alias")),
            "p" => Frame::Bound(Segment::ParagraphEnd),
            "s" => Frame::Bound(Segment::SentenceEnd),
            "break" | "speak" => Frame::Nothing,
            other => {
                self.warn(format!("<{other}> is not supported; its content is spoken"));
                Frame::Nothing
            }
        };
        if let Frame::Bound(bound) = &frame {
            self.document.segments.push(bound.clone());
        }
        if is_empty {
            return;
        }
        match self.stack.len() < MAX_DEPTH {
            true => self.stack.push((name, frame)),
            false => self.too_deep += 1,
        }
    }

    fn close(&mut self, name: &str) {
        self.flush();
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        let Some(at) = self.stack.iter().rposition(|(open, _)| *open == name) else {
            if name != "break" {
                self.warn(format!("</{name}> closes nothing"));
            }
            return;
        };
        for (_, frame) in self.stack.drain(at..).rev() {
            if let Frame::Bound(bound) = frame {
                self.document.segments.push(bound);
            }
        }
    }

    fn pause(&mut self, time: Option<&str>, strength: Option<&str>) {
        if self.is_replaced() {
            return;
        }
        let given = time.and_then(measure::time).or_else(|| strength.and_then(measure::strength));
        if given.is_none() && (time.is_some() || strength.is_some()) {
            self.warn("a <break> has no usable time or strength; half a second is taken".into());
        }
        let wanted = given.unwrap_or(measure::DEFAULT_BREAK_MS);
        let ms = wanted.min(MAX_TOTAL_BREAK_MS - self.silence_ms);
        if ms < wanted {
            self.warn(format!("breaks beyond {MAX_TOTAL_BREAK_MS} ms are left out"));
        }
        self.flush();
        self.silence_ms += ms;
        if ms > 0 {
            self.document.segments.push(Segment::Break(ms));
        }
    }

    fn prosody<'b>(&mut self, find: impl Fn(&str) -> Option<&'b str>) -> Tone {
        let mut tone = self.tone();
        let mut value = |name: &str, read: fn(&str) -> Option<f64>| {
            let text = find(name)?;
            let value = read(text);
            if value.is_none() {
                self.warn(format!("<prosody {name}> is not understood"));
            }
            value
        };
        if let Some(rate) = value("rate", measure::rate) {
            tone.rate = (tone.rate * rate).clamp(0.25, 4.0);
        }
        if let Some(pitch) = value("pitch", measure::pitch) {
            tone.pitch = (tone.pitch + pitch).clamp(-20.0, 20.0);
        }
        if let Some(gain) = value("volume", measure::volume) {
            tone.gain_db = (tone.gain_db + gain).clamp(-96.0, 16.0);
        }
        tone
    }

    fn emphasis(&mut self, level: Option<&str>) -> Tone {
        let emphasis = measure::emphasis(level);
        if emphasis.is_none() {
            self.warn("<emphasis level> is not understood".to_owned());
        }
        Tone { emphasis: emphasis.unwrap_or_default(), ..self.tone() }
    }

    fn say_as<'b>(&mut self, find: impl Fn(&str) -> Option<&'b str>) -> Option<SayAs> {
        let own = |name: &str| find(name).map(str::to_owned);
        Some(match find("interpret-as").map(str::trim).unwrap_or_default() {
            "digits" | "vxml:digits" => SayAs::Digits,
            "characters" | "spell-out" | "spell" | "verbatim" => SayAs::Characters,
            "cardinal" | "number" | "vxml:number" => SayAs::Cardinal,
            "ordinal" => SayAs::Ordinal,
            "date" | "vxml:date" => SayAs::Date(own("format")),
            "time" | "vxml:time" => SayAs::Time,
            "telephone" | "phone" | "vxml:phone" => SayAs::Telephone,
            "currency" | "vxml:currency" => SayAs::Currency(own("format")),
            other => {
                let other: String = other.chars().take(40).collect();
                self.warn(format!("<say-as interpret-as={other:?}> is not known; read as text"));
                SayAs::Plain
            }
        })
    }

    fn sub(&mut self, alias: Option<&str>) -> Frame {
        let Some(alias) = alias else {
            self.warn("<sub> has no alias; its content is spoken".to_owned());
            return Frame::Nothing;
        };
        self.push(alias);
        self.flush();
        Frame::Sub
    }

    fn tone(&self) -> Tone {
        let tone = |frame: &Frame| match frame {
            Frame::Tone(tone) => Some(*tone),
            Frame::SayAs(_) | Frame::Sub | Frame::Bound(_) | Frame::Nothing => None,
        };
        self.stack.iter().rev().find_map(|(_, frame)| tone(frame)).unwrap_or_default()
    }

    fn push(&mut self, text: &str) {
        if !self.is_replaced() {
            self.text.push_str(text);
        }
    }

    /// Whether an alias stands for what is being read.
    fn is_replaced(&self) -> bool {
        self.stack.iter().any(|(_, frame)| matches!(frame, Frame::Sub))
    }

    /// Ends the words that were gathered.
    fn flush(&mut self) {
        if self.text.is_empty() {
            return;
        }
        let text = std::mem::take(&mut self.text);
        let tone = self.tone();
        let how = self.stack.iter().rev().find_map(|(_, frame)| match frame {
            Frame::SayAs(how) => how.clone(),
            Frame::Tone(_) | Frame::Sub | Frame::Bound(_) | Frame::Nothing => None,
        });
        self.document.segments.push(match how {
            Some(how) if !text.trim().is_empty() => Segment::SayAs { text, how, tone },
            Some(_) | None => Segment::Text { text, tone },
        });
    }

    fn warn(&mut self, warning: String) {
        let warnings = &mut self.document.warnings;
        if warnings.len() < MAX_WARNINGS && !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }

    fn finish(mut self) -> Document {
        if let Some((name, _)) = self.stack.first() {
            let warning = format!("<{name}> is not closed");
            self.warn(warning);
        }
        self.document
    }
}

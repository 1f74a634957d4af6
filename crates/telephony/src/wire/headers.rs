//! The lines of a header as they stand on the wire.

use crate::address;

/// The fields that are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Via,
    From,
    To,
    CallId,
    CSeq,
    ContentLength,
    MaxForwards,
    Contact,
    Other,
}

impl Name {
    /// How many there are.
    pub(super) const COUNT: usize = Self::Other as usize + 1;

    fn of(name: &str) -> Self {
        const NAMES: [(&str, &str, Name); 8] = [
            ("via", "v", Name::Via),
            ("from", "f", Name::From),
            ("to", "t", Name::To),
            ("call-id", "i", Name::CallId),
            ("cseq", "cseq", Name::CSeq),
            ("content-length", "l", Name::ContentLength),
            ("max-forwards", "max-forwards", Name::MaxForwards),
            ("contact", "m", Name::Contact),
        ];
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        let found = NAMES.iter().find(|(long, short, _)| is(long) || is(short));
        found.map_or(Self::Other, |(_, _, name)| *name)
    }

    /// Whether a message has it once.
    pub(super) fn is_single(self) -> bool {
        match self {
            Self::Via | Self::Contact | Self::Other => false,
            Self::From
            | Self::To
            | Self::CallId
            | Self::CSeq
            | Self::ContentLength
            | Self::MaxForwards => true,
        }
    }

    /// The reason phrase for a bad value.
    pub(super) fn fault(self) -> &'static str {
        match self {
            Self::Via => "Malformed Via",
            Self::From => "Malformed From",
            Self::To => "Malformed To",
            Self::CallId => "Malformed Call-ID",
            Self::CSeq => "Malformed CSeq",
            Self::ContentLength => "Malformed Content-Length",
            Self::MaxForwards => "Malformed Max-Forwards",
            Self::Contact => "Malformed Contact",
            Self::Other => "Malformed Header Field",
        }
    }
}

/// One field: a line with those that continue it.
pub(super) struct Field<'a> {
    pub(super) name: Name,
    /// The value without the space around it; line ends of continued lines are in it.
    pub(super) value: &'a str,
}

impl<'a> Field<'a> {
    /// None when the line is not text or has no name.
    pub(super) fn parse(line: &'a [u8]) -> Option<Self> {
        let (name, value) = str::from_utf8(line).ok()?.split_once(':')?;
        let name = name.trim_end_matches([' ', '\t']);
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
        is_name.then(|| Self { name: Name::of(name), value: value.trim() })
    }

    /// Whether it is a `Via` with space around the slashes of a protocol.
    pub(super) fn has_odd_protocol(&self) -> bool {
        let is_odd = |via: &str| {
            let mut parts = via.trim_start().splitn(3, '/');
            let (name, version) = (parts.next(), parts.next());
            let has_space = |part: Option<&str>| {
                part.is_some_and(|part| part.contains(|c: char| c.is_ascii_whitespace()))
            };
            has_space(name)
                || has_space(version)
                || parts.next().is_some_and(|rest| rest.starts_with(|c: char| c.is_whitespace()))
        };
        self.name == Name::Via && address::split_list(self.value).any(is_odd)
    }

    /// Whether it is an address with space around the `=` of a parameter.
    pub(super) fn has_odd_parameter(&self) -> bool {
        let (_, params) = split_params(self.value);
        let is_space = |c: Option<char>| c.is_some_and(char::is_whitespace);
        let is_odd = |part: &str| {
            part.split_once('=').is_some_and(|(name, value)| {
                is_space(name.chars().next_back()) || is_space(value.chars().next())
            })
        };
        matches!(self.name, Name::From | Name::To) && params.split(';').any(is_odd)
    }

    /// The value on one line.
    pub(super) fn unfolded(&self) -> String {
        let is_control = |c: char| c.is_control() && c != '\t';
        let lines = self.value.split(['\r', '\n']).map(str::trim).filter(|line| !line.is_empty());
        lines.collect::<Vec<_>>().join(" ").replace(is_control, " ")
    }
}

/// An address, and the parameters of its header.
pub(super) fn split_params(value: &str) -> (&str, &str) {
    match value.rfind('>') {
        Some(at) => value.split_at(at + 1),
        None => value.split_at(value.find(';').unwrap_or(value.len())),
    }
}

/// Splits a head into lines; a line that begins with space continues the one before.
pub(super) struct Lines<'a>(&'a [u8]);

impl<'a> Lines<'a> {
    pub(super) fn new(head: &'a [u8]) -> Self {
        Self(head)
    }

    /// What has not been split yet.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.0
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.0.is_empty() {
            return None;
        }
        let mut from = 0;
        let end = loop {
            let Some(at) = self.0[from..].iter().position(|byte| *byte == b'\n') else {
                break self.0.len();
            };
            from += at + 1;
            if !matches!(self.0.get(from), Some(b' ' | b'\t')) {
                break from;
            }
        };
        let (line, rest) = self.0.split_at(end);
        self.0 = rest;
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }
}

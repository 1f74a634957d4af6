//! The pieces that the lexer cuts a template into.

/// A piece of a template.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token<'s> {
    pub(crate) kind: Kind<'s>,
    /// First byte in the source.
    pub(crate) start: usize,
    /// First byte after it.
    pub(crate) end: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind<'s> {
    /// Text outside of all delimiters.
    Text(&'s str),
    /// `{{`
    PrintStart,
    /// `}}`
    PrintEnd,
    /// `{%` and the tag's name.
    Tag(&'s str),
    /// `%}`
    TagEnd,
    Name(&'s str),
    Long(i64),
    Double(f64),
    /// Quoted text, without quotes and escapes.
    Str(String),
    /// `"` of a text with `#{ }` in it; the parts follow.
    StrStart,
    /// `#{`
    InterpolationStart,
    /// `}` of a `#{`
    InterpolationEnd,
    /// The closing `"`.
    StrEnd,
    Operator(Operator),
    /// One of `( ) [ ] { } , ? : . =`
    Punctuation(u8),
    End,
}

impl Kind<'_> {
    /// The piece in the words of error messages.
    pub(crate) fn describe(&self) -> String {
        match self {
            Kind::Text(_) => "text".into(),
            Kind::PrintStart => "`{{`".into(),
            Kind::PrintEnd => "the end of the expression".into(),
            Kind::Tag(name) => format!("the tag `{name}`"),
            Kind::TagEnd => "the end of the tag".into(),
            Kind::Name(name) => format!("`{name}`"),
            Kind::Long(number) => format!("the number {number}"),
            Kind::Double(number) => format!("the number {number}"),
            Kind::Str(_) | Kind::StrStart | Kind::StrEnd => "a text".into(),
            Kind::InterpolationStart => "`#{`".into(),
            Kind::InterpolationEnd => "the `}` of `#{…}`".into(),
            Kind::Operator(operator) => format!("`{}`", operator.symbol()),
            Kind::Punctuation(byte) => format!("`{}`", char::from(*byte)),
            Kind::End => "the end of the template".into(),
        }
    }
}

/// An operator as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Or,
    And,
    Is,
    IsNot,
    Contains,
    Equal,
    Equals,
    NotEqual,
    Less,
    Greater,
    AtMost,
    AtLeast,
    Plus,
    Minus,
    Times,
    Divide,
    Modulo,
    Pipe,
    Tilde,
    Range,
    Not,
}

impl Operator {
    /// Longest first, so that no operator hides one that it begins.
    pub(crate) const ALL: [Operator; 21] = [
        Operator::Contains,
        Operator::Equals,
        Operator::IsNot,
        Operator::And,
        Operator::Not,
        Operator::Is,
        Operator::Or,
        Operator::Equal,
        Operator::NotEqual,
        Operator::AtMost,
        Operator::AtLeast,
        Operator::Range,
        Operator::Less,
        Operator::Greater,
        Operator::Plus,
        Operator::Minus,
        Operator::Times,
        Operator::Divide,
        Operator::Modulo,
        Operator::Pipe,
        Operator::Tilde,
    ];

    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Operator::Or => "or",
            Operator::And => "and",
            Operator::Is => "is",
            Operator::IsNot => "is not",
            Operator::Contains => "contains",
            Operator::Equal => "==",
            Operator::Equals => "equals",
            Operator::NotEqual => "!=",
            Operator::Less => "<",
            Operator::Greater => ">",
            Operator::AtMost => "<=",
            Operator::AtLeast => ">=",
            Operator::Plus => "+",
            Operator::Minus => "-",
            Operator::Times => "*",
            Operator::Divide => "/",
            Operator::Modulo => "%",
            Operator::Pipe => "|",
            Operator::Tilde => "~",
            Operator::Range => "..",
            Operator::Not => "not",
        }
    }

    /// How tightly it binds between two operands; `None` when it takes only one.
    pub(crate) fn precedence(self) -> Option<u16> {
        Some(match self {
            Operator::Or => 10,
            Operator::And => 15,
            Operator::Is | Operator::IsNot | Operator::Contains => 20,
            Operator::Equal
            | Operator::Equals
            | Operator::NotEqual
            | Operator::Less
            | Operator::Greater
            | Operator::AtMost
            | Operator::AtLeast => 30,
            Operator::Plus | Operator::Minus => 40,
            Operator::Times | Operator::Divide | Operator::Modulo => 60,
            Operator::Pipe => 100,
            Operator::Tilde => 110,
            Operator::Range => 120,
            Operator::Not => return None,
        })
    }
}

/// How tightly `not`, `+` and `-` before an operand bind.
pub(crate) const UNARY_PRECEDENCE: u16 = 500;

//! A JSON number: its token as the source wrote it, and the Java class that its value would have.

use crate::decimal::Decimal;

/// A JSON number.
///
/// It prints as the source wrote it ([`Display`](std::fmt::Display)); where the source wrote what
/// no JSON may contain (`01`, `5.`), or where a function computed it, it prints as Java would (`1`,
/// `5.0`, `50.0`). Two numbers are `==` when class and token are the same; to compare by value use
/// [`Number::as_i64`] or [`Number::as_f64`].
#[derive(Debug, Clone, PartialEq)]
pub struct Number(Form);

#[derive(Debug, Clone, PartialEq)]
enum Form {
    /// An integer whose canonical text is its token.
    Int(i64),
    /// A number made by a function, or NaN.
    Double(f64),
    /// Anything else the source wrote.
    Token { token: Box<str>, class: Class },
}

/// The Java class that json-smart would store the value in (`Integer` and `Long` are told apart by
/// the value).
#[derive(Debug, Clone, Copy, PartialEq)]
enum Class {
    Long(i64),
    BigInteger,
    Double(f64),
    BigDecimal,
}

/// json-smart keeps longer decimal tokens as `BigDecimal`.
const LONGEST_DOUBLE: usize = 18;

impl Number {
    /// The number that an integer token stands for: an optional `-`, then digits (or none: 0).
    pub(crate) fn from_integer_token(token: &str) -> Number {
        let longest_long = if token.starts_with('-') { 20 } else { 19 };
        if token == "-" {
            return Number::token(token, Class::Long(0));
        }
        match token.parse::<i64>() {
            Ok(value) if token.len() <= longest_long => {
                if is_canonical(token) {
                    Number(Form::Int(value))
                } else {
                    Number::token(token, Class::Long(value))
                }
            }
            _ => Number::token(token, Class::BigInteger),
        }
    }

    /// The number that a token with a fraction or an exponent stands for, unless Java could not
    /// read it either.
    pub(crate) fn from_decimal_token(token: &str) -> Option<Number> {
        let class = if token.len() > LONGEST_DOUBLE {
            Decimal::parse(token)?;
            Class::BigDecimal
        } else {
            Class::Double(parse_double(token)?)
        };
        Some(Number::token(token, class))
    }

    /// The number that a token of strict JSON stands for.
    pub(crate) fn from_strict_token(token: &str) -> Number {
        if !token.bytes().any(|b| matches!(b, b'.' | b'e' | b'E')) {
            return Number::from_integer_token(token);
        }
        // Only an exponent beyond Java's range has no Java reading: it is infinite or zero.
        Number::from_decimal_token(token)
            .unwrap_or_else(|| Number::token(token, Class::Double(token.parse().unwrap_or(0.0))))
    }

    fn token(token: &str, class: Class) -> Number {
        Number(Form::Token { token: token.into(), class })
    }

    /// The value as an integer, where it is one and fits.
    pub fn as_i64(&self) -> Option<i64> {
        match &self.0 {
            Form::Int(value) | Form::Token { class: Class::Long(value), .. } => Some(*value),
            Form::Double(_) | Form::Token { .. } => None,
        }
    }

    /// The value as a double, rounded where it has more digits; may be NaN or infinite.
    pub fn as_f64(&self) -> f64 {
        match &self.0 {
            Form::Int(value) | Form::Token { class: Class::Long(value), .. } => *value as f64,
            Form::Double(value) | Form::Token { class: Class::Double(value), .. } => *value,
            Form::Token { token, .. } => token.parse().unwrap_or(f64::NAN),
        }
    }

    /// Whether Java would hold it as `Integer`, `Long` or `BigInteger`.
    pub fn is_integer(&self) -> bool {
        matches!(
            self.0,
            Form::Int(_) | Form::Token { class: Class::Long(_) | Class::BigInteger, .. }
        )
    }

    /// Whether Java would hold it as `Double`.
    pub(crate) fn is_double(&self) -> bool {
        matches!(self.class(), Class::Double(_))
    }

    /// The text that Java prints for the value: `1.10` is `1.1`, `1e7` is `1.0E7`.
    pub fn to_java_text(&self) -> String {
        match &self.0 {
            Form::Int(value) | Form::Token { class: Class::Long(value), .. } => value.to_string(),
            Form::Double(value) | Form::Token { class: Class::Double(value), .. } => {
                java_double(*value)
            }
            Form::Token { token, .. } => {
                Decimal::parse(token).map_or_else(|| token.to_string(), |d| d.to_text())
            }
        }
    }

    /// The value in decimal; none for NaN and the infinities.
    pub(crate) fn to_decimal(&self) -> Option<Decimal> {
        match &self.0 {
            Form::Token { token, class: Class::BigInteger | Class::BigDecimal } => {
                Decimal::parse(token)
            }
            Form::Int(_) | Form::Double(_) | Form::Token { .. } => {
                Decimal::parse(&self.to_java_text())
            }
        }
    }

    /// Java's `equals`: the class must be the same too, so that `1` and `1.0` differ.
    pub(crate) fn java_equals(&self, other: &Number) -> bool {
        match (self.class(), other.class()) {
            (Class::Long(a), Class::Long(b)) => a == b,
            (Class::Double(a), Class::Double(b)) => a.to_bits() == b.to_bits(),
            (Class::BigInteger, Class::BigInteger) | (Class::BigDecimal, Class::BigDecimal) => {
                self.to_decimal() == other.to_decimal()
            }
            _ => false,
        }
    }

    fn class(&self) -> Class {
        match &self.0 {
            Form::Int(value) => Class::Long(*value),
            Form::Double(value) => Class::Double(*value),
            Form::Token { class, .. } => *class,
        }
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Form::Int(value) => write!(f, "{value}"),
            Form::Token { token, .. } if is_json_number(token) => f.write_str(token),
            Form::Double(_) | Form::Token { .. } => f.write_str(&self.to_java_text()),
        }
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Number(Form::Int(value))
    }
}

impl From<f64> for Number {
    fn from(value: f64) -> Self {
        Number(Form::Double(value))
    }
}

/// Whether an integer's token is how the integer prints: no `01`, no `-0`, no `+1`.
fn is_canonical(token: &str) -> bool {
    let digits = token.strip_prefix('-').unwrap_or(token).as_bytes();
    match digits.first() {
        Some(b'0') => token == "0",
        Some(first) => first.is_ascii_digit(),
        None => false,
    }
}

/// Java's `Double.parseDouble`, as far as a number token can tell it from Rust's reading.
fn parse_double(token: &str) -> Option<f64> {
    let number_like = token.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    if number_like { token.parse().ok() } else { None }
}

/// The grammar of RFC 8259, section 6.
fn is_json_number(token: &str) -> bool {
    let bytes = token.strip_prefix('-').unwrap_or(token).as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut at = digits(0);
    if at == 0 || (at > 1 && bytes[0] == b'0') {
        return false;
    }
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        if fraction == 0 {
            return false;
        }
        at += 1 + fraction;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        at += 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at);
        if exponent == 0 {
            return false;
        }
        at += exponent;
    }
    at == bytes.len()
}

/// Java's `Double.toString`: plain between 0.001 and 10,000,000, else with an exponent.
fn java_double(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let magnitude = value.abs();
    if value == 0.0 || (1e-3..1e7).contains(&magnitude) {
        return format!("{value:?}");
    }
    let scientific = format!("{value:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let point = if mantissa.contains('.') { "" } else { ".0" };
    format!("{mantissa}{point}E{exponent}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_the_source_where_it_is_json() {
        let int = |t| Number::from_integer_token(t).to_string();
        assert_eq!(int("42"), "42");
        assert_eq!(int("-0"), "-0");
        assert_eq!(int("007"), "7");
        assert_eq!(int("-"), "0");
        assert_eq!(int("12345678901234567890"), "12345678901234567890");
        let dec = |t| Number::from_decimal_token(t).unwrap().to_string();
        assert_eq!(dec("1.10"), "1.10");
        assert_eq!(dec("1E400"), "1E400");
        assert_eq!(dec("5."), "5.0");
        assert_eq!(dec("-.5"), "-0.5");
    }

    #[test]
    fn computed_doubles_print_as_java() {
        let text = |v: f64| Number::from(v).to_string();
        assert_eq!(text(50.0), "50.0");
        assert_eq!(text(1e7), "1.0E7");
        assert_eq!(text(12_345_678.5), "1.23456785E7");
        assert_eq!(text(0.000_12), "1.2E-4");
        assert_eq!(text(-0.0), "-0.0");
        assert_eq!(text(f64::INFINITY), "Infinity");
    }

    #[test]
    fn classes_follow_the_token() {
        assert_eq!(Number::from_integer_token("9223372036854775807").as_i64(), Some(i64::MAX));
        assert_eq!(Number::from_integer_token("9223372036854775808").as_i64(), None);
        let one = Number::from_integer_token("1");
        assert!(!one.java_equals(&Number::from_decimal_token("1.0").unwrap()));
        assert!(one.java_equals(&Number::from_integer_token("01")));
        assert!(Number::from_decimal_token("-e5").is_none());
        assert!(Number::from_decimal_token("1e99999999999999999999").is_none());
    }
}

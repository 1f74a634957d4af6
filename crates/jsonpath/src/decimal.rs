//! Decimal numbers of any size, compared and printed as Java's `BigDecimal` does.
//!
//! Filters compare numbers in decimal, so that `8.95 == 8.950` and `2 == 2.0` hold exactly.

use std::cmp::Ordering;

/// `(-1)^negative * digits * 10^-scale`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decimal {
    negative: bool,
    /// ASCII digits without leading zeros; `0` alone for zero.
    digits: String,
    scale: i64,
}

impl Decimal {
    /// Reads `[+-] digits [. digits] [eE [+-] digits]`, with a digit before or after the point.
    pub(crate) fn parse(text: &str) -> Option<Decimal> {
        let (negative, rest) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = match rest.find(['e', 'E']) {
            Some(at) => (&rest[..at], parse_exponent(&rest[at + 1..])?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let scale = i64::try_from(fraction.len()).ok()? - exponent;
        i32::try_from(scale).ok()?;
        Some(Decimal { negative, digits: without_leading_zeros(whole, fraction), scale })
    }

    fn is_zero(&self) -> bool {
        self.digits == "0"
    }

    /// The power of ten of the first digit.
    fn adjusted(&self) -> i64 {
        self.digits.len() as i64 - 1 - self.scale
    }

    /// Compares the values, whatever the number of zeros behind the point.
    pub(crate) fn compare(&self, other: &Decimal) -> Ordering {
        match (self.sign(), other.sign()) {
            (left, right) if left != right => left.cmp(&right),
            (0, _) => Ordering::Equal,
            (sign, _) if sign > 0 => self.compare_magnitude(other),
            _ => other.compare_magnitude(self),
        }
    }

    fn sign(&self) -> i8 {
        match (self.is_zero(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }

    fn compare_magnitude(&self, other: &Decimal) -> Ordering {
        let trimmed = |digits: &'_ str| digits.trim_end_matches('0').len();
        self.adjusted().cmp(&other.adjusted()).then_with(|| {
            self.digits[..trimmed(&self.digits)].cmp(&other.digits[..trimmed(&other.digits)])
        })
    }

    /// The integer part's low 32 bits, as Java narrows a `BigDecimal` to an `int`.
    pub(crate) fn to_i32_wrapping(&self) -> i32 {
        let kept = self.digits.len() as i64 - self.scale;
        let zeros = (-self.scale).max(0);
        // Thirty-two factors of ten hold thirty-two factors of two: nothing of the value is left.
        if kept <= 0 || zeros >= 32 {
            return 0;
        }
        let kept = usize::try_from(kept).unwrap_or(usize::MAX).min(self.digits.len());
        let push = |value: u32, digit: u8| {
            value.wrapping_mul(10).wrapping_add(u32::from(digit.wrapping_sub(b'0')))
        };
        let mut value = self.digits.as_bytes()[..kept].iter().fold(0, |v, d| push(v, *d));
        for _ in 0..zeros {
            value = push(value, b'0');
        }
        let value = value as i32;
        if self.negative { value.wrapping_neg() } else { value }
    }

    /// Java's `BigDecimal.toString`: plain while the exponent is small, `1.0E+7` beyond.
    pub(crate) fn to_text(&self) -> String {
        let sign = if self.negative && !self.is_zero() { "-" } else { "" };
        if self.scale == 0 {
            return format!("{sign}{}", self.digits);
        }
        let adjusted = self.adjusted();
        if self.scale > 0 && adjusted >= -6 {
            return format!("{sign}{}", self.plain());
        }
        let (first, rest) = self.digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        if adjusted == 0 {
            return format!("{sign}{first}{point}{rest}");
        }
        let plus = if adjusted > 0 { "+" } else { "" };
        format!("{sign}{first}{point}{rest}E{plus}{adjusted}")
    }

    /// The digits with the point in its place; only for small positive scales.
    fn plain(&self) -> String {
        let scale = usize::try_from(self.scale).unwrap_or(0);
        match self.digits.len().checked_sub(scale) {
            Some(whole) if whole > 0 => {
                format!("{}.{}", &self.digits[..whole], &self.digits[whole..])
            }
            _ => format!("0.{}{}", "0".repeat(scale - self.digits.len()), self.digits),
        }
    }
}

fn parse_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits_only = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let value = if digits_only { text.parse::<i64>().ok()? } else { return None };
    (value.unsigned_abs() <= 1 << 31).then_some(value)
}

fn without_leading_zeros(whole: &str, fraction: &str) -> String {
    let mut digits = String::with_capacity(whole.len() + fraction.len());
    digits.push_str(whole.trim_start_matches('0'));
    digits.push_str(if digits.is_empty() { fraction.trim_start_matches('0') } else { fraction });
    if digits.is_empty() {
        digits.push('0');
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(source: &str) -> String {
        Decimal::parse(source).unwrap().to_text()
    }

    #[test]
    fn prints_as_java() {
        assert_eq!(text("12.50"), "12.50");
        assert_eq!(text("1.0E7"), "1.0E+7");
        assert_eq!(text("1.2345678E7"), "12345678");
        assert_eq!(text("0.0000001"), "1E-7");
        assert_eq!(text("-0.001"), "-0.001");
        assert_eq!(text("1E400"), "1E+400");
        assert_eq!(text("0.00"), "0.00");
        assert_eq!(text("-0.0"), "0.0");
        assert_eq!(text("5."), "5");
        assert_eq!(text("+.5"), "0.5");
    }

    #[test]
    fn refuses_what_is_no_number() {
        for source in ["", "-", ".", "1e", "1e+", "--1", "1.2.3", "e5", "NaN", "1e99999999999"] {
            assert_eq!(Decimal::parse(source), None, "{source}");
        }
    }

    #[test]
    fn compares_by_value() {
        let compare = |a, b| Decimal::parse(a).unwrap().compare(&Decimal::parse(b).unwrap());
        assert_eq!(compare("8.95", "8.950"), Ordering::Equal);
        assert_eq!(compare("1e2", "100.0"), Ordering::Equal);
        assert_eq!(compare("-0", "0.0"), Ordering::Equal);
        assert_eq!(compare("-1", "0.5"), Ordering::Less);
        assert_eq!(compare("-10", "-9"), Ordering::Less);
        assert_eq!(compare("99", "1e2"), Ordering::Less);
        assert_eq!(compare("1.11", "1.1"), Ordering::Greater);
        assert_eq!(compare("0", "1e-300"), Ordering::Less);
    }

    #[test]
    fn narrows_to_32_bits() {
        let narrow = |a| Decimal::parse(a).unwrap().to_i32_wrapping();
        assert_eq!(narrow("2.9"), 2);
        assert_eq!(narrow("-2.9"), -2);
        assert_eq!(narrow("4294967297"), 1);
        assert_eq!(narrow("1e2"), 100);
        assert_eq!(narrow("1e300000"), 0);
        assert_eq!(narrow("0.5"), 0);
    }
}

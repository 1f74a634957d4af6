//! Numbers as Java computes with them and prints them.

use std::fmt::Write;

use super::Value;

/// A number, widened to the least type that Pebble computes in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Number {
    Int(i32),
    Long(i64),
    Double(f64),
}

impl Number {
    /// The number that a value is, if it is one. A whole number beyond 64 bits is cut to its low
    /// 32, as Pebble does.
    #[inline]
    pub(crate) fn of(value: &Value<'_>) -> Option<Self> {
        match value {
            Value::Int(value) => Some(Number::Int(*value)),
            Value::Long(value) => Some(Number::Long(*value)),
            Value::Double(value) => Some(Number::Double(*value)),
            Value::Big(digits) => Some(Number::Int(low_bits(digits))),
            _ => None,
        }
    }

    #[allow(clippy::cast_precision_loss)] // as in Java
    pub(crate) fn to_f64(self, value: &Value<'_>) -> f64 {
        match (self, value) {
            (_, Value::Big(digits)) => digits.parse().unwrap_or(f64::NAN),
            (Number::Int(number), _) => f64::from(number),
            (Number::Long(number), _) => number as f64,
            (Number::Double(number), _) => number,
        }
    }

    /// Java's `longValue`: decimals are cut off, and what is too large saturates.
    #[allow(clippy::cast_possible_truncation)]
    pub(crate) fn to_i64(self) -> i64 {
        match self {
            Number::Int(number) => i64::from(number),
            Number::Long(number) => number,
            Number::Double(number) => number as i64,
        }
    }
}

/// The low 32 bits of a decimal number (`BigInteger.intValue`).
fn low_bits(digits: &str) -> i32 {
    let (negative, digits) = match digits.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, digits),
    };
    let bits = digits
        .bytes()
        .fold(0u32, |sum, digit| sum.wrapping_mul(10).wrapping_add(u32::from(digit & 15)));
    if negative { bits.wrapping_neg().cast_signed() } else { bits.cast_signed() }
}

/// Writes a double as `Double.toString` does: at least one decimal, and an exponent below 10⁻³ and
/// from 10⁷ on.
pub(crate) fn push_double(out: &mut String, value: f64) {
    if value.is_nan() {
        return out.push_str("NaN");
    }
    if value.is_sign_negative() {
        out.push('-');
    }
    let value = value.abs();
    if value.is_infinite() {
        return out.push_str("Infinity");
    }
    if value == 0.0 {
        return out.push_str("0.0");
    }
    if value == f64::from_bits(1) {
        return out.push_str("4.9E-324"); // Java always gives two digits here
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits: String = mantissa.chars().filter(|&c| c != '.').collect();
    let exponent: i32 = exponent.parse().unwrap_or(0);
    match exponent {
        -3..0 => {
            out.push_str("0.");
            out.extend(std::iter::repeat_n('0', exponent.unsigned_abs() as usize - 1));
            out.push_str(&digits);
        }
        0..7 => {
            let whole = exponent.unsigned_abs() as usize + 1;
            let (before, after) = digits.split_at(whole.min(digits.len()));
            out.push_str(before);
            out.extend(std::iter::repeat_n('0', whole - before.len()));
            out.push('.');
            out.push_str(if after.is_empty() { "0" } else { after });
        }
        _ => {
            let (first, rest) = digits.split_at(1);
            let rest = if rest.is_empty() { "0" } else { rest };
            // Writing to a String cannot fail.
            let _ = write!(out, "{first}.{rest}E{exponent}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_print_as_in_java() {
        for (value, text) in [
            (1.0, "1.0"),
            (1e7, "1.0E7"),
            (9_999_999.0, "9999999.0"),
            (0.001, "0.001"),
            (0.000_9, "9.0E-4"),
            (-0.0, "-0.0"),
            (123.456, "123.456"),
            (1e21, "1.0E21"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            let mut out = String::new();
            push_double(&mut out, value);
            assert_eq!(out, text);
        }
    }

    #[test]
    fn big_numbers_are_cut_to_32_bits() {
        assert_eq!(low_bits("12345678901234567890"), -350_287_150);
        assert_eq!(low_bits("-1"), -1);
    }
}

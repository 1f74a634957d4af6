//! The patterns of Java's `DecimalFormat`, with the symbols of the United States.

use std::fmt::Write;

use crate::error::{Failure, RenderErrorKind, fail, value_error};
use crate::value::{Number, Value};

/// A pattern may be so long, in bytes.
const MAX_LENGTH: usize = 200;
/// Decimals that are printed at most; a double has no more than 1074.
const MAX_DECIMALS: usize = 340;

/// A pattern, read.
#[derive(Debug, Clone, Default)]
pub(crate) struct DecimalPattern {
    prefix: String,
    suffix: String,
    /// Of numbers below zero, where the pattern gives its own.
    negative: Option<(String, String)>,
    /// Digits before the point: at least so many.
    min_whole: usize,
    /// The same with the `#` before them; matters with exponents alone.
    max_whole: usize,
    min_decimals: usize,
    max_decimals: usize,
    /// Digits in a group; 0 is no grouping.
    group: usize,
    /// 2 for per cent, 3 for per mille.
    shift: usize,
    /// Digits of the exponent, at least.
    exponent: Option<usize>,
}

impl DecimalPattern {
    /// Reads a pattern.
    pub(crate) fn parse(pattern: &str) -> Result<Self, Failure> {
        if pattern.len() > MAX_LENGTH {
            return fail(RenderErrorKind::Limit, "a number format is longer than 200 bytes");
        }
        if pattern.is_empty() {
            return Ok(Self { max_decimals: MAX_DECIMALS, ..Self::default() });
        }
        let (mut positive, rest) = Self::part(pattern, pattern)?;
        if let Some(rest) = rest {
            let (negative, more) = Self::part(rest, pattern)?;
            if more.is_some() {
                return Self::malformed(pattern, ';');
            }
            let affixes = (negative.prefix, negative.suffix);
            if affixes != (positive.prefix.clone(), positive.suffix.clone()) {
                positive.negative = Some(affixes);
            }
        }
        Ok(positive)
    }

    fn malformed<T>(pattern: &str, c: char) -> Result<T, Failure> {
        value_error(format!("`{c}` is out of place in the number format `{pattern}`"))
    }

    /// One side of the `;`, and what is behind it.
    fn part<'p>(part: &'p str, pattern: &str) -> Result<(Self, Option<&'p str>), Failure> {
        let mut made = Self::default();
        let mut digits = Digits::default();
        let mut quoted = false;
        let mut rest = part.char_indices().peekable();
        while let Some((at, c)) = rest.next() {
            if c == '\'' {
                if rest.next_if(|&(_, next)| next == '\'').is_some() {
                    made.affix(&digits).push('\'');
                } else {
                    quoted = !quoted;
                }
            } else if quoted {
                made.affix(&digits).push(c);
            } else if c == ';' {
                digits.fill(&mut made, pattern)?;
                return Ok((made, Some(&part[at + 1..])));
            } else if "#0,.".contains(c) {
                if digits.done || !digits.take(c) {
                    return Self::malformed(pattern, c);
                }
            } else if c == 'E' && digits.started && !digits.done {
                let mut zeros = 0;
                while rest.next_if(|&(_, next)| next == '0').is_some() {
                    zeros += 1;
                }
                if zeros == 0 || digits.grouped.is_some() {
                    return Self::malformed(pattern, 'E');
                }
                made.exponent = Some(zeros);
                digits.done = true;
            } else {
                digits.done |= digits.started;
                match c {
                    '%' => made.shift = 2,
                    '‰' => made.shift = 3,
                    _ => {}
                }
                made.affix(&digits).push(if c == '¤' { '$' } else { c });
            }
        }
        if quoted {
            return Self::malformed(pattern, '\'');
        }
        digits.fill(&mut made, pattern)?;
        Ok((made, None))
    }

    fn affix(&mut self, digits: &Digits) -> &mut String {
        if digits.started { &mut self.suffix } else { &mut self.prefix }
    }

    /// Prints a number.
    pub(crate) fn print(&self, value: &Value<'_>) -> String {
        let (negative, body) = match decimal(value) {
            Ok((negative, digits, point)) => {
                let point = point + i64::try_from(self.shift).unwrap_or(0);
                let body = match self.exponent {
                    Some(least) => self.scientific(&digits, point, least),
                    None => self.plain(&digits, point),
                };
                (negative, body)
            }
            Err("NaN") => return "NaN".to_owned(),
            Err(infinite) => (infinite.starts_with('-'), "∞".to_owned()),
        };
        match (&self.negative, negative) {
            (_, false) => format!("{}{body}{}", self.prefix, self.suffix),
            (Some((prefix, suffix)), true) => format!("{prefix}{body}{suffix}"),
            (None, true) => format!("-{}{body}{}", self.prefix, self.suffix),
        }
    }

    fn plain(&self, digits: &[u8], point: i64) -> String {
        let (digits, point) = round(digits, point, self.max_decimals);
        let (whole, decimals) = self.padded(&digits, point);
        let mut out = String::new();
        let whole = whole.trim_start_matches('0');
        let width = whole.len().max(self.min_whole);
        for at in 0..width {
            let left = width - at;
            if at > 0 && self.group > 0 && left.is_multiple_of(self.group) {
                out.push(',');
            }
            let digit = (at + whole.len()).checked_sub(width).map(|at| whole.as_bytes()[at]);
            out.push(char::from(digit.unwrap_or(b'0')));
        }
        self.push_decimals(&mut out, &decimals);
        out
    }

    /// Digits before and after the point.
    fn padded(&self, digits: &[u8], point: i64) -> (String, String) {
        let digit = |at: i64| {
            let at = usize::try_from(at).ok();
            char::from(at.and_then(|at| digits.get(at)).copied().unwrap_or(b'0'))
        };
        let whole = (0..point.max(0)).map(digit).collect();
        let end = i64::try_from(digits.len()).unwrap_or(i64::MAX);
        let decimals = (point..end.max(point)).map(digit).collect();
        (whole, decimals)
    }

    fn push_decimals(&self, out: &mut String, decimals: &str) {
        let decimals = decimals.trim_end_matches('0');
        let missing = self.min_decimals.saturating_sub(decimals.len());
        if out.is_empty() && decimals.is_empty() && missing == 0 {
            out.push('0');
        }
        if !decimals.is_empty() || missing > 0 {
            out.push('.');
            out.push_str(decimals);
            out.extend(std::iter::repeat_n('0', missing));
        }
    }

    /// With an exponent. As many digits are kept as stand in the pattern: Java's documentation
    /// says otherwise for `##0.#E0`, its code does not.
    fn scientific(&self, digits: &[u8], point: i64, least: usize) -> String {
        let place = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let kept = place((self.max_whole + self.max_decimals).max(1));
        let (digits, point) = round_at(digits, point, kept - point);
        let repeat = place(self.max_whole);
        let (exponent, min_whole) = match self.max_whole > 1 && self.max_whole > self.min_whole {
            // The exponent is a multiple of the digits before the point.
            true => ((point - 1).div_euclid(repeat) * repeat, 1),
            false => (point - place(self.min_whole), self.min_whole),
        };
        let exponent = if digits.is_empty() { 0 } else { exponent };
        let point = if digits.is_empty() { place(min_whole) } else { point - exponent };
        let (whole, decimals) = self.padded(&digits, point);
        let mut out = whole;
        while out.len() < min_whole {
            out.insert(0, '0');
        }
        self.push_decimals(&mut out, &decimals);
        // Writing to a String cannot fail.
        let _ = match exponent < 0 {
            true => write!(out, "E-{:0least$}", exponent.unsigned_abs()),
            false => write!(out, "E{exponent:0least$}"),
        };
        out
    }
}

/// The digits of a pattern while it is read.
#[derive(Default)]
struct Digits {
    started: bool,
    done: bool,
    /// `#` before the first `0`.
    left: usize,
    zeros: usize,
    /// `#` behind the last `0`.
    right: usize,
    /// Digits before the point, once that has been seen.
    point: Option<usize>,
    /// Digits since the last `,`.
    grouped: Option<usize>,
}

impl Digits {
    fn take(&mut self, c: char) -> bool {
        self.started = true;
        let group = |grouped: &mut Option<usize>, point: Option<usize>| {
            if let (Some(count), None) = (grouped.as_mut(), point) {
                *count += 1;
            }
        };
        match c {
            '#' if self.zeros > 0 => {
                self.right += 1;
                group(&mut self.grouped, self.point);
            }
            '#' => {
                self.left += 1;
                group(&mut self.grouped, self.point);
            }
            '0' => {
                if self.right > 0 {
                    return false;
                }
                self.zeros += 1;
                group(&mut self.grouped, self.point);
            }
            ',' => {
                if self.point.is_some() {
                    return false;
                }
                self.grouped = Some(0);
            }
            _ => {
                if self.point.is_some() {
                    return false;
                }
                self.point = Some(self.left + self.zeros + self.right);
            }
        }
        true
    }

    fn fill(mut self, made: &mut DecimalPattern, pattern: &str) -> Result<(), Failure> {
        let total = self.left + self.zeros + self.right;
        if self.zeros == 0 && self.left > 0 && self.point.is_some() {
            // `#.##` needs no digit before its point.
            let before = self.point.unwrap_or(0).max(1);
            self.right = self.left - before.min(self.left);
            self.left = before.min(self.left) - 1;
            self.zeros = 1;
        }
        let misplaced = match self.point {
            None => self.right > 0,
            Some(point) => point < self.left || point > self.left + self.zeros,
        };
        if misplaced || self.grouped == Some(0) {
            return DecimalPattern::malformed(pattern, if misplaced { '#' } else { ',' });
        }
        let point = self.point.unwrap_or(total);
        made.min_whole = point - self.left;
        made.max_whole = point;
        made.max_decimals = total - point;
        made.min_decimals = self.left + self.zeros - point.min(self.left + self.zeros);
        made.group = self.grouped.unwrap_or(0);
        Ok(())
    }
}

/// Sign, digits without zeros at either end, and where the point stands among them.
fn decimal(value: &Value<'_>) -> Result<(bool, Vec<u8>, i64), &'static str> {
    let mut text = String::new();
    match Number::of(value) {
        Some(Number::Double(number)) if number.is_nan() => return Err("NaN"),
        Some(Number::Double(number)) if number.is_infinite() => {
            return Err(if number < 0.0 { "-∞" } else { "∞" });
        }
        // All digits that the double really has, so that rounding is exact.
        Some(Number::Double(number)) => drop(write!(text, "{number:.1074}")),
        _ => value.write_to(&mut text),
    }
    let negative = text.starts_with('-');
    let text = text.trim_start_matches('-');
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let all = [whole.as_bytes(), decimals.as_bytes()].concat();
    let leading = all.iter().take_while(|&&digit| digit == b'0').count();
    let trailing = all[leading..].iter().rev().take_while(|&&digit| digit == b'0').count();
    let digits = all[leading..all.len() - trailing].to_vec();
    let place = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let point = if digits.is_empty() { 0 } else { place(whole.len()) - place(leading) };
    Ok((negative, digits, point))
}

fn round(digits: &[u8], point: i64, decimals: usize) -> (Vec<u8>, i64) {
    round_at(digits, point, i64::try_from(decimals).unwrap_or(i64::MAX))
}

/// Rounds half to even behind so many decimals (below zero: before the point).
fn round_at(digits: &[u8], point: i64, decimals: i64) -> (Vec<u8>, i64) {
    let keep = point.saturating_add(decimals);
    let Ok(keep) = usize::try_from(keep) else { return (Vec::new(), 0) };
    if keep >= digits.len() {
        return (digits.to_vec(), point);
    }
    let mut kept = digits[..keep].to_vec();
    let odd = kept.last().is_some_and(|digit| digit % 2 == 1);
    let half = digits[keep] == b'5' && digits.len() == keep + 1;
    if !(if half { odd } else { digits[keep] >= b'5' }) {
        return (kept, point);
    }
    for digit in kept.iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return (kept, point);
        }
        *digit = b'0';
    }
    kept.insert(0, b'1');
    (kept, point + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_print_by_their_patterns() {
        for (number, pattern, text) in [
            (1234.5, "#,##0.00", "1,234.50"),
            (0.5, "0", "0"),
            (1.5, "0", "2"),
            (0.25, "#.#", "0.2"),
            (0.5, ".00", ".50"),
            (-1.0, "0;(0)", "(1)"),
            (12345.0, "##0.#E0", "12.34E3"),
            (1234.567, "##0.##E0", "1.2346E3"),
            (0.00123, "0.##E0", "1.23E-3"),
            (0.0, "0.00E0", "0.00E0"),
            (99.999, "0.00", "100.00"),
            (f64::INFINITY, "0.0", "∞"),
        ] {
            let pattern = DecimalPattern::parse(pattern).unwrap();
            assert_eq!(pattern.print(&Value::Double(number)), text, "{number} {pattern:?}");
        }
    }

    #[test]
    fn malformed_patterns_are_errors() {
        for pattern in ["#0.0#0", "0.0.0", "0,", "0E", "'0", "0;0;0", "0.0,0", "0#"] {
            assert!(DecimalPattern::parse(pattern).is_err(), "{pattern}");
        }
    }
}

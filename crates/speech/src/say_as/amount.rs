//! Reads amounts of money.

/// An amount of money.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Amount {
    pub(super) is_negative: bool,
    /// The digits before the decimal point, without leading zeros; `0` if there are none.
    pub(super) whole: String,
    /// The digits after it, as they were written.
    pub(super) fraction: String,
    /// The code of ISO 4217, in capitals.
    pub(super) code: String,
}

const SIGNS: [(char, &str); 9] = [
    ('$', "USD"),
    ('€', "EUR"),
    ('£', "GBP"),
    ('¥', "JPY"),
    ('￥', "JPY"),
    ('円', "JPY"),
    ('₹', "INR"),
    ('₩', "KRW"),
    ('元', "CNY"),
];

impl Amount {
    /// The fraction in hundredths, if it has at most two digits.
    pub(super) fn hundredths(&self) -> Option<u8> {
        match self.fraction.len() {
            0 => Some(0),
            1 => self.fraction.parse::<u8>().ok().map(|tenths| tenths * 10),
            2 => self.fraction.parse().ok(),
            _ => None,
        }
    }

    /// The number with its decimal point.
    pub(super) fn number(&self) -> String {
        match self.fraction.is_empty() {
            true => self.whole.clone(),
            false => format!("{}.{}", self.whole, self.fraction),
        }
    }
}

/// Reads an amount such as `$1,234.50`, `EUR 3`, `3,50 €`; the code given beside counts where
/// the text names no currency.
pub(super) fn read(text: &str, code: Option<&str>) -> Option<Amount> {
    let is_negative = text.contains(['-', '−']);
    let text: String =
        text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '−' | '+')).collect();
    let is_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',');
    let start = text.find(is_number)?;
    let end = text.rfind(is_number)? + 1;
    let beside = format!("{}{}", &text[..start], &text[end..]);
    let code = currency(if beside.is_empty() { code?.trim() } else { &beside })?;
    let (whole, fraction) = number(&text[start..end])?;
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole }.to_owned();
    Some(Amount { is_negative, whole, fraction, code })
}

fn currency(text: &str) -> Option<String> {
    let sign = SIGNS.iter().find(|(sign, _)| text.chars().eq([*sign]));
    if let Some((_, code)) = sign {
        return Some((*code).to_owned());
    }
    // `language` tags stand here in some dialects: en-US is no currency.
    let is_code = text.len() == 3 && text.bytes().all(|b| b.is_ascii_alphabetic());
    is_code.then(|| text.to_ascii_uppercase())
}

/// The digits before and after the decimal point.
fn number(text: &str) -> Option<(String, String)> {
    let point = match (text.rfind('.'), text.rfind(',')) {
        (Some(point), Some(comma)) => Some(point.max(comma)),
        (Some(point), None) => Some(point),
        // Three digits after a comma are thousands.
        (None, Some(comma)) if text.len() - comma == 4 => None,
        (None, comma) => comma,
    };
    let (whole, fraction) = match point {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, ""),
    };
    let is_grouped = whole.split([',', '.']).skip(1).all(|group| group.len() == 3);
    let is_fraction = fraction.bytes().all(|b| b.is_ascii_digit());
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    let fits = whole.len() <= 15 && fraction.len() <= 6;
    (is_grouped && is_fraction && fits).then(|| (whole, fraction.to_owned()))
}

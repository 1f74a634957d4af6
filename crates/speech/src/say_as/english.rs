//! English words for dates, amounts, ranks and signs.

use super::amount::Amount;
use super::date::Date;
use crate::language::Language;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// One and several of the currency, one and several of its hundredth.
const CURRENCIES: [(&str, [&str; 4]); 8] = [
    ("USD", ["dollar", "dollars", "cent", "cents"]),
    ("CAD", ["Canadian dollar", "Canadian dollars", "cent", "cents"]),
    ("AUD", ["Australian dollar", "Australian dollars", "cent", "cents"]),
    ("EUR", ["euro", "euros", "cent", "cents"]),
    ("GBP", ["pound", "pounds", "penny", "pence"]),
    ("INR", ["rupee", "rupees", "paisa", "paise"]),
    ("JPY", ["yen", "yen", "", ""]),
    ("CHF", ["Swiss franc", "Swiss francs", "centime", "centimes"]),
];

pub(super) fn date(date: &Date, language: &Language) -> String {
    let is_american = matches!(language.region(), Some("US" | "CA") | None);
    let month = date.month.map(|month| MONTHS[usize::from(month - 1)]);
    let day = date.day.map(|day| ordinal(&day.to_string()));
    let day_month = match (month, day) {
        (Some(month), Some(day)) if is_american => format!("{month} {day}"),
        (Some(month), Some(day)) => format!("{day} of {month}"),
        (Some(month), None) => month.to_owned(),
        (None, Some(day)) => format!("the {day}"),
        (None, None) => String::new(),
    };
    match date.year {
        None => day_month,
        Some(year) if day_month.is_empty() => year.to_string(),
        Some(year) if date.day.is_some() => format!("{day_month}, {year}"),
        Some(year) => format!("{day_month} {year}"),
    }
}

/// `number` is digits only.
pub(super) fn ordinal(number: &str) -> String {
    let tens = &number[number.len().saturating_sub(2)..];
    let ending = match (tens, number.as_bytes().last()) {
        ("11" | "12" | "13", _) => "th",
        (_, Some(b'1')) => "st",
        (_, Some(b'2')) => "nd",
        (_, Some(b'3')) => "rd",
        (_, _) => "th",
    };
    format!("{number}{ending}")
}

pub(super) fn amount(amount: &Amount) -> String {
    let spoken = positive(amount);
    if amount.is_negative { format!("minus {spoken}") } else { spoken }
}

fn positive(amount: &Amount) -> String {
    let known = CURRENCIES.iter().find(|(code, _)| *code == amount.code);
    let (Some((_, [one, many, cent, cents])), Some(hundredths)) = (known, amount.hundredths())
    else {
        let name = known.map(|(_, names)| names[1].to_owned());
        let spelt = || amount.code.chars().map(String::from).collect::<Vec<_>>().join(" ");
        return format!("{} {}", amount.number(), name.unwrap_or_else(spelt));
    };
    if hundredths > 0 && cent.is_empty() {
        return format!("{} {many}", amount.number());
    }
    let whole = format!("{} {}", amount.whole, if amount.whole == "1" { one } else { many });
    let small = format!("{hundredths} {}", if hundredths == 1 { cent } else { cents });
    match (amount.whole.as_str(), hundredths) {
        (_, 0) => whole,
        ("0", _) => small,
        (_, _) => format!("{whole} and {small}"),
    }
}

/// The name of a sign, when text is spelt.
pub(super) fn sign(c: char) -> Option<&'static str> {
    Some(match c {
        '-' => "dash",
        '.' => "dot",
        '@' => "at",
        '_' => "underscore",
        '/' => "slash",
        '#' => "hash",
        '*' => "star",
        '+' => "plus",
        '&' => "and",
        _ => return None,
    })
}

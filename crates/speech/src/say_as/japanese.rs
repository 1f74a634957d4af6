//! Japanese words for dates, amounts, digits and signs.

use super::amount::Amount;
use super::date::Date;

const CURRENCIES: [(&str, &str, &str); 6] = [
    ("JPY", "円", ""),
    ("USD", "ドル", "セント"),
    ("EUR", "ユーロ", "セント"),
    ("GBP", "ポンド", "ペンス"),
    ("CNY", "元", ""),
    ("KRW", "ウォン", ""),
];

pub(super) fn date(date: &Date) -> String {
    let part = |value: Option<u16>, unit: &str| {
        value.map(|value| format!("{value}{unit}")).unwrap_or_default()
    };
    let (month, day) = (date.month.map(u16::from), date.day.map(u16::from));
    [part(date.year, "年"), part(month, "月"), part(day, "日")].concat()
}

pub(super) fn amount(amount: &Amount) -> String {
    let minus = if amount.is_negative { "マイナス" } else { "" };
    let known = CURRENCIES.iter().find(|(code, _, _)| *code == amount.code);
    let Some((_, unit, small)) = known else {
        return format!("{minus}{} {}", amount.number(), amount.code);
    };
    match amount.hundredths() {
        Some(0) => format!("{minus}{}{unit}", amount.whole),
        Some(hundredths) if !small.is_empty() => {
            format!("{minus}{}{unit}{hundredths}{small}", amount.whole)
        }
        Some(_) | None => format!("{minus}{}{unit}", amount.number()),
    }
}

/// The name of a digit or sign, when text is spelt. Digits are written in kana, since a program
/// would read those beside each other as one number.
pub(super) fn sign(c: char) -> Option<&'static str> {
    Some(match c {
        '0' | '０' => "ゼロ",
        '1' | '１' => "いち",
        '2' | '２' => "に",
        '3' | '３' => "さん",
        '4' | '４' => "よん",
        '5' | '５' => "ご",
        '6' | '６' => "ろく",
        '7' | '７' => "なな",
        '8' | '８' => "はち",
        '9' | '９' => "きゅう",
        '-' => "ハイフン",
        '.' => "ドット",
        '@' => "アット",
        '_' => "アンダーバー",
        '/' => "スラッシュ",
        '#' => "シャープ",
        '+' => "プラス",
        '&' => "アンド",
        _ => return None,
    })
}

//! Telephone numbers: E.164 where calls arrive, also extensions where calls are sent.

use super::{Path, Report, shown};
use crate::number::{NumberRules, normalise};

/// Whether this is a number in E.164: `+` and 2 to 15 digits, the first of them not 0.
pub(super) fn is_e164(number: &str) -> bool {
    let Some(digits) = number.strip_prefix('+') else { return false };
    (2..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0')
}

/// Reports a dialled number that is not in E.164.
pub(super) fn check_dialled(
    number: &str,
    rules: &NumberRules,
    path: &Path,
    report: &mut Report<'_>,
) {
    if is_e164(number) {
        return;
    }
    report.at(path, || {
        let meant = normalise(number, rules);
        let guess =
            if is_e164(&meant) { format!("; did you mean `{meant}`?") } else { String::new() };
        let allowed = "allowed: `+`, country code and number in digits, such as `+14085550100`";
        format!("{} is not an E.164 number ({allowed}){guess}", shown(number))
    });
}

/// Reports a number to which no call can be sent.
pub(super) fn check_target(number: &str, path: &Path, report: &mut Report<'_>) {
    let is_extension =
        (1..=15).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    if is_extension || is_e164(number) {
        return;
    }
    report.at(path, || {
        let allowed = "allowed: E.164 such as `+14085550100`, or an extension in digits";
        format!("{} is not a telephone number ({allowed})", shown(number))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e164_has_a_plus_and_up_to_fifteen_digits() {
        for number in ["+14085550100", "+81312345678", "+123456789012345", "+12"] {
            assert!(is_e164(number), "{number}");
        }
        for number in ["14085550100", "+0123", "+1234567890123456", "+1 408", "+", "+1", "", "+١٢٣"]
        {
            assert!(!is_e164(number), "{number}");
        }
    }
}

//! Rules for numbers consist of digits.

use super::{ParseOptions, Path, Report, Tenant, shown};

/// Reports country codes and prefixes that no number begins with.
pub(super) fn check(tenant: &Tenant, _: ParseOptions, report: &mut Report<'_>) {
    let (rules, root) = (&tenant.numbers, Path::root("numbers"));
    if let Some(code) = &rules.default_country_code
        && (!is_digits(code, 3) || code.starts_with('0'))
    {
        report.at(&root.key("default_country_code"), || {
            format!("{} is not a country code (allowed: 1 to 3 digits, no `+`)", shown(code))
        });
    }
    let national = rules.national_prefix.iter();
    let national = national.map(|prefix| (root.key("national_prefix"), prefix));
    let list = root.key("international_prefixes");
    let international = rules.international_prefixes.iter().enumerate();
    let international = international.map(|(index, prefix)| (list.index(index), prefix));
    for (path, prefix) in national.chain(international) {
        if !is_digits(prefix, 8) {
            report.at(&path, || {
                format!("{} is not a prefix (allowed: 1 to 8 digits)", shown(prefix))
            });
        }
    }
}

fn is_digits(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

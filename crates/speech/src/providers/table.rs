//! Which voice of a table is for a language.

use crate::config::VoiceTable;
use crate::language::Language;

/// The voice for the language: of its region, else of the language alone, else of any region.
pub(super) fn voice<'a>(table: &'a VoiceTable, language: &Language) -> Option<&'a str> {
    let entries: Vec<(Language, &str)> = table
        .iter()
        .filter_map(|(key, voice)| Some((Language::of_voice_name(key)?, voice.as_str())))
        .filter(|(entry, _)| entry.is_same_language(language))
        .collect();
    let exact = entries.iter().find(|(entry, _)| entry == language);
    let general = || entries.iter().find(|(entry, _)| entry.region().is_none());
    exact.or_else(general).or(entries.first()).map(|(_, voice)| *voice)
}

/// The first key that is no language.
pub(super) fn bad_key(table: &VoiceTable) -> Option<&str> {
    table.keys().find(|key| Language::of_voice_name(key).is_none()).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_comes_before_the_language() {
        let entries = [("en-GB", "brit"), ("en", "any"), ("de-AT", "wien")];
        let table: VoiceTable = entries.map(|(a, b)| (a.to_owned(), b.to_owned())).into();
        let find = |name| voice(&table, &Language::of_voice_name(name).unwrap());
        assert_eq!(find("en-GB"), Some("brit"));
        assert_eq!(find("en-US"), Some("any"));
        assert_eq!(find("de-DE"), Some("wien"));
        assert_eq!(find("ja-JP"), None);
    }
}

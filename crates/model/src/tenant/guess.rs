//! Guesses at what was meant by a name that does not exist.

/// Names longer than this are not compared.
const MAX_CHARS: usize = 64;

/// At most this many names are compared with a wrong one.
const MAX_CANDIDATES: usize = 2_000;

/// `; did you mean …?` when one of the candidates is close to the name, else nothing.
pub(super) fn did_you_mean<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> String {
    match nearest(name, candidates) {
        Some(candidate) => format!("; did you mean `{candidate}`?"),
        None => String::new(),
    }
}

fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    if length == 0 || length > MAX_CHARS {
        return None;
    }
    let allowed = (length / 3).max(1);
    let wanted = fold(name);
    let near = candidates.take(MAX_CANDIDATES).filter(|it| it.len() <= 4 * MAX_CHARS);
    near.map(|it| (strsim::osa_distance(&wanted, &fold(it)), it))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Case and the separators of words are what people get wrong most, so they do not count.
fn fold(name: &str) -> String {
    name.to_lowercase().replace([' ', '-'], "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_close_name_is_guessed() {
        let names = ["queues", "teams", "time_zone"];
        let guess = |name| nearest(name, names.into_iter());
        assert_eq!(guess("queus"), Some("queues"));
        assert_eq!(guess("Time Zone"), Some("time_zone"));
        assert_eq!(guess("holidays"), None);
        assert_eq!(guess(""), None);
        assert_eq!(guess(&"q".repeat(100)), None);
    }
}

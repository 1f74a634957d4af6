//! Record Ids: 15 case-sensitive characters, or 18 with a suffix that carries the case.

/// Letters of the suffix; a letter's place is the 5-bit pattern of upper-case characters.
const SUFFIX: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
/// Digits of a generated number, in the order of their bytes: Ids sort as they were made.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Reads an Id of 15 or 18 characters and gives the one of 18; `None` when it is neither.
///
/// The case of an 18-character Id is taken from its suffix, so one that went through a
/// case-insensitive system is understood.
pub(crate) fn normalise(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    if !bytes.iter().all(u8::is_ascii_alphanumeric) {
        return None;
    }
    match bytes.len() {
        15 => Some(with_suffix(text)),
        18 => restore_case(bytes),
        _ => None,
    }
}

/// The `number`th Id that the sandbox makes for objects with this key prefix.
pub(crate) fn generate(key_prefix: &str, mut number: u64) -> String {
    let mut tail = [b'0'; 10];
    for place in tail.iter_mut().rev() {
        *place = DIGITS[usize::try_from(number % 62).unwrap_or(0)];
        number /= 62;
    }
    let tail: String = tail.iter().map(|&b| char::from(b)).collect();
    with_suffix(&format!("{key_prefix}5g{tail}"))
}

/// The 18 characters of an Id of 15.
fn with_suffix(id: &str) -> String {
    let mut out = id.to_owned();
    for chunk in id.as_bytes().chunks(5) {
        let bits = chunk
            .iter()
            .enumerate()
            .filter(|(_, b)| b.is_ascii_uppercase())
            .fold(0, |bits, (place, _)| bits | 1 << place);
        out.push(char::from(SUFFIX[bits]));
    }
    out
}

fn restore_case(bytes: &[u8]) -> Option<String> {
    let (id, suffix) = bytes.split_at(15);
    let mut out = String::with_capacity(18);
    for (chunk, letter) in id.chunks(5).zip(suffix) {
        let bits = SUFFIX.iter().position(|s| *s == letter.to_ascii_uppercase())?;
        for (place, byte) in chunk.iter().enumerate() {
            let upper = bits >> place & 1 == 1;
            if upper && !byte.is_ascii_alphabetic() {
                return None;
            }
            let byte = if upper { byte.to_ascii_uppercase() } else { byte.to_ascii_lowercase() };
            out.push(char::from(byte));
        }
    }
    Some(with_suffix(&out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_are_those_of_salesforce() {
        for (short, suffix) in
            [("a01M00000062mPg", "IAI"), ("001M000000qfPyS", "IAU"), ("AbCdEfGhIjKlMnO", "VKV")]
        {
            assert_eq!(normalise(short), Some(format!("{short}{suffix}")));
        }
    }

    #[test]
    fn case_is_restored_from_the_suffix() {
        assert_eq!(normalise("A01M00000062MPGIAI").as_deref(), Some("a01M00000062mPgIAI"));
        assert_eq!(normalise("0035e00000aAvHoAAK").as_deref(), Some("0035e00000aAvHoAAK"));
    }

    #[test]
    fn other_text_is_no_id() {
        for text in ["", "abc", "0015e00000aUoAz!", "0015e00000aUoAzAA", "001000000000000AA6", "é"]
        {
            assert_eq!(normalise(text), None, "{text}");
        }
        // A suffix that calls a digit upper-case.
        assert_eq!(normalise("001000000000000BAA"), None);
    }

    #[test]
    fn generated_ids_sort_as_they_were_made() {
        let ids: Vec<String> = [0, 1, 9, 10, 61, 62, 5000].map(|n| generate("001", n)).to_vec();
        assert!(ids.is_sorted());
        assert_eq!(ids[1], "0015g0000000001AAA");
        assert!(ids.iter().all(|id| normalise(id).as_ref() == Some(id)));
    }
}

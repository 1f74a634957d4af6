//! The hash by which a stream names the flow that it was begun with.

use aws_lc_rs::digest;

/// The SHA-256 (FIPS 180-4) of these bytes, for [`crate::Origin::flow_hash`].
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_known_answers() {
        // NIST's example values for SHA-256: the empty message and "abc".
        let cases = [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ];
        for (text, hex) in cases {
            assert_eq!(data_encoding::HEXLOWER.encode(&sha256(text.as_bytes())), hex, "{text:?}");
        }
    }
}

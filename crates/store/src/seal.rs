//! Sealing of byte strings: AES-256-GCM with a random nonce (D20).
//!
//! A sealed string is `1` (the version), 12 bytes of nonce, the ciphertext, 16 bytes of tag.
//! With random nonces one key is good for 2^32 seals (NIST SP 800-38D, section 8.3).

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hmac;
use data_encoding::{
    BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, HEXLOWER, HEXLOWER_PERMISSIVE,
};
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const TAG_LEN: usize = 16;

/// How many bytes a sealed string has more than its plaintext.
pub const OVERHEAD: usize = 1 + NONCE_LEN + TAG_LEN;

/// Why something could not be sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Not 32 bytes in hex or base64.
    #[error("the key is not 32 bytes written as 64 hex digits or as base64")]
    BadKey,
    /// The operating system's random source failed.
    #[error("the system gave no random bytes")]
    NoRandom,
    /// The cipher refused the plaintext.
    #[error("the text is too long to seal")]
    TooLong,
    /// Too short to be sealed, or sealed in a way that this program does not know.
    #[error("this is not a sealed string of a version that this program knows")]
    NotSealed,
    /// Another key or other associated data sealed it, or it was changed.
    #[error("the sealed string does not open: wrong key, wrong place, or it was changed")]
    Refused,
}

/// A key of 256 bits. Its bytes are wiped when it is dropped, and it prints as `Key(•••)`.
#[derive(Clone)]
pub struct Key(Zeroizing<[u8; 32]>);

impl Key {
    /// The key with these bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A random key from the system's random source.
    ///
    /// # Errors
    /// [`SealError::NoRandom`].
    pub fn generate() -> Result<Self, SealError> {
        let mut bytes = Zeroizing::new([0; 32]);
        aws_lc_rs::rand::fill(bytes.as_mut()).map_err(|_| SealError::NoRandom)?;
        Ok(Self(bytes))
    }

    /// Reads a key as people write it: 64 hex digits, or base64 in either alphabet with or
    /// without padding; white space around it does not count.
    ///
    /// # Errors
    /// [`SealError::BadKey`].
    pub fn parse(text: &str) -> Result<Self, SealError> {
        let text = text.trim().as_bytes();
        let encodings = [HEXLOWER_PERMISSIVE, BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD];
        for encoding in encodings {
            let Ok(bytes) = encoding.decode(text).map(Zeroizing::new) else { continue };
            if let Ok(bytes) = <[u8; 32]>::try_from(bytes.as_slice()) {
                return Ok(Self::from_bytes(bytes));
            }
        }
        Err(SealError::BadKey)
    }

    /// The key as 64 hex digits, for the key file.
    #[must_use]
    pub fn to_hex(&self) -> Zeroizing<String> {
        Zeroizing::new(HEXLOWER.encode(self.0.as_slice()))
    }

    /// Seals a text. Whoever opens it must give the same `associated` data, which says where
    /// the text belongs (stream, entry, variable) and is not kept.
    ///
    /// # Errors
    /// [`SealError::TooLong`] (beyond 64 GiB).
    pub fn seal(&self, plaintext: &[u8], associated: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut text = Vec::with_capacity(plaintext.len() + TAG_LEN);
        text.extend_from_slice(plaintext);
        let sealed = self.cipher()?.seal_in_place_append_tag(Aad::from(associated), &mut text);
        let nonce = sealed.map_err(|_| SealError::TooLong)?;
        let mut out = Vec::with_capacity(plaintext.len() + OVERHEAD);
        out.push(VERSION);
        out.extend_from_slice(nonce.as_ref());
        out.append(&mut text);
        Ok(out)
    }

    /// Opens a sealed string.
    ///
    /// # Errors
    /// [`SealError::NotSealed`] or [`SealError::Refused`].
    pub fn open(&self, sealed: &[u8], associated: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let Some((&VERSION, rest)) = sealed.split_first() else {
            return Err(SealError::NotSealed);
        };
        let Some((nonce, text)) = rest.split_first_chunk::<NONCE_LEN>() else {
            return Err(SealError::NotSealed);
        };
        if text.len() < TAG_LEN {
            return Err(SealError::NotSealed);
        }
        let mut text = Zeroizing::new(text.to_vec());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let opened = self.cipher()?.open_in_place(nonce, Aad::from(associated), &mut text);
        let length = opened.map_err(|_| SealError::Refused)?.len();
        text.truncate(length);
        Ok(text)
    }

    /// Names a text so that nobody without the key can tell what it is by trying: its HMAC-SHA-256
    /// (RFC 2104) under the key.
    #[must_use]
    pub fn name(&self, text: &[u8]) -> [u8; 32] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.0.as_slice());
        let mut name = [0; 32];
        name.copy_from_slice(hmac::sign(&key, text).as_ref());
        name
    }

    fn cipher(&self) -> Result<RandomizedNonceKey, SealError> {
        RandomizedNonceKey::new(&AES_256_GCM, self.0.as_slice()).map_err(|_| SealError::BadKey)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(•••)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        Key::from_bytes([7; 32])
    }

    #[test]
    fn opens_what_it_sealed() {
        for text in [&b""[..], b"4242", &[0xff; 100_000]] {
            let sealed = key().seal(text, b"contact.1/7").unwrap();
            assert_eq!(sealed.len(), text.len() + OVERHEAD);
            assert_eq!(key().open(&sealed, b"contact.1/7").unwrap().as_slice(), text);
        }
    }

    #[test]
    fn never_seals_twice_alike() {
        let (a, b) = (key().seal(b"4242", b"").unwrap(), key().seal(b"4242", b"").unwrap());
        assert_ne!(a, b);
        assert!(!a.windows(4).any(|four| four == b"4242"));
    }

    #[test]
    fn refuses_other_keys_places_and_bytes() {
        let sealed = key().seal(b"4242", b"here").unwrap();
        let other = Key::from_bytes([8; 32]);
        assert_eq!(other.open(&sealed, b"here").unwrap_err(), SealError::Refused);
        assert_eq!(key().open(&sealed, b"there").unwrap_err(), SealError::Refused);
        for index in 1..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert_eq!(key().open(&changed, b"here").unwrap_err(), SealError::Refused);
        }
        for length in 0..OVERHEAD {
            let cut = key().open(&sealed[..length], b"here").unwrap_err();
            assert_eq!(cut, SealError::NotSealed, "{length}");
        }
        let mut newer = sealed;
        newer[0] = 2;
        assert_eq!(key().open(&newer, b"here").unwrap_err(), SealError::NotSealed);
    }

    #[test]
    fn opens_a_known_answer() {
        // GCM specification (McGrew, Viega 2005), test case 14: zero key, nonce and block.
        let hex = "01000000000000000000000000cea7403d4d606b6e074ec5d3baf39d18\
                   d0d1c8a799996bf0265b98b5d48ab919";
        let sealed = HEXLOWER.decode(hex.as_bytes()).unwrap();
        assert_eq!(Key::from_bytes([0; 32]).open(&sealed, b"").unwrap().as_slice(), [0; 16]);
    }

    #[test]
    fn names_known_answers() {
        // RFC 4231, section 4.2: the key of 20 times 0b, zeros after it, as HMAC pads it.
        let mut bytes = [0; 32];
        bytes[..20].fill(0x0b);
        let name = HEXLOWER.encode(&Key::from_bytes(bytes).name(b"Hi There"));
        assert_eq!(name, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    }

    #[test]
    fn reads_keys_as_people_write_them() {
        let key = Key::generate().unwrap();
        let hex = key.to_hex();
        let bytes = key.0.as_slice();
        let forms = [
            hex.to_string(),
            hex.to_uppercase(),
            format!("  {}\n", *hex),
            BASE64.encode(bytes),
            BASE64_NOPAD.encode(bytes),
            BASE64URL.encode(bytes),
            BASE64URL_NOPAD.encode(bytes),
        ];
        for form in forms {
            assert_eq!(*Key::parse(&form).unwrap().0, *key.0, "{form}");
        }
        let long = hex.repeat(2);
        for bad in ["", "secret", &hex[..62], &long] {
            assert_eq!(Key::parse(bad).unwrap_err(), SealError::BadKey);
        }
        assert_eq!(format!("{key:?}"), "Key(•••)");
    }
}

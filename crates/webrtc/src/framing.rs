//! Datagrams on TCP: each after its length in two bytes (RFC 4571, RFC 6544).

use str0m::ice::StunMessage;

use crate::MAX_DATAGRAM_BYTES;

/// Bytes of a length.
const LENGTH_BYTES: usize = 2;

/// Writes a datagram with its length to the end of `out`. False, and nothing is written, if it is
/// longer than [`MAX_DATAGRAM_BYTES`].
pub fn write(datagram: &[u8], out: &mut Vec<u8>) -> bool {
    let Ok(length) = u16::try_from(datagram.len()) else { return false };
    if datagram.len() > MAX_DATAGRAM_BYTES {
        return false;
    }
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(datagram);
    true
}

/// What comes next in bytes that were received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// A datagram, and how many bytes it took with its length.
    Datagram(&'a [u8], usize),
    /// More bytes must come.
    Incomplete,
    /// The length is none of a datagram: close the connection.
    TooLong,
}

/// Reads the first frame.
pub fn read(bytes: &[u8]) -> Frame<'_> {
    let Some((length, rest)) = bytes.split_first_chunk::<LENGTH_BYTES>() else {
        return Frame::Incomplete;
    };
    let length = usize::from(u16::from_be_bytes(*length));
    if length > MAX_DATAGRAM_BYTES {
        return Frame::TooLong;
    }
    match rest.get(..length) {
        Some(datagram) => Frame::Datagram(datagram, length + LENGTH_BYTES),
        None => Frame::Incomplete,
    }
}

/// Whom a browser's check is for: the name of the [`crate::Offer`] that it answers. None if the
/// datagram is no check. Nothing is authenticated yet.
pub fn ufrag(datagram: &[u8]) -> Option<String> {
    if datagram.len() > MAX_DATAGRAM_BYTES || datagram.first().is_none_or(|first| *first > 1) {
        return None;
    }
    let message = StunMessage::parse(datagram).ok()?;
    let (ours, _) = message.split_username()?;
    message.is_binding_request().then(|| ours.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_out_as_they_went_in() {
        let mut bytes = Vec::new();
        assert!(
            write(b"one", &mut bytes) && write(b"", &mut bytes) && write(&[7; 2_000], &mut bytes)
        );
        assert!(!write(&[7; 2_001], &mut bytes));
        assert_eq!(read(&bytes), Frame::Datagram(b"one", 5));
        assert_eq!(read(&bytes[5..]), Frame::Datagram(b"", 2));
        assert_eq!(read(&bytes[7..]), Frame::Datagram(&[7; 2_000], 2_002));
        for length in [0, 1, 2, 100, 2_001] {
            assert_eq!(read(&bytes[7..7 + length]), Frame::Incomplete);
        }
        assert_eq!(read(&[8, 0, 1]), Frame::TooLong);
    }

    #[test]
    fn only_checks_name_somebody() {
        assert_eq!(ufrag(&[]), None);
        assert_eq!(ufrag(&[0x80; 40]), None);
        assert_eq!(ufrag(&[0; 40]), None);
        assert_eq!(ufrag(&[0; 2_001]), None);
    }
}

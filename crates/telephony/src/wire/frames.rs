//! Where one message of a stream ends and the next begins (RFC 3261, section 18.3).
//!
//! The library looks for `Content-Length` in its plain form alone; a length that is written with
//! space before its colon or on a line of its own would make it take a body for messages. Here the
//! length is written plainly before the library sees it.

use super::headers::{Field, Lines, Name};
use super::memmem;

/// The longest message on a stream, in bytes.
pub const MAX_MESSAGE_BYTES: usize = 65_535;

/// What comes next on a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// Nothing before more has come.
    Partial,
    /// Line ends between messages: they keep the stream open (RFC 5626, section 3.5.1).
    KeepAlive(Vec<u8>),
    /// A message with its body.
    Message(Vec<u8>),
    /// What has come of a message that has no end; the stream is lost.
    Lost(Vec<u8>, Loss),
}

/// Why nobody can tell where a message ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Its length is no number, or there are several.
    Length,
    /// It is longer than [`MAX_MESSAGE_BYTES`].
    Size,
}

/// The bytes of a stream that have not become messages yet.
#[derive(Debug, Default)]
pub struct Frames {
    bytes: Vec<u8>,
    /// No header ends before this place.
    searched: usize,
}

impl Frames {
    /// Takes what has come.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Whether a message has begun and is not whole.
    pub fn is_within_message(&self) -> bool {
        !self.bytes.is_empty()
    }

    /// Takes the next frame out.
    pub fn take(&mut self) -> Frame {
        let pairs = self.bytes.chunks_exact(2).take_while(|pair| *pair == b"\r\n").count();
        if pairs > 0 {
            self.searched = 0;
            return Frame::KeepAlive(self.bytes.drain(..pairs * 2).collect());
        }
        let from = self.searched.min(self.bytes.len());
        let Some(at) = memmem(&self.bytes[from..], b"\r\n\r\n") else {
            // The end may be cut in two.
            self.searched = self.bytes.len().saturating_sub(3);
            return match self.bytes.len() > MAX_MESSAGE_BYTES {
                true => self.lose(Loss::Size),
                false => Frame::Partial,
            };
        };
        let head = from + at + 4;
        let length = match content_length(&self.bytes[..head - 2]) {
            Ok(length) => length,
            Err(loss) => return self.lose(loss),
        };
        let total = head.saturating_add(length.value);
        if total > MAX_MESSAGE_BYTES {
            return self.lose(Loss::Size);
        }
        if self.bytes.len() < total {
            self.searched = from + at;
            return Frame::Partial;
        }
        self.searched = 0;
        let message: Vec<u8> = self.bytes.drain(..total).collect();
        Frame::Message(if length.is_plain { message } else { plain(&message, head, length.value) })
    }

    fn lose(&mut self, loss: Loss) -> Frame {
        self.searched = 0;
        Frame::Lost(std::mem::take(&mut self.bytes), loss)
    }
}

struct Length {
    value: usize,
    /// Whether the library finds it.
    is_plain: bool,
}

fn is_length(line: &[u8]) -> Option<&str> {
    Field::parse(line).filter(|field| field.name == Name::ContentLength).map(|field| field.value)
}

/// The length of the body; 0 when it is not told.
fn content_length(head: &[u8]) -> Result<Length, Loss> {
    let mut found = None;
    for line in Lines::new(head).skip(1) {
        let Some(value) = is_length(line) else { continue };
        let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        let number = value.parse().ok().filter(|_| is_number).ok_or(Loss::Length)?;
        let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
        let has_space = name.iter().any(u8::is_ascii_whitespace);
        let is_plain = !has_space && !line.contains(&b'\n');
        if found.replace(Length { value: number, is_plain }).is_some() {
            return Err(Loss::Length);
        }
    }
    Ok(found.unwrap_or(Length { value: 0, is_plain: true }))
}

/// The message with its length in the form that the library finds.
fn plain(message: &[u8], head: usize, length: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len());
    for line in Lines::new(&message[..head - 2]) {
        match is_length(line) {
            Some(_) => out.extend_from_slice(format!("Content-Length: {length}").as_bytes()),
            None => out.extend_from_slice(line),
        }
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(&message[head - 2..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(chunks: &[&[u8]]) -> Vec<Frame> {
        let (mut frames, mut found) = (Frames::default(), Vec::new());
        for chunk in chunks {
            frames.push(chunk);
            loop {
                match frames.take() {
                    Frame::Partial => break,
                    lost @ Frame::Lost(..) => return [found, vec![lost]].concat(),
                    frame => found.push(frame),
                }
            }
        }
        found
    }

    fn message(text: &str) -> Frame {
        Frame::Message(text.as_bytes().to_vec())
    }

    #[test]
    fn messages_come_out_however_they_are_cut() {
        let first = "A b SIP/2.0\r\nl: 5\r\n\r\nbo\r\ny";
        let second = "SIP/2.0 200 OK\r\nCONTENT-LENGTH:0\r\n\r\n";
        let third = "C d SIP/2.0\r\n\r\n";
        let text = format!("{first}\r\n\r\n{second}{third}");
        let expected = vec![
            message(first),
            Frame::KeepAlive(b"\r\n\r\n".to_vec()),
            message(second),
            message(third),
        ];
        assert_eq!(all(&[text.as_bytes()]), expected);
        for cut in 1..text.len() {
            let (left, right) = text.as_bytes().split_at(cut);
            let mut found = all(&[left, right]);
            if [2, 3].contains(&(cut.saturating_sub(first.len()))) {
                // Each half for itself.
                found.remove(1);
                found[1] = Frame::KeepAlive(b"\r\n\r\n".to_vec());
            }
            assert_eq!(found, expected, "cut at {cut}");
        }
        let single: Vec<&[u8]> = first.as_bytes().chunks(1).collect();
        assert_eq!(all(&single), expected[..1]);
    }

    #[test]
    fn an_odd_length_is_made_plain() {
        for odd in ["Content-Length  : 2", "l\t:2", "Content-Length:\r\n 2", "l: 2\r\n "] {
            let text = format!("A b SIP/2.0\r\nX: y\r\n z\r\n{odd}\r\nE: f\r\n\r\nab");
            let plain = "A b SIP/2.0\r\nX: y\r\n z\r\nContent-Length: 2\r\nE: f\r\n\r\nab";
            assert_eq!(all(&[text.as_bytes()]), [message(plain)], "{odd:?}");
        }
    }

    #[test]
    fn a_stream_without_ends_is_lost() {
        for bad in ["-1", "five", "", "+2", "2 2", "99999999999999999999999", "1\r\nl: 1"] {
            let text = format!("A b SIP/2.0\r\nContent-Length: {bad}\r\n\r\n");
            let lost = Frame::Lost(text.clone().into_bytes(), Loss::Length);
            assert_eq!(all(&[text.as_bytes()]), [lost], "{bad}");
        }
        let text = "A b SIP/2.0\r\nl: 65535\r\n\r\n";
        assert_eq!(all(&[text.as_bytes()]), [Frame::Lost(text.into(), Loss::Size)]);
        let endless = vec![b'a'; MAX_MESSAGE_BYTES + 1];
        assert_eq!(all(&[&endless]), [Frame::Lost(endless.clone(), Loss::Size)]);
    }
}

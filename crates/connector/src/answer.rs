//! The answer: its body read up to a limit and decoded to text.

use encoding_rs::{Encoding, UTF_8};
use mime::Mime;
use reqwest::Response;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use trunkline_model::http::Answer;
use trunkline_model::{Failure, FailureCode};
use url::Url;

use crate::address::shown;
use crate::fault;

/// Reads the whole answer; `max_bytes` bounds the body as it is after decompression.
pub(crate) async fn read(response: Response, max_bytes: u64) -> Result<Answer, Failure> {
    let url = response.url().clone();
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let body = body(response, max_bytes, &url).await?;
    if let (Some(encoding), false) = (headers.get(CONTENT_ENCODING), body.is_empty()) {
        known_encoding(encoding.to_str().unwrap_or_default(), &url)?;
    }
    Ok(Answer { status, body: decode(&headers, &body), headers: fields(&headers) })
}

async fn body(mut response: Response, max_bytes: u64, url: &Url) -> Result<Vec<u8>, Failure> {
    let too_large = || {
        let what = format!("the answer of {} is larger than {max_bytes} bytes", shown(url));
        Failure::new(FailureCode::BodySize, format!("{what} (the connector's max_body_bytes)"))
    };
    if response.content_length().is_some_and(|length| length > max_bytes) {
        return Err(too_large());
    }
    let mut body = Vec::new();
    while let Some(chunk) =
        response.chunk().await.map_err(|error| fault::of_request(&error, url))?
    {
        if (body.len() + chunk.len()) as u64 > max_bytes {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// What was decompressed has no such field any more; what still has one cannot be read.
fn known_encoding(encoding: &str, url: &Url) -> Result<(), Failure> {
    if encoding.trim().is_empty() || encoding.trim().eq_ignore_ascii_case("identity") {
        return Ok(());
    }
    let what = format!("the answer of {} is compressed as {encoding:?}", shown(url));
    Err(Failure::new(FailureCode::Protocol, format!("{what}, which was not asked for")))
}

/// The body as text: by its byte order mark, else by its charset, else as UTF-8.
fn decode(headers: &HeaderMap, body: &[u8]) -> String {
    let mime: Option<Mime> = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse().ok());
    let charset = mime.as_ref().and_then(|mime| mime.get_param("charset"));
    let encoding = charset.and_then(|label| Encoding::for_label(label.as_str().as_bytes()));
    encoding.unwrap_or(UTF_8).decode(body).0.into_owned()
}

fn fields(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    headers.iter().map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(content_type: &'static str, body: &[u8]) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
        decode(&headers, body)
    }

    #[test]
    fn bodies_become_text_by_their_charset() {
        assert_eq!(decoded("text/plain; charset=ISO-8859-1", b"M\xfcller"), "Müller");
        assert_eq!(decoded("application/json;charset=UTF-8", "Müller".as_bytes()), "Müller");
        assert_eq!(decoded("application/json", b"M\xfcller"), "M\u{fffd}ller");
        assert_eq!(decoded("text/plain; charset=\"shift_jis\"", b"\x83\x65"), "テ");
        assert_eq!(decoded("text/plain", b"\xef\xbb\xbfx"), "x");
        assert_eq!(decoded("nonsense", b"x"), "x");
        assert_eq!(decoded("text/plain; charset=nonsense", b"x"), "x");
    }
}

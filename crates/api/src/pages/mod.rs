//! The pages: files that were built in `web/`, within the program. Every route of the application
//! gives its one page; whatever is no route is not there, which that page says to a person.

mod built;
mod pack;
mod paths;

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use self::built::File;
use self::pack::Packing;
use crate::access::PREFIX;
use crate::codes::Code;
use crate::problem::Problem;

/// The application's one page.
const INDEX: &str = "index.html";

/// Shown in place of the pages that were not built.
const NOT_BUILT: &str = include_str!("../../assets/not_built.html");

/// Answers everything that is not the interface's.
pub(crate) async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path();
    if path.starts_with(PREFIX) || path.starts_with("/api/") {
        return Problem::of(Code::NotFound).into_response();
    }
    if method != Method::GET && method != Method::HEAD {
        return Problem::of(Code::NotThisMethod).into_response();
    }
    let name = path.trim_start_matches('/');
    if name != INDEX
        && let Some(file) = built::get(name)
    {
        return whole(name, &file, &headers);
    }
    let is_page = paths::is_page(path);
    if !is_page && !asks_for_a_page(&headers) {
        return Problem::of(Code::NotFound).into_response();
    }
    match built::get(INDEX) {
        // The application says to a person what a problem says to a program.
        Some(file) if !is_page => {
            (StatusCode::NOT_FOUND, page_headers(), file.bytes).into_response()
        }
        None if !is_page => Problem::of(Code::NotFound).into_response(),
        Some(file) => whole(INDEX, &file, &headers),
        None => (StatusCode::SERVICE_UNAVAILABLE, page_headers(), NOT_BUILT).into_response(),
    }
}

/// Whether a person waits for the answer, and not a program or a page that needs a file.
fn asks_for_a_page(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|accepted| accepted.to_str().ok());
    accepted.is_some_and(|accepted| accepted.contains("text/html"))
}

fn page_headers() -> [(header::HeaderName, HeaderValue); 2] {
    [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ]
}

/// A file, packed if the browser can unpack it, or nothing if the browser has it already.
fn whole(name: &str, file: &File, headers: &HeaderMap) -> Response {
    let tag = tag(file);
    let mut response = if is_known(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let (bytes, packing) = pack::pack(name, file, headers);
        let mut response = bytes.into_response();
        if let Some(encoding) = packing.map(Packing::as_str) {
            let encoding = HeaderValue::from_static(encoding);
            response.headers_mut().insert(header::CONTENT_ENCODING, encoding);
        }
        let kind = HeaderValue::from_static(kind(name));
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep(name)));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// Weak: the packed file is another row of bytes under the same tag.
fn tag(file: &File) -> String {
    let hex: String = file.hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("W/\"{hex}\"")
}

fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok());
    known.is_some_and(|known| known.split(',').any(|known| known.trim() == tag))
}

/// How long browsers keep a file. What is built into `assets/` has its hash in its name.
fn keep(name: &str) -> &'static str {
    match name {
        INDEX => "no-store",
        name if name.starts_with("assets/") => "public, max-age=31536000, immutable",
        _ => "no-cache",
    }
}

fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, end)| end) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "wasm" => "application/wasm",
        "wav" => "audio/wav",
        "mp3" => "audio/mpeg",
        "ogg" => "audio/ogg",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> File {
        File { bytes: "body".repeat(1000).into_bytes().into(), hash: [7; 32] }
    }

    fn headers(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn hashed_files_are_kept_and_the_page_is_not() {
        let none = HeaderMap::new();
        let kept = |name: &str| {
            let response = whole(name, &file(), &none);
            response.headers()[header::CACHE_CONTROL].to_str().unwrap().to_owned()
        };
        assert!(kept("assets/app-1a2b.js").contains("immutable"));
        assert_eq!(kept("index.html"), "no-store");
        assert_eq!(kept("favicon.svg"), "no-cache");
    }

    #[test]
    fn what_the_browser_has_is_not_sent_again() {
        let first = whole("a.js", &file(), &HeaderMap::new());
        let tag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
        let known = HeaderMap::from_iter([(header::IF_NONE_MATCH, tag.parse().unwrap())]);
        assert_eq!(whole("a.js", &file(), &known).status(), StatusCode::NOT_MODIFIED);
        let other = headers(header::IF_NONE_MATCH, "W/\"0\"");
        assert_eq!(whole("a.js", &file(), &other).status(), StatusCode::OK);
    }

    #[test]
    fn texts_are_packed_for_who_can_unpack_them() {
        let gzip = headers(header::ACCEPT_ENCODING, "br;q=0, gzip");
        let packed = whole("texts-are-packed.js", &file(), &gzip);
        assert_eq!(packed.headers()[header::CONTENT_ENCODING], "gzip");
        let picture = whole("a.png", &file(), &gzip);
        assert!(picture.headers().get(header::CONTENT_ENCODING).is_none());
    }
}

//! Redirects (decision 10): at most three, for GET and HEAD, without credentials elsewhere.

use trunkline_model::http::Method;
use trunkline_model::{Failure, FailureCode};
use url::Url;

use crate::address::shown;

/// How many redirects are followed.
pub(crate) const MAX_REDIRECTS: u32 = 3;

/// What an answer means for the way of the request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The answer is the answer.
    Answer,
    /// Ask there instead.
    Follow {
        /// Where.
        url: Url,
        /// Whether the origin changed, so that nothing confidential may go along.
        elsewhere: bool,
    },
}

/// Decides about an answer from `from` after `followed` redirects.
pub(crate) fn next(
    method: Method,
    from: &Url,
    status: u16,
    location: Option<&str>,
    followed: u32,
) -> Result<Step, Failure> {
    let redirects = matches!(status, 301 | 302 | 303 | 307 | 308);
    let follows = matches!(method, Method::Get | Method::Head);
    let Some(location) = location.filter(|_| redirects && follows) else {
        return Ok(Step::Answer);
    };
    if followed >= MAX_REDIRECTS {
        let last = shown(from);
        return Err(refused(format!("more than {MAX_REDIRECTS} redirects; the last from {last}")));
    }
    let url = from
        .join(location)
        .map_err(|error| refused(format!("{} redirects to no URL ({error})", shown(from))))?;
    if !matches!(url.scheme(), "http" | "https") {
        let scheme = url.scheme();
        return Err(refused(format!("{} redirects to a {scheme} URL", shown(from))));
    }
    let elsewhere = url.origin() != from.origin();
    Ok(Step::Follow { url, elsewhere })
}

/// Whether a header field may go along to another origin. Only what describes the request; a
/// field that the flow made up may be a credential.
pub(crate) fn travels(name: &str) -> bool {
    const TRAVELLERS: [&str; 4] = ["accept", "accept-language", "content-type", "user-agent"];
    TRAVELLERS.contains(&name)
}

fn refused(what: String) -> Failure {
    Failure::new(FailureCode::Redirect, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(method: Method, status: u16, location: Option<&str>) -> Result<Step, Failure> {
        next(method, &Url::parse("https://h/a/b?c").unwrap(), status, location, 0)
    }

    #[test]
    fn get_and_head_follow_and_see_where_the_origin_changes() {
        let cases = [
            ("/x", "https://h/x", false),
            ("x?y", "https://h/a/x?y", false),
            ("https://H:443/x", "https://h/x", false),
            ("http://h/x", "http://h/x", true),
            ("https://h:8443/", "https://h:8443/", true),
            ("//other/x", "https://other/x", true),
        ];
        for (location, expected, moved) in cases {
            for method in [Method::Get, Method::Head] {
                let url = Url::parse(expected).unwrap();
                let step = step(method, 302, Some(location));
                assert_eq!(step, Ok(Step::Follow { url, elsewhere: moved }), "{location}");
            }
        }
    }

    #[test]
    fn other_answers_are_answers() {
        assert_eq!(step(Method::Post, 307, Some("/x")), Ok(Step::Answer));
        assert_eq!(step(Method::Get, 302, None), Ok(Step::Answer));
        assert_eq!(step(Method::Get, 300, Some("/x")), Ok(Step::Answer));
        assert_eq!(step(Method::Get, 200, Some("/x")), Ok(Step::Answer));
    }

    #[test]
    fn too_many_and_strange_places_are_failures() {
        let url = Url::parse("https://h/a?canary").unwrap();
        let error = next(Method::Get, &url, 302, Some("/x"), MAX_REDIRECTS).unwrap_err();
        assert_eq!(error.code, FailureCode::Redirect);
        assert!(!error.description.contains("canary"));
        for location in ["file:///etc/passwd", "gopher://h", "http://"] {
            let error = step(Method::Get, 301, Some(location)).unwrap_err();
            assert_eq!(error.code, FailureCode::Redirect, "{location}");
        }
    }

    #[test]
    fn made_up_header_fields_stay_at_home() {
        assert!(travels("accept"));
        for name in ["authorization", "cookie", "x-api-key", "proxy-authorization"] {
            assert!(!travels(name), "{name}");
        }
    }
}

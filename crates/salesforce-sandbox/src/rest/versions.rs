//! API versions and `GET /services/data`.

use crate::http::Response;
use crate::json::Json;

/// The newest version that is answered.
pub(crate) const NEWEST_VERSION: &str = "66.0";
const OLDEST: u16 = 31;
const NEWEST: u16 = 66;

/// A version's number before the `.0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(u16);

impl Version {
    /// Reads `v52.0`.
    pub(crate) fn parse(segment: &str) -> Option<Version> {
        let number = segment.strip_prefix(['v', 'V'])?.strip_suffix(".0")?;
        if number.len() != 2 {
            return None;
        }
        let number: u16 = number.parse().ok()?;
        (OLDEST..=NEWEST).contains(&number).then_some(Version(number))
    }

    /// Whether this is the version `number.0` or a newer one.
    pub(crate) fn at_least(self, number: u16) -> bool {
        self.0 >= number
    }

    /// `/services/data/v52.0`.
    pub(crate) fn base(self) -> String {
        format!("/services/data/v{}.0", self.0)
    }

    /// The season of a release: three a year, version 51 was Spring '21.
    fn label(self) -> String {
        let since = i32::from(self.0) - 51;
        let year = 21 + since.div_euclid(3);
        match since.rem_euclid(3) {
            0 => format!("Spring '{year}"),
            1 => format!("Summer '{year}"),
            _ => format!("Winter '{}", year + 1),
        }
    }
}

/// The list of versions; it needs no token.
pub(crate) fn list() -> Response {
    let versions = (OLDEST..=NEWEST).map(Version).map(|version| {
        Json::object([
            ("label", Json::Text(version.label())),
            ("url", Json::Text(version.base())),
            ("version", Json::Text(format!("{}.0", version.0))),
        ])
    });
    Response::json(200, Json::array(versions))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        assert_eq!(Version::parse("v52.0"), Some(Version(52)));
        for odd in ["v999.0", "52.0", "v52", "v5.0", "v+2.0", "v52.1", "v20.0", ""] {
            assert_eq!(Version::parse(odd), None, "{odd}");
        }
        assert_eq!(Version::parse(&format!("v{NEWEST_VERSION}")), Some(Version(NEWEST)));
    }

    #[test]
    fn releases_have_their_seasons() {
        for (number, label) in [(31, "Summer '14"), (52, "Summer '21"), (53, "Winter '22")] {
            assert_eq!(Version(number).label(), label);
        }
    }
}

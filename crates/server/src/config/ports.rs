//! A range of ports, written `16384-32767`.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Ports for audio, at least two, the lowest even and the highest odd, so that each pair is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortRange {
    first: u16,
    last: u16,
}

impl PortRange {
    /// The usual range: 8,192 legs.
    pub const DEFAULT: Self = Self { first: 16_384, last: 32_767 };

    /// The range from `first` to `last`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(first: u16, last: u16) -> Result<Self, String> {
        match (first, last) {
            _ if first < 1_024 => Err("begins below 1024".to_owned()),
            _ if first % 2 == 1 => Err("begins with an odd port".to_owned()),
            _ if last.is_multiple_of(2) => Err("ends with an even port".to_owned()),
            _ if last <= first => Err("ends before it begins".to_owned()),
            _ => Ok(Self { first, last }),
        }
    }

    /// The ports.
    pub fn range(self) -> RangeInclusive<u16> {
        self.first..=self.last
    }

    /// How many legs have room.
    pub fn legs(self) -> u32 {
        (u32::from(self.last) - u32::from(self.first)).div_ceil(2)
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}

impl FromStr for PortRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const FORM: &str = "is not two ports with `-` between them";
        let (first, last) = text.split_once('-').ok_or(FORM)?;
        let port = |text: &str| text.trim().parse::<u16>().map_err(|_| FORM.to_owned());
        Self::new(port(first)?, port(last)?)
    }
}

impl Serialize for PortRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PortRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_whole_pairs() {
        let range: PortRange = "20000-20003".parse().unwrap();
        assert_eq!((range.legs(), range.to_string().as_str()), (2, "20000-20003"));
        assert_eq!(PortRange::DEFAULT.legs(), 8_192);
        for bad in ["20001-20003", "20000-20002", "20000-19999", "80-99", "1", "a-b", "1024-70001"]
        {
            assert!(bad.parse::<PortRange>().is_err(), "{bad}");
        }
    }
}

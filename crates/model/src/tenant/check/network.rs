//! Networks under `http` are in CIDR notation (RFC 4632): an address and a prefix length.

use core::net::IpAddr;

use super::{ParseOptions, Path, Report, Tenant, shown};

/// Reports networks that are not in CIDR notation.
pub(super) fn check(tenant: &Tenant, _: ParseOptions, report: &mut Report<'_>) {
    let http = &tenant.http;
    let lists = [("deny_networks", &http.deny_networks), ("allow_networks", &http.allow_networks)];
    for (key, networks) in lists {
        for (index, network) in networks.iter().enumerate() {
            if let Err(problem) = parse(network) {
                let path = Path::root("http").key(key).index(index);
                report.at(&path, || format!("{} {problem}", shown(network)));
            }
        }
    }
}

/// Whether this is a network, or what is wrong with it.
fn parse(text: &str) -> Result<(), String> {
    const ALLOWED: &str = "(allowed: such as `10.0.0.0/8` or `fd00::/8`)";
    let Some((address, length)) = text.split_once('/') else {
        return Err(match text.parse::<IpAddr>() {
            Ok(IpAddr::V4(_)) => format!("has no prefix length; did you mean `{text}/32`?"),
            Ok(IpAddr::V6(_)) => format!("has no prefix length; did you mean `{text}/128`?"),
            Err(_) => format!("is not a network {ALLOWED}"),
        });
    };
    let Ok(address) = address.parse::<IpAddr>() else {
        return Err(format!("is not a network {ALLOWED}"));
    };
    let (bits, width) = match address {
        IpAddr::V4(v4) => (u128::from(v4.to_bits()), 32),
        IpAddr::V6(v6) => (v6.to_bits(), 128),
    };
    let digits = length.bytes().all(|byte| byte.is_ascii_digit());
    let Some(length) = length.parse::<u32>().ok().filter(|it| digits && *it <= width) else {
        return Err(format!("has a wrong prefix length (allowed: 0 to {width})"));
    };
    first_address(address, bits, width - length).map_or(Ok(()), |first| {
        Err(format!("is an address inside a network; did you mean `{first}/{length}`?"))
    })
}

/// The network's first address when this one is another.
fn first_address(address: IpAddr, bits: u128, host_bits: u32) -> Option<IpAddr> {
    let kept = u128::MAX.checked_shl(host_bits).unwrap_or(0);
    let first = bits & kept;
    if first == bits {
        return None;
    }
    Some(match address {
        IpAddr::V4(_) => IpAddr::V4(u32::try_from(first).ok()?.into()),
        IpAddr::V6(_) => IpAddr::V6(first.into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_its_first_address_and_a_length() {
        for fine in ["10.0.0.0/8", "192.168.1.7/32", "0.0.0.0/0", "fd00::/8", "::1/128", "::/0"] {
            assert_eq!(parse(fine), Ok(()), "{fine}");
        }
        let bad = [
            ("10.0.0.1", "`10.0.0.1/32`?"),
            ("::1", "`::1/128`?"),
            ("10.1.2.3/8", "`10.0.0.0/8`?"),
            ("fd00::1/8", "`fd00::/8`?"),
            ("10.0.0.0/33", "0 to 32"),
            ("10.0.0.0/+8", "0 to 32"),
            ("10.0.0.0/", "0 to 32"),
            ("::/129", "0 to 128"),
            ("localhost", "is not a network"),
            ("10.0.0/8", "is not a network"),
        ];
        for (text, part) in bad {
            assert!(parse(text).is_err_and(|it| it.contains(part)), "{text}: {:?}", parse(text));
        }
    }
}

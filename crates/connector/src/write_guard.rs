//! Whether a request that changes data may be sent (decision 9).

use trunkline_model::tenant::connector::{Connector, Writes};

use crate::network::is_loopback_host;
use crate::options::WriteDecision;

/// What the connector's setting alone says, or that the caller's policy has to be asked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Send.
    Allow,
    /// Ask the policy.
    Ask,
}

/// What `connector` says about a write to `host`.
pub(crate) fn verdict(connector: &Connector, host: &str) -> Verdict {
    match connector.writes {
        Writes::Allow => Verdict::Allow,
        Writes::Ask if is_loopback_host(host) => Verdict::Allow,
        Writes::Ask | Writes::Deny => Verdict::Ask,
    }
}

/// The policy's answer, which cannot allow what the connector denies.
pub(crate) fn bounded(connector: &Connector, decision: WriteDecision) -> WriteDecision {
    match (connector.writes, decision) {
        (Writes::Deny, WriteDecision::Allow) => WriteDecision::Deny,
        (Writes::Allow | Writes::Ask | Writes::Deny, decision) => decision,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::connector;

    #[test]
    fn the_setting_and_the_host_decide_who_is_asked() {
        let cases = [
            (Writes::Allow, "crm.example", Verdict::Allow),
            (Writes::Ask, "127.0.0.1", Verdict::Allow),
            (Writes::Ask, "crm.example", Verdict::Ask),
            (Writes::Deny, "crm.example", Verdict::Ask),
            (Writes::Deny, "localhost", Verdict::Ask),
        ];
        for (writes, host, expected) in cases {
            let connector = Connector { writes, ..connector("http://h") };
            assert_eq!(verdict(&connector, host), expected, "{writes:?} {host}");
        }
    }

    #[test]
    fn a_denial_cannot_be_overruled() {
        let deny = Connector { writes: Writes::Deny, ..connector("http://h") };
        assert_eq!(bounded(&deny, WriteDecision::Allow), WriteDecision::Deny);
        assert_eq!(bounded(&deny, WriteDecision::StandIn(204)), WriteDecision::StandIn(204));
        let ask = Connector { writes: Writes::Ask, ..deny };
        assert_eq!(bounded(&ask, WriteDecision::Allow), WriteDecision::Allow);
    }
}

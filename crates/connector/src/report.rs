//! The report of `connector test`: which step of reaching a connector works, and what to do.

use std::fmt;

use serde::Serialize;

/// A step of reaching a connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The connector is configured.
    Config,
    /// Its host has an address that may be reached.
    Dns,
    /// The address accepts connections.
    Tcp,
    /// The server's certificate is trusted.
    Tls,
    /// The token endpoint gives an access token.
    Token,
    /// The token may be used for what flows do.
    Scope,
    /// The API answers.
    Api,
}

impl Stage {
    /// The stage's name for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Dns => "DNS",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Token => "token",
            Self::Scope => "scope",
            Self::Api => "API",
        }
    }
}

/// How a stage went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It works.
    Ok,
    /// It does not; the advice says what to do.
    Failed,
    /// It was not tried: not needed, or an earlier stage failed.
    Skipped,
}

/// One stage of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StageReport {
    /// Which stage.
    pub stage: Stage,
    /// How it went.
    pub status: Status,
    /// How long it took, in milliseconds; 0 when skipped.
    pub duration_ms: u64,
    /// What was found, or why it was skipped.
    pub detail: String,
    /// What to do, when it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

/// What [`Client::diagnose`](crate::Client::diagnose) found. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The connector's name, or what was asked for when there is none.
    pub connector: String,
    /// Its base URL, if the connector exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// The stages, in order; each appears once.
    pub stages: Vec<StageReport>,
}

impl Report {
    /// Whether no stage failed.
    pub fn passed(&self) -> bool {
        self.stages.iter().all(|stage| stage.status != Status::Failed)
    }

    /// The report of one stage.
    pub fn stage(&self, stage: Stage) -> Option<&StageReport> {
        self.stages.iter().find(|it| it.stage == stage)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.base_url {
            Some(url) => writeln!(f, "connector {} ({url})", self.connector)?,
            None => writeln!(f, "connector {}", self.connector)?,
        }
        self.stages.iter().try_for_each(|stage| write!(f, "{stage}"))
    }
}

impl fmt::Display for StageReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let label = self.stage.label();
        match self.status {
            Status::Ok => {
                writeln!(f, "  {label:<6} ok      {:>5} ms  {}", self.duration_ms, self.detail)
            }
            Status::Skipped => writeln!(f, "  {label:<6} skipped           {}", self.detail),
            Status::Failed => {
                writeln!(f, "  {label:<6} FAILED  {:>5} ms  {}", self.duration_ms, self.detail)?;
                self.advice.iter().try_for_each(|advice| writeln!(f, "         {advice}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_reads_as_a_table_with_advice() {
        let stage = |stage, status, advice: Option<&str>| StageReport {
            stage,
            status,
            duration_ms: 12,
            detail: "d".to_owned(),
            advice: advice.map(str::to_owned),
        };
        let report = Report {
            connector: "crm".to_owned(),
            base_url: Some("http://h".to_owned()),
            stages: vec![
                stage(Stage::Dns, Status::Ok, None),
                stage(Stage::Tcp, Status::Failed, Some("start it")),
                stage(Stage::Tls, Status::Skipped, None),
            ],
        };
        let text = "connector crm (http://h)\n  DNS    ok         12 ms  d\n  TCP    FAILED     \
                    12 ms  d\n         start it\n  TLS    skipped           d\n";
        assert_eq!(report.to_string(), text);
        assert!(!report.passed());
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["stages"][1]["status"], "failed");
    }
}

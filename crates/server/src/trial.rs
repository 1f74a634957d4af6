//! Tries a connector by the requests that flows would send.

use std::time::Duration;

use trunkline_api::centre::{ConnectorReport, ConnectorStage, StageStatus};
use trunkline_connector::{Client, Stage, StageReport, Status};
use trunkline_model::tenant::{Connector, Tenant};
use trunkline_settings::Trial;

use crate::config::Setup;
use crate::server;

/// How long all stages may take together.
const PATIENCE: Duration = Duration::from_secs(60);

/// Tries the connector alone: the secrets of others need not be there.
pub(crate) async fn report(trial: Trial, setup: &Setup) -> ConnectorReport {
    let Trial { connector, http } = trial;
    let tenant = Tenant { connectors: vec![connector.clone()], http, ..Tenant::default() };
    let client = match Client::new(&tenant, server::connector_options(setup)) {
        Ok(client) => client,
        Err(error) => return failed(&connector, &error.to_string()),
    };
    let report = client.diagnose(connector.id.as_str());
    let Ok(report) = tokio::time::timeout(PATIENCE, report).await else {
        let limit = PATIENCE.as_secs();
        return failed(&connector, &format!("no end within {limit} seconds; try again"));
    };
    ConnectorReport {
        passed: report.passed(),
        connector: report.connector,
        base_url: report.base_url.unwrap_or(connector.base_url),
        stages: report.stages.into_iter().map(stage).collect(),
    }
}

/// The report of a connector for which nothing could be sent.
fn failed(connector: &Connector, error: &str) -> ConnectorReport {
    let (detail, advice) = match error.rsplit_once("; ") {
        Some((detail, advice)) => (detail, Some(advice.to_owned())),
        None => (error, None),
    };
    let stage = ConnectorStage {
        stage: word(Stage::Config).to_owned(),
        status: StageStatus::Failed,
        duration_ms: 0,
        detail: detail.to_owned(),
        advice,
    };
    ConnectorReport {
        connector: connector.name.clone(),
        base_url: connector.base_url.clone(),
        passed: false,
        stages: vec![stage],
    }
}

fn stage(report: StageReport) -> ConnectorStage {
    ConnectorStage {
        stage: word(report.stage).to_owned(),
        status: match report.status {
            Status::Ok => StageStatus::Ok,
            Status::Failed => StageStatus::Failed,
            Status::Skipped => StageStatus::Skipped,
        },
        duration_ms: report.duration_ms,
        detail: report.detail,
        advice: report.advice,
    }
}

fn word(stage: Stage) -> &'static str {
    match stage {
        Stage::Config => "config",
        Stage::Dns => "dns",
        Stage::Tcp => "tcp",
        Stage::Tls => "tls",
        Stage::Token => "token",
        Stage::Scope => "scope",
        Stage::Api => "api",
    }
}

//! The demo's users: its agents and those who look after them, with passwords of this run.

use std::time::{SystemTime, UNIX_EPOCH};

use trunkline_accounts::{Demo, DemoUser};
use trunkline_server::Server;

use super::place::Place;
use crate::problem::{Problem, Result};

/// Makes them. None where there are no pages.
pub(super) async fn make(place: &Place, server: &Server) -> Result<Vec<DemoUser>> {
    let Some(web) = server.web() else { return Ok(Vec::new()) };
    let tenant = &place.setup.site.tenant;
    let agents = tenant.agents.iter();
    let agents = agents.map(|it| (it.id.clone(), it.id.to_string(), it.name.clone()));
    let demo = Demo {
        agents: agents.collect(),
        teams: tenant.teams.iter().map(|team| team.id.clone()).collect(),
        ..Demo::default()
    };
    let accounts = web.accounts().clone();
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now_ms = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    // Hashing passwords takes its time.
    let made = tokio::task::spawn_blocking(move || accounts.make_demo(now_ms, &demo)).await;
    made.map_err(Problem::failed)?.map_err(Problem::failed)
}

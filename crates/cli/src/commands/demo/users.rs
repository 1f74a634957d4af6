//! The demo's users: its agents and those who look after them, with passwords of this run.

use std::time::{SystemTime, UNIX_EPOCH};

use trunkline_accounts::{AccountsError, Demo, DemoUser};
use trunkline_server::Server;

use super::place::Place;
use crate::problem::{Problem, Result};

/// Who the newcomer is: the agent that the page of the demo's address signs in.
const NEWCOMER: &str = "maria";

/// The demo's users, and the address that needs no password, once.
pub(super) struct Users {
    pub(super) users: Vec<DemoUser>,
    pub(super) address: String,
}

/// Makes them.
pub(super) async fn make(place: &Place, server: &Server) -> Result<Users> {
    let Some(web) = server.web() else {
        return Err(Problem::failed("the demo has no pages"));
    };
    let url = web.url().to_owned();
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
    let make = move || {
        let users = accounts.make_demo(now_ms, &demo)?;
        Ok::<_, AccountsError>((users, accounts.new_link(now_ms, NEWCOMER)?))
    };
    let made = tokio::task::spawn_blocking(make).await;
    let (users, link) = made.map_err(Problem::failed)?.map_err(Problem::failed)?;
    Ok(Users { users, address: format!("{url}/open/{}", link.reveal()) })
}

//! The audit log.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use trunkline_accounts::{AuditPage, AuditRecord, AuditSearch, Role, Scope, UserId};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use crate::access::{Allowed, Table};
use crate::app::App;
use crate::body::Ask;
use crate::json::Json;
use crate::problem::Problem;

/// Records in one answer unless fewer are asked for.
const PAGE: usize = 50;

/// The most records in one answer.
const LARGEST_PAGE: usize = 200;

pub(super) fn routes(table: Table) -> Table {
    let readers = Allowed::roles(&[Role::Administrator, Role::Auditor]);
    table.route(readers.or_token(Scope::AuditRead), routes!(list))
}

/// Which records.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Search {
    /// Only records before this number: `next` of the page before.
    before: Option<i64>,
    /// Only what this user did.
    user: Option<UserId>,
    /// Only records whose `what` begins so.
    what: Option<String>,
    /// At most so many, 1 to 200; 50 when left out.
    limit: Option<usize>,
}

/// Records of the audit log.
#[derive(Debug, Serialize, ToSchema)]
struct Records {
    /// The records, the newest first.
    records: Vec<AuditRecord>,
    /// `before` of the next page; none when this is the last one.
    next: Option<i64>,
}

/// Who did what, the newest first.
#[utoipa::path(
    get, path = "/audit", tag = "audit", params(Search), responses((status = 200, body = Records))
)]
async fn list(
    State(app): State<Arc<App>>,
    Ask(ask): Ask<Search>,
) -> Result<Json<Records>, Problem> {
    let Search { before, user, what, limit } = ask;
    let limit = limit.unwrap_or(PAGE);
    if !(1..=LARGEST_PAGE).contains(&limit) {
        return Err(Problem::invalid("limit", format!("1 to {LARGEST_PAGE}")));
    }
    let search = AuditSearch { before, user, what, limit };
    let AuditPage { records, next } = app.blocking(move |accounts| accounts.audit(&search)).await?;
    Ok(Json(Records { records, next }))
}

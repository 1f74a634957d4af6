//! What an agent does with the contact at their desktop. Whether it is theirs, and whether it fits,
//! is the centre's to say.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use trunkline_accounts::{AuditEvent, Scope};
use trunkline_desk::{Command, Destination, Keys, PopOutcome, Variables, WrapUpAction};
use trunkline_model::ContactId;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::desk::{Done, command};
use crate::access::{Agent, Allowed, Table};
use crate::app::App;
use crate::body::{At, Body};
use crate::client::Client;
use crate::json::Json;
use crate::problem::Problem;

pub(super) fn routes(table: Table) -> Table {
    let own = Allowed::own_agent().or_token(Scope::Desk);
    table
        .route(own, routes!(answer))
        .route(own, routes!(decline))
        .route(own, routes!(hold))
        .route(own, routes!(resume))
        .route(own, routes!(keys))
        .route(own, routes!(consult))
        .route(own, routes!(swap))
        .route(own, routes!(end_consult))
        .route(own, routes!(conference))
        .route(own, routes!(drop_party))
        .route(own, routes!(transfer))
        .route(own, routes!(mute))
        .route(own, routes!(recording))
        .route(own, routes!(end))
        .route(own, routes!(wrap_up))
        .route(own, routes!(save))
        .route(own, routes!(draft))
        .route(own, routes!(secure_value))
        .route(own, routes!(pop_shown))
}

/// A command that consists of the contact alone.
macro_rules! plain {
    ($(#[$doc:meta])* $name:ident, $path:literal, $command:ident) => {
        $(#[$doc])*
        #[utoipa::path(
            post, path = $path, tag = "contact at the desktop",
            params(("id" = String, Path, description = "The contact's id.")),
            responses((status = 204, description = "Done; the next view shows it."))
        )]
        async fn $name(
            State(app): State<Arc<App>>,
            agent: Agent,
            At(contact): At<String>,
        ) -> Done {
            command(&app, &agent, Command::$command { contact }).await
        }
    };
}

plain!(
    /// Takes the contact on offer.
    answer, "/desk/contacts/{id}/answer", Answer
);
plain!(
    /// Turns it down.
    decline, "/desk/contacts/{id}/decline", Decline
);
plain!(
    /// The caller hears music.
    hold, "/desk/contacts/{id}/hold", Hold
);
plain!(
    /// The caller hears the agent again.
    resume, "/desk/contacts/{id}/resume", Resume
);
plain!(
    /// Talks to the other of the two.
    swap, "/desk/contacts/{id}/swap", Swap
);
plain!(
    /// Ends the consult and talks to the caller.
    end_consult, "/desk/contacts/{id}/end-consult", EndConsult
);
plain!(
    /// Caller, agent and the one who was consulted hear each other.
    conference, "/desk/contacts/{id}/conference", Conference
);
plain!(
    /// Ends the conversation.
    end, "/desk/contacts/{id}/end", End
);

/// Presses keys for the other side, or for the one who is consulted.
#[utoipa::path(
    post, path = "/desk/contacts/{id}/keys", tag = "contact at the desktop", request_body = Keys,
    params(("id" = String, Path, description = "The contact's id.")),
    responses((status = 204, description = "Done."))
)]
async fn keys(
    State(app): State<Arc<App>>,
    agent: Agent,
    At(contact): At<String>,
    Body(keys): Body<Keys>,
) -> Done {
    command(&app, &agent, Command::Keys { contact, keys }).await
}

/// Whom to consult.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConsultWith {
    /// Whom.
    to: Destination,
}

/// Calls somebody while the caller hears music.
#[utoipa::path(
    post, path = "/desk/contacts/{id}/consult", tag = "contact at the desktop",
    request_body = ConsultWith,
    params(("id" = String, Path, description = "The contact's id.")),
    responses((status = 204, description = "Done; the next view shows it."))
)]
async fn consult(
    State(app): State<Arc<App>>,
    agent: Agent,
    At(contact): At<String>,
    Body(ConsultWith { to }): Body<ConsultWith>,
) -> Done {
    command(&app, &agent, Command::Consult { contact, to }).await
}

/// Who is to leave.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DropParty {
    /// The party's id.
    party: String,
}

/// A party leaves the conference.
#[utoipa::path(
    post, path = "/desk/contacts/{id}/drop", tag = "contact at the desktop",
    request_body = DropParty,
    params(("id" = String, Path, description = "The contact's id.")),
    responses((status = 204, description = "Done; the next view shows it."))
)]
async fn drop_party(
    State(app): State<Arc<App>>,
    agent: Agent,
    At(contact): At<String>,
    Body(DropParty { party }): Body<DropParty>,
) -> Done {
    command(&app, &agent, Command::Drop { contact, party }).await
}

/// Where the caller goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TransferTo {
    /// Where to; none after a consult.
    to: Option<Destination>,
}

/// Without a consult: the caller goes there now. With one: caller and the one who was consulted
/// are joined, and the agent leaves.
#[utoipa::path(
    post, path = "/desk/contacts/{id}/transfer", tag = "contact at the desktop",
    request_body = TransferTo,
    params(("id" = String, Path, description = "The contact's id.")),
    responses((status = 204, description = "Done; the next view shows it."))
)]
async fn transfer(
    State(app): State<Arc<App>>,
    agent: Agent,
    At(contact): At<String>,
    Body(TransferTo { to }): Body<TransferTo>,
) -> Done {
    command(&app, &agent, Command::Transfer { contact, to }).await
}

/// Whether nobody hears the agent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Muted {
    /// Whether nobody does.
    muted: bool,
}

/// Mutes the agent at the server, or ends that. A SIP phone is muted so; pages mute their own
/// microphones.
#[utoipa::path(
    post, path = "/desk/contacts/{id}/mute", tag = "contact at the desktop",
    request_body = Muted,
    params(("id" = String, Path, description = "The contact's id.")),
    responses((status = 204, description = "Done; the next view shows it."))
)]
async fn mute(
    State(app): State<Arc<App>>,
    agent: Agent,
    At(contact): At<String>,
    Body(Muted { muted }): Body<Muted>,
) -> Done {
    command(&app, &agent, Command::Mute { contact, muted }).await
}

/// Whether the recording pauses.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Recording {
    /// Whether it pauses.
    paused: bool,
}

/// Pauses the recording, or goes on with it.
#[utoipa::path(
    post, path = "/desk/contacts/{id}/recording", tag = "contact at the desktop",
    request_body = Recording,
    params(("id" = String, Path, description = "The contact's id.")),
    responses((status = 204, description = "Done; the next view shows it."))
)]
async fn recording(
    State(app): State<Arc<App>>,
    agent: Agent,
    At(contact): At<String>,
    Body(Recording { paused }): Body<Recording>,
) -> Done {
    command(&app, &agent, Command::PauseRecording { contact, paused }).await
}

/// Chooses a wrap-up code, asks for 60 seconds more, or has done.
#[utoipa::path(
    post, path = "/desk/contacts/{id}/wrap-up", tag = "contact at the desktop",
    request_body = WrapUpAction,
    params(("id" = String, Path, description = "The contact's id.")),
    responses((status = 204, description = "Done; the next view shows it."))
)]
async fn wrap_up(
    State(app): State<Arc<App>>,
    agent: Agent,
    At(contact): At<String>,
    Body(action): Body<WrapUpAction>,
) -> Done {
    command(&app, &agent, Command::WrapUp { contact, action }).await
}

/// Saves variables. 409 `stale` with `version` and `values` where somebody saved them meanwhile.
#[utoipa::path(
    put, path = "/desk/contacts/{id}/variables", tag = "contact at the desktop",
    request_body = Variables,
    params(("id" = String, Path, description = "The contact's id.")),
    responses((status = 204, description = "Done; the next view shows it."))
)]
async fn save(
    State(app): State<Arc<App>>,
    agent: Agent,
    At(contact): At<String>,
    Body(variables): Body<Variables>,
) -> Done {
    command(&app, &agent, Command::Save { contact, variables }).await
}

/// What was typed and not saved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Draft {
    /// Texts by variable, all that are to be kept; without the secure ones.
    values: Vec<(String, String)>,
}

/// Keeps what was typed and not saved, in place of what was kept before.
#[utoipa::path(
    put, path = "/desk/contacts/{id}/draft", tag = "contact at the desktop",
    request_body = Draft,
    params(("id" = String, Path, description = "The contact's id.")),
    responses((status = 204, description = "Done."))
)]
async fn draft(
    State(app): State<Arc<App>>,
    agent: Agent,
    At(contact): At<String>,
    Body(Draft { values }): Body<Draft>,
) -> Done {
    command(&app, &agent, Command::Draft { contact, values }).await
}

/// The value of a secure variable.
#[derive(Debug, Serialize, ToSchema)]
struct SecureValue {
    /// The value.
    value: String,
}

/// The value of a secure variable of the agent's contact. That it was read is in the audit log.
#[utoipa::path(
    get, path = "/desk/contacts/{id}/variables/{name}", tag = "contact at the desktop",
    params(
        ("id" = String, Path, description = "The contact's id."),
        ("name" = String, Path, description = "The variable's name in the flow."),
    ),
    responses((status = 200, body = SecureValue))
)]
async fn secure_value(
    State(app): State<Arc<App>>,
    agent: Agent,
    client: Client,
    At((contact, variable)): At<(String, String)>,
) -> Result<Json<SecureValue>, Problem> {
    let asked = app.centre.secure_value(&agent.id, &ContactId::new(&contact), &variable).await;
    // Written down before it is shown: what cannot be noted is not read.
    let event = match &asked {
        Ok(_) => AuditEvent::done("secure_value.read"),
        Err(refusal) => AuditEvent::refused("secure_value.read", refusal.code()),
    };
    let event = event.on("contact", &contact, "").detail(&*variable);
    app.record(&agent.caller, &client, event).await?;
    Ok(Json(SecureValue { value: asked? }))
}

/// What became of a pop.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PopShown {
    /// What.
    outcome: PopOutcome,
}

/// Says what became of a screen pop.
#[utoipa::path(
    post, path = "/desk/contacts/{id}/pops/{pop}", tag = "contact at the desktop",
    request_body = PopShown,
    params(
        ("id" = String, Path, description = "The contact's id."),
        ("pop" = u32, Path, description = "The pop's id."),
    ),
    responses((status = 204, description = "Done."))
)]
async fn pop_shown(
    State(app): State<Arc<App>>,
    agent: Agent,
    At((contact, pop)): At<(String, u32)>,
    Body(PopShown { outcome }): Body<PopShown>,
) -> Done {
    command(&app, &agent, Command::PopShown { contact, pop, outcome }).await
}

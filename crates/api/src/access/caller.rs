//! Who sends a request, as handlers see it. [`super::check`] has made sure of it before.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use trunkline_accounts::{Actor, ApiToken, Role, Session, TokenUse, User};
use trunkline_model::AgentId;

use super::Who;
use crate::client::Client;
use crate::problem::Problem;

/// A user who sends a request.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The user as they are now.
    pub user: User,
    /// How the user has shown who they are.
    pub by: By,
}

/// How a user has shown who they are.
#[derive(Clone, Debug)]
pub(crate) enum By {
    /// By a session's cookie.
    Session(Box<Session>),
    /// By an API token.
    Token(ApiToken),
}

impl From<Session> for Caller {
    fn from(session: Session) -> Self {
        Self { user: session.user.clone(), by: By::Session(Box::new(session)) }
    }
}

impl From<TokenUse> for Caller {
    fn from(used: TokenUse) -> Self {
        Self { user: used.user, by: By::Token(used.token) }
    }
}

impl Caller {
    /// Whether the user has one of these roles.
    pub(crate) fn has_any(&self, roles: &[Role]) -> bool {
        self.user.roles.iter().any(|role| roles.contains(role))
    }

    /// Who it is, for the audit log.
    pub(crate) fn actor(&self, client: &Client) -> Actor {
        let token = match &self.by {
            By::Session(_) => None,
            By::Token(token) => Some(token.name.clone()),
        };
        let (user, name) = (Some(self.user.id), self.user.name.clone());
        Actor { user, name, address: Some(client.address), token }
    }

    /// The agent whose desktop the user may use.
    pub(crate) fn own_agent(&self) -> Option<&AgentId> {
        let roles = Who::OwnAgent.roles().unwrap_or_default();
        self.user.agent.as_ref().filter(|_| self.has_any(roles))
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let caller = parts.extensions.get::<Self>().cloned();
        caller.ok_or_else(|| Problem::fault("a handler for anybody asks who it is"))
    }
}

/// A user together with the agent whose desktop is meant.
#[derive(Clone, Debug)]
pub(crate) struct Agent {
    /// The agent.
    pub id: AgentId,
    /// The user.
    pub caller: Caller,
}

impl<S: Sync> FromRequestParts<S> for Agent {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, state).await?;
        let Some(id) = caller.own_agent().cloned() else {
            return Err(Problem::fault("a handler for all users asks for their agent"));
        };
        Ok(Self { id, caller })
    }
}

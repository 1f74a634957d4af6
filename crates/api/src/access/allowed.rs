//! Whom a handler is for.

use trunkline_accounts::{Role, Scope};

/// Whom a handler is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowed {
    who: Who,
    scope: Option<Scope>,
    needs_own_password: bool,
}

/// The user that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Everybody, signed in or not.
    Anybody,
    /// Every user.
    SignedIn,
    /// Users with one of these roles.
    Roles(&'static [Role]),
    /// Users who are an agent of the tenant and may work as one; they reach that agent's desktop.
    OwnAgent,
}

impl Who {
    /// The roles that suffice; none where roles do not matter.
    pub fn roles(&self) -> Option<&'static [Role]> {
        match self {
            Self::Anybody | Self::SignedIn => None,
            Self::Roles(roles) => Some(roles),
            Self::OwnAgent => Some(&[Role::Agent, Role::Supervisor]),
        }
    }
}

impl Allowed {
    const fn new(who: Who) -> Self {
        Self { who, scope: None, needs_own_password: true }
    }

    /// Everybody, without a session too. Cookies and tokens are not looked at.
    pub const fn anybody() -> Self {
        Self::new(Who::Anybody)
    }

    /// Every user who is signed in.
    pub const fn signed_in() -> Self {
        Self::new(Who::SignedIn)
    }

    /// Users with one of these roles.
    pub const fn roles(roles: &'static [Role]) -> Self {
        Self::new(Who::Roles(roles))
    }

    /// Users who are an agent of the tenant, for that agent's desktop.
    pub const fn own_agent() -> Self {
        Self::new(Who::OwnAgent)
    }

    /// API tokens with this scope too; without this call none.
    pub const fn or_token(self, scope: Scope) -> Self {
        Self { scope: Some(scope), ..self }
    }

    /// Also users who have to change their password first.
    pub const fn even_with_given_password(self) -> Self {
        Self { needs_own_password: false, ..self }
    }

    /// Which user.
    pub const fn who(&self) -> Who {
        self.who
    }

    /// The scope that a token needs; none where no token is taken.
    pub const fn scope(&self) -> Option<Scope> {
        self.scope
    }

    /// Whether a password that was given by somebody else has to be changed before.
    pub const fn needs_own_password(&self) -> bool {
        self.needs_own_password
    }

    /// For people and the OpenAPI document: `anybody`, `every user`, or roles.
    pub fn describe(&self) -> String {
        match self.who {
            Who::Anybody => "anybody".to_owned(),
            Who::SignedIn => "every user".to_owned(),
            Who::Roles(roles) => {
                let names: Vec<_> = roles.iter().map(|role| role.as_str()).collect();
                names.join(", ")
            }
            Who::OwnAgent => "agent or supervisor, own desktop".to_owned(),
        }
    }
}

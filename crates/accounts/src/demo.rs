//! Users of a demonstration: known names, passwords that are given or made anew.

use rusqlite::OptionalExtension;
use trunkline_model::{AgentId, TeamId};

use crate::accounts::Accounts;
use crate::actor::Actor;
use crate::audit::AuditEvent;
use crate::error::AccountsError;
use crate::ids::UserId;
use crate::name;
use crate::role::{Role, Roles};
use crate::secret::{self, Password, Shown};
use crate::session::{self, WhyEnded};
use crate::user::{Language, NewUser};
use crate::users::{self, Prepared};

/// What passwords are made of: letters and digits that nobody confuses, 32 of them.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Groups of four characters in a password: 80 bits.
const GROUPS: usize = 4;

/// The users of a demonstration.
#[derive(Clone, Debug, Default)]
pub struct Demo {
    /// One password for all; a random one for each when left out.
    pub password: Option<Password>,
    /// The language of the pages.
    pub language: Language,
    /// The agents: their id in the tenant, their sign-in name, and their name for people.
    pub agents: Vec<(AgentId, String, String)>,
    /// The teams that `supervisor` may see.
    pub teams: Vec<TeamId>,
}

/// A user of a demonstration, to be printed.
#[derive(Clone, Debug)]
pub struct DemoUser {
    /// The sign-in name.
    pub name: String,
    /// The name for people.
    pub display_name: String,
    /// The password.
    pub password: Shown,
}

impl Accounts {
    /// Makes the users `admin`, `supervisor` and the agents, or gives them new passwords where
    /// they exist, ending their sessions. A password that is given is taken as it is, without the
    /// rules: only a demonstration asks for this. Waits for a password hash of each.
    ///
    /// # Errors
    /// [`AccountsError::Invalid`], [`AccountsError::AgentTaken`], and failures of the database.
    pub fn make_demo(&self, now_ms: i64, demo: &Demo) -> Result<Vec<DemoUser>, AccountsError> {
        let mut shown = Vec::new();
        for new in demo_users(demo) {
            let password = match &demo.password {
                Some(given) => Shown::new(given.as_str().to_owned()),
                None => random_password()?,
            };
            let settings = new.settings().checked()?;
            let hash = Some(self.hasher.hash(&Password::new(password.reveal()))?);
            let (name, display_name) = (settings.name.clone(), settings.display_name.clone());
            self.put_demo_user(now_ms, &Prepared { settings, hash, must_change: false })?;
            shown.push(DemoUser { name, display_name, password });
        }
        Ok(shown)
    }

    fn put_demo_user(&self, now_ms: i64, user: &Prepared) -> Result<(), AccountsError> {
        let by = Actor { name: "demo".to_owned(), ..Actor::system() };
        let ended = self.db.write("make a user of the demonstration", |tx| {
            let key = name::key(&user.settings.name);
            let sql = "SELECT id FROM users WHERE name_key = ?1";
            let found = tx.query_row(sql, [key], |row| row.get::<_, String>(0)).optional()?;
            let Some(found) = found else {
                self.insert(tx, now_ms, &by, user)?;
                return Ok(Vec::new());
            };
            let id: UserId =
                found.parse().map_err(|error: uuid::Error| crate::database::strange(0, error))?;
            users::update(tx, id, &user.settings)?;
            users::set_password(tx, id, user.hash.as_deref().unwrap_or_default(), false)?;
            let event = AuditEvent::done("user.password_set").on_user(id, &user.settings.name);
            self.note(tx, now_ms, &by, &event)?;
            session::end(tx, "user", &found, None, WhyEnded::PasswordChanged)
        })?;
        self.announce(&ended);
        Ok(())
    }
}

fn demo_users(demo: &Demo) -> Vec<NewUser> {
    let user = |name: &str, display_name: &str, role| NewUser {
        name: name.to_owned(),
        display_name: display_name.to_owned(),
        language: demo.language,
        roles: Roles::from([role]),
        ..NewUser::default()
    };
    let (admin, supervisor) = match demo.language {
        Language::En => ("Administrator", "Supervisor"),
        Language::Ja => ("管理者", "スーパーバイザー"),
    };
    let mut users = vec![user("admin", admin, Role::Administrator)];
    let supervisor = user("supervisor", supervisor, Role::Supervisor);
    users.push(NewUser { teams: demo.teams.clone(), ..supervisor });
    users.extend(demo.agents.iter().map(|(agent, name, display_name)| {
        let agent = Some(agent.clone());
        NewUser { agent, ..user(name, display_name, Role::Agent) }
    }));
    users
}

/// A random password that can be read out: `k7fw-2mtr-x9pq-hd4c`.
fn random_password() -> Result<Shown, AccountsError> {
    let bytes = secret::random::<{ GROUPS * 4 }>()?;
    let letter = |byte: &u8| char::from(ALPHABET[usize::from(byte % 32)]);
    let groups: Vec<String> =
        bytes.chunks(4).map(|four| four.iter().map(letter).collect()).collect();
    Ok(Shown::new(groups.join("-")))
}

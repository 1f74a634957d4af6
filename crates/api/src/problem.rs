//! Errors as RFC 9457 has them: `application/problem+json`.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use trunkline_accounts::{AccountsError, User};
use trunkline_desk::{Elsewhere, Refusal};
use trunkline_settings::{self as settings, Labelled, SettingsError, Stale, Usage};
use utoipa::ToSchema;

use crate::access::PREFIX;
use crate::codes::Code;

/// Why a request was not carried out. Boxed, since most requests are.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Problem(Box<Document>);

/// Why a request was not carried out.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Document {
    /// The address of a page about the code.
    #[serde(rename = "type")]
    kind: String,
    /// What is wrong, the same for every occurrence of the code.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// The stable code.
    code: &'static str,
    /// What is wrong this time.
    detail: String,
    /// Names this occurrence; the server's log has it too where the server is at fault.
    instance: String,
    /// For `invalid` and `invalid-configuration`: the field at fault, as a path
    /// (`values[0].name`); of several the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// For `signed-in-elsewhere`: the other desktop.
    #[serde(skip_serializing_if = "Option::is_none")]
    elsewhere: Option<Elsewhere>,
    /// For `stale` and `stale-plan`: the version (revision) to build on.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
    /// For `stale`: the values now, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<Vec<(String, String)>>,
    /// For `stale` users: the user now.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<Box<User>>,
    /// For `stale` objects of the configuration: the object now, and the value that was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    stale_object: Option<Box<Stale>>,
    /// For `stale` labels of flows: where the label is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<Labelled>,
    /// For `invalid-configuration`: everything that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    problems: Option<Vec<settings::Problem>>,
    /// For `in-use`: everything that refers to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    usages: Option<Vec<Usage>>,
    /// Why, as a stable word: of `invalid` passwords, and of what desktops refuse
    /// ([`trunkline_desk::Reason`]).
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// For `locked-out` and `too-many-requests`: seconds to wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_s: Option<u64>,
}

impl Problem {
    /// A problem with a sentence about this occurrence.
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self(Box::new(Document {
            kind: format!("{PREFIX}/errors/{}", code.as_str()),
            title: code.title(),
            status: code.status().as_u16(),
            code: code.as_str(),
            detail: detail.into(),
            instance: format!("urn:uuid:{}", uuid::Uuid::now_v7()),
            field: None,
            elsewhere: None,
            version: None,
            values: None,
            user: None,
            stale_object: None,
            label: None,
            problems: None,
            usages: None,
            reason: None,
            retry_after_s: None,
        }))
    }

    /// The same with more to it.
    fn and(mut self, add: impl FnOnce(&mut Document)) -> Self {
        add(&mut self.0);
        self
    }

    /// A problem that its title says all about.
    pub(crate) fn of(code: Code) -> Self {
        Self::new(code, code.title())
    }

    /// A value that is wrong.
    pub(crate) fn invalid(field: impl Into<String>, detail: impl Into<String>) -> Self {
        let field = field.into();
        Self::new(Code::Invalid, detail).and(|it| it.field = Some(field))
    }

    /// A fault of the server's own, which goes into the log and not to the client.
    pub(crate) fn fault(what: impl std::fmt::Display) -> Self {
        let problem = Self::of(Code::Fault);
        tracing::error!(instance = %problem.0.instance, "a request failed: {what}");
        problem
    }

    /// What the client has to wait for.
    pub(crate) fn retry_after(self, seconds: u64) -> Self {
        self.and(|it| it.retry_after_s = Some(seconds.max(1)))
    }

    /// The same with another field at fault.
    pub(crate) fn at_field(self, field: &str) -> Self {
        self.and(|it| it.field = Some(field.to_owned()))
    }

    /// What accounts say to a request at `now_ms`.
    pub(crate) fn of_accounts(error: AccountsError, now_ms: i64) -> Self {
        let field = error.field().map(str::to_owned);
        Self::new_of_accounts(error, now_ms).and(|it| it.field = field)
    }

    fn new_of_accounts(error: AccountsError, now_ms: i64) -> Self {
        let detail = sentence(&error.to_string());
        match error {
            AccountsError::BadCredentials => Self::of(Code::WrongSignIn),
            AccountsError::Locked { until_ms } => {
                let wait_ms = until_ms.saturating_sub(now_ms).max(0).unsigned_abs();
                Self::of(Code::LockedOut).retry_after(wait_ms.div_ceil(1000))
            }
            AccountsError::Disabled => Self::of(Code::Disabled),
            AccountsError::Busy => Self::new(Code::Unavailable, detail).retry_after(2),
            AccountsError::NoSession | AccountsError::NoToken => {
                Self::new(Code::NotSignedIn, detail)
            }
            AccountsError::NoSetup => Self::of(Code::SetupOver),
            AccountsError::NoLink => Self::of(Code::LinkOver),
            AccountsError::Invalid { .. } => Self::new(Code::Invalid, detail),
            AccountsError::Weak(weakness) => {
                Self::new(Code::Invalid, detail).and(|it| it.reason = Some(weakness.code()))
            }
            AccountsError::NotFound { .. } => Self::new(Code::NotFound, detail),
            AccountsError::NameTaken | AccountsError::AgentTaken => Self::new(Code::Taken, detail),
            AccountsError::Stale(user) => Self::new(Code::Stale, detail).and(|it| {
                it.version = Some(user.version);
                it.user = Some(user);
            }),
            AccountsError::LastAdministrator => Self::of(Code::LastAdministrator),
            AccountsError::TooMany { .. } => Self::new(Code::TooMany, detail),
            AccountsError::Secret(_)
            | AccountsError::Format { .. }
            | AccountsError::Full { .. }
            | AccountsError::Damaged { .. }
            | AccountsError::Engine { .. } => {
                let problem = Self::of(Code::Unavailable);
                tracing::error!(instance = %problem.0.instance, "accounts failed: {detail}");
                problem
            }
        }
    }

    /// A configuration that would not be in order.
    fn of_problems(detail: String, problems: Vec<settings::Problem>) -> Self {
        Self::new(Code::InvalidConfiguration, detail).and(|it| {
            it.field = problems.first().map(|problem| problem.field.clone());
            it.problems = Some(problems);
        })
    }

    /// The document, for tests.
    #[cfg(test)]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::to_value(&self.0).unwrap()
    }

    /// The code's text.
    pub(crate) fn code(&self) -> &'static str {
        self.0.code
    }

    /// What is wrong this time.
    pub(crate) fn detail(&self) -> &str {
        &self.0.detail
    }
}

/// A message as a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = axum::http::StatusCode::from_u16(self.0.status)
            .unwrap_or(axum::http::StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self.0).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        let kind = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, kind);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.0.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<SettingsError> for Problem {
    fn from(error: SettingsError) -> Self {
        let detail = sentence(&error.to_string());
        match error {
            SettingsError::Stale(stale) => Self::new(Code::Stale, detail).and(|it| {
                it.version = Some(stale.current.as_ref().map_or(0, |object| object.version));
                it.stale_object = Some(stale);
            }),
            SettingsError::StaleLabel(label) => Self::new(Code::Stale, detail).and(|it| {
                it.version = Some(label.version);
                it.label = Some(label);
            }),
            SettingsError::StalePlan { revision } => {
                Self::new(Code::StalePlan, detail).and(|it| it.version = Some(revision))
            }
            SettingsError::Invalid(problems) => Self::of_problems(detail, problems),
            SettingsError::Yaml(errors) => {
                let problem = |it: &trunkline_model::tenant::Mistake| settings::Problem {
                    kind: None,
                    id: String::new(),
                    field: it.path.clone(),
                    message: it.to_string(),
                };
                Self::of_problems(detail, errors.mistakes().iter().map(problem).collect())
            }
            SettingsError::NotAFlow { .. } => Self::new(Code::NotAFlow, detail),
            SettingsError::InUse(usages) => {
                Self::new(Code::InUse, detail).and(|it| it.usages = Some(usages))
            }
            SettingsError::NotFound { .. } => Self::new(Code::NotFound, detail),
            SettingsError::TooMany { .. } => Self::new(Code::TooMany, detail),
            SettingsError::WrongKey { .. }
            | SettingsError::Secret { .. }
            | SettingsError::Format { .. }
            | SettingsError::Full { .. }
            | SettingsError::Damaged { .. }
            | SettingsError::Engine { .. } => {
                let problem = Self::of(Code::Unavailable);
                let instance = &problem.0.instance;
                tracing::error!(%instance, "the configuration failed: {detail}");
                problem
            }
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let (detail, reason) = (refusal.to_string(), refusal.reason());
        let problem = match refusal {
            Refusal::NoAgent => Self::new(Code::NoAgent, detail),
            Refusal::NoTeam => Self::new(Code::NoTeam, detail),
            Refusal::NotYourTeam => Self::new(Code::NotYourTeam, detail),
            Refusal::SignedOut => Self::new(Code::SignedOut, detail),
            Refusal::Elsewhere(elsewhere) => {
                Self::new(Code::Elsewhere, detail).and(|it| it.elsewhere = Some(elsewhere))
            }
            Refusal::Device(_) => Self::new(Code::Device, detail),
            Refusal::NotYours => Self::new(Code::NotYours, detail),
            Refusal::NotNow(_) => Self::new(Code::NotNow, detail),
            Refusal::Unreachable(_) => Self::new(Code::Unreachable, detail),
            Refusal::Invalid { field, .. } => Self::invalid(field, detail),
            Refusal::Stale { version, values } => Self::new(Code::Stale, detail).and(|it| {
                it.version = Some(version);
                it.values = Some(values);
            }),
            Refusal::Unavailable(_) => Self::new(Code::Unavailable, detail),
        };
        problem.and(|it| it.reason = reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A refusal keeps the code that the desktop's words give it.
    #[test]
    fn refusals_keep_their_codes() {
        let elsewhere = Elsewhere { label: "Chrome".into(), since_ms: 1, talking_since_ms: None };
        let refusals = [
            (Refusal::NoAgent, 403),
            (Refusal::NoTeam, 403),
            (Refusal::NotYourTeam, 403),
            (Refusal::SignedOut, 409),
            (Refusal::Elsewhere(elsewhere), 409),
            (Refusal::Device("no".into()), 422),
            (Refusal::NotYours, 409),
            (Refusal::NotNow("no".into()), 409),
            (Refusal::Unreachable("no".into()), 422),
            (Refusal::Invalid { field: "a".into(), problem: "b".into() }, 422),
            (Refusal::Stale { version: 2, values: vec![("a".into(), "b".into())] }, 409),
            (Refusal::Unavailable("no".into()), 503),
        ];
        for (refusal, status) in refusals {
            let code = refusal.code();
            let problem = Problem::from(refusal);
            assert_eq!((problem.code(), problem.0.status), (code, status));
        }
    }

    #[test]
    fn a_stale_value_comes_with_both() {
        let stale = Refusal::Stale { version: 2, values: vec![("a".into(), "b".into())] };
        let body = serde_json::to_value(Problem::from(stale).0).unwrap();
        assert_eq!(body["version"], 2);
        assert_eq!(body["values"], serde_json::json!([["a", "b"]]));
        assert_eq!(body["type"], "/api/v1/errors/stale");
    }
}

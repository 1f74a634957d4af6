//! Every way in which a request can fail: a stable code with its status, its title, and what to do.
//!
//! `docs/api/README.md` and `/errors/{code}` are made from this table.

use axum::http::StatusCode;

macro_rules! codes {
    ($($name:ident, $text:literal, $status:ident, $title:literal, $advice:literal;)*) => {
        /// Why a request was not carried out. The text is stable: programs and pages may ask
        /// for it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $(
                #[doc = $title]
                $name,
            )*
        }

        impl Code {
            /// All codes, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The code's text, as it stands in `code` and at the end of `type`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// The HTTP status that it goes with.
            pub fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status),* }
            }

            /// What is wrong, in one sentence that is the same for every occurrence.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title),* }
            }

            /// What to do about it.
            pub fn advice(self) -> &'static str {
                match self { $(Self::$name => $advice),* }
            }
        }
    };
}

codes! {
    NotSignedIn, "not-signed-in", UNAUTHORIZED, "You are not signed in.",
        "Sign in, or send a valid token, and repeat the request.";
    WrongSignIn, "wrong-sign-in", UNAUTHORIZED, "The name or the password is wrong.",
        "Check both. After several failures the name is locked for a while.";
    LockedOut, "locked-out", TOO_MANY_REQUESTS, "Too many sign-ins have failed.",
        "Wait for `retry_after_s` seconds, or ask an administrator to unlock the user.";
    PasswordExpired, "password-change-needed", FORBIDDEN, "The password has to be changed first.",
        "Set a password of your own with PUT /api/v1/session/password.";
    Disabled, "disabled", FORBIDDEN, "This user is disabled.",
        "Ask an administrator.";
    WrongRole, "wrong-role", FORBIDDEN, "Your roles do not allow this.",
        "Ask an administrator for one of the roles that `detail` names.";
    WrongScope, "wrong-scope", FORBIDDEN, "The token's scopes do not allow this.",
        "Make a token with the scope that `detail` names, or sign in: some requests take no token.";
    NotYourContact, "not-your-contact", FORBIDDEN, "This contact is not yours to see.",
        "Agents see their own contacts, supervisors those of their teams.";
    Csrf, "csrf", FORBIDDEN, "The request does not carry the session's CSRF token.",
        "Send the session's `csrf` in the header X-Trunkline-CSRF.";
    OtherOrigin, "other-origin", FORBIDDEN, "The request comes from a page of another origin.",
        "Use the pages of this server; programs use tokens. Behind a proxy, check `public_url`.";
    OtherHost, "other-host", FORBIDDEN, "The server does not answer for this host.",
        "Use the address of `public_url`; check that the proxy passes on the Host header.";
    Plain, "plain-http", FORBIDDEN, "The server speaks plain HTTP with its proxies only.",
        "Use the address of the proxy; its network belongs into `trusted_proxies`.";
    NotFound, "not-found", NOT_FOUND, "There is nothing at this address.",
        "Check the address and the ids in it.";
    NotThisMethod, "method-not-allowed", METHOD_NOT_ALLOWED, "The method does not fit the address.",
        "See /api/v1/docs for the methods of each address.";
    Slow, "request-timeout", REQUEST_TIMEOUT, "The body did not arrive in time.",
        "Send it again.";
    TooLarge, "body-too-large", PAYLOAD_TOO_LARGE, "The body is larger than its limit.",
        "Bodies are limited to 64 KiB; flows, audio files and whole configurations to 32 MiB.";
    NotJson, "not-json", UNSUPPORTED_MEDIA_TYPE, "The body is not declared as JSON.",
        "Send `Content-Type: application/json`.";
    Unreadable, "unreadable", BAD_REQUEST, "The request cannot be read.",
        "`detail` says where it stops to be JSON, or what else is wrong.";
    Invalid, "invalid", UNPROCESSABLE_ENTITY, "A value is not what it must be.",
        "Correct the field that `field` names.";
    Taken, "taken", CONFLICT, "Another user has this already.",
        "Choose another value for the field that `field` names.";
    TooMany, "too-many", CONFLICT, "There are as many as there may be.",
        "Delete some.";
    LastAdministrator, "last-administrator", CONFLICT, "Somebody has to be administrator.",
        "Make somebody else an administrator first.";
    SetupOver, "setup-over", GONE, "The link is not, or not any more, valid.",
        "A new link is printed at each start of the server while there is no administrator.";
    LinkOver, "link-over", GONE, "This sign-in link is not, or not any more, valid.",
        "It works once; sign in with a name and a password, or start the demonstration anew.";
    TooManyRequests, "too-many-requests", TOO_MANY_REQUESTS, "You send requests too quickly.",
        "Wait for `retry_after_s` seconds.";
    TooManyPages, "too-many-pages", TOO_MANY_REQUESTS, "Too many of your pages are open.",
        "Close some; a user may have eight open.";
    NoAgent, "no-agent", FORBIDDEN, "You are not an agent of this contact centre.",
        "Ask an administrator to name the agent that you are.";
    NoTeam, "no-team", FORBIDDEN, "You have no team.",
        "Ask an administrator.";
    NotYourTeam, "not-your-team", FORBIDDEN, "You may not sign in to this team.",
        "Choose one of the teams that the desktop lists.";
    SignedOut, "signed-out", CONFLICT, "You are not signed in at a desktop.",
        "Sign in with POST /api/v1/desk/sign-in.";
    Elsewhere, "signed-in-elsewhere", CONFLICT, "You are signed in at another desktop.",
        "Keep that one, or sign in with `take_over`; `elsewhere` says which it is.";
    Device, "device", UNPROCESSABLE_ENTITY, "The device cannot be used.",
        "Choose another, or register the phone.";
    NotYours, "not-yours", CONFLICT, "This contact is not yours any more.",
        "See the newest view of the desktop.";
    NotNow, "not-now", CONFLICT, "This does not fit how the conversation stands.",
        "See the newest view of the desktop.";
    Unreachable, "unreachable", UNPROCESSABLE_ENTITY, "The target cannot be reached.",
        "Choose another.";
    Stale, "stale", CONFLICT, "The values have changed meanwhile.",
        "Compare yours with what the problem holds, and send it again with the `version` there.";
    InvalidConfiguration, "invalid-configuration", UNPROCESSABLE_ENTITY,
        "The configuration would not be in order.",
        "Correct what `problems` names; each has the object and the field.";
    NotAFlow, "not-a-flow", UNPROCESSABLE_ENTITY, "The text is no exported flow.",
        "Export the flow from the Flow Designer again, and send the file as it is.";
    InUse, "in-use", CONFLICT, "Others refer to it.",
        "Change what `usages` names first.";
    StalePlan, "stale-plan", CONFLICT, "The configuration has changed since the plan was made.",
        "Make a new plan.";
    TryOff, "try-off", NOT_FOUND, "Nothing can be tried at this server.",
        "Set `enabled = true` under `[try]` in trunkline.toml, or start `trunkline demo`.";
    Unavailable, "unavailable", SERVICE_UNAVAILABLE, "The server cannot do this now.",
        "Try again in a moment; the server's log says more.";
    Fault, "fault", INTERNAL_SERVER_ERROR, "The server has made a mistake.",
        "Tell us the `instance`: the server's log has a line with it.";
}

impl Code {
    /// The code of this text.
    pub fn of(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_is_one_of_its_own() {
        for code in Code::ALL {
            assert_eq!(Code::of(code.as_str()), Some(*code));
            assert!(code.status().is_client_error() || code.status().is_server_error());
        }
    }
}

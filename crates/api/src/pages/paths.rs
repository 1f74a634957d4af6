//! The routes of the application. Its page is given for these alone: whatever else is asked for is
//! not there, and says so.

/// The routes; `:` stands for one part of a path, whatever it is.
const ROUTES: &[&str] = &[
    "",
    "signin",
    "setup/:",
    "start",
    "start/:",
    "open/:",
    "account",
    "try",
    "agent",
    "agent/c/:",
    "agent/history",
    "embed/agent",
    "live",
    "live/queues/:",
    "live/agents/:",
    "contacts",
    "contacts/:",
    "contacts/:/trace",
    "contacts/:/trace/:",
    "contacts/:/recording",
    "contacts/:/variables",
    "contacts/:/events",
    "contacts/:/raw",
    "reports",
    "reports/:",
    "flows",
    "flows/:",
    "flows/:/v/:",
    "flows/:/diff/:",
    "flows/:/tests/:",
    "flows/:/runs/:",
    "flows/:/runs/:/:",
    "admin",
];

/// Sections of the administration, each with its objects.
const SECTIONS: &[&str] = &[
    "entry-points",
    "queues",
    "teams",
    "sites",
    "users",
    "skills",
    "hours",
    "codes",
    "audio",
    "connectors",
    "variables",
    "trunks",
    "phones",
    "webhooks",
    "tokens",
    "security",
    "audit-log",
];

/// Whether a path is one of the application's.
pub(super) fn is_page(path: &str) -> bool {
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = match path.strip_suffix('/') {
        Some("") => return false,
        Some(rest) => rest,
        None => path,
    };
    ROUTES.iter().any(|route| fits(route, path)) || is_section(path)
}

fn fits(route: &str, path: &str) -> bool {
    let (mut wanted, mut parts) = (route.split('/'), path.split('/'));
    loop {
        match (wanted.next(), parts.next()) {
            (None, None) => return true,
            (Some(":"), Some(part)) if !part.is_empty() => {}
            (Some(wanted), Some(part)) if wanted == part => {}
            (Some(_) | None, Some(_) | None) => return false,
        }
    }
}

fn is_section(path: &str) -> bool {
    let mut parts = path.split('/');
    parts.next() == Some("admin")
        && parts.next().is_some_and(|section| SECTIONS.contains(&section))
        && parts.next().is_none_or(|id| !id.is_empty())
        && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_pages() {
        for path in [
            "/",
            "/agent",
            "/agent/",
            "/agent/c/018f",
            "/contacts/018f/trace/3",
            "/flows/a/runs/b/3",
            "/admin/queues",
            "/admin/audit-log/7",
            "/setup/secret",
        ] {
            assert!(is_page(path), "{path}");
        }
    }

    #[test]
    fn knows_nothing_else() {
        for path in [
            "/nothing",
            "/agent/x",
            "/agent/c/",
            "/agent/c/1/2",
            "/admin/secrets",
            "/admin/queues/1/2",
            "//",
            "/wp-login.php",
            "/../etc/passwd",
        ] {
            assert!(!is_page(path), "{path}");
        }
    }
}

//! `screen-pop` (Screen Pop): opens a page at the agent's desktop.
//!
//! Ports: `default`. The query parameters are appended, URL-encoded. A page whose URL is built
//! from the default of a variable that the flow should have set is flagged (decision 2).

use trunkline_model::Failure;

use crate::diagnostic::Severity;
use crate::read::{Properties, Templated};
use crate::run::{Cx, Effect, PopTarget, ScreenPop as Pop};

use super::{Activity, Descriptor, Step};

/// The registry's line.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "screen-pop",
    title: "Screen Pop",
    summary: "Opens a page at the agent's desktop.",
    ports: &["default"],
    read,
    ..Descriptor::PLAIN
};

#[derive(Debug)]
struct ScreenPop {
    /// `screenPopUrl`
    url: Templated,
    /// `queryParameters`
    query: Vec<(String, Templated)>,
    /// `screenPopDesktopLabel`
    label: Templated,
    /// `target`
    target: PopTarget,
}

fn read(properties: &mut Properties<'_>) -> Box<dyn Activity> {
    let url = properties.template("screenPopUrl");
    if url.is_blank() {
        let text = "there is no URL to open".to_owned();
        properties.report("missing-property", Severity::Error, &["screenPopUrl"], text, None);
    }
    let target = match properties.text("target") {
        Some("sameBrowserTab") => PopTarget::SameBrowserTab,
        Some("insideDesktop") => PopTarget::InsideDesktop,
        Some(_) | None => PopTarget::NewBrowserTab,
    };
    Box::new(ScreenPop {
        url,
        query: properties.templates("queryParameters"),
        label: properties.template("screenPopDesktopLabel"),
        target,
    })
}

impl Activity for ScreenPop {
    fn start(&self, cx: &mut Cx<'_>) -> Step {
        self.pop(cx).into()
    }

    fn templates(&self) -> Vec<&Templated> {
        let query = self.query.iter().map(|(_, value)| value);
        [&self.url, &self.label].into_iter().chain(query).collect()
    }
}

impl ScreenPop {
    fn pop(&self, cx: &mut Cx<'_>) -> Result<Step, Failure> {
        let mut url = cx.url(&self.url)?.text;
        let mut from_defaults = cx.unset_variables(&self.url);
        for (name, value) in &self.query {
            append_parameter(&mut url, name, &cx.text(value)?);
            from_defaults.extend(cx.unset_variables(value));
        }
        from_defaults.sort();
        from_defaults.dedup();
        let label = cx.text(&self.label)?;
        cx.show_in("url", |_| url.as_str().into());
        cx.show_in("label", |_| label.as_str().into());
        if !from_defaults.is_empty() {
            let names = from_defaults.join(", ");
            cx.warn(|| format!("the page is built from the flow's default of {names}"));
        }
        cx.emit(Effect::ScreenPop(Pop { url, label, target: self.target, from_defaults }));
        Ok(Step::exit("default"))
    }
}

fn append_parameter(url: &mut String, name: &str, value: &str) {
    // A URL may end in `?` or `&` already, as in `…/main.aspx?`.
    if !url.ends_with(['?', '&']) {
        url.push(if url.contains('?') { '&' } else { '?' });
    }
    encode_component(name, url);
    url.push('=');
    encode_component(value, url);
}

fn encode_component(text: &str, out: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_appended_once_separated() {
        let cases = [
            ("https://x/v", "https://x/v?channel=OPEN%20CTI"),
            ("https://x/v?", "https://x/v?channel=OPEN%20CTI"),
            ("https://x/v?a=1", "https://x/v?a=1&channel=OPEN%20CTI"),
        ];
        for (url, expected) in cases {
            let mut url = url.to_owned();
            append_parameter(&mut url, "channel", "OPEN CTI");
            assert_eq!(url, expected);
        }
    }
}

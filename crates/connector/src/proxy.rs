//! Proxies of the environment: `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`, in capitals or
//! not. This machine itself is never reached through a proxy.

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

use crate::error::ConnectorError;
use crate::network::is_loopback_host;
use crate::options::Options;

/// The proxies in force.
pub(crate) struct Proxies {
    matcher: Matcher,
    http: Option<Url>,
    https: Option<Url>,
}

impl Proxies {
    /// Those of the environment; none when it names none.
    pub(crate) fn from_env(options: &Options) -> Result<Option<Self>, ConnectorError> {
        let all = variable(options, "ALL_PROXY")?;
        let http = variable(options, "HTTP_PROXY")?.or_else(|| all.clone());
        let https = variable(options, "HTTPS_PROXY")?.or(all);
        if http.is_none() && https.is_none() {
            return Ok(None);
        }
        let text =
            |proxy: &Option<Url>| proxy.as_ref().map(ToString::to_string).unwrap_or_default();
        let matcher = Matcher::builder()
            .http(text(&http))
            .https(text(&https))
            .no(lookup(options, "NO_PROXY").unwrap_or_default())
            .build();
        Ok(Some(Self { matcher, http, https }))
    }

    /// The proxies for the HTTP library.
    pub(crate) fn for_client(&self) -> Result<Vec<reqwest::Proxy>, ConnectorError> {
        let setup = |error: reqwest::Error| ConnectorError::Setup(error.to_string());
        let http = self.http.clone().map(|url| reqwest::Proxy::http(url).map_err(setup));
        let https = self.https.clone().map(|url| reqwest::Proxy::https(url).map_err(setup));
        http.into_iter().chain(https).collect()
    }

    /// Whether a URL is reached through a proxy.
    pub(crate) fn serve(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let uri: Result<Uri, _> = url.origin().ascii_serialization().parse();
        !is_loopback_host(host) && uri.is_ok_and(|uri| self.matcher.intercept(&uri).is_some())
    }
}

fn lookup(options: &Options, name: &'static str) -> Option<String> {
    let found = (options.env)(&name.to_ascii_lowercase()).or_else(|| (options.env)(name));
    found.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

fn variable(options: &Options, name: &'static str) -> Result<Option<Url>, ConnectorError> {
    let Some(value) = lookup(options, name) else { return Ok(None) };
    let value = if value.contains("://") { value } else { format!("http://{value}") };
    let refused = ConnectorError::Proxy { variable: name };
    match Url::parse(&value) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(Some(url)),
        Ok(_) | Err(_) => Err(refused),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn proxies(variables: &'static [(&str, &str)]) -> Result<Option<Proxies>, ConnectorError> {
        let env = Arc::new(|name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        });
        Proxies::from_env(&Options { env, ..Options::default() })
    }

    #[test]
    fn the_environment_decides_which_hosts_go_through_a_proxy() {
        let proxies = proxies(&[
            ("https_proxy", "proxy.example:3128"),
            ("NO_PROXY", "intern.example,10.0.0.0/8"),
        ]);
        let proxies = proxies.unwrap().unwrap();
        let serve = |url: &str| proxies.serve(&Url::parse(url).unwrap());
        assert!(serve("https://crm.example/x?y"));
        assert!(!serve("http://crm.example/"), "only https has a proxy");
        assert!(!serve("https://a.intern.example/"));
        assert!(!serve("https://10.1.2.3/"));
        assert!(!serve("https://localhost:8443/") && !serve("https://127.0.0.1/"));
        assert_eq!(proxies.for_client().unwrap().len(), 1);
    }

    #[test]
    fn no_proxy_and_nonsense() {
        assert!(proxies(&[]).unwrap().is_none());
        assert!(proxies(&[("NO_PROXY", "*")]).unwrap().is_none());
        let error = proxies(&[("ALL_PROXY", "socks5://canary@h")]).err().unwrap();
        assert!(
            error.to_string().contains("ALL_PROXY") && !format!("{error:?}").contains("canary")
        );
    }
}

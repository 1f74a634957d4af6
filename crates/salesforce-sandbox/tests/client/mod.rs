//! A sandbox on a free port and a plain HTTP client for it.

#![allow(dead_code, reason = "each test program uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a test may")]

use std::collections::BTreeMap;

use serde_json::{Value, json};
use trunkline_salesforce_sandbox::{Fixture, Options, Sandbox};

/// A running sandbox with a token for it.
pub(crate) struct Client {
    pub(crate) base: String,
    pub(crate) token: String,
    pub(crate) sandbox: Option<Sandbox>,
    agent: ureq::Agent,
    runtime: tokio::runtime::Runtime,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) text: String,
}

impl Answer {
    /// The body; null when it is empty.
    pub(crate) fn json(&self) -> Value {
        if self.text.is_empty() {
            return Value::Null;
        }
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }

    /// Status and code of an error.
    pub(crate) fn error(&self) -> (u16, String) {
        let code = self.json()[0]["errorCode"].as_str().unwrap_or_default().to_owned();
        (self.status, code)
    }
}

impl Client {
    /// A sandbox with the built-in objects.
    pub(crate) fn new() -> Client {
        Client::with(Options::default())
    }

    pub(crate) fn with_fixture(json: &str) -> Client {
        let fixture = Some(Fixture::from_json(json, "test").unwrap());
        Client::with(Options { fixture, ..Options::default() })
    }

    /// A sandbox with these options on a free port.
    pub(crate) fn with(options: Options) -> Client {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let listen = "127.0.0.1:0".parse().unwrap();
        let sandbox = runtime.block_on(Sandbox::start(Options { listen, ..options })).unwrap();
        let config = ureq::Agent::config_builder().http_status_as_error(false).proxy(None);
        let config = config.max_redirects(0).allow_non_standard_methods(true).build();
        let mut client = Client {
            base: sandbox.base_url(),
            token: String::new(),
            sandbox: Some(sandbox),
            agent: config.into(),
            runtime,
        };
        let form = "grant_type=client_credentials&client_id=trunkline&client_secret=sandbox";
        let token = client.token(form);
        client.token = token.json()["access_token"].as_str().unwrap_or_default().to_owned();
        client
    }

    pub(crate) fn token(&self, form: &str) -> Answer {
        self.form("/services/oauth2/token", form)
    }

    pub(crate) fn form(&self, path: &str, form: &str) -> Answer {
        let kind = ("content-type", "application/x-www-form-urlencoded");
        self.raw("POST", path, &[kind], Some(form.as_bytes()))
    }

    /// A request below `/services/data/v52.0`, with the token.
    pub(crate) fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let path = format!("/services/data/v52.0/{path}");
        self.authorised(method, &path, &[], body)
    }

    pub(crate) fn authorised(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let mut headers = headers.to_vec();
        headers.push(("authorization", &bearer));
        headers.push(("content-type", "application/json"));
        let body = body.map(|body| body.to_string());
        self.raw(method, path, &headers, body.as_ref().map(String::as_bytes))
    }

    pub(crate) fn raw(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Answer {
        let url = format!("{}{path}", self.base);
        let mut request = ureq::http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = match body {
            Some(body) => self.agent.run(request.body(body).unwrap()),
            None => self.agent.run(request.body(()).unwrap()),
        };
        let mut response = response.unwrap();
        Answer {
            status: response.status().as_u16(),
            headers: response
                .headers()
                .iter()
                .map(|(n, v)| (n.to_string(), v.to_str().unwrap().to_owned()))
                .collect(),
            text: response.body_mut().read_to_string().unwrap(),
        }
    }

    /// A form that is sent in chunks, without a length.
    pub(crate) fn chunked_form(&self, path: &str, form: &str) -> u16 {
        let mut reader = form.as_bytes();
        self.agent
            .post(format!("{}{path}", self.base))
            .header("content-type", "application/x-www-form-urlencoded")
            .send(ureq::SendBody::from_reader(&mut reader))
            .unwrap()
            .status()
            .as_u16()
    }

    pub(crate) fn query(&self, soql: &str) -> Answer {
        self.call("GET", &format!("query?q={}", encode(soql)), None)
    }

    /// The records of a query that succeeds.
    pub(crate) fn records(&self, soql: &str) -> Vec<Value> {
        let answer = self.query(soql);
        assert_eq!(answer.status, 200, "{soql}: {}", answer.text);
        answer.json()["records"].as_array().unwrap().clone()
    }

    /// Creates a record and gives its Id.
    pub(crate) fn create(&self, object: &str, body: Value) -> String {
        let answer = self.call("POST", &format!("sobjects/{object}"), Some(body));
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn get(&self, object: &str, id: &str) -> Value {
        let answer = self.call("GET", &format!("sobjects/{object}/{id}"), None);
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    pub(crate) fn stop(mut self) {
        if let Some(sandbox) = self.sandbox.take() {
            self.runtime.block_on(sandbox.stop());
        }
    }
}

/// Percent-encodes everything but letters and digits.
pub(crate) fn encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// An account and a contact to work with.
pub(crate) fn account_and_contact(client: &Client) -> (String, String) {
    let account = client.create("Account", json!({"Name": "Acme Corp", "Phone": "+14806754111"}));
    let contact = client.create(
        "Contact",
        json!({"FirstName": "Ana", "LastName": "Howard", "AccountId": account,
               "Phone": "(480) 675-4111"}),
    );
    (account, contact)
}

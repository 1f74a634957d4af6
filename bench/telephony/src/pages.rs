//! Users of the pages: what a browser asks of the server, without a browser.

use std::io;
use std::net::SocketAddrV4;
use std::path::Path;
use std::time::Duration;

use reqwest::header::{COOKIE, ORIGIN, SET_COOKIE};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// The password of all users.
const PASSWORD: &str = "bench-of-desktops-1";

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the header is called that shows that a request comes from our page.
const CSRF: &str = "X-Trunkline-CSRF";

/// The pages' address, with connections to it.
#[derive(Clone, Debug)]
pub struct Pages {
    address: SocketAddrV4,
    http: Client,
}

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct Session {
    pages: Pages,
    cookie: String,
    csrf: String,
}

impl Pages {
    /// Pages at this address.
    ///
    /// # Errors
    /// When there can be no client.
    pub fn new(address: SocketAddrV4) -> io::Result<Self> {
        // No connection is kept: a server that was killed has left it, and nothing may be asked
        // twice for that.
        let http = Client::builder().timeout(PATIENCE).pool_max_idle_per_host(0);
        let http = http.build().map_err(io::Error::other)?;
        Ok(Self { address, http })
    }

    /// Makes the first administrator by the link in the server's log.
    ///
    /// # Errors
    /// When there is no link or it is refused.
    pub async fn set_up(&self, log: &Path) -> io::Result<Session> {
        let text = std::fs::read_to_string(log)?;
        let token = text.split_once("/setup/").map(|(_, rest)| rest);
        let token =
            token.and_then(|rest| rest.split(|c: char| c.is_whitespace() || c == '"').next());
        let token = token.ok_or_else(|| io::Error::other("the server printed no link"))?;
        let body = json!({
            "name": "admin", "display_name": "Admin", "password": PASSWORD, "language": "en",
        });
        self.enter(&format!("/setup/{token}"), &body).await
    }

    /// Signs in.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn sign_in(&self, name: &str) -> io::Result<Session> {
        self.enter("/session", &json!({ "name": name, "password": PASSWORD })).await
    }

    async fn enter(&self, path: &str, body: &Value) -> io::Result<Session> {
        let request = self.http.post(self.url(path)).header(ORIGIN, self.origin());
        let request = request.header("Content-Type", "application/json").body(body.to_string());
        let answer = request.send().await.map_err(io::Error::other)?;
        let cookie = answer.headers().get(SET_COOKIE).and_then(|it| it.to_str().ok());
        let cookie = cookie.and_then(|it| it.split(';').next()).unwrap_or_default().to_owned();
        let text = answer.text().await.map_err(io::Error::other)?;
        let me: Value = serde_json::from_str(&text)?;
        let Some(csrf) = me["csrf"].as_str().map(str::to_owned) else {
            return Err(io::Error::other(format!("not signed in: {text}")));
        };
        Ok(Session { pages: self.clone(), cookie, csrf })
    }

    fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}/api/v1{path}", self.address)
    }
}

impl Session {
    /// Sends a request. Gives the status and the answer, null if there is none.
    ///
    /// # Errors
    /// When no answer comes.
    pub async fn send(&self, method: Method, path: &str, body: Value) -> io::Result<(u16, Value)> {
        let pages = &self.pages;
        let request = pages.http.request(method, pages.url(path)).header(ORIGIN, pages.origin());
        let request = request.header(COOKIE, &self.cookie).header(CSRF, &self.csrf);
        let request = match body {
            Value::Null => request,
            body => request.header("Content-Type", "application/json").body(body.to_string()),
        };
        let answer = request.send().await.map_err(io::Error::other)?;
        let status = answer.status().as_u16();
        let text = answer.text().await.map_err(io::Error::other)?;
        Ok((status, serde_json::from_str(&text).unwrap_or_default()))
    }

    /// Makes a user who is this agent.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn make_user(&self, name: &str, agent: &str) -> io::Result<()> {
        let body = json!({
            "name": name, "display_name": name, "roles": ["agent"], "agent": agent,
            "password": PASSWORD, "must_change_password": false,
        });
        loop {
            match self.send(Method::POST, "/users", body.clone()).await? {
                (201, _) => return Ok(()),
                // So many at once are too many.
                (429, _) => tokio::time::sleep(Duration::from_millis(200)).await,
                (status, why) => return Err(io::Error::other(format!("{name}: {status} {why}"))),
            }
        }
    }

    /// Opens the desktop's live connection.
    ///
    /// # Errors
    /// When the server is not there or refuses.
    pub async fn live(&self) -> io::Result<WebSocketStream<TcpStream>> {
        let stream = TcpStream::connect(self.pages.address).await?;
        stream.set_nodelay(true)?;
        let url = format!("ws://{}/api/v1/live", self.pages.address);
        let mut request = url.into_client_request().map_err(io::Error::other)?;
        let header = |text: &str| text.parse().map_err(io::Error::other);
        request.headers_mut().insert("Cookie", header(&self.cookie)?);
        request.headers_mut().insert("Origin", header(&self.pages.origin())?);
        let opened = tokio_tungstenite::client_async(request, stream).await;
        opened.map(|(socket, _)| socket).map_err(io::Error::other)
    }
}

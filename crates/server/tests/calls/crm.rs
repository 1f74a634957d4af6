//! What flows send their requests to: it writes down what came and answers as it is told.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::http::{StatusCode, Uri};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Requests by path, and how long paths wait.
#[derive(Default)]
struct Books {
    came: Mutex<Vec<(String, String)>>,
    /// Paths that are answered only when the test says so.
    held: Mutex<HashMap<String, watch::Receiver<bool>>>,
    count: watch::Sender<usize>,
}

/// A small HTTP server.
pub(crate) struct Crm {
    address: SocketAddr,
    books: Arc<Books>,
}

impl Crm {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let books = Arc::new(Books::default());
        let told = books.clone();
        let app = Router::new().fallback(move |uri: Uri, body: String| {
            let books = told.clone();
            async move { answer(&books, &uri, body).await }
        });
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address, books }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Requests to this path wait until what this gives is dropped or told `true`.
    pub(crate) fn hold(&self, path: &str) -> watch::Sender<bool> {
        let (sender, receiver) = watch::channel(false);
        self.books.held.lock().unwrap().insert(path.to_owned(), receiver);
        sender
    }

    /// The bodies of requests that came to a path.
    pub(crate) fn bodies(&self, path: &str) -> Vec<String> {
        let came = self.books.came.lock().unwrap();
        came.iter().filter(|(at, _)| at == path).map(|(_, body)| body.clone()).collect()
    }

    pub(crate) fn count(&self, path: &str) -> usize {
        self.bodies(path).len()
    }

    /// Waits until so many requests have come to a path.
    pub(crate) async fn came(&self, path: &str, count: usize) {
        let mut changes = self.books.count.subscribe();
        let enough = async {
            while self.count(path) < count {
                changes.changed().await.unwrap();
            }
        };
        let limit = Duration::from_secs(20);
        let is_in_time = tokio::time::timeout(limit, enough).await.is_ok();
        assert!(is_in_time, "{} of {count} requests to {path}", self.count(path));
    }
}

async fn answer(books: &Books, uri: &Uri, body: String) -> (StatusCode, &'static str) {
    books.came.lock().unwrap().push((uri.path().to_owned(), body));
    books.count.send_modify(|count| *count += 1);
    let held = books.held.lock().unwrap().get(uri.path()).cloned();
    if let Some(mut held) = held {
        // Whoever holds it and goes away lets it go.
        let _ = held.wait_for(|goes_on| *goes_on).await;
    }
    (StatusCode::OK, r#"{"name":"Ann"}"#)
}

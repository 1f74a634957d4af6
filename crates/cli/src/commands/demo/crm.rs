//! What the call left in the CRM.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use trunkline_connector::{Client, Options};
use trunkline_jsonpath::{Document, Json, Path};
use trunkline_model::http::{Method, Request, Target};

use super::Teller;
use super::place::Place;
use crate::problem::{Problem, Result};

/// The case of the fixture that the call is about, and how many comments it begins with.
const CASE: &str = "5005g00000HbCs2AAF";
const COMMENTS_BEFORE: usize = 1;

/// The connector of the example's tenant.
const CONNECTOR: &str = "salesforce";

/// How long the comment may take: the agent wraps up first.
const PATIENCE: Duration = Duration::from_secs(20);

/// Waits for the comment and says what is not as it should be.
pub(super) async fn check(place: &Place, teller: &Teller) -> Result<Vec<String>> {
    let options = Options {
        base_dir: place.dir().to_owned(),
        allow_literal_secrets: true,
        ..Options::default()
    };
    let client = Client::new(&place.setup.site.tenant, options).map_err(Problem::misuse)?;
    let until = Instant::now() + PATIENCE;
    let mut comments = comments(&client).await?;
    while comments.len() <= COMMENTS_BEFORE && Instant::now() < until {
        sleep(Duration::from_millis(200)).await;
        comments = self::comments(&client).await?;
    }
    let [body] = &comments[COMMENTS_BEFORE.min(comments.len())..] else {
        let new = comments.len().saturating_sub(COMMENTS_BEFORE);
        return Ok(vec![format!("the case has {new} new comments; exactly one is expected")]);
    };
    teller.tell(&format!("the case has a new comment: {body:?}"))?;
    let lacks_agent = !body.contains("Maria Lind");
    let fault = format!("the comment does not name the agent Maria Lind: {body:?}");
    Ok(lacks_agent.then_some(fault).into_iter().collect())
}

/// The comments of the case, the oldest first.
async fn comments(client: &Client) -> Result<Vec<String>> {
    let path = format!(
        "/services/data/v52.0/query?q=SELECT+CommentBody+FROM+CaseComment+WHERE+ParentId='{CASE}'\
         +ORDER+BY+CreatedDate"
    );
    let request = Request {
        method: Method::Get,
        target: Target::Connector {
            id: CONNECTOR.to_owned(),
            name: None,
            path: path.as_str().into(),
        },
        query: Vec::new(),
        headers: Vec::new(),
        content_type: None,
        body: None,
        timeout_ms: 5_000,
        retries: 1,
        idempotency_key: None,
    };
    let answer = client.send(&request, None).await.result.map_err(|failure| {
        Problem::failed(format!("the CRM could not be asked: {}", failure.description))
    })?;
    let path = Path::compile("$.records[*].CommentBody").map_err(Problem::failed)?;
    let document = Document::parse(&answer.body).map_err(Problem::failed)?;
    let found = path.read(&document).map_err(Problem::failed)?;
    Ok(found.elements().iter().filter_map(Json::as_str).map(str::to_owned).collect())
}

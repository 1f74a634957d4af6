//! The CRM's case beside a call: asked for with the tenant's own connector.

use serde_json::Value;
use trunkline_connector::Client;
use trunkline_desk::{CaseComment, CaseOf, CaseView, Refusal};
use trunkline_model::http::{Method, Request, Target};
use trunkline_model::tenant::connector::ConnectorKind;

use super::super::Switchboard;
use super::super::desk::Reply;

/// Ids of Salesforce have 15 characters, or 18 with their checksum.
const ID_LENGTHS: [usize; 2] = [15, 18];

/// So many digits of a number tell whose it is, whatever its country's prefix.
const LAST_DIGITS: usize = 9;

/// How long the CRM may take, in milliseconds.
const TIMEOUT_MS: u64 = 5_000;

impl Switchboard {
    pub(super) fn look_for_case(&self, of: CaseOf, reply: Reply<Option<CaseView>>) {
        let connectors = &self.exchange.site().tenant.connectors;
        let crm = connectors.iter().find(|it| it.kind == ConnectorKind::Salesforce);
        let Some(crm) = crm.map(|it| it.id.to_string()) else {
            // Whoever asked may be gone.
            let _ = reply.send(Ok(None));
            return;
        };
        let crm = Crm { client: self.io.client.clone(), connector: crm };
        self.io.runtime.spawn(async move {
            let _ = reply.send(crm.case(of).await);
        });
    }
}

/// Whether a text may be an id.
pub(super) fn is_id(text: &str) -> bool {
    ID_LENGTHS.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

struct Crm {
    client: Client,
    connector: String,
}

impl Crm {
    async fn case(&self, of: CaseOf) -> Result<Option<CaseView>, Refusal> {
        let which = match of {
            CaseOf::Id(id) if is_id(&id) => format!("Id='{id}'"),
            CaseOf::Id(_) => return Ok(None),
            CaseOf::Number(number) => match self.contact_of(&number).await? {
                Some(contact) => format!("ContactId='{contact}' AND IsClosed=false"),
                None => return Ok(None),
            },
        };
        let cases = self.query(format!(
            "SELECT Id,CaseNumber,Subject,Status,Priority,ContactId FROM Case WHERE {which} \
             ORDER BY CreatedDate DESC LIMIT 1"
        ));
        let Some(case) = cases.await?.into_iter().next() else { return Ok(None) };
        let id = text(&case, "Id");
        let (contact, comments) = match is_id(&id) {
            true => (self.name_of(&text(&case, "ContactId")).await?, self.comments(&id).await?),
            false => (None, Vec::new()),
        };
        Ok(Some(CaseView {
            number: text(&case, "CaseNumber"),
            subject: text(&case, "Subject"),
            status: text(&case, "Status"),
            priority: text(&case, "Priority"),
            contact,
            comments,
            id,
        }))
    }

    /// Whose number it is; the CRM keeps numbers as they were typed.
    async fn contact_of(&self, number: &str) -> Result<Option<String>, Refusal> {
        let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
        let last = &digits[digits.len().saturating_sub(LAST_DIGITS)..];
        if last.len() < LAST_DIGITS {
            return Ok(None);
        }
        let pattern: String = last.iter().flat_map(|digit| ['%', *digit]).collect();
        let found = self.query(format!(
            "SELECT Id FROM Contact WHERE Phone LIKE '{pattern}' OR MobilePhone LIKE '{pattern}' \
             LIMIT 1"
        ));
        let found = found.await?.into_iter().next();
        Ok(found.map(|it| text(&it, "Id")).filter(|id| is_id(id)))
    }

    async fn name_of(&self, contact: &str) -> Result<Option<String>, Refusal> {
        if !is_id(contact) {
            return Ok(None);
        }
        let found = self.query(format!("SELECT Name FROM Contact WHERE Id='{contact}'"));
        Ok(found.await?.first().map(|it| text(it, "Name")))
    }

    async fn comments(&self, case: &str) -> Result<Vec<CaseComment>, Refusal> {
        let found = self.query(format!(
            "SELECT Id,CommentBody,CreatedDate FROM CaseComment WHERE ParentId='{case}' \
             ORDER BY CreatedDate DESC LIMIT 50"
        ));
        let comment = |it: &Value| CaseComment {
            id: text(it, "Id"),
            text: text(it, "CommentBody"),
            at: text(it, "CreatedDate"),
        };
        Ok(found.await?.iter().rev().map(comment).collect())
    }

    async fn query(&self, soql: String) -> Result<Vec<Value>, Refusal> {
        // What else may not stand in a query is not in ours.
        let soql = soql.replace('%', "%25").replace(' ', "+");
        let path = format!("/services/data/v60.0/query?q={soql}");
        let request = Request {
            method: Method::Get,
            target: Target::Connector {
                id: self.connector.clone(),
                name: None,
                path: path.as_str().into(),
            },
            query: Vec::new(),
            headers: Vec::new(),
            content_type: None,
            body: None,
            timeout_ms: TIMEOUT_MS,
            retries: 0,
            idempotency_key: None,
        };
        let unavailable = |why: String| {
            tracing::warn!("the case beside a call: {why}");
            Refusal::Unavailable(format!("the CRM could not be asked: {why}").into())
        };
        let answer = self.client.send(&request, None).await.result;
        let answer = answer.map_err(|failure| unavailable(failure.description))?;
        if answer.status != 200 {
            return Err(unavailable(format!("it answered {}", answer.status)));
        }
        let mut body: Value =
            serde_json::from_str(&answer.body).map_err(|error| unavailable(error.to_string()))?;
        match body.get_mut("records").map(Value::take) {
            Some(Value::Array(records)) => Ok(records),
            _ => Err(unavailable("its answer has no records".to_owned())),
        }
    }
}

fn text(record: &Value, field: &str) -> String {
    record.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
}

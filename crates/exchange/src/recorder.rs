//! Who writes down what contacts and routing take in, before anything is done about it.

use serde::{Deserialize, Serialize};
use trunkline_acd as acd;
use trunkline_contact::journal::InputRecord;
use trunkline_contact::{Arrival, Contact, Output};
use trunkline_model::ContactId;

/// Whose output a message was.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sender {
    /// A contact's.
    Contact(ContactId),
    /// The routing domain's.
    Routing,
}

/// Names a message from one stream to another (decision 19): the output with this place among
/// those of the sender's input with this number.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MessageId {
    /// The sender.
    pub sender: Sender,
    /// The number of the sender's input: 0 for a contact's arrival, else 1, 2, 3, …
    pub input: u64,
    /// The output's place among those that the input led to, from 0.
    pub output: u32,
}

/// What a contact took in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContactRecord {
    /// The input's number in this contact: 1, 2, 3, …
    pub number: u64,
    /// The input with its time.
    #[serde(flatten)]
    pub record: InputRecord,
    /// The message that it came with; none from outside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<MessageId>,
}

/// What the routing domain took in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutingRecord {
    /// The input's number in this domain: 1, 2, 3, …
    pub number: u64,
    /// When, in milliseconds since the Unix epoch.
    pub now_ms: i64,
    /// What happened.
    pub input: acd::Input,
    /// The message that it came with; none from outside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<MessageId>,
}

/// Writes down what happens. The shell carries nothing out before it has been committed.
pub trait Recorder {
    /// A contact arrived, and its flow began.
    fn arrived(&mut self, arrival: &Arrival, contact: &Contact, outputs: &[Output]);

    /// A contact took an input.
    fn contact(&mut self, contact: &Contact, record: &ContactRecord, outputs: &[Output]);

    /// The routing domain took an input.
    fn routing(&mut self, record: &RoutingRecord, outputs: &[acd::Output]);
}

/// Nobody writes anything down.
impl Recorder for () {
    fn arrived(&mut self, _: &Arrival, _: &Contact, _: &[Output]) {}
    fn contact(&mut self, _: &Contact, _: &ContactRecord, _: &[Output]) {}
    fn routing(&mut self, _: &RoutingRecord, _: &[acd::Output]) {}
}

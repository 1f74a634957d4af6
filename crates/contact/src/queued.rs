//! What the queues tell a contact that waits: where it is now.

use trunkline_model::QueueId;
use trunkline_model::routing::RoutingReply;

use crate::contact::{Contact, Phase};
use crate::steps;

impl Contact {
    /// The queues answer the flow. Where the contact waits has to be known before the flow goes on.
    pub(crate) fn routed(&mut self, id: u32, reply: RoutingReply) {
        if let RoutingReply::ToAgent(told) = &reply
            && self.is_caller_there()
        {
            // The agent has left, and the flow found the caller a place to wait for another.
            if told.queue.is_some() && self.phase == Phase::AgentLeft {
                self.phase = Phase::InFlow;
            }
            self.waits_in(told.queue.clone());
        }
        self.run.handle(self.now_ms, trunkline_flow::Input::Routed { id, reply });
    }

    pub(crate) fn sent_to_recovery(&mut self, queue: QueueId) {
        if self.queue.is_none() {
            return;
        }
        let name = self.site.tenant.queue(queue.as_str()).map(|it| it.name.clone());
        self.step(|_| steps::sent_to_recovery(name.as_deref().unwrap_or(queue.as_str())));
        self.waits_in(Some(queue));
    }

    /// The contact is in this queue now, and hears its music if it hears a queue's.
    fn waits_in(&mut self, queue: Option<QueueId>) {
        let moves = queue.is_some() && queue != self.queue;
        if queue.is_some() {
            self.last_queue.clone_from(&queue);
        }
        self.run.set_queued(queue.is_some());
        self.queue = queue;
        if moves && self.queue_music.is_some() {
            self.play_queue_music();
        }
    }
}

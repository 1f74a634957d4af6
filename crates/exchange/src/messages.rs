//! What contacts and routing tell each other: an output of the one as an input of the other.

use trunkline_acd as acd;
use trunkline_contact as contact;
use trunkline_model::ContactId;

/// What a contact's output asks of the queues, if it asks them for anything but an answer.
pub fn message_to_routing(contact: &ContactId, output: &contact::Output) -> Option<acd::Input> {
    let contact = contact.clone();
    match output {
        contact::Output::Enqueue { queue, priority, skills, check_availability } => {
            Some(acd::Input::Enqueue {
                contact,
                queue: queue.clone(),
                priority: *priority,
                skills: skills.clone(),
                first_enqueued_ms: None,
                check_availability: *check_availability,
            })
        }
        contact::Output::Withdraw => Some(acd::Input::Withdraw { contact }),
        contact::Output::LeaveAgent => Some(acd::Input::ContactEnded { contact }),
        contact::Output::Answer
        | contact::Output::Http { .. }
        | contact::Output::StopRetries { .. }
        | contact::Output::Play { .. }
        | contact::Output::PlayMusic { .. }
        | contact::Output::StopPlaying { .. }
        | contact::Output::QueueMusic { .. }
        | contact::Output::Transfer { .. }
        | contact::Output::SendDigits { .. }
        | contact::Output::Record { .. }
        | contact::Output::StopRecording { .. }
        | contact::Output::SetCallerId { .. }
        | contact::Output::Allocate { .. }
        | contact::Output::QueryQueue { .. }
        | contact::Output::ScreenPop { .. }
        | contact::Output::Disconnect
        | contact::Output::Notice(_)
        | contact::Output::Ended => None,
    }
}

/// What a decision of the queues tells which contact; none where it concerns none, or changes
/// nothing for it.
pub fn message_to_contact(output: &acd::Output) -> Option<(ContactId, contact::Input)> {
    let (contact, input) = match output {
        acd::Output::Offer { contact, agent, ring_timeout_ms, .. } => {
            let (agent, ring_timeout_ms) = (agent.as_ref().clone(), *ring_timeout_ms);
            (contact, contact::Input::Offered { agent, ring_timeout_ms })
        }
        acd::Output::Withdrawn { contact, agent, reason, .. } => {
            (contact, contact::Input::OfferEnded { agent: agent.clone(), reason: *reason })
        }
        acd::Output::Connected { contact, agent } => {
            (contact, contact::Input::Answered { agent: agent.as_ref().clone() })
        }
        acd::Output::AgentLost { contact, agent, requeued: true } => {
            (contact, contact::Input::Requeued { agent: agent.clone() })
        }
        acd::Output::AgentLost { contact, agent, requeued: false } => {
            (contact, contact::Input::AgentLost { agent: agent.clone() })
        }
        acd::Output::WrapUpStarted { contact, agent, .. } => {
            (contact, contact::Input::WrapUpStarted { agent: agent.clone() })
        }
        acd::Output::WrapUpEnded { contact, agent, code } => {
            (contact, contact::Input::WrapUpEnded { agent: agent.clone(), code: code.clone() })
        }
        acd::Output::TimedOut { contact, overflow_number, .. } => {
            (contact, contact::Input::TimedOut { overflow_number: overflow_number.clone() })
        }
        acd::Output::Refused { input, reason } => {
            // Other refusals are of what somebody did too late; only this one loses a contact.
            let acd::Input::Enqueue { contact, .. } = &**input else { return None };
            (contact, contact::Input::EnqueueRefused { reason: reason.to_string() })
        }
        acd::Output::Queued { .. }
        | acd::Output::SkillsIgnored { .. }
        | acd::Output::AgentState { .. } => return None,
    };
    Some((contact.clone(), input))
}

//! What contacts and routing tell each other: an output of the one as an input of the other.

use trunkline_acd as acd;
use trunkline_contact as contact;
use trunkline_contact::{ConsultNews, Contact, Conversation, consult_name, consult_of};
use trunkline_model::{AgentId, ContactId};

/// Who is to be told what, in this order.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// A contact.
    Contact(ContactId, contact::Input),
    /// The queues.
    Routing(acd::Input),
}

/// What a contact's output asks of the queues, if it asks them for anything but an answer.
pub fn message_to_routing(contact: &ContactId, output: &contact::Output) -> Option<acd::Input> {
    let contact = contact.clone();
    match output {
        contact::Output::Enqueue { .. }
        | contact::Output::EnqueueToAgent { .. }
        | contact::Output::SetPriority { .. }
        | contact::Output::Escalate { .. } => message_about_queues(contact, output),
        contact::Output::Withdraw => Some(acd::Input::Withdraw { contact }),
        contact::Output::LeaveAgent => Some(acd::Input::ContactEnded { contact }),
        contact::Output::Ask { consult, agent, queue, is_own } => Some(acd::Input::Ask {
            contact: named(contact, *consult),
            agent: agent.clone(),
            queue: queue.clone(),
            is_own: *is_own,
        }),
        contact::Output::EnqueueConsult { consult, queue, priority } => Some(acd::Input::Enqueue {
            contact: consult_name(&contact, *consult),
            queue: queue.clone(),
            priority: *priority,
            skills: Vec::new(),
            relaxations: Vec::new(),
            first_enqueued_ms: None,
            check_availability: false,
        }),
        contact::Output::Part { consult, leaving } => {
            Some(acd::Input::Part { contact: named(contact, *consult), leaving: *leaving })
        }
        contact::Output::TakeOver { consult, leaving } => Some(acd::Input::TakeOver {
            consult: consult_name(&contact, *consult),
            contact,
            leaving: *leaving,
        }),
        contact::Output::Arrange(_)
        | contact::Output::Ring { .. }
        | contact::Output::RecordCall { .. }
        | contact::Output::PauseCallRecording { .. }
        | contact::Output::StopCallRecording { .. }
        | contact::Output::Dial { .. }
        | contact::Output::HangUpParty { .. }
        | contact::Output::Answer
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

/// What asks for a place in a queue, or for another one.
fn message_about_queues(contact: ContactId, output: &contact::Output) -> Option<acd::Input> {
    match output {
        contact::Output::Enqueue { queue, priority, skills, relaxations, check_availability } => {
            Some(acd::Input::Enqueue {
                contact,
                queue: queue.clone(),
                priority: *priority,
                skills: skills.clone(),
                relaxations: relaxations.clone(),
                first_enqueued_ms: None,
                check_availability: *check_availability,
            })
        }
        contact::Output::EnqueueToAgent { id, agent, queue, priority, park, recovery } => {
            Some(acd::Input::EnqueueToAgent {
                contact,
                ask: *id,
                agent: agent.clone(),
                queue: queue.clone(),
                priority: *priority,
                park: *park,
                recovery: recovery.clone(),
            })
        }
        contact::Output::SetPriority { priority } => {
            Some(acd::Input::SetPriority { contact, priority: *priority })
        }
        contact::Output::Escalate { id, to } => {
            Some(acd::Input::Escalate { contact, to: *to, ask: Some(*id) })
        }
        // All others are no business of the queues.
        _ => None,
    }
}

/// The contact itself, or its consult.
pub(crate) fn named(contact: ContactId, consult: Option<u32>) -> ContactId {
    consult.map_or_else(|| contact.clone(), |number| consult_name(&contact, number))
}

/// What a decision of the queues about a consult tells its contact.
fn message_of_consult(
    contact: ContactId,
    consult: u32,
    output: &acd::Output,
) -> Option<(ContactId, contact::Input)> {
    let news = match output {
        acd::Output::Offer { agent, ring_timeout_ms, .. } => {
            let (agent, ring_timeout_ms) = (agent.as_ref().clone(), *ring_timeout_ms);
            ConsultNews::Offered { agent, ring_timeout_ms }
        }
        acd::Output::Withdrawn { agent, reason, requeued, .. } => {
            let (reason, requeued) = (*reason, *requeued);
            ConsultNews::OfferEnded { agent: agent.clone(), reason, requeued }
        }
        acd::Output::Connected { agent, .. } => {
            ConsultNews::Answered { agent: agent.as_ref().clone() }
        }
        acd::Output::TimedOut { .. } => ConsultNews::TimedOut,
        acd::Output::Refused { reason, .. } => ConsultNews::Refused { reason: reason.to_string() },
        // Agents wrap up the contact, whatever they were asked for first.
        acd::Output::WrapUpStarted { agent, .. } => {
            return Some((contact, contact::Input::WrapUpStarted { agent: agent.clone() }));
        }
        acd::Output::WrapUpEnded { agent, code, .. } => {
            let (agent, code) = (agent.clone(), code.clone());
            return Some((contact, contact::Input::WrapUpEnded { agent, code }));
        }
        acd::Output::AgentLost { agent, .. } => {
            let (agent, is_lost) = (agent.clone(), true);
            return Some((contact, contact::Input::ConsultedLeft { consult, agent, is_lost }));
        }
        acd::Output::TakenOver { .. }
        | acd::Output::Parted { .. }
        | acd::Output::Queued { .. }
        | acd::Output::SkillsIgnored { .. }
        | acd::Output::Reply { .. }
        | acd::Output::SentToRecovery { .. }
        | acd::Output::WrapUpExtended { .. }
        | acd::Output::AgentNext { .. }
        | acd::Output::AgentState { .. } => return None,
    };
    Some((contact, contact::Input::Consult { consult, news }))
}

/// The contact or consult that a decision is about.
fn about(output: &acd::Output) -> Option<&ContactId> {
    match output {
        acd::Output::Reply { contact, .. }
        | acd::Output::SentToRecovery { contact, .. }
        | acd::Output::WrapUpExtended { contact, .. }
        | acd::Output::Queued { contact, .. }
        | acd::Output::SkillsIgnored { contact, .. }
        | acd::Output::Offer { contact, .. }
        | acd::Output::Withdrawn { contact, .. }
        | acd::Output::Connected { contact, .. }
        | acd::Output::AgentLost { contact, .. }
        | acd::Output::TakenOver { contact, .. }
        | acd::Output::Parted { contact, .. }
        | acd::Output::WrapUpStarted { contact, .. }
        | acd::Output::WrapUpEnded { contact, .. }
        | acd::Output::TimedOut { contact, .. } => Some(contact),
        acd::Output::Refused { input, .. } => match &**input {
            acd::Input::Enqueue { contact, .. } | acd::Input::Ask { contact, .. } => Some(contact),
            _ => None,
        },
        acd::Output::AgentState { .. } | acd::Output::AgentNext { .. } => None,
    }
}

/// What a decision of the queues tells which contact; none where it concerns none, or changes
/// nothing for it.
pub fn message_to_contact(output: &acd::Output) -> Option<(ContactId, contact::Input)> {
    if let Some((contact, consult)) = about(output).and_then(consult_of) {
        return message_of_consult(contact, consult, output);
    }
    let (contact, input) = match output {
        acd::Output::Reply { contact, ask, reply } => {
            let input = trunkline_flow::Input::Routed { id: *ask, reply: reply.clone() };
            (contact, contact::Input::Flow(input))
        }
        acd::Output::SentToRecovery { contact, queue } => {
            (contact, contact::Input::SentToRecovery { queue: queue.clone() })
        }
        acd::Output::TakenOver { contact, agent, .. } => {
            (contact, contact::Input::TakenOver { agent: agent.as_ref().clone() })
        }
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
            let reason = reason.to_string();
            match &**input {
                acd::Input::Enqueue { contact, .. } => {
                    (contact, contact::Input::EnqueueRefused { reason })
                }
                acd::Input::Ask { contact, .. } => (contact, contact::Input::AskRefused { reason }),
                // Other refusals are of what somebody did too late; only these lose a contact.
                _ => return None,
            }
        }
        acd::Output::Parted { .. }
        | acd::Output::WrapUpExtended { .. }
        | acd::Output::AgentNext { .. }
        | acd::Output::Queued { .. }
        | acd::Output::SkillsIgnored { .. }
        | acd::Output::AgentState { .. } => return None,
    };
    Some((contact.clone(), input))
}

/// What follows when an agent hangs up or is lost. In a consult or a conference the contact decides
/// what becomes of everybody, elsewhere the queues.
///
/// `name` is the contact that the agent's device belongs to, or a consult's name; `contact` is that
/// contact, or the one that the consult is about, as long as it lives.
pub fn agent_gone(
    contact: Option<&Contact>,
    name: &ContactId,
    agent: &AgentId,
    is_lost: bool,
) -> Vec<Told> {
    let (id, consult) = match consult_of(name) {
        Some((id, number)) => (id, Some(number)),
        None => (name.clone(), None),
    };
    let talk = contact.and_then(Contact::conversation);
    let is_owner = talk.is_some_and(|talk| talk.owner() == agent);
    let is_conference = talk.is_some_and(Conversation::is_conference);
    let agent = agent.clone();
    match consult {
        // They may have taken the contact over meanwhile.
        Some(consult) if !is_owner => {
            let input = contact::Input::ConsultedLeft { consult, agent, is_lost };
            vec![Told::Contact(id, input)]
        }
        Some(_) | None if is_owner && is_conference => {
            vec![Told::Contact(id, contact::Input::LeftConference { agent, is_lost })]
        }
        Some(_) | None if is_lost => {
            vec![Told::Routing(acd::Input::LoseAgent { agent, contact: id })]
        }
        // The queues first: the contact may want to wait again at once, and the queues refuse a
        // contact that they take for one in conversation.
        Some(_) | None => {
            let hang_up = acd::Input::HangUp { agent: agent.clone(), contact: id.clone() };
            let tell = Told::Contact(id, contact::Input::AgentHungUp { agent });
            vec![Told::Routing(hang_up), tell]
        }
    }
}

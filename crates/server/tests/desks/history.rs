//! Contacts of the past and of now, in lists and one by one.

use std::time::Duration;

use trunkline_api::centre::ContactSearch;
use trunkline_desk::{Command, PastContact, PastOutcome, Phase, StateKind};
use trunkline_model::{AgentId, ContactId};

use crate::centre::{CALLER, Centre};
use crate::ear::LIMIT;
use crate::page::Page;
use crate::work::{AGENT_HZ, OTHER_HZ, plan};

async fn found(centre: &Centre, search: ContactSearch) -> Vec<PastContact> {
    let desk = centre.server.as_ref().unwrap().centre();
    desk.contacts(ContactSearch { limit: 10, ..search }).await.unwrap()
}

fn of_agent(agent: &str) -> ContactSearch {
    ContactSearch { agent: Some(AgentId::new(agent)), ..ContactSearch::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_are_found_by_agent_and_caller_with_what_became_of_them() {
    let mut centre = plan().start().await;
    let ann = Page::open(&centre, "ann", "b1:t1", AGENT_HZ).await;
    ann.available(trunkline_desk::Device::Browser).await;
    let call = centre.call().await;
    let contact = ann.phase(Phase::Offered).await.id;
    ann.command(Command::Decline { contact: contact.clone() }).await.unwrap();
    let bob = Page::open(&centre, "bob", "b2:t1", OTHER_HZ).await;
    bob.available(trunkline_desk::Device::Browser).await;
    bob.answer().await;
    let live = found(&centre, of_agent("bob")).await;
    assert!(live.len() == 1 && live[0].is_live && live[0].id == contact, "{live:?}");
    call.hang_up();
    bob.phase(Phase::WrapUp).await;
    bob.wrapped_up(Some("resolved")).await.unwrap();
    bob.state(StateKind::Available).await;
    centre.has_ended(1).await;
    let until = tokio::time::Instant::now() + LIMIT;
    while found(&centre, of_agent("bob")).await.iter().any(|it| it.is_live) {
        assert!(tokio::time::Instant::now() < until, "it goes on for ever");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // It is there after a restart as well.
    for again in [false, true] {
        if again {
            centre.kill();
            centre.start_again().await;
        }
        let [past] = &found(&centre, of_agent("bob")).await[..] else { panic!("not one") };
        assert_eq!(past.outcome, PastOutcome::Handled);
        assert_eq!((past.ani.as_str(), past.agent.as_deref()), (CALLER, Some("bob")));
        assert_eq!(past.wrap_up.as_deref(), Some("Resolved"));
        assert_eq!(past.customer_name.as_deref(), Some("Ann Novak"));
        assert!(past.talk_ms > 0, "{past:?}");
        let missed = &found(&centre, of_agent("ann")).await[0];
        assert_eq!(missed.outcome, PastOutcome::Missed);
        let by_caller = ContactSearch { ani: Some(CALLER.into()), ..ContactSearch::default() };
        assert_eq!(found(&centre, by_caller).await.len(), 1);
        let teams = Some(vec!["other".to_owned()]);
        let others = ContactSearch { teams, ..ContactSearch::default() };
        assert_eq!(found(&centre, others).await, []);
        let desk = centre.server.as_ref().unwrap().centre();
        let record = desk.contact(&ContactId::new(contact.as_str())).await.unwrap();
        assert_eq!(record.contact, *past);
        assert_eq!(record.teams, ["desk", "desk"]);
        assert!(record.agents.contains(&AgentId::new("bob")));
        assert!(record.flow.starts_with("f "), "{}", record.flow);
        let kinds: Vec<&str> =
            record.trace.iter().filter_map(|step| step["kind"].as_str()).collect();
        assert_eq!(kinds.first(), Some(&"contact.arrived"));
        assert_eq!(kinds.last(), Some(&"contact.ended"));
        assert!(!serde_json::to_string(&record.trace).unwrap().contains("4711"));
        assert!(record.variables.iter().any(|it| it.name == "inner"));
        assert!(record.path.iter().any(|step| step.kind == "missed"));
    }
    let desk = centre.server.as_ref().unwrap().centre();
    assert!(desk.contact(&ContactId::new("none")).await.is_err());
}

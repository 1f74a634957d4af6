//! Signing in: teams, devices, tabs of one browser, desktops elsewhere, desktops that vanish.

use std::time::Duration;

use trunkline_desk::{Choice, Command, Device, Gone, Phase, Refusal, SignIn, StateKind};

use crate::page::Page;
use crate::work::{AGENT_HZ, OTHER_HZ, plan, talk, talking};

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_signs_in_to_a_team_chooses_states_and_signs_out() {
    let centre = plan().start().await;
    let ann = Page::open(&centre, "ann", "b1:t1", AGENT_HZ).await;
    let view = ann.state(StateKind::SignedOut).await;
    assert_eq!((view.device, view.team), (None, None));
    assert_eq!(view.devices, [Device::Browser, Device::SipPhone]);
    assert_eq!(view.teams.iter().map(|team| team.id.as_str()).collect::<Vec<_>>(), ["desk"]);
    let refused = ann.command(Command::SetState(Choice::Available)).await;
    assert_eq!(refused, Err(Refusal::SignedOut));
    let sign_in = |team: Option<&str>| {
        let (tab, label) = ("b1:t1".to_owned(), "Test".to_owned());
        let team = team.map(str::to_owned);
        Command::SignIn(SignIn { team, device: Device::Browser, tab, label, take_over: false })
    };
    assert_eq!(ann.command(sign_in(Some("nowhere"))).await, Err(Refusal::NotYourTeam));
    ann.command(sign_in(Some("desk"))).await.unwrap();
    let view = ann.state(StateKind::Idle).await;
    assert_eq!(view.state.code.as_deref(), Some("signed_in"));
    assert_eq!(view.team.unwrap().name, "Desk");
    assert_eq!(view.queues[0].name, "Support");
    ann.command(Command::SetState(Choice::Available)).await.unwrap();
    ann.state(StateKind::Available).await;
    let refused = ann.command(Command::SetState(Choice::Idle { code: "nap".into() })).await;
    assert!(matches!(refused, Err(Refusal::Invalid { .. })), "{refused:?}");
    ann.command(Command::SetState(Choice::Idle { code: "meeting".into() })).await.unwrap();
    assert_eq!(ann.state(StateKind::Idle).await.state.code.as_deref(), Some("meeting"));
    ann.command(Command::SignOut).await.unwrap();
    ann.state(StateKind::SignedOut).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_has_a_desktop() {
    let centre = plan().start().await;
    let desk = centre.server.as_ref().unwrap().centre();
    let nobody = trunkline_model::AgentId::new("nobody");
    assert_eq!(desk.attach(&nobody).await.map(|_| ()).unwrap_err(), Refusal::NoAgent);
    assert_eq!(desk.command(&nobody, Command::SignOut).await, Err(Refusal::NoAgent));
    assert_eq!(desk.view(&nobody).await.map(|_| ()).unwrap_err(), Refusal::NoAgent);
}

#[tokio::test(flavor = "multi_thread")]
async fn tabs_of_one_browser_share_the_desktop_and_one_has_the_audio() {
    let (_centre, ann, call) = talking(plan()).await;
    let second = Page::open(&_centre, "ann", "b1:t2", OTHER_HZ).await;
    let view = second.state(StateKind::Engaged).await;
    assert_eq!(view.audio_owner.as_deref(), Some("b1:t1"));
    assert_eq!(view.contact.unwrap().phase, Phase::Talking);
    assert_eq!(second.audio_counts(), (0, 0));
    // Moving the audio in mid-call.
    second.say(trunkline_desk::FromDesk::ClaimAudio).await;
    let owns = |view: &trunkline_desk::DeskView| view.audio_owner.as_deref() == Some("b1:t2");
    ann.until("the other tab has the audio", owns).await;
    talk(&call, &second, OTHER_HZ).await;
    assert_eq!(ann.audio_counts(), (1, 1), "the first was told that its audio is over");
    assert_eq!(second.audio_counts(), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desktop_elsewhere_is_named_and_let_go_when_the_agent_says_so() {
    let (centre, ann, call) = talking(plan()).await;
    let other = Page::attach(&centre, "ann", "b2:t1", None, OTHER_HZ).await;
    let Gone::Elsewhere { elsewhere } = other.gone().await else {
        panic!("{:?}", other.gone().await)
    };
    assert_eq!(elsewhere.label, "Test, b1:t1");
    assert!(elsewhere.talking_since_ms.is_some());
    let refused = other.sign_in(Device::Browser).await;
    assert!(matches!(refused, Err(Refusal::Elsewhere(it)) if it == elsewhere), "not yet");
    assert_eq!(ann.view().state.kind, StateKind::Engaged);
    other.sign_in_as(Device::Browser, true).await.unwrap();
    let Gone::Elsewhere { elsewhere } = ann.gone().await else { panic!("{:?}", ann.gone().await) };
    assert_eq!(elsewhere.label, "Test, b2:t1");
    other.phase(Phase::Talking).await;
    talk(&call, &other, OTHER_HZ).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_whose_pages_are_gone_becomes_idle_and_is_signed_out() {
    let plan = plan().config("[desk]\nidle_after_s = 2\nsign_out_after_s = 4\n");
    let centre = plan.start().await;
    let ann = Page::open(&centre, "ann", "b1:t1", AGENT_HZ).await;
    ann.available(Device::Browser).await;
    ann.vanish();
    tokio::time::sleep(Duration::from_millis(500)).await;
    // One who is back in time is what they were.
    let ann = Page::open(&centre, "ann", "b1:t1", AGENT_HZ).await;
    ann.state(StateKind::Available).await;
    ann.vanish();
    let mode = trunkline_server::ops::AgentMode::Idle;
    centre.agent_is("ann", mode).await;
    let mode = trunkline_server::ops::AgentMode::SignedOut;
    centre.agent_is("ann", mode).await;
    let ann = Page::open(&centre, "ann", "b1:t1", AGENT_HZ).await;
    ann.state(StateKind::SignedOut).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desktop_comes_back_by_itself_after_a_restart() {
    let mut centre = plan().start().await;
    let ann = Page::open(&centre, "ann", "b1:t1", AGENT_HZ).await;
    ann.available(Device::Browser).await;
    ann.command(Command::SetState(Choice::Idle { code: "lunch".into() })).await.unwrap();
    ann.state(StateKind::Idle).await;
    let bob = Page::open(&centre, "bob", "b2:t1", OTHER_HZ).await;
    bob.sign_in(Device::Browser).await.unwrap();
    bob.command(Command::SignOut).await.unwrap();
    ann.vanish();
    bob.vanish();
    centre.kill();
    centre.start_again().await;
    let ann = Page::open(&centre, "ann", "b1:t1", AGENT_HZ).await;
    let view = ann.state(StateKind::Idle).await;
    assert_eq!(view.state.code.as_deref(), Some("lunch"));
    assert_eq!(view.device, Some(Device::Browser));
    let bob = Page::open(&centre, "bob", "b2:t1", OTHER_HZ).await;
    bob.state(StateKind::SignedOut).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn targets_are_found_with_who_can_be_reached() {
    use trunkline_desk::{Destination, Reach};
    let centre = plan().start().await;
    let ann = Page::open(&centre, "ann", "b1:t1", AGENT_HZ).await;
    ann.available(Device::Browser).await;
    let desk = centre.server.as_ref().unwrap().centre();
    let targets =
        |agent: &str, search: &str| desk.targets(&trunkline_model::AgentId::new(agent), search);
    let found = targets("bob", "").await.unwrap();
    assert_eq!(found[0].to, Destination::Agent { id: "ann".into() });
    assert_eq!(found[0].reach, Reach::Reachable);
    let kinds: Vec<_> = found.iter().map(|it| (it.name.as_str(), it.reach)).collect();
    let expected =
        [("ann", Reach::Reachable), ("Support", Reach::Reachable), ("Main", Reach::Reachable)];
    assert_eq!(kinds, expected);
    let found = targets("ann", "SUPP").await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].waiting, Some(0));
    let found = targets("ann", "bob").await.unwrap();
    assert_eq!(found[0].reach, Reach::SignedOut);
}

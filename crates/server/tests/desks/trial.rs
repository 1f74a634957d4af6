//! A caller's phone in the browser: rings the flow, presses keys, talks with an agent's page, and
//! sees what the flow does.

use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use trunkline_api::centre::TryIt;
use trunkline_desk::{
    CallEnd, CaseOf, Command, Device, FromCaller, Phase, Refusal, ToCaller, TrialNumber,
};

use crate::browser::Browser;
use crate::builder::{Builder, merge};
use crate::centre::{CALLER, Centre, MAIN, PROMPT_HZ, Plan, file};
use crate::ear::LIMIT;
use crate::page::Page;
use crate::work::{AGENT_HZ, CALLER_HZ, plan};

const TRY: &str =
    "[try]\nenabled = true\ncallers = [{ number = \"+12025550142\", name = \"Ann\" }]\n";

/// A caller's page.
struct Phone {
    say: mpsc::Sender<FromCaller>,
    told: Arc<Mutex<Told>>,
    reading: JoinHandle<()>,
}

#[derive(Default)]
struct Told {
    all: Vec<ToCaller>,
    audio: Option<Arc<Browser>>,
}

impl Phone {
    async fn open(centre: &Centre) -> Self {
        let link = trial(centre).phone().await.unwrap();
        let told = Arc::<Mutex<Told>>::default();
        let (say, given) = (link.say.clone(), told.clone());
        let mut events = link.events;
        let reading = tokio::spawn(async move {
            while let Some(event) = events.recv().await {
                if let ToCaller::AudioOffer { sdp } = &event {
                    let (browser, answer) = Browser::answer(sdp, CALLER_HZ);
                    given.lock().unwrap().audio = Some(Arc::new(browser));
                    let _ = say.send(FromCaller::AudioAnswer { sdp: answer }).await;
                }
                given.lock().unwrap().all.push(event);
            }
        });
        Self { say: link.say, told, reading }
    }

    async fn say(&self, message: FromCaller) {
        self.say.send(message).await.unwrap();
    }

    async fn dial(&self, from: &str, to: &str) {
        self.say(FromCaller::Dial { from: from.into(), to: to.into() }).await;
    }

    /// Waits for something that was told; what was told before counts too.
    async fn until<T>(&self, what: &str, find: impl Fn(&ToCaller) -> Option<T>) -> T {
        let looking = async {
            loop {
                let found = self.told.lock().unwrap().all.iter().find_map(&find);
                match found {
                    Some(found) => return found,
                    None => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
                }
            }
        };
        let found = timeout(LIMIT, looking).await;
        found.unwrap_or_else(|_| panic!("not: {what}: {:#?}", self.told.lock().unwrap().all))
    }

    async fn answered(&self) {
        self.until("answered", |it| matches!(it, ToCaller::Answered).then_some(())).await;
    }

    async fn ended(&self) -> CallEnd {
        let end = |it: &ToCaller| match it {
            ToCaller::Ended { by } => Some(*by),
            _ => None,
        };
        self.until("ended", end).await
    }

    async fn refused(&self) -> String {
        let code = |it: &ToCaller| match it {
            ToCaller::Refused { code, .. } => Some(code.clone()),
            _ => None,
        };
        self.until("refused", code).await
    }

    /// Waits until nothing more comes of the contact.
    async fn is_over(&self) {
        let last =
            |it: &ToCaller| matches!(it, ToCaller::Steps { is_over: true, .. }).then_some(());
        self.until("the last step", last).await;
    }

    async fn audio(&self) -> Arc<Browser> {
        self.until("audio", |it| matches!(it, ToCaller::AudioOffer { .. }).then_some(())).await;
        self.told.lock().unwrap().audio.clone().unwrap()
    }

    /// The steps so far, by their kinds.
    fn kinds(&self) -> Vec<String> {
        let told = self.told.lock().unwrap();
        let steps = told.all.iter().flat_map(|it| match it {
            ToCaller::Steps { steps, .. } => steps.clone(),
            _ => Vec::new(),
        });
        steps.map(|step| step["kind"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

fn trial(centre: &Centre) -> Arc<dyn TryIt> {
    centre.server.as_ref().unwrap().centre().try_it().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_at_a_page_talks_with_an_agent_at_a_page_and_sees_the_flow_to_its_end() {
    let centre = plan().config(TRY).start().await;
    let view = trial(&centre).view().await.unwrap();
    let number =
        |number: &str, name: &str| TrialNumber { number: number.into(), name: name.into() };
    assert_eq!(view.callers, [number(CALLER, "Ann")]);
    assert_eq!(view.numbers, [number(MAIN, "Main")]);
    let has_japanese = std::path::Path::new("/usr/bin/open_jtalk").is_file()
        && std::path::Path::new("/usr/local/share/trunkline/voices/mei_normal.htsvoice").is_file();
    assert!(view.voices.contains(&"en".to_owned()), "{view:?}");
    assert!(has_japanese || !view.voices.contains(&"ja".to_owned()), "{view:?}");
    let ann = Page::open(&centre, "ann", "b1:t1", AGENT_HZ).await;
    ann.available(Device::Browser).await;
    let phone = Phone::open(&centre).await;
    phone.dial("+1 (202) 555-0142", MAIN).await;
    phone.answered().await;
    let contact = ann.answer().await;
    assert_eq!(contact.ani, CALLER);
    phone.audio().await.hears(AGENT_HZ).await;
    ann.audio().await.hears(CALLER_HZ).await;
    ann.save("notes", "wrote this").await.unwrap();
    ann.command(Command::Hold { contact: contact.id.clone() }).await.unwrap();
    phone.audio().await.hears(crate::centre::HOLD_HZ).await;
    phone.say(FromCaller::HangUp).await;
    assert_eq!(phone.ended().await, CallEnd::Caller);
    ann.wrapped_up_after().await;
    phone.is_over().await;
    let kinds = phone.kinds();
    for kind in ["contact.arrived", "queue-contact", "contact.answered", "http-request-v2"] {
        assert!(kinds.iter().any(|it| it == kind), "{kind}: {kinds:?}");
    }
    centre.has_ended(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_reach_the_flow_and_the_flow_may_hang_up() {
    let mut menu = json!({ "menuLinks": ["1"], "interruptible": true });
    merge(&mut menu, file("long.wav"));
    let flow = Builder::flow("f")
        .act("Menu", "ivr-menu", menu)
        .act("Bye", "disconnect-contact", json!({}))
        .links("Start out Menu; Menu 1 Bye");
    let centre = Plan::new(flow).config(TRY).start().await;
    let phone = Phone::open(&centre).await;
    phone.dial("anonymous", MAIN).await;
    phone.answered().await;
    phone.audio().await.hears(PROMPT_HZ).await;
    phone.say(FromCaller::Keys { keys: "1".into() }).await;
    assert_eq!(phone.ended().await, CallEnd::Centre);
    phone.is_over().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_reach_the_agent_once_and_the_flow_once() {
    // The flow asks for nothing while they talk: it is told of each key all the same.
    let centre = plan().config(TRY).start().await;
    let ann = centre.agent("ann").await;
    let phone = Phone::open(&centre).await;
    phone.dial(CALLER, MAIN).await;
    let offer = timeout(LIMIT, ann.incoming()).await.unwrap().unwrap();
    let desk = offer.answer();
    desk.record().unwrap();
    desk.answered(LIMIT).await.unwrap();
    crate::ear::hears(&desk, CALLER_HZ).await;
    phone.say(FromCaller::Keys { keys: "12".into() }).await;
    phone.say(FromCaller::Keys { keys: "#".into() }).await;
    desk.keys("12#", LIMIT).await.unwrap();
    // They talk on, and nothing comes twice.
    crate::ear::hears(&desk, CALLER_HZ).await;
    assert_eq!(desk.keys_heard(), "12#");
    // On hold the agent does not hear what the caller presses.
    let contact = centre.contacts().await.remove(0).contact;
    let centre_of = centre.server.as_ref().unwrap().centre();
    let agent = trunkline_model::AgentId::new("ann");
    centre_of.command(&agent, Command::Hold { contact: contact.clone() }).await.unwrap();
    phone.audio().await.hears(crate::centre::HOLD_HZ).await;
    phone.say(FromCaller::Keys { keys: "9".into() }).await;
    centre_of.command(&agent, Command::Resume { contact }).await.unwrap();
    crate::ear::hears(&desk, CALLER_HZ).await;
    phone.say(FromCaller::Keys { keys: "5".into() }).await;
    desk.keys("12#5", LIMIT).await.unwrap();
    assert_eq!(desk.keys_heard(), "12#5");
    phone.say(FromCaller::HangUp).await;
    centre.has_ended(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_goes_takes_its_call_with_it() {
    let centre = plan().config(TRY).start().await;
    let ann = Page::open(&centre, "ann", "b1:t1", AGENT_HZ).await;
    ann.available(Device::Browser).await;
    let phone = Phone::open(&centre).await;
    phone.dial(CALLER, MAIN).await;
    ann.phase(Phase::Offered).await;
    drop(phone);
    ann.until("Available again", |view| view.contact.is_none()).await;
    centre.has_ended(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_called_is_refused() {
    let centre = plan().config(TRY).start().await;
    for (from, to, code) in [
        ("what", MAIN, "invalid"),
        (CALLER, "what", "invalid"),
        (CALLER, "+12025559999", "unreachable"),
    ] {
        let phone = Phone::open(&centre).await;
        phone.dial(from, to).await;
        assert_eq!(phone.refused().await, code, "{from} {to}");
    }
    let phone = Phone::open(&centre).await;
    phone.dial(CALLER, MAIN).await;
    phone.answered().await;
    phone.dial(CALLER, MAIN).await;
    assert_eq!(phone.refused().await, "not-now");
    let lost = FromCaller::AudioFailed { why: "no device".into() };
    phone.say(lost).await;
    assert_eq!(phone.ended().await, CallEnd::Lost);
    centre.has_ended(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn typed_speech_is_a_voice_and_without_a_crm_there_is_no_case() {
    let centre = plan().config(TRY).start().await;
    let wav = trial(&centre).speak("My brakes squeal in the rain.").await.unwrap();
    let voice = trunkline_media::wav::Wav::parse(&wav).unwrap().to_telephone().unwrap();
    let loud = voice.iter().filter(|sample| sample.unsigned_abs() > 1_000).count();
    assert!(voice.len() > 8_000 && loud > 2_000, "{} samples, {loud} loud", voice.len());
    let case = trial(&centre).case(CaseOf::Number(CALLER.into())).await;
    assert_eq!(case, Ok::<_, Refusal>(None));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_may_be_tried_unless_it_is_switched_on() {
    let centre = plan().start().await;
    assert!(centre.server.as_ref().unwrap().centre().try_it().is_none());
}

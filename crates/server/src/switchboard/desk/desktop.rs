//! What the switchboard knows of one agent's desktop.

use tokio::sync::mpsc;
use trunkline_desk::{AgentState, DeskView, QueueFigures, StateKind, ToDesk};
use trunkline_model::{ContactId, QueueId};

use crate::book::Seat;

/// Names a page that is attached, among all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct PageId(pub(crate) u64);

/// A page that is attached.
pub(super) struct Page {
    pub(super) id: PageId,
    /// Its tab, once it has said hello.
    pub(super) tab: Option<String>,
    /// Whether the agent is signed in elsewhere: it is shown nothing but that.
    pub(super) is_outside: bool,
    pub(super) tell: mpsc::Sender<ToDesk>,
}

/// An agent's desktop, at however many pages.
pub(super) struct Desktop {
    /// Where the agent is signed in; none for those who work with a phone alone (decision 25).
    pub(super) seat: Option<Seat>,
    pub(super) pages: Vec<Page>,
    /// The tab that has the audio.
    pub(super) audio: Option<String>,
    pub(super) state: AgentState,
    pub(super) task: Option<Task>,
    /// Why the last offer came to nothing; none where nobody answered.
    pub(super) missed: Option<&'static str>,
    /// Since when a signed-in agent has no page, in milliseconds since the Unix epoch.
    pub(super) gone_since_ms: Option<i64>,
    /// Whether the agent was made Idle for that.
    pub(super) is_given_up: bool,
    pub(super) seq: u64,
    /// What the pages show.
    pub(super) shown: Option<Box<DeskView>>,
    /// The queues' figures that go into views.
    pub(super) queues: Vec<QueueFigures>,
}

/// The contact that an agent has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Task {
    pub(super) contact: ContactId,
    /// The queue that brought it.
    pub(super) queue: Option<QueueId>,
    pub(super) offered_ms: i64,
    /// How long it had waited then.
    pub(super) waited_ms: i64,
    pub(super) ring_until_ms: i64,
    pub(super) answered_ms: Option<i64>,
    pub(super) ended_ms: Option<i64>,
    /// Since when the caller is on hold.
    pub(super) held_since_ms: Option<i64>,
    /// The wrap-up code that was chosen already, by id.
    pub(super) code: Option<String>,
    /// Whether the server passes nothing on of what the agent says.
    pub(super) is_muted: bool,
    /// Whether the page has said that it has no audio, and has not got it since.
    pub(super) has_no_audio: bool,
}

impl Default for Desktop {
    fn default() -> Self {
        Self {
            seat: None,
            pages: Vec::new(),
            audio: None,
            state: AgentState { kind: StateKind::SignedOut, code: None, since_ms: 0 },
            task: None,
            missed: None,
            gone_since_ms: None,
            is_given_up: false,
            seq: 0,
            shown: None,
            queues: Vec::new(),
        }
    }
}

impl Desktop {
    pub(super) fn page_mut(&mut self, id: PageId) -> Option<&mut Page> {
        self.pages.iter_mut().find(|page| page.id == id)
    }

    /// The page that has the audio.
    pub(super) fn audio_page(&self) -> Option<&Page> {
        let tab = self.audio.as_ref()?;
        // The last one: a page that was reloaded may still be there for a moment.
        self.pages.iter().rev().find(|page| !page.is_outside && page.tab.as_ref() == Some(tab))
    }

    /// Tells all pages of the desktop. One that does not read is let go: its connection is then
    /// closed, and it comes back when it can. One that has not said hello hears what there is when
    /// it does; before that the desktop may not be whole, after a restart.
    pub(super) fn tell(&mut self, message: &ToDesk) {
        self.pages.retain(|page| {
            page.is_outside || page.tab.is_none() || page.tell.try_send(message.clone()).is_ok()
        });
    }

    /// The contact that the agent has, if it is this one.
    pub(super) fn task_of(&self, contact: &str) -> Option<&Task> {
        self.task.as_ref().filter(|task| task.contact.as_str() == contact)
    }
}

/// The browser of a tab: what stands before the first colon of its name; tabs of one browser share
/// a desktop. A name without a colon is a browser of its own, as far as anybody can tell.
pub(super) fn browser_of(tab: &str) -> &str {
    tab.split_once(':').map_or(tab, |(browser, _)| browser)
}

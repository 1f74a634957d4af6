//! Figures for Prometheus.
//!
//! What happens often is an atomic counter; what others count already (SIP, RTP, queues, agents,
//! the system) is read when somebody asks for `/metrics`, and costs nothing otherwise.

mod collect;
mod labels;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

pub use collect::{RtpFigures, SipFigures};
pub use labels::{CallOutcome, DipOutcome, JournalFault};

use super::control::{AgentLine, AgentMode, QueueLine, Status};
use super::health::Health;

/// One label of a name known to the program, with a value of the tenant.
type Named = [(&'static str, String); 1];
/// One label whose values the program knows.
type Word = [(&'static str, &'static str); 1];

/// Durations of requests to other systems, in seconds: 5 ms to 20 s.
const DIP_BUCKETS: [f64; 12] =
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0];

/// Durations of commits to the journal, in seconds: 20 µs to 1 s.
const COMMIT_BUCKETS: [f64; 12] =
    [0.000_02, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.05, 0.25, 1.0];

/// All figures. Clones share them.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    registry: Mutex<Registry>,
    calls: [Counter; CallOutcome::ALL.len()],
    contacts_begun: Counter,
    failures: Family<Named, Counter>,
    dips: Family<[(&'static str, String); 2], Counter>,
    dip_seconds: Family<Named, Histogram, fn() -> Histogram>,
    commits: Counter,
    entries: Counter,
    commit_seconds: Histogram,
    journal_faults: [Counter; JournalFault::ALL.len()],
    speech_failures: Family<Named, Counter>,
    reloads: [Counter; 2],
    now: Now,
}

/// What the switchboard said last.
struct Now {
    contacts: Family<Word, Gauge>,
    queued: Family<Named, Gauge>,
    longest_wait: Family<Named, Gauge<f64, std::sync::atomic::AtomicU64>>,
    available: Family<Named, Gauge>,
    agents: Family<Word, Gauge>,
    switchboard: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

/// Registers what is made and gives it back.
struct Maker(Registry);

impl Maker {
    fn add<M>(&mut self, name: &str, help: &str, metric: M) -> M
    where
        M: prometheus_client::registry::Metric + Clone,
    {
        self.0.register(format!("trunkline_{name}"), help, metric.clone());
        metric
    }

    /// A counter for each word, all of them there from the start.
    fn words<const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        label: &'static str,
        words: [&'static str; N],
    ) -> [Counter; N] {
        let family = self.add(name, help, Family::<Word, Counter>::default());
        words.map(|word| family.get_or_create_owned(&[(label, word)]))
    }
}

impl Now {
    fn new(maker: &mut Maker) -> Self {
        Self {
            contacts: maker.add("contacts", "Contacts now, by state", Family::default()),
            queued: maker.add("queue_contacts", "Contacts that wait, by queue", Family::default()),
            longest_wait: maker.add(
                "queue_longest_wait_seconds",
                "How long the first one has waited, by queue",
                Family::default(),
            ),
            available: maker.add(
                "queue_available_agents",
                "Agents who serve the queue and are Available",
                Family::default(),
            ),
            agents: maker.add("agents", "Agents, by state", Family::default()),
            switchboard: maker.add(
                "switchboard_up",
                "Whether the switchboard answered when this was read: 1 or 0",
                Gauge::default(),
            ),
        }
    }
}

impl Metrics {
    /// Figures that are all zero.
    pub fn new() -> Self {
        let mut maker = Maker(Registry::default());
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        maker.0.register("trunkline_build", "The program", version);
        let dip_seconds: Family<Named, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(DIP_BUCKETS));
        let inner = Inner {
            calls: maker.words(
                "calls",
                "Calls that ended, by how",
                "outcome",
                CallOutcome::ALL.map(CallOutcome::as_str),
            ),
            contacts_begun: maker.add("contacts_begun", "Contacts that began", Counter::default()),
            failures: maker.add("flow_failures", "Failures in flows, by code", Family::default()),
            dips: maker.add(
                "http_requests",
                "Requests of flows, by connector and outcome",
                Family::default(),
            ),
            dip_seconds: maker.add(
                "http_request_seconds",
                "How long requests of flows took, with their repetitions",
                dip_seconds,
            ),
            commits: maker.add("journal_commits", "Commits to the journal", Counter::default()),
            entries: maker.add("journal_entries", "Entries in these", Counter::default()),
            commit_seconds: maker.add(
                "journal_commit_seconds",
                "How long commits took",
                Histogram::new(COMMIT_BUCKETS),
            ),
            journal_faults: maker.words(
                "journal_faults",
                "Commits that failed, by why",
                "kind",
                JournalFault::ALL.map(JournalFault::as_str),
            ),
            speech_failures: maker.add(
                "speech_failures",
                "Sentences that a provider of speech failed to speak in time",
                Family::default(),
            ),
            reloads: maker.words(
                "config_reloads",
                "Times that the configuration was read anew, by result",
                "result",
                ["taken", "refused"],
            ),
            now: Now::new(&mut maker),
            registry: Mutex::default(),
        };
        *inner.registry.lock().unwrap_or_else(PoisonError::into_inner) = maker.0;
        let metrics = Self(Arc::new(inner));
        metrics.collect(collect::Process);
        metrics
    }

    fn collect(&self, collector: impl prometheus_client::collector::Collector) {
        let mut registry = self.0.registry.lock().unwrap_or_else(PoisonError::into_inner);
        registry.register_collector(Box::new(collector));
    }

    /// Where the figures of SIP are read from.
    pub fn observe_sip(&self, figures: impl Fn() -> SipFigures + Send + Sync + 'static) {
        self.collect(collect::Sip(Box::new(figures)));
    }

    /// Where the figures of RTP are read from.
    pub fn observe_rtp(&self, figures: impl Fn() -> RtpFigures + Send + Sync + 'static) {
        self.collect(collect::Rtp(Box::new(figures)));
    }

    /// Where the number of dropped lines of the log is read from.
    pub fn observe_log(&self, dropped: impl Fn() -> u64 + Send + Sync + 'static) {
        self.collect(collect::Log(Box::new(dropped)));
    }

    /// What readiness is read from.
    pub fn observe_health(&self, health: &Health) {
        self.collect(collect::Ready(health.clone()));
    }

    /// A contact began.
    pub fn contact_begun(&self) {
        self.0.contacts_begun.inc();
    }

    /// A call ended, or never became a contact.
    pub fn call_ended(&self, outcome: CallOutcome) {
        self.0.calls[outcome as usize].inc();
    }

    /// An activity failed.
    pub fn flow_failed(&self, code: &str) {
        self.0.failures.get_or_create(&[("code", code.to_owned())]).inc();
    }

    /// A request of a flow ended after this time, repetitions included.
    pub fn dip_ended(&self, connector: &str, outcome: DipOutcome, duration: Duration) {
        let (name, word) = (connector.to_owned(), outcome.as_str().to_owned());
        let seconds = self.0.dip_seconds.get_or_create_owned(&[("connector", name.clone())]);
        seconds.observe(duration.as_secs_f64());
        self.0.dips.get_or_create(&[("connector", name), ("outcome", word)]).inc();
    }

    /// So many entries were committed together in this time.
    pub fn committed(&self, entries: u64, duration: Duration) {
        self.0.commits.inc();
        self.0.entries.inc_by(entries);
        self.0.commit_seconds.observe(duration.as_secs_f64());
    }

    /// A commit failed.
    pub fn commit_failed(&self, fault: JournalFault) {
        self.0.journal_faults[fault as usize].inc();
    }

    /// A provider of speech failed.
    pub fn speech_failed(&self, provider: &str) {
        self.0.speech_failures.get_or_create(&[("provider", provider.to_owned())]).inc();
    }

    /// The configuration was read anew.
    pub fn reloaded(&self, taken: bool) {
        self.0.reloads[usize::from(!taken)].inc();
    }

    /// What the switchboard says now; None when it does not answer.
    pub fn snapshot(&self, now: Option<(&Status, &[QueueLine], &[AgentLine])>) {
        let inner = &self.0.now;
        inner.switchboard.set(i64::from(now.is_some()));
        let Some((status, queues, agents)) = now else { return };
        let states = [
            ("all", status.contacts),
            ("call", status.calls),
            ("queued", status.queued),
            ("connected", status.connected),
        ];
        for (state, count) in states {
            inner.contacts.get_or_create(&[("state", state)]).set(signed(count));
        }
        // A queue that a reload took away is not to go on with its last figure.
        inner.queued.clear();
        inner.longest_wait.clear();
        inner.available.clear();
        for line in queues {
            let label = [("queue", line.queue.clone())];
            inner.queued.get_or_create(&label).set(signed(line.waiting));
            let wait = Duration::from_millis(line.longest_wait_ms).as_secs_f64();
            inner.longest_wait.get_or_create(&label).set(wait);
            inner.available.get_or_create(&label).set(signed(line.available_agents));
        }
        for mode in AgentMode::ALL {
            let count = agents.iter().filter(|line| line.state == mode).count();
            inner.agents.get_or_create(&[("state", mode.as_str())]).set(signed(count as u64));
        }
    }

    /// The text of `/metrics`, as OpenMetrics 1.0 has it.
    pub fn text(&self) -> String {
        let registry = self.0.registry.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::new();
        // Writing to a string never fails.
        let _ = prometheus_client::encoding::text::encode(&mut text, &registry);
        text
    }
}

/// The table of all figures in Markdown, for `docs/serve.md`.
pub fn metric_table() -> String {
    let metrics = Metrics::new();
    metrics.observe_sip(SipFigures::default);
    metrics.observe_rtp(RtpFigures::default);
    metrics.observe_log(|| 0);
    metrics.observe_health(&Health::default());
    let text = metrics.text();
    let mut table = "| figure | kind | what it says |\n| --- | --- | --- |\n".to_owned();
    let mut help = "";
    for line in text.lines() {
        if let Some((_, text)) = line.strip_prefix("# HELP ").and_then(|it| it.split_once(' ')) {
            help = text.trim_end_matches('.');
        } else if let Some((name, kind)) =
            line.strip_prefix("# TYPE ").and_then(|it| it.split_once(' '))
        {
            let suffix = match kind {
                "counter" => "_total",
                "info" => "_info",
                _ => "",
            };
            table.push_str(&format!("| `{name}{suffix}` | {kind} | {help} |\n"));
        }
    }
    table
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

//! Logs: a line for each event, with the contact that it concerns, to the standard error.
//!
//! A thread of its own writes, so that a slow reader of the log never holds up a call; lines that
//! it cannot take are dropped and counted. Libraries get no further than `warn` unless the
//! configuration names them, since some log what they send: credentials.

use std::fmt::{self, Write as _};
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Level, Span, Subscriber, level_filters::LevelFilter};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::{LookupSpan, Registry};
use tracing_subscriber::reload;

use crate::config::{LogConfig, LogFormat, LogLevel};

/// The span for everything that concerns a contact. Lines within it begin with `contact=ID`.
///
/// It is there at every level, so that warnings have the id when `info` is off.
pub fn contact_span(contact: &impl fmt::Display) -> Span {
    tracing::error_span!(target: "trunkline", "contact", %contact)
}

/// Lines that wait for the writer; beyond that they are dropped.
const MAX_WAITING: usize = 8_192;

/// Lines that are written at once.
const MAX_AT_ONCE: usize = 1_024;

/// How long the writer waits for further lines after one.
const GATHERING: Duration = Duration::from_millis(5);

/// The longest value of a field, in bytes.
const MAX_VALUE_BYTES: usize = 4_096;

/// Fields of an event that are kept.
const MAX_FIELDS: usize = 32;

/// Changes what is logged, and waits for the writer when it is dropped. Clones are handles of the
/// same log.
#[derive(Clone)]
pub struct LogHandle {
    filter: reload::Handle<Targets, Registry>,
    shared: Arc<Shared>,
    lines: SyncSender<Message>,
}

struct Shared {
    is_json: AtomicBool,
    dropped: AtomicU64,
}

enum Message {
    Line(String),
    Flush(SyncSender<()>),
}

/// Why logs cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// No thread.
    #[error("the thread that writes the log cannot be started: {0}")]
    Thread(std::io::Error),
    /// There is a log already.
    #[error("logs are set up already")]
    Twice,
}

/// Sends the program's logs to the standard error.
///
/// # Errors
/// When there is a log already, or no thread.
pub fn install(config: &LogConfig) -> Result<LogHandle, LogError> {
    let (dispatch, handle) = build(config, std::io::stderr())?;
    tracing::dispatcher::set_global_default(dispatch).map_err(|_| LogError::Twice)?;
    std::panic::set_hook(Box::new(|info| {
        let thread = std::thread::current();
        let (thread, place) = (thread.name().unwrap_or("?"), info.location());
        let place = place.map_or_else(String::new, ToString::to_string);
        // Not the message: it may hold what somebody said or typed.
        tracing::error!(target: "trunkline", thread, place, "panic: a mistake in the program");
    }));
    Ok(handle)
}

/// Logs that go elsewhere.
///
/// # Errors
/// When there is no thread.
pub fn build(
    config: &LogConfig,
    out: impl Write + Send + 'static,
) -> Result<(Dispatch, LogHandle), LogError> {
    let (lines, inbox) = sync_channel(MAX_WAITING);
    let is_json = AtomicBool::new(config.format == LogFormat::Json);
    let shared = Arc::new(Shared { is_json, dropped: AtomicU64::new(0) });
    let thread = std::thread::Builder::new().name("log".into());
    thread.spawn(move || write(&inbox, out)).map_err(LogError::Thread)?;
    let (filter, handle) = reload::Layer::new(targets(config));
    let layer = Lines { shared: shared.clone(), lines: lines.clone() };
    let subscriber = tracing_subscriber::registry().with(filter).with(layer);
    let handle = LogHandle { filter: handle, shared, lines };
    Ok((Dispatch::new(subscriber), handle))
}

impl LogHandle {
    /// Logs by another configuration from now on.
    pub fn apply(&self, config: &LogConfig) {
        self.shared.is_json.store(config.format == LogFormat::Json, Ordering::Relaxed);
        // It fails only when the subscriber is gone, with which nothing is logged anyway.
        let _ = self.filter.reload(targets(config));
    }

    /// Lines that were dropped because the writer could not keep up.
    pub fn dropped(&self) -> u64 {
        self.shared.dropped.load(Ordering::Relaxed)
    }

    /// A reader of [`LogHandle::dropped`] for metrics.
    pub fn dropped_counter(&self) -> impl Fn() -> u64 + Send + Sync + 'static {
        let shared = self.shared.clone();
        move || shared.dropped.load(Ordering::Relaxed)
    }

    /// Waits until what was logged is written, for a second at the most.
    pub fn flush(&self) {
        let (done, written) = sync_channel(1);
        if self.lines.send(Message::Flush(done)).is_ok() {
            let _ = written.recv_timeout(Duration::from_secs(1));
        }
    }
}

impl Drop for LogHandle {
    fn drop(&mut self) {
        self.flush();
    }
}

fn write(inbox: &Receiver<Message>, mut out: impl Write) {
    let mut text = String::new();
    while let Ok(first) = inbox.recv() {
        let mut waiting = vec![first];
        if matches!(waiting[0], Message::Line(_)) {
            // Lines come in flocks: to wait for the rest saves most of the wake-ups and writes.
            std::thread::sleep(GATHERING);
        }
        waiting.extend(inbox.try_iter().take(MAX_AT_ONCE));
        for message in waiting {
            match message {
                Message::Line(line) => text.push_str(&line),
                Message::Flush(done) => {
                    put(&mut out, &mut text);
                    let _ = done.send(());
                }
            }
        }
        put(&mut out, &mut text);
    }
}

fn put(out: &mut impl Write, text: &mut String) {
    // Nobody is left to be told that the log cannot be written.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    text.clear();
}

/// Which lines are written.
fn targets(config: &LogConfig) -> Targets {
    let level = filter(config.level);
    let quiet = level.min(LevelFilter::WARN);
    let targets = Targets::new().with_default(quiet).with_target("trunkline", level);
    let named = config.targets.iter();
    targets.with_targets(named.map(|(target, level)| {
        let most =
            if target.starts_with("rsipstack") { LevelFilter::WARN } else { LevelFilter::TRACE };
        (target.clone(), filter(*level).min(most))
    }))
}

fn filter(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Off => LevelFilter::OFF,
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    }
}

/// Makes lines of events.
struct Lines {
    shared: Arc<Shared>,
    lines: SyncSender<Message>,
}

impl<S: Subscriber + for<'l> LookupSpan<'l>> Layer<S> for Lines {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(fields) = span.extensions_mut().get_mut::<Fields>() {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        // The innermost span speaks last; what the event says itself goes before all.
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(outer) = span.extensions().get::<Fields>() {
                fields.add_missing(outer);
            }
        }
        let metadata = event.metadata();
        let line = match self.shared.is_json.load(Ordering::Relaxed) {
            true => json_line(*metadata.level(), metadata.target(), &fields),
            false => text_line(*metadata.level(), metadata.target(), &fields),
        };
        if let Err(TrySendError::Full(_)) = self.lines.try_send(Message::Line(line)) {
            self.shared.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The fields of an event or a span.
#[derive(Default)]
struct Fields {
    message: String,
    contact: Option<String>,
    others: Vec<(&'static str, Text)>,
}

/// A field's value.
#[derive(Clone)]
enum Text {
    /// Text, quoted in lines where it needs to be.
    Quoted(String),
    /// A number, true or false.
    Plain(String),
}

impl Fields {
    fn put(&mut self, field: &Field, value: Text) {
        let (Text::Quoted(text) | Text::Plain(text)) = &value;
        match field.name() {
            "message" => self.message = text.clone(),
            "contact" => self.contact = Some(text.clone()),
            name => {
                self.others.retain(|(other, _)| *other != name);
                if self.others.len() < MAX_FIELDS {
                    self.others.push((name, value));
                }
            }
        }
    }

    fn add_missing(&mut self, outer: &Self) {
        if self.contact.is_none() {
            self.contact.clone_from(&outer.contact);
        }
        for (name, value) in &outer.others {
            if self.others.len() < MAX_FIELDS && !self.others.iter().any(|(it, _)| it == name) {
                self.others.push((name, value.clone()));
            }
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let mut text = Limited::default();
        // What is too long is cut.
        let _ = write!(text, "{value:?}");
        self.put(field, Text::Quoted(text.0));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let mut text = Limited::default();
        let _ = text.write_str(value);
        self.put(field, Text::Quoted(text.0));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, Text::Plain(value.to_string()));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, Text::Plain(value.to_string()));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, Text::Plain(value.to_string()));
    }
}

/// Text that ends at [`MAX_VALUE_BYTES`].
#[derive(Default)]
struct Limited(String);

impl fmt::Write for Limited {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = MAX_VALUE_BYTES.saturating_sub(self.0.len());
        let end = text.floor_char_boundary(room.min(text.len()));
        self.0.push_str(&text[..end]);
        if end < text.len() { Err(fmt::Error) } else { Ok(()) }
    }
}

/// `2026-11-23T07:01:16.123Z INFO  contact=ID target: message key=value`
fn text_line(level: Level, target: &str, fields: &Fields) -> String {
    let mut line = now();
    let _ = write!(line, " {:<5} ", level.as_str());
    if let Some(contact) = &fields.contact {
        line.push_str("contact=");
        push_escaped(&mut line, contact);
        line.push(' ');
    }
    let _ = write!(line, "{target}: ");
    push_escaped(&mut line, &fields.message);
    for (name, value) in &fields.others {
        let _ = write!(line, " {name}=");
        match value {
            Text::Plain(text) => line.push_str(text),
            Text::Quoted(text) if is_plain(text) => line.push_str(text),
            Text::Quoted(text) => drop(write!(line, "{text:?}")),
        }
    }
    line.push('\n');
    line
}

/// An object with time, level, contact, target, message and the fields.
fn json_line(level: Level, target: &str, fields: &Fields) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let level = level.as_str().to_ascii_lowercase();
    let mut line = format!("{{\"time\":\"{}\",\"level\":\"{level}\"", now());
    if let Some(contact) = &fields.contact {
        let _ = write!(line, ",\"contact\":{}", quoted(contact));
    }
    let (target, message) = (quoted(target), quoted(&fields.message));
    let _ = write!(line, ",\"target\":{target},\"message\":{message}");
    for (name, value) in &fields.others {
        // Names that the line has already.
        let underscore = if matches!(*name, "time" | "level" | "target") { "_" } else { "" };
        let value = match value {
            Text::Plain(text) => text.clone(),
            Text::Quoted(text) => quoted(text),
        };
        let _ = write!(line, ",{}:{value}", quoted(&format!("{name}{underscore}")));
    }
    line.push_str("}\n");
    line
}

fn now() -> String {
    format!("{:.3}", jiff::Timestamp::now())
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic() && c != '"' && c != '=')
}

/// Text without line breaks and other controls, so that nobody outside can write lines.
fn push_escaped(line: &mut String, text: &str) {
    for c in text.chars() {
        if c.is_control() { line.extend(c.escape_default()) } else { line.push(c) }
    }
}

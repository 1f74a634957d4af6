//! `trunkline call`: a telephone on the command line.

mod end;
mod steps;
mod voice;

use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use serde_json::json;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;
use trunkline_softphone::script::{self, Step};
use trunkline_softphone::{
    Call, CallEvent, Happened, Phone, PhoneError, PhoneSettings, address_towards,
};
use trunkline_telephony::address::{NameAddr, Uri};
use trunkline_telephony::message::Headers;

use crate::problem::{Problem, Result};
use steps::Steps;

/// Where the password comes from when it is not on the command line.
const PASSWORD_VARIABLE: &str = "TRUNKLINE_CALL_PASSWORD";

/// How long a call that was hung up may take to say good-bye.
const FAREWELL: Duration = Duration::from_secs(35);

/// The most `--header` options.
const MAX_HEADERS: usize = 20;

/// Call a SIP address, speak, press keys, and print what happens.
///
/// The steps --say, --play, --tone, --press, --after and --when-quiet may be given more than once;
/// they are done in the order in which they stand, from the answer on. Then the call goes on until
/// the other side hangs up, --hang-up-after is over, or Ctrl-C.
///
/// Exit status: 0 answered; 1 broken off or a step failed; 2 wrong use; 3 busy; 4 no answer;
/// 5 refused; 130 Ctrl-C before the answer.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Whom to call: sip:NUMBER@HOST, with :PORT where it is not 5060, and ;transport=tcp for TCP.
    #[arg(value_name = "SIP-URI")]
    uri: String,
    /// Who calls: a number or name, or "Anna <+14155550100>".
    #[arg(long, value_name = "CALLER", default_value = "trunkline")]
    from: String,
    /// The name for authentication, when it is not the caller's.
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// The password for authentication; better in the variable TRUNKLINE_CALL_PASSWORD, since
    /// others on this machine see command lines.
    #[arg(long, value_name = "TEXT")]
    password: Option<String>,
    #[command(flatten)]
    steps: Steps,
    /// Write what is heard to a WAV file.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Hang up so many seconds after the answer.
    #[arg(long, value_name = "SECONDS", value_parser = steps::seconds)]
    hang_up_after: Option<Duration>,
    /// How long it may ring, in seconds.
    #[arg(long, value_name = "SECONDS", value_parser = steps::seconds, default_value = "60")]
    ring: Duration,
    /// A header of the INVITE, such as "X-Account: 42"; up to 20 times.
    #[arg(long, value_name = "NAME: VALUE", value_parser = header)]
    header: Vec<(String, String)>,
    /// This side's address [default: the one from which the host is reached].
    #[arg(long, value_name = "ADDRESS")]
    bind: Option<IpAddr>,
    /// Print one JSON object a line.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| Problem::misuse(format!("threads: {error}")))?;
    let result = runtime.block_on(dial(arguments));
    // Nothing that is still being sent keeps the program from ending.
    runtime.shutdown_timeout(Duration::from_millis(200));
    result
}

async fn dial(arguments: &Arguments) -> Result<ExitCode> {
    if arguments.header.len() > MAX_HEADERS {
        return Err(Problem::misuse(format!("--header: give at most {MAX_HEADERS}")));
    }
    if let Some(file) = &arguments.record {
        // Better now than when there is something to be lost.
        std::fs::write(file, b"").map_err(|error| wrong_file(file, &error))?;
    }
    let script = arguments.steps.prepare().await?;
    // Before anybody is called, so that nobody is left ringing.
    let interrupts = interrupts()?;
    let phone = Phone::start(settings(arguments).await?).await;
    let phone = phone.map_err(|error| Problem::misuse(error.to_string()))?;
    let headers = arguments.header.iter().cloned().collect::<Headers>();
    let call = phone.dial(&arguments.uri, headers).await;
    let call = call.map_err(|error| Problem::misuse(error.to_string()))?;
    call.record().map_err(|error| Problem::misuse(error.to_string()))?;
    let screen = Screen { json: arguments.json };
    screen.line(Duration::ZERO, "calling", &json!({ "uri": arguments.uri }));
    let outcome = follow(arguments, &script, &call, screen, interrupts).await;
    end::report(arguments, &call, screen, outcome).await
}

/// How a call went.
struct Outcome {
    /// Ctrl-C ended it.
    was_interrupted: bool,
    /// A step that did not succeed.
    failed_step: Option<PhoneError>,
}

/// Prints what happens and goes through the steps until the call is over.
async fn follow(
    arguments: &Arguments,
    steps: &[Step],
    call: &Call,
    screen: Screen,
    mut interrupts: UnboundedReceiver<()>,
) -> Outcome {
    let mut outcome = Outcome { was_interrupted: false, failed_step: None };
    let mut events = call.events();
    let mut script = std::pin::pin!(speak(call, steps, arguments.ring));
    let (mut is_speaking, mut deadline) = (true, None);
    loop {
        let hang_up = tokio::time::sleep_until(deadline.unwrap_or_else(Instant::now));
        tokio::select! {
            biased;
            event = events.next() => match event {
                Some(event) => {
                    if event.what == Happened::Answered {
                        deadline = arguments.hang_up_after.map(|time| Instant::now() + time);
                    }
                    screen.event(&event);
                }
                None => return outcome,
            },
            done = &mut script, if is_speaking => {
                is_speaking = false;
                if let Err(error) = done && !matches!(error, PhoneError::Over { .. }) {
                    let why = json!({ "why": error.to_string() });
                    screen.line(call.elapsed(), "step failed", &why);
                    outcome.failed_step = Some(error);
                    call.hang_up();
                    deadline = Some(Instant::now() + FAREWELL);
                }
            }
            () = hang_up, if deadline.is_some() => {
                // The second time nobody answers the BYE.
                if call.cause().is_some() || outcome.failed_step.is_some() {
                    return outcome;
                }
                call.hang_up();
                deadline = Some(Instant::now() + FAREWELL);
            }
            Some(()) = interrupts.recv() => {
                if std::mem::replace(&mut outcome.was_interrupted, true) {
                    return outcome;
                }
                call.hang_up();
                deadline = Some(Instant::now() + FAREWELL);
            }
        }
    }
}

/// Tells of each Ctrl-C from now on.
fn interrupts() -> Result<UnboundedReceiver<()>> {
    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
    #[cfg(unix)]
    let mut signals = {
        use tokio::signal::unix::{SignalKind, signal};
        let signals = signal(SignalKind::interrupt());
        signals.map_err(|error| Problem::misuse(format!("signals: {error}")))?
    };
    tokio::spawn(async move {
        loop {
            #[cfg(unix)]
            let is_there = signals.recv().await.is_some();
            #[cfg(not(unix))]
            let is_there = tokio::signal::ctrl_c().await.is_ok();
            if !is_there || sender.send(()).is_err() {
                return;
            }
        }
    });
    Ok(receiver)
}

async fn speak(call: &Call, steps: &[Step], ring: Duration) -> std::result::Result<(), PhoneError> {
    // The phone itself gives up a little before.
    call.answered(ring + Duration::from_secs(60)).await?;
    script::run(call, steps).await
}

async fn settings(arguments: &Arguments) -> Result<PhoneSettings> {
    let from = NameAddr::parse(&arguments.from)
        .ok_or_else(|| Problem::misuse("--from: write a number, or \"Anna <+14155550100>\""))?;
    let user = from.uri.strip_prefix("sip:").unwrap_or(from.uri);
    let user = user.split('@').next().unwrap_or_default();
    if user.is_empty() || !user.chars().all(|c| c.is_ascii_graphic() && !"<>\";:".contains(c)) {
        return Err(Problem::misuse("--from: write a number or a name without spaces"));
    }
    let bind = match arguments.bind {
        Some(bind) => bind,
        None => address_to(&arguments.uri).await?,
    };
    let mut settings = PhoneSettings::new(SocketAddr::new(bind, 0), user);
    settings.display = (!from.display.is_empty()).then(|| from.display.to_owned());
    settings.login.clone_from(&arguments.user);
    let password = arguments.password.clone();
    let password = password.or_else(|| std::env::var(PASSWORD_VARIABLE).ok());
    settings.password = password.map(Into::into);
    settings.ring_limit = arguments.ring;
    Ok(settings)
}

/// This machine's address from which the URI's host is reached.
async fn address_to(uri: &str) -> Result<IpAddr> {
    let wrong = || Problem::misuse(PhoneError::Address(uri.to_owned()));
    let parts = Uri::parse(uri).filter(|parts| !parts.host.is_empty()).ok_or_else(wrong)?;
    let has_port = parts.host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let has_port = has_port && !parts.host.ends_with(']');
    let place = if has_port { parts.host.to_owned() } else { format!("{}:5060", parts.host) };
    let found = tokio::net::lookup_host(place.as_str()).await;
    let found = found.map_err(|error| Problem::misuse(format!("{place}: {error}")))?;
    let found: Vec<SocketAddr> = found.collect();
    let first = found.iter().find(|it| it.is_ipv4()).or(found.first()).copied();
    let first = first.ok_or_else(|| Problem::misuse(format!("{place} has no address")))?;
    address_towards(first).map_err(|error| Problem::misuse(format!("{first}: {error}")))
}

fn header(text: &str) -> std::result::Result<(String, String), String> {
    let (name, value) = text.split_once(':').ok_or("write it as \"X-Name: value\"")?;
    let (name, value) = (name.trim(), value.trim());
    let is_name = name.len() > 2 && name.get(..2).is_some_and(|x| x.eq_ignore_ascii_case("x-"));
    let is_token = name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.!%*+~'".contains(c));
    if !is_name || !is_token {
        return Err("only headers whose name begins with X- can be added".to_owned());
    }
    if value.len() > 1_000 || value.chars().any(char::is_control) {
        return Err("the value is one line of at most 1,000 bytes".to_owned());
    }
    Ok((name.to_owned(), value.to_owned()))
}

fn wrong_file(file: &std::path::Path, error: &io::Error) -> Problem {
    Problem::misuse(format!("{}: {error}", file.display()))
}

/// Where a call is told about.
#[derive(Clone, Copy)]
struct Screen {
    json: bool,
}

impl Screen {
    /// A line with its time since the call was dialled. Who reads it may go away.
    fn line(self, at: Duration, what: &str, more: &serde_json::Value) {
        let mut out = io::stdout().lock();
        let _ = match self.json {
            true => {
                let mut object = json!({ "t_ms": at.as_millis() as u64, "event": what });
                if let (Some(all), Some(more)) = (object.as_object_mut(), more.as_object()) {
                    all.extend(more.clone());
                }
                writeln!(out, "{object}")
            }
            false => writeln!(out, "{:9.3}  {what}{}", at.as_secs_f64(), words(more)),
        };
        let _ = out.flush();
    }

    fn event(self, event: &CallEvent) {
        let (what, more) = described(&event.what);
        self.line(event.at, what, &more);
    }
}

/// The values of an object, as a person reads them: first what needs no name.
fn words(more: &serde_json::Value) -> String {
    let Some(more) = more.as_object() else { return String::new() };
    let text = |value: &serde_json::Value| match value.as_str() {
        Some(text) => text.to_owned(),
        None => value.to_string(),
    };
    let (mut first, mut then) = (String::new(), String::new());
    for (name, value) in more {
        match name.as_str() {
            "uri" | "key" | "what" | "file" | "status" => first += &format!(" {}", text(value)),
            "why" => first += &format!(": {}", text(value)),
            name => then += &format!(", {} {}", name.replace('_', " "), text(value)),
        }
    }
    first + &then
}

fn described(what: &Happened) -> (&'static str, serde_json::Value) {
    match what {
        Happened::Progressed { status: 180 } => ("ringing", json!({})),
        Happened::Progressed { status } => ("progress", json!({ "status": status })),
        Happened::Answered => ("answered", json!({})),
        Happened::MediaAgreed => ("media agreed", json!({})),
        Happened::MediaLost => ("no packets any more", json!({})),
        Happened::MediaBack => ("packets again", json!({})),
        Happened::KeyHeard { key } => ("key heard", json!({ "key": key.to_string() })),
        Happened::KeysSent => ("keys sent", json!({})),
        Happened::Played { .. } => ("played", json!({})),
        Happened::Held => ("held", json!({})),
        Happened::Resumed => ("resumed", json!({})),
        Happened::ChangeRefused { status } => ("change refused", json!({ "status": status })),
        Happened::Ended(cause) => {
            ("ended", json!({ "why": trunkline_softphone::cause_text(cause) }))
        }
    }
}

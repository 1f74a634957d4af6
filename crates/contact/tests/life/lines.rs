//! A contact's outputs, a line each.

use trunkline_contact::{Arrangement, Output, Party};
use trunkline_model::call::{Transfer, TransferKind};
use trunkline_model::http::{Body, Request, Target};
use trunkline_model::prompt::Prompt;

fn consult_number(consult: Option<u32>) -> String {
    consult.map(|number| format!(" for consult {number}")).unwrap_or_default()
}

fn arrangement_line(it: &Arrangement) -> String {
    let party = |party: &Party| match party {
        Party::Caller => "caller".to_owned(),
        Party::Agent(agent) => agent.to_string(),
        Party::Number(_) => "number".to_owned(),
    };
    let list = |parties: &[Party]| parties.iter().map(party).collect::<Vec<_>>().join("+");
    let rings = if it.rings { " rings" } else { "" };
    let (together, waiting, alone) = (list(&it.together), list(&it.waiting), list(&it.alone));
    format!("talk {together} | music {waiting} | alone {alone}{rings}")
}

pub(crate) fn line(output: &Output) -> String {
    match output {
        Output::Http { request, may_repeat, .. } => {
            let key = request.idempotency_key.as_deref().map(|key| format!(" key {key}"));
            let repeat = if *may_repeat { " may repeat" } else { "" };
            format!("{}{}{repeat}", request_line(request), key.unwrap_or_default())
        }
        Output::StopRetries { .. } => "stop retries".into(),
        Output::Play { prompts, .. } => prompts_line(prompts),
        Output::PlayMusic { music, .. } => format!("music {}", music.file),
        Output::StopPlaying { .. } => "stop playing".into(),
        Output::Enqueue { queue, priority, .. } => format!("enqueue {queue} P{}", priority.get()),
        Output::EnqueueToAgent { agent, queue, park, recovery, .. } => {
            let parks = if *park { ", park" } else { "" };
            let recovery = recovery.as_ref().map(|it| format!(", else {it}")).unwrap_or_default();
            format!("enqueue to {agent} for {queue}{parks}{recovery}")
        }
        Output::SetPriority { priority, .. } => format!("priority P{}", priority.get()),
        Output::Escalate { .. } => "escalate".into(),
        Output::Withdraw => "withdraw".into(),
        Output::LeaveAgent => "leave agent".into(),
        Output::Arrange(it) => arrangement_line(it),
        Output::Ask { consult, agent, .. } => format!("ask {agent}{}", consult_number(*consult)),
        Output::EnqueueConsult { consult, queue, .. } => {
            format!("enqueue consult {consult} in {queue}")
        }
        Output::Ring { consult, agent, caller_id } => {
            let shown = caller_id.as_ref().map(|number| format!(" as {number}"));
            format!("ring {agent}{}{}", consult_number(*consult), shown.unwrap_or_default())
        }
        Output::RecordCall { number } => format!("record call {number}"),
        Output::PauseCallRecording { number, is_paused: true } => {
            format!("pause recording call {number}")
        }
        Output::PauseCallRecording { number, is_paused: false } => {
            format!("resume recording call {number}")
        }
        Output::StopCallRecording { number } => format!("stop recording call {number}"),
        Output::Dial { transfer, .. } => format!("dial {}", transfer.number),
        Output::HangUpParty { .. } => "hang up party".into(),
        Output::Part { consult, leaving } => {
            format!("part{} {leaving:?}", consult_number(*consult))
        }
        Output::TakeOver { consult, leaving } => format!("take over {consult} {leaving:?}"),
        Output::QueryQueue { queue, .. } => format!("query {queue}"),
        Output::Allocate { weights, .. } => format!("allocate {weights:?}"),
        Output::ScreenPop { agent, pop } => {
            format!("pop {} {}", agent.as_ref().map_or("nowhere", |it| it.as_str()), pop.url)
        }
        Output::Disconnect => "disconnect".into(),
        Output::Transfer { transfer, .. } => transfer_line(transfer),
        Output::Answer => "answer".into(),
        Output::QueueMusic { file: Some(file) } => format!("queue music {file}"),
        Output::QueueMusic { file: None } => "stop queue music".into(),
        Output::SetCallerId { number } => format!("caller id {number}"),
        Output::SendDigits { digits, .. } => format!("send {digits}"),
        Output::Record { .. } => "record".into(),
        Output::StopRecording { .. } => "stop recording".into(),
        Output::Notice(notice) => {
            let code = notice.failure.code.as_str();
            format!("notice {} {code} {:?}", notice.activity, notice.kept_by)
        }
        Output::Ended => "ended".into(),
    }
}

fn transfer_line(transfer: &Transfer) -> String {
    let kind = match transfer.kind {
        TransferKind::Blind => "transfer",
        TransferKind::Bridged => "bridge",
    };
    let shown = transfer.caller_id.as_deref().map(|number| format!(" as {number}"));
    format!("{kind} {}{}", transfer.number, shown.unwrap_or_default())
}

fn prompts_line(prompts: &[Prompt]) -> String {
    let line = |prompt: &Prompt| match prompt {
        Prompt::Speech { text, .. } if text.starts_with("We are sorry") => "an apology".into(),
        Prompt::Speech { text, .. } if text.starts_with('申') => "an apology in Japanese".into(),
        Prompt::Speech { text, .. } => text.clone(),
        Prompt::Audio { file } => format!("[{file}]"),
    };
    format!("play {}", prompts.iter().map(line).collect::<Vec<_>>().join(" "))
}

fn request_line(request: &Request) -> String {
    let target = match &request.target {
        Target::Connector { path, .. } => &path.text,
        Target::Url(url) => &url.text,
    };
    let body = match &request.body {
        Some(Body::Text(text)) => format!(" {text}"),
        Some(Body::Form(fields)) => format!(" {fields:?}"),
        Some(Body::GraphQl { query, .. }) => format!(" {query}"),
        None => String::new(),
    };
    format!("{} {target}{body}", request.method.as_str())
}

//! A contact's outputs, a line each.

use trunkline_contact::Output;
use trunkline_model::call::{Transfer, TransferKind};
use trunkline_model::http::{Body, Request, Target};
use trunkline_model::prompt::Prompt;

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
        Output::Withdraw => "withdraw".into(),
        Output::LeaveAgent => "leave agent".into(),
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

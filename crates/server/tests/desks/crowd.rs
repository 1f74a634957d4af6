//! A thousand desktops at once.

use std::time::{Duration, Instant};

use serde_json::json;
use trunkline_desk::{Command, Device, FromDesk, SignIn, ToDesk};
use trunkline_model::AgentId;

use crate::work::plan;

const AGENTS: usize = 1_000;

/// How long the desktops are watched.
const SPAN: Duration = Duration::from_secs(5);

/// What they may cost, as a part of one core, callers included, in a program that is not optimised,
/// on a machine that does other things too. Alone it is 0.07.
const MOST: f64 = 0.5;

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_desktops_whose_queue_changes_cost_little() {
    let ids: Vec<String> = (0..AGENTS).map(|at| format!("agent-{at}")).collect();
    let known = ["ann", "bob"].into_iter().chain(ids.iter().map(String::as_str));
    let agents: Vec<_> =
        known.map(|id| json!({ "id": id, "name": id, "teams": ["Desk"] })).collect();
    let centre = plan().tenant(json!({ "agents": agents })).start().await;
    let desk = centre.server.as_ref().unwrap().centre();
    let views = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let mut pages = Vec::new();
    for id in &ids {
        let (agent, tab) = (AgentId::new(id.as_str()), format!("{id}:t"));
        let mut link = desk.attach(&agent).await.unwrap();
        let hello = FromDesk::Hello { tab: tab.clone(), seen: None, wants_audio: true };
        link.say.send(hello).await.unwrap();
        let (team, device) = (None, Device::Browser);
        let sign_in = SignIn { team, device, tab, label: "Test".into(), take_over: false };
        desk.command(&agent, Command::SignIn(sign_in)).await.unwrap();
        let counted = views.clone();
        tokio::spawn(async move {
            while let Some(event) = link.events.recv().await {
                if matches!(event, ToDesk::View { .. }) {
                    counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                }
            }
        });
        pages.push(link.say);
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    views.store(0, std::sync::atomic::Ordering::Relaxed);
    let (began, before) = (Instant::now(), cpu());
    let mut calls = Vec::new();
    while began.elapsed() < SPAN {
        calls.push(centre.call().await);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let share = (cpu() - before).as_secs_f64() / began.elapsed().as_secs_f64();
    let views = views.load(std::sync::atomic::Ordering::Relaxed);
    println!("{AGENTS} desktops, {views} views in {:?}: {share:.3} of a core", began.elapsed());
    assert!(views >= 2 * AGENTS, "all see how many wait: {views}");
    assert!(views <= 5 * AGENTS, "not with each call: {views}");
    assert!(share < MOST, "{share}");
}

/// What the program has used of the processors.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = stat.rsplit(')').next().unwrap();
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    // utime and stime, in ticks of 10 ms (proc(5)).
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Duration::from_millis(ticks * 10)
}

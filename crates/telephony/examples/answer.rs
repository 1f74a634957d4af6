//! Answers every call at an address and hangs up after a while. No media is sent.
//!
//! `cargo run -p trunkline-telephony --example answer -- 127.0.0.1:5060 [hang up after ms]`
#![allow(clippy::print_stdout, reason = "an example for the command line")]

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::time::timeout;
use trunkline_telephony::call::{Command, Event};
use trunkline_telephony::message::Headers;
use trunkline_telephony::shell::{AllowList, CallHandle, Endpoint, Notice, Settings};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let address: SocketAddr = arguments.next().as_deref().unwrap_or("127.0.0.1:5060").parse()?;
    let talk_ms: u64 = arguments.next().as_deref().unwrap_or("3000").parse()?;
    let loopback = ["127.0.0.1/32".parse()?, "::1/128".parse()?];
    let settings = Settings::new(address, AllowList::new(loopback));
    let (_endpoint, mut calls) = Endpoint::start(settings).await?;
    println!("waiting for calls at {address}");
    let mut port = 20_000_u16;
    while let Some(call) = calls.recv().await {
        println!("{call:?}");
        port = if port > 60_000 { 20_000 } else { port + 2 };
        let handle = call.accept(SocketAddr::new(address.ip(), port), |_| ())?;
        tokio::spawn(talk(handle, Duration::from_millis(talk_ms)));
    }
    Ok(())
}

async fn talk(mut call: CallHandle, length: Duration) {
    call.command(Command::Ring);
    call.command(Command::Answer { headers: Headers::default() });
    loop {
        match timeout(length, call.next()).await {
            Ok(Some(notice)) => {
                println!("{notice:?}");
                if matches!(notice, Notice::Event(Event::Ended(_))) {
                    return;
                }
            }
            Ok(None) => return,
            Err(_) => call.command(Command::HangUp),
        }
    }
}

//! The server in `web/e2e/media`: a caller bridged to a real browser, driven by lines of text.
//!
//! The caller says 440 Hz and measures what it hears. Lines that are read:
//!
//! ```text
//! offer               make an offer: the first one, or another after the page was loaded anew
//! answer SDP          the browser's answer; line ends are written as a vertical bar
//! hear                measure the next half second: `heard HZ DBM0 SNR_DB`
//! keys 12#            send keys to the browser
//! quality             print the figures of the browser's leg
//! ```
//!
//! With `CODECS=opus` Opus is offered first. Lines that are written: `offer SDP`, `connected`,
//! `lost`, `back`, `key K`, `heard …`, `quality …` and `error …`. It ends with its input.

#![allow(clippy::print_stdout, reason = "it talks with a script")]
#![allow(clippy::unwrap_used, reason = "it shares the tests' phone; who fails says so and ends")]

#[path = "../tests/phone/mod.rs"]
mod phone;

use std::error::Error;
use std::io::BufRead;
use std::net::Ipv4Addr;
use std::sync::Arc;

use phone::{MS, Phone, Talk, plan};
use trunkline_media::codec::Codec;
use trunkline_media::measure;
use trunkline_media_engine::{BrowserSettings, Engine, LegEvent, Settings};
use trunkline_webrtc::Audio;

const BROWSER: u64 = 2;

fn main() -> Result<(), Box<dyn Error>> {
    let first = 41_000 + (std::process::id() % 400) as u16 * 20;
    let settings = Settings {
        bind: Ipv4Addr::LOCALHOST.into(),
        ports: first..=first + 199,
        media_timeout: MS * 5_000,
        ..Settings::default()
    };
    let mut codecs = Audio::ALL.to_vec();
    if std::env::var("CODECS").is_ok_and(|codecs| codecs == "opus") {
        codecs.rotate_right(1);
    }
    let browsers = BrowserSettings {
        codecs,
        tcp: Some((Ipv4Addr::LOCALHOST, 0).into()),
        ..BrowserSettings::default()
    };
    let engine = Engine::start_for_browsers(settings, browsers, Arc::new(|event| tell(&event)))?;
    let mut caller = Phone::new(Codec::Pcmu);
    let caller_leg = engine.open(1)?;
    caller_leg.start(plan(caller.address(), Codec::Pcmu));
    let (browser, first_offer) = engine.open_browser(BROWSER)?;
    caller_leg.bridge(&browser);
    caller.talk(Talk::new(Codec::Pcmu, 440.0), caller_leg.local());
    let mut first_offer = Some(first_offer);
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
        let done = match (word, first_offer.take()) {
            ("offer", Some(sdp)) => {
                print_offer(&sdp);
                Ok(())
            }
            ("offer", None) => browser.offer().map(|sdp| print_offer(&sdp)),
            ("answer", _) => browser.answer(&rest.replace('|', "\r\n")),
            ("keys", _) => browser.send_keys(rest, 100, 80),
            ("hear", _) => {
                hear(&caller);
                Ok(())
            }
            ("quality", _) => {
                println!("quality {:?}", browser.quality());
                Ok(())
            }
            (other, _) => return Err(format!("`{other}` is no command").into()),
        };
        if let Err(error) = done {
            println!("error {error}");
        }
    }
    Ok(())
}

fn print_offer(sdp: &str) {
    println!("offer {}", sdp.replace("\r\n", "|"));
}

fn hear(caller: &Phone) {
    let sound = caller.listen(caller.mark(), MS * 500);
    let heard = measure::estimate(&sound);
    println!("heard {:.2} {:.1} {:.1}", heard.frequency_hz, heard.level_dbm0, heard.snr_db);
}

fn tell(event: &LegEvent) {
    match event {
        LegEvent::Connected { tag: BROWSER } => println!("connected"),
        LegEvent::MediaLost { tag: BROWSER } => println!("lost"),
        LegEvent::MediaBack { tag: BROWSER } => println!("back"),
        LegEvent::Key { tag: BROWSER, key } => println!("key {}", key.to_char()),
        _ => {}
    }
}

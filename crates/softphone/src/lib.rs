//! A phone for tests, demos and the command line: dials, registers, answers, speaks, presses keys,
//! records.
//!
//! A [`Phone`] is one SIP address with one media engine; it carries many [`Call`]s at once. What
//! happens on a call is a list of [`CallEvent`]s that any number of readers may follow. What was
//! heard is a [`Recording`], which can be measured.
//!
//! ```no_run
//! # async fn example() -> Result<(), trunkline_softphone::PhoneError> {
//! use std::time::Duration;
//! use trunkline_softphone::{Phone, PhoneSettings};
//! use trunkline_telephony::message::Headers;
//!
//! let phone = Phone::start(PhoneSettings::loopback("+14155550100")).await?;
//! let call = phone.dial("sip:+18005550199@127.0.0.1:5060", Headers::default()).await?;
//! call.record()?;
//! call.answered(Duration::from_secs(30)).await?;
//! call.press("1,,2#")?;
//! tokio::time::sleep(Duration::from_secs(5)).await;
//! call.hang_up();
//! println!("{:?}", call.recording().await.measure());
//! # Ok(()) }
//! ```

mod call;
mod error;
mod event;
mod flow;
mod incoming;
mod phone;
mod recording;
mod register;
pub mod registration;
pub mod script;
mod settings;
pub mod sound;
mod tape;

pub use call::{Call, cause_text};
pub use error::PhoneError;
pub use event::{CallEvent, Events, Happened};
pub use incoming::Incoming;
pub use phone::Phone;
pub use recording::{Measurement, Recording, SOUND_DBM0};
pub use register::{Registered, Standing};
pub use settings::{PhoneSettings, RTP_PORTS, address_towards};
pub use trunkline_media::Error as SoundError;
pub use trunkline_media::prompt::Item;

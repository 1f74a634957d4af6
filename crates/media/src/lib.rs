//! RTP, jitter, G.711, telephone events, prompts, tones, WAV: frames in, frames out.
//!
//! Everything here is sans-IO: no socket, clock, thread or random source. Time is an argument
//! `now`, a [`core::time::Duration`] since any start that the caller keeps to; identifiers that
//! must be random (SSRC, first sequence number, first timestamp) are arguments too.
//!
//! One media clock of 20 ms drives a call: each tick takes a frame of [`FRAME_SAMPLES`] samples out
//! of a [`jitter::JitterBuffer`] or a [`prompt::Player`] and gives one packet to send.
//!
//! - Wire: [`rtp`], [`rtcp`], [`reception`], [`quality`], [`stream`] (numbers of what we send),
//!   [`bridge`] (relays between two legs).
//! - Sound: [`g711`], [`codec`], [`opus`], [`jitter`] with [`conceal`], [`mix`], [`prompt`],
//!   [`tone`].
//! - Keys: [`dtmf`].
//! - Files: [`wav`], [`resample`], and [`music`], which composes the music on hold.
//! - [`measure`] hears whether the right thing came out.
//!
//! ```
//! use core::time::Duration;
//! use trunkline_media::codec::{Codec, PCMU};
//! use trunkline_media::prompt::{Item, Player, Prompt};
//! use trunkline_media::{FRAME_SAMPLES, music, stream::OutStream};
//!
//! // A caller waits and hears music: one packet at each tick of the media clock.
//! let music = Prompt::from_wav(music::DEFAULT_MUSIC)?;
//! let mut player = Player::new(Codec::Pcmu);
//! player.play(&Item::Loop(music))?;
//! let mut stream = OutStream::new(0x1234_5678, 1, 160);
//! let mut packet = [0; 12 + FRAME_SAMPLES];
//! for tick in 0..50 {
//!     let now = Duration::from_millis(20) * tick;
//!     let header = stream.frame(now, PCMU, FRAME_SAMPLES);
//!     packet[..12].copy_from_slice(&header.to_bytes());
//!     assert!(player.fill(&mut packet[12..]));
//! }
//! // The caller presses a key: the music stops within the next frame.
//! player.stop();
//! assert!(!player.fill(&mut packet[12..]));
//! # Ok::<(), trunkline_media::Error>(())
//! ```

pub mod bridge;
pub mod codec;
pub mod conceal;
pub mod dtmf;
mod error;
pub mod g711;
pub mod jitter;
pub mod measure;
pub mod mix;
pub mod music;
pub mod opus;
pub mod plan;
pub mod prompt;
pub mod quality;
pub mod reception;
pub mod resample;
pub mod rtcp;
pub mod rtp;
pub mod stream;
pub mod tone;
pub mod wav;

pub use error::Error;

/// Samples per second of telephone audio.
pub const SAMPLE_RATE_HZ: u32 = 8_000;

/// Duration of a frame in milliseconds, the packet time of all that we send.
pub const FRAME_MS: u32 = 20;

/// Samples of a frame of 20 ms at 8 kHz.
pub const FRAME_SAMPLES: usize = (SAMPLE_RATE_HZ / 1000 * FRAME_MS) as usize;

/// Linear audio of one frame, 16 bit.
pub type Samples = [i16; FRAME_SAMPLES];

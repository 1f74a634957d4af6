//! The tenant's audio files and spoken texts as prompts that all calls share.
//!
//! A [`Library`] holds the tenant's audio files, decoded and encoded once at start, and the texts
//! that were spoken lately. Whoever plays asks [`Library::ready`] first, which costs a look into
//! two tables, and only if something still has to be spoken [`Library::open`], whose [`Pieces`]
//! come sentence by sentence. What is asked for twice at once is made once.
//!
//! [`convert`] turns WAV, MP3, FLAC and OGG Vorbis into the one form that telephones and Webex
//! take: WAV, mono, 8 kHz, 8-bit mu-law.
//!
//! ```
//! use trunkline_media::prompt::Item;
//! use trunkline_model::prompt::Prompt;
//! use trunkline_model::tenant::Tenant;
//! use trunkline_prompts::{Keep, Library, Limits, PromptFailure};
//!
//! let (library, problems) =
//!     Library::load(&Tenant::default(), ".".as_ref(), None, Limits::default());
//! assert!(problems.is_empty());
//! // The music on hold is always there.
//! let music = Prompt::Audio { file: "defaultmusic_on_hold.wav".to_owned() };
//! let items = library.ready(&[music], Keep::OnDisk).expect("a file needs no waiting")?;
//! assert!(matches!(items[..], [Item::Prompt(_)]));
//! # Ok::<(), PromptFailure>(())
//! ```

mod convert;
mod failure;
mod files;
mod library;
mod limits;
mod making;
mod memory;
mod pieces;

pub use convert::{AudioError, MAX_DURATION, convert};
pub use failure::{Problem, PromptFailure};
pub use files::Kept;
pub use library::{Library, Usage};
pub use limits::Limits;
pub use pieces::Pieces;
pub use trunkline_speech::Keep;

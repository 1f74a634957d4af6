//! The tenant's configuration as the server keeps it, with history: everything of `tenant.yaml`
//! as objects, flows with their versions and labels, and who changed what.
//!
//! An object is a ([`Kind`], id, version, JSON value of the model's own type). Each change names
//! the version that it builds on, and is only made when the whole tenant passes the model's checks
//! afterwards. [`Settings::apply`] does the same for a whole `tenant.yaml` at once, and
//! [`Settings::export`] gives it back. All of it is in one SQLite file, `settings.sqlite` in the
//! server's folder; every change is one transaction, one revision, and on the disk when the
//! function returns. Functions wait for the disk: asynchronous callers use a thread that may
//! block.
//!
//! Secrets of connectors are sealed (AES-256-GCM, [`trunkline_store::seal`]) and can only be
//! written from outside: what is read has `{"kept": true}` in their place, and so may a change.

mod apply;
mod author;
mod bundle;
mod change;
mod check;
mod database;
mod error;
mod export;
mod flow_use;
mod flows;
mod kind;
mod labels;
mod missing;
mod object;
mod objects;
mod secrets;
mod settings;
mod snapshot;
mod sounds;
mod trial;
mod whole;

pub use apply::{Action, Applied, ApplyOptions, Plan, Step};
pub use author::Author;
pub use bundle::Bundle;
pub use change::{Change, Revision};
pub use error::{Problem, SettingsError, Stale, Usage};
pub use export::Export;
pub use flows::{Finding, FlowSummary, FlowUpload, FlowVersion, Uploaded};
pub use kind::Kind;
pub use labels::{Label, LabelMove, Labelled};
pub use missing::Missing;
pub use object::{Object, PastObject};
pub use objects::Put;
pub use secrets::Trust;
pub use settings::Settings;
pub use snapshot::{FlowText, Snapshot};
pub use trial::Trial;

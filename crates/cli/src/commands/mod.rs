//! The commands, one file each, and what several of them read and print in the same way.

#[cfg(feature = "telephony")]
pub(crate) mod agent;
#[cfg(feature = "telephony")]
pub(crate) mod apply;
pub(crate) mod bench;
pub(crate) mod bench_flow;
#[cfg(feature = "telephony")]
pub(crate) mod call;
mod caret;
pub(crate) mod connector;
#[cfg(feature = "telephony")]
pub(crate) mod demo;
pub(crate) mod expr;
pub(crate) mod flow;
pub(crate) mod flow_check;
pub(crate) mod flow_export;
pub(crate) mod flow_recover;
pub(crate) mod flow_replay;
pub(crate) mod flow_run;
mod json_lines;
pub(crate) mod jsonpath;
pub(crate) mod sandbox;
#[cfg(feature = "telephony")]
pub(crate) mod serve;
pub(crate) mod tenant;
mod tenant_check;
#[cfg(feature = "telephony")]
mod tenant_export;
mod tenant_init;
#[cfg(feature = "telephony")]
mod tenant_keeper;
mod text_input;

//! The commands, one file each.

pub(crate) mod bench;
pub(crate) mod bench_flow;
pub(crate) mod connector;
pub(crate) mod demo;
pub(crate) mod expr;
pub(crate) mod flow;
pub(crate) mod flow_check;
pub(crate) mod flow_export;
pub(crate) mod flow_recover;
pub(crate) mod flow_replay;
pub(crate) mod flow_run;
pub(crate) mod jsonpath;
pub(crate) mod sandbox;
pub(crate) mod tenant;

//! A flow under inspection.

use crate::flow::Flow;
use crate::site::Site;

/// A flow under inspection, with what several rules ask about it.
pub(crate) struct Subject<'f> {
    pub(super) flow: &'f Flow,
    pub(super) site: Option<&'f Site>,
}

impl<'f> Subject<'f> {
    pub(super) fn new(flow: &'f Flow, site: Option<&'f Site>) -> Self {
        Self { flow, site }
    }
}

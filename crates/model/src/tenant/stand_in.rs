//! Stand-ins for what a flow refers to and a tenant does not have.

use super::{Needs, Tenant};

/// A tenant in which the flow can run, with what it needs made up, and notes that say so.
pub fn stand_in(needs: &Needs) -> (Tenant, Vec<String>) {
    let mut tenant = Tenant { name: "Stand-in".to_owned(), ..Tenant::default() };
    let notes = tenant.complete(needs);
    (tenant, notes)
}

impl Tenant {
    /// Adds stand-ins for what the flow needs and this tenant does not have; each note says what
    /// was added.
    pub fn complete(&mut self, _needs: &Needs) -> Vec<String> {
        Vec::new()
    }
}

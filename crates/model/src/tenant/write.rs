//! Writes the `tenant.yaml` that a person fills in.

use super::Needs;

/// The text of a `tenant.yaml` with everything that one flow refers to, ready to be filled in.
pub fn skeleton(needs: &Needs) -> String {
    skeleton_of(std::slice::from_ref(needs))
}

/// The same for several flows.
pub fn skeleton_of(needs: &[Needs]) -> String {
    let mut text = String::from("name: My company\n");
    if needs.is_empty() {
        text.push_str("time_zone: UTC\n");
    }
    text
}

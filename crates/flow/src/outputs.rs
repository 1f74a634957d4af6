//! Outputs of activities and events: named values that expressions read as `Label.Name`, found
//! whatever the case of the name (decision 14).

use std::borrow::Cow;

use trunkline_expr::{Object, Value};

/// Named output values of one activity or event.
#[derive(Clone, Default)]
pub struct Outputs(Vec<(Cow<'static, str>, Value<'static>)>);

// Values may be secret (decision 20), so Debug shows the names alone.
impl std::fmt::Debug for Outputs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl Outputs {
    /// No outputs.
    pub const NONE: Outputs = Outputs(Vec::new());

    /// Sets an output, in place of an earlier one of that name.
    pub fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value<'static>>) {
        let (name, value) = (name.into(), value.into());
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some(slot) => slot.1 = value,
            None => self.0.push((name, value)),
        }
    }

    /// The same with one more output.
    #[must_use]
    pub fn with(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<Value<'static>>,
    ) -> Self {
        self.set(name, value);
        self
    }

    /// The output of this name, whatever its case.
    pub fn get(&self, name: &str) -> Option<&Value<'static>> {
        // Most expressions spell the name as it is.
        let exact = self.0.iter().find(|(known, _)| known == name);
        let found = exact.or_else(|| self.0.iter().find(|it| it.0.eq_ignore_ascii_case(name)));
        found.map(|(_, value)| value)
    }

    /// All outputs, in the order set.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value<'static>)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Forgets all outputs.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

impl Object for Outputs {
    fn attribute(&self, name: &str) -> Option<Value<'_>> {
        self.get(name).map(Value::by_ref)
    }

    fn describe(&self) -> String {
        let names: Vec<_> = self.iter().map(|(name, _)| name).collect();
        format!("outputs ({})", names.join(", "))
    }
}

//! What an expression sees: flow variables, outputs of activities, outputs of its event.

use trunkline_expr::{Context, Value};

use crate::flow::{is_start_name, same_event_name};

use super::Run;

/// The names that are in sight of one thread.
pub(super) struct View<'r> {
    pub(super) run: &'r Run,
    pub(super) thread: usize,
}

impl Context for View<'_> {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        let thread = &self.run.threads[self.thread];
        let scope = &self.run.scopes[thread.scope];
        if let Some(place) = scope.flow.variable(name) {
            return Some(scope.slots[place].value.by_ref());
        }
        // An event activity's label means the event, whose outputs belong to the thread.
        if let Some(place) = scope.flow.labelled(name)
            && Some(place) != scope.flow.start
            && &*scope.flow.nodes[place].kind != "event"
        {
            return Some(Value::Object(&scope.outputs[place]));
        }
        let is_start_label =
            || scope.flow.start.is_some_and(|it| *scope.flow.nodes[it].label == *name);
        if is_start_name(name) || is_start_label() {
            return Some(Value::Object(&self.run.arrival));
        }
        let is_own_event = *thread.event == *name
            || scope
                .flow
                .events
                .iter()
                .any(|event| *event.name == *thread.event && same_event_name(event, name));
        (!thread.event.is_empty() && is_own_event).then_some(Value::Object(&thread.outputs))
    }
}

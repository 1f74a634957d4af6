//! What an activity may do while it runs.

use trunkline_expr::{Context, Value};
use trunkline_model::http::Rendered;
use trunkline_model::tenant::{Compatibility, Tenant};
use trunkline_model::trace::{Datum, MASK};
use trunkline_model::{Failure, FailureCode};

use crate::flow::Flow;
use crate::read::Templated;
use crate::site::Site;

use super::scope::Scope;
use super::thread::{State, Wait};
use super::view::View;
use super::{Effect, Run, convert, trace, url};

/// A value for a variable of a flow that begins.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// The variable's name.
    pub name: String,
    /// Its value.
    pub value: Value<'static>,
    /// Whether somebody set the value; if not, it is a default (decision 2).
    pub is_set: bool,
}

/// The hands of an activity: expressions, variables, outputs, effects, trace.
pub struct Cx<'r> {
    run: &'r mut Run,
    thread: usize,
    flow: &'r Flow,
}

impl<'r> Cx<'r> {
    pub(super) fn new(run: &'r mut Run, thread: usize, flow: &'r Flow) -> Self {
        Self { run, thread, flow }
    }

    /// The time, in milliseconds since the Unix epoch.
    pub fn now_ms(&self) -> i64 {
        self.run.now_ms
    }

    /// The tenant and its flows.
    pub fn site(&self) -> &Site {
        &self.run.site
    }

    /// The tenant.
    pub fn tenant(&self) -> &Tenant {
        &self.run.site.tenant
    }

    /// The zone of the contact's entry point, or else the tenant's.
    pub fn time_zone(&self) -> Option<&str> {
        self.run.time_zone.as_deref().or(self.run.site.tenant.time_zone.as_deref())
    }

    /// The answers to what no source settles.
    pub fn compatibility(&self) -> Compatibility {
        self.run.site.tenant.compatibility
    }

    /// The flow that the activity is in.
    pub fn flow(&self) -> &Flow {
        self.flow
    }

    /// The activity's label.
    pub fn label(&self) -> &str {
        &self.flow.nodes[self.node()].label
    }

    /// Whether there is a caller who could hear something.
    pub fn is_caller_there(&self) -> bool {
        self.run.is_caller_there
    }

    /// Whether the contact waits in a queue.
    pub fn is_queued(&self) -> bool {
        self.run.is_queued
    }

    /// Whether the caller talks to an agent.
    pub fn is_with_agent(&self) -> bool {
        self.run.is_with_agent
    }

    /// Whether the activity belongs to an event flow after the call.
    pub fn is_after_call(&self) -> bool {
        self.run.is_after_call
    }

    /// Fails where there is no caller: caller-facing activities do not work after the call.
    pub fn require_caller(&self) -> Result<(), Failure> {
        if self.run.is_caller_there {
            return Ok(());
        }
        let text = "the caller is gone: nothing can be played to them or asked of them";
        Err(Failure::numbered(FailureCode::State, 48, text))
    }

    /// The text of a property, its expressions evaluated.
    pub fn text(&self, template: &Templated) -> Result<String, Failure> {
        let view = View { run: self.run, thread: self.thread };
        template.render(&view, &self.run.env()).map_err(expression)
    }

    /// Whether a rendered text may tell the value of a secure variable: it reads one, or what an
    /// activity brought for one, or such a value has come into it in another way.
    pub fn may_reveal(&self, template: &Templated, text: &str) -> bool {
        let is_secret = |root: &str| {
            let variable = self.flow.variable(root);
            let is_secure = variable.is_some_and(|place| self.flow.variables[place].is_secure);
            let node = self.flow.labelled(root);
            is_secure || node.is_some_and(|place| self.flow.nodes[place].is_secret)
        };
        let mut references = template.references().iter();
        references.any(|it| is_secret(&it.root)) || self.run.trace.secrets.are_in(text)
    }

    /// The value of a property that is one expression, its type kept; otherwise its text.
    pub fn value(&self, template: &Templated) -> Result<Value<'static>, Failure> {
        let view = View { run: self.run, thread: self.thread };
        template.evaluate(&view, &self.run.env()).map_err(expression)
    }

    /// The value that a property gives a variable: as it is printed where the variable takes
    /// text, its type kept elsewhere.
    pub fn value_for(
        &self,
        template: &Templated,
        variable: &str,
    ) -> Result<Value<'static>, Failure> {
        use trunkline_model::tenant::VariableType::{DateTime, String};
        let place = self.flow.variable(variable);
        match place.map(|place| self.flow.variables[place].kind) {
            Some(String | DateTime) => self.text(template).map(Value::from),
            Some(_) | None => self.value(template),
        }
    }

    /// A URL, what is substituted encoded as decision 7 says.
    pub fn url(&self, template: &Templated) -> Result<Rendered, Failure> {
        let view = View { run: self.run, thread: self.thread };
        template.render_parts(&view, &self.run.env(), url::encode).map_err(expression)
    }

    /// The text of a property with the places of what was substituted.
    pub fn parts(&self, template: &Templated) -> Result<Rendered, Failure> {
        let view = View { run: self.run, thread: self.thread };
        let keep = |text: &str, out: &mut String| out.push_str(text);
        template.render_parts(&view, &self.run.env(), keep).map_err(expression)
    }

    /// The value of a dotted name, such as `CollectDigits.DigitsEntered`; none when there is none.
    pub fn lookup(&self, dotted: &str) -> Option<Value<'static>> {
        let view = View { run: self.run, thread: self.thread };
        let mut parts = dotted.trim().split('.');
        let root = view.get(parts.next()?)?;
        match (root, parts.next()) {
            (root, None) => Some(root.into_owned()),
            (Value::Object(object), Some(name)) => object.attribute(name).map(Value::into_owned),
            (Value::Map(map), Some(name)) => map.get_str(name).cloned(),
            _ => None,
        }
    }

    /// Sets an output of the activity.
    pub fn set_output(&mut self, name: &'static str, value: impl Into<Value<'static>>) {
        let value = value.into();
        if self.is_secret() {
            self.run.trace.secrets.add_value(&value);
            self.show_out(name, |_| Datum::from(MASK));
        } else {
            self.show_out(name, |_| trace::datum(&value));
        }
        let (scope, node) = (self.scope(), self.node());
        self.run.scopes[scope].outputs[node].set(name, value);
    }

    /// Sets an output that is too long for the trace, or that the trace shows in its own way.
    pub fn set_output_quietly(&mut self, name: &'static str, value: impl Into<Value<'static>>) {
        let (scope, node) = (self.scope(), self.node());
        self.run.scopes[scope].outputs[node].set(name, value.into());
    }

    /// Sets a flow variable, converting to its type.
    pub fn assign(&mut self, name: &str, value: Value<'static>) -> Result<(), Failure> {
        let scope = self.scope();
        let Some(place) = self.flow.variable(name) else {
            let text = format!("the flow has no variable {name}");
            return Err(Failure::new(FailureCode::Type, text));
        };
        let variable = &self.flow.variables[place];
        let value = convert::from_value(variable.kind, value).map_err(|problem| {
            // The text itself may be a secret.
            let problem = if variable.is_secure { "is of another type" } else { &problem };
            let text = format!("the value for the variable {name} {problem}");
            Failure::new(FailureCode::Type, text)
        })?;
        if variable.is_secure {
            self.run.trace.secrets.add_value(&value);
            self.show_out(name, |_| Datum::from(MASK));
        } else {
            self.show_out(name, |_| trace::datum(&value));
        }
        let slot = &mut self.run.scopes[scope].slots[place];
        (slot.value, slot.is_set) = (value, true);
        Ok(())
    }

    /// Sets a variable to its type's empty value, as an answer that lacks the field may ask for.
    pub fn assign_empty(&mut self, name: &str) -> Result<(), Failure> {
        use trunkline_model::tenant::VariableType::{DateTime, String};
        let place = self.flow.variable(name);
        let kind = place.map(|place| self.flow.variables[place].kind);
        let is_text = matches!(kind, Some(String | DateTime));
        self.assign(name, if is_text { Value::from("") } else { Value::Null })
    }

    /// A variable of an ended subflow.
    pub fn subflow_variable(&self, scope: usize, name: &str) -> Option<Assignment> {
        let ended = self.run.scopes.get(scope)?;
        let place = ended.flow.variable(name)?;
        let slot = &ended.slots[place];
        Some(Assignment { name: name.to_owned(), value: slot.value.clone(), is_set: slot.is_set })
    }

    /// Whether somebody has set what a dotted name begins with; outputs are always set.
    pub fn is_set(&self, dotted: &str) -> bool {
        let root = dotted.trim().split('.').next().unwrap_or_default();
        let place = self.flow.variable(root);
        place.is_none_or(|place| self.run.scopes[self.scope()].slots[place].is_set)
    }

    /// Takes back that a variable was set: what it was given is a default (decision 2).
    pub fn mark_unset(&mut self, name: &str) {
        let scope = self.scope();
        if let Some(place) = self.flow.variable(name) {
            self.run.scopes[scope].slots[place].is_set = false;
        }
    }

    /// The variables of this flow that a target has too, by name and type; go-to hands them over.
    pub fn same_variables(&self, target: &Flow) -> Vec<Assignment> {
        let scope = &self.run.scopes[self.scope()];
        let shared = self.flow.variables.iter().zip(&scope.slots).filter(|(variable, _)| {
            let there = target.variable(&variable.name).map(|place| &target.variables[place]);
            let fits = |other: &crate::flow::Variable| {
                other.kind == variable.kind
                    && other.kind != trunkline_model::tenant::VariableType::Json
                    && (other.is_secure || !variable.is_secure)
            };
            there.is_some_and(fits)
        });
        let assignment = |(variable, slot): (&crate::flow::Variable, &super::scope::Slot)| {
            let (name, value) = (variable.name.to_string(), slot.value.clone());
            Assignment { name, value, is_set: slot.is_set }
        };
        shared.map(assignment).collect()
    }

    /// Variables that a text reads, that some activity of the flow sets, but that hold their
    /// default in this contact (decision 2).
    pub fn unset_variables(&self, template: &Templated) -> Vec<String> {
        let scope = &self.run.scopes[self.scope()];
        let roots = template.references().iter().map(|reference| &*reference.root);
        let places = roots.filter_map(|root| self.flow.variable(root));
        let unset = places.filter(|&place| {
            let variable = &self.flow.variables[place];
            variable.is_assigned && !scope.slots[place].is_set
        });
        unset.map(|place| self.flow.variables[place].name.to_string()).collect()
    }

    /// A fresh id for an effect that is answered.
    pub fn new_id(&mut self) -> u32 {
        let id = self.run.next_id;
        self.run.next_id += 1;
        id
    }

    /// Wants something done.
    pub fn emit(&mut self, effect: Effect) {
        self.run.effects.push_back(effect);
    }

    /// The calling number that outbound legs show, if the flow has chosen one.
    pub fn caller_id(&self) -> Option<&str> {
        self.run.caller_id()
    }

    /// Chooses the calling number that outbound legs show from now on; in a PreDial flow, that of
    /// the leg which is about to be dialled, alone.
    pub fn set_caller_id(&mut self, number: String) {
        if self.run.threads[self.thread].is_pre_dial {
            return self.emit(Effect::ShowCallerId { number });
        }
        self.run.caller_id = Some(number.clone());
        self.emit(Effect::SetCallerId { number });
    }

    /// Marks the contact as being in a queue.
    pub fn enter_queue(&mut self) {
        self.run.is_queued = true;
    }

    /// The prompt that the activity is playing.
    pub fn playing(&self) -> Option<u32> {
        self.run.threads[self.thread].playing()
    }

    /// What the activity waits for.
    pub fn present_wait(&self) -> Option<Wait> {
        match self.run.threads[self.thread].state {
            State::Waiting(wait) => Some(wait),
            State::Ready | State::Suspended(_) | State::Ended => None,
        }
    }

    /// Whether the flow links this port of the activity.
    pub fn has_link(&self, port: &str) -> bool {
        self.flow.nodes[self.node()].link(port).is_some()
    }

    /// How often the contact has gone to another flow.
    pub fn hand_off_count(&self) -> usize {
        self.run.hand_offs
    }

    /// The keys pressed in this activity so far.
    pub fn keys(&mut self) -> &mut String {
        &mut self.run.threads[self.thread].keys
    }

    /// Shows something that went into the activity, if a trace is kept.
    pub fn show_in(&mut self, name: &str, datum: impl FnOnce(&Self) -> Datum) {
        if self.run.trace.is_on() {
            let datum = datum(self);
            self.run.threads[self.thread].input.put(name, datum);
        }
    }

    /// Shows something that came out of the activity, if a trace is kept.
    pub fn show_out(&mut self, name: &str, datum: impl FnOnce(&Self) -> Datum) {
        if self.run.trace.is_on() {
            let datum = datum(self);
            self.run.threads[self.thread].output.put(name, datum);
        }
    }

    /// Adds a warning to the activity's line in the trace.
    pub fn warn(&mut self, text: impl FnOnce() -> String) {
        if self.run.trace.is_on() {
            self.run.threads[self.thread].warnings.push(text());
        }
    }

    /// Writes a line for what has been shown so far, because the activity takes its time.
    pub fn show_now(&mut self) {
        let flow = self.flow;
        self.run.write_step(self.thread, flow, None, None);
    }

    /// Whether what this activity brings is secret.
    pub fn is_secret(&self) -> bool {
        let node = &self.flow.nodes[self.node()];
        node.is_secret || (node.is_handed_over && self.run.site.has_secure_variables())
    }

    fn scope(&self) -> usize {
        self.run.threads[self.thread].scope
    }

    fn node(&self) -> usize {
        self.run.threads[self.thread].node
    }
}

impl Run {
    /// The value of a flow variable of the contact's present flow.
    pub fn variable(&self, name: &str) -> Option<Value<'_>> {
        let scope = &self.scopes[self.root];
        scope.flow.variable(name).map(|place| scope.slots[place].value.by_ref())
    }

    /// Sets a variable on behalf of the agent. The error says why not.
    pub fn edit_variable(&mut self, name: &str, text: &str) -> Result<(), String> {
        let (place, value) = self.edited(name, text)?;
        let scope = &mut self.scopes[self.root];
        if scope.flow.variables[place].is_secure {
            self.trace.secrets.add(text);
            self.trace.secrets.add_value(&value);
        }
        scope.slots[place] = super::scope::Slot { value, is_set: true };
        Ok(())
    }

    /// Whether [`Run::edit_variable`] would set the variable to this text; the error says why not,
    /// without the value of a secure variable.
    pub fn check_edit(&self, name: &str, text: &str) -> Result<(), String> {
        self.edited(name, text).map(|_| ())
    }

    fn edited(&self, name: &str, text: &str) -> Result<(usize, Value<'static>), String> {
        let flow = &self.scopes[self.root].flow;
        let place = flow.variable(name).ok_or("the flow has no such variable")?;
        let variable = &flow.variables[place];
        if !(variable.is_cad && variable.is_agent_editable) {
            return Err("agents may not change this variable".to_owned());
        }
        let value = convert::from_text(variable.kind, text).map_err(|problem| {
            // The text itself may be a secret.
            let problem = if variable.is_secure { "is of another type" } else { &problem };
            format!("the value {problem}")
        })?;
        Ok((place, value))
    }

    /// The variables of the contact's present flow, in its order, each with its value as text
    /// (JSON for documents; none where it has no value) and whether somebody set it.
    pub fn variables(
        &self,
    ) -> impl Iterator<Item = (&crate::flow::Variable, Option<String>, bool)> {
        let scope = &self.scopes[self.root];
        let all = scope.flow.variables.iter().zip(&scope.slots);
        all.map(|(variable, slot)| (variable, saved_text(variable.kind, &slot.value), slot.is_set))
    }

    /// Gives a variable of the contact's present flow a value that [`Run::variables`] gave. The
    /// error says why not, without the value of a secure variable.
    pub fn restore_variable(
        &mut self,
        name: &str,
        text: Option<&str>,
        is_set: bool,
    ) -> Result<(), String> {
        let scope = &mut self.scopes[self.root];
        let place = scope.flow.variable(name).ok_or("the flow has no such variable")?;
        let variable = &scope.flow.variables[place];
        let value = match text {
            Some(text) => convert::from_text(variable.kind, text),
            None => convert::from_value(variable.kind, Value::Null),
        };
        let value = value.map_err(|problem| {
            let problem = if variable.is_secure { "is of another type" } else { &problem };
            format!("its value {problem}")
        })?;
        if variable.is_secure {
            self.trace.secrets.add(text.unwrap_or_default());
            self.trace.secrets.add_value(&value);
        }
        scope.slots[place] = super::scope::Slot { value, is_set };
        Ok(())
    }

    /// Numbers effects from here on: a run that goes on for another must not use its ids again.
    pub fn number_from(&mut self, first_id: u32) {
        self.next_id = first_id;
    }

    /// Whether the contact's present flow has a secure variable of this name.
    pub fn is_secure(&self, name: &str) -> bool {
        let flow = &self.scopes[self.root].flow;
        flow.variable(name).is_some_and(|place| flow.variables[place].is_secure)
    }

    /// The CAD variables with their values, in the flow's order: what the agent sees.
    pub fn cad(&self) -> impl Iterator<Item = (&crate::flow::Variable, &Value<'static>)> {
        let scope = &self.scopes[self.root];
        let all = scope.flow.variables.iter().zip(&scope.slots);
        all.filter(|(variable, _)| variable.is_cad).map(|(variable, slot)| (variable, &slot.value))
    }
}

/// A value as text from which [`convert::from_text`] makes the same value again.
fn saved_text(kind: trunkline_model::tenant::VariableType, value: &Value<'_>) -> Option<String> {
    use trunkline_model::tenant::VariableType::Json;
    match value {
        Value::Null => None,
        // Text within JSON keeps its quotes.
        value if kind == Json => Some(value.to_json()),
        value => Some(convert::display(value)),
    }
}

/// Sets variables of a scope that has not begun; values that do not fit are left out.
pub(super) fn assign_all(scope: &mut Scope, inputs: Vec<Assignment>) {
    for Assignment { name, value, is_set } in inputs {
        let Some(place) = scope.flow.variable(&name) else { continue };
        if let Ok(value) = convert::from_value(scope.flow.variables[place].kind, value) {
            scope.slots[place] = super::scope::Slot { value, is_set };
        }
    }
}

fn expression(fault: crate::read::TemplateFault) -> Failure {
    let text = format!("{}: {}", fault.property, fault.message);
    Failure::new(FailureCode::Expression, text)
}

//! Calls filters, tests, functions and macros.

use super::{Evaluated, Renderer, at};
use crate::error::{Edit, Failure, RenderErrorKind, Suggestion, closest, fail, failure};
use crate::filters::{self, MAX_PARAMETERS};
use crate::functions;
use crate::predicates;
use crate::syntax::tree::{Bound, Expr, FilterCall, FunctionCall, Macro, TestCall};
use crate::value::Value;

impl<'v> Renderer<'v> {
    #[inline]
    pub(super) fn filter(&mut self, call: &'v FilterCall) -> Evaluated<Value<'v>> {
        let Some(filter) = call.filter else { return self.unknown_filter(call) };
        let input = match self.eval(&call.input) {
            Ok(input) => input.in_words(),
            Err(failure) if filter.tolerant && failure.tolerable => Value::Null,
            Err(failure) => return Err(failure),
        };
        let mut arguments = [const { Value::Null }; MAX_PARAMETERS];
        for (argument, slot) in arguments.iter_mut().zip(&call.arguments.slots) {
            if let Some(expr) = slot {
                *argument = self.eval(expr)?.in_words();
            }
        }
        check(&call.arguments, call.offset)?;
        let changes = match &input {
            Value::List(list) if filter.in_place => Some(list.arc().clone()),
            _ => None,
        };
        let mut surroundings = filters::Call {
            arguments,
            prepared: &call.prepared,
            env: self.env,
            meter: &mut self.meter,
        };
        let result = (filter.apply)(input, &mut surroundings)
            .map_err(|failure| place(failure, call.offset))?;
        if let Value::Str(text) = &result {
            self.meter.charge(text.len())?;
        }
        if let (Some(before), Value::List(after)) = (changes, &result) {
            self.mutations.record(&before, after.arc());
        }
        Ok(result)
    }

    #[cold]
    fn unknown_filter(&mut self, call: &'v FilterCall) -> Evaluated<Value<'v>> {
        self.eval(&call.input)?;
        let names = filters::ALL.iter().map(|filter| filter.name);
        let message = format!("there is no filter `{}`", call.name);
        Err(unknown(message, &call.name, call.offset, names))
    }

    pub(super) fn test(&mut self, call: &'v TestCall) -> Evaluated<Value<'v>> {
        let Some(test) = call.test else {
            let names = predicates::ALL.iter().map(|test| test.name);
            let message = format!("there is no test `{}`", call.name);
            return Err(unknown(message, &call.name, call.offset, names));
        };
        let input = match self.eval(&call.input) {
            Err(failure) if test.tolerant && failure.tolerable => Value::Null,
            other => other?,
        };
        let result = (test.holds)(&input).map_err(|failure| place(failure, call.offset))?;
        Ok(Value::Bool(result != call.negated))
    }

    pub(super) fn call(&mut self, call: &'v FunctionCall, expr: &Expr) -> Evaluated<Value<'v>> {
        if let Some(function) = call.function {
            let mut arguments = Vec::with_capacity(call.bound.slots.len());
            for slot in &call.bound.slots {
                arguments.push(match slot {
                    Some(expr) => self.eval(expr)?,
                    None => Value::Null,
                });
            }
            check(&call.bound, expr.offset)?;
            let mut surroundings =
                functions::Call { arguments, env: self.env, meter: &mut self.meter };
            return (function.apply)(&mut surroundings).map_err(|failure| at(failure, expr));
        }
        let program = self.program;
        if let Some(found) = program.macros.iter().find(|known| known.name == call.name) {
            return self.call_macro(found, call, expr);
        }
        if &*call.name == "block" {
            return self.call_block(call);
        }
        let macros = program.macros.iter().map(|known| &*known.name);
        let names = functions::ALL.iter().map(|function| function.name).chain(macros);
        let mut error = unknown(
            format!("there is no function `{}`", call.name),
            &call.name,
            expr.offset,
            names,
        );
        if filters::find(&call.name).is_some() {
            let message = format!("`{0}` is a filter: write `… | {0}`", call.name);
            error.suggestion = Some(Suggestion { message, edit: None });
        }
        Err(error)
    }

    fn call_block(&mut self, call: &'v FunctionCall) -> Evaluated<Value<'v>> {
        let Some(name) = call.arguments.positional.first() else { return Ok(Value::Null) };
        let name = self.eval(name)?.to_text();
        let program = self.program;
        match program.blocks.iter().find(|(known, _)| **known == *name) {
            Some((_, body)) => self.run_called(body),
            None => Ok(Value::safe("")),
        }
    }

    fn call_macro(
        &mut self,
        found: &'v Macro,
        call: &'v FunctionCall,
        expr: &Expr,
    ) -> Evaluated<Value<'v>> {
        let given = &call.arguments;
        let takes = found.parameters.len();
        let too_many = given.positional.len() > takes;
        let stray = given
            .named
            .iter()
            .find(|(name, _)| !found.parameters.iter().any(|(parameter, _)| parameter == name));
        if too_many || stray.is_some() {
            let message = match stray {
                Some((name, _)) => format!("`{}` has no parameter `{name}`", found.name),
                None => format!("`{}` takes at most {takes} argument(s)", found.name),
            };
            return fail(RenderErrorKind::Argument, message).map_err(|failure| at(failure, expr));
        }
        let mut values = Vec::with_capacity(takes);
        for (n, (parameter, default)) in found.parameters.iter().enumerate() {
            let named = given.named.iter().find(|(name, _)| name == parameter);
            let written = named.map(|(_, value)| value).or_else(|| given.positional.get(n));
            values.push(match written.or(default.as_ref()) {
                Some(value) => self.eval(value)?,
                None => Value::Null,
            });
        }
        self.scopes.push(true);
        for ((name, _), value) in found.parameters.iter().zip(values) {
            self.scopes.define(name, value);
        }
        let result = self.run_called(&found.body).map_err(|failure| at(failure, expr));
        self.scopes.pop();
        result
    }
}

#[inline]
fn check(bound: &Bound, offset: u32) -> Evaluated<()> {
    match &bound.problem {
        None => Ok(()),
        Some(problem) => fail(RenderErrorKind::Argument, problem.as_str())
            .map_err(|failure| place(failure, offset)),
    }
}

#[cold]
fn place(mut failure: Failure, offset: u32) -> Failure {
    failure.offset.get_or_insert(offset as usize);
    failure
}

#[cold]
fn unknown<'n>(
    message: String,
    name: &str,
    offset: u32,
    names: impl Iterator<Item = &'n str>,
) -> Failure {
    let mut error = place(failure(RenderErrorKind::Unknown, message), offset);
    let start = offset as usize;
    error.suggestion = closest(name, names).map(|meant| Suggestion {
        message: format!("did you mean `{meant}`?"),
        edit: Some(Edit { start, end: start + name.len(), replacement: meant.into() }),
    });
    error
}

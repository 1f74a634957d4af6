//! Evaluates a compiled template.

pub(crate) mod attributes;
mod bodies;
mod calls;
pub(crate) mod members;
mod mutations;
pub(crate) mod operators;
mod output;
mod scopes;

use crate::context::{Context, Env};
use crate::error::{Failure, RenderErrorKind, fail};
use crate::syntax::tree::{Arithmetic, Expr, ExprKind, Program};
use crate::value::{Extent, Map, Number, Value};

use mutations::Mutations;
pub(crate) use output::{Output, SinkOutput};
use scopes::Scopes;

pub(crate) type Evaluated<T> = Result<T, Failure>;

/// Bytes produced for one unit of fuel.
const BYTES_PER_FUEL: usize = 16;

/// Counts work.
#[derive(Debug)]
pub(crate) struct Meter {
    fuel: u64,
}

impl Meter {
    pub(crate) fn new(fuel: u64) -> Self {
        Self { fuel }
    }

    /// Takes one unit.
    #[inline]
    pub(crate) fn tick(&mut self) -> Evaluated<()> {
        match self.fuel.checked_sub(1) {
            Some(left) => {
                self.fuel = left;
                Ok(())
            }
            None => out_of_fuel(),
        }
    }

    /// Takes what `bytes` bytes of text, or as many list elements, cost.
    #[inline]
    pub(crate) fn charge(&mut self, bytes: usize) -> Evaluated<()> {
        if bytes < BYTES_PER_FUEL {
            return Ok(());
        }
        match self.fuel.checked_sub((bytes / BYTES_PER_FUEL) as u64) {
            Some(left) => {
                self.fuel = left;
                Ok(())
            }
            None => {
                self.fuel = 0;
                out_of_fuel()
            }
        }
    }

    /// Whether so many more bytes may be produced; takes nothing.
    pub(crate) fn allow(&self, bytes: usize) -> Evaluated<()> {
        if (bytes / BYTES_PER_FUEL) as u64 > self.fuel { out_of_fuel() } else { Ok(()) }
    }
}

#[cold]
fn out_of_fuel<T>() -> Evaluated<T> {
    fail(RenderErrorKind::OutOfFuel, "the template does more work than it is allowed to")
}

/// One rendering.
pub(crate) struct Renderer<'v> {
    program: &'v Program,
    context: &'v dyn Context,
    env: &'v Env,
    meter: Meter,
    scopes: Scopes<'v>,
    mutations: Mutations,
    /// Depth of the macros and blocks that are being rendered.
    depth: u16,
}

impl<'v> Renderer<'v> {
    pub(crate) fn new(program: &'v Program, context: &'v dyn Context, env: &'v Env) -> Self {
        Self {
            program,
            context,
            env,
            meter: Meter::new(env.fuel),
            scopes: Scopes::default(),
            mutations: Mutations::default(),
            depth: 0,
        }
    }

    /// The value of an expression. Leaves are looked at here, so that they cost no call.
    #[inline]
    pub(crate) fn eval(&mut self, expr: &'v Expr) -> Evaluated<Value<'v>> {
        self.meter.tick()?;
        match &expr.kind {
            ExprKind::Const(value) => Ok(value.by_ref()),
            ExprKind::Global(name) => {
                let found = self.context.get(name);
                if self.mutations.is_empty()
                    && let Some(value) = &found
                    && let Some(copy) = value.copied()
                {
                    // What can be copied has nothing to drop.
                    std::mem::forget(found);
                    return Ok(copy);
                }
                self.found(found, name, expr)
            }
            _ => self.eval_inner(expr),
        }
    }

    /// The value of an expression that has parts. Parts are looked at where they are: to move a
    /// value right after it was written costs more than most operations.
    fn eval_inner(&mut self, expr: &'v Expr) -> Evaluated<Value<'v>> {
        match &expr.kind {
            ExprKind::Attribute { object, name } => {
                let object = self.eval(object);
                if let Ok(Value::Map(map)) = &object
                    && let Some(map) = map.as_borrowed()
                    && self.mutations.is_empty()
                    && let Some(found) = map.get_str(name)
                {
                    return Ok(found.by_ref());
                }
                if let Ok(Value::Str(text)) = &object
                    && **name == *"length"
                {
                    return Ok(attributes::length(text));
                }
                let found = attributes::attribute(object?, name, self.env.strict);
                self.attribute(found, expr)
            }
            ExprKind::Arithmetic(operation, sides) => self.arithmetic(*operation, sides, expr),
            ExprKind::Comparison(comparison, sides) => {
                let left = self.eval(&sides.0);
                let right = self.eval(&sides.1);
                let (Ok(a), Ok(b)) = (&left, &right) else { return either(left, right) };
                let holds = operators::compare(*comparison, a, b);
                discard(left);
                discard(right);
                match holds {
                    Ok(holds) => Ok(Value::Bool(holds)),
                    Err(failure) => Err(at(failure, expr)),
                }
            }
            ExprKind::Equal { negated, sides } => {
                let left = self.eval(&sides.0);
                let right = self.eval(&sides.1);
                let (Ok(a), Ok(b)) = (&left, &right) else { return either(left, right) };
                let effort = comparing(a, b);
                if effort > 0 {
                    self.meter.charge(effort)?;
                }
                let equal = operators::equal(a, b);
                discard(left);
                discard(right);
                Ok(Value::Bool(equal != *negated))
            }
            ExprKind::And(sides) => {
                let left = self.truth(&sides.0, expr)?;
                Ok(Value::Bool(left && self.truth(&sides.1, expr)?))
            }
            ExprKind::Or(sides) => {
                let left = self.truth(&sides.0, expr)?;
                Ok(Value::Bool(left || self.truth(&sides.1, expr)?))
            }
            ExprKind::Ternary(parts) => {
                let condition = self.eval(&parts.0);
                let Ok(value) = &condition else { return condition };
                let truth = operators::truth(value, false);
                discard(condition);
                match truth {
                    Ok(true) => self.eval(&parts.1),
                    Ok(false) => self.eval(&parts.2),
                    Err(failure) => Err(at(failure, &parts.0)),
                }
            }
            ExprKind::Filter(call) => self.filter(call),
            _ => self.eval_rest(expr),
        }
    }

    #[inline]
    fn arithmetic(
        &mut self,
        operation: Arithmetic,
        sides: &'v (Expr, Expr),
        expr: &Expr,
    ) -> Evaluated<Value<'v>> {
        let left = self.eval(&sides.0);
        let right = self.eval(&sides.1);
        if let (Some(a), Some(b)) = (number(&left), number(&right)) {
            discard(left);
            discard(right);
            return match operators::compute(operation, a, b) {
                Ok(value) => Ok(value),
                Err(failure) => Err(at(failure, expr)),
            };
        }
        self.add_or_fail(operation, operand(left)?, operand(right)?, expr)
    }

    /// The less frequent kinds, apart so that the frames of the others stay small.
    #[inline(never)]
    fn eval_rest(&mut self, expr: &'v Expr) -> Evaluated<Value<'v>> {
        match &expr.kind {
            ExprKind::Variable(name) => self.variable(name, expr),
            ExprKind::Index { object, key } => {
                let object = self.eval(object)?;
                let key = self.eval(key)?;
                let found = attributes::index(object, &key, self.env.strict);
                self.attribute(found, expr)
            }
            ExprKind::Method { object, name, arguments } => {
                let object = self.eval(object)?;
                let mut values = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    values.push(self.eval(argument)?);
                }
                let found =
                    attributes::method(object, name, &values, self.env.strict, &mut self.meter);
                self.attribute(found, expr)
            }
            ExprKind::Not(operand) => Ok(Value::Bool(!self.truth(operand, expr)?)),
            ExprKind::Minus(operand) => {
                let value = self.eval(operand)?;
                operators::minus(&value).map_err(|failure| at(failure, expr))
            }
            ExprKind::Plus(operand) => {
                let value = self.eval(operand)?;
                operators::plus(value).map_err(|failure| at(failure, expr))
            }
            ExprKind::Contains(sides) => {
                let left = self.eval(&sides.0)?;
                let right = self.eval(&sides.1)?;
                operators::contains(&left, &right, &mut self.meter)
                    .map(Value::Bool)
                    .map_err(|failure| at(failure, expr))
            }
            ExprKind::Range(sides) => {
                let start = self.eval(&sides.0)?;
                let end = self.eval(&sides.1)?;
                crate::functions::range::range(&start, &end, 1, &mut self.meter)
                    .map_err(|failure| at(failure, expr))
            }
            ExprKind::Concat(parts) => self.concat(parts),
            ExprKind::Test(call) => self.test(call),
            ExprKind::Call(call) => self.call(call, expr),
            ExprKind::List(items) => {
                let mut values = Vec::with_capacity(items.len());
                for item in items {
                    values.push(self.eval(item)?.into_owned());
                }
                bounded(Value::list(values)).map_err(|failure| at(failure, expr))
            }
            ExprKind::Map(entries) => self.map(entries),
            ExprKind::Capture(body) => {
                let mut text = String::new();
                self.run(body, &mut text)?;
                Ok(Value::from(text))
            }
            _ => unreachable!("leaves and the frequent kinds are handled before"),
        }
    }

    #[inline(never)]
    fn found(&self, found: Option<Value<'v>>, name: &str, expr: &Expr) -> Evaluated<Value<'v>> {
        match found {
            Some(value) => Ok(self.mutations.load(value)),
            None => self.missing(name, expr),
        }
    }

    /// An operand of `and`, `or`, `not`, or a condition of a tag.
    fn truth(&mut self, expr: &'v Expr, whole: &Expr) -> Evaluated<bool> {
        let result = self.eval(expr);
        let Ok(value) = &result else { return result.map(|_| false) };
        let truth = operators::truth(value, self.env.strict);
        discard(result);
        match truth {
            Ok(truth) => Ok(truth),
            Err(failure) => Err(at(failure, whole)),
        }
    }

    #[cold]
    fn missing(&self, name: &str, expr: &Expr) -> Evaluated<Value<'v>> {
        if !self.env.strict {
            return Ok(Value::Null);
        }
        fail(RenderErrorKind::MissingName, format!("`{name}` is not defined"))
            .map_err(|failure| at(failure, expr))
    }

    fn variable(&mut self, name: &'v str, expr: &Expr) -> Evaluated<Value<'v>> {
        if let Some(value) = self.scopes.get(name) {
            let value = value.clone();
            self.meter.charge(own_weight(&value))?;
            return Ok(self.mutations.load(value));
        }
        match self.context.get(name) {
            Some(value) if !self.scopes.isolated() => Ok(self.mutations.load(value)),
            _ => self.missing(name, expr),
        }
    }

    #[inline]
    fn attribute(&self, found: Evaluated<Option<Value<'v>>>, expr: &Expr) -> Evaluated<Value<'v>> {
        match found {
            Ok(Some(value)) => Ok(self.mutations.load(value)),
            Ok(None) => Ok(Value::Null),
            Err(failure) => Err(at(failure, expr)),
        }
    }

    fn concat(&mut self, parts: &'v [Expr]) -> Evaluated<Value<'v>> {
        let mut text = String::new();
        for part in parts {
            let value = self.eval(part)?;
            value.write_to(&mut text);
            self.meter.allow(text.len())?;
        }
        self.meter.charge(text.len())?;
        Ok(Value::from(text))
    }

    fn map(&mut self, entries: &'v [(Expr, Expr)]) -> Evaluated<Value<'v>> {
        let mut pairs = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            pairs.push((self.eval(key)?.into_owned(), self.eval(value)?.into_owned()));
        }
        let capacity = literal_capacity(pairs.len());
        bounded(Map::in_bucket_order(pairs, capacity).into())
    }

    /// Arithmetic on what are not two numbers: text and lists can be added.
    #[inline(never)]
    fn add_or_fail(
        &mut self,
        operation: Arithmetic,
        left: Value<'v>,
        right: Value<'v>,
        expr: &Expr,
    ) -> Evaluated<Value<'v>> {
        let result = operators::add(operation, &left, &right, &mut self.meter);
        let result = result.map_err(|failure| at(failure, expr))?;
        if let (Value::List(before), Value::List(after)) = (&left, &result) {
            self.mutations.record(before.arc(), after.arc());
        }
        Ok(result)
    }
}

/// A value that a template has built, unless it is too large.
pub(crate) fn bounded(value: Value<'_>) -> Evaluated<Value<'_>> {
    if Extent::of(&value).is_allowed() {
        return Ok(value);
    }
    fail(RenderErrorKind::Limit, "the template builds a list or map that is too large or too deep")
}

/// What a value that a variable of the template holds weighs: text is copied when it is read, and a
/// list that holds another one twice takes as long to print as if it held two. What is only
/// borrowed from the context is not the template's doing.
fn own_weight(value: &Value<'_>) -> usize {
    match value {
        Value::Str(text) => text.len(),
        Value::List(list) if list.as_borrowed().is_none() => list.extent().weight(),
        Value::Map(map) if map.as_borrowed().is_none() => map.extent().weight(),
        _ => 0,
    }
}

/// How much there is to compare when two lists or maps are.
#[inline]
fn comparing(left: &Value<'_>, right: &Value<'_>) -> usize {
    match (left, right) {
        (Value::List(_), Value::List(_)) | (Value::Map(_), Value::Map(_)) => {
            Extent::of(left).weight().min(Extent::of(right).weight())
        }
        _ => 0,
    }
}

/// Room that Pebble asks a `HashMap` for when it evaluates a map literal.
pub(crate) fn literal_capacity(entries: usize) -> usize {
    (entries * 4).div_ceil(3)
}

/// A number, ready to compute with.
#[inline(always)]
fn number(value: &Evaluated<Value<'_>>) -> Option<Number> {
    value.as_ref().ok().and_then(Number::of)
}

/// Drops a value; most have nothing to drop, which is seen here without a call.
#[inline(always)]
fn discard(value: Evaluated<Value<'_>>) {
    match &value {
        Ok(value) if value.is_plain() => {}
        _ => return drop(value),
    }
    std::mem::forget(value);
}

/// An operand: in strict mode, `default` does not reach through an operator.
#[inline]
fn operand(value: Evaluated<Value<'_>>) -> Evaluated<Value<'_>> {
    value.map_err(|mut failure| {
        failure.tolerable = false;
        failure
    })
}

/// The error of one of two operands.
#[cold]
fn either<'v>(left: Evaluated<Value<'v>>, right: Evaluated<Value<'v>>) -> Evaluated<Value<'v>> {
    operand(left)?;
    operand(right)
}

/// Gives a failure its place, unless it has one.
#[cold]
fn at(mut failure: Failure, expr: &Expr) -> Failure {
    failure.offset.get_or_insert(expr.offset as usize);
    failure
}

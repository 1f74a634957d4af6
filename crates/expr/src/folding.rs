//! Works out at compile time what cannot turn out otherwise at run time.

use crate::eval::{literal_capacity, operators};
use crate::syntax::tree::{Expr, ExprKind};
use crate::value::{Map, Number, Value};

/// The same expression, as a constant where all that it is made of is constant. Text is never made
/// here (a text literal counts as safe from escaping, text that was put together does not), nor are
/// lists, which an expression may change.
pub(crate) fn fold(expr: Expr) -> Expr {
    match constant(&expr.kind) {
        Some(value) => Expr { kind: ExprKind::Const(value), offset: expr.offset, depth: 1 },
        None => expr,
    }
}

fn constant(kind: &ExprKind) -> Option<Value<'static>> {
    match kind {
        ExprKind::Minus(operand) => operators::minus(known(operand)?).ok(),
        ExprKind::Arithmetic(operation, sides) => {
            let left = Number::of(known(&sides.0)?)?;
            let right = Number::of(known(&sides.1)?)?;
            operators::compute(*operation, left, right).ok()
        }
        ExprKind::Comparison(comparison, sides) => {
            let (left, right) = (known(&sides.0)?, known(&sides.1)?);
            operators::compare(*comparison, left, right).ok().map(Value::Bool)
        }
        ExprKind::Equal { negated, sides } => {
            let (left, right) = (known(&sides.0)?, known(&sides.1)?);
            Some(Value::Bool(operators::equal(left, right) != *negated))
        }
        ExprKind::Map(entries) => {
            let pairs = entries
                .iter()
                .map(|(key, value)| Some((known(key)?.clone(), known(value)?.clone())))
                .collect::<Option<Vec<_>>>()?;
            let capacity = literal_capacity(pairs.len());
            Some(Map::in_bucket_order(pairs, capacity).into())
        }
        _ => None,
    }
}

fn known(expr: &Expr) -> Option<&Value<'static>> {
    match &expr.kind {
        ExprKind::Const(value) => Some(value),
        _ => None,
    }
}

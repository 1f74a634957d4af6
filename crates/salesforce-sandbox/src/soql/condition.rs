//! WHERE and HAVING as SQL.
//!
//! A condition is either true or not: SQL's third value never leaks out of a comparison. NOT is
//! pushed down to the comparisons, where [`Settings::null_is_different`](super::Settings) says
//! whether a null field is "not equal".

use rusqlite::types::Value as Sql;

use super::ast::{Condition, Literal, Operator, Query, Value};
use super::error::SoqlError;
use super::function;
use super::literal;
use super::scope::{Column, Context, Form, Scope};
use crate::schema::FieldType;
use crate::{id, time};

/// Where a condition stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clause<'g> {
    Where,
    /// With the SQL of the grouped columns.
    Having(&'g [String]),
}

/// Writes a condition; `negated` when an odd number of NOTs stand before it.
pub(super) fn compile<'a>(
    context: &mut Context<'a>,
    scope: &mut Scope<'a>,
    condition: &Condition,
    negated: bool,
    clause: Clause<'_>,
) -> Result<String, SoqlError> {
    match condition {
        Condition::Not(inner) => compile(context, scope, inner, !negated, clause),
        Condition::And(terms) | Condition::Or(terms) => {
            let is_and = matches!(condition, Condition::And(_));
            let joint = if is_and != negated { " AND " } else { " OR " };
            let terms = terms
                .iter()
                .map(|term| compile(context, scope, term, negated, clause))
                .collect::<Result<Vec<_>, _>>()?;
            Ok(balanced(&terms, joint))
        }
        Condition::Compare { value, operator, literal } => {
            let column = operand(context, scope, value, clause)?;
            let negated = negated != (*operator == Operator::NotEqual);
            let sql = compare(context, &column, *operator, literal)
                .map_err(|error| error.at(value.at()))?;
            Ok(finish(context, sql, negated))
        }
        Condition::In { value, negated: not_in, list } => {
            let column = operand(context, scope, value, clause)?;
            let sql = within(context, &column, list).map_err(|error| error.at(value.at()))?;
            Ok(finish(context, sql, negated != *not_in))
        }
        Condition::Includes { value, negated: excludes, list } => {
            let column = operand(context, scope, value, clause)?;
            let sql = includes(context, &column, list).map_err(|error| error.at(value.at()))?;
            Ok(finish(context, sql, negated != *excludes))
        }
        Condition::InQuery { value, negated: not_in, query } => {
            let column = operand(context, scope, value, clause)?;
            let sql =
                semi_join(context, scope, &column, query).map_err(|error| error.at(value.at()))?;
            Ok(finish(context, sql, negated != *not_in))
        }
    }
}

fn finish(context: &Context<'_>, sql: String, negated: bool) -> String {
    match (negated, context.null_is_different) {
        (false, _) => sql,
        (true, true) => format!("({sql}) IS NOT TRUE"),
        (true, false) => format!("NOT ({sql})"),
    }
}

/// Joins terms as a balanced tree, since SQLite limits the depth of an expression.
fn balanced(terms: &[String], joint: &str) -> String {
    match terms {
        [] => "1".to_owned(),
        [one] => format!("({one})"),
        several => {
            let (left, right) = several.split_at(several.len() / 2);
            format!("({}{joint}{})", balanced(left, joint), balanced(right, joint))
        }
    }
}

/// The left side of a comparison.
fn operand<'a>(
    context: &mut Context<'a>,
    scope: &mut Scope<'a>,
    value: &Value,
    clause: Clause<'_>,
) -> Result<Column, SoqlError> {
    let column = function::column(context, scope, value)?;
    let error = match clause {
        Clause::Where if column.form == Form::Aggregate => {
            SoqlError::malformed("aggregate functions are not allowed in WHERE; use HAVING")
        }
        Clause::Where if !column.filterable => {
            SoqlError::field(format!("field '{}' can not be filtered in a query call", column.name))
        }
        Clause::Having(grouped)
            if column.form != Form::Aggregate && !grouped.contains(&column.sql) =>
        {
            SoqlError::malformed(format!("Field must be grouped or aggregated: {}", column.name))
        }
        Clause::Where | Clause::Having(_) => return Ok(column),
    };
    Err(error.at(value.at()))
}

/// A literal as the column's type takes it.
enum Operand {
    Null,
    Value(Sql),
    /// From the first to before the second.
    Range(String, String),
}

fn compare(
    context: &mut Context<'_>,
    column: &Column,
    operator: Operator,
    literal: &Literal,
) -> Result<String, SoqlError> {
    if operator == Operator::Like {
        return like(context, column, literal);
    }
    let sign = match operator {
        Operator::Equal | Operator::NotEqual => "=",
        Operator::Less => "<",
        Operator::LessOrEqual => "<=",
        Operator::Greater => ">",
        Operator::GreaterOrEqual => ">=",
        Operator::Like => "LIKE",
    };
    check_operator(column, sign)?;
    match operand_of(context, column, literal)? {
        Operand::Null if sign == "=" => Ok(is_null(column)),
        Operand::Null => {
            let message = format!("null cannot be compared by '{sign}'; use = or !=");
            Err(SoqlError::operator(message))
        }
        Operand::Value(value) => {
            Ok(format!("{} {sign} {}", column.collated(), context.bind(value)))
        }
        Operand::Range(start, end) => {
            let sql = &column.sql;
            let (start, end) = (Sql::Text(start), Sql::Text(end));
            Ok(match sign {
                "<" => format!("{sql} < {}", context.bind(start)),
                ">=" => format!("{sql} >= {}", context.bind(start)),
                "<=" => format!("{sql} < {}", context.bind(end)),
                ">" => format!("{sql} >= {}", context.bind(end)),
                _ => format!("{sql} >= {} AND {sql} < {}", context.bind(start), context.bind(end)),
            })
        }
    }
}

fn check_operator(column: &Column, sign: &str) -> Result<(), SoqlError> {
    let unordered = matches!(column.kind, FieldType::Boolean | FieldType::Multipicklist);
    if sign != "=" && unordered {
        let message = format!("invalid operator '{sign}' on {} field", column.kind.name());
        return Err(SoqlError::operator(message));
    }
    Ok(())
}

/// A box that is not ticked is as good as null.
fn is_null(column: &Column) -> String {
    if column.kind == FieldType::Boolean {
        format!("{} = 0", column.sql)
    } else {
        format!("{} IS NULL", column.sql)
    }
}

fn like(
    context: &mut Context<'_>,
    column: &Column,
    literal: &Literal,
) -> Result<String, SoqlError> {
    if !column.kind.is_text() || column.kind == FieldType::Multipicklist {
        let message = format!("invalid operator on {} field: LIKE", column.kind.name());
        return Err(SoqlError::operator(message));
    }
    let Literal::Text { raw, at } = literal else { return Err(not_text(column)) };
    let pattern = literal::pattern(raw).map_err(|error| error.at(*at))?;
    let pattern = context.bind(Sql::Text(pattern));
    Ok(format!("soql_like({pattern}, {})", column.sql))
}

/// IN with literals; the list goes to SQLite as one JSON parameter, however long it is.
fn within(
    context: &mut Context<'_>,
    column: &Column,
    list: &[Literal],
) -> Result<String, SoqlError> {
    let mut plain = Vec::new();
    let mut terms = Vec::new();
    for literal in list {
        match operand_of(context, column, literal)? {
            Operand::Null => terms.push(is_null(column)),
            Operand::Value(Sql::Integer(int)) => plain.push(serde_json::Value::from(int)),
            Operand::Value(Sql::Real(real)) => plain.push(serde_json::Value::from(real)),
            Operand::Value(Sql::Text(text)) => plain.push(serde_json::Value::from(text)),
            Operand::Value(Sql::Null | Sql::Blob(_)) => {}
            Operand::Range(..) => {
                terms.push(compare(context, column, Operator::Equal, literal)?);
            }
        }
    }
    if !plain.is_empty() {
        let list = context.bind(Sql::Text(serde_json::Value::Array(plain).to_string()));
        terms.push(format!("{} IN (SELECT value FROM json_each({list}))", column.collated()));
    }
    Ok(balanced(&terms, " OR "))
}

/// INCLUDES: one of the list, of which each may ask for several items at once with `;`.
fn includes(
    context: &mut Context<'_>,
    column: &Column,
    list: &[Literal],
) -> Result<String, SoqlError> {
    if column.kind != FieldType::Multipicklist {
        let message = "INCLUDES and EXCLUDES are for multi-select picklists";
        return Err(SoqlError::operator(message));
    }
    let mut terms = Vec::new();
    for literal in list {
        let Literal::Text { raw, at } = literal else { return Err(not_text(column)) };
        let text = literal::text(raw).map_err(|error| error.at(*at))?;
        let items: Vec<String> = text
            .split(';')
            .map(|item| {
                let item = context.bind(Sql::Text(item.to_owned()));
                format!("soql_has({item}, {})", column.sql)
            })
            .collect();
        terms.push(balanced(&items, " AND "));
    }
    Ok(balanced(&terms, " OR "))
}

/// IN with a query: the inner one gives Ids.
fn semi_join<'a>(
    context: &mut Context<'a>,
    scope: &Scope<'a>,
    column: &Column,
    query: &Query,
) -> Result<String, SoqlError> {
    if !column.kind.is_id() {
        let message =
            format!("semi join: the left operand '{}' must be an Id or a reference", column.name);
        return Err(SoqlError::malformed(message));
    }
    let (inner_object, sql) = super::compile::semi_join(context, query)?;
    if inner_object == scope.object().name && column.node == 0 {
        let message = "The inner and outer selects should not be on the same object type";
        return Err(SoqlError::malformed(message));
    }
    Ok(format!("{} IN ({sql})", column.sql))
}

fn operand_of(
    context: &Context<'_>,
    column: &Column,
    literal: &Literal,
) -> Result<Operand, SoqlError> {
    if *literal == Literal::Null {
        return Ok(Operand::Null);
    }
    if let Literal::Text { raw, at } = literal {
        let text = literal::text(raw).map_err(|error| error.at(*at))?;
        return text_operand(column, text);
    }
    match (column.kind, literal) {
        (FieldType::Boolean, Literal::Bool(truth)) => {
            Ok(Operand::Value(Sql::Integer((*truth).into())))
        }
        (kind, Literal::Int(int)) if kind.is_number() => Ok(Operand::Value(Sql::Integer(*int))),
        (kind, Literal::Decimal(real)) if kind.is_number() => Ok(Operand::Value(Sql::Real(*real))),
        (FieldType::Date, Literal::Date(date)) => {
            Ok(Operand::Value(Sql::Text(time::date_text(*date))))
        }
        (FieldType::Datetime, Literal::DateTime(moment)) => {
            Ok(Operand::Value(Sql::Text(time::datetime_text(*moment))))
        }
        (FieldType::Date | FieldType::Datetime, Literal::Range(range)) => {
            let (start, end) = range
                .range(context.today)
                .ok_or_else(|| SoqlError::malformed("the date literal lies beyond the calendar"))?;
            Ok(if column.kind == FieldType::Date {
                Operand::Range(time::date_text(start), time::date_text(end))
            } else {
                Operand::Range(time::start_of_day(start), time::start_of_day(end))
            })
        }
        (kind, _) if kind.is_text() || kind.is_id() => Err(not_text(column)),
        _ => Err(not_of_type(column)),
    }
}

/// An empty string is null, as it is in records.
fn text_operand(column: &Column, text: String) -> Result<Operand, SoqlError> {
    if !column.kind.is_text() && !column.kind.is_id() {
        return Err(not_of_type(column));
    }
    if text.is_empty() {
        return Ok(Operand::Null);
    }
    if column.kind.is_text() {
        return Ok(Operand::Value(Sql::Text(text)));
    }
    match id::normalise(&text) {
        Some(id) => Ok(Operand::Value(Sql::Text(id))),
        None => Err(SoqlError::operator(format!("invalid ID field: {text}"))),
    }
}

fn not_text(column: &Column) -> SoqlError {
    SoqlError::field(format!(
        "value of filter criterion for field '{}' must be of type string and should be enclosed \
         in quotes",
        column.name
    ))
}

fn not_of_type(column: &Column) -> SoqlError {
    SoqlError::field(format!(
        "value of filter criterion for field '{}' must be of type {} and should not be enclosed \
         in quotes",
        column.name,
        column.kind.name()
    ))
}

//! Queries with GROUP BY or aggregate functions.

use std::collections::HashSet;

use super::ast::{Query, SelectItem, Subtotals, Value};
use super::compile::{check_sortable, limit_sql, order_sql, where_sql};
use super::condition::{self, Clause};
use super::error::SoqlError;
use super::function;
use super::plan::{Plan, Shape};
use super::scope::{Column, Context, Form, Scope};
use crate::schema::FieldType;

/// How many fields ROLLUP and CUBE take.
const MAX_SUBTOTAL_FIELDS: usize = 3;

/// Whether a query gives groups rather than records.
pub(super) fn is_aggregate(query: &Query) -> bool {
    query.group_by.is_some() || query.select.iter().any(is_aggregate_item)
}

fn is_aggregate_item(item: &SelectItem) -> bool {
    const AGGREGATES: [&str; 6] = ["count", "count_distinct", "sum", "avg", "min", "max"];
    match item {
        SelectItem::Value { value: Value::Call { function, .. }, .. } => {
            AGGREGATES.contains(&function.to_ascii_lowercase().as_str())
        }
        _ => false,
    }
}

/// Compiles such a query.
pub(super) fn compile<'a>(
    mut context: Context<'a>,
    mut scope: Scope<'a>,
    query: &Query,
    conditions: &[String],
) -> Result<Plan, SoqlError> {
    let groups = groups(&mut context, &mut scope, query)?;
    let grouped: Vec<String> = groups.iter().map(|column| column.sql.clone()).collect();
    let items = items(&mut context, &mut scope, query, &grouped)?;
    let mut order = Vec::new();
    for by in &query.order_by {
        let column = selected(&mut context, &mut scope, &by.value, &grouped)?;
        check_sortable(&column, &by.value)?;
        order.push((column, by));
    }
    let having = match &query.having {
        Some(having) => {
            let clause = Clause::Having(&grouped);
            let sql = condition::compile(&mut context, &mut scope, having, false, clause)?;
            format!(" HAVING {sql}")
        }
        None => String::new(),
    };
    let arms: Vec<String> = arms(query, &groups)
        .iter()
        .map(|present| {
            let shown = |column: &Column| arm_sql(column, &grouped, present);
            let mut columns: Vec<String> = items.iter().map(|(_, item)| shown(item)).collect();
            columns.extend(order.iter().map(|(column, _)| shown(column)));
            format!(
                "SELECT {} {}{}{}{having}",
                numbered(&columns),
                scope.tables_sql(),
                where_sql(conditions),
                group_sql(&groups, present)
            )
        })
        .collect();
    let sort: Vec<String> = order
        .iter()
        .enumerate()
        .map(|(index, (column, by))| {
            let column = Column { sql: format!("c{}", items.len() + index), ..column.clone() };
            order_sql(&column, by)
        })
        .collect();
    let sort =
        if sort.is_empty() { String::new() } else { format!(" ORDER BY {}", sort.join(", ")) };
    let sql = format!("SELECT * FROM ({}){sort}{}", arms.join(" UNION ALL "), limit_sql(query));
    let columns = items.into_iter().map(|(name, column)| (name, column.kind)).collect();
    Ok(Plan { sql, parameters: context.parameters, shape: Shape::Groups(columns) })
}

fn numbered(columns: &[String]) -> String {
    let named: Vec<String> =
        columns.iter().enumerate().map(|(index, sql)| format!("{sql} AS c{index}")).collect();
    named.join(", ")
}

/// The columns of GROUP BY.
fn groups<'a>(
    context: &mut Context<'a>,
    scope: &mut Scope<'a>,
    query: &Query,
) -> Result<Vec<Column>, SoqlError> {
    let Some(group_by) = &query.group_by else { return Ok(Vec::new()) };
    let mut columns = Vec::new();
    for value in &group_by.values {
        let column = function::column(context, scope, value)?;
        if column.form == Form::Aggregate || !column.groupable {
            let message = format!("field '{}' can not be grouped in a query call", column.name);
            return Err(SoqlError::malformed(message).at(value.at()));
        }
        columns.push(column);
    }
    if group_by.subtotals != Subtotals::None && columns.len() > MAX_SUBTOTAL_FIELDS {
        let message = format!("ROLLUP and CUBE take {MAX_SUBTOTAL_FIELDS} fields at most");
        return Err(SoqlError::malformed(message));
    }
    Ok(columns)
}

/// A value that is grouped or aggregated.
fn selected<'a>(
    context: &mut Context<'a>,
    scope: &mut Scope<'a>,
    value: &Value,
    grouped: &[String],
) -> Result<Column, SoqlError> {
    if let Value::Call { function, argument, at } = value
        && function.eq_ignore_ascii_case("GROUPING")
    {
        let column = function::column(context, scope, argument)?;
        return grouping(column, grouped).map_err(|error| error.at(*at));
    }
    let column = function::column(context, scope, value)?;
    if column.form == Form::Aggregate || grouped.contains(&column.sql) {
        return Ok(column);
    }
    let message = format!("Field must be grouped or aggregated: {}", column.name);
    Err(SoqlError::malformed(message).at(value.at()))
}

/// `GROUPING(field)`: 1 in the rows of subtotals over that field. Each arm replaces the mark.
fn grouping(column: Column, grouped: &[String]) -> Result<Column, SoqlError> {
    if !grouped.contains(&column.sql) {
        let message = format!("GROUPING needs a field of GROUP BY, not {}", column.name);
        return Err(SoqlError::malformed(message));
    }
    let sql = format!("{GROUPING_MARK}{}", column.sql);
    Ok(Column { sql, kind: FieldType::Int, form: Form::Function, folds_case: false, ..column })
}

const GROUPING_MARK: &str = "GROUPING ";

/// The selected columns with their keys.
fn items<'a>(
    context: &mut Context<'a>,
    scope: &mut Scope<'a>,
    query: &Query,
    grouped: &[String],
) -> Result<Vec<(String, Column)>, SoqlError> {
    let mut items = Vec::new();
    let mut keys = HashSet::new();
    let mut unnamed = 0;
    for item in &query.select {
        let SelectItem::Value { value, alias } = item else {
            let message = "only fields and functions can be selected together with aggregates";
            return Err(SoqlError::malformed(message));
        };
        let column = selected(context, scope, value, grouped)?;
        let key = match (alias, column.form) {
            (Some(alias), _) => alias.clone(),
            (None, Form::Field | Form::Label) => column.name.clone(),
            (None, Form::Function | Form::Aggregate) => {
                unnamed += 1;
                format!("expr{}", unnamed - 1)
            }
        };
        if !keys.insert(key.to_ascii_lowercase()) {
            let message = format!("duplicate alias: {key}");
            return Err(SoqlError::malformed(message).at(value.at()));
        }
        items.push((key, column));
    }
    Ok(items)
}

/// Which groups are present in each arm: all of them, and fewer for subtotals.
fn arms(query: &Query, groups: &[Column]) -> Vec<Vec<bool>> {
    let count = groups.len();
    let subtotals = query.group_by.as_ref().map_or(Subtotals::None, |g| g.subtotals);
    match subtotals {
        Subtotals::None => vec![vec![true; count]],
        Subtotals::Rollup => {
            (0..=count).rev().map(|kept| (0..count).map(|n| n < kept).collect()).collect()
        }
        Subtotals::Cube => (0..1_u32 << count)
            .map(|absent| (0..count).map(|n| absent >> n & 1 == 0).collect())
            .collect(),
    }
}

fn arm_sql(column: &Column, grouped: &[String], present: &[bool]) -> String {
    let is_present = |sql: &str| {
        grouped.iter().position(|group| group == sql).is_none_or(|index| present[index])
    };
    if let Some(sql) = column.sql.strip_prefix(GROUPING_MARK) {
        return if is_present(sql) { "0" } else { "1" }.to_owned();
    }
    if is_present(&column.sql) { column.sql.clone() } else { "NULL".to_owned() }
}

fn group_sql(groups: &[Column], present: &[bool]) -> String {
    let columns: Vec<String> = groups
        .iter()
        .zip(present)
        .filter(|(_, present)| **present)
        .map(|(column, _)| column.collated())
        .collect();
    if columns.is_empty() { String::new() } else { format!(" GROUP BY {}", columns.join(", ")) }
}

//! From a query's tree to a plan: SQL, its parameters, and the shape of the records.

use std::collections::HashSet;

use super::Settings;
use super::aggregate;
use super::ast::{FieldGroup, OrderBy, Query, SelectItem, Value};
use super::condition::{self, Clause};
use super::error::SoqlError;
use super::function;
use super::plan::{Member, Plan, RecordShape, Shape};
use super::scope::{Column, Context, Form, Scope};
use super::select::Columns;
use crate::schema::Object;

/// The largest OFFSET.
const MAX_OFFSET: u64 = 2000;
/// How many items a SELECT may have; SQLite's limit on columns is 2000.
const MAX_ITEMS: usize = 800;
/// How many lists of children a SELECT may have.
const MAX_CHILDREN: usize = 20;

/// Compiles a query.
pub(super) fn query<'a>(settings: Settings<'a>, query: &Query) -> Result<Plan, SoqlError> {
    let object = object_of(settings.schema, query)?;
    let mut context = Context::new(settings);
    let scope = Scope::new(&mut context, object, query.alias.as_deref(), &query.parents)?;
    select(context, scope, settings, query, None)
}

/// Compiles a list of children; `?1` is the Id of the parent.
fn children<'a>(
    settings: Settings<'a>,
    parent: &Object,
    parent_alias: Option<&str>,
    query: &Query,
) -> Result<(String, Plan), SoqlError> {
    let names = &query.from.names;
    let qualified = names.len() == 2
        && (names[0].eq_ignore_ascii_case(&parent.name)
            || parent_alias.is_some_and(|alias| alias.eq_ignore_ascii_case(&names[0])));
    let relationship = match names.as_slice() {
        [name] => name,
        [_, name] if qualified => name,
        _ => return Err(no_children(&query.from.text()).at(query.from.at)),
    };
    let unknown = || no_children(relationship).at(query.from.at);
    let child = parent.child(relationship).ok_or_else(unknown)?;
    let object = settings.schema.object(&child.object).ok_or_else(unknown)?;
    let mut context = Context::new(settings);
    let id = context.bind(rusqlite::types::Value::Null);
    let mut scope = Scope::new(&mut context, object, query.alias.as_deref(), &query.parents)?;
    let link = scope.field_at(&mut context, 0, &child.field)?;
    let link = format!("{} = {id}", link.sql);
    let plan = select(context, scope, settings, query, Some(link))?;
    if !matches!(plan.shape, Shape::Records(_)) {
        let message = "aggregates are not allowed in a list of children";
        return Err(SoqlError::malformed(message).at(query.from.at));
    }
    Ok((child.relationship_name.clone(), plan))
}

/// Compiles the query of an IN: one column of Ids. Also gives the object's name.
pub(super) fn semi_join<'a>(
    context: &mut Context<'a>,
    query: &Query,
) -> Result<(String, String), SoqlError> {
    let object = object_of(context.schema, query)?;
    let extra = !query.order_by.is_empty()
        || query.limit.is_some()
        || query.offset.is_some()
        || query.group_by.is_some()
        || query.having.is_some();
    if extra {
        let message = "ORDER BY, GROUP BY, LIMIT and OFFSET are not allowed in a semi join";
        return Err(SoqlError::malformed(message));
    }
    let [SelectItem::Value { value, alias: None }] = query.select.as_slice() else {
        let message = "semi join sub-selects select exactly one Id or reference field";
        return Err(SoqlError::malformed(message));
    };
    if query.condition.as_ref().is_some_and(|c| c.semi_joins() > 0) {
        let message = "semi join sub-selects cannot be nested";
        return Err(SoqlError::malformed(message));
    }
    let mut scope = Scope::new(context, object, query.alias.as_deref(), &query.parents)?;
    let column = function::column(context, &mut scope, value)?;
    if !column.kind.is_id() || column.form != Form::Field {
        let message = "semi join sub-selects select exactly one Id or reference field";
        return Err(SoqlError::malformed(message).at(value.at()));
    }
    let mut conditions = vec![format!("{} IS NOT NULL", column.sql)];
    conditions.extend(scope.alive_sql(context));
    if let Some(condition) = &query.condition {
        let sql = condition::compile(context, &mut scope, condition, false, Clause::Where)?;
        conditions.push(sql);
    }
    let sql = format!(
        "SELECT {} {} WHERE ({})",
        column.sql,
        scope.tables_sql(),
        conditions.join(") AND (")
    );
    Ok((object.name.clone(), sql))
}

fn object_of<'a>(
    schema: &'a crate::schema::Schema,
    query: &Query,
) -> Result<&'a Object, SoqlError> {
    let name = query.from.text();
    schema.object(&name).ok_or_else(|| {
        let message = format!(
            "sObject type '{name}' is not supported. If you are attempting to use a custom \
             object, be sure to append the '__c' after the entity name. Please reference your \
             WSDL or the describe call for the appropriate names."
        );
        SoqlError { code: "INVALID_TYPE", message, at: Some(query.from.at) }
    })
}

fn select<'a>(
    mut context: Context<'a>,
    mut scope: Scope<'a>,
    settings: Settings<'a>,
    query: &Query,
    link: Option<String>,
) -> Result<Plan, SoqlError> {
    check_clauses(query)?;
    let mut conditions: Vec<String> = link.into_iter().collect();
    conditions.extend(scope.alive_sql(&context));
    if query.scope_mine
        && let Ok(owner) = scope.field_at(&mut context, 0, "OwnerId")
    {
        let user = context.bind(rusqlite::types::Value::Text(context.user.to_owned()));
        conditions.push(format!("{} = {user}", owner.sql));
    }
    if let Some(condition) = &query.condition {
        let sql = condition::compile(&mut context, &mut scope, condition, false, Clause::Where)?;
        conditions.push(sql);
    }
    if query.select.contains(&SelectItem::CountAll) {
        return count_all(context, &scope, query, &conditions);
    }
    if aggregate::is_aggregate(query) {
        return aggregate::compile(context, scope, query, &conditions);
    }
    records(context, scope, settings, query, &conditions)
}

/// The rules that need no names.
fn check_clauses(query: &Query) -> Result<(), SoqlError> {
    if query.select.len() > MAX_ITEMS {
        return Err(SoqlError::malformed(format!("SELECT has more than {MAX_ITEMS} items")));
    }
    if query.offset.is_some_and(|offset| offset > MAX_OFFSET) {
        return Err(SoqlError {
            code: "NUMBER_OUTSIDE_VALID_RANGE",
            message: format!("Maximum SOQL offset allowed is {MAX_OFFSET}"),
            at: None,
        });
    }
    if query.having.is_some() && query.group_by.is_none() {
        return Err(SoqlError::malformed("HAVING needs a GROUP BY"));
    }
    let Some(condition) = &query.condition else { return Ok(()) };
    if condition.semi_joins() > 2 {
        return Err(SoqlError::malformed("at most two semi joins are allowed in a query"));
    }
    if condition.semi_join_under_or() {
        let message = "Semi join sub-selects are not allowed with the 'OR' operator";
        return Err(SoqlError::malformed(message));
    }
    Ok(())
}

/// `SELECT COUNT()`: a number and no records.
fn count_all(
    context: Context<'_>,
    scope: &Scope<'_>,
    query: &Query,
    conditions: &[String],
) -> Result<Plan, SoqlError> {
    if query.select.len() > 1 || query.group_by.is_some() || !query.order_by.is_empty() {
        let message = "COUNT() stands alone: no other item, GROUP BY or ORDER BY goes with it";
        return Err(SoqlError::malformed(message));
    }
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 {}{}{})",
        scope.tables_sql(),
        where_sql(conditions),
        limit_sql(query)
    );
    Ok(Plan { sql, parameters: context.parameters, shape: Shape::Count })
}

pub(super) fn where_sql(conditions: &[String]) -> String {
    if conditions.is_empty() {
        return String::new();
    }
    format!(" WHERE ({})", conditions.join(") AND ("))
}

/// SQLite takes an OFFSET only after a LIMIT; a negative one is none.
pub(super) fn limit_sql(query: &Query) -> String {
    match (query.limit, query.offset) {
        (None, None) => String::new(),
        (Some(limit), None) => format!(" LIMIT {limit}"),
        (None, Some(offset)) => format!(" LIMIT -1 OFFSET {offset}"),
        (Some(limit), Some(offset)) => format!(" LIMIT {limit} OFFSET {offset}"),
    }
}

pub(super) fn order_sql(column: &Column, order: &OrderBy) -> String {
    let direction = if order.descending { "DESC" } else { "ASC" };
    let nulls = if order.nulls_last { "LAST" } else { "FIRST" };
    format!("{} {direction} NULLS {nulls}", column.collated())
}

pub(super) fn check_sortable(column: &Column, value: &Value) -> Result<(), SoqlError> {
    if column.sortable {
        return Ok(());
    }
    let message = format!("field '{}' can not be sorted in a query call", column.name);
    Err(SoqlError::malformed(message).at(value.at()))
}

/// A query for records.
fn records<'a>(
    mut context: Context<'a>,
    mut scope: Scope<'a>,
    settings: Settings<'a>,
    query: &Query,
    conditions: &[String],
) -> Result<Plan, SoqlError> {
    let mut columns = Columns::default();
    let mut shape = columns.record(&scope, 0);
    let mut seen = HashSet::new();
    let mut lists = 0;
    for item in expand(query, scope.object())? {
        match &item {
            SelectItem::Value { value, alias } => {
                let column = plain_column(&mut context, &mut scope, value, alias.as_deref())?;
                if !seen.insert((column.node, column.name.clone())) {
                    let message = format!("duplicate field selected: {}", column.name);
                    return Err(SoqlError::field(message).at(value.at()));
                }
                let name = alias.clone().unwrap_or_else(|| column.name.clone());
                columns.place(&scope, &mut shape, &column, name);
            }
            SelectItem::Children(children_query) => {
                lists += 1;
                if lists > MAX_CHILDREN {
                    let message = format!("at most {MAX_CHILDREN} lists of children are allowed");
                    return Err(SoqlError::malformed(message));
                }
                let alias = query.alias.as_deref();
                let (name, plan) = children(settings, scope.object(), alias, children_query)?;
                shape.members.push((name, Member::Children(Box::new(plan))));
            }
            SelectItem::TypeOf(type_of) => {
                columns.type_of(&mut context, &mut scope, &mut shape, type_of)?;
            }
            SelectItem::CountAll | SelectItem::Fields(_) => {}
        }
    }
    let mut order = Vec::new();
    for by in &query.order_by {
        let column = function::column(&mut context, &mut scope, &by.value)?;
        if column.form == Form::Aggregate {
            let message = "aggregate functions in ORDER BY need a GROUP BY";
            return Err(SoqlError::malformed(message).at(by.value.at()));
        }
        check_sortable(&column, &by.value)?;
        order.push(order_sql(&column, by));
    }
    order.push(scope.id_sql());
    let sql = format!(
        "SELECT {} {}{} ORDER BY {}{}",
        columns.sql(),
        scope.tables_sql(),
        where_sql(conditions),
        order.join(", "),
        limit_sql(query)
    );
    Ok(Plan { sql, parameters: context.parameters, shape: Shape::Records(shape) })
}

/// A selected field of a query without groups.
fn plain_column<'a>(
    context: &mut Context<'a>,
    scope: &mut Scope<'a>,
    value: &Value,
    alias: Option<&str>,
) -> Result<Column, SoqlError> {
    let column = function::column(context, scope, value)?;
    let message = match column.form {
        Form::Field if alias.is_some() => "only aggregate expressions use field aliasing",
        Form::Function => "date functions in SELECT need a GROUP BY",
        Form::Field | Form::Label | Form::Aggregate => return Ok(column),
    };
    Err(SoqlError::malformed(message).at(value.at()))
}

/// The items with FIELDS() written out.
fn expand(query: &Query, object: &Object) -> Result<Vec<SelectItem>, SoqlError> {
    let mut items = Vec::new();
    for item in &query.select {
        let SelectItem::Fields(group) = item else {
            items.push(item.clone());
            continue;
        };
        if *group != FieldGroup::Standard && query.limit.is_none_or(|limit| limit > 200) {
            let message = "The SOQL FIELDS function must have a LIMIT of at most 200";
            return Err(SoqlError::malformed(message));
        }
        let wanted = object.fields.iter().filter(|field| match group {
            FieldGroup::All => true,
            FieldGroup::Standard => !field.custom,
            FieldGroup::Custom => field.custom,
        });
        items.extend(wanted.map(|field| SelectItem::field(&field.name)));
    }
    Ok(items)
}

fn no_children(name: &str) -> SoqlError {
    let message = format!(
        "Didn't understand relationship '{name}' in FROM part of query call. If you are attempting \
         to use a custom relationship, be sure to append the '__r' after the custom relationship \
         name. Please reference your WSDL or the describe call for the appropriate names."
    );
    SoqlError { code: "INVALID_TYPE", message, at: None }
}

impl RecordShape {
    /// The member of this name, when it is a parent record.
    pub(super) fn parent_mut(&mut self, name: &str) -> Option<&mut RecordShape> {
        self.members.iter_mut().find_map(|(key, member)| match member {
            Member::Parent(shape) if key == name => Some(shape),
            _ => None,
        })
    }
}

//! Fields and functions of fields as columns.

use super::ast::Value;
use super::error::SoqlError;
use super::scope::{Column, Context, Form, Scope};
use crate::schema::FieldType;

const DATE_FUNCTIONS: [&str; 12] = [
    "CALENDAR_YEAR",
    "CALENDAR_QUARTER",
    "CALENDAR_MONTH",
    "FISCAL_YEAR",
    "FISCAL_QUARTER",
    "FISCAL_MONTH",
    "DAY_IN_MONTH",
    "DAY_IN_WEEK",
    "DAY_IN_YEAR",
    "WEEK_IN_MONTH",
    "WEEK_IN_YEAR",
    "HOUR_IN_DAY",
];

/// The column that a field or function means.
pub(super) fn column<'a>(
    context: &mut Context<'a>,
    scope: &mut Scope<'a>,
    value: &Value,
) -> Result<Column, SoqlError> {
    match value {
        Value::Field(path) => scope.column(context, path),
        Value::Call { function, argument, at } => {
            let inner = column(context, scope, argument)?;
            let name = function.to_ascii_uppercase();
            call(&name, inner).map_err(|error| error.at(*at))
        }
    }
}

fn call(name: &str, inner: Column) -> Result<Column, SoqlError> {
    if inner.form == Form::Aggregate {
        return Err(SoqlError::malformed(format!("{name} cannot be used on an aggregate")));
    }
    match name {
        "COUNT" | "COUNT_DISTINCT" | "SUM" | "AVG" | "MIN" | "MAX" => aggregate(name, inner),
        "TOLABEL" | "FORMAT" | "CONVERTCURRENCY" => Ok(Column { form: Form::Label, ..inner }),
        "CONVERTTIMEZONE" => {
            dated(name, &inner)?;
            Ok(inner)
        }
        "DAY_ONLY" => {
            dated(name, &inner)?;
            Ok(derived(format!("substr({}, 1, 10)", inner.sql), FieldType::Date, inner))
        }
        _ if DATE_FUNCTIONS.contains(&name) => {
            dated(name, &inner)?;
            Ok(derived(format!("soql_date('{name}', {})", inner.sql), FieldType::Int, inner))
        }
        _ => Err(SoqlError::malformed(format!("unknown function: '{name}'"))),
    }
}

fn dated(name: &str, inner: &Column) -> Result<(), SoqlError> {
    if matches!(inner.kind, FieldType::Date | FieldType::Datetime) {
        return Ok(());
    }
    Err(SoqlError::field(format!("field {} does not support the function {name}", inner.name)))
}

fn derived(sql: String, kind: FieldType, inner: Column) -> Column {
    Column { sql, kind, folds_case: false, groupable: true, form: Form::Function, ..inner }
}

fn aggregate(name: &str, inner: Column) -> Result<Column, SoqlError> {
    let collated = inner.collated();
    let supported = match name {
        "SUM" | "AVG" => inner.kind.is_number(),
        "MIN" | "MAX" => {
            inner.kind != FieldType::Boolean
                && inner.kind != FieldType::Id
                && inner.groupable_text()
        }
        _ => inner.groupable_text(),
    };
    if !supported {
        let message = format!("field {} does not support aggregate operator {name}", inner.name);
        return Err(SoqlError::malformed(message));
    }
    let (sql, kind) = match name {
        "COUNT" => (format!("count({collated})"), FieldType::Int),
        "COUNT_DISTINCT" => (format!("count(DISTINCT {collated})"), FieldType::Int),
        "SUM" => (format!("sum({collated})"), inner.kind),
        "AVG" => (format!("avg({collated})"), FieldType::Double),
        "MIN" => (format!("min({collated})"), inner.kind),
        _ => (format!("max({collated})"), inner.kind),
    };
    let folds_case = inner.folds_case && kind.is_text();
    Ok(Column { sql, kind, folds_case, form: Form::Aggregate, ..inner })
}

impl Column {
    /// Long texts can be neither counted nor compared.
    fn groupable_text(&self) -> bool {
        self.kind != FieldType::Textarea || self.groupable || self.filterable
    }
}

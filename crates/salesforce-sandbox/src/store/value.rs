//! Field values between JSON and SQLite.

use rusqlite::types::{Value as Sql, ValueRef};
use serde_json::Value;

use crate::api_error::ApiError;
use crate::json::Json;
use crate::schema::{Field, FieldType};
use crate::{id, time};

/// What a column holds as an answer shows it.
pub(crate) fn to_json(kind: FieldType, value: ValueRef<'_>) -> Json {
    match value {
        ValueRef::Null if kind == FieldType::Boolean => Json::Bool(false),
        ValueRef::Null | ValueRef::Blob(_) => Json::Null,
        ValueRef::Integer(int) if kind == FieldType::Boolean => Json::Bool(int != 0),
        ValueRef::Integer(int) => Json::Int(int),
        ValueRef::Real(real) => Json::Float(real),
        ValueRef::Text(text) => Json::Text(String::from_utf8_lossy(text).into_owned()),
    }
}

/// What a record's JSON says, as the column takes it; the checks are those of one field.
pub(crate) fn to_sql(field: &Field, value: &Value) -> Result<Sql, ApiError> {
    match (field.kind, value) {
        (FieldType::Boolean, Value::Null) => Ok(Sql::Integer(0)),
        (_, Value::Null) => Ok(Sql::Null),
        (FieldType::Boolean, _) => boolean(field, value),
        (FieldType::Int, _) => integer(field, value),
        (FieldType::Double | FieldType::Currency | FieldType::Percent, _) => real(field, value),
        (_, Value::String(text)) if text.is_empty() => Ok(Sql::Null),
        (_, Value::String(text)) => text_value(field, text),
        _ => Err(not_of_type(field, value)),
    }
}

fn text_value(field: &Field, text: &str) -> Result<Sql, ApiError> {
    match field.kind {
        FieldType::Id | FieldType::Reference => id_value(field, text),
        FieldType::Date => date(field, text),
        FieldType::Datetime => time::parse_datetime(text)
            .map(|t| Sql::Text(time::datetime_text(t)))
            .ok_or_else(|| not_of_type(field, &Value::from(text))),
        FieldType::Email if !is_email(text) => Err(ApiError::fields(
            "INVALID_EMAIL_ADDRESS",
            format!("{}: invalid email address: {text}", field.label),
            [&field.name],
        )),
        FieldType::Picklist | FieldType::Multipicklist => picklist(field, text),
        FieldType::String
        | FieldType::Textarea
        | FieldType::Phone
        | FieldType::Email
        | FieldType::Url => limited(field, text),
        FieldType::Boolean
        | FieldType::Int
        | FieldType::Double
        | FieldType::Currency
        | FieldType::Percent => Err(not_of_type(field, &Value::from(text))),
    }
}

fn limited(field: &Field, text: &str) -> Result<Sql, ApiError> {
    let Some(limit) = field.length else { return Ok(Sql::Text(text.to_owned())) };
    if text.chars().count() <= usize::try_from(limit).unwrap_or(usize::MAX) {
        return Ok(Sql::Text(text.to_owned()));
    }
    let shown: String = text.chars().take(255).collect();
    let message = format!("{}: data value too large: {shown} (max length={limit})", field.label);
    Err(ApiError::fields("STRING_TOO_LONG", message, [&field.name]))
}

fn picklist(field: &Field, text: &str) -> Result<Sql, ApiError> {
    let known = |item: &str| field.picklist_values.iter().any(|v| v.eq_ignore_ascii_case(item));
    let odd = match field.kind {
        FieldType::Multipicklist => text.split(';').find(|item| !known(item)),
        _ => Some(text).filter(|item| !known(item)),
    };
    match odd {
        Some(odd) if field.restricted_picklist => Err(ApiError::fields(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            format!("{}: bad value for restricted picklist field: {odd}", field.label),
            [&field.name],
        )),
        _ => limited(field, text),
    }
}

fn id_value(field: &Field, text: &str) -> Result<Sql, ApiError> {
    id::normalise(text).map(Sql::Text).ok_or_else(|| {
        let message = format!("{}: id value of incorrect type: {text}", field.label);
        ApiError::fields("MALFORMED_ID", message, [&field.name])
    })
}

/// A date field takes a time too, and keeps its day.
fn date(field: &Field, text: &str) -> Result<Sql, ApiError> {
    if let Some(date) = time::parse_date(text) {
        return Ok(Sql::Text(time::date_text(date)));
    }
    let Some(moment) = time::parse_datetime(text) else {
        return Err(not_of_type(field, &Value::from(text)));
    };
    Ok(Sql::Text(time::datetime_text(moment)[..10].to_owned()))
}

fn boolean(field: &Field, value: &Value) -> Result<Sql, ApiError> {
    let truth = match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    };
    truth.map(|t| Sql::Integer(t.into())).ok_or_else(|| not_of_type(field, value))
}

fn integer(field: &Field, value: &Value) -> Result<Sql, ApiError> {
    let int = match value {
        Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let in_range = int.filter(|i| i32::try_from(*i).is_ok());
    in_range.map(Sql::Integer).ok_or_else(|| not_of_type(field, value))
}

/// The integer that a number without a fraction stands for.
#[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
fn whole(real: f64) -> Option<i64> {
    let fits = real.fract() == 0.0 && real.abs() <= f64::from(i32::MAX);
    fits.then_some(real as i64)
}

fn real(field: &Field, value: &Value) -> Result<Sql, ApiError> {
    let real = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let finite = real.filter(|r| r.is_finite());
    finite.map(Sql::Real).ok_or_else(|| not_of_type(field, value))
}

/// What Salesforce's JSON reader says of a value that its field cannot hold.
fn not_of_type(field: &Field, value: &Value) -> ApiError {
    let (token, shown) = match value {
        Value::Null => ("VALUE_NULL", "null".to_owned()),
        Value::Bool(true) => ("VALUE_TRUE", "true".to_owned()),
        Value::Bool(false) => ("VALUE_FALSE", "false".to_owned()),
        Value::Number(n) if n.is_f64() => ("VALUE_NUMBER_FLOAT", n.to_string()),
        Value::Number(n) => ("VALUE_NUMBER_INT", n.to_string()),
        Value::String(text) => ("VALUE_STRING", text.chars().take(100).collect()),
        Value::Array(_) => ("START_ARRAY", "[".to_owned()),
        Value::Object(_) => ("START_OBJECT", "{".to_owned()),
    };
    let message = format!(
        "Cannot deserialize instance of {} from {token} value {shown} or request may be missing \
         a required field ({})",
        field.kind.name(),
        field.name
    );
    ApiError::bad("JSON_PARSER_ERROR", message)
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '@' | ',' | ';');
    !local.is_empty()
        && local.chars().all(plain)
        && domain.chars().all(plain)
        && domain.contains('.')
        && domain.split('.').all(|label| !label.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Schema;
    use serde_json::json;

    fn convert(object: &str, field: &str, value: Value) -> Result<Sql, &'static str> {
        let schema = Schema::build(&serde_json::from_str("{}").unwrap()).unwrap();
        let field = schema.object(object).unwrap().field(field).unwrap();
        to_sql(field, &value).map_err(|error| error.code)
    }

    #[test]
    fn values_are_converted() {
        let text = |t: &str| Ok(Sql::Text(t.to_owned()));
        assert_eq!(convert("Account", "Name", json!("Acme")), text("Acme"));
        assert_eq!(convert("Account", "Name", json!("")), Ok(Sql::Null));
        assert_eq!(convert("Account", "NumberOfEmployees", json!(12.0)), Ok(Sql::Integer(12)));
        assert_eq!(convert("Account", "AnnualRevenue", json!(1)), Ok(Sql::Real(1.0)));
        assert_eq!(convert("Contact", "DoNotCall", json!(null)), Ok(Sql::Integer(0)));
        assert_eq!(convert("Contact", "Birthdate", json!("1980-04-12")), text("1980-04-12"));
        assert_eq!(
            convert("Event", "StartDateTime", json!("2026-01-01T00:00:00+01:00")),
            text("2025-12-31T23:00:00.000+0000")
        );
        assert_eq!(
            convert("Contact", "AccountId", json!("0015e00000bAcMe")),
            text("0015e00000bAcMeAAK")
        );
    }

    #[test]
    fn wrong_values_have_their_codes() {
        for (object, field, value, code) in [
            ("Account", "Name", json!(1), "JSON_PARSER_ERROR"),
            ("Account", "Name", json!("x".repeat(256)), "STRING_TOO_LONG"),
            ("Account", "NumberOfEmployees", json!(1.5), "JSON_PARSER_ERROR"),
            ("Account", "NumberOfEmployees", json!(3_000_000_000_i64), "JSON_PARSER_ERROR"),
            ("Contact", "Email", json!("x"), "INVALID_EMAIL_ADDRESS"),
            ("Contact", "Birthdate", json!("12.4.1980"), "JSON_PARSER_ERROR"),
            ("Contact", "AccountId", json!("abc"), "MALFORMED_ID"),
            ("Contact", "DoNotCall", json!({}), "JSON_PARSER_ERROR"),
        ] {
            assert_eq!(convert(object, field, value), Err(code), "{field}");
        }
    }
}

//! `sobjects` and `sobjects/X/describe`: what objects and fields there are.

use crate::json::Json;
use crate::schema::{Field, FieldType, Object, Schema};
use crate::store::is_dependant;

/// The most records that one call may bring.
const MAX_BATCH: i64 = 200;

/// All objects in short.
pub(super) fn global(schema: &Schema, base: &str) -> Json {
    Json::object([
        ("encoding", Json::from("UTF-8")),
        ("maxBatchSize", Json::Int(MAX_BATCH)),
        ("sobjects", Json::array(schema.objects().iter().map(|object| summary(object, base)))),
    ])
}

/// An object in short.
pub(super) fn summary(object: &Object, base: &str) -> Json {
    let mut members = summary_members(object);
    members.push(("urls".to_owned(), urls(object, base)));
    Json::Object(members)
}

/// An object with its fields and the lists of its children.
pub(super) fn object(schema: &Schema, object: &Object, base: &str) -> Json {
    let mut members = summary_members(object);
    let children = object.children.iter().map(|child| {
        let cascades = schema.object(&child.object).is_some_and(|o| is_dependant(o, &child.field));
        Json::object([
            ("cascadeDelete", Json::Bool(cascades)),
            ("childSObject", Json::from(&child.object)),
            ("deprecatedAndHidden", Json::Bool(false)),
            ("field", Json::from(&child.field)),
            ("junctionIdListNames", Json::Array(Vec::new())),
            ("junctionReferenceTo", Json::Array(Vec::new())),
            ("relationshipName", Json::from(&child.relationship_name)),
            ("restrictedDelete", Json::Bool(false)),
        ])
    });
    let details = [
        ("actionOverrides", Json::Array(Vec::new())),
        ("childRelationships", Json::array(children)),
        ("compactLayoutable", Json::Bool(true)),
        ("defaultImplementation", Json::Null),
        ("extendedBy", Json::Null),
        ("extendsInterfaces", Json::Null),
        ("fields", Json::array(object.fields.iter().map(|f| field(object, f)))),
        ("implementedBy", Json::Null),
        ("implementsInterfaces", Json::Null),
        ("listviewable", Json::Null),
        ("lookupLayoutable", Json::Null),
        ("namedLayoutInfos", Json::Array(Vec::new())),
        ("networkScopeFieldName", Json::Null),
        ("recordTypeInfos", Json::Array(vec![master_record_type(object, base)])),
        ("searchLayoutable", Json::Bool(true)),
        ("sobjectDescribeOption", Json::from("FULL")),
        ("supportedScopes", Json::Array(vec![scope("everything"), scope("mine")])),
        ("urls", urls(object, base)),
    ];
    members.retain(|(key, _)| !details.iter().any(|(detail, _)| detail == key));
    members.extend(details.map(|(key, value)| (key.to_owned(), value)));
    Json::Object(members)
}

fn summary_members(object: &Object) -> Vec<(String, Json)> {
    let yes = Json::Bool(true);
    let no = Json::Bool(false);
    let deletable = Json::Bool(object.deletable());
    [
        ("activateable", no.clone()),
        ("associateEntityType", Json::Null),
        ("associateParentEntity", Json::Null),
        ("createable", yes.clone()),
        ("custom", Json::Bool(object.custom)),
        ("customSetting", no.clone()),
        ("deepCloneable", no.clone()),
        ("deletable", deletable.clone()),
        ("deprecatedAndHidden", no.clone()),
        ("feedEnabled", no.clone()),
        ("hasSubtypes", no.clone()),
        ("isInterface", no.clone()),
        ("isSubtype", no.clone()),
        ("keyPrefix", Json::from(&object.key_prefix)),
        ("label", Json::from(&object.label)),
        ("labelPlural", Json::from(&object.label_plural)),
        ("layoutable", yes.clone()),
        ("mergeable", no.clone()),
        ("mruEnabled", yes.clone()),
        ("name", Json::from(&object.name)),
        ("queryable", yes.clone()),
        ("replicateable", yes.clone()),
        ("retrieveable", yes.clone()),
        ("searchable", yes.clone()),
        ("searchLayoutable", yes.clone()),
        ("compactLayoutable", yes.clone()),
        ("triggerable", yes.clone()),
        ("undeletable", no),
        ("updateable", yes),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .to_vec()
}

fn urls(object: &Object, base: &str) -> Json {
    let path = format!("{base}/sobjects/{}", object.name);
    Json::object([
        ("rowTemplate", Json::Text(format!("{path}/{{ID}}"))),
        ("describe", Json::Text(format!("{path}/describe"))),
        ("sobject", Json::Text(path)),
    ])
}

fn scope(name: &str) -> Json {
    Json::object([("label", Json::from(name)), ("name", Json::from(name))])
}

/// The record type that every object has when none is defined.
fn master_record_type(object: &Object, base: &str) -> Json {
    let id = "012000000000000AAA";
    let layout = format!("{base}/sobjects/{}/describe/layouts/{id}", object.name);
    Json::object([
        ("active", Json::Bool(true)),
        ("available", Json::Bool(true)),
        ("defaultRecordTypeMapping", Json::Bool(true)),
        ("developerName", Json::from("Master")),
        ("master", Json::Bool(true)),
        ("name", Json::from("Master")),
        ("recordTypeId", Json::from(id)),
        ("urls", Json::object([("layout", Json::Text(layout))])),
    ])
}

/// One field with every key that readers insist on.
fn field(object: &Object, field: &Field) -> Json {
    let is_name = object.name_field.as_deref() == Some(field.name.as_str());
    let length = length_of(field);
    let number = field.kind.is_number() && field.kind != FieldType::Int;
    let boolean = field.kind == FieldType::Boolean;
    let default = field.default_value.as_ref().map(Json::from);
    let default_value = if boolean { default.or(Some(Json::Bool(false))) } else { default };
    let aggregatable = field.filterable && !boolean;
    Json::object([
        ("aggregatable", Json::Bool(aggregatable)),
        ("aiPredictionField", Json::Bool(false)),
        ("autoNumber", Json::Bool(field.auto_number)),
        ("byteLength", Json::Int(length * 3)),
        ("calculated", Json::Bool(field.shows.is_some())),
        ("calculatedFormula", Json::Null),
        ("cascadeDelete", Json::Bool(false)),
        ("caseSensitive", Json::Bool(field.case_sensitive)),
        ("compoundFieldName", Json::Null),
        ("controllerName", Json::Null),
        ("createable", Json::Bool(field.createable)),
        ("custom", Json::Bool(field.custom)),
        ("defaultValue", default_value.unwrap_or(Json::Null)),
        ("defaultValueFormula", Json::Null),
        ("defaultedOnCreate", Json::Bool(boolean || field.name == "OwnerId")),
        ("dependentPicklist", Json::Bool(false)),
        ("deprecatedAndHidden", Json::Bool(false)),
        ("digits", Json::Int(if field.kind == FieldType::Int { 8 } else { 0 })),
        ("displayLocationInDecimal", Json::Bool(false)),
        ("encrypted", Json::Bool(false)),
        ("externalId", Json::Bool(field.external_id)),
        ("extraTypeInfo", extra_type(field, length)),
        ("filterable", Json::Bool(field.filterable)),
        ("filteredLookupInfo", Json::Null),
        ("formulaTreatNullNumberAsZero", Json::Bool(false)),
        ("groupable", Json::Bool(field.groupable)),
        ("highScaleNumber", Json::Bool(false)),
        ("htmlFormatted", Json::Bool(false)),
        ("idLookup", Json::Bool(field.kind == FieldType::Id || field.external_id)),
        ("inlineHelpText", Json::Null),
        ("label", Json::from(&field.label)),
        ("length", Json::Int(length)),
        ("mask", Json::Null),
        ("maskType", Json::Null),
        ("name", Json::from(&field.name)),
        ("nameField", Json::Bool(is_name)),
        ("namePointing", Json::Bool(field.polymorphic)),
        ("nillable", Json::Bool(!field.required && !boolean && field.kind != FieldType::Id)),
        ("permissionable", Json::Bool(!field.required && field.createable)),
        ("picklistValues", Json::array(picklist(field))),
        ("polymorphicForeignKey", Json::Bool(field.polymorphic)),
        ("precision", Json::Int(if number { 18 } else { 0 })),
        ("queryByDistance", Json::Bool(false)),
        ("referenceTargetField", Json::Null),
        ("referenceTo", Json::array(&field.reference_to)),
        ("relationshipName", Json::from(field.relationship_name.as_ref())),
        ("relationshipOrder", Json::Null),
        ("restrictedDelete", Json::Bool(false)),
        ("restrictedPicklist", Json::Bool(field.restricted_picklist)),
        ("scale", Json::Int(if number { 2 } else { 0 })),
        ("searchPrefilterable", Json::Bool(false)),
        ("soapType", Json::from(soap_type(field.kind))),
        ("sortable", Json::Bool(field.sortable)),
        ("type", Json::from(field.kind.name())),
        ("unique", Json::Bool(field.unique)),
        ("updateable", Json::Bool(field.updateable)),
        ("writeRequiresMasterRead", Json::Bool(false)),
    ])
}

fn length_of(field: &Field) -> i64 {
    match field.kind {
        FieldType::Id | FieldType::Reference => 18,
        kind if kind.is_text() => i64::from(field.length.unwrap_or(255)),
        _ => 0,
    }
}

fn extra_type(field: &Field, length: i64) -> Json {
    match field.kind {
        FieldType::Textarea if length > 255 => Json::from("plaintextarea"),
        _ => Json::Null,
    }
}

fn picklist(field: &Field) -> impl Iterator<Item = Json> + '_ {
    let default = field.default_value.as_ref().and_then(|value| value.as_str());
    field.picklist_values.iter().map(move |value| {
        Json::object([
            ("active", Json::Bool(true)),
            ("defaultValue", Json::Bool(default == Some(value.as_str()))),
            ("label", Json::from(value)),
            ("validFor", Json::Null),
            ("value", Json::from(value)),
        ])
    })
}

fn soap_type(kind: FieldType) -> &'static str {
    match kind {
        FieldType::Id | FieldType::Reference => "tns:ID",
        FieldType::Boolean => "xsd:boolean",
        FieldType::Int => "xsd:int",
        FieldType::Double | FieldType::Currency | FieldType::Percent => "xsd:double",
        FieldType::Date => "xsd:date",
        FieldType::Datetime => "xsd:dateTime",
        FieldType::String
        | FieldType::Textarea
        | FieldType::Phone
        | FieldType::Email
        | FieldType::Url
        | FieldType::Picklist
        | FieldType::Multipicklist => "xsd:string",
    }
}

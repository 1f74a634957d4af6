//! Variables of flows as agents see them.

use trunkline_desk::{VariableKind, VariableView};
use trunkline_flow::{Flow, Variable};
use trunkline_model::tenant::VariableType;

/// Text that is longer than this, in characters, wants several lines.
const LONG: usize = 80;

/// Words in a variable's name or label that tell that sentences go into it.
const LONG_WORDS: [&str; 6] = ["note", "comment", "description", "summary", "reason", "memo"];

/// A variable with its value; that of a secure one is left out.
pub(crate) fn view(flow: &Flow, variable: &Variable, text: Option<&str>) -> VariableView {
    let name = variable.name.to_string();
    let value = if variable.is_secure { "" } else { text.unwrap_or_default() };
    let label = match variable.desktop_label.as_str() {
        "" => name.clone(),
        label => label.to_owned(),
    };
    let pop_over = flow.pop_over.iter().position(|shown| *shown == name);
    VariableView {
        is_long: is_long(variable, value),
        value: value.to_owned(),
        label,
        kind: kind_of(variable.kind),
        is_editable: variable.is_cad && variable.is_agent_editable,
        is_secure: variable.is_secure,
        pop_over: pop_over.and_then(|place| u32::try_from(place).ok()),
        name,
    }
}

fn kind_of(kind: VariableType) -> VariableKind {
    match kind {
        VariableType::String => VariableKind::String,
        VariableType::Integer => VariableKind::Integer,
        VariableType::Decimal => VariableKind::Decimal,
        VariableType::Boolean => VariableKind::Boolean,
        VariableType::DateTime => VariableKind::DateTime,
        VariableType::Json => VariableKind::Json,
    }
}

fn is_long(variable: &Variable, value: &str) -> bool {
    if variable.kind == VariableType::Json {
        return true;
    }
    let tells = |text: &str| {
        let text = text.to_lowercase();
        LONG_WORDS.iter().any(|word| text.contains(word))
    };
    let is_sentence = value.contains('\n') || value.chars().nth(LONG).is_some();
    let takes_text = variable.kind == VariableType::String;
    takes_text && (is_sentence || tells(&variable.name) || tells(&variable.desktop_label))
}

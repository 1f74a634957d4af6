//! A query as it was written, before names are looked up.

use jiff::Timestamp;
use jiff::civil::Date;

use super::date_literal::DateLiteral;

/// A whole query, or one in parentheses.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Query {
    pub(crate) select: Vec<SelectItem>,
    pub(crate) from: Path,
    pub(crate) alias: Option<String>,
    /// `FROM Contact c, c.Account a`: further names for parents.
    pub(crate) parents: Vec<(Path, String)>,
    /// `USING SCOPE mine`.
    pub(crate) scope_mine: bool,
    pub(crate) condition: Option<Condition>,
    pub(crate) group_by: Option<GroupBy>,
    pub(crate) having: Option<Condition>,
    pub(crate) order_by: Vec<OrderBy>,
    pub(crate) limit: Option<u64>,
    pub(crate) offset: Option<u64>,
}

/// A dotted name, e.g. `Contact.Account.Name`, with the byte where it starts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Path {
    pub(crate) names: Vec<String>,
    pub(crate) at: usize,
}

impl Path {
    pub(crate) fn of(name: &str) -> Path {
        Path { names: vec![name.to_owned()], at: 0 }
    }

    pub(crate) fn text(&self) -> String {
        self.names.join(".")
    }
}

/// One item after SELECT.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum SelectItem {
    Value { value: Value, alias: Option<String> },
    CountAll,
    Children(Box<Query>),
    TypeOf(TypeOf),
    Fields(FieldGroup),
}

/// `FIELDS(ALL)` and its like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldGroup {
    All,
    Standard,
    Custom,
}

/// `TYPEOF What WHEN Account THEN Phone ELSE Id END`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TypeOf {
    pub(crate) relationship: Path,
    pub(crate) branches: Vec<(Path, Vec<Path>)>,
    pub(crate) otherwise: Option<Vec<Path>>,
}

/// A field or a function of one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Field(Path),
    Call { function: String, argument: Box<Value>, at: usize },
}

impl Value {
    pub(crate) fn at(&self) -> usize {
        match self {
            Value::Field(path) => path.at,
            Value::Call { at, .. } => *at,
        }
    }
}

/// What WHERE or HAVING asks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Condition {
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Not(Box<Condition>),
    Compare { value: Value, operator: Operator, literal: Literal },
    In { value: Value, negated: bool, list: Vec<Literal> },
    InQuery { value: Value, negated: bool, query: Box<Query> },
    Includes { value: Value, negated: bool, list: Vec<Literal> },
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Like,
}

/// A value that a field is compared with.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Literal {
    Null,
    Bool(bool),
    Int(i64),
    Decimal(f64),
    /// The text between the quotes as it was written, escapes and all.
    Text {
        raw: String,
        at: usize,
    },
    Date(Date),
    DateTime(Timestamp),
    Range(DateLiteral),
}

/// GROUP BY.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GroupBy {
    pub(crate) values: Vec<Value>,
    pub(crate) subtotals: Subtotals,
}

/// Which further groups a GROUP BY makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subtotals {
    None,
    Rollup,
    Cube,
}

/// One item of ORDER BY.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OrderBy {
    pub(crate) value: Value,
    pub(crate) descending: bool,
    pub(crate) nulls_last: bool,
}

impl Condition {
    /// How many INs with a query there are.
    pub(crate) fn semi_joins(&self) -> usize {
        match self {
            Condition::And(terms) | Condition::Or(terms) => {
                terms.iter().map(Condition::semi_joins).sum()
            }
            Condition::Not(inner) => inner.semi_joins(),
            Condition::InQuery { .. } => 1,
            Condition::Compare { .. } | Condition::In { .. } | Condition::Includes { .. } => 0,
        }
    }

    /// Whether an IN with a query stands anywhere under an OR.
    pub(crate) fn semi_join_under_or(&self) -> bool {
        match self {
            Condition::Or(_) => self.semi_joins() > 0,
            Condition::And(terms) => terms.iter().any(Condition::semi_join_under_or),
            Condition::Not(inner) => inner.semi_join_under_or(),
            Condition::Compare { .. }
            | Condition::In { .. }
            | Condition::InQuery { .. }
            | Condition::Includes { .. } => false,
        }
    }
}

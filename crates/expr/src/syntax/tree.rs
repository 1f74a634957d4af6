//! The compiled form of a template.

use crate::error::CompileError;
use crate::filters::Filter;
use crate::functions::Function;
use crate::predicates::Predicate;
use crate::prepared::Prepared;
use crate::template::Reference;
use crate::value::Value;

/// A compiled template.
#[derive(Debug, Default)]
pub(crate) struct Program {
    pub(crate) body: Body,
    pub(crate) macros: Vec<Macro>,
    pub(crate) blocks: Vec<(Box<str>, Body)>,
    pub(crate) references: Vec<Reference>,
    /// Errors that rendering would run into only if it came by.
    pub(crate) problems: Vec<CompileError>,
    /// A guess at the length of the rendered text, in bytes.
    pub(crate) size_hint: usize,
}

/// A stretch of a template.
#[derive(Debug, Default)]
pub(crate) struct Body {
    pub(crate) nodes: Box<[Node]>,
    /// How deep expressions and tags nest in it.
    pub(crate) depth: u16,
}

#[derive(Debug)]
pub(crate) struct Macro {
    pub(crate) name: Box<str>,
    pub(crate) parameters: Box<[(Box<str>, Option<Expr>)]>,
    pub(crate) body: Body,
}

#[derive(Debug)]
pub(crate) enum Node {
    Text(Box<str>),
    Print {
        value: Expr,
        escape: Escape,
    },
    If {
        branches: Box<[(Expr, Body)]>,
        otherwise: Body,
    },
    For(Box<For>),
    Set {
        name: Box<str>,
        value: Expr,
    },
    /// Index into `Program::blocks`.
    Block(usize),
    /// A tag whose body is rendered as it is.
    Plain(Body),
    /// Evaluated for its errors only.
    Check(Expr),
}

#[derive(Debug)]
pub(crate) struct For {
    pub(crate) variable: Box<str>,
    pub(crate) items: Expr,
    pub(crate) body: Body,
    pub(crate) otherwise: Body,
    pub(crate) uses_loop: bool,
}

/// Whether a printed value is escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escape {
    /// As `Env::autoescape` says.
    AsEnv,
    Never,
    With(crate::escaping::Strategy),
}

#[derive(Debug)]
pub(crate) struct Expr {
    pub(crate) kind: ExprKind,
    /// Where it stands, in bytes from the start of the source.
    pub(crate) offset: u32,
    /// How deep it nests.
    pub(crate) depth: u16,
}

#[derive(Debug)]
pub(crate) enum ExprKind {
    Const(Value<'static>),
    /// A name that only the context can define.
    Global(Box<str>),
    /// A name that a tag may have set.
    Variable(Box<str>),
    Attribute {
        object: Box<Expr>,
        name: Box<str>,
    },
    Index {
        object: Box<Expr>,
        key: Box<Expr>,
    },
    Method {
        object: Box<Expr>,
        name: Box<str>,
        arguments: Box<[Expr]>,
    },
    Not(Box<Expr>),
    Minus(Box<Expr>),
    Plus(Box<Expr>),
    Arithmetic(Arithmetic, Box<(Expr, Expr)>),
    Comparison(Comparison, Box<(Expr, Expr)>),
    Equal {
        negated: bool,
        sides: Box<(Expr, Expr)>,
    },
    And(Box<(Expr, Expr)>),
    Or(Box<(Expr, Expr)>),
    Contains(Box<(Expr, Expr)>),
    Range(Box<(Expr, Expr)>),
    Concat(Box<[Expr]>),
    Ternary(Box<(Expr, Expr, Expr)>),
    Filter(Box<FilterCall>),
    Test(Box<TestCall>),
    Call(Box<FunctionCall>),
    List(Box<[Expr]>),
    Map(Box<[(Expr, Expr)]>),
    /// A rendered stretch of template, as text.
    Capture(Body),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Less,
    Greater,
    AtMost,
    AtLeast,
}

#[derive(Debug)]
pub(crate) struct FilterCall {
    pub(crate) input: Expr,
    pub(crate) name: Box<str>,
    /// `None`: there is no such filter.
    pub(crate) filter: Option<&'static Filter>,
    pub(crate) arguments: Bound,
    /// Where the filter's name stands.
    pub(crate) offset: u32,
    /// What could be worked out from constant arguments.
    pub(crate) prepared: Prepared,
}

#[derive(Debug)]
pub(crate) struct TestCall {
    pub(crate) input: Expr,
    pub(crate) name: Box<str>,
    pub(crate) test: Option<&'static Predicate>,
    pub(crate) negated: bool,
    pub(crate) offset: u32,
}

#[derive(Debug)]
pub(crate) struct FunctionCall {
    pub(crate) name: Box<str>,
    /// `None`: a macro, or nothing.
    pub(crate) function: Option<&'static Function>,
    /// For a function.
    pub(crate) bound: Bound,
    /// For anything else.
    pub(crate) arguments: Arguments,
}

/// Arguments put in the order of the parameters that they are for.
#[derive(Debug, Default)]
pub(crate) struct Bound {
    pub(crate) slots: Box<[Option<Expr>]>,
    /// Why they do not fit; an error when the call is reached.
    pub(crate) problem: Option<String>,
}

/// Arguments as written.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    pub(crate) positional: Vec<Expr>,
    pub(crate) named: Vec<(Box<str>, Expr)>,
}

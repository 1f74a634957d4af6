//! Builds the tree: Pebble's grammar with Pebble's precedences.

use std::collections::HashSet;

use super::MAX_DEPTH;
use super::token::{Kind, Operator, Token, UNARY_PRECEDENCE};
use super::tree::{
    Arguments, Arithmetic, Body, Bound, Comparison, Escape, Expr, ExprKind, FilterCall,
    FunctionCall, Node, Program, TestCall,
};
use crate::error::{CompileError, Edit, closest};
use crate::template::Reference;
use crate::value::Value;
use crate::{filters, functions, predicates};

/// Trees deeper than this are refused: a chain of operators counts one for each.
const MAX_TREE: u16 = 200;

/// Builds the tree of a template.
pub(crate) fn parse(source: &str, tokens: &[Token<'_>]) -> Result<Program, CompileError> {
    let has_tags = tokens.iter().any(|token| matches!(token.kind, Kind::Tag(_)));
    let mut parser = Parser {
        source,
        tokens,
        at: 0,
        nesting: 0,
        has_tags,
        program: Program::default(),
        scopes: vec![HashSet::new()],
        in_macro: false,
        unknown_functions: Vec::new(),
        escape: Escape::AsEnv,
    };
    let body = parser.body(&[], 0)?;
    parser.program.body = body;
    parser.note_unknown_functions();
    parser.program.size_hint = size_hint(&parser.program.body);
    Ok(parser.program)
}

fn size_hint(body: &Body) -> usize {
    let size = |node: &Node| match node {
        Node::Text(text) => text.len(),
        _ => 16,
    };
    body.nodes.iter().map(size).sum()
}

pub(super) struct Parser<'s, 't> {
    pub(super) source: &'s str,
    tokens: &'t [Token<'s>],
    at: usize,
    nesting: u16,
    has_tags: bool,
    pub(super) program: Program,
    /// Names that tags have set so far, innermost scope last.
    pub(super) scopes: Vec<HashSet<Box<str>>>,
    /// In a macro, names never reach the context.
    pub(super) in_macro: bool,
    /// Called names that are no functions, and where; macros among them may come later.
    unknown_functions: Vec<(&'s str, usize)>,
    pub(super) escape: Escape,
}

pub(super) type Parsed<T> = Result<T, CompileError>;

impl<'s, 't> Parser<'s, 't> {
    pub(super) fn peek(&self) -> &'t Token<'s> {
        // The last token is `End`, and is never passed.
        &self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    pub(super) fn next(&mut self) -> &'t Token<'s> {
        let token = self.peek();
        self.at += 1;
        token
    }

    pub(super) fn error(&self, offset: usize, message: impl Into<String>) -> CompileError {
        CompileError::new(self.source, offset, message)
    }

    /// What stands here is not what the grammar wants.
    pub(super) fn unexpected(&self, wanted: &str) -> CompileError {
        let token = self.peek();
        let error = self
            .error(token.start, format!("{wanted} is wanted here, not {}", token.kind.describe()));
        let edit = |replacement: &str| {
            Some(Edit { start: token.start, end: token.end, replacement: replacement.into() })
        };
        match &token.kind {
            Kind::Punctuation(b'=') => error.suggest("to compare, write `==`", edit("==")),
            Kind::Name(name @ ("AND" | "OR" | "NOT" | "And" | "Or" | "Not")) => {
                let lower = name.to_lowercase();
                error.suggest(format!("write `{lower}`"), edit(&lower))
            }
            Kind::Name("eq") => error.suggest("write `==`", edit("==")),
            Kind::Name("matches" | "in" | "starts" | "ends" | "xor") => {
                error.suggest("there is no such operator; `contains` searches text and lists", None)
            }
            Kind::Operator(Operator::Pipe) => {
                error.suggest("to combine conditions, write `or`", None)
            }
            Kind::Punctuation(b'?') => error.suggest("write `| default(…)`", None),
            _ => error,
        }
    }

    pub(super) fn is_punctuation(&self, byte: u8) -> bool {
        self.peek().kind == Kind::Punctuation(byte)
    }

    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let found = self.is_punctuation(byte);
        self.at += usize::from(found);
        found
    }

    pub(super) fn expect(&mut self, byte: u8) -> Parsed<()> {
        if self.eat(byte) {
            return Ok(());
        }
        Err(self.unexpected(&format!("`{}`", char::from(byte))))
    }

    pub(super) fn expect_kind(&mut self, kind: &Kind<'_>, wanted: &str) -> Parsed<()> {
        if self.peek().kind != *kind {
            return Err(self.unexpected(wanted));
        }
        self.at += 1;
        Ok(())
    }

    pub(super) fn expect_name(&mut self, wanted: &str) -> Parsed<(&'s str, usize)> {
        let token = self.peek();
        let Kind::Name(name) = token.kind else { return Err(self.unexpected(wanted)) };
        self.at += 1;
        Ok((name, token.start))
    }

    fn deeper(&mut self, offset: usize) -> Parsed<()> {
        self.nesting += 1;
        if self.nesting > MAX_DEPTH {
            return Err(self.error(offset, format!("nested deeper than {MAX_DEPTH} levels")));
        }
        Ok(())
    }

    /// Parses up to one of the tags in `until`, which is left to be read; `open` is where the tag
    /// stands that it closes.
    pub(super) fn body(&mut self, until: &[&str], open: usize) -> Parsed<Body> {
        self.deeper(open)?;
        let mut nodes = Vec::new();
        loop {
            let token = self.peek();
            match &token.kind {
                Kind::Text(text) => {
                    self.at += 1;
                    nodes.push(Node::Text((*text).into()));
                }
                Kind::PrintStart => {
                    self.at += 1;
                    nodes.push(self.print()?);
                }
                Kind::Tag(name) if until.contains(name) => break,
                Kind::Tag(_) => nodes.extend(self.tag()?),
                Kind::End if until.is_empty() => break,
                Kind::End => {
                    let end = until.last().unwrap_or(&"");
                    let error = self.error(open, "this tag is opened and never closed");
                    return Err(error.suggest(format!("add `{{% {end} %}}`"), None));
                }
                _ => return Err(self.unexpected("text or a tag")),
            }
        }
        self.nesting -= 1;
        let depth = 1 + nodes.iter().map(node_depth).max().unwrap_or(0);
        Ok(Body { nodes: nodes.into(), depth })
    }

    fn print(&mut self) -> Parsed<Node> {
        let value = self.expression()?;
        self.expect_kind(&Kind::PrintEnd, "an operator or `}}`")?;
        let escape = if is_safe(&value) { Escape::Never } else { self.escape };
        Ok(Node::Print { value, escape })
    }

    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        self.binding(0)
    }

    /// Parses an expression whose operators bind at least as tightly as `least`.
    fn binding(&mut self, least: u16) -> Parsed<Expr> {
        let start = self.peek().start;
        self.deeper(start)?;
        let mut left = self.operand()?;
        while let Kind::Operator(operator) = self.peek().kind {
            let Some(precedence) = operator.precedence() else { break };
            if precedence < least {
                break;
            }
            let offset = self.next().start;
            left = match operator {
                Operator::Pipe => self.filter(left)?,
                Operator::Is | Operator::IsNot => self.test(left, operator == Operator::IsNot)?,
                _ => {
                    let right = self.binding(precedence + 1)?;
                    self.binary(operator, left, right, offset)?
                }
            };
        }
        if least == 0 && self.is_punctuation(b'?') {
            let offset = self.next().start;
            let yes = self.expression()?;
            self.expect(b':')?;
            let no = self.expression()?;
            left = self.build(ExprKind::Ternary(Box::new((left, yes, no))), offset)?;
        }
        self.nesting -= 1;
        Ok(left)
    }

    fn binary(&self, operator: Operator, left: Expr, right: Expr, at: usize) -> Parsed<Expr> {
        if operator == Operator::Tilde {
            return self.concat(left, right, at);
        }
        let sides = Box::new((left, right));
        let kind = match operator {
            Operator::Or => ExprKind::Or(sides),
            Operator::And => ExprKind::And(sides),
            Operator::Contains => ExprKind::Contains(sides),
            Operator::Equal | Operator::Equals => ExprKind::Equal { negated: false, sides },
            Operator::NotEqual => ExprKind::Equal { negated: true, sides },
            Operator::Less => ExprKind::Comparison(Comparison::Less, sides),
            Operator::Greater => ExprKind::Comparison(Comparison::Greater, sides),
            Operator::AtMost => ExprKind::Comparison(Comparison::AtMost, sides),
            Operator::AtLeast => ExprKind::Comparison(Comparison::AtLeast, sides),
            Operator::Plus => ExprKind::Arithmetic(Arithmetic::Add, sides),
            Operator::Minus => ExprKind::Arithmetic(Arithmetic::Subtract, sides),
            Operator::Times => ExprKind::Arithmetic(Arithmetic::Multiply, sides),
            Operator::Divide => ExprKind::Arithmetic(Arithmetic::Divide, sides),
            Operator::Modulo => ExprKind::Arithmetic(Arithmetic::Modulo, sides),
            Operator::Range => ExprKind::Range(sides),
            Operator::Tilde | Operator::Is | Operator::IsNot | Operator::Pipe | Operator::Not => {
                return Err(self.error(at, format!("`{}` has no place here", operator.symbol())));
            }
        };
        self.build(kind, at)
    }

    /// A chain of `~` becomes one node.
    fn concat(&self, left: Expr, right: Expr, at: usize) -> Parsed<Expr> {
        let mut parts = match left.kind {
            ExprKind::Concat(parts) => parts.into_vec(),
            _ => vec![left],
        };
        parts.push(right);
        self.build(ExprKind::Concat(parts.into()), at)
    }

    fn build(&self, kind: ExprKind, offset: usize) -> Parsed<Expr> {
        let depth = 1 + kind_depth(&kind);
        if depth > MAX_TREE {
            let message = format!("more than {MAX_TREE} operations in one expression");
            return Err(self.error(offset, message).suggest("split it with `{% set … %}`", None));
        }
        let offset = u32::try_from(offset).unwrap_or(u32::MAX);
        Ok(crate::folding::fold(Expr { kind, offset, depth }))
    }

    fn operand(&mut self) -> Parsed<Expr> {
        let token = self.peek();
        let offset = token.start;
        match &token.kind {
            Kind::Operator(operator @ (Operator::Not | Operator::Plus | Operator::Minus)) => {
                self.at += 1;
                let operand = Box::new(self.binding(UNARY_PRECEDENCE)?);
                let kind = match operator {
                    Operator::Not => ExprKind::Not(operand),
                    Operator::Plus => ExprKind::Plus(operand),
                    _ => ExprKind::Minus(operand),
                };
                self.build(kind, offset)
            }
            Kind::Punctuation(b'(') => {
                self.at += 1;
                let inner = self.expression()?;
                self.expect(b')')?;
                self.postfix(inner, None)
            }
            Kind::Punctuation(b'[') => self.list(),
            Kind::Punctuation(b'{') => self.map(),
            Kind::Name(name) => self.name(name),
            Kind::Long(number) => {
                self.at += 1;
                let number = self.build(ExprKind::Const(Value::Long(*number)), offset)?;
                self.postfix(number, None)
            }
            Kind::Double(number) => {
                self.at += 1;
                let number = self.build(ExprKind::Const(Value::Double(*number)), offset)?;
                self.postfix(number, None)
            }
            Kind::Str(text) => {
                self.at += 1;
                let text = self.build(ExprKind::Const(Value::string(text.as_str())), offset)?;
                self.postfix(text, None)
            }
            Kind::StrStart => {
                self.at += 1;
                let text = self.interpolated(offset)?;
                self.postfix(text, None)
            }
            _ => Err(self.unexpected("a value")),
        }
    }

    fn interpolated(&mut self, offset: usize) -> Parsed<Expr> {
        let mut parts = Vec::new();
        loop {
            let token = self.next();
            match &token.kind {
                Kind::Str(text) => {
                    let text = ExprKind::Const(Value::string(text.as_str()));
                    parts.push(self.build(text, token.start)?);
                }
                Kind::InterpolationStart => {
                    parts.push(self.expression()?);
                    self.expect_kind(&Kind::InterpolationEnd, "an operator or `}`")?;
                }
                _ => return self.build(ExprKind::Concat(parts.into()), offset),
            }
        }
    }

    fn name(&mut self, name: &'s str) -> Parsed<Expr> {
        let offset = self.next().start;
        let literal = match name {
            "true" | "TRUE" => Some(Value::Bool(true)),
            "false" | "FALSE" => Some(Value::Bool(false)),
            "null" | "NULL" | "none" | "NONE" => Some(Value::Null),
            _ => None,
        };
        if let Some(value) = literal {
            let literal = self.build(ExprKind::Const(value), offset)?;
            return self.postfix(literal, None);
        }
        if self.is_punctuation(b'(') {
            let call = self.call(name, offset)?;
            return self.postfix(call, None);
        }
        let set_by_tag = self.in_macro || self.scopes.iter().any(|names| names.contains(name));
        let reference = (!set_by_tag).then(|| {
            let root = name.into();
            let reference = Reference { root, attributes: Vec::new(), offset, called: false };
            self.program.references.push(reference);
            self.program.references.len() - 1
        });
        let kind = match self.has_tags {
            true => ExprKind::Variable(name.into()),
            false => ExprKind::Global(name.into()),
        };
        let name = self.build(kind, offset)?;
        self.postfix(name, reference)
    }

    fn note_problem(&mut self, offset: usize, message: String) {
        let problem = self.error(offset, message);
        self.program.problems.push(problem);
    }

    /// A name that is not known, with the one that may be meant.
    fn note_unknown<'n>(
        &mut self,
        what: &str,
        name: &str,
        offset: usize,
        known: impl Iterator<Item = &'n str>,
    ) {
        let mut problem = self.error(offset, format!("there is no {what} `{name}`"));
        if let Some(meant) = closest(name, known) {
            let end = offset + name.len();
            let edit = Edit { start: offset, end, replacement: meant.into() };
            problem = problem.suggest(format!("did you mean `{meant}`?"), Some(edit));
        }
        self.program.problems.push(problem);
    }

    fn note_unknown_functions(&mut self) {
        for (name, offset) in std::mem::take(&mut self.unknown_functions) {
            let is_macro = self.program.macros.iter().any(|known| *known.name == *name);
            if !is_macro && name != "block" {
                let known = functions::ALL.iter().map(|function| function.name);
                self.note_unknown("function", name, offset, known);
            }
        }
        self.program.problems.sort_by_key(|problem| problem.offset);
    }

    fn call(&mut self, name: &'s str, offset: usize) -> Parsed<Expr> {
        let arguments = self.arguments()?;
        let function = functions::find(name);
        let (bound, arguments) = match function {
            Some(function) => (bind(name, function.parameters, arguments), Arguments::default()),
            None => {
                self.unknown_functions.push((name, offset));
                (Bound::default(), arguments)
            }
        };
        if let Some(problem) = &bound.problem {
            self.note_problem(offset, problem.clone());
        }
        let call = FunctionCall { name: name.into(), function, bound, arguments };
        self.build(ExprKind::Call(Box::new(call)), offset)
    }

    /// What may follow an operand: `.name`, `.method(…)`, `[key]`. `reference` is the entry of the
    /// name at the head of the chain, as long as the chain is constant.
    fn postfix(&mut self, mut left: Expr, mut reference: Option<usize>) -> Parsed<Expr> {
        loop {
            let offset = self.peek().start;
            if self.eat(b'.') {
                let (name, offset) = self.expect_name("the name of an attribute")?;
                let called = self.is_punctuation(b'(');
                self.note(reference, name, called);
                if called {
                    reference = None;
                    left = self.method(left, name, offset)?;
                } else {
                    let kind = ExprKind::Attribute { object: Box::new(left), name: name.into() };
                    left = self.build(kind, offset)?;
                }
            } else if self.eat(b'[') {
                let key = self.expression()?;
                self.expect(b']')?;
                match &key.kind {
                    ExprKind::Const(Value::Str(name)) => self.note(reference, name, false),
                    _ => reference = None,
                }
                let kind = ExprKind::Index { object: Box::new(left), key: Box::new(key) };
                left = self.build(kind, offset)?;
            } else if self.is_punctuation(b'(') {
                return Err(self.error(offset, "only functions and methods can be called"));
            } else {
                return Ok(left);
            }
        }
    }

    fn note(&mut self, reference: Option<usize>, attribute: &str, called: bool) {
        if let Some(reference) = reference.and_then(|at| self.program.references.get_mut(at)) {
            reference.attributes.push(attribute.into());
            reference.called = called;
        }
    }

    fn method(&mut self, object: Expr, name: &str, offset: usize) -> Parsed<Expr> {
        let arguments = self.arguments()?;
        if !arguments.named.is_empty() {
            return Err(self.error(offset, format!("the method `{name}` takes no named arguments")));
        }
        let kind = ExprKind::Method {
            object: Box::new(object),
            name: name.into(),
            arguments: arguments.positional.into(),
        };
        self.build(kind, offset)
    }

    fn list(&mut self) -> Parsed<Expr> {
        let offset = self.next().start;
        let mut items = Vec::new();
        if !self.eat(b']') {
            loop {
                items.push(self.expression()?);
                if self.eat(b']') {
                    break;
                }
                self.expect(b',')?;
            }
        }
        self.build(ExprKind::List(items.into()), offset)
    }

    fn map(&mut self) -> Parsed<Expr> {
        let offset = self.next().start;
        let mut entries = Vec::new();
        if !self.eat(b'}') {
            loop {
                let key = self.expression()?;
                self.expect(b':')?;
                entries.push((key, self.expression()?));
                if self.eat(b'}') {
                    break;
                }
                self.expect(b',')?;
            }
        }
        self.build(ExprKind::Map(entries.into()), offset)
    }

    /// `( … )`, positional arguments first.
    pub(super) fn arguments(&mut self) -> Parsed<Arguments> {
        self.expect(b'(')?;
        let mut arguments = Arguments::default();
        if self.eat(b')') {
            return Ok(arguments);
        }
        loop {
            let token = self.peek();
            let named = self.tokens.get(self.at + 1).map(|next| &next.kind);
            match token.kind {
                Kind::Name(name) if named == Some(&Kind::Punctuation(b'=')) => {
                    self.at += 2;
                    arguments.named.push((name.into(), self.expression()?));
                }
                _ if !arguments.named.is_empty() => {
                    let message = "arguments without a name come before those with one";
                    return Err(self.error(token.start, message));
                }
                _ => arguments.positional.push(self.expression()?),
            }
            if self.eat(b')') {
                return Ok(arguments);
            }
            self.expect(b',')?;
        }
    }

    fn optional_arguments(&mut self) -> Parsed<Arguments> {
        if self.is_punctuation(b'(') { self.arguments() } else { Ok(Arguments::default()) }
    }

    /// What stands after a `|`.
    fn filter(&mut self, input: Expr) -> Parsed<Expr> {
        let (name, offset) = self.expect_name("the name of a filter")?;
        let arguments = self.optional_arguments()?;
        self.apply_filter(input, name, offset, arguments)
    }

    fn apply_filter(
        &mut self,
        input: Expr,
        name: &str,
        offset: usize,
        arguments: Arguments,
    ) -> Parsed<Expr> {
        let filter = filters::find(name);
        let arguments = match filter {
            Some(filter) => bind(name, Some(filter.parameters), arguments),
            None => {
                self.note_unknown("filter", name, offset, filters::ALL.iter().map(|one| one.name));
                Bound::default()
            }
        };
        if let Some(problem) = &arguments.problem {
            self.note_problem(offset, problem.clone());
        }
        let constants: Vec<Option<&Value<'static>>> =
            arguments.slots.iter().map(|slot| constant(slot.as_ref())).collect();
        let prepared = filter
            .and_then(|filter| filter.prepare)
            .and_then(|prepare| prepare(&constants))
            .unwrap_or_default();
        let at = u32::try_from(offset).unwrap_or(u32::MAX);
        let name = name.into();
        let call = FilterCall { input, name, filter, arguments, offset: at, prepared };
        self.build(ExprKind::Filter(Box::new(call)), offset)
    }

    /// The filters of a `{% filter a | b(1) %}` tag, up to its end.
    pub(super) fn filter_chain(&mut self) -> Parsed<Vec<(&'s str, usize, Arguments)>> {
        let mut chain = Vec::new();
        loop {
            let (name, offset) = self.expect_name("the name of a filter")?;
            chain.push((name, offset, self.optional_arguments()?));
            if self.peek().kind != Kind::Operator(Operator::Pipe) {
                return Ok(chain);
            }
            self.at += 1;
        }
    }

    pub(super) fn filtered(
        &mut self,
        body: Body,
        offset: usize,
        chain: Vec<(&'s str, usize, Arguments)>,
    ) -> Parsed<Expr> {
        let mut value = self.build(ExprKind::Capture(body), offset)?;
        for (name, offset, arguments) in chain {
            value = self.apply_filter(value, name, offset, arguments)?;
        }
        Ok(value)
    }

    /// What stands after `is` or `is not`.
    fn test(&mut self, input: Expr, negated: bool) -> Parsed<Expr> {
        let (name, offset) = self.expect_name("the name of a test")?;
        self.optional_arguments()?;
        let at = u32::try_from(offset).unwrap_or(u32::MAX);
        let test = predicates::find(name);
        if test.is_none() {
            self.note_unknown("test", name, offset, predicates::ALL.iter().map(|one| one.name));
        }
        let call = TestCall { input, name: name.into(), test, negated, offset: at };
        self.build(ExprKind::Test(Box::new(call)), offset)
    }
}

fn constant(slot: Option<&Expr>) -> Option<&Value<'static>> {
    match slot.map(|expr| &expr.kind) {
        Some(ExprKind::Const(value)) => Some(value),
        _ => None,
    }
}

/// Puts arguments in the order of the parameters. Without a list of parameters the positional ones
/// are taken as they come; with an empty one they are not looked at.
fn bind(name: &str, parameters: Option<&[&str]>, arguments: Arguments) -> Bound {
    let Some(parameters) = parameters else {
        let slots = arguments.positional.into_iter().map(Some).collect();
        return Bound { slots, problem: None };
    };
    if parameters.is_empty() {
        return Bound::default();
    }
    let problem = misfit(name, parameters, &arguments);
    let mut slots: Vec<Option<Expr>> = Vec::new();
    slots.resize_with(parameters.len(), || None);
    for (slot, argument) in slots.iter_mut().zip(arguments.positional) {
        *slot = Some(argument);
    }
    for (name, argument) in arguments.named {
        if let Some(at) = parameters.iter().position(|&parameter| *parameter == *name) {
            slots[at] = Some(argument);
        }
    }
    Bound { slots: slots.into(), problem }
}

fn misfit(name: &str, parameters: &[&str], arguments: &Arguments) -> Option<String> {
    if arguments.positional.len() > parameters.len() {
        let most = parameters.len();
        let given = arguments.positional.len();
        return Some(format!("`{name}` takes at most {most} argument(s), and is given {given}"));
    }
    let stray = arguments.named.iter().find(|(named, _)| !parameters.contains(&&**named))?;
    let known = parameters.join("`, `");
    Some(format!("`{name}` has no argument named `{}`; it has `{known}`", stray.0))
}

/// Whether Pebble takes an expression to be safe as it is written.
fn is_safe(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Const(Value::Str(_)))
}

fn node_depth(node: &Node) -> u16 {
    match node {
        Node::Text(_) | Node::Block(_) => 0,
        Node::Print { value, .. } | Node::Set { value, .. } | Node::Check(value) => value.depth,
        Node::If { branches, otherwise } => branches
            .iter()
            .map(|(condition, body)| condition.depth.max(body.depth))
            .fold(otherwise.depth, u16::max),
        Node::For(node) => node.items.depth.max(node.body.depth).max(node.otherwise.depth),
        Node::Plain(body) => body.depth,
    }
}

fn kind_depth(kind: &ExprKind) -> u16 {
    let deepest = |exprs: &[Expr]| exprs.iter().map(|expr| expr.depth).max().unwrap_or(0);
    let slots =
        |bound: &Bound| bound.slots.iter().flatten().map(|expr| expr.depth).max().unwrap_or(0);
    match kind {
        ExprKind::Const(_) | ExprKind::Global(_) | ExprKind::Variable(_) => 0,
        ExprKind::Attribute { object, .. } => object.depth,
        ExprKind::Index { object, key } => object.depth.max(key.depth),
        ExprKind::Method { object, arguments, .. } => object.depth.max(deepest(arguments)),
        ExprKind::Not(operand) | ExprKind::Minus(operand) | ExprKind::Plus(operand) => {
            operand.depth
        }
        ExprKind::Arithmetic(_, sides)
        | ExprKind::Comparison(_, sides)
        | ExprKind::Equal { sides, .. }
        | ExprKind::And(sides)
        | ExprKind::Or(sides)
        | ExprKind::Contains(sides)
        | ExprKind::Range(sides) => sides.0.depth.max(sides.1.depth),
        ExprKind::Concat(parts) | ExprKind::List(parts) => deepest(parts),
        ExprKind::Ternary(parts) => parts.0.depth.max(parts.1.depth).max(parts.2.depth),
        ExprKind::Filter(call) => call.input.depth.max(slots(&call.arguments)),
        ExprKind::Test(call) => call.input.depth,
        ExprKind::Call(call) => {
            let named = call.arguments.named.iter().map(|(_, expr)| expr.depth).max();
            slots(&call.bound).max(deepest(&call.arguments.positional)).max(named.unwrap_or(0))
        }
        ExprKind::Map(entries) => {
            entries.iter().map(|(key, value)| key.depth.max(value.depth)).max().unwrap_or(0)
        }
        ExprKind::Capture(body) => body.depth,
    }
}

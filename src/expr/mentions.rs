//! What an expression mentions: the names, which make the dependency graph, and the fields and functions, which
//! `lint` holds against what there is.

use super::Shape;
use cel::common::ast::{Expr as Ast, LiteralValue, SourceInfo};
use cel::parser::Expression;
use std::collections::BTreeMap;
use std::ops::Range;

/// One name that an expression mentions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The name.
    pub name: String,
    /// Only asked after: `found(name)`. Then its absence is an answer, not an obstacle.
    pub asked: bool,
    /// Where, as a range of bytes in the expression.
    pub at: Range<usize>,
}

/// A field that is read from a document of known shape but that it does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownField {
    /// The field.
    pub field: String,
    /// The fields that there are.
    pub known: Vec<String>,
    /// Where, as a range of bytes in the expression.
    pub at: Range<usize>,
}

/// Everything an expression mentions.
pub struct Mentions {
    names: Vec<Mention>,
    functions: Vec<(String, Range<usize>)>,
    fields: Vec<(String, Option<String>)>,
    tree: Expression,
    offsets: BTreeMap<u64, (usize, usize)>,
    source: String,
}

/// How the place around a name uses it.
#[derive(Clone, Copy, PartialEq)]
enum Used {
    /// `found(name)`
    Asked,
    /// `name.field`
    Selected,
    /// In any other way.
    Whole,
}

/// The functions that an expression may call, operators aside.
pub const FUNCTIONS: &[&str] = &[
    "found",
    "grants",
    "unknown",
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "int",
    "uint",
    "double",
    "string",
    "bytes",
    "bool",
    "dyn",
    "type",
    "orValue",
    "hasValue",
    "value",
    "or",
    "charAt",
    "indexOf",
    "join",
    "lastIndexOf",
    "lowerAscii",
    "quote",
    "replace",
    "reverse",
    "split",
    "substring",
    "trim",
    "upperAscii",
    "format",
    "min",
    "max",
];

/// Reads off `program` what it mentions.
pub(super) fn of(program: &cel::Program) -> Mentions {
    let info = program.source_info();
    let mut mentions = Mentions {
        names: Vec::new(),
        functions: Vec::new(),
        fields: Vec::new(),
        tree: program.expression().clone(),
        offsets: BTreeMap::new(),
        source: info.source.clone(),
    };
    let tree = mentions.tree.clone();
    mentions.walk(&tree, info, &mut Vec::new(), Used::Whole);
    mentions
}

impl Mentions {
    /// The names, in the order they are written.
    pub fn names(&self) -> &[Mention] {
        &self.names
    }

    /// The functions that are called but that there are not.
    pub fn unknown_functions(&self) -> impl Iterator<Item = &(String, Range<usize>)> {
        self.functions
            .iter()
            .filter(|(name, _)| !FUNCTIONS.contains(&name.as_str()))
    }

    fn walk(&mut self, node: &Expression, info: &SourceInfo, bound: &mut Vec<String>, used: Used) {
        let (asked, selected) = (used == Used::Asked, used == Used::Selected);
        if let Some((start, stop)) = info.offset_for(node.id) {
            self.offsets.insert(node.id, (start as usize, stop as usize));
        }
        match &node.expr {
            Ast::Ident(name) => {
                if !name.starts_with('@') && !bound.iter().any(|b| b == name) {
                    if !selected && !asked {
                        self.fields.push((name.clone(), None));
                    }
                    let at = self.place(node.id, name);
                    self.names.push(Mention {
                        name: name.clone(),
                        asked,
                        at,
                    });
                }
            }
            Ast::Select(select) => {
                self.note_field(&select.operand, Some(&select.field), bound);
                self.walk(&select.operand, info, bound, Used::Selected);
            }
            Ast::Call(call) => {
                if is_word(&call.func_name) {
                    let at = self.place(node.id, &call.func_name);
                    self.functions.push((call.func_name.clone(), at));
                }
                let asks = call.func_name == "found";
                if let Some(target) = &call.target {
                    self.walk(target, info, bound, Used::Whole);
                }
                for arg in &call.args {
                    self.walk(arg, info, bound, if asks { Used::Asked } else { Used::Whole });
                }
            }
            Ast::List(list) => {
                for item in &list.elements {
                    self.walk(item, info, bound, Used::Whole);
                }
            }
            Ast::Map(map) => {
                for entry in &map.entries {
                    if let cel::common::ast::EntryExpr::MapEntry(entry) = &entry.expr {
                        self.walk(&entry.key, info, bound, Used::Whole);
                        self.walk(&entry.value, info, bound, Used::Whole);
                    }
                }
            }
            Ast::Comprehension(c) => {
                self.walk(&c.iter_range, info, bound, Used::Whole);
                self.walk(&c.accu_init, info, bound, Used::Whole);
                let depth = bound.len();
                bound.push(c.iter_var.clone());
                bound.extend(c.iter_var2.clone());
                bound.push(c.accu_var.clone());
                self.walk(&c.loop_cond, info, bound, Used::Whole);
                self.walk(&c.loop_step, info, bound, Used::Whole);
                self.walk(&c.result, info, bound, Used::Whole);
                bound.truncate(depth);
            }
            Ast::Struct(_) | Ast::Literal(_) | Ast::Unspecified => {}
        }
    }

    /// The top-level fields of `name` that are read; `None` when it is used as a whole.
    pub fn fields_of(&self, name: &str) -> Option<Vec<&str>> {
        let mut fields = Vec::new();
        for (_, field) in self.fields.iter().filter(|(of, _)| of == name) {
            fields.push(field.as_deref()?);
        }
        Some(fields)
    }

    fn note_field(&mut self, operand: &Expression, field: Option<&str>, bound: &[String]) {
        if let Ast::Ident(name) = &operand.expr
            && !bound.iter().any(|b| b == name)
        {
            self.fields.push((name.clone(), field.map(str::to_owned)));
        }
    }

    /// The bytes of `word` in the source, at or after where the parser says its node is.
    fn place(&self, id: u64, word: &str) -> Range<usize> {
        let (start, stop) = self.offsets.get(&id).copied().unwrap_or((0, 0));
        let start = floor(&self.source, start);
        let found = self.source[start..]
            .find(word)
            .map(|i| start + i)
            .or_else(|| self.source[..floor(&self.source, stop + word.len())].rfind(word));
        match found {
            Some(at) => at..at + word.len(),
            None => start..start + super::word_length(&self.source[start..]),
        }
    }

    /// The fields that are read from names of known shape but that those do not have.
    pub fn unknown_fields<'a>(&self, shape_of: &dyn Fn(&str) -> Option<&'a Shape>) -> Vec<UnknownField> {
        let mut found = Vec::new();
        self.infer(&self.tree, &mut Vec::new(), shape_of, &mut found);
        found
    }

    fn infer<'a>(
        &self,
        node: &Expression,
        bound: &mut Vec<(String, Shape)>,
        shape_of: &dyn Fn(&str) -> Option<&'a Shape>,
        found: &mut Vec<UnknownField>,
    ) -> Shape {
        match &node.expr {
            Ast::Ident(name) => bound
                .iter()
                .rev()
                .find(|(b, _)| b == name)
                .map(|(_, shape)| shape.clone())
                .or_else(|| shape_of(name).cloned())
                .unwrap_or(Shape::Any),
            Ast::Select(select) => {
                let of = self.infer(&select.operand, bound, shape_of, found);
                self.field(&of, &select.field, node.id, found)
            }
            Ast::Call(call) => {
                if let Some(target) = &call.target {
                    self.infer(target, bound, shape_of, found);
                }
                let args: Vec<Shape> = call
                    .args
                    .iter()
                    .map(|arg| self.infer(arg, bound, shape_of, found))
                    .collect();
                match (call.func_name.as_str(), call.args.as_slice()) {
                    ("_?._" | "_[_]" | "_[?_]", [_, key]) => match (&args[0], &key.expr) {
                        (of @ Shape::Object(_), Ast::Literal(LiteralValue::String(s))) => {
                            self.field(of, s.inner(), node.id, found)
                        }
                        (Shape::List(inner) | Shape::Map(inner), _) => (**inner).clone(),
                        _ => Shape::Any,
                    },
                    _ => Shape::Any,
                }
            }
            Ast::List(list) => {
                for item in &list.elements {
                    self.infer(item, bound, shape_of, found);
                }
                Shape::Any
            }
            Ast::Map(map) => {
                for entry in &map.entries {
                    if let cel::common::ast::EntryExpr::MapEntry(entry) = &entry.expr {
                        self.infer(&entry.value, bound, shape_of, found);
                    }
                }
                Shape::Any
            }
            Ast::Comprehension(c) => {
                let range = self.infer(&c.iter_range, bound, shape_of, found);
                let item = match range {
                    Shape::List(inner) => *inner,
                    // Over a map, the variable is the key.
                    Shape::Map(_) | Shape::Object(_) => Shape::Scalar,
                    _ => Shape::Any,
                };
                let depth = bound.len();
                bound.push((c.iter_var.clone(), item));
                bound.extend(c.iter_var2.clone().map(|v| (v, Shape::Any)));
                bound.push((c.accu_var.clone(), Shape::Any));
                self.infer(&c.loop_cond, bound, shape_of, found);
                self.infer(&c.loop_step, bound, shape_of, found);
                self.infer(&c.result, bound, shape_of, found);
                bound.truncate(depth);
                Shape::Any
            }
            Ast::Struct(_) | Ast::Literal(_) | Ast::Unspecified => Shape::Any,
        }
    }

    fn field(&self, of: &Shape, field: &str, id: u64, found: &mut Vec<UnknownField>) -> Shape {
        match of {
            Shape::Object(fields) => match fields.get(field) {
                Some(shape) => shape.clone(),
                None => {
                    found.push(UnknownField {
                        field: field.to_owned(),
                        known: fields.keys().cloned().collect(),
                        at: self.place(id, field),
                    });
                    Shape::Any
                }
            },
            Shape::Map(inner) => (**inner).clone(),
            Shape::Scalar => {
                found.push(UnknownField {
                    field: field.to_owned(),
                    known: Vec::new(),
                    at: self.place(id, field),
                });
                Shape::Any
            }
            Shape::List(_) | Shape::Any => Shape::Any,
        }
    }
}

/// Operators are calls too, with names such as `_==_`.
fn is_word(name: &str) -> bool {
    name.chars().next().is_some_and(char::is_alphabetic)
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::super::Expr;
    use super::*;
    use serde_json::json;

    #[test]
    fn names_are_free_names_and_say_how_they_are_used() {
        let expr = Expr::compile("found(stream) && handler.Mappings.exists(m, m.Arn == it.Arn)").unwrap();
        let m = expr.mentions();
        let names: Vec<(&str, bool)> = m.names().iter().map(|m| (m.name.as_str(), m.asked)).collect();
        assert_eq!(names, [("stream", true), ("handler", false), ("it", false)]);
        assert_eq!(m.names()[1].at, 17..24);
    }

    #[test]
    fn fields_are_followed_into_lists() {
        let shape = Shape::of(&json!({"Mappings": [{"Arn": null}], "Vars": {"*": null}}));
        let fields = |source: &str| {
            Expr::compile(source)
                .unwrap()
                .mentions()
                .unknown_fields(&|name| (name == "f").then_some(&shape))
                .into_iter()
                .map(|f| (f.field, f.at))
                .collect::<Vec<_>>()
        };
        assert!(fields("f.Mappings.exists(m, m.Arn == '')").is_empty());
        assert!(fields("f.Vars.ANY == '' && f.Vars.?OTHER.orValue('') == ''").is_empty());
        assert_eq!(
            fields("f.Mappings.exists(m, m.Arm == '')"),
            [("Arm".to_owned(), 23..26)]
        );
        assert_eq!(fields("f.Mapings.size() > 0"), [("Mapings".to_owned(), 2..9)]);
    }

    #[test]
    fn a_function_that_is_not_there_is_named() {
        let expr = Expr::compile("foud(x) || size(x) > 1").unwrap();
        let m = expr.mentions();
        let unknown: Vec<_> = m.unknown_functions().collect();
        assert_eq!(unknown, [&("foud".to_owned(), 0..4)]);
    }
}

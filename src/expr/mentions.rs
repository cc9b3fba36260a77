//! What an expression mentions: the names, which make the dependency graph, and the fields and functions, which
//! `lint` holds against what there is.

mod reads;
mod unknown;

pub use unknown::{Unknown, What};

use cel::common::ast::{Expr as Ast, SourceInfo};
use cel::parser::Expression;
use std::collections::BTreeMap;
use std::ops::Range;

/// One name that an expression mentions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The name.
    pub name: String,
    /// Only asked after: `found(name)`. Then its absence is an answer, not an obstacle.
    pub presence_only: bool,
    /// Where, as a range of bytes in the expression.
    pub at: Range<usize>,
}

/// Everything an expression mentions.
pub struct Mentions {
    names: Vec<Mention>,
    functions: Vec<(String, Range<usize>)>,
    fields: Vec<(String, FieldRead)>,
    tree: Expression,
    offsets: BTreeMap<u64, (usize, usize)>,
    source: String,
}

/// What is read of a name.
#[derive(Debug, Clone, PartialEq)]
enum FieldRead {
    /// All of it.
    Whole,
    /// A field.
    Field(String),
    /// A field of each of its items, one after another.
    OfItems(String),
    /// Nothing of its items but how many there are.
    Items,
}

/// A name that an expression binds by itself, for each item of a list.
struct BoundName {
    name: String,
    /// The resource that the list is, where it is one.
    of: Option<String>,
}

/// How the place around a name uses it.
#[derive(Clone, Copy, PartialEq)]
enum Used {
    /// `found(name)`
    Asked,
    /// `name.field`
    Selected,
    /// `name.exists(x, …)` and the like: what is read of its items is noted with them.
    Items,
    /// In any other way.
    Whole,
}

/// The functions that an expression may call, operators aside.
pub const FUNCTIONS: &[&str] = &[
    "found",
    "grants",
    "unknown",
    "shown",
    "compared",
    "difference",
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

    fn walk(&mut self, node: &Expression, info: &SourceInfo, bound: &mut Vec<BoundName>, used: Used) {
        let (presence_only, selected) = (used == Used::Asked, used == Used::Selected);
        if let Some((start, stop)) = info.offset_for(node.id) {
            self.offsets.insert(node.id, (start as usize, stop as usize));
        }
        match &node.expr {
            Ast::Ident(name) => {
                if let Some(local) = local(bound, name) {
                    if let (Some(list), false) = (&local.of, selected) {
                        self.fields.push((list.clone(), FieldRead::Whole));
                    }
                } else if !name.starts_with('@') {
                    if used == Used::Whole {
                        self.fields.push((name.clone(), FieldRead::Whole));
                    }
                    let at = self.place(node.id, name);
                    self.names.push(Mention {
                        name: name.clone(),
                        presence_only,
                        at,
                    });
                }
            }
            Ast::Select(select) => {
                self.note_field(&select.operand, &select.field, bound);
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
                let list = match &c.iter_range.expr {
                    Ast::Ident(name) if local(bound, name).is_none() && c.iter_var2.is_none() => Some(name.clone()),
                    _ => None,
                };
                if let Some(list) = &list {
                    self.fields.push((list.clone(), FieldRead::Items));
                }
                let used = if list.is_some() { Used::Items } else { Used::Whole };
                self.walk(&c.iter_range, info, bound, used);
                self.walk(&c.accu_init, info, bound, Used::Whole);
                let depth = bound.len();
                let unlisted = |name: &String| BoundName {
                    name: name.clone(),
                    of: None,
                };
                bound.push(BoundName {
                    name: c.iter_var.clone(),
                    of: list,
                });
                bound.extend(c.iter_var2.iter().map(unlisted));
                bound.push(unlisted(&c.accu_var));
                self.walk(&c.loop_cond, info, bound, Used::Whole);
                self.walk(&c.loop_step, info, bound, Used::Whole);
                self.walk(&c.result, info, bound, Used::Whole);
                bound.truncate(depth);
            }
            Ast::Struct(_) | Ast::Literal(_) | Ast::Unspecified => {}
        }
    }

    /// The top-level fields of the document `name` that are read; `None` when it is used as a whole.
    pub fn fields_of(&self, name: &str) -> Option<Vec<&str>> {
        let parts = self.parts_of(name).map(|part| match part {
            FieldRead::Field(field) => Some(field.as_str()),
            _ => None,
        });
        parts.collect()
    }

    /// The top-level fields that are read of the documents in the list `name`; `None` when one of them is used as a whole.
    pub fn fields_of_items(&self, name: &str) -> Option<Vec<&str>> {
        let parts = self.parts_of(name).filter_map(|part| match part {
            FieldRead::OfItems(field) => Some(Some(field.as_str())),
            FieldRead::Items => None,
            _ => Some(None),
        });
        parts.collect()
    }

    fn parts_of(&self, name: &str) -> impl Iterator<Item = &FieldRead> {
        self.fields
            .iter()
            .filter(move |(of, _)| of == name)
            .map(|(_, part)| part)
    }

    fn note_field(&mut self, operand: &Expression, field: &str, bound: &[BoundName]) {
        let Ast::Ident(name) = &operand.expr else {
            return;
        };
        match local(bound, name) {
            None => self.fields.push((name.clone(), FieldRead::Field(field.to_owned()))),
            Some(BoundName { of: Some(list), .. }) => {
                self.fields.push((list.clone(), FieldRead::OfItems(field.to_owned())))
            }
            Some(_) => {}
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
            None => start..start + super::place::word_length(&self.source[start..]),
        }
    }
}

/// What `name` is bound to by the expression itself: the innermost, where several have it.
fn local<'b>(bound: &'b [BoundName], name: &str) -> Option<&'b BoundName> {
    bound.iter().rev().find(|local| local.name == name)
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

    #[test]
    fn names_are_free_names_and_say_how_they_are_used() {
        let expr = Expr::compile("found(stream) && handler.Mappings.exists(m, m.Arn == it.Arn)").unwrap();
        let m = expr.mentions();
        let names: Vec<(&str, bool)> = m.names().iter().map(|m| (m.name.as_str(), m.presence_only)).collect();
        assert_eq!(names, [("stream", true), ("handler", false), ("it", false)]);
        assert_eq!(m.names()[1].at, 17..24);
    }

    #[test]
    fn of_a_list_the_fields_of_its_items_are_known_as_long_as_none_is_taken_whole() {
        let read = |source: &str| {
            let expr = Expr::compile(source).unwrap();
            let fields = expr.mentions().fields_of_items("roles")?;
            Some(fields.into_iter().map(str::to_owned).collect::<Vec<_>>().join(" "))
        };
        let known = |fields: &str| Some(fields.to_owned());
        assert_eq!(read("roles.exists(r, r.Arn == x.Arn && r.Trust.A)"), known("Arn Trust"));
        assert_eq!(read("roles.map(r, r.Name).size() > 1 && found(roles)"), known("Name"));
        assert_eq!(read("roles.exists(r, x.exists(y, y.Arn == r.Arn))"), known("Arn"));
        assert_eq!(
            read("roles.exists(r, r.Arn == '') && x.exists(r, r.Name == '')"),
            known("Arn")
        );
        // An inner `r` is another one.
        assert_eq!(read("roles.exists(r, x.exists(r, r.Name == ''))"), known(""));
        assert_eq!(read("roles.filter(r, r.Arn == '')[0].Name == ''"), None);
        assert_eq!(read("roles.exists(r, f(r))"), None);
        assert_eq!(read("roles[0].Arn == ''"), None);
        // Of one document, the variable would be a key.
        let expr = Expr::compile("roles.exists(r, r.Arn == '')").unwrap();
        assert_eq!(expr.mentions().fields_of("roles"), None);
    }

    #[test]
    fn a_function_that_is_not_there_is_named() {
        let expr = Expr::compile("foud(x) || size(x) > 1").unwrap();
        let m = expr.mentions();
        let unknown: Vec<_> = m.unknown_functions().collect();
        assert_eq!(unknown, [&("foud".to_owned(), 0..4)]);
    }
}

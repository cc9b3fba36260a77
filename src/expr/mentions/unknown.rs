//! Fields that a document of known shape does not have, and words that one of its fields is never.

use super::Mentions;
use crate::expr::Shape;
use cel::common::ast::{Expr as Ast, LiteralValue};
use cel::parser::Expression;
use std::ops::Range;

/// Something in an expression that a document of known shape never has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// What it is.
    pub what: What,
    /// The word.
    pub word: String,
    /// The words that there are.
    pub known: Vec<String>,
    /// Where, as a range of bytes in the expression.
    pub at: Range<usize>,
}

/// What a word stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A field that is read.
    Field,
    /// A value that a field is compared with.
    Value,
}

impl Mentions {
    /// What the expression asks of names of known shape that these never have: a comparison with such a value is never
    /// true, and nobody would notice.
    pub fn unknown<'a>(&self, shape_of: &dyn Fn(&str) -> Option<&'a Shape>) -> Vec<Unknown> {
        let mut found = Vec::new();
        self.infer(&self.tree, &mut Vec::new(), shape_of, &mut found);
        found
    }

    fn infer<'a>(
        &self,
        node: &Expression,
        bound: &mut Vec<(String, Shape)>,
        shape_of: &dyn Fn(&str) -> Option<&'a Shape>,
        found: &mut Vec<Unknown>,
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
                    ("_==_" | "_!=_", [left, right]) => {
                        self.compared(&args[0], right, found);
                        self.compared(&args[1], left, found);
                        Shape::Scalar
                    }
                    ("@in", [_, of]) => {
                        self.compared(&args[0], of, found);
                        Shape::Scalar
                    }
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

    /// Notes each text in `with` that a value of this shape never is.
    fn compared(&self, shape: &Shape, with: &Expression, found: &mut Vec<Unknown>) {
        let Shape::OneOf(words) = shape else { return };
        match &with.expr {
            Ast::List(list) => list.elements.iter().for_each(|item| self.compared(shape, item, found)),
            Ast::Literal(LiteralValue::String(text)) if !words.iter().any(|word| word == text.inner()) => {
                found.push(Unknown {
                    what: What::Value,
                    word: text.inner().to_owned(),
                    known: words.clone(),
                    at: self.place(with.id, text.inner()),
                });
            }
            _ => {}
        }
    }

    fn field(&self, of: &Shape, field: &str, id: u64, found: &mut Vec<Unknown>) -> Shape {
        match of {
            Shape::Object(fields) => match fields.get(field) {
                Some(shape) => shape.clone(),
                None => {
                    found.push(Unknown {
                        what: What::Field,
                        word: field.to_owned(),
                        known: fields.keys().cloned().collect(),
                        at: self.place(id, field),
                    });
                    Shape::Any
                }
            },
            Shape::Map(inner) => (**inner).clone(),
            Shape::Scalar | Shape::OneOf(_) => {
                found.push(Unknown {
                    what: What::Field,
                    word: field.to_owned(),
                    known: Vec::new(),
                    at: self.place(id, field),
                });
                Shape::Any
            }
            Shape::List(_) | Shape::Any => Shape::Any,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::Expr;
    use serde_json::json;

    #[test]
    fn fields_are_followed_into_lists() {
        let shape = Shape::of(&json!({"Mappings": [{"Arn": null}], "Vars": {"*": null}}));
        let fields = |source: &str| {
            Expr::compile(source)
                .unwrap()
                .mentions()
                .unknown(&|name| (name == "f").then_some(&shape))
                .into_iter()
                .map(|f| (f.word, f.at))
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
    fn a_value_that_a_field_never_has_is_found_in_every_comparison() {
        let words = vec!["pass".to_owned(), "fail".to_owned()];
        let shape = Shape::Object([("a.b".to_owned(), Shape::OneOf(words))].into_iter().collect());
        let values = |source: &str| {
            let expr = Expr::compile(source).unwrap();
            let unknown = expr.mentions().unknown(&|name| (name == "f").then_some(&shape));
            let values = unknown.into_iter().filter(|u| u.what == What::Value);
            values.map(|u| (u.word, u.at)).collect::<Vec<_>>()
        };
        for sound in [
            "f['a.b'] == 'pass'",
            "f['a.b'] in ['pass', 'fail']",
            "f['a.b'] == null",
            "g == 'pas'",
        ] {
            assert_eq!(values(sound), [], "{sound}");
        }
        for wrong in [
            "f['a.b'] == 'pas' || true",
            "'pas' != f['a.b']",
            "f['a.b'] in ['fail', 'pas']",
        ] {
            let at = wrong.find("pas").unwrap();
            assert_eq!(values(wrong), [("pas".to_owned(), at..at + 3)], "{wrong}");
        }
    }
}

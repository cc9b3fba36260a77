//! Fields that a document of known shape does not have.

use super::Mentions;
use crate::expr::Shape;
use cel::common::ast::{Expr as Ast, LiteralValue};
use cel::parser::Expression;
use std::ops::Range;

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

impl Mentions {
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
}

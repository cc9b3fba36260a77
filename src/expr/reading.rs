//! How an expression that makes a text reads when nothing has a value yet: what is written in it, and what it takes from
//! where.

use cel::common::ast::{Expr as Ast, LiteralValue};
use cel::parser::Expression;

/// A part of a text that an expression makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// Text as it is written.
    Text(String),
    /// A value: the name, and the fields on the way to it.
    Value {
        /// `machine`, `roleArn`
        path: Vec<String>,
        /// The value itself, and not something that is made of it.
        itself: bool,
    },
    /// What is made of each of several: the name, and the fields on the way to them.
    Each(Vec<String>),
    /// What has no reading.
    Other,
}

/// The texts that it can make: one, or one for each branch of a condition.
pub(super) fn readings(node: &Expression) -> Vec<Vec<Read>> {
    match &node.expr {
        Ast::Literal(LiteralValue::String(text)) => vec![vec![Read::Text(text.inner().to_owned())]],
        Ast::Call(call) => match (call.func_name.as_str(), call.target.as_deref(), call.args.as_slice()) {
            ("_?_:_", None, [_, yes, no]) => {
                let mut both = readings(yes);
                both.extend(readings(no));
                both
            }
            ("_+_", None, [left, right]) => {
                let right = readings(right);
                let join = |left: Vec<Read>| right.iter().map(move |right| [left.as_slice(), right].concat());
                readings(left).into_iter().flat_map(join).collect()
            }
            ("_[_]", None, _) => vec![vec![value(node)]],
            (_, Some(target), _) => vec![vec![made_of(target)]],
            _ => vec![vec![Read::Other]],
        },
        Ast::Comprehension(comprehension) => vec![vec![match made_of(&comprehension.iter_range) {
            Read::Value { path, .. } | Read::Each(path) => Read::Each(path),
            other => other,
        }]],
        _ => vec![vec![value(node)]],
    }
}

fn value(node: &Expression) -> Read {
    match path(node) {
        Some(path) => Read::Value { path, itself: true },
        None => Read::Other,
    }
}

/// What `node` is at its root; of a condition, the first branch.
fn made_of(node: &Expression) -> Read {
    match readings(node).into_iter().flatten().next() {
        Some(Read::Value { path, .. }) => Read::Value { path, itself: false },
        Some(each @ Read::Each(_)) => each,
        _ => Read::Other,
    }
}

fn path(node: &Expression) -> Option<Vec<String>> {
    match &node.expr {
        Ast::Ident(name) => Some(vec![name.clone()]),
        Ast::Select(select) => {
            let mut path = path(&select.operand)?;
            path.push(select.field.clone());
            Some(path)
        }
        Ast::Call(call) if call.func_name == "_[_]" => path(call.args.first()?),
        _ => None,
    }
}

//! What an expression reads by name, however deep, and the texts that it holds as they are.

use super::Mentions;
use cel::common::ast::{EntryExpr, Expr as Ast, LiteralValue};
use cel::parser::Expression;
use std::collections::BTreeSet;

/// A call that gives what it is called on, or what is in it.
const SAME: &[&str] = &["orValue", "value", "or"];

impl Mentions {
    /// The keys that lead to each value that is read of anything, one in the other: `A`, `B` of `x.A.B`, `x.A.?B`, `x["A"]["B"]`.
    /// Asking whether a key is there reads no value, and neither names it who goes through all of them.
    pub fn paths(&self) -> Vec<Vec<&str>> {
        let mut paths = Vec::new();
        visit(&self.tree, &mut |node| {
            let tested = matches!(&node.expr, Ast::Select(select) if select.test);
            if !tested && key_of(node).is_some() {
                paths.push(path(node));
            }
        });
        paths
    }

    /// Every text that the expression holds as it is.
    pub fn texts(&self) -> BTreeSet<&str> {
        let mut texts = BTreeSet::new();
        visit(&self.tree, &mut |node| texts.extend(text(node)));
        texts
    }
}

/// The key by which `node` reads of another.
fn key_of(node: &Expression) -> Option<(&Expression, &str)> {
    match &node.expr {
        Ast::Select(select) => Some((&select.operand, &select.field)),
        Ast::Call(call) => match (call.func_name.as_str(), call.args.as_slice()) {
            ("_?._" | "_[_]" | "_[?_]", [of, key]) => Some((of, text(key)?)),
            _ => None,
        },
        _ => None,
    }
}

/// The keys that lead to `node`, as far back as they are written.
fn path(node: &Expression) -> Vec<&str> {
    if let Some((of, key)) = key_of(node) {
        let mut path = path(of);
        path.push(key);
        return path;
    }
    match &node.expr {
        Ast::Call(call) if SAME.contains(&call.func_name.as_str()) => match &call.target {
            Some(target) => path(target),
            None => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn text(node: &Expression) -> Option<&str> {
    match &node.expr {
        Ast::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}

/// Shows `see` every part of `node`, and `node`.
fn visit<'e>(node: &'e Expression, see: &mut dyn FnMut(&'e Expression)) {
    see(node);
    match &node.expr {
        Ast::Select(select) => visit(&select.operand, see),
        Ast::Call(call) => {
            let parts = call.target.as_deref().into_iter().chain(&call.args);
            parts.for_each(|part| visit(part, see));
        }
        Ast::List(list) => list.elements.iter().for_each(|item| visit(item, see)),
        Ast::Map(map) => {
            for entry in &map.entries {
                if let EntryExpr::MapEntry(entry) = &entry.expr {
                    visit(&entry.key, see);
                    visit(&entry.value, see);
                }
            }
        }
        Ast::Comprehension(c) => {
            let parts = [&c.iter_range, &c.accu_init, &c.loop_cond, &c.loop_step, &c.result];
            parts.into_iter().for_each(|part| visit(part, see));
        }
        Ast::Ident(_) | Ast::Struct(_) | Ast::Literal(_) | Ast::Unspecified => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::expr::Expr;

    #[test]
    fn a_value_is_read_by_its_name_in_every_form_and_not_by_being_asked_for() {
        for (source, reads) in [
            ("f.Env.Vars.TABLE == ''", true),
            ("f.Env.Vars.?TABLE.orValue('') == ''", true),
            ("f.?Env.?Vars.?TABLE.orValue('') == ''", true),
            ("f.Env.?Vars.orValue({}).TABLE == ''", true),
            ("f['Env'].Vars['TABLE'].size() > 0", true),
            ("f.Env.Vars[?'TABLE'].hasValue()", true),
            ("fs.exists(x, x.Env.Vars.TABLE.contains('a'))", true),
            ("'TABLE' in f.Env.Vars", false),
            ("has(f.Env.Vars.TABLE)", false),
            ("f.Env.Vars.exists(n, n == 'TABLE' && f.Env.Vars[n] == '')", false),
            ("f.Env.Vars.TABLE_NAME == 'TABLE'", false),
            ("f.Vars.TABLE == '' || f.Env.TABLE == '' || TABLE == ''", false),
            ("f.Env.Vars.size() > 0", false),
        ] {
            let expr = Expr::compile(source).unwrap();
            let mut paths = expr.mentions().paths().into_iter();
            assert_eq!(
                paths.any(|path| path.ends_with(&["Env", "Vars", "TABLE"])),
                reads,
                "{source}"
            );
        }
    }

    #[test]
    fn texts_are_those_between_quotes() {
        let expr = Expr::compile("f.exists(x, x.A == 'one') || f['two'] in ['three', y]").unwrap();
        let texts: Vec<&str> = expr.mentions().texts().into_iter().collect();
        assert_eq!(texts, ["one", "three", "two"]);
    }
}

//! A lab's advice: what the course says of an error that a probe's evidence shows. One text, for the report and the book.

use super::argument::Compiled;
use super::diagnostics::Diagnostics;
use super::fix::{self, Fix};
use super::node::Node;
use super::reader::Reader;
use super::source::SourceFile;
use crate::expr::{Expr, Template};
use std::cell::RefCell;
use std::sync::Arc;

/// One line of advice. The first whose condition holds speaks.
#[derive(Debug)]
pub struct Advice {
    /// Its id, unique in its lab.
    pub id: String,
    /// What a reader sees in a log, a history or a response, for the book.
    pub symptom: String,
    /// When it applies: a condition on `error`, `hop`, `checks` and the lab's resources.
    pub when: Compiled<Expr>,
    /// What to report in place of the evidence's own neutral sentence.
    pub found: Option<Compiled<Template>>,
    /// How to fix it.
    pub fix: Fix,
    /// Why no fault of the lab shows it, where none does.
    pub unproved: Option<String>,
}

/// Reads `advice.yaml`.
pub(super) fn read(file: &Arc<SourceFile>, node: Node, diagnostics: &RefCell<Diagnostics>) -> Vec<Advice> {
    let reader = Reader {
        file: file.clone(),
        diagnostics,
    };
    let Some(mut fields) = reader.fields(node, "a lab's advice") else {
        return Vec::new();
    };
    let list = fields.require("advice");
    fields.finish();
    let mut read: Vec<Advice> = Vec::new();
    for node in list.map(|node| reader.list(node, "`advice`")).unwrap_or_default() {
        let at = node.at.start..node.at.start + 1;
        let Some(advice) = advice(&reader, node) else { continue };
        if read.iter().any(|earlier| earlier.id == advice.id) {
            reader.report(at, format!("advice `{}` is there twice", advice.id), "the second time");
        }
        read.push(advice);
    }
    read
}

fn advice(reader: &Reader, node: Node) -> Option<Advice> {
    let mut fields = reader.fields(node, "an advice")?;
    let id = fields.text("id");
    let symptom = fields.text("symptom");
    let when = fields.require("when").and_then(|n| reader.expr(&n));
    let found = fields.template("found");
    let fix = fields.require("fix").and_then(|n| fix::read(reader, n));
    let unproved = fields.take("unproved").and_then(|n| reader.text(&n, "`unproved`"));
    fields.finish();
    Some(Advice {
        id: id?,
        symptom: symptom?,
        when: when?,
        found,
        fix: fix?,
        unproved,
    })
}

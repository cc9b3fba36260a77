//! What an expression mentions, held against what there is where it stands.

use super::super::argument::Compiled;
use super::super::diagnostics::report;
use super::super::name::{arrival_of, closest, some_of};
use super::super::node;
use super::{BUILT_IN, LocalNames, OF_ADVICE, Resolver};
use crate::expr::{Expr, Mentions, Template, What};
use std::ops::Range;

impl Resolver<'_> {
    /// Whether a word that is not there may be in a file that could not be read, being no slip of the nearest that is there,
    /// or is what arrives at a hop that could not.
    pub(super) fn may_be_unread(&self, word: &str, near: Option<&str>) -> bool {
        const SLIP: usize = 2;
        let in_a_file = self.unread.steps && near.is_none_or(|near| strsim::damerau_levenshtein(word, near) > SLIP);
        in_a_file || self.unread.checks.iter().any(|id| arrival_of(id) == word)
    }

    pub(super) fn expr(&self, expr: &Compiled<Expr>, local: &LocalNames) {
        self.mentions(expr.value.mentions(), 0, expr.value.source(), expr, local);
    }

    pub(super) fn template(&self, template: &Compiled<Template>, local: &LocalNames) {
        for (offset, mentions) in template.value.mentions() {
            self.mentions(mentions, offset, template.value.source(), template, local);
        }
    }

    fn mentions<T>(&self, mentions: &Mentions, offset: usize, text: &str, of: &Compiled<T>, local: &LocalNames) {
        // The place in the file is found by following the text from where its value starts.
        let node = node::Node {
            value: node::Content::Scalar(serde_json::Value::Null),
            at: of.at..of.at,
        };
        let say = |at: &Range<usize>, message: String, label: String| {
            let inner = offset + at.start..offset + at.end;
            report(
                self.diagnostics,
                &of.file,
                node.inside(&of.file, text, &inner),
                message,
                label,
            );
        };
        let meant = |near: Option<&str>, else_say: &str| {
            near.map_or_else(|| else_say.to_owned(), |n| format!("did you mean `{n}`?"))
        };
        for mention in mentions.names() {
            let known = local
                .iter()
                .map(|(n, _)| n.as_str())
                .chain(self.shapes.keys().copied())
                .chain(BUILT_IN.iter().copied());
            if !known.clone().any(|k| k == mention.name) {
                let near = closest(&mention.name, known);
                if self.may_be_unread(&mention.name, near) {
                    continue;
                }
                let label = meant(near, "neither a resource of this lab nor a name that is known here");
                say(&mention.at, format!("there is no `{}` here", mention.name), label);
            }
        }
        for (name, at) in mentions.unknown_functions() {
            let label = meant(closest(name, crate::expr::mentions::FUNCTIONS.iter().copied()), "");
            say(at, format!("there is no function `{name}`"), label);
        }
        let shape_of = |name: &str| {
            local
                .iter()
                .rev()
                .find(|(n, _)| n == name)
                .map(|(_, s)| s)
                .or_else(|| self.shapes.get(name))
        };
        for unknown in mentions.unknown(&shape_of) {
            let near = closest(&unknown.word, unknown.known.iter().map(String::as_str));
            if OF_ADVICE.iter().any(|name| shape_of(name).is_some()) && self.may_be_unread(&unknown.word, near) {
                continue;
            }
            let label = match (near, unknown.known.is_empty()) {
                (Some(near), _) => format!("did you mean `{near}`?"),
                (None, true) => "this is a single value".to_owned(),
                (None, false) => format!("there are: {}", some_of(&unknown.known)),
            };
            let message = match unknown.what {
                What::Field => format!("there is no field `{}` here", unknown.word),
                What::Value => format!("this is never `{}`", unknown.word),
            };
            say(&unknown.at, message, label);
        }
    }
}

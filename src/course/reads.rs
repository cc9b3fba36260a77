//! What the expressions and texts of a lab read of what was found.

use super::argument::Compiled;
use super::step::Lab;
use crate::expr::{Expr, Mentions, Template};
use std::collections::{BTreeSet, HashMap};

impl Lab {
    /// The top-level fields of the resource `name`, or of each in a list of them, that anything in the lab reads; `None`
    /// when something reads it whole.
    pub fn fields_read(&self, name: &str) -> Option<&BTreeSet<String>> {
        // The same for every account, and it takes going through the whole lab.
        let reads = self.reads.get_or_init(|| {
            let names = self.resources.keys();
            names.map(|name| (name.clone(), self.find_fields_read(name))).collect()
        });
        reads.get(name)?.as_ref()
    }

    fn find_fields_read(&self, name: &str) -> Option<BTreeSet<String>> {
        let mut fields = BTreeSet::new();
        let many = self.resources.get(name).is_some_and(|resource| resource.is_list);
        for mentions in Self::mentions(self.judged_sources()) {
            let read = match many {
                true => mentions.fields_of_items(name),
                false => mentions.fields_of(name),
            };
            fields.extend(read?.into_iter().map(str::to_owned));
        }
        Some(fields)
    }

    /// Every expression and text by which the account is judged. What only advice reads is looked at where it is there
    /// anyway: it makes no call.
    fn judged_sources(&self) -> (Vec<&Compiled<Expr>>, Vec<&Compiled<Template>>) {
        let mut exprs: Vec<&Compiled<Expr>> = Vec::new();
        let mut texts: Vec<&Compiled<Template>> = Vec::new();
        for resource in self.resources.values() {
            exprs.extend(resource.choosers().map(|p| &p.holds));
            exprs.extend(resource.filter.iter().chain(&resource.when));
            resource.with.values().for_each(|arg| arg.texts(&mut texts));
        }
        for (_, check) in self.checks() {
            exprs.extend(&check.expect);
            exprs.extend(check.proof.iter().filter_map(|proof| proof.through.as_ref()));
            texts.extend([&check.expected, &check.found, &check.why].into_iter().flatten());
            texts.extend(check.fix.texts());
        }
        texts.extend(
            self.steps
                .iter()
                .filter_map(|s| s.probe.as_ref())
                .flat_map(|p| &p.hops)
                .flat_map(|h| &h.mismatch),
        );
        for probe in self.steps.iter().filter_map(|s| s.probe.as_ref()) {
            texts.extend(probe.note.iter().map(|note| &note.text));
            exprs.extend(probe.values.iter().map(|(_, e)| e));
            let doubts = probe.hops.iter().flat_map(|hop| &hop.doubts);
            exprs.extend(doubts.filter_map(|doubt| doubt.when.as_ref()));
            let sends = probe.hops.iter().filter_map(|h| h.send.as_ref()).map(|s| &s.action);
            let rest = probe.hops.iter().flat_map(|h| h.awaits.iter().chain(&h.evidence));
            for action in sends.chain(rest).chain(probe.remove.iter().map(|r| &r.action)) {
                action.with.values().for_each(|arg| arg.texts(&mut texts));
            }
        }
        (exprs, texts)
    }

    /// Every expression and text, those of advice too.
    fn sources(&self) -> (Vec<&Compiled<Expr>>, Vec<&Compiled<Template>>) {
        let (mut exprs, mut texts) = self.judged_sources();
        for advice in &self.advice {
            exprs.push(&advice.when);
            texts.extend(advice.found.iter().chain(advice.fix.texts()));
        }
        (exprs, texts)
    }

    /// What every expression mentions, those in texts too.
    fn mentions<'l>((exprs, texts): (Vec<&'l Compiled<Expr>>, Vec<&'l Compiled<Template>>)) -> Vec<&'l Mentions> {
        let in_texts = texts.into_iter().flat_map(|text| text.value.mentions()).map(|(_, m)| m);
        exprs
            .into_iter()
            .map(|expr| expr.value.mentions())
            .chain(in_texts)
            .collect()
    }

    /// Whether any expression or text of the lab reads the value under these keys, one in the other, by their names. Whoever
    /// goes through all of an object's values names none of them.
    pub fn reads(&self, keys: &[&str]) -> bool {
        let Some(last) = keys.last() else { return false };
        let by_last = self.paths_read.get_or_init(|| {
            let mut by_last: HashMap<String, BTreeSet<Vec<String>>> = HashMap::new();
            for path in Self::mentions(self.sources()).into_iter().flat_map(Mentions::paths) {
                let path: Vec<String> = path.into_iter().map(str::to_owned).collect();
                if let Some(last) = path.last() {
                    by_last.entry(last.clone()).or_default().insert(path);
                }
            }
            by_last
        });
        let paths = by_last.get(*last);
        paths.is_some_and(|paths| paths.iter().any(|path| ends_with(path, keys)))
    }

    /// Whether an expression holds this text, and no other, as it is: what it may be compared with.
    pub fn holds_text(&self, text: &str) -> bool {
        let literals = self.literals.get_or_init(|| {
            let all = Self::mentions(self.sources()).into_iter().flat_map(Mentions::texts);
            all.map(str::to_owned).collect()
        });
        literals.contains(text)
    }

    /// Whether the lab's author wrote this, in any text or expression.
    pub fn writes(&self, text: &str) -> bool {
        let (exprs, texts) = self.sources();
        exprs.iter().any(|e| e.value.source().contains(text)) || texts.iter().any(|t| t.value.source().contains(text))
    }
}

fn ends_with(path: &[String], keys: &[&str]) -> bool {
    let at = path.len().checked_sub(keys.len());
    at.is_some_and(|at| path[at..] == *keys)
}

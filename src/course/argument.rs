//! Something compiled with its place, and the arguments of a kind or verb.

use super::diagnostics::place;
use super::source::SourceFile;
use crate::expr::{EvalError, Scope, Template};
use indexmap::IndexMap;
use std::sync::Arc;

/// Something compiled, and where it was written.
#[derive(Debug)]
pub struct Compiled<T> {
    /// The compiled thing.
    pub value: T,
    /// Its file.
    pub file: Arc<SourceFile>,
    /// Its first byte there.
    pub at: usize,
}

impl<T> Compiled<T> {
    /// `file:line:column`, for the author who has to fix it.
    pub fn place(&self) -> String {
        place(&self.file, self.at)
    }
}

/// An argument: a text with expressions, or a list or map of such.
#[derive(Debug)]
pub enum Arg {
    /// A text.
    Text(Compiled<Template>),
    /// A number, a truth value or nothing.
    Plain(serde_json::Value),
    /// A list.
    List(Vec<Arg>),
    /// A map.
    Map(IndexMap<String, Arg>),
}

impl Arg {
    /// Its value in `scope`.
    ///
    /// # Errors
    /// The expression that has no value, with its place.
    pub fn value(&self, scope: &Scope) -> Result<serde_json::Value, (String, EvalError)> {
        Ok(match self {
            Self::Text(t) => t.value.value(scope).map_err(|e| (t.place(), e))?,
            Self::Plain(v) => v.clone(),
            Self::List(items) => items
                .iter()
                .map(|i| i.value(scope))
                .collect::<Result<Vec<_>, _>>()?
                .into(),
            Self::Map(entries) => entries
                .iter()
                .map(|(k, v)| Ok((k.clone(), v.value(scope)?)))
                .collect::<Result<serde_json::Map<_, _>, _>>()?
                .into(),
        })
    }

    /// Every text in it.
    pub fn texts<'a>(&'a self, into: &mut Vec<&'a Compiled<Template>>) {
        match self {
            Self::Text(t) => into.push(t),
            Self::Plain(_) => {}
            Self::List(items) => items.iter().for_each(|i| i.texts(into)),
            Self::Map(entries) => entries.values().for_each(|i| i.texts(into)),
        }
    }
}

/// Evaluates `with`.
///
/// # Errors
/// The expression that has no value, with its place.
pub fn arguments(
    with: &IndexMap<String, Arg>,
    scope: &Scope,
) -> Result<serde_json::Map<String, serde_json::Value>, (String, EvalError)> {
    with.iter().map(|(k, v)| Ok((k.clone(), v.value(scope)?))).collect()
}

//! The secret places of a document, as its kind names them ([`KindSpec::secret`](crate::course::KindSpec)).

use crate::discover;
use crate::redact::HIDDEN;
use serde_json::Value;

/// What decides on a value: the names on the way to it, and the value.
type MayShow<'a> = &'a dyn Fn(&[&str], &str) -> bool;

/// Shows each text in a secret place of a document to `see`, with the names on the way to it.
pub(super) fn values(kind: &str, document: &Value, see: &mut dyn FnMut(&[&str], &str)) {
    for place in places(kind) {
        let mut names: Vec<&str> = place.split('.').collect();
        let found = names.iter().try_fold(document, |inner, name| inner.get(name));
        if let Some(found) = found {
            each(found, &mut names, see);
        }
    }
}

fn each<'v>(value: &'v Value, names: &mut Vec<&'v str>, see: &mut dyn FnMut(&[&str], &str)) {
    match value {
        Value::String(text) => see(names, text),
        Value::Array(items) => items.iter().for_each(|item| each(item, names, see)),
        Value::Object(fields) => {
            for (name, value) in fields {
                names.push(name);
                each(value, names, see);
                names.pop();
            }
        }
        _ => {}
    }
}

/// Hides each value in a secret place of a document, but those that may be shown.
pub(super) fn hide(kind: &str, document: &mut Value, may_show: MayShow) {
    for place in places(kind) {
        let names: Vec<&str> = place.split('.').collect();
        let found = names.iter().try_fold(&mut *document, |inner, name| inner.get_mut(name));
        if let Some(found) = found {
            hide_each(found, &names, may_show);
        }
    }
}

fn hide_each(value: &mut Value, names: &[&str], may_show: MayShow) {
    match value {
        Value::Null => {}
        Value::String(text) if may_show(names, text) => {}
        Value::Array(items) => items.iter_mut().for_each(|item| hide_each(item, names, may_show)),
        Value::Object(fields) => {
            for (name, value) in fields {
                hide_each(value, &[names, &[name.as_str()]].concat(), may_show);
            }
        }
        hidden => *hidden = HIDDEN.into(),
    }
}

fn places(kind: &str) -> &'static [&'static str] {
    discover::spec(kind).map_or(&[], |spec| spec.secret)
}

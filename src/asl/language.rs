//! In which of its two query languages a state is written, and what both have in common.

use serde_json::Value;

/// <https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    JsonPath,
    Jsonata,
}

pub(super) fn language(definition: &Value) -> Language {
    state_language(definition, Language::JsonPath)
}

pub(super) fn state_language(state: &Value, of_machine: Language) -> Language {
    match state["QueryLanguage"].as_str() {
        Some("JSONata") => Language::Jsonata,
        Some(_) => Language::JsonPath,
        None => of_machine,
    }
}

/// What stands between `{%` and `%}`.
pub(super) fn jsonata(text: &str) -> Option<&str> {
    Some(text.trim().strip_prefix("{%")?.strip_suffix("%}")?.trim())
}

/// The names in a plain path such as `$.order.approved`.
pub(super) fn names_of(path: &str) -> Option<Vec<String>> {
    let rest = path.trim().strip_prefix("$.")?;
    let plain = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    let names: Vec<&str> = rest.split('.').collect();
    names
        .iter()
        .all(|n| plain(n))
        .then(|| names.into_iter().map(str::to_owned).collect())
}

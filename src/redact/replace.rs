//! What is replaced in a text, and by what.

use regex::Captures;
use regex::Regex;
use std::borrow::Cow;

/// What stands for what is hidden.
pub const HIDDEN: &str = "(hidden)";

/// Replaces in `text` the groups called `secret` of `pattern`, or all that it matches where it has none, by what `instead`
/// makes of them; `None` leaves one as it is.
pub(super) fn replace<'t>(
    pattern: &Regex,
    text: &'t str,
    instead: impl Fn(&Captures<'_>, &str) -> Option<String>,
) -> Cow<'t, str> {
    // Most texts have none: that is known sooner than where a group is.
    if !pattern.is_match(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    let mut copied = 0;
    for captures in pattern.captures_iter(text) {
        let named = ["secret", "double", "single"]
            .iter()
            .find_map(|name| captures.name(name));
        let Some(secret) = named.or_else(|| captures.get(0)) else {
            continue;
        };
        if secret.is_empty() || secret.as_str().starts_with(HIDDEN.trim_end_matches(')')) {
            continue;
        }
        if let Some(instead) = instead(&captures, secret.as_str()) {
            out.push_str(&text[copied..secret.start()]);
            out.push_str(&instead);
            copied = secret.end();
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

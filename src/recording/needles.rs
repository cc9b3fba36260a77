//! What a course's patterns look for inside of words: it has to stay where a word is hidden, or a replay would judge otherwise.

use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Shorter ones are found in too many words.
const SHORTEST: usize = 4;

/// Functions of expressions that look into a text.
static LOOKS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"\.(?:matches|contains|startsWith|endsWith)\(\s*\\?"((?:[^"\\]|\\.)*)"#).expect("a fixed expression")
});

/// The literal parts of all patterns of an expression, in small letters.
pub fn of(expression: &str) -> Vec<String> {
    let patterns = LOOKS.captures_iter(expression);
    patterns.flat_map(|found| literals(&found[1])).collect()
}

/// What makes of a part another part, written before it, and written after it: of `order` and `orders`, `s` after it.
pub fn joints(parts: &[String]) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut before, mut after) = (BTreeSet::new(), BTreeSet::new());
    for part in parts {
        for (at, _) in part.char_indices().skip(1) {
            let (start, end) = part.split_at(at);
            if parts
                .iter()
                .any(|other| other.starts_with(end) || end.starts_with(other.as_str()))
            {
                before.insert(start.to_owned());
            }
            if parts
                .iter()
                .any(|other| other.ends_with(start) || start.ends_with(other.as_str()))
            {
                after.insert(end.to_owned());
            }
        }
    }
    (before, after)
}

/// The runs of letters and digits that a pattern matches as they are.
fn literals(pattern: &str) -> Vec<String> {
    let pattern = pattern.replace("(?i)", "");
    // Several at a time, where a letter may be missing or be one of some.
    let mut runs = vec![String::new()];
    let mut done = Vec::new();
    let mut rest = pattern.as_str();
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        if first.is_ascii_alphanumeric() {
            let is_optional = after.starts_with('?');
            let is_repeated = after.starts_with(['*', '+', '{']);
            let without = runs.clone();
            runs.iter_mut().for_each(|run| run.push(first.to_ascii_lowercase()));
            if is_optional {
                runs.extend(without);
            } else if is_repeated {
                done.append(&mut runs);
                runs.push(String::new());
            }
            rest = after.strip_prefix('?').unwrap_or(after);
            continue;
        }
        if let Some((choice, after)) = class(rest) {
            let longer = runs
                .iter()
                .flat_map(|run| choice.chars().map(move |c| format!("{run}{c}")));
            runs = longer.collect();
            rest = after;
            continue;
        }
        // A letter that may stand between two parts, such as a hyphen: the parts, and both as one.
        if let Some(after) = rest.strip_prefix(".?") {
            done.extend(runs.iter().cloned());
            runs.push(String::new());
            rest = after;
            continue;
        }
        done.append(&mut runs);
        runs.push(String::new());
        rest = match first {
            '[' => rest.find(']').map_or("", |end| &rest[end + 1..]),
            '\\' => after.get(1..).unwrap_or_default(),
            _ => after,
        };
    }
    done.append(&mut runs);
    done.retain(|run| run.len() >= SHORTEST);
    done
}

/// A class of a few letters at the beginning, and what follows it.
fn class(text: &str) -> Option<(&str, &str)> {
    let (letters, after) = text.strip_prefix('[')?.split_once(']')?;
    let is_plain = letters.len() <= 3 && letters.bytes().all(|byte| byte.is_ascii_lowercase());
    (is_plain && !after.starts_with(['*', '+', '?', '{'])).then_some((letters, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patterns_literal_parts_are_found() {
        let of = |pattern: &str| {
            let mut found = of(&format!(r#"it.Name.matches("{pattern}")"#));
            found.sort();
            found.dedup();
            found
        };
        assert_eq!(of("(?i)river|click"), ["click", "river"]);
        assert_eq!(
            of("(?i)tracking|personali[sz]e"),
            ["personalise", "personalize", "tracking"]
        );
        assert_eq!(of("(?i)rocks?bell|order"), ["order", "rockbell", "rocksbell"]);
        assert_eq!(of("(?i)human.?approv"), ["approv", "human", "humanapprov"]);
        assert_eq!(of("(?i)approv(al)?.?handler"), ["approv", "handler"]);
        assert_eq!(of("(?i)(^|/)users[.]csv$"), ["users"]);
        assert_eq!(of(":events:[a-z0-9-]+:[0-9]{12}:event-bus/"), ["event", "events"]);
        assert_eq!(of("^[a-zA-Z0-9_.-]+$"), [""; 0]);
    }
}

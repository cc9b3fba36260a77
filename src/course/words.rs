//! A course's texts for a reader who has no account at hand: in place of a value, whose it is.

use super::step::Lab;
use super::vocabulary::Vocabulary;
use crate::expr::{Expr, Piece, Read, Template};
use std::borrow::Cow;

/// `text` as a sentence: `{{ stream.StreamName }}` reads "your data stream", and in code, which is copied,
/// `YOUR_STREAM_NAME`. Where a lab has several of a kind, the name by which the lab knows it is added. Of a condition
/// all branches are said. What cannot be said without an account stands as the expression in `‹ ›` ([`is_plain`]).
pub fn words(text: &Template, lab: &Lab, vocabulary: &Vocabulary) -> String {
    let reader = Reader { lab, vocabulary };
    let mut out = String::new();
    let mut after_expression = false;
    for piece in text.pieces() {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Expression(expr) => {
                if after_expression || !reader.say(&mut out, expr) {
                    out.push_str(&format!("‹{}›", expr.source().trim()));
                }
            }
        }
        after_expression = matches!(piece, Piece::Expression(_));
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether [`words`] found words for everything in it.
pub fn is_plain(words: &str) -> bool {
    !words.contains('‹')
}

/// The last words of fields that stand for the thing itself.
const NAMES: [&str; 4] = ["name", "id", "uri", "url"];

struct Reader<'c> {
    lab: &'c Lab,
    vocabulary: &'c Vocabulary,
}

impl Reader<'_> {
    /// Adds to `out` what `expr` reads like; adds nothing, and says so, where it cannot.
    fn say(&self, out: &mut String, expr: &Expr) -> bool {
        let before = out.len();
        for (n, reading) in expr.readings().iter().enumerate() {
            if n > 0 {
                let ends = out.ends_with(['.', ':']);
                out.push_str(if ends { " Or: " } else { ", or " });
            }
            for read in reading {
                let said = match read {
                    Read::Text(text) => {
                        out.push_str(text);
                        true
                    }
                    Read::Value { path, itself } => self.value(out, path, *itself),
                    Read::Each(path) => self.is_many(path) && self.value(out, path, false),
                    Read::Other => false,
                };
                if !said {
                    out.truncate(before);
                    return false;
                }
            }
        }
        true
    }

    fn value(&self, out: &mut String, path: &[String], itself: bool) -> bool {
        if out.matches('`').count() % 2 == 1 {
            let placeholder = self.placeholder(path).filter(|_| itself);
            out.push_str(placeholder.as_deref().unwrap_or_default());
            return placeholder.is_some();
        }
        // In the middle of a word there is no room for words.
        if out.ends_with(|c: char| !c.is_whitespace() && !"(\"'*".contains(c)) {
            return false;
        }
        let Some((noun, words)) = self.whose(path, itself) else {
            return false;
        };
        out.truncate(without_noun(out, &noun).len());
        out.push_str(&words);
        true
    }

    fn is_many(&self, path: &[String]) -> bool {
        let resource = path.first().and_then(|name| self.lab.resources.get(name));
        resource.is_some_and(|resource| resource.is_list)
    }

    fn noun(&self, name: &str) -> Option<&str> {
        let resource = self.lab.resources.get(name)?;
        Some(self.vocabulary.kind(&resource.kind).ok()?.noun)
    }

    /// For code: what is to be put there, in capitals.
    fn placeholder(&self, path: &[String]) -> Option<String> {
        let field = split_words(path.last()?);
        let words = match field.as_str() {
            "name" | "id" | "arn" => format!("{} {field}", self.noun(path.first()?)?),
            _ => field,
        };
        Some(format!("YOUR_{}", words.replace(' ', "_").to_uppercase()))
    }

    /// Whose the value is, with the noun that is in it.
    fn whose(&self, path: &[String], itself: bool) -> Option<(Cow<'_, str>, String)> {
        match path {
            [one] if one == "region" => return Some((Cow::Borrowed("region"), "your region".to_owned())),
            // Of an error, what it names is one thing of many: the function, the action.
            [one, field] if one == "error" && !self.lab.resources.contains_key(one) => {
                return Some((Cow::Owned(field.clone()), format!("the {}", split_words(field))));
            }
            [one] if one == "account" => return Some((Cow::Borrowed("account"), "your account".to_owned())),
            _ => {}
        }
        let (root, fields) = path.split_first()?;
        let resource = self.lab.resources.get(root)?;
        let noun = self.noun(root)?;
        if resource.is_list {
            return Some((noun.into(), format!("your {noun}s")));
        }
        let mut words = format!("your {noun}");
        let alike = self
            .lab
            .resources
            .values()
            .filter(|r| r.kind == resource.kind && !r.is_list);
        if alike.count() > 1 {
            words.push_str(&format!(" `{root}`"));
        }
        let field = split_words(fields.last()?);
        let (of, is_arn) = match field.strip_suffix("arn") {
            Some(rest) => (rest.trim_end(), true),
            None => (field.as_str(), false),
        };
        // An ARN or a name of its own, or something else that it has, such as its role.
        let own = of.is_empty() || noun.to_ascii_lowercase().ends_with(of);
        match (is_arn, itself) {
            (true, true) if own => words.push_str("'s ARN"),
            (true, true) => words.push_str(&format!("'s {of} ARN")),
            (true, false) if own => {}
            (false, true) if own || NAMES.iter().any(|name| field.ends_with(name)) => {}
            _ => {
                words.push_str(&format!("'s {of}"));
                return Some((Cow::Owned(of.to_owned()), words));
            }
        }
        Some((noun.into(), words))
    }
}

/// `EventBusName` as "event bus name".
fn split_words(field: &str) -> String {
    let mut out = String::new();
    let mut lower = false;
    for c in field.chars() {
        if (c.is_uppercase() && lower) || c == '_' {
            out.push(' ');
        }
        lower = c.is_lowercase();
        if c != '_' {
            out.extend(c.to_lowercase());
        }
    }
    out
}

/// `text` without the noun at its end, "the role " or "stream ", which the words bring along.
fn without_noun<'t>(text: &'t str, noun: &str) -> &'t str {
    let lower = text.to_ascii_lowercase();
    let ends = noun.match_indices(' ').map(|(at, _)| at + 1);
    for start in std::iter::once(0).chain(ends) {
        let name = noun[start..].to_ascii_lowercase();
        if let Some(before) = lower.strip_suffix(&format!("{name} "))
            && !before.ends_with(char::is_alphanumeric)
        {
            let kept = before.strip_suffix("the ").unwrap_or(before).len();
            return &text[..kept];
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::{CourseFiles, Part, load};

    #[test]
    fn a_value_is_said_by_whose_it_is() {
        let vocabulary = crate::judge::vocabulary();
        let course = load(CourseFiles::embedded(), &vocabulary, Part::Checks).unwrap();
        let lab = course.lab("eventdriven").unwrap();
        let said = |text: &str| words(&Template::compile(text).unwrap(), lab, &vocabulary);
        for (text, expected) in [
            ("no values", "no values"),
            ("in {{ region }}", "in your region"),
            (
                "Topics → {{ topic.TopicName }} → **Edit**",
                "Topics → your topic → **Edit**",
            ),
            // The noun is not said twice, and of two rules each has its name.
            (
                "of bus {{ bus.Name }}, the rule {{ log_rule.Name }}",
                "of your event bus, your rule `log_rule`",
            ),
            ("VARIABLE = {{ topic.TopicArn }}", "VARIABLE = your topic's ARN"),
            ("it is {{ log_rule.State }}", "it is your rule `log_rule`'s state"),
            // In code it is to be copied.
            (
                "`--name {{ bus.Name }} --region {{ region }}`",
                "`--name YOUR_EVENT_BUS_NAME --region YOUR_REGION`",
            ),
            (
                r#"role {{ machine.roleArn.substring(machine.roleArn.lastIndexOf("/") + 1) }}"#,
                "your state machine's role",
            ),
            (
                "mail to {{ subscriptions.map(s, s.Endpoint) }}",
                "mail to your subscriptions",
            ),
            (
                r#"{{ found(topic) ? "Open " + topic.TopicName + "." : "Make one." }}"#,
                "Open your topic. Or: Make one.",
            ),
        ] {
            assert_eq!(said(text), expected, "{text}");
            assert!(is_plain(&said(text)));
        }
        for text in [
            "{{ 1 + 1 }}",
            "/{{ dev.stageName }}",
            "{{ log_rule.Targets.map(t, t.Arn) }}",
            "x{{ bus.Name }}",
        ] {
            assert!(!is_plain(&said(text)), "{}", said(text));
        }
    }
}

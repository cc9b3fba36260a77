//! A JSON document as YAML, for people: what reads YAML gets the same document back.

use serde_json::{Value, json};
use std::fmt::Write;

/// A document as YAML, block by block.
pub fn text(document: &Value) -> String {
    let mut text = String::new();
    block(&mut text, document, 0);
    text
}

fn block(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                let _ = write!(out, "{:indent$}{}:", "", scalar(name));
                after(out, value, indent + 2);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                let mut lines = String::new();
                match item {
                    Value::Object(_) | Value::Array(_) => block(&mut lines, item, indent + 2),
                    one => lines = format!("{:1$}{2}\n", "", indent + 2, plain(one)),
                }
                // The first line of the block stands behind the dash.
                let _ = write!(out, "{:indent$}- {}", "", &lines[indent + 2..]);
            }
        }
        one => {
            let _ = writeln!(out, "{:indent$}{}", "", plain(one));
        }
    }
}

/// What follows a name and its colon.
fn after(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            out.push('\n');
            block(out, value, indent);
        }
        Value::Array(items) if !items.is_empty() => {
            out.push('\n');
            block(out, value, indent);
        }
        Value::String(text) if has_lines(text) => {
            out.push_str(" |-\n");
            for line in text.lines() {
                let _ = writeln!(out, "{:indent$}{line}", "");
            }
        }
        one => {
            let _ = writeln!(out, " {}", plain(one));
        }
    }
}

/// Whether a text is shown line by line: only one that YAML reads back as it was.
fn has_lines(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with([' ', '\n'])
        && !text.ends_with('\n')
        && text
            .chars()
            .all(|c| c == '\n' || !c.is_control() && !"\u{feff}\u{2028}\u{2029}".contains(c))
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        other => other.to_string(),
    }
}

/// A text, in quotation marks where it could be taken for something else. JSON's are YAML's too.
fn scalar(text: &str) -> String {
    let first = text.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
    let harmless = text.chars().all(|c| c.is_ascii_alphanumeric() || "_-./ ".contains(c))
        || (text.contains(':')
            && text.chars().all(|c| c.is_ascii_alphanumeric() || ":-".contains(c))
            && !text.ends_with(':'));
    let word = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"].contains(&text.to_lowercase().as_str());
    if first && harmless && !word && !text.ends_with(' ') {
        text.to_owned()
    } else {
        json!(text).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_yaml_is_what_was_meant() {
        let value = json!({
            "a": [{"Fn::Sub": "arn:${X}:y"}, "*", "kinesis:ListStreams", [1, true], "2012-10-17", "no", "a: b", "x #y", {}, []],
            "b:c": {"d e": "é\"", "f": "", "g": {}, "h": []},
            "lines": {"one": "{\n  \"a\": 1\n}", "two": "a: b\n\n- #c\n x", "three": "ends\n", "four": " begins\n", "five": "a\tb\nc"},
        });
        let text = super::text(&value);
        let read: Value = serde_saphyr::from_str(&text).unwrap_or_else(|e| panic!("{e}\n{text}"));
        assert_eq!(read, value, "{text}");
    }
}

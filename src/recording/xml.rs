//! XML and HTML word by word: tags keep their names where these are AWS's, and what is in them is a text.

use super::pieces::{Reader, read as read_text};

/// How what is between two tags is read.
type ReadContent<'c> = &'c dyn Fn(&mut dyn Reader, &str) -> String;

/// XML as `reader` reads it, with `content` for what is between its tags.
pub fn read(reader: &mut dyn Reader, value: &str, content: ReadContent<'_>) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(start) = rest.find('<') {
        let (between, tag) = rest.split_at(start);
        let end = tag.find('>').map_or(tag.len(), |end| end + 1);
        out.push_str(&between_tags(reader, between, content));
        out.push_str(&read_text(reader, &tag[..end]));
        rest = &tag[end..];
    }
    out.push_str(&between_tags(reader, rest, content));
    out
}

fn between_tags(reader: &mut dyn Reader, between: &str, content: ReadContent<'_>) -> String {
    if between.trim().is_empty() {
        return between.to_owned();
    }
    let read = content(reader, &unescaped(between));
    let mut out = String::with_capacity(read.len());
    for c in read.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#xD;"),
            c => out.push(c),
        }
    }
    out
}

/// A text without the references that XML itself knows; others stay as they are.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let reference = rest.find(';').and_then(|end| Some((referred(&rest[1..end])?, end + 1)));
        let (c, length) = reference.unwrap_or(('&', 1));
        out.push(c);
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

fn referred(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    })
}

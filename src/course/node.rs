//! YAML as a tree in which every value knows its place. Reading goes on after a mistake, so that one run of `lint`
//! finds them all: hence a tree and not serde's derived structs, which stop at the first.

use super::diagnostics::{Diagnostic, Diagnostics};
use super::source::SourceFile;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};
use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

/// A value of a YAML file, with its place in bytes.
#[derive(Debug, Clone)]
pub struct Node {
    pub value: Content,
    pub at: Range<usize>,
}

#[derive(Debug, Clone)]
pub enum Content {
    Scalar(serde_json::Value),
    List(Vec<Node>),
    Map(Vec<(YamlKey, Node)>),
}

#[derive(Debug, Clone)]
pub struct YamlKey {
    pub name: String,
    pub at: Range<usize>,
}

/// What serde hands over, before places are turned into bytes.
enum Raw {
    Scalar(serde_json::Value),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_bool<E>(self, v: bool) -> Result<Raw, E> {
        Ok(Raw::Scalar(v.into()))
    }
    fn visit_i64<E>(self, v: i64) -> Result<Raw, E> {
        Ok(Raw::Scalar(v.into()))
    }
    fn visit_u64<E>(self, v: u64) -> Result<Raw, E> {
        Ok(Raw::Scalar(v.into()))
    }
    fn visit_f64<E>(self, v: f64) -> Result<Raw, E> {
        Ok(Raw::Scalar(v.into()))
    }
    fn visit_str<E>(self, v: &str) -> Result<Raw, E> {
        Ok(Raw::Scalar(v.into()))
    }
    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Scalar(serde_json::Value::Null))
    }
    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Scalar(serde_json::Value::Null))
    }
    fn visit_some<D: Deserializer<'de>>(self, d: D) -> Result<Raw, D::Error> {
        d.deserialize_any(self)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Map(entries))
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(RawVisitor)
    }
}

fn range(file: &SourceFile, location: Location) -> Range<usize> {
    let start = location.span().byte_offset().map_or_else(
        || byte_of(&file.text, location.line() as usize, location.column() as usize),
        |offset| offset as usize,
    );
    let end = location
        .span()
        .byte_len()
        .map_or(start, |len| start + len as usize)
        .min(file.text.len());
    start.min(file.text.len())..end.max(start.min(file.text.len()))
}

fn byte_of(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    text[start.min(text.len())..]
        .char_indices()
        .nth(column.saturating_sub(1))
        .map_or(text.len(), |(i, _)| start + i)
}

/// Reads `file`; what is no YAML becomes a diagnostic.
pub fn parse(file: &Arc<SourceFile>, diagnostics: &RefCell<Diagnostics>) -> Option<Node> {
    let options = serde_saphyr::options! { strict_booleans: true, with_snippet: false };
    match serde_saphyr::from_str_with_options::<Spanned<Raw>>(&file.text, options) {
        Ok(raw) => Some(convert(file, raw)),
        Err(error) => {
            let at = error.location().map_or(0..0, |l| range(file, l));
            let text = error.without_snippet().to_string();
            diagnostics.borrow_mut().add(Diagnostic {
                file: file.clone(),
                at,
                message: format!("not readable as YAML: {}", text.lines().next().unwrap_or_default()),
                label: String::new(),
            });
            None
        }
    }
}

fn convert(file: &Arc<SourceFile>, raw: Spanned<Raw>) -> Node {
    Node {
        at: range(file, raw.referenced),
        value: match raw.value {
            Raw::Scalar(v) => Content::Scalar(v),
            Raw::List(items) => Content::List(items.into_iter().map(|i| convert(file, i)).collect()),
            Raw::Map(entries) => Content::Map(
                entries
                    .into_iter()
                    .map(|(key, value)| {
                        let key = YamlKey {
                            at: range(file, key.referenced),
                            name: key.value,
                        };
                        (key, convert(file, value))
                    })
                    .collect(),
            ),
        },
    }
}

impl Node {
    /// Without the places.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Content::Scalar(v) => v.clone(),
            Content::List(items) => items.iter().map(Node::to_json).collect(),
            Content::Map(entries) => entries
                .iter()
                .map(|(key, value)| (key.name.clone(), value.to_json()))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        }
    }

    /// The place in `file` of `inner`, a range of bytes of this text's value: YAML folds, quotes and escapes.
    pub fn inside(&self, file: &SourceFile, value: &str, inner: &Range<usize>) -> Range<usize> {
        let source = &file.text;
        let mut at = self.at.start;
        // A block text starts on the line after its `|` or `>`.
        if source[at..].starts_with(['|', '>']) {
            at += source[at..].find('\n').map_or(0, |i| i + 1);
        }
        let mut start = at;
        for (index, c) in value.char_indices() {
            if index >= inner.end {
                break;
            }
            if c.is_whitespace() {
                continue;
            }
            match source[at..].find(c) {
                Some(found) => {
                    at += found;
                    if index <= inner.start {
                        start = at;
                    }
                    at += c.len_utf8();
                }
                None => break,
            }
        }
        start..at.max(start)
    }
}

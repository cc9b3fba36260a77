//! Places in the text of an expression.

use std::ops::Range;

/// The parser's messages carry its own dump of the input after the first line; the place is shown by us.
pub(super) fn first_sentence(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default().trim();
    line.trim_start_matches("Syntax error: ").to_owned()
}

/// A line and column (both from 1, columns in bytes) as a range of bytes over the word that starts there.
pub(super) fn byte_at(source: &str, (line, column): (isize, isize)) -> Range<usize> {
    let mut start = 0usize;
    for (n, text) in source.split_inclusive('\n').enumerate() {
        if n as isize + 1 == line {
            start += (column.max(1) as usize - 1).min(text.len());
            break;
        }
        start += text.len();
    }
    let mut start = start.min(source.len());
    while !source.is_char_boundary(start) {
        start -= 1;
    }
    start..start + word_length(&source[start..])
}

/// The length in bytes of the word at the start of `text`: at least one character, where there is one.
pub(crate) fn word_length(text: &str) -> usize {
    let word: usize = text
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .map(char::len_utf8)
        .sum();
    if word > 0 {
        word
    } else {
        text.chars().next().map_or(0, char::len_utf8)
    }
}

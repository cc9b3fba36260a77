//! Text for a terminal: what students wrote is made harmless, our Markdown becomes bold, lines are wrapped.

use colored::Colorize;

/// Longer than this is cut: a report is read by people.
const MAX_TEXT: usize = 1500;

/// `text` without anything that a terminal would act on: control and format characters become visible or vanish.
pub fn visible(text: &str) -> String {
    cut(text, MAX_TEXT)
}

/// The same, and no longer than `longest` characters.
pub fn cut(text: &str, longest: usize) -> String {
    // Most texts are plain, and all of a report's texts come by here.
    if text.len() <= longest && text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len().min(longest));
    for (count, c) in text.chars().enumerate() {
        if count >= longest {
            out.push_str(" …");
            break;
        }
        match c {
            '\n' | '\t' | '\u{2028}' | '\u{2029}' => out.push(' '),
            '\u{1b}' => out.push('␛'),
            '\u{7f}' => out.push('␡'),
            c if (c as u32) < 0x20 => out.push(char::from_u32(0x2400 + c as u32).unwrap_or('·')),
            c if hidden(c) => out.push('·'),
            c => out.push(c),
        }
    }
    out
}

/// C1 controls, marks that turn the direction of text round, and characters that are invisible.
fn hidden(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9f}'
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

/// A piece of a text with the two marks of Markdown that a course's texts use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StyledPiece {
    /// The text.
    pub text: String,
    /// `**bold**`.
    pub bold: bool,
    /// `` `code` ``.
    pub code: bool,
}

/// The pieces of a text.
pub fn pieces(text: &str) -> Vec<StyledPiece> {
    let mut pieces = Vec::new();
    for (n, part) in text.split("**").enumerate() {
        for (m, piece) in part.split('`').enumerate() {
            pieces.push(StyledPiece {
                text: piece.to_owned(),
                bold: n % 2 == 1,
                code: m % 2 == 1,
            });
        }
    }
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}

/// A text with those marks, for a terminal.
pub fn styled(text: &str) -> String {
    let colored_output = colored::control::SHOULD_COLORIZE.should_colorize();
    pieces(text)
        .into_iter()
        .map(|piece| match piece {
            StyledPiece { code: true, text, .. } if colored_output => text.cyan().to_string(),
            StyledPiece { code: true, text, .. } => format!("`{text}`"),
            StyledPiece { bold: true, text, .. } => text.bold().to_string(),
            StyledPiece { text, .. } => text,
        })
        .collect()
}

/// Wraps `text` to `width`, with `first` before the first line and as many spaces before the others.
pub fn wrapped(text: &str, width: usize, first: &str) -> String {
    let indent = " ".repeat(textwrap::core::display_width(first));
    let options = textwrap::Options::new(width)
        .initial_indent(first)
        .subsequent_indent(&indent)
        // Names are copied out of reports: none is broken at its hyphens.
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(true);
    textwrap::fill(text, options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_acts_on_is_left() {
        let marks = ('\u{202a}'..='\u{202e}')
            .chain('\u{2066}'..='\u{2069}')
            .chain(['\u{61c}', '\u{200f}', '\u{2028}']);
        let marks: String = marks.collect();
        let shown = visible(&format!("a\u{1b}[2Jb\u{9b}31mc\re\u{7}f{marks}"));
        assert!(
            shown.chars().all(|c| !c.is_control() && !marks.contains(c)),
            "{shown:?}"
        );
        assert!(visible(&"x".repeat(1_000_000)).chars().count() < MAX_TEXT + 10);
    }
}

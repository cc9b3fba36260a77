//! Text for a terminal: what students wrote is made harmless, our Markdown becomes bold, lines are wrapped.

use colored::Colorize;

/// The longest command, in characters: half of one is worse than none.
pub const MAX_COMMAND: usize = 3000;

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
        | GLUE | '\u{e0000}'..='\u{e007f}')
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
    flowing(text).replace(GLUE, " ")
}

/// The same, to be wrapped: what is code is one word, however many spaces are in it. Only [`wrapped`] takes that back.
pub(super) fn flowing(text: &str) -> String {
    let colored_output = colored::control::SHOULD_COLORIZE.should_colorize();
    pieces(text)
        .into_iter()
        .map(|piece| match piece {
            StyledPiece { code: true, text, .. } => {
                let text = glued(&text);
                if colored_output {
                    text.cyan().to_string()
                } else {
                    format!("`{text}`")
                }
            }
            StyledPiece { bold: true, text, .. } => text.bold().to_string(),
            StyledPiece { text, .. } => text,
        })
        .collect()
}

/// A text with those marks, styled and wrapped; see [`wrapped`].
pub fn wrapped_marks(text: &str, width: usize, first: &str) -> String {
    wrapped(&flowing(text), width, first)
}

/// A part of a text: words, or a command that stands on a line of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'t> {
    /// Words, with their marks.
    Text(&'t str),
    /// A command, without marks.
    Command(&'t str),
}

/// The parts of a text. Code is a command when it is one of our own or of AWS's, with arguments. What would stand alone in
/// front of the words behind a command, such as a comma, is left out.
pub fn commands(text: &str) -> Vec<Part<'_>> {
    let is_command = |code: &str| {
        ["aws ", "edemlab ", "docker "]
            .iter()
            .any(|program| code.starts_with(program))
    };
    let mut parts = Vec::new();
    let mut start = 0;
    let mut from = 0;
    while let Some(open) = text[from..].find('`').map(|at| from + at) {
        let Some(close) = text[open + 1..].find('`').map(|at| open + 1 + at) else {
            break;
        };
        from = close + 1;
        let code = &text[open + 1..close];
        if is_command(code) {
            push_words(&mut parts, &text[start..open]);
            parts.push(Part::Command(code));
            start = from;
        }
    }
    push_words(&mut parts, &text[start..]);
    parts
}

/// A text with those marks behind `lead`, wrapped, with each command that is in it on a line of its own; see [`wrapped`].
pub fn with_commands(text: &str, width: usize, lead: &str) -> String {
    let indent = " ".repeat(textwrap::core::display_width(lead));
    let mut lead = lead;
    let mut lines = Vec::new();
    for part in commands(text) {
        lines.push(match part {
            Part::Text(text) => wrapped_marks(text, width, lead),
            Part::Command(command) => format!("{lead}{}", command.cyan()),
        });
        lead = &indent;
    }
    lines.join("\n")
}

fn push_words<'t>(parts: &mut Vec<Part<'t>>, text: &'t str) {
    let is_first = parts.is_empty();
    let text = match is_first {
        true => text.trim(),
        false => text.trim().trim_start_matches([',', '.', ';', ':', ')']).trim_start(),
    };
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
}

/// A text that is kept on one line by [`wrapped`].
pub(super) fn glued(text: &str) -> String {
    text.replace(' ', &GLUE.to_string())
}

/// Stands for a space within what is copied as a whole. [`visible`] lets no such character through.
const GLUE: char = '\u{f8ff}';

/// Wraps `text` to `width`, with `first` before the first line and as many spaces before the others. Commands, paths and
/// names are copied out of reports: none is broken. One that is too long has a line to itself.
pub fn wrapped(text: &str, width: usize, first: &str) -> String {
    wrap(text, width, first, false)
}

/// The same within `width`, whatever is in it: what is too long for a line is broken.
pub fn wrapped_within(text: &str, width: usize, first: &str) -> String {
    wrap(text, width, first, true)
}

fn wrap(text: &str, width: usize, first: &str, break_words: bool) -> String {
    let indent = " ".repeat(textwrap::core::display_width(first));
    let options = textwrap::Options::new(width)
        .initial_indent(first)
        .subsequent_indent(&indent)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(break_words);
    let text = with_values(text);
    let even = textwrap::fill(&text, &options);
    // For lines of even length the library lets one be a little too long.
    let fits = even.lines().all(|line| textwrap::core::display_width(line) <= width);
    let filled = match fits {
        true => even,
        false => textwrap::fill(&text, options.wrap_algorithm(textwrap::WrapAlgorithm::FirstFit)),
    };
    filled.replace(GLUE, " ")
}

/// An option stays with its value: `--use table=clicks`.
fn with_values(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (n, word) in text.split(' ').enumerate() {
        let before = out.rsplit([' ', GLUE]).next().unwrap_or_default();
        let is_option = before.trim_start_matches(['`', '(']).starts_with("--")
            && !before.ends_with([',', '.', ':', ';', '`', ')']);
        if n > 0 {
            out.push(if is_option { GLUE } else { ' ' });
        }
        out.push_str(word);
    }
    out
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

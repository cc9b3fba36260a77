//! Text for a terminal: what students wrote is made harmless, our Markdown becomes bold, lines are wrapped.

use colored::Colorize;

/// Longer than this is cut: a report is read by people.
const LONGEST: usize = 1500;

/// `text` without anything that a terminal would act on: control and format characters become visible or vanish.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(LONGEST));
    for (count, c) in text.chars().enumerate() {
        if count >= LONGEST {
            out.push_str(" …");
            break;
        }
        match c {
            '\n' | '\t' | '\u{2028}' | '\u{2029}' => out.push(' '),
            '\u{1b}' => out.push('␛'),
            '\u{7f}' => out.push('␡'),
            c if (c as u32) < 0x20 => out.push(char::from_u32(0x2400 + c as u32).unwrap_or('·')),
            // C1 controls, the marks that turn the direction of text round, and others that nobody sees.
            '\u{80}'..='\u{9f}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}' => {
                out.push('·');
            }
            c => out.push(c),
        }
    }
    out
}

/// The two marks of Markdown that a course's texts use: `**bold**` and `` `code` ``.
pub fn styled(text: &str) -> String {
    let mut out = String::new();
    for (n, part) in text.split("**").enumerate() {
        for (m, piece) in part.split('`').enumerate() {
            let piece = match (n % 2 == 1, m % 2 == 1) {
                (_, true) if colored::control::SHOULD_COLORIZE.should_colorize() => piece.cyan().to_string(),
                (_, true) => format!("`{piece}`"),
                (true, false) => piece.bold().to_string(),
                (false, false) => piece.to_owned(),
            };
            out.push_str(&piece);
        }
    }
    out
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
        assert!(visible(&"x".repeat(1_000_000)).chars().count() < LONGEST + 10);
    }
}

//! Texts of an account as people can compare them: in quotes, with a mark and a word for what the eye does not see.

/// Longer texts are cut: a name is short.
const MAX_CHARS: usize = 300;

/// `"user_id␠" (a space at its end)`: a text in quotes, and what is odd about it.
pub fn shown(text: &str) -> String {
    with_notes(text, notes(text))
}

/// The same, and how it differs from the text that is expected, where that is a matter of a few letters.
pub fn compared(text: &str, expected: &str) -> String {
    let mut notes = notes(text);
    if text != expected {
        let bare = text.trim_matches(is_quote);
        if text.chars().count() > bare.chars().count() && bare == expected {
            notes.push("the quotes are part of it".to_owned());
        } else if folded(text) == folded(expected) && text.to_lowercase() == expected.to_lowercase() {
            notes.push(format!("differs only in case from {}", quoted(expected)));
        } else if notes.is_empty() && is_close(text, expected) {
            notes.push(format!("almost {}", quoted(expected)));
        }
    }
    with_notes(text, notes)
}

/// The first line of a text of several that is not as in the one that is expected. Blank lines, and space around a line, do
/// not count. Nothing where all lines are as expected.
pub fn first_difference(text: &str, expected: &str) -> Option<String> {
    let lines = |text: &str| -> Vec<String> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect()
    };
    let (found, wanted) = (lines(text), lines(expected));
    let at = (0..found.len().max(wanted.len())).find(|n| found.get(*n) != wanted.get(*n))?;
    Some(match (found.get(at), wanted.get(at)) {
        (Some(found), Some(wanted)) => {
            format!("line {} is {}, not {}", at + 1, compared(found, wanted), quoted(wanted))
        }
        (None, Some(wanted)) => format!("line {} is missing: {}", at + 1, quoted(wanted)),
        (Some(found), None) => format!("line {} is one too many: {}", at + 1, shown(found)),
        (None, None) => return None,
    })
}

/// A text without quotes in which everything is visible: for a place where it stands among words.
pub fn visible(text: &str) -> String {
    // What a terminal acts on, and the ends of lines, are dealt with where a report is made harmless.
    let marked = |c: char| is_hidden(c) && !c.is_control();
    match text.chars().any(marked) {
        true => text
            .chars()
            .map(|c| if marked(c) { mark(c) } else { c.to_string() })
            .collect(),
        false => text.to_owned(),
    }
}

/// Whether a text has something about it that the eye does not see, at its ends or within.
pub fn is_odd(text: &str) -> bool {
    text.trim() != text || text.chars().any(|c| is_hidden(c) && !c.is_control())
}

fn with_notes(text: &str, notes: Vec<String>) -> String {
    match notes.is_empty() {
        true => quoted(text),
        false => format!("{} ({})", quoted(text), notes.join(", ")),
    }
}

/// In quotes, with marks for what is hidden and for space at its ends.
fn quoted(text: &str) -> String {
    let start = text.len() - text.trim_start_matches(' ').len();
    let end = text.trim_end_matches(' ').len();
    let mut out = String::from('"');
    for (count, (at, c)) in text.char_indices().enumerate() {
        if count >= MAX_CHARS {
            out.push('…');
            break;
        }
        match c {
            ' ' if at < start || at >= end => out.push('␠'),
            c if is_hidden(c) => out.push_str(&mark(c)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A hidden character, made visible.
fn mark(c: char) -> String {
    match c {
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        c => format!("\\u{:04x}", c as u32),
    }
}

/// Whether a character is invisible, or looks like a plain space and is none.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{fffd}' | '\u{e0000}'..='\u{e007f}')
}

fn is_full_width(c: char) -> bool {
    matches!(c, '\u{ff01}'..='\u{ff5e}')
}

fn is_curly(c: char) -> bool {
    matches!(c, '\u{2018}'..='\u{201f}' | '«' | '»')
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '`') || is_curly(c)
}

/// What is odd about a text, in words.
fn notes(text: &str) -> Vec<String> {
    let has = |what: &dyn Fn(char) -> bool| text.chars().any(what);
    let starts = text.starts_with(char::is_whitespace);
    let ends = text.ends_with(char::is_whitespace);
    let space = |c: Option<char>| match c {
        Some('\n' | '\r') => "a line break",
        Some('\t') => "a tab",
        Some('\u{a0}' | '\u{202f}' | '\u{2007}') => "a non-breaking space",
        _ => "a space",
    };
    let mut notes = Vec::new();
    if starts && !text.trim().is_empty() {
        notes.push(format!("{} at its beginning", space(text.chars().next())));
    }
    if ends {
        notes.push(match text.trim().is_empty() {
            true => "nothing but space".to_owned(),
            false => format!("{} at its end", space(text.chars().next_back())),
        });
    }
    let within = text.trim();
    let mut note = |is: bool, what: &str| {
        if is {
            notes.push(what.to_owned());
        }
    };
    note(
        within.contains(['\u{a0}', '\u{202f}', '\u{2007}']),
        "a non-breaking space in it",
    );
    note(within.contains('\u{feff}'), "a byte order mark in it");
    let invisible = |c: char| is_hidden(c) && !c.is_whitespace() && !matches!(c, '\u{feff}' | '\u{fffd}');
    note(within.chars().any(invisible), "an invisible character in it");
    note(within.contains('\u{fffd}'), "bytes in it that are no text");
    note(has(&is_curly), "curly quotes in it");
    note(
        has(&is_full_width) || within.contains('\u{3000}'),
        "full-width characters in it",
    );
    notes
}

/// Without what the eye does not see, in small letters.
fn folded(text: &str) -> String {
    let plain = text.trim().chars().filter(|c| !is_hidden(*c));
    plain.collect::<String>().to_lowercase()
}

/// Whether one is probably a slip of the other.
fn is_close(text: &str, expected: &str) -> bool {
    let length = expected.chars().count();
    let slips = match length {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    };
    length <= MAX_CHARS
        && text.chars().count() <= MAX_CHARS
        && (1..=slips).contains(&strsim::osa_distance(text, expected))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_eye_does_not_see_has_a_mark_and_a_word() {
        for (text, said) in [
            ("user_id", r#""user_id""#),
            ("user_id ", r#""user_id␠" (a space at its end)"#),
            (" user_id", r#""␠user_id" (a space at its beginning)"#),
            ("user\u{a0}id", r#""user\u00a0id" (a non-breaking space in it)"#),
            ("clicks\n", r#""clicks\n" (a line break at its end)"#),
            ("click\u{200b}s", r#""click\u200bs" (an invisible character in it)"#),
            ("\u{feff}USER_ID", r#""\ufeffUSER_ID" (a byte order mark in it)"#),
            ("“bus”", r#""“bus”" (curly quotes in it)"#),
            ("ｕser", r#""ｕser" (full-width characters in it)"#),
            ("  ", r#""␠␠" (nothing but space)"#),
        ] {
            assert_eq!(shown(text), said);
        }
    }

    #[test]
    fn a_difference_of_a_few_letters_is_named() {
        for (text, expected, said) in [
            (
                "User_ID",
                "user_id",
                r#""User_ID" (differs only in case from "user_id")"#,
            ),
            ("\"clicks\"", "clicks", r#"""clicks"" (the quotes are part of it)"#),
            ("timestmap", "timestamp", r#""timestmap" (almost "timestamp")"#),
            ("user_id ", "user_id", r#""user_id␠" (a space at its end)"#),
            ("other", "user_id", r#""other""#),
            ("same", "same", r#""same""#),
        ] {
            assert_eq!(compared(text, expected), said);
        }
    }

    #[test]
    fn the_first_line_that_differs_is_shown() {
        let expected = "{\n  \"a\": 1,\n  \"b\": 2\n}";
        assert_eq!(first_difference("{\n\"a\": 1,\n\n\"b\": 2\n}\n", expected), None);
        assert_eq!(
            first_difference("{\n“a”: 1,\n\"b\": 2\n}", expected).unwrap(),
            r#"line 2 is "“a”: 1," (curly quotes in it), not ""a": 1,""#
        );
        assert_eq!(first_difference("{", "{\n}").unwrap(), r#"line 2 is missing: "}""#);
    }
}

//! A course's text as Markdown: its two marks stay, all else comes out as it is written.

use crate::report::text::{StyledPiece, pieces};

/// `text` with `**bold**` and `` `code` `` as marks, and every other character for itself.
pub(super) fn marked(text: &str) -> String {
    let of = |piece: StyledPiece| match piece {
        StyledPiece { code: true, text, .. } => format!("<code>{}</code>", entities(&text)),
        StyledPiece { bold: true, text, .. } => format!("<strong>{}</strong>", literal(&text)),
        StyledPiece { text, .. } => literal(&text),
    };
    pieces(text).into_iter().map(of).collect()
}

/// `text` with no marks at all.
pub(super) fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        // Markdown takes any ASCII punctuation behind a backslash for itself. So quotes stay as they are, too.
        if c.is_ascii_punctuation() {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Commands as a block in which nothing means anything.
pub(super) fn fenced(commands: &[String]) -> String {
    let text = commands.join("\n");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}sh\n{text}\n{fence}\n")
}

/// `text` in an HTML element, where Markdown is still read: what could mean something is a character reference.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_ascii_punctuation() => out.push_str(&format!("&#{};", c as u32)),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::marked;
    use mdbook_markdown::{MarkdownOptions, new_cmark_parser, pulldown_cmark::html::push_html};

    #[test]
    fn only_the_two_marks_mean_something() {
        let html = |text: &str| {
            let mut out = String::new();
            push_html(&mut out, new_cmark_parser(&marked(text), &MarkdownOptions::default()));
            out.replace("&quot;", "\"").trim_end().to_owned()
        };
        assert_eq!(
            html("Open **Runtime settings** → `lambda_function.lambda_handler`."),
            "<p>Open <strong>Runtime settings</strong> → <code>lambda&#95;function&#46;lambda&#95;handler</code>.</p>"
                .replace("&#95;", "_")
                .replace("&#46;", ".")
        );
        for text in [
            "# no heading",
            "1. no list",
            "- none",
            "a_b_c *d* [e](f) | g ~~h~~ \"i\" -- 'j' ...",
            "{{#include k}} \\{{#check l}}",
            "= m",
        ] {
            assert_eq!(html(text), format!("<p>{text}</p>"));
        }
        assert_eq!(
            html("<b onclick='x'>&amp;</b>"),
            "<p>&lt;b onclick='x'&gt;&amp;amp;&lt;/b&gt;</p>"
        );
        assert_eq!(html("`<i>*x*`"), "<p><code>&lt;i&gt;*x*</code></p>");
    }
}

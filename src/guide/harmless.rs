//! What an author writes into a page stays a text and its pictures: nothing of it is executed, and nothing of it takes the
//! reader elsewhere by itself.
//!
//! The content security policy (`pages.rs`) keeps scripts, frames, forms and what is loaded from elsewhere away. It does not
//! keep a page from sending its reader on (`<meta http-equiv="refresh">`) or from greeting other computers (`<link>`), so
//! these tags become text. A sanitizer would have to know all of HTML and SVG, and parse as each browser does. No browser
//! sees a tag whose name does not stand behind a `<`, so none has to be parsed.

use regex::bytes::{Captures, Regex};
use std::ops::Range;
use std::sync::LazyLock;

/// Tags that an author's page has no use for. They are on the list whether or not the policy knows them, too.
static TAGS: LazyLock<Regex> = LazyLock::new(|| {
    let names = "applet|base|embed|fencedframe|form|frame|frameset|iframe|link|meta|noscript|object|portal|script";
    // As HTML ends the name of a tag.
    Regex::new(&format!(r"(?i-u)<({names})([\t\n\x0c\r />]|$)")).expect("a pattern")
});

const BEGIN: &[u8] = b"<main>";
const END: &[u8] = b"</main>";

/// Where the author's part of a page is: the rest is mdBook's template, in which all that is an author's is escaped.
///
/// An author may write `<main>` as well: the template's own comes before and after all of it. Nothing: it is no page that
/// we know.
pub(super) fn content(html: &[u8]) -> Option<Range<usize>> {
    let start = html.windows(BEGIN.len()).position(|word| word == BEGIN)? + BEGIN.len();
    let end = html.windows(END.len()).rposition(|word| word == END)?;
    (start <= end).then_some(start..end)
}

/// The page with an author's tags of these kinds as text. Without a place that is known to be the author's, all of it is.
pub(super) fn page(html: &[u8]) -> Vec<u8> {
    let Range { start, end } = content(html).unwrap_or(0..html.len());
    [&html[..start], &text(&html[start..end]), &html[end..]].concat()
}

/// The same for what a script puts into a page: the list of places that the search has found.
pub(super) fn text(html: &[u8]) -> Vec<u8> {
    let as_text = |found: &Captures| [b"&lt;", &found[1], &found[2]].concat();
    TAGS.replace_all(html, as_text).into_owned()
}

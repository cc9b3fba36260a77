//! What is printed, without what differs from one run to the next: for snapshots.

use regex::Regex;

/// The same text with another letter for each of the random ones at the end of a resource's name.
pub fn without_ids(text: &str) -> String {
    let random = Regex::new(r"-([0-9A-Fa-f]{8,13})\b").expect("a regular expression");
    random
        .replace_all(text, |found: &regex::Captures| {
            format!("-{}", "x".repeat(found[1].len()))
        })
        .into_owned()
}

/// The same messages without the numbers of lines and columns, and the room that they take: who changes a file of the course
/// moves them.
pub fn without_places(text: &str) -> String {
    let mut text = text.to_owned();
    for (what, with) in [
        (r":\d+:\d+", ":LINE:COLUMN"),
        (r"(?m)^ *-->", " -->"),
        (r"(?m)^ *\d* *\|", "  |"),
    ] {
        let what = Regex::new(what).expect("a regular expression");
        text = what.replace_all(&text, with).into_owned();
    }
    text
}

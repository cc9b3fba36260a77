//! What a report may be whatever a student wrote: short, and without a character that acts.

use crate::common::cloud::Printed;
use edemlab::report::Report;

/// More than this is not a report that anybody reads.
pub const SHORT: usize = 64 * 1024;

/// The three renderings of a check (text, JSON and JUnit), each harmless and short; the report, and the terminal's text in one
/// line.
pub fn harmless(printed: &[Printed; 3]) -> (Report, String) {
    for (one, format) in printed.iter().zip(["text", "json", "junit"]) {
        for (where_, text) in [("stdout", &one.stdout), ("stderr", &one.stderr)] {
            let acts = |c: &char| {
                (c.is_control() && *c != '\n')
                    || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            };
            let bad: Vec<char> = text.chars().filter(acts).collect();
            assert!(bad.is_empty(), "{format} on {where_} has {bad:?}:\n{text:?}");
            assert!(text.len() < SHORT, "{format} on {where_} has {} bytes", text.len());
        }
    }
    let report = serde_json::from_str(&printed[1].stdout).expect("JSON");
    assert!(!printed[2].stdout.contains("<script>"), "{}", printed[2].stdout);
    let flat = printed[0].stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    (report, flat)
}

/// A text as a literal of Python that has no character of it.
pub fn python(text: &str) -> String {
    let escaped: String = text.chars().map(|c| format!("\\U{:08x}", c as u32)).collect();
    format!("\"{escaped}\"")
}

//! What a recording holds, in a table.

use super::format::{Endpoint, Recording};
use std::collections::BTreeMap;
use std::fmt::Write;

/// What is known of the calls of one operation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calls {
    /// How many.
    pub count: usize,
    /// Those that were answered with an error, or not at all.
    pub errors: usize,
    /// The slowest, in milliseconds.
    pub slowest: u64,
    /// Bytes of all answers.
    pub bytes: usize,
}

/// The calls of each operation, with its service.
pub fn calls(recording: &Recording) -> BTreeMap<String, Calls> {
    let mut all: BTreeMap<String, Calls> = BTreeMap::new();
    for exchange in &recording.exchanges {
        let calls = all
            .entry(format!("{} {}", exchange.service, exchange.operation))
            .or_default();
        let answer = exchange.answer.as_ref();
        calls.count += 1;
        calls.errors += usize::from(answer.is_none_or(|answer| answer.status >= 400));
        calls.slowest = calls.slowest.max(exchange.took);
        calls.bytes += answer.map_or(0, |answer| answer.body.len() + answer.dropped.unwrap_or_default());
    }
    all
}

/// The table, for a terminal of this width.
pub fn text(recording: &Recording, width: usize) -> String {
    let header = &recording.header;
    let who = match header.endpoint {
        Endpoint::Aws => "AWS",
        Endpoint::Other => "another endpoint, such as the sandbox",
    };
    let about = format!(
        "{} in {}, {} UTC, by edemlab {}; answered by {who}. Verdict: {}, of {} checks.",
        header.lab,
        header.region,
        header.started.get(..16).unwrap_or(&header.started).replace('T', " "),
        header.tool,
        recording.end.verdict,
        recording.end.checks.len(),
    );
    let mut out = textwrap::fill(&about, width) + "\n\n";
    let numbers =
        |calls: &str, errors: &str, slowest: &str, size: &str| format!("{calls:>6} {errors:>6} {slowest:>8} {size:>8}");
    let _ = writeln!(out, "{}  operation", numbers("calls", "errors", "slowest", "bytes"));
    let all = calls(recording);
    let indent = " ".repeat(numbers("", "", "", "").len() + 2);
    for (operation, calls) in &all {
        let row = numbers(
            &calls.count.to_string(),
            &calls.errors.to_string(),
            &format!("{} ms", calls.slowest),
            &calls.bytes.to_string(),
        );
        let options = textwrap::Options::new(width.max(indent.len() + 20)).subsequent_indent(&indent);
        let line = format!("{row}  {operation}");
        let _ = writeln!(out, "{}", textwrap::fill(&line, options));
    }
    let total = all.values().map(|calls| calls.count).sum::<usize>();
    let _ = write!(out, "\n{total} exchanges, {} operations", all.len());
    out
}

//! A function's log: its runs, which of their lines are errors, and what an error says. Pure.

use crate::redact;

/// A line of a log is quoted up to this many characters, and this many lines of it; more of it is looked at.
const MAX_LINE_CHARS: usize = 300;
pub(super) const MAX_LINES: usize = 5;
const MAX_READ_CHARS: usize = 4000;

/// One run of the function.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Invocation {
    pub(super) started: i64,
    pub(super) ended: bool,
    pub(super) errors: Vec<String>,
    pub(super) names_this_probe: bool,
}

/// Splits a log into runs at Lambda's own lines `START`, `END` and `REPORT`; see
/// <https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html>.
pub(super) fn parse<'a>(lines: impl Iterator<Item = (i64, &'a str)>, correlation_ids: &[String]) -> Vec<Invocation> {
    let mut runs: Vec<Invocation> = Vec::new();
    let mut before: Vec<String> = Vec::new();
    for (time, line) in lines {
        let line = line.trim();
        if line.starts_with("START RequestId") || line.contains("\"type\":\"platform.start\"") {
            runs.push(Invocation {
                started: time,
                // What goes wrong while the code is loaded is logged before the run starts.
                errors: std::mem::take(&mut before),
                ..Invocation::default()
            });
            continue;
        }
        let error = is_error(line).then(|| line.chars().take(MAX_READ_CHARS).collect::<String>());
        let Some(run) = runs.last_mut() else {
            before.extend(error);
            continue;
        };
        run.names_this_probe |= correlation_ids.iter().any(|m| line.contains(m.as_str()));
        if line.starts_with("END RequestId") || line.starts_with("REPORT") || line.contains("\"platform.report\"") {
            run.ended = true;
        }
        run.errors.extend(error);
    }
    runs
}

/// Lambda's and Python's own correlation_ids of failure, and what a function that swallows an error prints of it.
fn is_error(line: &str) -> bool {
    let lower = line.to_lowercase();
    [
        "[error]",
        "traceback (most recent",
        "error:",
        "exception",
        "errortype",
        "task timed out",
        "error ",
        "status: error",
        "failed to",
    ]
    .iter()
    .any(|sign| lower.contains(sign))
        && !lower.starts_with("init_start")
}

/// One line, its control characters gone, at a length that can be read. Credentials go before it is cut: half of one is
/// not known by its form any more.
pub(super) fn cut(line: &str) -> String {
    cut_at(line, MAX_LINE_CHARS)
}

/// As [`cut`], of all that is looked at.
pub(super) fn whole(line: &str) -> String {
    cut_at(line, MAX_READ_CHARS)
}

fn cut_at(line: &str, chars: usize) -> String {
    let start: String = line.chars().take(MAX_READ_CHARS).collect();
    let line = redact::text(&start, &|_| false);
    let flat: String = line
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(chars)
        .collect();
    let flat = flat.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > chars {
        format!("{flat} …")
    } else {
        flat
    }
}

/// What an error says, without what stands around it: the denied action, the error of a traceback and its line.
pub(super) fn essence(error: &str) -> String {
    // A private key goes over several lines.
    let error = &*redact::text(error, &|_| false);
    if let Some((_, rest)) = error.split_once("is not authorized to perform: ") {
        return cut(&format!("AccessDenied: not authorized to perform: {rest}"));
    }
    if let Some((_, rest)) = error.split_once("An error occurred (") {
        return cut(&format!("An error occurred ({rest}"));
    }
    let mut lines = error.lines().map(str::trim).filter(|l| !l.is_empty());
    let first = lines.clone().next().unwrap_or_default();
    let telling = if first.starts_with("Traceback") {
        lines.next_back().unwrap_or(first)
    } else {
        first
    };
    let place = error.rsplit_once("File \"/var/task/").and_then(|(_, rest)| {
        let (file, rest) = rest.split_once("\", line ")?;
        let line: String = rest.chars().take_while(char::is_ascii_digit).collect();
        Some(format!(" ({file}, line {line})"))
    });
    cut(&format!("{telling}{}", place.unwrap_or_default()))
}

/// How much a line says: AWS's and Python's named errors before anything else.
pub(super) fn informative(line: &str) -> usize {
    let named = [
        "AccessDenied",
        "ResourceNotFound",
        "ValidationException",
        "ImportModuleError",
        "HandlerNotFound",
        "UserCodeSyntaxError",
        "KeyError",
        "timed out",
        "Exception",
        "Error:",
    ];
    named
        .iter()
        .rev()
        .position(|sign| line.contains(sign))
        .map_or(0, |i| i + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DENIED: &str = "[ERROR] ClientError: An error occurred (AccessDeniedException) when calling the PutItem \
                          operation: User: arn:aws:sts::1:assumed-role/r/f is not authorized to perform: \
                          dynamodb:PutItem on resource: t";

    fn runs_of(lines: &[&str], correlation_ids: &[&str]) -> Vec<Invocation> {
        let correlation_ids: Vec<String> = correlation_ids.iter().map(|m| m.to_string()).collect();
        parse(lines.iter().map(|l| (1, *l)), &correlation_ids)
    }

    #[test]
    fn a_run_knows_its_end_its_errors_and_whose_event_it_was() {
        let runs = runs_of(
            &[
                "START RequestId: 1",
                DENIED,
                "user edemlab-1",
                "END RequestId: 1",
                "START RequestId: 2",
            ],
            &["edemlab-1"],
        );
        assert_eq!(runs.len(), 2);
        assert!(runs[0].ended && runs[0].names_this_probe && runs[0].errors.len() == 1);
        assert!(!runs[1].ended && runs[1].errors.is_empty());
    }

    #[test]
    fn an_error_while_loading_belongs_to_the_run_that_follows() {
        let runs = runs_of(
            &[
                "[ERROR] Runtime.ImportModuleError: Unable to import module 'x'",
                "START RequestId: 1",
                "END RequestId: 1",
            ],
            &[],
        );
        assert_eq!(runs[0].errors.len(), 1);
    }

    #[test]
    fn an_error_is_told_shortly() {
        assert_eq!(
            essence(DENIED),
            "AccessDenied: not authorized to perform: dynamodb:PutItem on resource: t"
        );
        let crash = "[ERROR] KeyError: 'userId'\nTraceback (most recent call last):\n  File \"/var/task/index.py\", line 24, in f\n    x";
        assert_eq!(essence(crash), "[ERROR] KeyError: 'userId' (index.py, line 24)");
        let printed = "Traceback (most recent call last):\n  File \"/var/task/a.py\", line 3, in f\nKeyError: 'x'";
        assert_eq!(essence(printed), "KeyError: 'x' (a.py, line 3)");
    }

    #[test]
    fn a_hostile_line_is_cut_and_flat() {
        let line = cut(&format!("\u{1b}[31m<b>{}", "x".repeat(1_000_000)));
        assert!(line.chars().count() < 320 && !line.contains('\u{1b}'));
    }
}

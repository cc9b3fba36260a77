//! A function's log: its runs, the errors among their lines, and what an error says. Pure.

use super::log_line::{Mark, is_report, read, said};
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
    /// Whether its log has a line that is not one of Lambda's own.
    pub(super) has_output: bool,
    request: Option<String>,
}

/// Splits one stream of a log into runs, at Lambda's own lines `START`, `END` and `REPORT`; see
/// <https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html>.
///
/// A log as JSON may have none of them (`SystemLogLevel`): then each run is known by its id in what the function says.
/// `is_silent` says that this is so: then whatever is said is of some run, also without an id.
pub(super) fn parse<'a>(
    lines: impl Iterator<Item = (i64, &'a str)>,
    correlation_ids: &[String],
    is_silent: bool,
) -> Vec<Invocation> {
    let lines: Vec<_> = lines.map(|(time, raw)| (time, raw, read(raw))).collect();
    let has_starts = lines.iter().any(|(.., line)| line.mark == Mark::Start);
    let mut runs: Vec<Invocation> = Vec::new();
    let mut before: Vec<String> = Vec::new();
    for (time, raw, line) in lines {
        let is_new = match (line.mark, &line.request) {
            (Mark::Start, _) => true,
            (Mark::Platform, _) => false,
            // The end of a run that began before.
            (Mark::End, _) if !line.is_error => false,
            (_, Some(request)) if !has_starts => runs.iter().all(|run| run.request.as_ref() != Some(request)),
            _ => !has_starts && is_silent && runs.is_empty(),
        };
        if is_new {
            runs.push(Invocation {
                started: time,
                // Where its end is not logged, nothing says that it goes on.
                ended: line.mark != Mark::Start,
                // What goes wrong while the code is loaded is logged before the run starts.
                errors: std::mem::take(&mut before),
                request: line.request.clone(),
                ..Invocation::default()
            });
        }
        if line.mark == Mark::Start {
            continue;
        }
        let error = line
            .is_error
            .then(|| line.text.chars().take(MAX_READ_CHARS).collect::<String>());
        let of_request = line.request.as_ref();
        let run = match runs
            .iter()
            .rposition(|run| of_request.is_some() && run.request.as_ref() == of_request)
        {
            Some(at) => runs.get_mut(at),
            None => runs.last_mut(),
        };
        let Some(run) = run else {
            before.extend(error);
            continue;
        };
        run.names_this_probe |= correlation_ids.iter().any(|id| raw.contains(id.as_str()));
        run.ended |= line.mark == Mark::End;
        run.has_output |= line.mark == Mark::Said;
        run.errors.extend(error);
    }
    runs
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
    let plain = said(error);
    // A private key goes over several lines.
    let error = &*redact::text(plain.as_deref().unwrap_or(error), &|_| false);
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

/// How much a line says: AWS's and Python's named errors before anything else, and Lambda's report of a run, which only
/// repeats an error's name, behind all.
pub(super) fn informative(line: &str) -> usize {
    if is_report(line) {
        return 0;
    }
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
        .map_or(1, |i| i + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DENIED: &str = "[ERROR] ClientError: An error occurred (AccessDeniedException) when calling the PutItem \
                          operation: User: arn:aws:sts::1:assumed-role/r/f is not authorized to perform: \
                          dynamodb:PutItem on resource: t";

    fn runs_of(lines: &[&str], correlation_ids: &[&str]) -> Vec<Invocation> {
        let correlation_ids: Vec<String> = correlation_ids.iter().map(|m| m.to_string()).collect();
        parse(lines.iter().map(|l| (1, *l)), &correlation_ids, false)
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
    fn the_report_of_an_import_error_says_less_than_the_error() {
        let error = "[ERROR] Runtime.ImportModuleError: Unable to import module 'x': No module named 'y'";
        let report = "REPORT RequestId: 1 Duration: 1 ms Status: error Error Type: Runtime.ImportModuleError";
        let runs = runs_of(&[error, "START RequestId: 1", "END RequestId: 1", report], &[]);
        let telling = runs[0].errors.iter().max_by_key(|line| informative(line));
        assert_eq!(telling.map(String::as_str), Some(error));
    }

    #[test]
    fn a_log_as_json_has_its_runs_also_without_their_starts() {
        let line = |request: &str, level: &str, message: &str| {
            format!(r#"{{"timestamp":"t","level":"{level}","message":"{message}","requestId":"{request}"}}"#)
        };
        let lines = [
            line("a", "INFO", "edemlab-1"),
            line("b", "INFO", "well"),
            line("a", "ERROR", "it broke"),
        ];
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let runs = runs_of(&lines, &["edemlab-1"]);
        assert_eq!(runs.len(), 2, "{runs:?}");
        assert_eq!(runs[0].errors, ["[ERROR] it broke"]);
        assert!(runs[0].ended && runs[0].names_this_probe && runs[1].errors.is_empty());

        let start = r#"{"time":"t","type":"platform.start","record":{"requestId":"b","version":"$LATEST"}}"#;
        let report = r#"{"time":"t","type":"platform.report","record":{"requestId":"b","status":"success"}}"#;
        let earlier = line("a", "ERROR", "of a run that began before");
        let runs = runs_of(&[&earlier, start, lines[1]], &[]);
        assert!(runs.len() == 1 && !runs[0].ended, "{runs:?}");
        assert!(runs_of(&[start, lines[1], report], &[])[0].ended);

        // Nothing but what the function prints.
        let printed = || [(1, "ERROR userId=u KeyError: 'x'")].into_iter();
        assert!(parse(printed(), &[], false).is_empty(), "a run that began before");
        let runs = parse(printed(), &[], true);
        assert!(
            runs.len() == 1 && runs[0].ended && runs[0].errors.len() == 1,
            "{runs:?}"
        );
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

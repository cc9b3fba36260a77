//! One line of a function's log, as text or as JSON, read as what it says. Pure.
//!
//! See Lambda's [log formats](https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html) and
//! the [events of the platform](https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html).

use serde_json::{Map, Value};

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// Lambda's own: a run begins.
    Start,
    /// Lambda's own: a run has ended.
    End,
    /// Lambda's own, about something else.
    Platform,
    /// The function's, or of its runtime.
    Said,
}

/// A line that was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) mark: Mark,
    /// The id of the run that it is about, where it is JSON and says so.
    pub(super) request: Option<String>,
    /// What it says, as a log that is text would.
    pub(super) text: String,
    pub(super) is_error: bool,
}

/// The names that log libraries have for how bad it is.
const LEVELS: [&str; 4] = ["level", "log_level", "levelname", "severity"];
const BAD: [&str; 4] = ["ERROR", "CRITICAL", "FATAL", "PANIC"];
/// The names that they have for the id of the run.
const REQUESTS: [&str; 4] = ["requestId", "AWSRequestId", "function_request_id", "aws_request_id"];

/// Reads a line.
pub(super) fn read(line: &str) -> Line {
    let line = line.trim();
    object(line).map_or_else(|| of_text(line), |object| of_json(&object))
}

/// What a line says: of one that is JSON, its message.
pub(super) fn said(line: &str) -> Option<String> {
    object(line.trim()).map(|object| of_json(&object).text)
}

/// Whether a line is Lambda's own report of a run or of a start.
pub(super) fn is_report(text: &str) -> bool {
    text.starts_with("REPORT") || text.starts_with("INIT_REPORT")
}

fn object(line: &str) -> Option<Map<String, Value>> {
    if !line.starts_with('{') {
        return None;
    }
    let object: Map<String, Value> = serde_json::from_str(line).ok()?;
    let known = |name: &&str| object.contains_key(*name);
    let speaks = ["message", "msg", "errorMessage", "errorType", "type"]
        .iter()
        .any(known);
    speaks.then_some(object)
}

fn of_text(line: &str) -> Line {
    let mark = match line {
        _ if line.starts_with("START RequestId") => Mark::Start,
        _ if line.starts_with("END RequestId") || line.starts_with("REPORT") => Mark::End,
        _ if line.starts_with("INIT_START") || is_report(line) => Mark::Platform,
        _ => Mark::Said,
    };
    Line {
        mark,
        request: None,
        text: line.to_owned(),
        is_error: looks_like_error(line),
    }
}

fn of_json(object: &Map<String, Value>) -> Line {
    match object.get("type").and_then(Value::as_str) {
        Some(kind) if kind.starts_with("platform.") => of_platform(kind, &object["type"], object.get("record")),
        _ => of_application(object),
    }
}

/// A run that has not succeeded ends with its status, and the error's type.
fn of_platform(kind: &str, name: &Value, record: Option<&Value>) -> Line {
    let record = record.unwrap_or(&Value::Null);
    let field = |field: &str| record[field].as_str().unwrap_or_default();
    let (request, status) = (field("requestId"), field("status"));
    let mark = match kind {
        "platform.start" => Mark::Start,
        "platform.report" | "platform.runtimeDone" => Mark::End,
        _ => Mark::Platform,
    };
    let is_error = !["", "success"].contains(&status);
    let seconds = record["metrics"]["durationMs"].as_f64().map(|ms| ms / 1000.0);
    let text = match (status, seconds) {
        ("timeout", Some(seconds)) => format!("Task timed out after {seconds:.2} seconds"),
        _ if is_error => format!(
            "REPORT RequestId: {request} Status: {status} Error Type: {}",
            field("errorType")
        ),
        _ => name.as_str().unwrap_or_default().to_owned(),
    };
    Line {
        mark,
        request: (!request.is_empty()).then(|| request.to_owned()),
        text,
        is_error,
    }
}

fn of_application(object: &Map<String, Value>) -> Line {
    let texts = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| object.get(*name)?.as_str().map(str::to_owned))
    };
    let level = texts(&LEVELS).unwrap_or_default().to_uppercase();
    let (kind, what) = (texts(&["errorType", "exception_name"]), texts(&["errorMessage"]));
    let error = match (kind, what) {
        (Some(kind), Some(what)) => format!("{kind}: {what}"),
        (kind, what) => kind.or(what).unwrap_or_default(),
    };
    let message = match object.get("message").or(object.get("msg")) {
        Some(Value::String(message)) => message.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    };
    let mut text = match (message.is_empty(), error.is_empty() || message.contains(&error)) {
        (false, true) => message,
        (false, false) => format!("{message}: {error}"),
        (true, _) => error.clone(),
    };
    let is_error = BAD.contains(&level.as_str()) || !error.is_empty() || looks_like_error(&text);
    if is_error && !text.starts_with("[ERROR]") {
        text = format!("[ERROR] {text}");
    }
    let trace = match object.get("stackTrace").or(object.get("exception")) {
        Some(Value::Array(lines)) => lines.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(""),
        Some(Value::String(trace)) => trace.clone(),
        _ => String::new(),
    };
    if !trace.is_empty() {
        text = format!("{text}\n{trace}");
    }
    Line {
        mark: Mark::Said,
        request: texts(&REQUESTS).filter(|request| !request.is_empty()),
        text,
        is_error,
    }
}

/// Lambda's and Python's own signs of failure, and what a function that swallows an error prints of it.
fn looks_like_error(line: &str) -> bool {
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
        "status: timeout",
        "failed to",
    ]
    .iter()
    .any(|sign| lower.contains(sign))
        && !lower.starts_with("init_start")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_json_says_what_its_message_says() {
        let crash = r#"{"timestamp":"2026-01-01T00:00:00Z","log_level":"ERROR","errorMessage":"'userId'","errorType":"KeyError",
            "requestId":"r1","stackTrace":["  File \"/var/task/index.py\", line 24, in f\n    x\n"]}"#;
        let line = read(&crash.replace('\n', ""));
        assert!(
            line.is_error && line.mark == Mark::Said && line.request.as_deref() == Some("r1"),
            "{line:?}"
        );
        assert!(line.text.starts_with("[ERROR] KeyError: 'userId'\n  File"), "{line:?}");
        for (json, is_error, text) in [
            (
                r#"{"level":"ERROR","message":"it broke","requestId":"r"}"#,
                true,
                "[ERROR] it broke",
            ),
            (
                r#"{"level":"INFO","message":"OK userId=u","requestId":"r"}"#,
                false,
                "OK userId=u",
            ),
            (r#"{"level":"WARN","message":"close to full"}"#, false, "close to full"),
            (r#"{"level":"INFO","message":{"a":1}}"#, false, r#"{"a":1}"#),
            (
                r#"{"level":"ERROR","message":"no","errorType":"KeyError","errorMessage":"'x'"}"#,
                true,
                "[ERROR] no: KeyError: 'x'",
            ),
            (
                r#"{"type":"platform.report","record":{"requestId":"r","status":"error","errorType":"Runtime.ImportModuleError"}}"#,
                true,
                "REPORT RequestId: r Status: error Error Type: Runtime.ImportModuleError",
            ),
            (
                r#"{"type": "platform.report", "record": {"requestId": "r", "status": "timeout", "metrics": {"durationMs": 3000.0}}}"#,
                true,
                "Task timed out after 3.00 seconds",
            ),
            (
                r#"{"type":"platform.start","record":{"requestId":"r"}}"#,
                false,
                "platform.start",
            ),
            (r#"{"orders": 1}"#, false, r#"{"orders": 1}"#),
        ] {
            let line = read(json);
            assert_eq!((line.is_error, line.text.as_str()), (is_error, text));
        }
    }
}

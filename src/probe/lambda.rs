//! A function's runs, its log and its code, as far as they show why an event is missing.

use super::facts::{ErrorFacts, ErrorSource};
use super::function_log::{Invocation, MAX_LINES, essence, informative, parse};
use super::log_events::log_events;
use super::log_line::is_report;
use super::verb::{Args, Clue, Observation, Progress, Verb, VerbFn, may, needs, text};
use crate::account::{Account, CallError, ErrorKind};
use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;
use futures::FutureExt;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// A run of the function since the probe began, seen in its log.
pub(super) const INVOCATION: Verb = Verb {
    name: "lambda.invocation",
    run: VerbFn::Await(|account, args, progress| invocation(account, args, progress).boxed()),
    args: &[needs("function"), may("log_group"), may("logging")],
    actions: &["logs:FilterLogEvents"],
    brings: || json!({"StartedAt": null}),
    secret: &[],
};

/// The error lines of the function's log since the probe began.
pub(super) const LOG: Verb = Verb {
    name: "lambda.log",
    run: VerbFn::Evidence(|account, args, progress| log(account, args, progress).boxed()),
    args: &[needs("function"), may("log_group"), may("logging")],
    actions: &["logs:FilterLogEvents"],
    brings: || Value::Null,
    secret: &[],
};

/// Whether the code is still what the console puts into a new function, or runs and prints nothing.
pub(super) const CODE: Verb = Verb {
    name: "lambda.code",
    run: VerbFn::Evidence(|account, args, progress| code(account, args, progress).boxed()),
    args: &[needs("function"), needs("code_size"), may("log_group"), may("logging")],
    actions: &["logs:FilterLogEvents"],
    brings: || Value::Null,
    secret: &[],
};

/// The console's "Hello from Lambda!" for Python is a zip of about 300 bytes; no code that stores anything is as small.
const MAX_HELLO_BYTES: u64 = 400;

/// Clocks differ a little, and a `Date` has whole seconds.
const CLOCKS_DIFFER: Duration = Duration::from_millis(1000);

/// A log is read up to this many events: enough for the minutes of a probe.
const MAX_EVENTS: usize = 30_000;

/// The log group of a function; see <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html>.
fn log_group(args: &Args) -> String {
    let configured = args.get("logging").and_then(|logging| logging["LogGroup"].as_str());
    match configured.unwrap_or(text(args, "log_group")) {
        "" => own_group(args),
        other => other.to_owned(),
    }
}

/// The log group that a function has unless it is given another.
fn own_group(args: &Args) -> String {
    format!("/aws/lambda/{}", text(args, "function"))
}

/// Whether a stream of a log group is of this function. Its name is `YYYY/MM/DD/[VERSION]ID` in the function's own group
/// and `YYYY/MM/DD/FUNCTION[VERSION]ID` in another, which several functions may share.
fn is_of(stream: &str, function: &str, in_own_group: bool) -> bool {
    let Some((before, _)) = stream.split_once('[') else {
        return in_own_group;
    };
    match before.rsplit('/').next().unwrap_or_default() {
        "" => in_own_group,
        name => name == function,
    }
}

/// The runs since the probe began, in their order; `None` when there is no log at all.
pub(super) async fn runs(
    account: &Account,
    args: &Args,
    progress: &Progress,
) -> Result<Option<Vec<Invocation>>, CallError> {
    let enough = |events: &[FilteredLogEvent]| events.len() >= MAX_EVENTS;
    let group = log_group(args);
    let Some(events) = log_events(account, &group, progress.since, None, enough).await? else {
        return Ok(None);
    };
    // Lambda says nothing of its own of runs that succeed.
    let is_silent = args
        .get("logging")
        .is_some_and(|logging| logging["SystemLogLevel"] == "WARN");
    let in_own_group = group == own_group(args);
    let time = |event: &FilteredLogEvent| event.timestamp().unwrap_or_default();
    // Events of several log streams come mixed; those of one run are in one stream.
    let mut streams: BTreeMap<&str, Vec<&FilteredLogEvent>> = BTreeMap::new();
    for event in &events {
        let stream = event.log_stream_name().unwrap_or_default();
        if is_of(stream, text(args, "function"), in_own_group) {
            streams.entry(stream).or_default().push(event);
        }
    }
    let mut runs: Vec<Invocation> = Vec::new();
    for events in streams.values_mut() {
        events.sort_by_key(|event| time(event));
        let lines = events
            .iter()
            .map(|event| (time(event), event.message().unwrap_or_default()));
        runs.extend(parse(lines, &progress.correlation_ids, is_silent));
    }
    runs.sort_by_key(|run| run.started);
    Ok(Some(runs))
}

async fn invocation(account: &Account, args: &Args, progress: &Progress) -> Result<Observation, CallError> {
    let runs = runs(account, args, progress).await?.unwrap_or_default();
    Ok(runs.first().map_or(Observation::NotYet, |run| {
        let started = chrono::DateTime::from_timestamp_millis(run.started).unwrap_or_default();
        Observation::Arrived(json!({"StartedAt": started.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)}))
    }))
}

async fn log(account: &Account, args: &Args, progress: &Progress) -> Result<Clue, CallError> {
    let Some(runs) = runs(account, args, progress).await? else {
        return Ok(Clue {
            lines: vec![format!(
                "log group {} is not there: the function never wrote a log",
                log_group(args)
            )],
            ..Clue::default()
        });
    };
    let ended: Vec<&Invocation> = runs.iter().filter(|r| r.ended).collect();
    let failed: Vec<&&Invocation> = ended.iter().filter(|r| !r.errors.is_empty()).collect();
    // Other events may be on the way beside the probe's: one failed run is not proof, unless it names the probe. Nor are
    // several, all of them before what was sent last.
    let last_sent = progress.last_sent.map(|at| log_time(account, at));
    let of_last = failed.last().is_some_and(|run| Some(run.started) >= last_sent);
    let terminal =
        failed.iter().any(|r| r.names_this_probe) || (failed.len() >= 2 && failed.len() == ended.len() && of_last);
    let errors: Vec<String> = failed.first().map(|r| r.errors.clone()).unwrap_or_default();
    let telling = errors.iter().max_by_key(|line| informative(line));
    // It may have the event in hand, or those before it.
    if let Some(run) = runs.iter().find(|r| !r.ended).filter(|_| !terminal) {
        return Ok(Clue {
            found: Some(format!(
                "function {} is still running, since {}: check again in a minute",
                text(args, "function"),
                clock(run)
            )),
            lines: vec![match telling {
                Some(telling) => format!("log of an earlier run: {}", essence(telling)),
                None => format!("{} run(s) have ended since the probe began", ended.len()),
            }],
            in_progress: true,
            ..Clue::default()
        });
    }
    let Some(telling) = telling else {
        let lines = if ended.is_empty() {
            Vec::new()
        } else {
            vec![format!(
                "the function ran {} time(s) since the probe began and logged no error",
                ended.len()
            )]
        };
        return Ok(Clue {
            lines,
            ..Clue::default()
        });
    };
    Ok(Clue {
        found: Some(format!(
            "the function ran at {} and logged: {}",
            clock(failed[0]),
            essence(telling)
        )),
        error: Some(ErrorFacts {
            function: text(args, "function").to_owned(),
            ..ErrorFacts::said(ErrorSource::Log, telling)
        }),
        lines: beside(telling, &errors),
        terminal,
        ..Clue::default()
    })
}

/// The earliest time in milliseconds that a log may have of a run which came after a moment of this computer's.
pub(super) fn log_time(account: &Account, at: tokio::time::Instant) -> i64 {
    let at = chrono::Utc::now() - at.elapsed() - CLOCKS_DIFFER;
    account.aws_time(at).timestamp_millis()
}

/// The other errors of a run, each once: a run that has several events in hand says the same of each.
fn beside(telling: &str, errors: &[String]) -> Vec<String> {
    let mut said = vec![essence(telling)];
    for error in errors.iter().filter(|line| !is_report(line)).map(|line| essence(line)) {
        if !said.contains(&error) {
            said.push(error);
        }
    }
    let others = said.into_iter().skip(1).take(MAX_LINES);
    others.map(|error| format!("log: {error}")).collect()
}

/// When a run began, for people.
fn clock(run: &Invocation) -> String {
    let at = chrono::DateTime::from_timestamp_millis(run.started).unwrap_or_default();
    at.format("%H:%M:%S UTC").to_string()
}

/// With the function's name among the facts.
fn of_function(mut clue: Clue, args: &Args) -> Clue {
    if let Some(error) = &mut clue.error {
        text(args, "function").clone_into(&mut error.function);
    }
    clue
}

async fn code(account: &Account, args: &Args, progress: &Progress) -> Result<Clue, CallError> {
    let size = args.get("code_size").and_then(Value::as_u64).unwrap_or(u64::MAX);
    let function = text(args, "function");
    let runs = match runs(account, args, progress).await {
        Ok(runs) => runs.unwrap_or_default(),
        Err(error) if error.kind == ErrorKind::Denied => Vec::new(),
        Err(error) => return Err(error),
    };
    let clean_run = runs.iter().any(|r| r.ended && r.errors.is_empty());
    if size > MAX_HELLO_BYTES {
        let silent = clean_run && runs.iter().all(|r| r.ended && r.errors.is_empty() && !r.has_output);
        let clue = Clue {
            found: silent.then(|| format!("function {function} ran to its end and printed nothing")),
            error: silent.then(|| ErrorFacts::seen(ErrorSource::Code, "Silent")),
            ..Clue::default()
        };
        return Ok(of_function(clue, args));
    }
    let clue = Clue {
        found: Some(format!(
            "function {function} stores nothing: its code is {size} bytes, the size of the console's \"Hello from Lambda!\""
        )),
        error: Some(ErrorFacts::seen(ErrorSource::Code, "ConsoleDefault")),
        terminal: clean_run,
        ..Clue::default()
    };
    Ok(of_function(clue, args))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_several_events_is_told_once() {
        let errors = [
            "[ERROR] KeyError: 'a'",
            "failed to store",
            "[ERROR] KeyError: 'a'",
            "failed to store",
        ];
        let errors = errors.map(str::to_owned);
        assert_eq!(beside(&errors[0], &errors), ["log: failed to store"]);
    }

    #[test]
    fn in_a_group_that_functions_share_a_stream_names_its_function() {
        for (stream, in_own_group, expected) in [
            ("2026/11/29/[$LATEST]0f0f", true, true),
            ("2026/11/29/[7]0f0f", true, true),
            ("2026/11/29/store[$LATEST]0f0f", false, true),
            ("2026/11/29/store2[$LATEST]0f0f", false, false),
            ("2026/11/29/other[$LATEST]0f0f", true, false),
            ("2026/11/29/[$LATEST]0f0f", false, false),
            ("made-by-hand", false, false),
        ] {
            assert_eq!(is_of(stream, "store", in_own_group), expected, "{stream}");
        }
    }
}

//! A function's runs, its log, its trigger and its code, as far as they show why an event is missing.

use super::facts::{ErrorFacts, ErrorSource};
use super::function_log::{Invocation, MAX_LINES, cut, essence, informative, parse};
use super::log_events::log_events;
use super::verb::{Args, Clue, Observation, Progress, Verb, VerbFn, may, needs, text};
use crate::account::{Account, CallError, ErrorKind};
use crate::discover::event_source_mappings;
use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;
use futures::FutureExt;
use serde_json::{Value, json};

/// A run of the function since the probe began, seen in its log.
pub(super) const INVOCATION: Verb = Verb {
    name: "lambda.invocation",
    run: VerbFn::Await(|account, args, progress| invocation(account, args, progress).boxed()),
    args: &[needs("function"), may("log_group")],
    actions: &["logs:FilterLogEvents"],
    brings: || json!({"StartedAt": null}),
    secret: &[],
};

/// The error lines of the function's log since the probe began.
pub(super) const LOG: Verb = Verb {
    name: "lambda.log",
    run: VerbFn::Evidence(|account, args, progress| log(account, args, progress).boxed()),
    args: &[needs("function"), may("log_group")],
    actions: &["logs:FilterLogEvents"],
    brings: || Value::Null,
    secret: &[],
};

/// The state of the trigger and what it says of its last try.
pub(super) const TRIGGER: Verb = Verb {
    name: "lambda.trigger",
    run: VerbFn::Evidence(|account, args, _| trigger(account, args).boxed()),
    args: &[needs("function"), needs("source")],
    actions: &["lambda:ListEventSourceMappings"],
    brings: || Value::Null,
    secret: &[],
};

/// Whether the code is still what the console puts into a new function.
pub(super) const CODE: Verb = Verb {
    name: "lambda.code",
    run: VerbFn::Evidence(|account, args, progress| code(account, args, progress).boxed()),
    args: &[needs("function"), needs("code_size"), may("log_group")],
    actions: &["logs:FilterLogEvents"],
    brings: || Value::Null,
    secret: &[],
};

/// The console's "Hello from Lambda!" for Python is a zip of about 300 bytes; no code that stores anything is as small.
const MAX_HELLO_BYTES: u64 = 400;

/// A log is read up to this many events: enough for the minutes of a probe.
const MAX_EVENTS: usize = 30_000;

/// The log group of a function; see <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html>.
fn log_group(args: &Args) -> String {
    match text(args, "log_group") {
        "" => format!("/aws/lambda/{}", text(args, "function")),
        own => own.to_owned(),
    }
}

/// The runs since the probe began; `None` when there is no log at all.
async fn runs(account: &Account, args: &Args, progress: &Progress) -> Result<Option<Vec<Invocation>>, CallError> {
    let enough = |events: &[FilteredLogEvent]| events.len() >= MAX_EVENTS;
    let Some(mut events) = log_events(account, &log_group(args), progress.since, None, enough).await? else {
        return Ok(None);
    };
    // Events of several log streams come mixed; those of one run are together once sorted by stream.
    let time = |event: &FilteredLogEvent| event.timestamp().unwrap_or_default();
    events.sort_by(|a, b| (a.log_stream_name(), time(a)).cmp(&(b.log_stream_name(), time(b))));
    let lines = events
        .iter()
        .map(|event| (time(event), event.message().unwrap_or_default()));
    Ok(Some(parse(lines, &progress.correlation_ids)))
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
    // Other events may be on the way beside the probe's: one failed run is not proof, unless it names the probe.
    let terminal = failed.iter().any(|r| r.names_this_probe) || (failed.len() >= 2 && failed.len() == ended.len());
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

/// The other errors of a run, each once: a run that has several events in hand says the same of each.
fn beside(telling: &str, errors: &[String]) -> Vec<String> {
    let mut said = vec![essence(telling)];
    for error in errors.iter().map(|line| essence(line)) {
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

async fn trigger(account: &Account, args: &Args) -> Result<Clue, CallError> {
    let source = text(args, "source");
    let mappings = event_source_mappings(account, Some(text(args, "function"))).await?;
    let clue = judge_trigger(&mappings, source);
    Ok(of_function(clue, args))
}

fn judge_trigger(mappings: &[Value], source: &str) -> Clue {
    let name = source.rsplit('/').next().unwrap_or(source);
    let Some(mapping) = mappings.iter().find(|m| m["EventSourceArn"] == source) else {
        let others: Vec<&str> = mappings.iter().filter_map(|m| m["EventSourceArn"].as_str()).collect();
        return Clue {
            found: Some(format!("the function has no trigger on stream {name}")),
            error: Some(ErrorFacts::seen(ErrorSource::Trigger, "NoTrigger")),
            lines: others.iter().map(|o| format!("it has one on {o}")).collect(),
            terminal: true,
            ..Clue::default()
        };
    };
    let field = |field: &str| mapping[field].as_str().unwrap_or_default();
    let (state, result) = (field("State"), field("LastProcessingResult"));
    let mut lines = vec![format!("trigger on stream {name}: state {state}")];
    if !result.is_empty() {
        lines.push(format!("trigger's last result: {}", cut(result)));
    }
    // "User action" is what every trigger says that somebody made.
    if !["", "User action", "USER_INITIATED"].contains(&field("StateTransitionReason")) {
        lines.push(format!("why: {}", cut(field("StateTransitionReason"))));
    }
    if ["Disabled", "Disabling", "Deleting"].contains(&state) {
        return Clue {
            found: Some(format!("the trigger on stream {name} is {}", state.to_lowercase())),
            error: Some(ErrorFacts::seen(ErrorSource::Trigger, "Disabled")),
            lines,
            terminal: true,
            ..Clue::default()
        };
    }
    if ["Creating", "Enabling", "Updating"].contains(&state) {
        return Clue {
            found: Some(format!(
                "the trigger on stream {name} is still {}: check again in a minute",
                state.to_lowercase()
            )),
            lines,
            in_progress: true,
            ..Clue::default()
        };
    }
    if result.contains("Function call failed") {
        // The function's log says more, where there is one.
        return Clue {
            found: Some(
                "the trigger calls the function, but the call fails (PROBLEM: Function call failed)".to_owned(),
            ),
            error: Some(ErrorFacts::said(ErrorSource::Trigger, result).named("FunctionCallFailed")),
            lines,
            ..Clue::default()
        };
    }
    let problem = result.starts_with("PROBLEM");
    Clue {
        found: problem.then(|| {
            format!(
                "the trigger cannot read the stream or call the function: {}",
                cut(result)
            )
        }),
        error: problem.then(|| ErrorFacts::said(ErrorSource::Trigger, result).named("Problem")),
        lines,
        terminal: problem,
        ..Clue::default()
    }
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
    if size > MAX_HELLO_BYTES {
        return Ok(Clue::default());
    }
    let function = text(args, "function");
    let clean_run = match runs(account, args, progress).await {
        Ok(runs) => runs.unwrap_or_default().iter().any(|r| r.ended && r.errors.is_empty()),
        Err(error) if error.kind == ErrorKind::Denied => false,
        Err(error) => return Err(error),
    };
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
    fn triggers_tell_their_story() {
        let source = "arn:aws:kinesis:eu-west-1:1:stream/s";
        let mapping = |state: &str, result: &str| json!({"EventSourceArn": source, "State": state, "LastProcessingResult": result});
        assert!(judge_trigger(&[], source).terminal);
        assert!(judge_trigger(&[mapping("Disabled", "")], source).terminal);
        assert!(!judge_trigger(&[mapping("Enabled", "OK")], source).terminal);
        assert!(!judge_trigger(&[mapping("Enabled", "PROBLEM: Function call failed")], source).terminal);
        assert!(judge_trigger(&[mapping("Creating", "")], source).in_progress);
        assert!(judge_trigger(&[mapping("Enabled", "PROBLEM: Cannot access stream")], source).terminal);
    }
}

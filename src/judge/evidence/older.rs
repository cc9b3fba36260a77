//! Looks that an earlier version recorded with other arguments: the same answers, where today's verb would have seen the
//! same. Where it might have seen something else, there is none, and the hop is unknown.

use super::format::HopEvidence;
use crate::account::CallError;
use crate::probe::{Observation, unwrapped};
use serde_json::{Map, Value};

/// Those of a verb.
type Args = Map<String, Value>;

/// What a hop's look with this verb and these arguments showed.
pub fn observation(hop: &HopEvidence, verb: &str, asked: &Args) -> Option<Result<Observation, CallError>> {
    let looked = hop.looked.as_ref().filter(|looked| looked["verb"] == verb)?;
    let seen = hop.observation.clone()?;
    let with = with_todays_names(looked["with"].as_object()?);
    if with == *asked {
        return Some(seen);
    }
    match verb {
        "lambda.invocation" => is_same_log(&with, asked, &seen).then_some(seen),
        "states.ended" => without_function(&with, asked).then(|| seen.map(with_answer)),
        _ => None,
    }
}

/// The arguments by the names of today: `contains` was called `holds`.
fn with_todays_names(with: &Args) -> Args {
    let mut with = with.clone();
    if let Some(text) = with.remove("holds") {
        with.insert("contains".to_owned(), text);
    }
    with
}

/// Whether a log that was read by its group's name alone shows what it shows to who knows how it is configured. In a group
/// of the function's own every run that was seen is one of the function's; that none was seen says something only of a log
/// that is plain text.
fn is_same_log(with: &Args, asked: &Args, seen: &Result<Observation, CallError>) -> bool {
    let text = |args: &Args, name: &str| args.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let function = text(asked, "function");
    let logging = asked.get("logging").unwrap_or(&Value::Null);
    let own = format!("/aws/lambda/{function}");
    let is_own = |group: &str| group.is_empty() || group == own;
    let is_plain = logging["LogFormat"].as_str().is_none_or(|format| format == "Text");
    text(with, "function") == function
        && is_own(&text(with, "log_group"))
        && is_own(logging["LogGroup"].as_str().unwrap_or_default())
        && (is_plain || matches!(seen, Ok(Observation::Arrived(_))))
}

/// Whether the arguments differ only by the function whose answer is looked for.
fn without_function(with: &Args, asked: &Args) -> bool {
    let others = asked.iter().filter(|(name, _)| *name != "function");
    others.clone().count() == with.len() && others.into_iter().all(|(name, value)| with.get(name) == Some(value))
}

/// How an execution ended, with the function's answer as far as its output has it.
fn with_answer(observation: Observation) -> Observation {
    match observation {
        Observation::Arrived(Value::Object(mut ended)) if !ended.contains_key("answer") => {
            let answer = match ended.get("output") {
                None | Some(Value::Null) => String::new(),
                Some(output) => unwrapped(output.clone()).to_string(),
            };
            ended.insert("answer".to_owned(), answer.into());
            Observation::Arrived(Value::Object(ended))
        }
        other => other,
    }
}

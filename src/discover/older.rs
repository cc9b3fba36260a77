//! What evidence of earlier versions has of a list or a description, with what is derived of the same answers of AWS's
//! today. What was not asked for then is untold.

use super::kind::{Args, Candidate};
use super::{lambda, logs, personalize};
use crate::asl;
use serde_json::{Map, Value, json};

/// The arguments that the list of a kind had before it had those of today; nothing where it always had them.
pub fn arguments(kind: &str, args: &Args) -> Option<Args> {
    (kind == "logs.resource_policy" && args.contains_key("resource")).then(Map::new)
}

/// A list that was recorded with [`arguments`], as one of today's.
pub fn widened(mut candidates: Vec<Candidate>, args: &Args) -> Vec<Candidate> {
    candidates.extend(args.contains_key("resource").then(logs::own_policy_untold));
    candidates
}

/// A candidate with the fields that are derived of its list today.
pub fn candidate(kind: &str, mut candidate: Candidate) -> Candidate {
    match kind {
        "lambda.function" => lambda::derive(&mut candidate),
        "personalize.solution" => personalize::say_what_is_untold(&mut candidate),
        _ => {}
    }
    candidate
}

/// A description with the fields that are derived of it today.
pub fn description(kind: &str, mut described: Value) -> Value {
    if kind == "states.machine" && described["definition"].is_object() {
        described["Tasks"] = json!(asl::tasks(&described["definition"]));
    }
    described
}

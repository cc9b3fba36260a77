//! What evidence shows of an error, as facts: what a course's advice decides by. Pure.

use super::function_log::whole;
use crate::expr::Shape;
use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::LazyLock;

/// Where an error was seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorSource {
    /// A function's log.
    #[default]
    Log,
    /// A function's own answer.
    Invocation,
    /// The history of an execution.
    Execution,
    /// The response to a request.
    Response,
    /// A function's trigger.
    Trigger,
    /// The rules of a bus.
    Rules,
    /// A function's code.
    Code,
    /// An item of a table.
    Item,
}

impl ErrorSource {
    /// All of them.
    const ALL: [Self; 8] = [
        Self::Log,
        Self::Invocation,
        Self::Execution,
        Self::Response,
        Self::Trigger,
        Self::Rules,
        Self::Code,
        Self::Item,
    ];
}

/// What is known of an error. Expressions see it as `error`; a text is empty and a number 0 where it does not apply.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ErrorFacts {
    /// Where it was seen.
    pub source: ErrorSource,
    /// What AWS or the runtime calls it: `AccessDeniedException`, `KeyError`. Of a trigger `NoTrigger`, `Disabled`,
    /// `Filtered`, `FunctionCallFailed`, `Throttled` or `Problem`; of rules `NoTarget`, `NoMatch`, `Disabled`, `Input`, `InputPath` or
    /// `InputTransformer`; of an execution that waits `NoToken`; of code `ConsoleDefault`; of an item `OtherKey`.
    pub code: String,
    /// What it says, on one line.
    pub message: String,
    /// The IAM action that was denied.
    pub action: String,
    /// What it was denied on, where the message says so.
    pub resource: String,
    /// The name of the function.
    pub function: String,
    /// The state of the execution that failed.
    pub state: String,
    /// The name of the rule.
    pub rule: String,
    /// The HTTP status.
    pub status: u16,
}

/// botocore's words for what a service answered.
static ANSWERED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"An error occurred \((?<code>[\w.]+)\)").expect("a fixed expression"));

/// As Lambda's JSON log format writes it.
static ERROR_TYPE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#""errorType" ?: ?"(?<code>[\w.]+)""#).expect("a fixed expression"));

/// As Python and Lambda's runtimes name their errors.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?<code>(?:[A-Za-z]\w*\.)*[A-Z]\w*(?:Error|Exception|NotFound))\b").expect("a fixed expression")
});

/// Lambda's own name for a function that was stopped at its timeout.
const TIMED_OUT: &str = "Sandbox.Timedout";

impl ErrorFacts {
    /// Of an error as it was logged or answered: its code and the action that was denied are read off it.
    pub(super) fn said(source: ErrorSource, message: &str) -> Self {
        Self {
            source,
            code: code_in(message),
            message: whole(message),
            action: word_after(message, "not authorized to perform: "),
            resource: word_after(message, " on resource: "),
            ..Self::default()
        }
    }

    /// Of something that was seen and is no message of anybody's.
    pub(super) fn seen(source: ErrorSource, code: &str) -> Self {
        Self {
            source,
            code: code.to_owned(),
            ..Self::default()
        }
    }

    /// With this code, unless the message names what AWS answered.
    pub(super) fn named(mut self, code: &str) -> Self {
        if !code.is_empty() && self.code != TIMED_OUT && !ANSWERED.is_match(&self.message) {
            self.code = code.to_owned();
        }
        self
    }

    /// Every text in it.
    pub fn texts(&mut self) -> [&mut String; 7] {
        [
            &mut self.code,
            &mut self.message,
            &mut self.action,
            &mut self.resource,
            &mut self.function,
            &mut self.state,
            &mut self.rule,
        ]
    }

    /// As expressions see it.
    pub fn document(&self) -> serde_json::Value {
        serde_json::to_value(self).expect("texts and numbers are JSON")
    }

    /// Its fields.
    pub fn shape() -> Shape {
        let mut shape = Shape::of(&Self::default().document());
        if let Shape::Object(fields) = &mut shape {
            let sources = ErrorSource::ALL.map(|source| json!(source).as_str().unwrap_or_default().to_owned());
            fields.insert("source".to_owned(), Shape::OneOf(sources.to_vec()));
        }
        shape
    }
}

fn code_in(message: &str) -> String {
    if message.contains("Task timed out after") {
        return TIMED_OUT.to_owned();
    }
    let found = [&ANSWERED, &ERROR_TYPE, &NAMED];
    let found = found.iter().find_map(|form| form.captures(message));
    found.map(|found| found["code"].to_owned()).unwrap_or_default()
}

fn word_after(message: &str, before: &str) -> String {
    let rest = message.split_once(before).map(|(_, rest)| rest).unwrap_or_default();
    let word = rest.split_whitespace().next().unwrap_or_default();
    word.trim_end_matches(['.', ',', '"', '\'']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_known_by_its_code_and_the_action_that_was_denied() {
        let denied = "[ERROR] ClientError: An error occurred (AccessDeniedException) when calling the PutItem operation: \
                      User: u is not authorized to perform: dynamodb:PutItem on resource: t, because";
        let facts = ErrorFacts::said(ErrorSource::Log, denied).named("ClientError");
        assert_eq!(
            (facts.code.as_str(), facts.action.as_str(), facts.resource.as_str()),
            ("AccessDeniedException", "dynamodb:PutItem", "t")
        );
        for (message, code) in [
            (
                "[ERROR] Runtime.HandlerNotFound: Handler 'f' missing",
                "Runtime.HandlerNotFound",
            ),
            ("ERROR userId=u KeyError: 'x'", "KeyError"),
            ("{\"errorMessage\":\"OSError\",\"errorType\":\"KeyError\"}", "KeyError"),
            ("1 Task timed out after 1.00 seconds", TIMED_OUT),
            ("failed to do it", ""),
        ] {
            assert_eq!(ErrorFacts::said(ErrorSource::Log, message).code, code, "{message}");
        }
    }
}

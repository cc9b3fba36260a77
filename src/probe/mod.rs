//! Verbs of a probe, one file a service: send an event, await it further down, look why it is missing, take it away.
//!
//! A new verb is a [`Verb`] in its service's file and one line in [`VERBS`].

mod apigateway;
mod batch;
mod dynamodb;
mod events;
mod executions;
mod facts;
mod failed_execution;
mod filter;
mod function_answer;
mod function_log;
mod invoke;
mod kinesis;
mod lambda;
mod log_events;
mod log_line;
mod logs;
pub mod sending;
mod states;
mod task_token;
mod trigger;
mod verb;

pub use facts::{ErrorFacts, ErrorSource};
pub(crate) use function_answer::unwrapped;
pub use verb::{Args, AwaitFn, Clue, EvidenceFn, Observation, Progress, RemoveFn, Removed, SendFn, Sent, Verb, VerbFn};

/// Every verb.
pub const VERBS: &[Verb] = &[
    kinesis::PUT_RECORD,
    kinesis::PUT_RECORDS,
    lambda::INVOCATION,
    lambda::LOG,
    trigger::TRIGGER,
    lambda::CODE,
    batch::BATCH,
    dynamodb::ITEM,
    dynamodb::ITEM_ELSEWHERE,
    dynamodb::REMOVE_ITEM,
    apigateway::POST,
    apigateway::REFUSAL,
    invoke::INVOKE,
    logs::EVENT,
    events::RULES,
    states::EXECUTION,
    states::WAITING,
    states::RESUMED,
    states::ENDED,
    states::HISTORY,
    states::REMOVE,
];

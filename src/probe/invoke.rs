//! Invoke a function as a person would with the console's Test button.

use super::facts::{ErrorFacts, ErrorSource};
use super::function_log::essence;
use super::verb::{Args, Clue, Sent, Verb, VerbFn, needs, text};
use crate::account::{Account, CallError};
use futures::FutureExt;
use serde_json::{Value, json};
use std::time::Duration;

/// [`Invoke`](https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html), waiting for the answer. A function that
/// raises an error has refused the event.
pub(super) const INVOKE: Verb = Verb {
    name: "lambda.invoke",
    run: VerbFn::Send(|account, args| invoke(account, args).boxed()),
    args: &[needs("function"), needs("payload")],
    actions: &["lambda:InvokeFunction"],
    brings: || json!({"StatusCode": null, "Payload": "any"}),
    secret: &[],
};

/// A function is invoked once, so its answer is waited for longer than any other. A function may take up to 15 minutes;
/// one that returns a token within this time has time to spare.
const INVOKE_TIMEOUT: Duration = Duration::from_secs(90);

async fn invoke(account: &Account, args: &Args) -> Result<Sent, CallError> {
    let function = text(args, "function");
    let payload = args.get("payload").cloned().unwrap_or_default();
    let answer = account.invoke(function, &payload, INVOKE_TIMEOUT).await?;
    if answer.failed
        && let Some(error) = undetermined(function, &answer.payload)
    {
        return Err(error);
    }
    let refused = answer.failed.then(|| failed(function, &answer.payload));
    Ok(Sent {
        correlation_ids: Vec::new(),
        answer: json!({"StatusCode": answer.status, "Payload": answer.payload}),
        refused,
        // It is made once.
        repeated: false,
    })
}

/// Returning a token of a machine that is encrypted takes a right on its key, which a key's owner gives, perhaps to others
/// than a student: that a function was denied it says nothing of the student's work. See
/// <https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html>.
fn undetermined(function: &str, said: &Value) -> Option<CallError> {
    let message = said["errorMessage"].as_str().unwrap_or_default();
    let texts = [said["errorType"].as_str().unwrap_or_default(), message];
    let is_denied = texts.iter().any(|text| text.to_lowercase().contains("kmsaccessdenied"));
    if !is_denied || !message.to_lowercase().contains("sendtask") {
        return None;
    }
    let why = format!(
        "function {function} could not return the token: the state machine is encrypted with a KMS key, and using that key \
         needs kms:GenerateDataKey and kms:Decrypt on it for the function's role ({})",
        essence(message)
    );
    Some(CallError::other(INVOKE.actions[0], "KmsAccessDeniedException", why))
}

/// A function's error as it answers it: `{"errorType": …, "errorMessage": …, "stackTrace": […]}`.
fn failed(function: &str, said: &Value) -> Clue {
    let field = |name: &str| said[name].as_str().unwrap_or_default();
    let error = format!("{}: {}", field("errorType"), essence(field("errorMessage")));
    let mut trace = said["stackTrace"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    Clue {
        found: Some(format!("function {function} fails when it is invoked: {error}")),
        error: Some(ErrorFacts {
            function: function.to_owned(),
            ..ErrorFacts::said(ErrorSource::Invocation, &format!("{error} {}", field("errorMessage")))
                .named(field("errorType"))
        }),
        lines: trace.next_back().map(essence).into_iter().collect(),
        terminal: true,
        ..Clue::default()
    }
}

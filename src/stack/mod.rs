//! A CloudFormation stack in an account: made or changed, waited for, deleted.

mod error;
mod resource;

pub use error::{Reason, StackError};
pub use resource::StackResource;

use crate::account::services::CLOUDFORMATION;
use crate::account::{Account, CallError, ErrorKind};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// The outputs of a stack, by name.
pub type Outputs = BTreeMap<String, String>;

/// The values of a template's parameters, by name; what is not there has its default.
pub type Parameters = BTreeMap<String, String>;

/// Between two looks at a stack: a tenth of the time that it has taken so far, within these.
const SHORTEST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How long a call is made again that AWS answers with "slow down".
const MAX_THROTTLED: Duration = Duration::from_secs(300);

/// A stack, by its name: it need not be there.
pub struct Stack<'a> {
    account: &'a Account,
    name: &'a str,
    /// How long it may be on its way to another state.
    timeout: Duration,
    /// What it is tagged with when it is made.
    tag: Option<(&'a str, &'a str)>,
}

/// What CloudFormation says of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackState {
    /// Such as `CREATE_COMPLETE`.
    pub status: String,
    /// Its outputs: all of them once it is whole.
    pub outputs: Outputs,
}

impl<'a> Stack<'a> {
    /// The stack called `name`, which may take `timeout` for each change.
    pub fn new(account: &'a Account, name: &'a str, timeout: Duration) -> Self {
        Self {
            account,
            name,
            timeout,
            tag: None,
        }
    }

    /// The same, tagged when it is made.
    pub fn tagged(self, key: &'a str, value: &'a str) -> Self {
        Self {
            tag: Some((key, value)),
            ..self
        }
    }

    /// Brings it to `template`: a new stack, or a change of the one that is there. One whose creation failed is deleted first,
    /// and what is still on its way is waited for.
    ///
    /// # Errors
    /// When CloudFormation refuses the template, or the stack ends otherwise than whole.
    pub async fn deploy(&self, template: &Value, parameters: &Parameters) -> Result<Outputs, StackError> {
        let body = body(template, parameters);
        let mut there = self.at_rest().await?;
        if there.as_ref().is_some_and(|stack| ends_unusable(status(stack))) {
            self.delete().await?;
            there = None;
        }
        let ended = if there.is_none() {
            let tags = self
                .tag
                .map(|(key, value)| ("Tags", json!([{"Key": key, "Value": value}])));
            let body: Vec<_> = body.into_iter().chain(tags).collect();
            let made = self.call("CreateStack", &body).await;
            self.begun(made).await?;
            self.at_rest().await?
        } else if self.update(&body).await? {
            self.at_rest().await?
        } else {
            there
        };
        match ended {
            Some(stack) if is_success(status(&stack)) => Ok(outputs(&stack)),
            Some(stack) => Err(self.failed(status(&stack)).await?),
            None => Err(self.failed("DELETED").await?),
        }
    }

    /// Deletes it, if it is there, and waits until it is gone.
    ///
    /// # Errors
    /// When CloudFormation refuses, or cannot delete all that the stack has made.
    pub async fn delete(&self) -> Result<(), StackError> {
        self.delete_without(&[]).await
    }

    /// Deletes it, and leaves what these functions of its own could not take back, by their logical ids: only where a deletion has
    /// failed before. See <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html>.
    ///
    /// # Errors
    /// As [`Stack::delete`].
    pub async fn delete_without(&self, kept: &[String]) -> Result<(), StackError> {
        // One that is being changed cannot be deleted.
        if self.at_rest().await?.is_none() {
            return Ok(());
        }
        let kept: Vec<_> = [("RetainResources", json!(kept))]
            .into_iter()
            .filter(|_| !kept.is_empty())
            .collect();
        self.call("DeleteStack", &kept).await?;
        match self.at_rest().await? {
            Some(stack) if status(&stack) != "DELETE_COMPLETE" => Err(self.failed(status(&stack)).await?),
            _ => Ok(()),
        }
    }

    /// Its state as it is now, if it is there. One call.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn state(&self) -> Result<Option<StackState>, CallError> {
        let stack = self.look().await?;
        Ok(stack.map(|stack| StackState {
            status: status(&stack).to_owned(),
            outputs: outputs(&stack),
        }))
    }

    /// The value of one of its tags, where it is there and has it: outside `None` where there is no stack.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn tag(&self, key: &str) -> Result<Option<Option<String>>, CallError> {
        let Some(stack) = self.look().await? else {
            return Ok(None);
        };
        let mut tags = stack["Tags"].as_array().into_iter().flatten();
        let tag = tags.find(|tag| text(tag, "Key") == key);
        Ok(Some(tag.map(|tag| text(tag, "Value").to_owned())))
    }

    /// The value of one of its parameters, where it is there and has it.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn parameter(&self, name: &str) -> Result<Option<String>, CallError> {
        let stack = self.look().await?.unwrap_or_default();
        let mut parameters = stack["Parameters"].as_array().into_iter().flatten();
        let parameter = parameters.find(|parameter| text(parameter, "ParameterKey") == name);
        Ok(parameter.map(|parameter| text(parameter, "ParameterValue").to_owned()))
    }

    /// All that it has made; nothing if it is not there.
    ///
    /// # Errors
    /// When a call fails.
    pub async fn resources(&self) -> Result<Vec<StackResource>, CallError> {
        let input = json!({"StackName": self.name});
        let list = async || {
            let summaries = "StackResourceSummaries";
            self.account
                .list(&CLOUDFORMATION, "ListStackResources", input.clone(), summaries)
                .await
        };
        let resources = match self.patiently(list).await {
            Err(error) if is_absent(&error) => return Ok(Vec::new()),
            resources => resources?,
        };
        Ok(resources.iter().map(StackResource::of).collect())
    }

    async fn call(&self, operation: &str, more: &[(&str, Value)]) -> Result<Value, CallError> {
        let mut input = json!({"StackName": self.name});
        for (name, value) in more {
            input[*name] = value.clone();
        }
        self.patiently(async || self.account.call(&CLOUDFORMATION, operation, input.clone()).await)
            .await
    }

    /// Makes a call again that AWS answers with "slow down": it has done nothing then.
    async fn patiently<T>(&self, call: impl AsyncFn() -> Result<T, CallError>) -> Result<T, CallError> {
        let (began, patience) = (Instant::now(), self.timeout.min(MAX_THROTTLED));
        loop {
            match call().await {
                Err(error) if error.kind == ErrorKind::Throttled && began.elapsed() < patience => {}
                answer => return answer,
            }
            // Between two calls; how long in all is limited.
            tokio::time::sleep((began.elapsed() / 10).clamp(SHORTEST_PAUSE, LONGEST_PAUSE)).await;
        }
    }

    /// Whether there was something to change.
    async fn update(&self, body: &[(&str, Value)]) -> Result<bool, CallError> {
        match self.call("UpdateStack", body).await {
            // CloudFormation has one code for every mistake, and tells this one apart only by its words.
            Err(error) if error.message.contains("No updates are to be performed") => Ok(false),
            updated => self.begun(updated).await.map(|()| true),
        }
    }

    /// Whether a change has begun. Where its answer was lost, the stack says so.
    async fn begun(&self, answer: Result<Value, CallError>) -> Result<(), CallError> {
        let Err(error) = answer else { return Ok(()) };
        let is_lost = is_passing(&error) || error.code() == Some("AlreadyExistsException");
        match self.look().await? {
            Some(stack) if is_lost && status(&stack).ends_with("_IN_PROGRESS") => Ok(()),
            _ => Err(error),
        }
    }

    /// The stack, if there is one.
    async fn look(&self) -> Result<Option<Value>, CallError> {
        match self.call("DescribeStacks", &[]).await {
            Ok(mut answer) => Ok(items(answer["Stacks"].take())
                .into_iter()
                .find(|stack| status(stack) != "DELETE_COMPLETE")),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The stack once it is at rest, if there is one then.
    async fn at_rest(&self) -> Result<Option<Value>, StackError> {
        let began = Instant::now();
        loop {
            let is_over = began.elapsed() > self.timeout;
            match self.look().await {
                Ok(Some(stack)) if status(&stack).ends_with("_IN_PROGRESS") => {
                    if is_over {
                        return Err(StackError::TimedOut {
                            stack: self.name.to_owned(),
                            status: status(&stack).to_owned(),
                            seconds: self.timeout.as_secs(),
                        });
                    }
                }
                // The change goes on in AWS while nobody can look at it.
                Err(error) if is_passing(&error) && !is_over => {}
                at_rest => return Ok(at_rest?),
            }
            // Between two looks; how long in all is limited.
            tokio::time::sleep((began.elapsed() / 10).clamp(SHORTEST_PAUSE, LONGEST_PAUSE)).await;
        }
    }

    /// The error for a stack that ended badly, with the resources' own reasons.
    async fn failed(&self, status: &str) -> Result<StackError, CallError> {
        let mut reasons = self.failed_resources().await?;
        if reasons.iter().all(|reason| reason.resource == self.name) {
            reasons.extend(self.failed_validations().await?);
        }
        // Canceled resources and the stack itself only repeat what the first failures said.
        let telling = |r: &Reason| r.resource != self.name && !r.message.contains("cancelled");
        if reasons.iter().any(telling) {
            reasons.retain(telling);
        }
        Ok(StackError::Failed {
            stack: self.name.into(),
            status: status.into(),
            reasons,
        })
    }

    /// What failed since the last change began, in the order in which it failed.
    async fn failed_resources(&self) -> Result<Vec<Reason>, CallError> {
        let mut answer = self.call("DescribeStackEvents", &[]).await?;
        let mut reasons = Vec::new();
        // Newest first.
        for event in items(answer["StackEvents"].take()) {
            let state = text(&event, "ResourceStatus");
            if state.ends_with("_FAILED") {
                reasons.push(reason(&event, "ResourceStatusReason"));
            }
            let whole = text(&event, "LogicalResourceId") == self.name;
            let begins = ["CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"];
            if whole && begins.contains(&state) {
                break;
            }
        }
        reasons.reverse();
        Ok(reasons)
    }

    /// What CloudFormation found before it made anything.
    async fn failed_validations(&self) -> Result<Vec<Reason>, CallError> {
        let mut answer = self.call("DescribeEvents", &[]).await?;
        let events = items(answer["OperationEvents"].take());
        let last = events.first().map(|event| event["OperationId"].clone());
        Ok(events
            .iter()
            .filter(|event| Some(&event["OperationId"]) == last.as_ref())
            .filter(|event| !text(event, "ValidationStatusReason").is_empty())
            .map(|event| reason(event, "ValidationStatusReason"))
            .collect())
    }
}

/// Whether an error says that there is no such stack: the code that CloudFormation has for "does not exist".
fn is_absent(error: &CallError) -> bool {
    error.code() == Some("ValidationError")
}

/// Whether what kept a call from its answer may pass by itself.
fn is_passing(error: &CallError) -> bool {
    matches!(
        error.kind,
        ErrorKind::Throttled | ErrorKind::Unreachable | ErrorKind::TimedOut
    ) || error.may_have_acted()
}

/// The template, its parameters and what it may make.
fn body(template: &Value, parameters: &Parameters) -> Vec<(&'static str, Value)> {
    let parameter = |(key, value)| json!({"ParameterKey": key, "ParameterValue": value});
    let mut body = vec![
        ("TemplateBody", Value::from(template.to_string())),
        ("Capabilities", json!(["CAPABILITY_NAMED_IAM"])),
    ];
    if !parameters.is_empty() {
        body.push(("Parameters", parameters.iter().map(parameter).collect()));
    }
    body
}

fn items(list: Value) -> Vec<Value> {
    match list {
        Value::Array(items) => items,
        _ => Vec::new(),
    }
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap_or_default()
}

fn reason(event: &Value, message: &str) -> Reason {
    let field = |name| text(event, name).to_owned();
    Reason {
        resource: field("LogicalResourceId"),
        kind: field("ResourceType"),
        message: field(message),
    }
}

fn status(stack: &Value) -> &str {
    text(stack, "StackStatus")
}

/// Such a stack cannot be updated.
fn ends_unusable(status: &str) -> bool {
    matches!(
        status,
        "CREATE_FAILED" | "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "DELETE_FAILED" | "UPDATE_ROLLBACK_FAILED"
    )
}

fn is_success(status: &str) -> bool {
    matches!(status, "CREATE_COMPLETE" | "UPDATE_COMPLETE")
}

fn outputs(stack: &Value) -> Outputs {
    let outputs = stack["Outputs"].as_array().into_iter().flatten();
    outputs
        .map(|output| {
            (
                text(output, "OutputKey").to_owned(),
                text(output, "OutputValue").to_owned(),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rolled_back_update_is_no_success_but_can_be_updated_again() {
        assert!(!is_success("UPDATE_ROLLBACK_COMPLETE") && !ends_unusable("UPDATE_ROLLBACK_COMPLETE"));
        assert!(ends_unusable("ROLLBACK_COMPLETE"));
        assert!(is_success("CREATE_COMPLETE"));
    }
}

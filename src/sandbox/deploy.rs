//! A CloudFormation stack in an account of the sandbox: made or changed, and waited for.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::account::services::CLOUDFORMATION;
use crate::account::{Account, CallError};

use super::client;
use super::error::{ApiError, DeployError, Reason};
use super::number::AccountNumber;
use super::running::Sandbox;

/// The outputs of a stack, by name.
pub type Outputs = BTreeMap<String, String>;

/// What a stack may take. The emulator needs less than a second.
const DEPLOY_TIMEOUT: Duration = Duration::from_secs(120);

impl Sandbox {
    /// Deploys a template with the root keys of an account: a new stack, or a change of the one that is there. A stack
    /// whose creation failed is removed first, as one would by hand.
    pub async fn deploy(
        &self,
        account: &AccountNumber,
        region: &str,
        stack: &str,
        template: &serde_json::Value,
    ) -> Result<Outputs, DeployError> {
        let deployment = Deployment {
            root: client::account(&self.endpoint, &self.root(account), region),
            account,
            stack,
        };
        deployment.run(&template.to_string()).await
    }
}

struct Deployment<'a> {
    root: Account,
    account: &'a AccountNumber,
    stack: &'a str,
}

impl Deployment<'_> {
    async fn run(&self, template: &str) -> Result<Outputs, DeployError> {
        let mut there = self.look().await?;
        if let Some(stack) = &there
            && ends_unusable(status(stack))
        {
            self.delete().await?;
            there = None;
        }
        let ended = if there.is_none() {
            self.create(template).await?;
            self.wait().await?
        } else if self.update(template).await? {
            self.wait().await?
        } else {
            there
        };
        match ended {
            Some(stack) if is_success(status(&stack)) => Ok(outputs(&stack)),
            Some(stack) => Err(self.failed(status(&stack)).await?),
            None => Err(self.failed("DELETED").await?),
        }
    }

    async fn call(&self, operation: &str, more: &[(&str, Value)]) -> Result<Value, CallError> {
        let mut input = json!({"StackName": self.stack});
        for (name, value) in more {
            input[*name] = value.clone();
        }
        self.root.call(&CLOUDFORMATION, operation, input).await
    }

    fn refused(&self, error: CallError) -> ApiError {
        client::refused(self.account, error)
    }

    async fn create(&self, template: &str) -> Result<(), DeployError> {
        let made = self.call("CreateStack", &body(template)).await;
        made.map(drop).map_err(|error| self.refused(error).into())
    }

    /// Whether there was something to change.
    async fn update(&self, template: &str) -> Result<bool, DeployError> {
        match self.call("UpdateStack", &body(template)).await {
            Ok(_) => Ok(true),
            // CloudFormation has one code for every mistake, and tells this one apart only by its words.
            Err(error) if error.message.contains("No updates are to be performed") => Ok(false),
            Err(error) => Err(self.refused(error).into()),
        }
    }

    async fn delete(&self) -> Result<(), DeployError> {
        self.call("DeleteStack", &[])
            .await
            .map_err(|error| self.refused(error))?;
        match self.wait().await? {
            Some(stack) if status(&stack) != "DELETE_COMPLETE" => Err(self.failed(status(&stack)).await?),
            _ => Ok(()),
        }
    }

    /// The stack, if there is one.
    async fn look(&self) -> Result<Option<Value>, ApiError> {
        match self.call("DescribeStacks", &[]).await {
            Ok(mut answer) => Ok(items(answer["Stacks"].take())
                .into_iter()
                .find(|s| status(s) != "DELETE_COMPLETE")),
            // The code that CloudFormation has for "does not exist".
            Err(error) if error.code() == Some("ValidationError") => Ok(None),
            Err(error) => Err(self.refused(error)),
        }
    }

    /// Waits until the stack is at rest, or gone.
    async fn wait(&self) -> Result<Option<Value>, DeployError> {
        let (began, mut pause) = (Instant::now(), Duration::from_millis(10));
        loop {
            match self.look().await? {
                Some(stack) if status(&stack).ends_with("_IN_PROGRESS") => {
                    if began.elapsed() > DEPLOY_TIMEOUT {
                        let (stack, status) = (self.stack.to_owned(), status(&stack).to_owned());
                        return Err(DeployError::TimedOut {
                            stack,
                            status,
                            seconds: DEPLOY_TIMEOUT.as_secs(),
                        });
                    }
                }
                at_rest => return Ok(at_rest),
            }
            // Between two looks; how long in all is limited.
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(500));
        }
    }

    /// The error for a stack that ended badly, with the resources' own reasons.
    async fn failed(&self, status: &str) -> Result<DeployError, ApiError> {
        let mut reasons = self.failed_resources().await?;
        if reasons.iter().all(|reason| reason.resource == self.stack) {
            reasons.extend(self.failed_validations().await?);
        }
        // Canceled resources and the stack itself only repeat what the first failures said.
        let telling = |r: &Reason| r.resource != self.stack && !r.message.contains("cancelled");
        if reasons.iter().any(telling) {
            reasons.retain(telling);
        }
        Ok(DeployError::Failed {
            stack: self.stack.into(),
            status: status.into(),
            reasons,
        })
    }

    /// What failed since this deployment began, in the order in which it failed.
    async fn failed_resources(&self) -> Result<Vec<Reason>, ApiError> {
        let mut answer = self
            .call("DescribeStackEvents", &[])
            .await
            .map_err(|error| self.refused(error))?;
        let mut reasons = Vec::new();
        // Newest first.
        for event in items(answer["StackEvents"].take()) {
            let state = text(&event, "ResourceStatus");
            if state.ends_with("_FAILED") {
                reasons.push(reason(&event, "ResourceStatusReason"));
            }
            let whole = text(&event, "LogicalResourceId") == self.stack;
            if whole && matches!(state, "CREATE_IN_PROGRESS" | "UPDATE_IN_PROGRESS") {
                break;
            }
        }
        reasons.reverse();
        Ok(reasons)
    }

    /// What CloudFormation found before it made anything.
    async fn failed_validations(&self) -> Result<Vec<Reason>, ApiError> {
        let mut answer = self
            .call("DescribeEvents", &[])
            .await
            .map_err(|error| self.refused(error))?;
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

/// The template and what it may make.
fn body(template: &str) -> [(&'static str, Value); 2] {
    [
        ("TemplateBody", Value::from(template)),
        ("Capabilities", json!(["CAPABILITY_NAMED_IAM"])),
    ]
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

//! A CloudFormation stack in an account of the sandbox: made or changed, and waited for.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use aws_sdk_cloudformation::types::{Capability, Stack};

use super::accounts::AccountNumber;
use super::error::{ApiError, DeployError, Reason};
use super::{Sandbox, client};

/// The outputs of a stack, by name.
pub type Outputs = BTreeMap<String, String>;

/// What a stack may take. The emulator needs less than a second.
const PATIENCE: Duration = Duration::from_secs(120);

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
        let client = client::cloudformation(&self.endpoint, &self.root(account), region);
        let deployment = Deployment { client, account, stack };
        deployment.run(&template.to_string()).await
    }
}

struct Deployment<'a> {
    client: Client,
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

    async fn create(&self, template: &str) -> Result<(), DeployError> {
        let call = self
            .client
            .create_stack()
            .stack_name(self.stack)
            .template_body(template);
        let made = call.capabilities(Capability::CapabilityNamedIam).send().await;
        made.map(drop)
            .map_err(|error| client::refused("cloudformation:CreateStack", self.account, &error).into())
    }

    /// Whether there was something to change.
    async fn update(&self, template: &str) -> Result<bool, DeployError> {
        let call = self
            .client
            .update_stack()
            .stack_name(self.stack)
            .template_body(template);
        match call.capabilities(Capability::CapabilityNamedIam).send().await {
            Ok(_) => Ok(true),
            // CloudFormation has one code for every mistake, and tells this one apart only by its words.
            Err(error)
                if error
                    .message()
                    .is_some_and(|text| text.contains("No updates are to be performed")) =>
            {
                Ok(false)
            }
            Err(error) => Err(client::refused("cloudformation:UpdateStack", self.account, &error).into()),
        }
    }

    async fn delete(&self) -> Result<(), DeployError> {
        let deleted = self.client.delete_stack().stack_name(self.stack).send().await;
        deleted.map_err(|error| client::refused("cloudformation:DeleteStack", self.account, &error))?;
        match self.wait().await? {
            Some(stack) if status(&stack) != "DELETE_COMPLETE" => Err(self.failed(status(&stack)).await?),
            _ => Ok(()),
        }
    }

    /// The stack, if there is one.
    async fn look(&self) -> Result<Option<Stack>, ApiError> {
        match self.client.describe_stacks().stack_name(self.stack).send().await {
            Ok(answer) => Ok(answer
                .stacks
                .unwrap_or_default()
                .into_iter()
                .find(|s| status(s) != "DELETE_COMPLETE")),
            // The code that CloudFormation has for "does not exist".
            Err(error) if error.code() == Some("ValidationError") => Ok(None),
            Err(error) => Err(client::refused("cloudformation:DescribeStacks", self.account, &error)),
        }
    }

    /// Waits until the stack is at rest, or gone.
    async fn wait(&self) -> Result<Option<Stack>, DeployError> {
        let (began, mut pause) = (Instant::now(), Duration::from_millis(10));
        loop {
            match self.look().await? {
                Some(stack) if status(&stack).ends_with("_IN_PROGRESS") => {
                    if began.elapsed() > PATIENCE {
                        let (stack, status) = (self.stack.to_owned(), status(&stack).to_owned());
                        return Err(DeployError::TimedOut {
                            stack,
                            status,
                            seconds: PATIENCE.as_secs(),
                        });
                    }
                }
                at_rest => return Ok(at_rest),
            }
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
        // Cancelled resources and the stack itself only repeat what the first failures said.
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
        let answer = self.client.describe_stack_events().stack_name(self.stack).send().await;
        let answer =
            answer.map_err(|error| client::refused("cloudformation:DescribeStackEvents", self.account, &error))?;
        let mut reasons = Vec::new();
        // Newest first.
        for event in answer.stack_events() {
            let state = event
                .resource_status()
                .map(|status| status.as_str())
                .unwrap_or_default();
            if state.ends_with("_FAILED") {
                let message = event.resource_status_reason();
                reasons.push(reason(event.logical_resource_id(), event.resource_type(), message));
            }
            let whole = event.logical_resource_id() == Some(self.stack);
            if whole && matches!(state, "CREATE_IN_PROGRESS" | "UPDATE_IN_PROGRESS") {
                break;
            }
        }
        reasons.reverse();
        Ok(reasons)
    }

    /// What CloudFormation found before it made anything.
    async fn failed_validations(&self) -> Result<Vec<Reason>, ApiError> {
        let answer = self.client.describe_events().stack_name(self.stack).send().await;
        let answer = answer.map_err(|error| client::refused("cloudformation:DescribeEvents", self.account, &error))?;
        let events = answer.operation_events();
        let last = events.first().and_then(|event| event.operation_id());
        let found = events
            .iter()
            .filter(|event| event.operation_id() == last)
            .filter_map(|event| {
                let message = event.validation_status_reason()?;
                Some(reason(
                    event.logical_resource_id(),
                    event.resource_type(),
                    Some(message),
                ))
            });
        Ok(found.collect())
    }
}

fn reason(resource: Option<&str>, kind: Option<&str>, message: Option<&str>) -> Reason {
    let [resource, kind, message] = [resource, kind, message].map(|text| text.unwrap_or_default().to_owned());
    Reason {
        resource,
        kind,
        message,
    }
}

fn status(stack: &Stack) -> &str {
    stack.stack_status().map(|status| status.as_str()).unwrap_or_default()
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

fn outputs(stack: &Stack) -> Outputs {
    let both = stack
        .outputs()
        .iter()
        .filter_map(|output| Some((output.output_key()?, output.output_value()?)));
    both.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
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

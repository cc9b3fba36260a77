//! A CloudFormation stack in an account of the sandbox: made or changed, and waited for.

use super::client;
use super::error::DeployError;
use super::number::AccountNumber;
use super::running::Sandbox;
use crate::stack::{Outputs, Parameters, Stack, StackError};
use std::time::Duration;

/// What a stack may take. The emulator needs less than a second.
const DEPLOY_TIMEOUT: Duration = Duration::from_secs(120);

impl Sandbox {
    /// Deploys a template with the root keys of an account: a new stack, or a change of the one that is there. A stack
    /// whose creation failed is removed first, as one would by hand.
    ///
    /// # Errors
    /// When the template is refused, or the stack ends otherwise than whole.
    pub async fn deploy(
        &self,
        account: &AccountNumber,
        region: &str,
        stack: &str,
        template: &serde_json::Value,
    ) -> Result<Outputs, DeployError> {
        let root = client::account(&self.endpoint, &self.root(account), region);
        let stack = Stack::new(&root, stack, DEPLOY_TIMEOUT);
        let deployed = stack.deploy(template, &Parameters::new()).await;
        deployed.map_err(|error| match error {
            StackError::Call(error) => client::refused(account, error).into(),
            ended => ended.into(),
        })
    }
}

//! A professor and the accounts of a class in a sandbox, reached as on AWS: through roles with external ids.

use std::path::Path;
use std::process::Command;

use edemlab::account::Account;
use edemlab::account::services::{CLOUDFORMATION, IAM};
use edemlab::class::access::Secret;
use serde_json::json;

use super::cloud::{Cloud, REGION, alone, run, wait};

/// The professor's account.
pub const PROFESSOR: &str = "810000000001";

impl Cloud {
    /// `edemlab` with the professor's own credentials.
    pub fn professor(&self, args: &[&str]) -> Command {
        let keys = self.student(PROFESSOR);
        let mut command = alone(args);
        command
            .env("AWS_ENDPOINT_URL", self.endpoint())
            .env("AWS_REGION", REGION)
            .env("AWS_ACCESS_KEY_ID", &keys.access_key_id)
            .env("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
        command
    }

    /// What `edemlab access template` prints for the professor.
    pub fn access_template(&self, args: &[&str]) -> String {
        let printed = run(self.professor(&[&["access", "template"], args].concat()));
        assert_eq!(printed.code, 0, "{}", printed.stderr);
        printed.stdout
    }

    /// What a student does with the template: a stack, with their external id.
    pub fn make_role(&self, account: &str, template: &str, external_id: &str) -> Account {
        let root = self.root(account);
        let stack = json!({
            "StackName": "edemlab-access", "TemplateBody": template, "Capabilities": ["CAPABILITY_NAMED_IAM"],
            "Parameters": [{"ParameterKey": "ExternalId", "ParameterValue": external_id}],
        });
        wait(root.call(&CLOUDFORMATION, "CreateStack", stack)).expect("the stack is made");
        super::eventually("the role is there", || {
            wait(root.call(&IAM, "GetRole", json!({"RoleName": "edemlab-grader"}))).is_ok()
        });
        root
    }

    /// Lets the professor into a student's account, with the external id of the class whose secret is in `secret`.
    pub fn let_in(&self, account: &str, student: &str, secret: &Path) -> Account {
        let id = Secret::load_or_make(secret).expect("a secret").0.external_id(student);
        self.make_role(account, &self.access_template(&[]), &id)
    }
}

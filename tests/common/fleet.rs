//! A fleet in a sandbox: the function built as for AWS, the stack of `edemlab fleet template` in the professor's account.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::CreateBucketConfiguration;
use edemlab::account::Account;
use edemlab::account::services::{CLOUDFORMATION, STATES};
use edemlab::fleet::stack::Stack;
use serde_json::{Value, json};

use super::class::PROFESSOR;
use super::cloud::{Cloud, REGION, wait};

/// Where the code lies before a stack takes it.
const CODE: (&str, &str) = ("edemlab-code", "bootstrap.zip");

/// The function as a zip, built once a process from what `cargo test` has compiled.
pub fn code(cloud: &Cloud) -> &'static [u8] {
    static CODE: OnceLock<Vec<u8>> = OnceLock::new();
    CODE.get_or_init(|| {
        let program = bootstrap();
        let scratch = tempfile::tempdir().unwrap();
        let zip = scratch.path().join("bootstrap.zip");
        let mut zipping = Command::new(cloud.own().interpreter());
        zipping.args(["-m", "zipfile", "-c"]).arg(&zip).arg(&program);
        let output = zipping.output().unwrap();
        assert!(output.status.success(), "{}", super::text(&output));
        std::fs::read(zip).unwrap()
    })
}

/// The program of the function.
pub fn bootstrap() -> PathBuf {
    let profile = Path::new(env!("CARGO_BIN_EXE_edemlab")).parent().expect("a folder");
    let target = profile.parent().expect("a folder");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args([
            "rustc",
            "--locked",
            "--features",
            "lambda",
            "--bin",
            "bootstrap",
            "--target-dir",
        ])
        .arg(target)
        // Debugging information is most of it, and every function unpacks it.
        .args(["--", "-C", "strip=symbols"]);
    super::as_outside_of_cargo(&mut build);
    let output = build.output().expect("cargo runs");
    let said = super::text(&output);
    assert!(output.status.success(), "{said}");
    assert!(!said.contains("Compiling aws-"), "the SDK was built again: {said}");
    profile.join("bootstrap")
}

/// What `edemlab fleet template` prints.
pub fn template() -> Value {
    let printed = super::cloud::run(super::cloud::alone(&["fleet", "template"]));
    assert_eq!(printed.code, 0, "{}", printed.stderr);
    serde_saphyr::from_str(&printed.stdout).unwrap_or_else(|e| panic!("{e}\n{}", printed.stdout))
}

/// A stack of the template.
pub struct Fleet {
    pub cloud: &'static Cloud,
    pub stack: Stack,
    pub root: Account,
}

impl Fleet {
    /// Deploys the template as it is printed.
    pub fn new(cloud: &'static Cloud, name: &str) -> Self {
        Self::of(cloud, name, &template())
    }

    /// Deploys a template like it.
    pub fn of(cloud: &'static Cloud, name: &str, template: &Value) -> Self {
        let root = cloud.root(PROFESSOR);
        let (bucket, key) = CODE;
        let s3 = root.s3(REGION);
        wait(async {
            // Another test may have been first.
            let here = CreateBucketConfiguration::builder()
                .location_constraint(REGION.into())
                .build();
            let _ = s3
                .create_bucket()
                .bucket(bucket)
                .create_bucket_configuration(here)
                .send()
                .await;
            let body = ByteStream::from(code(cloud).to_vec());
            s3.put_object()
                .bucket(bucket)
                .key(key)
                .body(body)
                .send()
                .await
                .expect("the code is there");
            let asked = json!({
                "StackName": name, "TemplateBody": template.to_string(), "Capabilities": ["CAPABILITY_IAM"],
                "Parameters": [
                    {"ParameterKey": "CodeBucket", "ParameterValue": bucket},
                    {"ParameterKey": "CodeKey", "ParameterValue": key},
                ],
            });
            root.call(&CLOUDFORMATION, "CreateStack", asked).await.expect("a stack");
        });
        let mut found = None;
        super::eventually("the stack is there", || {
            found = wait(Stack::find(&root, name)).ok();
            found.is_some()
        });
        Self {
            cloud,
            stack: found.expect("a stack"),
            root,
        }
    }

    /// Puts another template in its place, as a professor would who changes it.
    pub fn update(&self, template: &Value) {
        let (bucket, key) = CODE;
        let asked = json!({
            "StackName": self.stack.name, "TemplateBody": template.to_string(), "Capabilities": ["CAPABILITY_IAM"],
            "Parameters": [
                {"ParameterKey": "CodeBucket", "ParameterValue": bucket},
                {"ParameterKey": "CodeKey", "ParameterValue": key},
            ],
        });
        wait(self.root.call(&CLOUDFORMATION, "UpdateStack", asked)).expect("it can be updated");
        super::eventually("the stack is updated", || {
            let asked = json!({"StackName": self.stack.name});
            let answer = wait(self.root.call(&CLOUDFORMATION, "DescribeStacks", asked)).expect("a stack");
            answer["Stacks"][0]["StackStatus"] == "UPDATE_COMPLETE"
        });
    }

    /// What the stack says of itself.
    pub fn output(&self, name: &str) -> String {
        let asked = json!({"StackName": self.stack.name});
        let answer = wait(self.root.call(&CLOUDFORMATION, "DescribeStacks", asked)).expect("a stack");
        let outputs = answer["Stacks"][0]["Outputs"].as_array().expect("outputs");
        let found = outputs.iter().find(|o| o["OutputKey"] == name);
        found.and_then(|o| o["OutputValue"].as_str()).expect(name).to_owned()
    }

    /// The keys in the bucket that begin with `prefix`.
    pub fn keys(&self, prefix: &str) -> Vec<String> {
        let bucket = edemlab::fleet::bucket::Bucket::new(&self.root, &self.stack.bucket);
        wait(bucket.list(prefix)).expect("the bucket can be listed")
    }

    /// The machine's executions, the last one first.
    pub fn executions(&self) -> Vec<Value> {
        let asked = json!({"stateMachineArn": self.stack.machine});
        let answer = wait(self.root.call(&STATES, "ListExecutions", asked)).expect("a list");
        answer["executions"].as_array().cloned().unwrap_or_default()
    }

    /// Operations of Step Functions, as the account's root user asks them.
    pub fn states(&self, operation: &str, input: Value) -> Value {
        wait(self.root.call(&STATES, operation, input)).unwrap_or_else(|e| panic!("{operation}: {e}"))
    }
}

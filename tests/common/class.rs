//! A professor and the accounts of a class in a sandbox, reached as on AWS: through roles with external IDs.

use std::path::Path;
use std::process::Command;

use edemlab::account::services::{CLOUDFORMATION, IAM};
use edemlab::account::{Account, Keys};
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

    /// What a student does with the template: a stack, with their external ID.
    pub fn make_role(&self, account: &str, template: &str, external_id: &str) -> Account {
        let root = self.root(account);
        let stack = json!({
            "StackName": "edemlab-access", "TemplateBody": template, "Capabilities": ["CAPABILITY_NAMED_IAM"],
            "Parameters": [{"ParameterKey": "ExternalId", "ParameterValue": external_id}],
        });
        let made = wait(root.call(&CLOUDFORMATION, "CreateStack", stack));
        if let Err(error) = made {
            // On a busy machine the answer is lost, and the SDK asks again: then the stack is there, and this one's.
            assert_eq!(error.code(), Some("AlreadyExistsException"), "{error:?}");
            let asked = json!({"StackName": "edemlab-access"});
            let answer = wait(root.call(&CLOUDFORMATION, "DescribeStacks", asked)).expect("the stack");
            let parameters = answer["Stacks"][0]["Parameters"].to_string();
            assert!(parameters.contains(external_id), "of somebody else: {parameters}");
        }
        super::eventually("the role is there", || {
            wait(root.call(&IAM, "GetRole", json!({"RoleName": "edemlab-grader"}))).is_ok()
        });
        root
    }

    /// Lets the professor into a student's account, with the external ID of the class whose secret is in `secret`.
    pub fn let_in(&self, account: &str, student: &str, secret: &Path) -> Account {
        let id = Secret::load_or_make(secret).expect("a secret").0.external_id(student);
        self.make_role(account, &self.access_template(&[]), &id)
    }
}

/// Each check with its status and points.
type Verdicts = Vec<(String, String, u32)>;

/// A class of one, who handed in `keys`: graded in a folder of its own, with pages and feedback. Gives all that stands in
/// the files there, and each check's verdict before and after the same evidence was judged again.
pub fn kept_of(cloud: &Cloud, lab: &str, keys: &Keys) -> (String, [Verdicts; 2]) {
    let scratch = tempfile::tempdir().unwrap();
    hand_in(&scratch.path().join("s001.txt"), keys);
    let (roster, out) = (scratch.path().join("roster.csv"), scratch.path().join("class"));
    std::fs::write(&roster, "student,credentials,region\ns001,s001.txt,eu-central-1\n").unwrap();
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let (roster, folder) = (text(&roster), text(&out));
    let graded = run(cloud.professor(&["grade", &roster, "--lab", lab, "--out", &folder]));
    assert_eq!(graded.code, 0, "{}{}", graded.stdout, graded.stderr);
    let verdicts = || {
        let file = out.join("reports").join("s001").join(format!("{lab}.json"));
        super::taught::verdicts(&serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap())
    };
    let before = verdicts();
    let mut all = graded.stdout + &graded.stderr + &files(&out);
    let again = run(alone(&["regrade", &folder]));
    assert_eq!(again.code, 0, "{}{}", again.stdout, again.stderr);
    all += &files(&out);
    (all, [before, verdicts()])
}

/// Writes what a student hands in.
pub fn hand_in(path: &Path, keys: &Keys) {
    let token = keys.session_token.iter().map(|t| format!("aws_session_token={t}\n"));
    let token: String = token.collect();
    let (id, secret) = (&keys.access_key_id, &keys.secret_access_key);
    let lines = format!("aws_access_key_id={id}\naws_secret_access_key={secret}\n{token}");
    std::fs::write(path, lines).unwrap();
}

/// Every file of a folder, one text.
fn files(folder: &Path) -> String {
    let mut all = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => all += &files(&path),
            false => all += &String::from_utf8_lossy(&std::fs::read(&path).unwrap()),
        }
    }
    all
}

//! Accounts in a sandbox: filled through the library, looked into with the SDK, checked by the binary.

use std::collections::BTreeMap;
use std::future::Future;
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};

use assert_cmd::Command as Run;
use edemlab::account::services::{IAM, LOGS};
use edemlab::account::{Account, Keys};
use edemlab::cli::DEFAULT_REGION;
use edemlab::report::{CheckReport, Report, Status};
use edemlab::sandbox::{self, AccountNumber, Sandbox, StartOptions};
use serde_json::{Value, json};

use super::course::{LAB, STACK};
use super::{OwnSandbox, text};

/// Where everything is, unless a test says otherwise.
pub const REGION: &str = DEFAULT_REGION;

/// One runtime for the whole process: the SDK keeps its connections for as long as the runtime that made them lives.
pub fn wait<F: Future>(future: F) -> F::Output {
    static RUNTIME: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    RUNTIME
        .get_or_init(|| {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap()
        })
        .block_on(future)
}

/// A sandbox that runs.
pub struct Cloud {
    own: OwnSandbox,
    sandbox: Sandbox,
}

/// The sandbox of all tests that name this purpose, each in accounts of its own. It ends with this process, however that
/// ends.
pub fn shared(purpose: &str) -> &'static Cloud {
    static SHARED: Mutex<BTreeMap<String, &'static OnceLock<Cloud>>> = Mutex::new(BTreeMap::new());
    #[cfg(unix)]
    extern "C" fn clean_up() {
        let shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        for cloud in shared.values().filter_map(|cell| cell.get()) {
            let _ = cloud.own.sandbox(&["stop"]).output();
            let _ = std::fs::remove_dir_all(cloud.own.folder());
        }
    }
    let cell = {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        #[cfg(unix)]
        if shared.is_empty() {
            #[expect(unsafe_code, reason = "nothing else runs once the last test has ended")]
            // SAFETY: `clean_up` is an ordinary function that does not panic.
            unsafe {
                libc::atexit(clean_up);
            }
        }
        *shared
            .entry(purpose.to_owned())
            .or_insert_with(|| Box::leak(Box::default()))
    };
    cell.get_or_init(|| {
        let own = OwnSandbox::new(purpose);
        let options = StartOptions {
            owner: Some(std::process::id()),
            ..StartOptions::default()
        };
        let sandbox = wait(sandbox::start(own.paths(), &options, &|_| ())).expect("the sandbox starts");
        Cloud { own, sandbox }
    })
}

impl Cloud {
    pub fn endpoint(&self) -> &str {
        &self.sandbox.endpoint
    }

    pub fn own(&self) -> &OwnSandbox {
        &self.own
    }

    /// Deploys a template as the lab's stack, or changes that stack; gives its outputs.
    pub fn deploy(&self, account: &str, template: &Value) -> BTreeMap<String, String> {
        self.deploy_as(account, REGION, STACK, template)
    }

    pub fn deploy_as(&self, account: &str, region: &str, stack: &str, template: &Value) -> BTreeMap<String, String> {
        wait(self.sandbox.deploy(&number(account), region, stack, template)).expect("it can be deployed")
    }

    /// Confirms every subscription of the account that waits, as a click in each of its mails would.
    pub fn confirm(&self, account: &str, region: &str) {
        wait(self.sandbox.confirm(&number(account), Some(region))).expect("the inbox answers");
    }

    /// What the account's topics would have sent so far, each with its subject.
    pub fn mails(&self, account: &str) -> Vec<String> {
        let inbox = wait(self.sandbox.inbox(&number(account), None)).expect("the inbox answers");
        let mails = inbox.mails.into_iter();
        mails
            .map(|mail| format!("{}: {}", mail.subject, mail.message))
            .collect()
    }

    /// The account's student, as the course has it: an IAM user, an administrator.
    pub fn student(&self, account: &str) -> Keys {
        let keys = wait(self.sandbox.student(&number(account))).expect("a student");
        Keys {
            access_key_id: keys.access_key_id.clone(),
            secret_access_key: keys.secret_access_key().to_owned(),
            session_token: None,
        }
    }

    /// The account as its root user sees it.
    pub fn root(&self, account: &str) -> Account {
        self.root_in(account, REGION)
    }

    pub fn root_in(&self, account: &str, region: &str) -> Account {
        self.account(self.root_keys(account), region)
    }

    /// The keys of the account's root user: its number, and the secret of this sandbox.
    pub fn root_keys(&self, account: &str) -> Keys {
        let keys = self.sandbox.root(&number(account));
        Keys {
            access_key_id: keys.access_key_id.clone(),
            secret_access_key: keys.secret_access_key().to_owned(),
            session_token: None,
        }
    }

    /// The account as whoever has these keys sees it.
    pub fn account(&self, keys: Keys, region: &str) -> Account {
        let (id, secret) = (&keys.access_key_id, &keys.secret_access_key);
        Account::loopback(&self.sandbox.endpoint, region, id, secret).with_keys(&keys, region)
    }

    /// A new IAM user that may do what `policy` says.
    pub fn user(&self, account: &str, name: &str, policy: &Value) -> Keys {
        let root = self.root(account);
        let of = json!({"UserName": name});
        wait(async {
            root.call(&IAM, "CreateUser", of.clone()).await.unwrap();
            let put = json!({"UserName": name, "PolicyName": "all", "PolicyDocument": policy.to_string()});
            root.call(&IAM, "PutUserPolicy", put).await.unwrap();
            let made = root.call(&IAM, "CreateAccessKey", of).await.unwrap();
            let field = |name: &str| made["AccessKey"][name].as_str().expect("a key").to_owned();
            Keys {
                access_key_id: field("AccessKeyId"),
                secret_access_key: field("SecretAccessKey"),
                session_token: None,
            }
        })
    }

    /// The session keys of lucia in a new role, an administrator that the account's own users may become.
    pub fn session(&self, account: &str, role: &str) -> Keys {
        let (root, student) = (self.root(account), self.student(account));
        let student = self.account(student, REGION);
        let trust = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{account}:root")}, "Action": "sts:AssumeRole",
        }]});
        wait(async {
            let made = json!({"RoleName": role, "AssumeRolePolicyDocument": trust.to_string()});
            let made = root.call(&IAM, "CreateRole", made).await.unwrap();
            let administrator = "arn:aws:iam::aws:policy/AdministratorAccess";
            let attach = json!({"RoleName": role, "PolicyArn": administrator});
            root.call(&IAM, "AttachRolePolicy", attach).await.unwrap();
            let arn = made["Role"]["Arn"].as_str().expect("a role");
            // AWS lets no root user assume a role.
            let assumed = student
                .sts()
                .assume_role()
                .role_arn(arn)
                .role_session_name("lucia")
                .send()
                .await;
            let given = assumed.unwrap().credentials.expect("credentials");
            Keys {
                access_key_id: given.access_key_id,
                secret_access_key: given.secret_access_key,
                session_token: Some(given.session_token),
            }
        })
    }

    /// `edemlab check` of the lab with these keys.
    pub fn check(&self, keys: &Keys, args: &[&str]) -> Command {
        check_at(&self.sandbox.endpoint, keys, args)
    }

    /// What `check --format json` says of this account to its student.
    pub fn report(&self, account: &str, args: &[&str]) -> Checked {
        checked(self.check(&self.student(account), &[&["--format", "json"], args].concat()))
    }

    /// What is in the lab's table.
    pub fn items(&self, account: &str, table: &str) -> Vec<String> {
        let root = self.root(account);
        let scan = wait(root.dynamodb().scan().table_name(table).send()).expect("the table can be read");
        scan.items().iter().map(|item| format!("{item:?}")).collect()
    }

    /// What the function logged so far.
    pub fn log(&self, account: &str, function: &str) -> Vec<String> {
        self.log_of(account, &format!("/aws/lambda/{function}"))
    }

    /// What is in the log group so far.
    pub fn log_of(&self, account: &str, group: &str) -> Vec<String> {
        let root = self.root(account);
        match wait(root.call(&LOGS, "FilterLogEvents", json!({"logGroupName": group}))) {
            Ok(answer) => {
                let events = answer["events"].as_array().into_iter().flatten();
                events
                    .filter_map(|e| e["message"].as_str().map(str::to_owned))
                    .collect()
            }
            // No log yet.
            Err(_) => Vec::new(),
        }
    }
}

/// `edemlab check` of the lab at this endpoint, with nothing of the environment of whoever runs the tests.
pub fn check_at(endpoint: &str, keys: &Keys, args: &[&str]) -> Command {
    check_lab_at(endpoint, LAB, keys, args)
}

pub fn check_lab_at(endpoint: &str, lab: &str, keys: &Keys, args: &[&str]) -> Command {
    let mut command = alone(&["check", lab]);
    command
        .args(args)
        .env("AWS_ENDPOINT_URL", endpoint)
        .env("AWS_REGION", REGION)
        .env("AWS_ACCESS_KEY_ID", &keys.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
    if let Some(token) = &keys.session_token {
        command.env("AWS_SESSION_TOKEN", token);
    }
    command
}

/// The binary where no AWS account, proxy or terminal of whoever runs the tests is known.
pub fn alone(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_edemlab"));
    for (name, _) in std::env::vars_os() {
        let upper = name.to_string_lossy().to_uppercase();
        let ours = ["AWS_", "EDEMLAB_"].iter().any(|start| upper.starts_with(start));
        if ours || upper.ends_with("_PROXY") || ["COLUMNS", "NO_COLOR", "CLICOLOR_FORCE"].contains(&upper.as_str()) {
            command.env_remove(name);
        }
    }
    command
        .args(args)
        .env("AWS_CONFIG_FILE", "no-such-file")
        .env("AWS_SHARED_CREDENTIALS_FILE", "no-such-file")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        // As in a shell that the sandbox's variables are in.
        .env("AWS_PAGER", "");
    command
}

/// What a command printed, and how it ended.
pub struct Printed {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

pub fn run(command: Command) -> Printed {
    let output = Run::from_std(command).output().unwrap();
    Printed {
        code: output
            .status
            .code()
            .unwrap_or_else(|| panic!("killed: {}", text(&output))),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// A report that was read back from the JSON that was printed.
pub struct Checked {
    pub code: i32,
    pub report: Report,
    pub json: String,
}

pub fn checked(command: Command) -> Checked {
    let printed = run(command);
    let report = serde_json::from_str(&printed.stdout)
        .unwrap_or_else(|error| panic!("{error} in:\n{}\n{}", printed.stdout, printed.stderr));
    Checked {
        code: printed.code,
        report,
        json: printed.stdout,
    }
}

impl Checked {
    pub fn get(&self, id: &str) -> &CheckReport {
        let mut all = self.report.checks().map(|(_, check)| check);
        all.find(|check| check.id == id)
            .unwrap_or_else(|| panic!("no check {id} in {}", self.json))
    }

    pub fn step(&self, id: &str) -> Status {
        let step = self.report.steps.iter().find(|step| step.id == id);
        step.unwrap_or_else(|| panic!("no step {id} in {}", self.json)).status
    }

    pub fn found(&self, id: &str) -> &str {
        self.get(id).found.as_deref().unwrap_or_default()
    }

    /// Status and points of each check, in order.
    pub fn verdicts(&self) -> Vec<(String, Status, u32)> {
        let all = self.report.checks();
        all.map(|(_, c)| (c.id.clone(), c.status, c.points)).collect()
    }

    /// Points that were earned beyond those that there are.
    pub fn extra(&self) -> u32 {
        let optional = self.report.checks().filter(|(_, check)| check.optional);
        optional.map(|(_, check)| check.points).sum()
    }

    /// The ids of the checks with this status.
    pub fn with(&self, status: Status) -> Vec<&str> {
        let all = self.report.checks().map(|(_, check)| check);
        all.filter(|c| c.status == status).map(|c| c.id.as_str()).collect()
    }
}

pub fn number(account: &str) -> AccountNumber {
    account.parse().expect("twelve digits")
}

//! What a lab has made is deleted: by a plan, exactly that, and seen to be gone. Everything else stays as it was.

use crate::common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use common::cloud::{Cloud, Printed, REGION, alone, run, shared, wait};
use common::course::{course, fault_of, solution, solution_of};
use common::relay::Relay;
use common::relay::answers::Instead;
use common::{eventually, kill, orders};
use edemlab::account::services::TAGGING;
use edemlab::inventory;
use serde_json::{Value, json};

fn cloud() -> &'static Cloud {
    shared("cleanup")
}

/// A folder for plans, and an account whose lab is cleaned up from there.
struct Cleaner {
    folder: tempfile::TempDir,
    account: String,
    lab: &'static str,
    endpoint: String,
}

impl Cleaner {
    fn new(lab: &'static str, account: &str) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            account: account.to_owned(),
            lab,
            endpoint: cloud().endpoint().to_owned(),
        }
    }

    /// The account with these templates deployed one after another.
    fn with(lab: &'static str, account: &str, templates: &[Value]) -> Self {
        for template in templates {
            cloud().deploy(account, template);
        }
        Self::new(lab, account)
    }

    fn through(&mut self, relay: &Relay) {
        self.endpoint = relay.endpoint();
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("plan.json")
    }

    fn command(&self, args: &[&str]) -> std::process::Command {
        let keys = cloud().student(&self.account);
        let mut command = alone(&["cleanup", self.lab, "--plan"]);
        command
            .arg(self.file())
            .args(args)
            .current_dir(self.folder.path())
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("AWS_REGION", REGION)
            .env("AWS_ACCESS_KEY_ID", &keys.access_key_id)
            .env("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
        command
    }

    /// Makes the plan.
    fn plan(&self, args: &[&str]) -> Value {
        let printed = run(self.command(&[&["--here"], args].concat()));
        assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
        assert!(printed.stdout.contains("Nothing was deleted"), "{}", printed.stdout);
        self.read("plan.json")
    }

    fn apply(&self, args: &[&str]) -> Printed {
        run(self.command(&[&["--yes"], args].concat()))
    }

    fn read(&self, file: &str) -> Value {
        let text = std::fs::read_to_string(self.folder.path().join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"))
    }

    /// Makes the plan and applies it: all of it is gone.
    fn clean(&self) -> Value {
        let plan = self.plan(&[]);
        let printed = self.apply(&[]);
        assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
        assert!(
            printed.stdout.contains("Nothing of the plan is left"),
            "{}",
            printed.stdout
        );
        plan
    }

    /// Everything that stands in the account, by what and where it is.
    fn standing(&self) -> BTreeMap<String, String> {
        let root = cloud().root(&self.account);
        let listing = wait(inventory::list(&root, |_| true));
        assert!(listing.unlisted.is_empty(), "{:?}", listing.unlisted);
        let items = listing.items.into_iter();
        items
            .map(|item| (format!("{} {}", item.of.name, item.id), format!("{item:?}")))
            .collect()
    }
}

/// What of a plan is called what.
fn names<'p>(plan: &'p Value, list: &str) -> BTreeSet<&'p str> {
    plan[list]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["name"].as_str())
        .collect()
}

fn ids(plan: &Value) -> BTreeSet<String> {
    let all = plan["deletions"].as_array().expect("deletions").iter();
    all.map(|one| format!("{} {}", one["type"].as_str().unwrap(), one["id"].as_str().unwrap()))
        .collect()
}

/// Whether something is CloudFormation's own: the functions by which the solution makes what CloudFormation cannot make,
/// and roles that nothing has ever used, so that nothing says whose they are.
fn is_of_the_stack(what: &str) -> bool {
    let own = ["FilesFunction", "FilesRole", "MissingFunction", "MissingRole"];
    own.iter().any(|name| what.contains(name)) || what.starts_with("AWS::IAM::Role ")
}

/// Of the faults those whose accounts differ most; all of them with `EDEMLAB_CLEANUP=all`.
fn accounts() -> Vec<(&'static str, Option<String>)> {
    const FEW: &[(&str, &str)] = &[("datastream", "express-wrong-port"), ("eventdriven", "http-api")];
    let whole = ["datastream", "eventdriven"].map(|lab| (lab, None));
    if std::env::var("EDEMLAB_CLEANUP").is_err() {
        return whole
            .into_iter()
            .chain(FEW.iter().map(|(lab, id)| (*lab, Some((*id).to_owned()))))
            .collect();
    }
    let all = ["datastream", "eventdriven"].into_iter().flat_map(|lab| {
        let course = course();
        let faults = &course.lab(lab).unwrap().faults;
        faults
            .iter()
            .map(|fault| (lab, Some(fault.deviation.id.clone())))
            .collect::<Vec<_>>()
    });
    whole.into_iter().chain(all).collect()
}

#[test]
fn solutions_and_faults_are_planned_applied_and_seen_to_be_gone() {
    let mut left = Vec::new();
    for (number, (lab, id)) in accounts().into_iter().enumerate() {
        let account = format!("6200000{number:05}");
        let templates = id
            .as_ref()
            .map_or_else(|| vec![solution_of(lab)], |id| fault_of(lab, id));
        let cleaner = Cleaner::with(lab, &account, &templates);
        // It has run once, so that there are logs.
        let plan = cleaner.clean();
        assert!(plan["unknown"].as_array().is_some_and(Vec::is_empty), "{plan:#}");
        let standing: Vec<String> = cleaner
            .standing()
            .into_keys()
            .filter(|what| !is_of_the_stack(what))
            .collect();
        if !standing.is_empty() {
            left.push(format!("{lab} {id:?}: {standing:?}; {:#}", plan["staying"]));
        }
    }
    assert!(left.is_empty(), "{}", left.join("\n"));
}

/// What somebody else has in the account: a stream, and a function that runs as the lab's role.
fn stranger(role: &str) -> Value {
    json!({"Resources": {
        "Stream": {"Type": "AWS::Kinesis::Stream", "Properties": {"Name": "payments", "ShardCount": 1}},
        "Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/aws/lambda/payments"}},
        "Function": {"Type": "AWS::Lambda::Function", "Properties": {
            "FunctionName": "payments", "Role": role, "Runtime": "python3.13", "Handler": "index.handler",
            "Code": {"ZipFile": "def handler(event, context):\n    return 1\n"},
        }},
        "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {
            "TableName": "invoices", "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "number", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "number", "KeyType": "HASH"}],
        }},
    }})
}

#[test]
fn exactly_the_plan_goes_and_what_is_shared_kept_or_a_strangers_stays_as_it_was() {
    let account = "621000000001";
    let made = cloud().deploy(account, &solution());
    cloud().deploy_as(account, REGION, "orders", &orders::solution());
    let role = format!("arn:aws:iam::{account}:role/{}", made["RoleName"]);
    cloud().deploy_as(account, REGION, "stranger", &stranger(&role));
    let root = cloud().root(account);
    let table = format!("arn:aws:dynamodb:{REGION}:{account}:table/{}", made["TableName"]);
    wait(async {
        let keep = json!({"ResourceARNList": [table], "Tags": {"edemlab:keep": "until June"}});
        root.call(&TAGGING, "TagResources", keep).await.unwrap();
        let put = root
            .s3(REGION)
            .put_object()
            .bucket(&made["BucketName"])
            .key("thesis/draft.docx");
        put.body(aws_sdk_s3::primitives::ByteStream::from_static(b"mine"))
            .send()
            .await
            .unwrap();
    });
    let cleaner = Cleaner::new("datastream", account);
    let plan = cleaner.plan(&[]);
    let why = |name: &str| -> String {
        let staying = plan["staying"].as_array().unwrap().iter();
        let found: Vec<&str> = staying
            .filter(|one| one["name"] == name)
            .filter_map(|one| one["why"].as_str())
            .collect();
        assert_eq!(found.len(), 1, "{name}: {plan:#}");
        found[0].to_owned()
    };
    assert!(why(&made["RoleName"]).contains("function payments uses it"), "{plan:#}");
    assert!(why(&made["TableName"]).contains("edemlab:keep"), "{plan:#}");
    assert!(why(&made["BucketName"]).contains("thesis/draft.docx"), "{plan:#}");
    assert!(!names(&plan, "deletions").contains("payments"), "{plan:#}");

    let before = cleaner.standing();
    let printed = cleaner.apply(&[]);
    assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
    let after = cleaner.standing();
    let gone: BTreeSet<String> = before
        .keys()
        .filter(|what| !after.contains_key(*what))
        .cloned()
        .collect();
    assert_eq!(gone, ids(&plan), "exactly the plan");
    for (what, was) in before.iter().filter(|(what, _)| after.contains_key(*what)) {
        assert_eq!(*was, after[what], "{what} is as it was");
    }
    let object = wait(
        root.s3(REGION)
            .get_object()
            .bucket(&made["BucketName"])
            .key("thesis/draft.docx")
            .send(),
    );
    assert!(object.is_ok(), "what the bucket holds");

    // Who says so has the bucket go too; the tag is stronger than that.
    let table = &made["TableName"];
    let plan = cleaner.plan(&["--also", &made["BucketName"], "--also", table]);
    assert!(
        names(&plan, "deletions").contains(made["BucketName"].as_str()),
        "{plan:#}"
    );
    assert!(names(&plan, "staying").contains(table.as_str()), "{plan:#}");
}

#[test]
fn killed_at_any_moment_the_same_plan_goes_on_to_the_same_end() {
    let account = "621000000002";
    let mut cleaner = Cleaner::with("datastream", account, &[solution()]);
    let plan = cleaner.plan(&[]);
    let before = cleaner.standing();
    // Each run is killed as soon as it has asked for a deletion, or some of them: what is left of the plan differs each time.
    let mut killed = 0;
    for many in [1, 1, 1, 2, 1, 2, 1, 3, 1, 1] {
        let relay = Relay::to(cloud().endpoint());
        cleaner.through(&relay);
        let mut command = cleaner.command(&["--yes"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let deletions = || {
            [".Delete", "DELETE /", "Action=Delete"]
                .map(|what| relay.count(what))
                .iter()
                .sum::<usize>()
        };
        eventually("it deletes, or ends", || {
            deletions() >= many || child.try_wait().unwrap().is_some()
        });
        if child.try_wait().unwrap().is_none() {
            kill("KILL", child.id());
            killed += 1;
        }
        child.wait().unwrap();
    }
    assert!(killed >= 5, "killed {killed} times");
    cleaner.endpoint = cloud().endpoint().to_owned();
    let printed = cleaner.apply(&[]);
    assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
    assert!(printed.stdout.contains("had gone before"), "{}", printed.stdout);
    let after = cleaner.standing();
    let gone: BTreeSet<String> = before
        .keys()
        .filter(|what| !after.contains_key(*what))
        .cloned()
        .collect();
    assert_eq!(gone, ids(&plan));
}

#[test]
fn what_is_denied_is_said_and_all_else_goes() {
    let account = "621000000003";
    let cleaner = Cleaner::with("datastream", account, &[solution()]);
    cleaner.plan(&[]);
    let mut policy = run(alone(&["policy", "datastream", "--for", "cleanup"]));
    let mut denied: Value = serde_json::from_str(&std::mem::take(&mut policy.stdout)).expect("a policy");
    let statement = json!({"Effect": "Deny", "Action": "dynamodb:DeleteTable", "Resource": "*"});
    denied["Statement"].as_array_mut().unwrap().push(statement);
    let keys = cloud().user(account, "careful", &denied);
    let mut command = cleaner.command(&["--yes"]);
    command
        .env("AWS_ACCESS_KEY_ID", &keys.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
    let printed = run(command);
    assert_eq!(printed.code, 1, "{}{}", printed.stdout, printed.stderr);
    assert!(
        printed.stdout.contains("dynamodb:DeleteTable is denied"),
        "{}",
        printed.stdout
    );
    let report = cleaner.read("plan.report.json");
    let left = report["proof"]["left"].as_array().unwrap();
    assert_eq!(left.len(), 1, "{report:#}");
    assert_eq!(left[0]["noun"], "table");
    // Whoever may, ends it with the same command.
    assert_eq!(cleaner.apply(&[]).code, 0);
}

#[test]
fn slow_down_in_use_and_lost_answers_only_take_longer() {
    let account = "621000000004";
    let mut cleaner = Cleaner::with("eventdriven", account, &[orders::solution()]);
    cleaner.plan(&[]);
    let error = |code: &str| format!("{{\"__type\":\"{code}\",\"message\":\"not now\"}}");
    let json = "400 Bad Request\r\ncontent-type: application/x-amz-json-1.1";
    let relay = Relay::mistaking(
        cloud().endpoint(),
        vec![
            Instead::page(
                "DynamoDB_20120810.DeleteTable",
                2,
                json,
                &error("ResourceInUseException"),
            ),
            Instead::page(
                "AWSEvents.DeleteRule",
                1,
                json,
                &error("ConcurrentModificationException"),
            ),
            Instead::page(
                "AWSStepFunctions.DeleteStateMachine",
                1,
                json,
                &error("ThrottlingException"),
            ),
            Instead::lost("Logs_20140328.DeleteLogGroup", 1),
        ],
    );
    cleaner.through(&relay);
    let printed = cleaner.apply(&[]);
    assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
    assert!(relay.count("DynamoDB_20120810.DeleteTable") >= 3);
}

#[test]
fn a_delete_that_is_answered_and_not_done_is_caught() {
    let account = "621000000005";
    let mut cleaner = Cleaner::with("eventdriven", account, &[orders::solution()]);
    cleaner.plan(&[]);
    let json = "200 OK\r\ncontent-type: application/x-amz-json-1.0";
    let always = vec![Instead::page("DynamoDB_20120810.DeleteTable", usize::MAX, json, "{}")];
    let relay = Relay::mistaking(cloud().endpoint(), always);
    cleaner.through(&relay);
    let printed = cleaner.apply(&["--wait", "1"]);
    assert_eq!(printed.code, 1, "{}{}", printed.stdout, printed.stderr);
    assert!(
        printed.stdout.contains("AWS took the call, and still lists it"),
        "{}",
        printed.stdout
    );
    assert!(printed.stdout.contains("Still there"), "{}", printed.stdout);
    let report = cleaner.read("plan.report.json");
    assert_eq!(report["proof"]["left"].as_array().map(Vec::len), Some(1), "{report:#}");
}

#[test]
fn what_has_changed_since_the_plan_ends_it_before_anything_is_deleted() {
    let account = "621000000006";
    let made = cloud().deploy(account, &solution());
    let cleaner = Cleaner::new("datastream", account);
    cleaner.plan(&[]);
    let role = format!("arn:aws:iam::{account}:role/{}", made["RoleName"]);
    cloud().deploy_as(account, REGION, "stranger", &stranger(&role));
    let before = cleaner.standing();
    let printed = cleaner.apply(&[]);
    assert_eq!(printed.code, 2, "{}{}", printed.stdout, printed.stderr);
    assert!(
        printed.stderr.contains("function payments uses it"),
        "{}",
        printed.stderr
    );
    assert!(
        printed.stderr.contains("edemlab cleanup datastream"),
        "{}",
        printed.stderr
    );
    assert_eq!(cleaner.standing(), before, "nothing was deleted");
}

#[test]
fn a_plan_is_of_one_account_and_lab_and_is_whole() {
    let cleaner = Cleaner::with("eventdriven", "621000000007", &[orders::solution()]);
    cleaner.plan(&[]);
    let mut other = Cleaner::new("eventdriven", "621000000008");
    std::fs::copy(cleaner.file(), other.file()).unwrap();
    let printed = other.apply(&[]);
    assert_eq!(printed.code, 2);
    assert!(
        printed.stderr.contains("this plan is for account 621000000007"),
        "{}",
        printed.stderr
    );
    other.lab = "datastream";
    assert!(
        other
            .apply(&[])
            .stderr
            .contains("is for eventdriven, not for datastream")
    );
    std::fs::write(other.file(), "{\"schema\": 1").unwrap();
    let printed = other.apply(&[]);
    assert!(
        printed.stderr.contains("is not a plan of `edemlab cleanup`"),
        "{}",
        printed.stderr
    );
    // Without a plan, nothing is confirmed beforehand.
    let printed = run(alone(&["cleanup", "datastream", "--yes"]));
    assert!(
        printed.code == 2 && printed.stderr.contains("--plan"),
        "{}",
        printed.stderr
    );
    assert!(Path::new(&cleaner.file()).exists());
}

//! A lab is rehearsed in an account as if it were AWS: whole, cut off at any moment, refused, without rights. What it made is gone
//! in the end, or is named in the last line.

use crate::common;

use std::process::Stdio;
use std::sync::Arc;

use common::cleaner::stranger;
use common::cloud::{REGION, alone, run, shared};
use common::course::{Copy, solution};
use common::planted;
use common::rehearsal::{Rehearsal, flat, last_line, things};
use common::relay::Relay;
use common::relay::answers::Instead;
use common::running::Running;
use common::{eventually, kill};
use serde_json::{Value, json};

/// What a stranger has there, with a role for the function.
fn somebody() -> Value {
    let mut template = stranger("");
    template["Resources"]["Function"]["Properties"]["Role"] = json!({"Fn::GetAtt": ["Role", "Arn"]});
    template["Resources"]["Role"] = json!({"Type": "AWS::IAM::Role", "Properties": {
        "RoleName": "payments",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
        ]},
    }});
    template
}

/// A dozen faults, each as it should; everything that stood before is as it was, and nothing else is there.
fn whole(lab: &'static str, account: &str, faults: usize, args: &[&str]) -> Value {
    let cloud = shared("rehearse");
    cloud.deploy_as(account, REGION, "somebody", &somebody());
    // What a stranger has and the sandbox has not would be a difference.
    let is_planted = !args.contains(&"--compare");
    if is_planted {
        cloud.deploy_as(account, REGION, "planted", &planted::stranger());
    }
    let mut rehearsal = Rehearsal::new(lab, account);
    let all = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    rehearsal.keys = cloud.user(account, "guifre.casademont", &all);
    let heard = Arc::default();
    let relay = Relay::overhearing(cloud.endpoint(), Arc::clone(&heard));
    rehearsal.endpoint = relay.endpoint();
    // What somebody else has is confirmed already.
    cloud.confirm(account, REGION);
    let before = things(account);
    let mut running = Running::new(rehearsal.command(&[&["--yes", "--settle", "20"], args].concat()));
    if args.contains(&"--email") {
        running.says("open it and confirm the subscription");
        cloud.confirm(account, REGION);
    }
    running.says("✓ solution");
    planted::write_into(cloud, account);
    let (code, printed) = running.end_of_long();
    assert_eq!(code, Some(0), "{printed}");
    assert!(
        flat(&printed).contains("Nothing of the rehearsal is left in account"),
        "{printed}"
    );
    assert_eq!(things(account), before);
    let record = rehearsal.record();
    let trials = record["trials"].as_array().unwrap();
    assert_eq!(trials.len(), faults + 1, "{record:#}");
    for trial in trials {
        assert_eq!(trial["wrong"], json!([]), "{trial:#}");
        assert!(trial["settled_in"].is_number(), "{trial:#}");
    }
    let page = std::fs::read_to_string(rehearsal.out().join("rehearsal.html")).unwrap();
    assert!(
        page.contains(&format!("All {} showed what they should.", faults + 1)),
        "{page}"
    );
    if is_planted {
        planted::assert_all_in(&heard.lock().unwrap(), account);
    }
    recordings(&rehearsal, account, faults + 1, is_planted);
    let again = rehearsal.run(&["--yes"]);
    assert_eq!(again.code, 2, "{}", again.stdout);
    assert!(again.stderr.contains("has ended"), "{}", again.stderr);
    record
}

/// Each trial's recording names nobody, and is judged again as it was.
fn recordings(rehearsal: &Rehearsal, account: &str, trials: usize, is_planted: bool) {
    let folder = rehearsal.out().join("recordings");
    let files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(files.len(), trials);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let (id, secret) = (&rehearsal.keys.access_key_id, &rehearsal.keys.secret_access_key);
        for word in ["rehearsal", "payments", "invoices", "teacher@", id, secret] {
            assert!(!text.contains(word), "{word} in {}", file.display());
        }
        planted::assert_none_in(&text, account);
        // The function with the most of them is in each: a short number stays.
        let timeout = format!("\"Timeout\":{}", planted::TIMEOUT);
        let is_in = text.replace(['\\', ' '], "").contains(&timeout);
        assert_eq!(is_in, is_planted, "{}", file.display());
        for verb in ["verify", "replay"] {
            let printed = run(alone(&["recording", verb, file.to_str().unwrap()]));
            assert_eq!(
                printed.code,
                0,
                "{verb} {}: {}{}",
                file.display(),
                printed.stdout,
                printed.stderr
            );
        }
    }
}

#[test]
fn datastream_is_rehearsed_whole() {
    let record = whole("datastream", "640000000001", 13, &["--compare"]);
    // Of the same emulator nothing is otherwise, whatever the names and times of a run are.
    let compared = &record["compared"];
    for kind in ["verdicts", "texts", "shapes", "not_compared"] {
        assert_eq!(compared[kind], json!([]), "{compared:#}");
    }
    // The parts that cost are left out, and what they judge.
    assert_eq!(record["parameters"], json!({"Container": "Never", "Personalize": "no"}));
    let checks = record["trials"][0]["checks"].as_array().unwrap();
    assert!(
        checks
            .iter()
            .all(|check| !check["check"].as_str().unwrap().starts_with("personalize."))
    );
}

#[test]
fn eventdriven_is_rehearsed_whole_once_its_mail_is_confirmed() {
    let record = whole("eventdriven", "640000000002", 12, &["--email", "teacher@example.com"]);
    assert_eq!(record["email"], "t…@example.com");
}

#[test]
fn killed_at_ten_moments_it_goes_on_or_is_cleaned_up() {
    let account = "640000000003";
    let cloud = shared("rehearse");
    let before = things(account);
    let mut rehearsal = Rehearsal::new("datastream", account);
    let args = ["--yes", "--fault", "role-without-dynamodb", "--fault", "trigger-off"];
    let begun = args.len();
    let mut killed = 0;
    for (number, requests) in [1, 30, 60, 5, 90, 40, 110, 20, 70, 130].into_iter().enumerate() {
        let relay = Relay::to(cloud.endpoint());
        rehearsal.endpoint = relay.endpoint();
        let is_there = rehearsal.out().join("rehearsal.json").exists();
        let args = if is_there { &args[..1] } else { &args[..begun] };
        let mut child = rehearsal
            .command(args)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        eventually("it asks, or ends", || {
            relay.count("AWS4-HMAC-SHA256") >= requests || child.try_wait().unwrap().is_some()
        });
        if child.try_wait().unwrap().is_none() {
            kill("KILL", child.id());
            killed += 1;
        }
        child.wait().unwrap();
        rehearsal.endpoint = cloud.endpoint().to_owned();
        // Every other time what it has left is deleted, and it goes on from there.
        if number % 2 == 1 {
            let cleaned = rehearsal.run(&["--clean-up"]);
            let said = flat(&cleaned.stdout);
            let is_said =
                said.contains("Nothing of the rehearsal is left") || said.contains("nothing is left of a rehearsal");
            assert!(is_said, "{said}");
            assert_eq!(things(account), before, "after {requests} requests");
        }
    }
    assert!(killed >= 9, "killed {killed} times");
    let is_there = rehearsal.out().join("rehearsal.json").exists();
    let args = if is_there { &args[..1] } else { &args[..begun] };
    if !rehearsal.record()["ended"].is_string() {
        let printed = rehearsal.run(args);
        assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
    }
    assert_eq!(things(account), before);
    assert_eq!(rehearsal.record()["trials"].as_array().unwrap().len(), 3);
}

#[test]
fn stopped_by_its_user_it_cleans_up_first() {
    let account = "640000000004";
    let before = things(account);
    let rehearsal = Rehearsal::new("datastream", account);
    let mut running = Running::new(rehearsal.command(&["--yes", "--fault", "role-without-dynamodb"]));
    running.says("✓ solution");
    running.interrupt();
    let (code, printed) = running.end_of_long();
    assert_eq!(code, Some(3), "{printed}");
    assert!(flat(&printed).contains("1 of 2 were not tried"), "{printed}");
    assert!(flat(&printed).contains("Nothing of the rehearsal is left"), "{printed}");
    assert_eq!(things(account), before);
}

#[test]
fn stopped_before_anything_is_made_it_says_so_too() {
    let account = "640000000024";
    let before = things(account);
    let rehearsal = Rehearsal::new("datastream", account);
    let running = Running::new(rehearsal.command(&["--yes", "--fault", "role-without-dynamodb"]));
    // The moment at which it has decided to begin.
    eventually("a record", || rehearsal.out().join("rehearsal.json").exists());
    running.interrupt();
    let (code, printed) = running.end_of_long();
    assert_eq!(code, Some(3), "{printed}");
    assert!(flat(&printed).contains("Nothing of the rehearsal is left"), "{printed}");
    assert_eq!(things(account), before);
}

#[test]
fn without_a_yes_nothing_is_made() {
    let account = "640000000005";
    let before = things(account);
    let rehearsal = Rehearsal::new("datastream", account);
    let printed = rehearsal.run(&[]);
    assert_eq!(printed.code, 2, "{}", printed.stderr);
    let said = flat(&printed.stdout);
    assert!(said.contains("Nothing was done. To begin, add --yes."), "{said}");
    assert!(
        said.contains("Without personalize") && said.contains("at most 0.15 USD in 3 hours"),
        "{said}"
    );
    assert_eq!(things(account), before);
    assert!(!rehearsal.out().exists());
}

#[test]
fn work_of_the_lab_that_is_there_is_not_mistaken_for_its_own() {
    let account = "640000000006";
    let cloud = shared("rehearse");
    cloud.deploy(account, &solution());
    let rehearsal = Rehearsal::new("datastream", account);
    let before = things(account);
    let printed = rehearsal.run(&["--yes"]);
    assert_eq!(printed.code, 2, "{}", printed.stdout);
    assert!(
        flat(&printed.stderr).contains("a check could take one for the rehearsal's"),
        "{}",
        printed.stderr
    );
    assert_eq!(things(account), before);
}

#[test]
fn a_solution_that_is_refused_is_rolled_back_and_cleaned_up() {
    let account = "640000000007";
    let cloud = shared("rehearse");
    let before = things(account);
    let course = Copy::new();
    // A quota, a name that is taken: CloudFormation says why, and takes all of it back.
    course.replace(
        "labs/datastream/solution.yaml",
        "  Bucket:\n    Type: AWS::S3::Bucket\n    Properties:\n",
        "  Bucket:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: edemlab-taken-already\n",
    );
    let taken = json!({"Resources": {"Taken": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "edemlab-taken-already"}}}});
    cloud.deploy_as("640000000008", REGION, "taken", &taken);
    let rehearsal = Rehearsal::new("datastream", account);
    let course = course.folder().display().to_string();
    let printed = rehearsal.run(&["--yes", "--course", &course]);
    assert_eq!(printed.code, 3, "{}{}", printed.stdout, printed.stderr);
    let said = flat(&printed.stderr);
    assert!(
        said.contains("It does not go on") && said.contains("Bucket (AWS::S3::Bucket)"),
        "{said}"
    );
    assert!(
        last_line(&printed).starts_with("Nothing of the rehearsal is left"),
        "{}",
        printed.stdout
    );
    assert_eq!(things(account), before);
}

#[test]
fn expired_credentials_leave_a_line_that_says_what_stands() {
    let account = "640000000009";
    let cloud = shared("rehearse");
    let before = things(account);
    let mut rehearsal = Rehearsal::new("datastream", account);
    let expired =
        "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>It has expired</Message></Error></ErrorResponse>";
    let relay = Relay::mistaking(
        cloud.endpoint(),
        vec![Instead::page("Action=UpdateStack", 9, "403 Forbidden", expired)],
    );
    rehearsal.endpoint = relay.endpoint();
    let printed = rehearsal.run(&["--yes", "--fault", "trigger-off"]);
    assert_eq!(printed.code, 3, "{}{}", printed.stdout, printed.stderr);
    assert!(
        flat(&printed.stderr).contains("Get new credentials"),
        "{}",
        printed.stderr
    );
    let last = last_line(&printed);
    assert!(last.starts_with("STILL THERE") && last.contains("--clean-up"), "{last}");
    let page = std::fs::read_to_string(rehearsal.out().join("rehearsal.html")).unwrap();
    assert!(page.contains("edemlab rehearse datastream --clean-up --out"), "{page}");
    rehearsal.endpoint = cloud.endpoint().to_owned();
    let printed = rehearsal.run(&["--yes"]);
    assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
    assert!(
        flat(&printed.stdout).contains("goes on in eu-central-1: 1 of 2 are tried"),
        "{}",
        printed.stdout
    );
    assert_eq!(things(account), before);
}

#[test]
fn the_policy_is_enough() {
    let account = "640000000010";
    let before = things(account);
    let policies = ["eventdriven", "datastream"].map(|lab| run(alone(&["policy", lab, "--for", "rehearsal"])).stdout);
    let policies = policies.map(|text| serde_json::from_str::<Value>(&text).expect("a policy"));
    for policy in &policies {
        // The longest that a policy of an account's own may be.
        let length = policy.to_string().len();
        assert!(length <= 6144, "{length} characters");
    }
    let mut rehearsal = Rehearsal::new("datastream", account);
    rehearsal.keys = shared("rehearse").user(account, "teacher", &policies[1]);
    let printed = rehearsal.run(&["--yes", "--fault", "no-bucket-policy"]);
    assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
    assert_eq!(things(account), before);
}

//! When and by whom the work was changed, as CloudTrail has it: evidence beside a verdict that it never changes.

use crate::common;

use std::collections::HashSet;
use std::path::PathBuf;
use std::process::Command;

use common::cloud::{Cloud, Printed, REGION, run, shared};
use common::course::solution_of;
use common::relay::Relay;
use common::running::Running;
use edemlab::account::Keys;
use edemlab::account::services::{DYNAMODB, IAM, KINESIS};
use edemlab::class::access::Secret;
use edemlab::report::{Report, Verdict};
use serde_json::json;

const LAB: &str = "datastream";

fn cloud() -> &'static Cloud {
    shared("class")
}

/// A class whose accounts hold the lab's solution, each with a role that was made from `template`.
struct Class {
    folder: tempfile::TempDir,
}

impl Class {
    fn new(accounts: &[(&str, &str)]) -> Self {
        let class = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let secret = Secret::load_or_make(&class.path("secret")).unwrap().0;
        for (student, account) in accounts {
            let template = cloud().access_template(&["--lab", LAB]);
            // One role is of a time when the template did not have it.
            let template = match *student {
                "old" => template.replace("cloudtrail:LookupEvents", "sts:GetCallerIdentity"),
                _ => template,
            };
            cloud().make_role(account, &template, &secret.external_id(student));
            cloud().deploy_as(account, REGION, "edemlab-datastream", &solution_of(LAB));
        }
        let lines: String = accounts
            .iter()
            .map(|(student, account)| format!("{student},{account}\n"))
            .collect();
        std::fs::write(class.path("roster.csv"), format!("student,account\n{lines}")).unwrap();
        class
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn grade(&self) -> Printed {
        self.grade_with(&[], &[])
    }

    fn grade_with(&self, flags: &[&str], variables: &[(&str, &str)]) -> Printed {
        let printed = run(self.command(flags, variables));
        assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
        printed
    }

    fn command(&self, flags: &[&str], variables: &[(&str, &str)]) -> Command {
        let text = |name: &str| self.path(name).to_str().unwrap().to_owned();
        let (roster, secret, out) = (text("roster.csv"), text("secret"), text("class"));
        let args = [
            "grade",
            &roster,
            "--secret",
            &secret,
            "--out",
            &out,
            "--lab",
            LAB,
            "--no-probe",
        ];
        let mut command = cloud().professor(&[&args, flags].concat());
        command.envs(variables.iter().copied());
        command
    }

    fn report(&self, student: &str) -> Report {
        let file = self.path("class/reports").join(student).join(format!("{LAB}.json"));
        serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
    }

    fn feedback(&self, student: &str) -> String {
        std::fs::read_to_string(self.path("class/feedback").join(format!("{student}.md"))).unwrap()
    }
}

/// Somebody changes the table of an account in a way that no check looks at, and tags it.
fn change(keys: Keys, account: &str, table: &str) {
    let arn = format!("arn:aws:dynamodb:{REGION}:{account}:table/{table}");
    let tag = json!({"ResourceArn": arn, "Tags": [{"Key": "seen", "Value": "yes"}]});
    let expiry = json!({"AttributeName": "expires", "Enabled": true});
    let expiry = json!({"TableName": table, "TimeToLiveSpecification": expiry});
    let somebody = cloud().account(keys, REGION);
    common::cloud::wait(async {
        somebody
            .call(&DYNAMODB, "UpdateTimeToLive", expiry)
            .await
            .expect("it is changed");
        // A tag is no work, and hides none.
        somebody
            .call(&DYNAMODB, "TagResource", tag)
            .await
            .expect("it is tagged");
    });
}

/// A session of a new role in `account`, opened by an IAM user of the account `from`.
fn visitor(account: &str, from: &str) -> Keys {
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{from}:root")}, "Action": "sts:AssumeRole",
    }]});
    let root = cloud().root(account);
    let anything = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    let user = cloud().account(cloud().user(from, "friend", &anything), REGION);
    common::cloud::wait(async {
        let role = json!({"RoleName": "helped", "AssumeRolePolicyDocument": trust.to_string()});
        let made = root.call(&IAM, "CreateRole", role).await.unwrap();
        let policy = json!({"RoleName": "helped", "PolicyName": "all", "PolicyDocument": anything.to_string()});
        root.call(&IAM, "PutRolePolicy", policy).await.unwrap();
        let arn = made["Role"]["Arn"].as_str().unwrap();
        let assume = user.sts().assume_role().role_arn(arn).role_session_name("friend");
        let given = assume.send().await.unwrap().credentials.unwrap();
        Keys {
            access_key_id: given.access_key_id,
            secret_access_key: given.secret_access_key,
            session_token: Some(given.session_token),
        }
    })
}

fn table_of(report: &Report) -> String {
    report.resources["table"].name.clone()
}

#[test]
fn a_page_says_when_and_by_whom_what_was_graded_was_changed() {
    let class = Class::new(&[
        ("new", "690000000001"),
        ("old", "690000000002"),
        ("helped", "690000000003"),
    ]);
    class.grade();
    let before = class.report("old");
    let table = table_of(&class.report("new"));
    change(cloud().student("690000000001"), "690000000001", &table);
    change(
        visitor("690000000003", "690000000001"),
        "690000000003",
        &table_of(&class.report("helped")),
    );
    std::fs::remove_dir_all(class.path("class")).unwrap();
    let printed = class.grade().stdout;

    let page = class.feedback("new");
    assert!(
        page.contains(&format!("table {table} at ")) && page.contains(" by user/student (UpdateTimeToLive)"),
        "{page}"
    );
    assert!(page.contains(" by CloudFormation (CreateFunction)"), "{page}");
    let report = class.report("new");
    let changes = report.resources["table"].changes.as_ref().unwrap();
    let by: Vec<&str> = changes.iter().map(|change| change.by.as_str()).collect();
    assert_eq!(by, ["user/student", "CloudFormation"]);
    assert_eq!(report.trail_unread, None);

    // A role that may not read it costs nothing but that.
    let page = class.feedback("old");
    assert!(
        page.contains("CloudTrail could not be read: `cloudtrail:LookupEvents` is denied."),
        "{page}"
    );
    let report = class.report("old");
    assert!(report.resources.values().all(|one| one.changes.is_none()));
    assert_eq!((report.verdict, report.points), (before.verdict, before.points));
    assert_eq!(report.notes, before.notes);

    let helped = class.report("helped");
    let last = &helped.resources["table"].changes.as_ref().unwrap()[0];
    assert_eq!(
        (last.by.as_str(), last.account.as_deref()),
        ("role helped", Some("690000000001"))
    );
    assert!(
        class
            .feedback("helped")
            .contains(" by role helped from account 690000000001 (UpdateTimeToLive)")
    );

    // That account is another student's: for the professor to look at, and for nobody else.
    let look = "share what should be each student's own (look, do not conclude)";
    let listed = "changed by somebody of account 690000000001, in which the first of these students works: table";
    let index = || std::fs::read_to_string(class.path("class/index.html")).unwrap();
    let in_one_line = printed.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(in_one_line.contains(look) && index().contains(listed), "{printed}");
    assert!(!class.feedback("helped").contains("alike"));

    // It is kept with the evidence: judged again without an account, all is as it was.
    let reports = || ["new", "old", "helped"].map(|student| class.report(student));
    let kept = reports();
    let regraded = run(common::cloud::alone(&[
        "regrade",
        class.path("class").to_str().unwrap(),
    ]));
    assert_eq!(regraded.code, 0, "{}{}", regraded.stdout, regraded.stderr);
    assert_eq!(reports(), kept);
    assert!(index().contains(listed));
}

#[test]
fn a_trail_that_does_not_answer_harms_no_verdict() {
    let class = Class::new(&[("s001", "690000000005")]);
    let silent = Relay::to_nowhere();
    class.grade_with(
        &["--limit", "12"],
        &[("AWS_ENDPOINT_URL_CLOUDTRAIL", &silent.endpoint())],
    );
    assert!(silent.count("LookupEvents") > 0);
    let report = class.report("s001");
    assert_eq!((report.verdict, report.points.unknown), (Verdict::Pass, 0));
    assert_eq!(report.trail_unread.as_deref(), Some("it took too long"));
    let page = class.feedback("s001");
    assert!(
        page.contains("CloudTrail could not be read: it took too long."),
        "{page}"
    );
    assert!(!page.contains("no change in the 90 days"), "{page}");
}

#[test]
fn whoever_waits_for_the_trail_gives_its_place_to_the_next() {
    let class = Class::new(&[
        ("s001", "690000000007"),
        ("s002", "690000000008"),
        ("s003", "690000000009"),
    ]);
    let silent = Relay::to_nowhere();
    let silenced = [("AWS_ENDPOINT_URL_CLOUDTRAIL", silent.endpoint())];
    let silenced = silenced.each_ref().map(|(name, value)| (*name, value.as_str()));
    let grading = Running::new(class.command(&["--at-once", "1"], &silenced));
    // An account is asked for with keys of its own.
    let asked_for = || {
        let sent = silent.sent().to_lowercase();
        let keys = sent.split("credential=").skip(1);
        keys.filter_map(|rest| rest.split('/').next().map(str::to_owned))
            .collect::<HashSet<_>>()
            .len()
    };
    common::eventually("all three wait", || asked_for() == 3);
    assert!(!class.path("class/reports").exists(), "one is done");
    // Stopped while it waits, none is stored half.
    grading.interrupt();
    let (code, printed) = grading.end();
    assert_eq!(code, Some(3), "{printed}");
    assert!(!class.path("class/reports").exists(), "{printed}");
    class.grade();
    for student in ["s001", "s002", "s003"] {
        let report = class.report(student);
        assert_eq!(
            (report.verdict, report.trail_unread),
            (Verdict::Pass, None),
            "{student}"
        );
    }
}

#[test]
fn where_much_was_written_each_thing_is_looked_up_by_its_names() {
    let account = "690000000006";
    let class = Class::new(&[("s001", account)]);
    let user = cloud().account(cloud().student(account), REGION);
    common::cloud::wait(async {
        let made = user
            .call(&KINESIS, "CreateStream", json!({"StreamName": "busy", "ShardCount": 1}))
            .await;
        made.unwrap();
        // More than the pages hold that are read of the whole account.
        for n in 0..210 {
            let tags = json!({"StreamName": "busy", "Tags": {"n": n.to_string()}});
            user.call(&KINESIS, "AddTagsToStream", tags).await.unwrap();
        }
    });
    class.grade();
    let report = class.report("s001");
    assert_eq!(report.trail_unread, None);
    for chosen in report.resources.values().filter(|one| one.is_made()) {
        let changes = chosen
            .changes
            .as_ref()
            .unwrap_or_else(|| panic!("{} was not read", chosen.name));
        assert!(
            changes.iter().any(|change| change.by == "CloudFormation"),
            "{}: {changes:?}",
            chosen.name
        );
    }
}

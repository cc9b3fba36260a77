//! `edemlab roster verify`: who is ready, who is not, and what to tell them.

use crate::common;

use std::path::Path;

use common::class::{PROFESSOR, hand_in};
use common::cloud::{Cloud, run, shared};
use common::eventually;

fn cloud() -> &'static Cloud {
    shared("class")
}

/// `edemlab roster verify` by the professor of a class in `folder`; gives its exit code and what it printed.
fn verify(folder: &Path, lines: &str, args: &[&str]) -> (i32, String, String) {
    let file = folder.join("roster.csv");
    std::fs::write(&file, lines).unwrap();
    let (file, secret) = (file.to_str().unwrap(), folder.join("secret"));
    let all = [&["roster", "verify", file, "--secret", secret.to_str().unwrap()], args].concat();
    // An account that takes longer than it may, on a computer that is busy, is tried again, as it says.
    let mut printed = run(cloud().professor(&all));
    eventually("each account answers in time", || {
        let is_late = printed.stdout.contains("it took longer than");
        if is_late {
            printed = run(cloud().professor(&all));
        }
        !is_late
    });
    (printed.code, printed.stdout, printed.stderr)
}

#[test]
fn every_account_is_tried_and_who_is_not_ready_is_told_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let account = |n: u32| format!("82000000000{n}");
    cloud().let_in(&account(1), "s001", &folder.join("secret"));
    // The role of another class.
    cloud().let_in(&account(3), "s003", &folder.join("other"));
    hand_in(&folder.join("s004"), &cloud().session(&account(4), "voclabs"));
    hand_in(&folder.join("s005"), &cloud().session(&account(5), "voclabs"));
    let mut wrong = cloud().student(&account(6));
    wrong.secret_access_key = "hush".to_owned();
    hand_in(&folder.join("s006"), &wrong);
    let little = serde_json::json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["kinesis:List*", "lambda:List*", "iam:List*"], "Resource": "*"}]});
    hand_in(&folder.join("s007"), &cloud().user(&account(7), "little", &little));
    let lines = "student,name,account,credentials,region,excused\n\
                 s001,=1+1,820000000001,,,\n\
                 s002,\u{1b}[31mred,820000000002,,,\n\
                 s003,,820000000003,,,\n\
                 s004,,820000000004,s004,eu-west-3,\n\
                 s005,,820000000999,s005,,\n\
                 s006,,,s006,,\n\
                 s007,,,s007,eu-west-3,\n\
                 s008,,,,,yes\n";
    let (code, stdout, stderr) = verify(folder, lines, &["--format", "json"]);
    assert_eq!(code, 1, "{stdout}{stderr}");
    let seen: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let of = |n: usize, field: &str| seen["students"][n][field].as_str().unwrap_or_default().to_owned();
    let states: Vec<String> = (0..8).map(|n| of(n, "state")).collect();
    let not = "not_ready";
    assert_eq!(
        states,
        ["ready", not, not, "ready", not, not, not, "excused"],
        "{seen:#}"
    );
    assert_eq!(
        (of(0, "region"), of(3, "account")),
        ("eu-central-1".to_owned(), account(4))
    );
    for (n, reason, tell) in [
        (
            1,
            "role/edemlab-grader of 820000000002",
            "open the link or run the command",
        ),
        (2, "its external ID is different", "AWS account 820000000003"),
        (
            4,
            "credentials belong to account 820000000005, but the roster lists 820000000999",
            "which one is yours",
        ),
        (5, "does not accept these credentials", "copy them again"),
        (6, "dynamodb:ListTables", "hand in others"),
    ] {
        assert!(
            of(n, "reason").contains(reason) && of(n, "tell").contains(tell),
            "{:#}",
            seen["students"][n]
        );
    }
    assert!(!of(6, "reason").contains("kinesis:ListStreams"), "{}", of(6, "reason"));
    assert!(!stdout.contains("hush") && !stderr.contains("hush"));

    let (code, stdout, _) = verify(folder, lines, &["--region", "us-west-2"]);
    assert_eq!(code, 1);
    assert!(stdout.contains("2 of 8 ready · 5 not ready · 1 excused"), "{stdout}");
    assert!(
        stdout.contains("✓ s001  820000000001  us-west-2       ready"),
        "{stdout}"
    );
    assert!(!stdout.contains('\u{1b}'), "{stdout}");
    let (_, stdout, _) = verify(folder, lines, &["--format", "csv"]);
    assert!(
        stdout.contains("s001,'=1+1,820000000001,eu-central-1,ready,,"),
        "{stdout}"
    );
    assert!(stdout.contains("s002,␛[31mred,"), "{stdout}");

    let (code, stdout, _) = verify(
        folder,
        "student,account\ns001,820000000001\n",
        &["--lab", "eventdriven"],
    );
    assert_eq!(code, 0, "{stdout}");
    let (_, stdout, _) = verify(folder, "student,account\ns002,820000000002\ns009,820000000009\n", &[]);
    assert!(
        stdout.contains("Every role was refused, so the cause may be your own user"),
        "{stdout}"
    );
}

#[test]
fn nothing_is_tried_with_a_wrong_roster_or_without_the_secret() {
    let folder = tempfile::tempdir().unwrap();
    let (code, stdout, stderr) = verify(folder.path(), "student,account\ns001,12\ns001,820000000011\n", &[]);
    assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
    assert!(stderr.contains("2 mistakes; nothing was done"), "{stderr}");
    assert!(
        stderr.contains("roster.csv:2: account `12`")
            && stderr.contains("roster.csv:3: line 2 has the same student `s001`"),
        "{stderr}"
    );
    let (code, stdout, stderr) = verify(folder.path(), "student,account\ns001,820000000011\n", &[]);
    assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
    assert!(
        stderr.contains("secret") && stderr.contains("edemlab access link ROSTER"),
        "{stderr}"
    );
    let (code, _, stderr) = verify(
        folder.path(),
        "student,account\ns001,820000000011\n",
        &["--lab", "datastrem"],
    );
    assert!(code == 2 && stderr.contains("did you mean `datastream`"), "{stderr}");
}

/// What is wrong with the professor's own credentials is said once, not for each student.
#[test]
fn the_professors_own_credentials_come_first() {
    let folder = tempfile::tempdir().unwrap();
    let (file, secret) = (folder.path().join("roster.csv"), folder.path().join("secret"));
    std::fs::write(&file, "student,account\ns001,820000000021\ns002,820000000022\n").unwrap();
    edemlab::class::access::Secret::load_or_make(&secret).unwrap();
    let args = [
        "roster",
        "verify",
        file.to_str().unwrap(),
        "--secret",
        secret.to_str().unwrap(),
    ];
    let mut root = cloud().professor(&args);
    root.env("AWS_ACCESS_KEY_ID", "820000000029").env(
        "AWS_SECRET_ACCESS_KEY",
        cloud().root_keys("820000000029").secret_access_key,
    );
    let mut nobody = cloud().professor(&args);
    nobody
        .env_remove("AWS_ACCESS_KEY_ID")
        .env_remove("AWS_SECRET_ACCESS_KEY");
    let mut unknown = cloud().professor(&[&args[..], &["--profile", "scool"]].concat());
    unknown.env_remove("AWS_REGION");
    for (command, says) in [
        (root, "root user of account 820000000029"),
        (nobody, "no AWS credentials found"),
        (unknown, "profile `scool`"),
    ] {
        let printed = run(command);
        assert_eq!((printed.code, printed.stdout.as_str()), (2, ""), "{}", printed.stderr);
        assert_eq!(printed.stderr.matches(says).count(), 1, "{}", printed.stderr);
    }
}

/// A region that the roster got wrong is said, with the right one; who has not begun is ready.
#[test]
fn a_wrong_region_is_said_with_the_right_one() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (built, empty) = ("820000000051", "820000000052");
    cloud().deploy_as(built, "us-west-2", "lab", &common::course::solution_of("datastream"));
    hand_in(&folder.join("a"), &cloud().student(built));
    hand_in(&folder.join("b"), &cloud().student(empty));
    let lines = "student,credentials,region,region.datastream\ns001,a,eu-west-3,\ns002,b,eu-west-3,\ns003,c,us-east-1,us-west-2\n";
    hand_in(&folder.join("c"), &cloud().session(built, "other"));
    let (code, stdout, stderr) = verify(folder, lines, &["--lab", "datastream", "--format", "json"]);
    assert_eq!(code, 1, "{stdout}{stderr}");
    let seen: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let students = &seen["students"];
    assert_eq!(students[0]["state"], "not_ready", "{seen:#}");
    let reason = students[0]["reason"].as_str().unwrap();
    assert!(
        reason.contains("no resource of lab datastream in eu-west-3, but some in us-west-2"),
        "{reason}"
    );
    assert_eq!(
        (&students[1]["state"], &students[2]["state"]),
        (&"ready".into(), &"ready".into()),
        "{seen:#}"
    );
    assert_eq!(students[2]["regions"]["datastream"], "us-west-2");
}

/// A profile of the professor's settings opens an account in the region that the profile itself sets.
#[test]
fn a_profile_is_a_way_too() {
    let folder = tempfile::tempdir().unwrap();
    let keys = cloud().student("820000000031");
    let config = format!(
        "[profile s001]\nregion = us-west-2\naws_access_key_id = {}\naws_secret_access_key = {}\n",
        keys.access_key_id, keys.secret_access_key
    );
    std::fs::write(folder.path().join("config"), config).unwrap();
    let file = folder.path().join("roster.csv");
    std::fs::write(&file, "student,profile\ns001,s001\ns002,s002\n").unwrap();
    let mut command = cloud().professor(&["roster", "verify", file.to_str().unwrap()]);
    command.env("AWS_CONFIG_FILE", folder.path().join("config"));
    let printed = run(command);
    assert_eq!(printed.code, 1, "{}", printed.stderr);
    assert!(
        printed.stdout.contains("✓ s001  820000000031  us-west-2       ready"),
        "{}",
        printed.stdout
    );
    assert!(
        printed.stdout.contains("the AWS profile `s002` cannot be used"),
        "{}",
        printed.stdout
    );
}

/// A row comes from a student: whatever it names, nobody is let into the professor's own account by it.
#[test]
fn no_row_opens_the_professors_own_account() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    edemlab::class::access::Secret::load_or_make(&folder.join("secret")).unwrap();
    // A role or an account number says it without a call: the roster is refused as a whole, each line named.
    let lines = format!(
        "student,role_arn,account\ns001,,820000000041\ns002,arn:aws:iam::{PROFESSOR}:role/Admin,\ns003,,{PROFESSOR}\n"
    );
    let lines = lines.replacen(&format!("s003,,{PROFESSOR}\n"), "s003,,820000000042\n", 1);
    for args in [&["--format", "json"][..], &[]] {
        let (code, stdout, stderr) = verify(folder, &lines, args);
        assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
        assert!(
            stderr.contains("roster.csv:3: ")
                && stderr.contains("your own account")
                && stderr.contains("edemlab check"),
            "{stderr}"
        );
        assert!(
            !stderr.contains("roster.csv:2: ") && !stderr.contains("roster.csv:4: "),
            "{stderr}"
        );
    }
    let out = folder.join("class");
    let grade = |roster: &str| {
        std::fs::write(folder.join("graded.csv"), roster).unwrap();
        let (roster, secret) = (folder.join("graded.csv"), folder.join("secret"));
        let [roster, secret, out] = [&roster, &secret, &out].map(|path| path.to_str().unwrap());
        run(cloud().professor(&["grade", roster, "--lab", "datastream", "--out", out, "--secret", secret]))
    };
    let refused = grade(&lines);
    assert_eq!(refused.code, 2, "{}", refused.stdout);
    assert!(
        refused.stderr.contains("graded.csv:3: ") && !out.exists(),
        "{}",
        refused.stderr
    );

    // Of keys and a profile, only the first call says whose they are; no second one is made.
    let keys = cloud().session(PROFESSOR, "teaching");
    hand_in(&folder.join("s001"), &keys);
    hand_in(&folder.join("s002"), &cloud().session("820000000043", "voclabs"));
    let lines = "student,credentials,region\ns001,s001,eu-west-3\ns002,s002,eu-west-3\n";
    let (code, stdout, stderr) = verify(folder, lines, &["--format", "json"]);
    assert_eq!(code, 1, "{stderr}");
    let seen: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let state = |n: usize| seen["students"][n]["state"].as_str().unwrap();
    assert_eq!((state(0), state(1)), ("not_ready", "ready"), "{seen:#}");
    let reason = seen["students"][0]["reason"].as_str().unwrap();
    assert!(
        reason.contains("line 2") && reason.contains("your own account") && reason.contains(PROFESSOR),
        "{reason}"
    );
    let graded = grade(&lines.replace("s002,s002,eu-west-3\n", ""));
    let report = std::fs::read_to_string(out.join("reports/s001/datastream.json")).unwrap();
    assert!(
        graded.code == 3 && report.contains("your own account"),
        "{}{report}",
        graded.stderr
    );
    assert!(!report.contains("\"pass\"") && !report.contains("\"fail\""), "{report}");
}

/// After the course: who has deleted the role, who has not, and what to ask of them.
#[test]
fn whose_account_still_opens_is_found_and_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let secret = folder.join("secret");
    cloud().let_in("820000000011", "s011", &secret);
    hand_in(&folder.join("s013"), &cloud().session("820000000013", "voclabs"));
    let lines = "student,name,account,credentials,region,excused\n\
                 s011,=Open,820000000011,,eu-west-3,\n\
                 s012,,820000000012,,,\n\
                 s013,,,s013,,\n";
    let file = folder.join("roster.csv");
    std::fs::write(&file, lines).unwrap();
    let revoke = |args: &[&str]| {
        let own = [
            "access",
            "revoke",
            file.to_str().unwrap(),
            "--secret",
            secret.to_str().unwrap(),
        ];
        run(cloud().professor(&[&own, args].concat()))
    };
    let printed = revoke(&[]);
    let said = &printed.stdout;
    assert_eq!(printed.code, 1, "{said}{}", printed.stderr);
    assert!(
        said.contains("=Open (s011): still opens") && said.contains("s012: does not open any more"),
        "{said}"
    );
    let command = "aws cloudformation delete-stack --region eu-west-3 --stack-name edemlab-access";
    assert!(said.contains(command) && said.contains("Access keys"), "{said}");
    assert!(said.contains("2 of 3 still open"), "{said}");

    let to = folder.join("messages");
    let printed = revoke(&["--to", to.to_str().unwrap()]);
    assert_eq!(printed.code, 1, "{}{}", printed.stdout, printed.stderr);
    let message = std::fs::read_to_string(to.join("s011.txt")).unwrap();
    assert!(message.contains(command), "{message}");
    assert!(!to.join("s012.txt").exists() && to.join("s013.txt").exists());
    // Of one whose account is closed nothing is left to be sent; what was changed stays.
    let of_closed = message
        .replace("s011", "s012")
        .replace("820000000011", "820000000012")
        .replace("=Open (s012)", "s012");
    std::fs::write(
        to.join("s012.txt"),
        of_closed.replace("eu-west-3", common::cloud::REGION),
    )
    .unwrap();
    std::fs::write(to.join("s011.txt"), "Dear student\n").unwrap();
    let printed = revoke(&["--to", to.to_str().unwrap(), "--region", common::cloud::REGION]);
    assert!(!to.join("s012.txt").exists(), "{}{}", printed.stdout, printed.stderr);
    assert_eq!(std::fs::read_to_string(to.join("s011.txt")).unwrap(), "Dear student\n");
    assert!(
        printed.stderr.contains("s011.txt was changed, and is left as it is"),
        "{}",
        printed.stderr
    );

    // Of a class of which none opens, it is said what else that may mean.
    std::fs::write(&file, "student,account\ns012,820000000012\n").unwrap();
    let printed = revoke(&[]);
    assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
    assert!(
        printed.stderr.contains("your own user may not assume roles"),
        "{}",
        printed.stderr
    );
}

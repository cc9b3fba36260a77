//! Into the students' accounts: the template of the role, its links, the class secret, and the student_access that all of it
//! opens.

use crate::common;

use std::path::Path;

use common::class::{PROFESSOR, hand_in};
use common::cloud::{Cloud, Printed, REGION, alone, run, shared, wait};
use common::course::course;
use common::linter::lint;
use edemlab::account::services::IAM;
use edemlab::account::{ConnectError, ErrorKind, Keys};
use edemlab::class::access::{ExternalIds, Secret, StudentAccess};
use edemlab::class::roster::{LabNames, Roster, read};
use edemlab::course::Lab;
use serde_json::{Value, json};

fn cloud() -> &'static Cloud {
    shared("class")
}

fn done(command: std::process::Command) -> Printed {
    let printed = run(command);
    assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
    printed
}

fn template(args: &[&str]) -> String {
    cloud().access_template(args)
}

fn roster(folder: &Path, lines: &str) -> Roster {
    let file = folder.join("roster.csv");
    std::fs::write(&file, lines).unwrap();
    let labs: Vec<LabNames> = course().labs.values().map(LabNames::of).collect();
    read(&file, &labs, "aws").unwrap_or_else(|e| panic!("{e}"))
}

/// The student_access of a professor with these keys.
fn student_access(keys: &Keys, secret: &Path) -> StudentAccess {
    let own = cloud().account(keys.clone(), REGION);
    let secret = Secret::load_or_make(secret).unwrap().0;
    StudentAccess::of(own, Some(REGION.to_owned()), ExternalIds::Of(secret))
}

/// What AWS answers to whoever comes in by the roster's only line.
fn identity(student_access: &StudentAccess, roster: &Roster) -> Result<String, ConnectError> {
    wait(student_access.enter(&roster.students[0], None)).map(|(_, me)| me.arn)
}

fn refused(result: Result<String, ConnectError>) -> String {
    match result {
        Err(ConnectError::Call(error)) => {
            assert!(matches!(error.kind, ErrorKind::RoleRefused(_)), "{error:?}");
            error.to_string()
        }
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn a_student_makes_the_role_and_only_the_professor_with_their_id_comes_in() {
    let (folder, student) = (tempfile::tempdir().unwrap(), "810000000011");
    let secret = folder.path().join("secret");
    let class = roster(folder.path(), &format!("student,account\ns001,{student}\n"));
    let student_access = self::student_access(&cloud().student(PROFESSOR), &secret);
    let said = refused(identity(&student_access, &class));
    assert!(said.contains("role/edemlab-grader of 810000000011"), "{said}");

    let root = cloud().let_in(student, "s001", &secret);
    let again = self::student_access(&cloud().student(PROFESSOR), &secret);
    assert_eq!(
        identity(&again, &class).unwrap(),
        "arn:aws:sts::810000000011:assumed-role/edemlab-grader/edemlab"
    );

    // Another professor, another class secret, another student's id: the same refusal.
    refused(identity(
        &self::student_access(&cloud().student("810000000002"), &secret),
        &class,
    ));
    refused(identity(
        &self::student_access(&cloud().student(PROFESSOR), &folder.path().join("other")),
        &class,
    ));
    let other = roster(folder.path(), &format!("student,account\ns002,{student}\n"));
    refused(identity(&again, &other));

    // The role may do what the labs' policies say, and nothing else.
    let account = wait(again.open(&class.students[0], None)).unwrap();
    assert!(wait(account.call(&IAM, "ListRoles", json!({}))).is_ok());
    let more = json!({"UserName": "more"});
    let denied = wait(account.call(&IAM, "CreateUser", more)).unwrap_err();
    assert_eq!(denied.kind, ErrorKind::Denied, "{denied}");
    let inside = json!({"RoleName": "edemlab-grader", "PolicyName": "edemlab-grader"});
    let inside = wait(root.call(&IAM, "GetRolePolicy", inside)).unwrap();
    let written = percent_encoding::percent_decode_str(inside["PolicyDocument"].as_str().unwrap());
    let written: Value = serde_json::from_str(&written.decode_utf8().unwrap()).unwrap();
    assert_eq!(actions(&written), both_policies());

    // It deletes nothing but the event that a probe has made; for what the labs cost it only reads.
    let deletes: Vec<String> = actions(&written).into_iter().filter(|a| a.contains("Delete")).collect();
    assert_eq!(deletes, ["dynamodb:DeleteItem"]);
    let reads = |action: &str| {
        ["List", "Get", "Describe", "GET"]
            .iter()
            .any(|verb| action.split(':').nth(1).is_some_and(|a| a.starts_with(verb)))
    };
    let more = both(&["--for", "costs"])
        .into_iter()
        .filter(|action| !both(&[]).contains(action));
    assert_eq!(more.filter(|action| !reads(action)).collect::<Vec<_>>(), [""; 0]);
}

/// Every action of a policy.
fn actions(policy: &Value) -> Vec<String> {
    let mut actions: Vec<String> = policy["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|s| s["Action"].as_array().unwrap())
        .map(|a| a.as_str().unwrap().to_owned())
        .collect();
    actions.sort();
    actions.dedup();
    actions
}

/// What `edemlab policy` says of both labs, with what reads their costs.
fn both_policies() -> Vec<String> {
    let mut both = [both(&["--for", "grade"]), both(&["--for", "costs"])].concat();
    both.sort();
    both.dedup();
    both
}

/// What `edemlab policy` says of both labs with these flags.
fn both(args: &[&str]) -> Vec<String> {
    let mut both = Vec::new();
    for lab in ["datastream", "eventdriven"] {
        let printed = done(alone(&[&["policy", lab], args].concat())).stdout;
        both.extend(actions(&serde_json::from_str(&printed).unwrap()));
    }
    both.sort();
    both.dedup();
    both
}

#[test]
fn a_template_for_one_lab_names_another_account_and_reads_only() {
    let text = template(&["--lab", "datastream", "--no-probe", "--account", "810000000009"]);
    for part in ["arn:${AWS::Partition}:iam::810000000009:root", "kinesis:ListStreams"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    for part in ["arn:aws:", "states:Send", "kinesis:PutRecord", ":Delete", PROFESSOR] {
        assert!(!text.contains(part), "{part}: {text}");
    }
}

#[test]
fn the_template_passes_cloudformations_own_linter() {
    for args in [&[][..], &["--lab", "eventdriven", "--no-probe"]] {
        let template = template(args);
        let said = lint(&template);
        assert_eq!(said.code, 0, "{}{}", said.stdout, said.stderr);
        // It would have said something.
        assert_ne!(lint(&template.replace("AWS::IAM::Role", "AWS::IAM::Rolle")).code, 0);
    }
}

#[test]
fn links_hold_an_id_of_each_students_own_and_always_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("roster.csv");
    std::fs::write(
        &file,
        "student,name,account,region,profile,excused\n\
         s001,=HYPERLINK(1),810000000031,,,\n\
         s002,Bea\u{202e},810000000032,cn-north-1,,\n\
         s003,Cleo,,,school,\n\
         s004,Dan,810000000034,,,yes\n",
    )
    .unwrap();
    let secret = folder.path().join("deep/secret");
    let (file, hidden) = (file.to_str().unwrap(), secret.to_str().unwrap());
    let link = |args: &[&str]| done(cloud().professor(&[&["access", "link", file, "--secret", hidden], args].concat()));
    let first = link(&["--format", "csv"]);
    assert!(first.stderr.contains("made the class secret"), "{}", first.stderr);
    assert!(first.stderr.contains("2 of 4 students"), "{}", first.stderr);
    let content = std::fs::read_to_string(&secret).unwrap();
    assert_eq!(content.trim().len(), 64);
    private(&secret);

    let rows: Vec<Vec<String>> = csv_rows(&first.stdout);
    assert_eq!(rows.len(), 3, "{rows:?}");
    assert_eq!((rows[1][1].as_str(), rows[2][1].as_str()), ("'=HYPERLINK(1)", "Bea·"));
    let id = |row: &[String]| row[4].clone();
    assert_ne!(id(&rows[1]), id(&rows[2]));
    assert_eq!(
        id(&rows[1]),
        Secret::load(&secret).unwrap().external_id("S001"),
        "case makes no difference"
    );
    assert!(rows[1][5].ends_with(&format!("--parameter-overrides ExternalId={}", id(&rows[1]))));
    let again = link(&["--format", "csv"]);
    assert_eq!(again.stdout, first.stdout);
    assert!(!again.stderr.contains("made the class secret") && !again.stdout.contains(content.trim()));

    // Another spelling of who was invited is another id: both are said, before anything is sent.
    std::fs::write(
        folder.path().join("zeros.csv"),
        "student,account\n0042,810000000042\ns001,810000000031\n",
    )
    .unwrap();
    std::fs::write(
        folder.path().join("excel.csv"),
        "student,account\n42,810000000042\nS001,810000000031\n",
    )
    .unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let zeros = done(cloud().professor(&["access", "link", &path("zeros.csv"), "--secret", hidden]));
    assert!(!zeros.stderr.contains("spelling"), "{}", zeros.stderr);
    let said = run(cloud().professor(&["roster", "verify", &path("excel.csv"), "--secret", hidden])).stderr;
    assert!(said.contains("\"42\" in the roster, \"0042\" when"), "{said}");
    assert!(!said.contains("S001"), "case makes no difference: {said}");
    let file = file.to_owned();
    let file = file.as_str();
    let url = "https://course.s3.eu-west-1.amazonaws.com/a b.yaml";
    let refused = run(cloud().professor(&["access", "link", file, "--secret", hidden, "--template-url", url]));
    assert_eq!(refused.code, 2, "{}", refused.stdout);
    let url = "https://course.s3.eu-west-1.amazonaws.com/access.yaml?versionId=1";
    let linked = link(&["--template-url", url]).stdout;
    let expected = format!(
        "https://eu-central-1.console.aws.amazon.com/cloudformation/home?region=eu-central-1#/stacks/create/review\
         ?templateURL=https%3A%2F%2Fcourse.s3.eu-west-1.amazonaws.com%2Faccess.yaml%3FversionId%3D1\
         &stackName=edemlab-access&param_ExternalId={}",
        id(&rows[1])
    );
    assert!(linked.contains(&expected), "{linked}");
    assert!(linked.contains("https://cn-north-1.console.amazonaws.cn/"), "{linked}");
    let elsewhere = run(cloud().professor(&["access", "link", file, "--template-url", "https://example.org/t.yaml"]));
    assert!(
        elsewhere.code == 2 && elsewhere.stderr.contains("S3 only"),
        "{}",
        elsewhere.stderr
    );

    let letters = folder.path().join("letters");
    link(&["--to", letters.to_str().unwrap()]);
    let letter = letters.join("s002.txt");
    let text = std::fs::read_to_string(&letter).unwrap();
    assert!(
        text.contains("Bea· (s002)") && text.contains(&id(&rows[2])) && !text.contains(&id(&rows[1])),
        "{text}"
    );
    private(&letter);
    assert_eq!(std::fs::read_dir(&letters).unwrap().count(), 2);

    // What the professor has written into one stays.
    let edited = format!("Dear Bea,\n{text}");
    std::fs::write(&letter, &edited).unwrap();
    let again = link(&["--to", letters.to_str().unwrap()]);
    assert_eq!(std::fs::read_to_string(&letter).unwrap(), edited);
    assert!(again.stdout.starts_with("1 message in "), "{}", again.stdout);
    assert!(
        again.stderr.contains("s002.txt says something else"),
        "{}",
        again.stderr
    );
}

fn csv_rows(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let rows = reader.records().map(Result::unwrap);
    rows.map(|row| row.iter().map(str::to_owned).collect()).collect()
}

fn private(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            std::fs::metadata(path).unwrap().permissions().mode() & 0o777,
            0o600,
            "{path:?}"
        );
    }
    #[cfg(not(unix))]
    let _ = path;
}

#[test]
fn handed_in_keys_open_the_account_that_was_promised_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let keys = cloud().session("810000000041", "voclabs");
    let block = format!(
        "[default]\naws_access_key_id={}\naws_secret_access_key={}\naws_session_token={}\n",
        keys.access_key_id,
        keys.secret_access_key,
        keys.session_token.unwrap()
    );
    std::fs::write(folder.path().join("s001.txt"), block).unwrap();
    let student_access = student_access(&cloud().student(PROFESSOR), &folder.path().join("secret"));
    let class = roster(
        folder.path(),
        "student,credentials,account\ns001,s001.txt,810000000041\n",
    );
    assert!(
        identity(&student_access, &class)
            .unwrap()
            .contains("810000000041:assumed-role/voclabs")
    );
    let class = roster(
        folder.path(),
        "student,credentials,account\ns001,s001.txt,810000000042\n",
    );
    let error = identity(&student_access, &class).unwrap_err();
    assert!(
        matches!(&error, ConnectError::OtherAccount { found, promised } if found == "810000000041" && promised == "810000000042"),
        "{error}"
    );
}

/// Strangers' resources in another region, however many, do not outweigh one that shows the lab's sign; nothing of a lab
/// does not decide about another.
#[test]
fn strangers_in_another_region_decide_nothing() {
    let (folder, course) = (tempfile::tempdir().unwrap(), course());
    let labs: Vec<&Lab> = course.labs.values().collect();
    let account = "810000000061";
    let solution = course.labs["datastream"].solution.as_ref().unwrap();
    let table = json!({"Resources": {"Table": solution["Resources"]["Table"]}});
    cloud().deploy_as(account, "us-west-2", "lab", &table);
    let strangers = json!({"Resources": {
        "Stream": {"Type": "AWS::Kinesis::Stream", "Properties": {"Name": "invoices", "ShardCount": 1}},
        "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {
            "TableName": "invoices", "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "number", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "number", "KeyType": "HASH"}]}},
        "Repository": {"Type": "AWS::ECR::Repository", "Properties": {"RepositoryName": "invoices"}},
    }});
    for region in ["sa-east-1", REGION] {
        cloud().deploy_as(account, region, "work", &strangers);
    }
    hand_in(&folder.path().join("keys"), &cloud().student(account));
    let class = roster(folder.path(), "student,credentials\ns001,keys\n");
    let student_access = student_access(&cloud().student(PROFESSOR), &folder.path().join("secret"));
    let found = wait(student_access.find_regions(&class.students[0], &labs)).unwrap();
    assert_eq!(found["datastream"].as_ref().map(|f| f.region.as_str()), Ok("us-west-2"));
    // The same sign in two regions, neither of them the professor's own: nobody can know.
    cloud().deploy_as(account, "eu-west-3", "lab", &table);
    let found = wait(student_access.find_regions(&class.students[0], &labs)).unwrap();
    let said = found["datastream"].as_ref().unwrap_err().to_string();
    assert!(
        said.contains("eu-west-3 and us-west-2") && said.contains("region.datastream"),
        "{said}"
    );
}

/// A lab that was built in another region than the professor's is found there; nothing of it anywhere, or as much in
/// several, is said.
#[test]
fn the_region_is_found_where_the_lab_is() {
    let (folder, course) = (tempfile::tempdir().unwrap(), course());
    let labs: Vec<&Lab> = course.labs.values().collect();
    let solution = labs
        .iter()
        .find(|l| l.id == "datastream")
        .unwrap()
        .solution
        .as_ref()
        .unwrap();
    let table = json!({"Resources": {"Table": solution["Resources"]["Table"]}});
    let find = |account: &str| {
        hand_in(&folder.path().join("keys"), &cloud().student(account));
        let class = roster(folder.path(), "student,credentials\ns001,keys\n");
        let student_access = student_access(&cloud().student(PROFESSOR), &folder.path().join("secret"));
        let mut found = wait(student_access.find_regions(&class.students[0], &labs)).unwrap();
        let found = found.remove("datastream").expect("it was asked for");
        found.map(|found| found.region).map_err(|error| error.to_string())
    };
    cloud().deploy_as("810000000051", "us-west-2", "lab", solution);
    // What another course left here is less.
    cloud().deploy_as("810000000051", REGION, "left", &table);
    assert_eq!(find("810000000051").as_deref(), Ok("us-west-2"));
    assert_eq!(find("810000000052").as_deref(), Ok(REGION));
    for region in ["us-west-2", "sa-east-1"] {
        cloud().deploy_as("810000000053", region, "lab", &table);
    }
    let several = find("810000000053").unwrap_err();
    assert!(
        several.contains("sa-east-1 and us-west-2") && several.contains("column `region`"),
        "{several}"
    );
    cloud().deploy_as("810000000053", REGION, "lab", &table);
    assert_eq!(find("810000000053").as_deref(), Ok(REGION));
}

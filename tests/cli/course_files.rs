//! The lab's files: the data is what its program makes, and the solution is made of the files that a student is given.

use crate::common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::cloud::{REGION, shared, wait};
use common::course::{solution, solution_of};
use common::linter::lint_in;
use common::text;
use serde_json::Value;

fn lab(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("labs/datastream").join(file)
}

fn read(file: &str) -> String {
    std::fs::read_to_string(lab(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

#[test]
fn the_data_is_what_its_program_makes() {
    let check = |program: &Path| {
        let mut command = Command::new("python3");
        command.arg(program).arg("--check").output().unwrap()
    };
    let said = check(&lab("data/make_data.py"));
    assert!(said.status.success(), "{}", text(&said));
    assert_eq!(read("data/interactions.csv").lines().count(), 10_001);
    assert_eq!(read("data/items.csv").lines().count(), 21);
    assert_eq!(read("data/users.csv").lines().count(), 31);

    // The same program beside another file says so.
    let folder = tempfile::tempdir().unwrap();
    for file in ["make_data.py", "interactions.csv", "items.csv", "users.csv"] {
        std::fs::copy(lab("data").join(file), folder.path().join(file)).unwrap();
    }
    std::fs::write(folder.path().join("users.csv"), "USER_ID\n").unwrap();
    let said = check(&folder.path().join("make_data.py"));
    assert!(
        !said.status.success() && text(&said).contains("users.csv differs"),
        "{}",
        text(&said)
    );
}

#[test]
fn the_solution_puts_the_same_files_into_the_bucket() {
    let cloud = shared("cli");
    let account = "380000000001";
    let outputs = cloud.deploy(account, &solution());
    let root = cloud.root(account);
    for file in ["interactions.csv", "items.csv", "users.csv"] {
        let key = format!("personalize/{file}");
        let object = wait(async {
            let answer = root
                .s3(REGION)
                .get_object()
                .bucket(&outputs["BucketName"])
                .key(key)
                .send()
                .await;
            answer.unwrap().body.collect().await.unwrap().into_bytes()
        });
        assert!(object == read(&format!("data/{file}")).as_bytes(), "{file} differs");
    }
}

#[test]
fn the_solution_has_the_code_and_the_schemas_of_the_lab() {
    let template = solution();
    let of = |resource: &str| &template["Resources"][resource]["Properties"];
    for (resource, file) in [
        ("Function", "code/LambdaKinesisToDynamoDB.py"),
        ("Sender", "code/LambdaKinesisToPersonalize.py"),
    ] {
        assert_eq!(
            of(resource)["Code"]["ZipFile"].as_str(),
            Some(read(file).as_str()),
            "{file}"
        );
    }
    for (resource, file) in [
        ("InteractionsSchema", "schemas/interactions.json"),
        ("ItemsSchema", "schemas/items.json"),
        ("UsersSchema", "schemas/users.json"),
    ] {
        let schema: Value = serde_json::from_str(of(resource)["Schema"].as_str().unwrap()).unwrap();
        assert_eq!(schema, serde_json::from_str::<Value>(&read(file)).unwrap(), "{file}");
    }
}

#[test]
fn the_solution_of_orders_is_what_a_student_pastes() {
    let template = solution_of("eventdriven");
    let of = |resource: &str| &template["Resources"][resource]["Properties"];
    let code = |file: &str| read(&format!("../eventdriven/code/{file}"));
    for (resource, file) in [
        ("HumanApproval", "LambdaHumanApproval.py"),
        ("ApprovalHandler", "LambdaApprovalHandler.py"),
        ("ToSNS", "LambdaToSNS.py"),
    ] {
        assert_eq!(
            of(resource)["Code"]["ZipFile"].as_str(),
            Some(code(file).as_str()),
            "{file}"
        );
    }
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let definition = of("Machine")["DefinitionString"].as_str().expect("a definition");
    assert_eq!(json(definition), json(&code("StepFunctionsDefinition.json")));
    let template = of("PostOrder")["Integration"]["RequestTemplates"]["application/json"]["Fn::Sub"].as_str();
    let pasted = code("MappingTemplate.vtl").replace("YOUR_EVENT_BUS_NAME", "${Bus}");
    assert_eq!(template, Some(pasted.as_str()));
}

/// The regions that the course names. A solution is deployed by professors, in accounts that nobody has tried it in.
const REGIONS: [&str; 3] = ["eu-central-1", "eu-west-1", "us-east-1"];

/// The most that CloudFormation takes in a request: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>.
const MAX_TEMPLATE: usize = 51_200;

#[test]
fn cloudformations_own_linter_has_nothing_to_say_of_the_solutions() {
    for (lab, part, broken) in [
        // Only one of the values of the parameter shows this.
        ("datastream", "    Condition: WithPersonalize\n    Value:", "    Value:"),
        ("eventdriven", "RetentionInDays: 7", "RetentionInDays: 8"),
    ] {
        let template = read(&format!("../{lab}/solution.yaml"));
        let said = lint_in(&template, &REGIONS);
        assert_eq!((said.code, said.stdout.trim()), (0, ""), "{lab}: {}", said.stderr);
        // It would have said something.
        assert!(template.contains(part), "{lab}: {part}");
        assert_ne!(lint_in(&template.replacen(part, broken, 1), &REGIONS).code, 0, "{part}");
    }
}

#[test]
fn a_solution_fits_into_one_request() {
    for lab in ["datastream", "eventdriven"] {
        let template = serde_json::to_string(&solution_of(lab)).unwrap();
        assert!(template.len() <= MAX_TEMPLATE, "{lab}: {} bytes", template.len());
    }
}

#[test]
fn the_image_is_pinned_and_holds_no_password() {
    let dockerfile = read("code/Dockerfile");
    let from = dockerfile
        .lines()
        .find(|line| line.starts_with("FROM "))
        .expect("a base image");
    let tag = from.rsplit(':').next().unwrap();
    assert!(tag.chars().all(|c| c.is_ascii_digit() || c == '.'), "{from}");
    let set = dockerfile
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect::<String>()
        .to_lowercase();
    assert!(!set.contains("password") && !set.contains("latest"), "{dockerfile}");
}

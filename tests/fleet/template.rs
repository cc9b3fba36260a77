//! The stack that grades a class: its template is sound, allows no more than it should, and what it makes runs.

use crate::common;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use common::cloud::{Cloud, REGION, alone, run, shared, wait};
use common::crates::crates;
use common::eventually;
use common::linter::lint;
use edemlab::account::Account;
use edemlab::account::services::{CLOUDFORMATION, STATES};
use edemlab::fleet::template::{FUNCTION_MAY, MACHINE_MAY, May, document};
use serde_json::{Value, json};

fn cloud() -> &'static Cloud {
    shared("fleet")
}

/// What `edemlab fleet template` prints.
fn template() -> String {
    let printed = run(alone(&["fleet", "template"]));
    assert_eq!(printed.code, 0, "{}", printed.stderr);
    printed.stdout
}

fn read() -> Value {
    serde_saphyr::from_str(&template()).expect("it is YAML")
}

/// The statements of a role's policy.
fn statements(role: &str) -> Vec<Value> {
    let policies = read()["Resources"][role]["Properties"]["Policies"].take();
    let policies = policies.as_array().unwrap();
    assert_eq!(policies.len(), 1, "{role}");
    policies[0]["PolicyDocument"]["Statement"].as_array().unwrap().clone()
}

/// A list's texts; those with names of `Fn::Sub` as they are written.
fn texts(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap().iter();
    list.map(|one| {
        let text = one["Fn::Sub"].as_str().or(one.as_str());
        text.unwrap_or_else(|| panic!("{one}"))
    })
    .collect()
}

/// The template with a definition as CloudFormation fills it in: the linter does not look into one with names.
fn filled_in(template: &Value) -> Value {
    let mut filled = template.clone();
    let definition = &mut filled["Resources"]["Machine"]["Properties"]["DefinitionString"];
    let text = definition["Fn::Sub"].as_str().unwrap();
    *definition = json!(
        text.replace("${AWS::Partition}", "aws")
            .replace("${Bucket}", "a-bucket")
            .replace(
                "${Function.Arn}",
                "arn:aws:lambda:eu-west-1:123456789012:function:fleet"
            )
    );
    filled
}

#[test]
fn cloudformations_own_linter_has_nothing_to_say() {
    let template = template();
    assert!(
        template.starts_with("# With this stack, edemlab grades a class"),
        "{template}"
    );
    assert!(!template.contains("arn:aws"), "another partition has other ARNs");
    let filled = filled_in(&read()).to_string();
    for (sound, part, broken) in [
        (&template, "RetentionInDays: 30", "RetentionInDays: 31"),
        (&filled, "MaxConcurrencyPath", "MaxConcurencyPath"),
    ] {
        let said = lint(sound);
        assert_eq!((said.code, said.stdout.trim()), (0, ""), "{}", said.stderr);
        // It would have said something.
        assert!(sound.contains(part));
        assert_ne!(lint(&sound.replace(part, broken)).code, 0, "{part}");
    }
}

#[test]
fn the_roles_may_do_what_they_need_and_nothing_else() {
    let states = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}";
    let machine = format!("{states}:stateMachine:${{AWS::StackName}}");
    let executions = format!("{states}:execution:${{AWS::StackName}}:*");
    let expected = [
        (
            "FunctionRole",
            vec![
                (
                    "EnterAccounts",
                    vec!["sts:AssumeRole"],
                    vec!["arn:${AWS::Partition}:iam::*:role/edemlab-grader"],
                ),
                ("WriteReports", vec!["s3:PutObject"], vec!["${Bucket.Arn}/runs/*"]),
                ("NoteLooseEnds", vec!["s3:PutObject"], vec!["${Bucket.Arn}/loose/*"]),
                (
                    "TieLooseEnds",
                    vec!["s3:GetObject", "s3:DeleteObject"],
                    vec!["${Bucket.Arn}/loose/*"],
                ),
                ("FindLooseEnds", vec!["s3:ListBucket"], vec!["${Bucket.Arn}"]),
                (
                    "WriteLog",
                    vec!["logs:CreateLogStream", "logs:PutLogEvents"],
                    vec!["${LogGroup.Arn}"],
                ),
            ],
        ),
        (
            "MachineRole",
            vec![
                ("CallFunction", vec!["lambda:InvokeFunction"], vec!["${Function.Arn}"]),
                (
                    "ReadRoster",
                    vec!["s3:GetObject"],
                    vec!["${Bucket.Arn}/runs/*/roster.csv"],
                ),
                (
                    "WriteResults",
                    vec![
                        "s3:PutObject",
                        "s3:GetObject",
                        "s3:ListMultipartUploadParts",
                        "s3:AbortMultipartUpload",
                    ],
                    vec!["${Bucket.Arn}/runs/*/map/*"],
                ),
                ("StartStudents", vec!["states:StartExecution"], vec![&machine]),
                ("SeeRun", vec!["states:DescribeExecution"], vec![&executions]),
            ],
        ),
    ];
    for (role, expected) in expected {
        let statements = statements(role);
        assert_eq!(statements.len(), expected.len(), "{role}");
        for (statement, (sid, actions, resources)) in statements.iter().zip(expected) {
            assert_eq!(
                (statement["Sid"].as_str(), statement["Effect"].as_str()),
                (Some(sid), Some("Allow"))
            );
            assert_eq!(texts(&statement["Action"]), actions, "{sid}");
            assert_eq!(texts(&statement["Resource"]), resources, "{sid}");
            let condition = match sid {
                "FindLooseEnds" => json!({"StringLike": {"s3:prefix": "loose/*"}}),
                _ => Value::Null,
            };
            assert_eq!(statement["Condition"], condition, "{sid}");
        }
    }
}

#[test]
fn every_statement_has_a_name_of_its_own_and_is_listed() {
    for (role, may) in [("FunctionRole", &FUNCTION_MAY[..]), ("MachineRole", &MACHINE_MAY)] {
        let written: Vec<Value> = statements(role).iter().map(|s| s["Sid"].clone()).collect();
        assert_eq!(written, may.iter().map(|one| json!(one.sid)).collect::<Vec<_>>());
    }
    let names: Vec<&str> = FUNCTION_MAY
        .iter()
        .chain(&MACHINE_MAY)
        .map(|one: &May| one.sid)
        .collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
    assert_eq!(document(), read());
}

#[test]
fn each_role_is_for_its_service_alone_and_the_bucket_for_nobody() {
    let resources = read()["Resources"].take();
    for (role, service) in [
        ("FunctionRole", "lambda.amazonaws.com"),
        ("MachineRole", "states.amazonaws.com"),
    ] {
        let trust = json!([{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]);
        assert_eq!(
            resources[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"],
            trust
        );
    }
    let policy = &resources["BucketPolicy"]["Properties"]["PolicyDocument"]["Statement"];
    assert!(
        policy.as_array().unwrap().iter().all(|s| s["Effect"] == "Deny"),
        "{policy}"
    );
    let bucket = &resources["Bucket"]["Properties"];
    let blocked = bucket["PublicAccessBlockConfiguration"].as_object().unwrap();
    assert!(blocked.len() == 4 && blocked.values().all(|on| on == true), "{bucket}");
}

/// A zip with a `bootstrap` that is this code, as the tests of the bridge make it.
fn packed(code: &str) -> Vec<u8> {
    let make =
        "import sys; sys.path.insert(0, sys.argv[1]); import lab; sys.stdout.buffer.write(lab.bootstrap(sys.argv[2]))";
    let output = Command::new(cloud().own().interpreter())
        .args([
            "-B",
            "-c",
            make,
            concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sandbox/bridge"),
            code,
        ])
        .env_clear()
        .env("ENDPOINT", cloud().endpoint())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", common::text(&output));
    output.stdout
}

/// Makes the stack, with a function that is this code; gives its outputs.
fn deployed(account: &str, root: &Account, code: &str) -> BTreeMap<String, String> {
    let (bucket, s3) = (format!("code-{account}"), root.s3(REGION));
    let place = aws_sdk_s3::types::CreateBucketConfiguration::builder()
        .location_constraint(REGION.into())
        .build();
    wait(
        s3.create_bucket()
            .bucket(&bucket)
            .create_bucket_configuration(place)
            .send(),
    )
    .expect("a bucket");
    let put = s3.put_object().bucket(&bucket).key("fleet.zip");
    wait(put.body(packed(code).into()).send()).expect("the code is there");
    let given = |name: &str, value: &str| json!({"ParameterKey": name, "ParameterValue": value});
    let stack = json!({
        "StackName": "fleet", "TemplateBody": template(), "Capabilities": ["CAPABILITY_IAM"],
        "Parameters": [given("CodeBucket", &bucket), given("CodeKey", "fleet.zip"), given("KeepDays", "7")],
    });
    wait(root.call(&CLOUDFORMATION, "CreateStack", stack)).expect("the stack is made");
    let mut made = Value::Null;
    eventually("the stack is there", || {
        let answer = wait(root.call(&CLOUDFORMATION, "DescribeStacks", json!({"StackName": "fleet"})));
        made = answer.expect("it answers")["Stacks"][0].take();
        !made["StackStatus"]
            .as_str()
            .unwrap_or_default()
            .ends_with("_IN_PROGRESS")
    });
    assert_eq!(made["StackStatus"], "CREATE_COMPLETE", "{made}");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let outputs = made["Outputs"].as_array().unwrap().iter();
    outputs
        .map(|o| (text(&o["OutputKey"]), text(&o["OutputValue"])))
        .collect()
}

#[test]
fn what_it_makes_runs_a_class() {
    let account = "820000000001";
    let root = cloud().root(account);
    let outputs = deployed(
        account,
        &root,
        "
def handler(event):
    if 'ready' in event:
        if event['ready']['course'] != 'mine':
            raise ValueError('another course')
        return {'anything': 1}
    if event['item']['labs'] == 'fails':
        raise ValueError('cannot')
    return {'reports': [os.environ['EDEMLAB_BUCKET'] + '/' + event['run']['run'] + '/' + event['item']['student']], 'more': 1}
",
    );
    let names: Vec<&str> = outputs.keys().map(String::as_str).collect();
    assert_eq!(names, ["Bucket", "Function", "FunctionRole", "Machine"]);
    assert_eq!(outputs["Function"], "fleet");
    assert_eq!(
        outputs["Machine"],
        format!("arn:aws:states:{REGION}:{account}:stateMachine:fleet")
    );
    assert!(
        outputs["FunctionRole"].starts_with(&format!("arn:aws:iam::{account}:role/")),
        "{outputs:?}"
    );

    let bucket = &outputs["Bucket"];
    let s3 = root.s3(REGION);
    let kept = wait(s3.get_bucket_lifecycle_configuration().bucket(bucket).send()).expect("it has one");
    let days: Vec<Option<i32>> = kept.rules().iter().map(|rule| rule.expiration()?.days()).collect();
    assert_eq!(days, [Some(7), Some(365), None]);

    let roster = "student,role_arn,external_id,region,account,labs\r\n\
                  s1,arn:aws:iam::820000000002:role/edemlab-grader,secret,,,datastream eventdriven\r\n\
                  s2,,,,,fails\r\n";
    let put = s3.put_object().bucket(bucket).key("runs/r1/roster.csv");
    wait(put.body(roster.as_bytes().to_vec().into()).send()).expect("the roster is there");
    let run = |course: &str| {
        let input =
            json!({"run": "r1", "map": "runs/r1/map", "roster": "runs/r1/roster.csv", "at_once": 1, "course": course});
        let start = json!({"stateMachineArn": outputs["Machine"], "input": input.to_string()});
        let started = wait(root.call(&STATES, "StartExecution", start)).expect("it starts");
        let mut ended = Value::Null;
        eventually("the run has ended", || {
            let about = json!({"executionArn": started["executionArn"]});
            ended = wait(root.call(&STATES, "DescribeExecution", about)).expect("it answers");
            ended["status"] != "RUNNING"
        });
        ended
    };
    let ended = run("mine");
    assert_eq!(ended["status"], "SUCCEEDED", "{ended}");
    let output: Value = serde_json::from_str(ended["output"].as_str().unwrap()).unwrap();
    let manifest = output["ResultWriterDetails"]["Key"].as_str().unwrap();
    assert!(manifest.starts_with("runs/r1/map/"), "{output}");
    let object = |key: &str| {
        let got = wait(s3.get_object().bucket(bucket).key(key).send()).expect("it is there");
        String::from_utf8(wait(got.body.collect()).unwrap().to_vec()).unwrap()
    };
    let succeeded = object(&manifest.replace("manifest", "SUCCEEDED_0"));
    assert_eq!(succeeded, format!(r#"[{{"reports": ["{bucket}/r1/s1"]}}]"#));
    assert!(object(&manifest.replace("manifest", "FAILED_0")).contains("cannot"));

    let other = run("another");
    assert_eq!(
        (other["status"].as_str(), other["error"].as_str()),
        (Some("FAILED"), Some("ValueError")),
        "{other}"
    );
}

#[test]
fn the_default_build_has_nothing_of_lambda_and_shares_everything_else() {
    let (plain, with) = (crates(""), crates("lambda"));
    let lambda = |all: &[String]| all.iter().filter(|line| line.starts_with("lambda_runtime")).count();
    assert_eq!((lambda(&plain), lambda(&with)), (0, 2));
    // A crate with other features would be built once more: the SDK's take minutes.
    let changed: Vec<&String> = plain.iter().filter(|line| !line.starts_with("edemlab ")).collect();
    let changed: Vec<_> = changed.into_iter().filter(|line| !with.contains(line)).collect();
    assert_eq!(changed, Vec::<&String>::new());

    let holds = |program: &std::path::Path| {
        let bytes = std::fs::read(program).unwrap();
        bytes.windows(22).any(|window| window == b"AWS_LAMBDA_RUNTIME_API")
    };
    assert!(!holds(env!("CARGO_BIN_EXE_edemlab").as_ref()));
    assert!(holds(&common::fleet::bootstrap()));
}

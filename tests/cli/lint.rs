//! `edemlab lint`: every mistake of an author in one run, each with its place.

use crate::common;

mod book;
mod lab;

use common::cloud::{Printed, alone, run};
use common::course::{Copy, checks, steps};
use common::shown::without_places;

fn lint(course: &Copy) -> Printed {
    let mut command = alone(&["lint", "--course"]);
    command.arg(course.folder());
    run(command)
}

/// Whether the diagnostics show this message at this place: the title, then an arrow to the place.
fn shows(said: &str, place: &str, message: &str) -> bool {
    said.split("\n\n").any(|one| {
        let flat = one.split_whitespace().collect::<Vec<_>>().join(" ");
        flat.contains(message)
            && one
                .lines()
                .any(|line| line.trim_start().trim_start_matches("--> ") == place)
    })
}

fn assert_all(said: &str, expected: &[(String, &str)]) {
    let missing: Vec<_> = expected
        .iter()
        .filter(|(place, message)| !shows(said, place, message))
        .collect();
    assert!(missing.is_empty(), "not reported: {missing:#?}\nin:\n{said}");
}

/// Mistakes in a copy of the course, with the places at which they are to be reported.
struct Planted {
    course: Copy,
    expected: Vec<(String, String, &'static str)>,
}

impl Planted {
    fn new() -> Self {
        Self {
            course: Copy::new(),
            expected: Vec::new(),
        }
    }

    /// `to` instead of `from`, which is to be reported where `at` stands in the end.
    fn mistake(&mut self, file: &str, from: &str, to: &str, at: &str, message: &'static str) {
        self.course.replace(file, from, to);
        self.expected.push((file.to_owned(), at.to_owned(), message));
    }

    /// The places, now that no line moves any more.
    fn expected(&self) -> Vec<(String, &'static str)> {
        let places = self.expected.iter();
        places
            .map(|(file, at, message)| (self.course.place(file, at), *message))
            .collect()
    }
}

const KINESIS: &str = "checks/datastream/kinesis.yaml";
const DYNAMODB: &str = "checks/datastream/dynamodb.yaml";
const LAMBDA: &str = "checks/datastream/lambda.yaml";
const IAM: &str = "checks/datastream/iam.yaml";
const S3: &str = "checks/datastream/s3.yaml";
const SETUP: &str = "checks/datastream/setup.yaml";
const FINAL: &str = "checks/datastream/final.yaml";
const ECR: &str = "checks/datastream/ecr.yaml";
const FAULTS: &str = "labs/datastream/faults.yaml";
const VARIANTS: &str = "labs/datastream/variants.yaml";
const ADVICE: &str = "labs/datastream/advice.yaml";

#[test]
fn the_shipped_course_has_no_mistake() {
    let printed = run(alone(&["lint"]));
    assert_eq!((printed.code, printed.stderr.as_str()), (0, ""));
    let counted = format!("datastream: {} steps, {} checks", steps().len(), checks());
    assert!(printed.stdout.contains(&counted), "{}", printed.stdout);
    let copy = lint(&Copy::new());
    assert_eq!((copy.code, copy.stdout), (0, printed.stdout));
}

#[test]
fn every_mistake_is_reported_in_one_run_each_at_its_place() {
    let mut planted = Planted::new();
    planted.mistake(
        KINESIS,
        "expect: stream.StreamModeDetails.StreamMode == \"ON_DEMAND\"",
        "expect: stream.StreamModeDetails.StreamMod == \"ON_DEMAND\"",
        "StreamMod ==",
        "no field `StreamMod`",
    );
    planted.mistake(
        KINESIS,
        "found: no data stream of this lab in {{ region }}",
        "found: no data stream of this lab in {{ regoin }}",
        "regoin",
        "there is no `regoin` here",
    );
    planted.mistake(
        DYNAMODB,
        "  - id: sort-key\n",
        "  - id: partition-key\n    title: Again\n    expect: found(table)\n    fix: None.\n\n  - id: sort-key\n",
        "id: partition-key\n    title: Again",
        "check `dynamodb.partition-key` is defined twice",
    );
    planted.mistake(
        ECR,
        "    signs:\n",
        "    prefer:\n",
        "repository:",
        "no sign says that `repository` is this lab's",
    );
    planted.mistake(
        DYNAMODB,
        "why: Here a click",
        "wy: Here a click",
        "wy: Here",
        "no field `wy`",
    );
    planted.mistake(
        LAMBDA,
        "      console: Lambda → {{ processor.FunctionName }} → Code → **Runtime settings** → Edit → Python 3.13.\n",
        "",
        "cli: >-\n        aws lambda update-function-configuration --function-name {{ processor.FunctionName }} --runtime",
        "a fix has no `console`",
    );
    planted.mistake(
        "checks/eventdriven/eventbridge.yaml",
        "aws events enable-rule --event-bus-name {{ bus.Name }} --name {{ log_rule.Name }}",
        "aws events enable-rule --event-bus-name {{ bus.Name }} --name \"{{ log_rule.Name }}\"",
        "log_rule.Name }}\"",
        "inside double quotes a shell reads what a student wrote",
    );
    planted.mistake(
        LAMBDA,
        "expect: found(processor)",
        "expect: fuond(processor)",
        "fuond(",
        "no function `fuond`",
    );
    planted.mistake(
        IAM,
        "expect: stream_access.Allowed",
        "expect: stream_access.Allowed && (",
        "(\n    proven-by: { hop: final.invoked, if: processor.Role == role.Arn }\n    expected: reading",
        "not an expression",
    );
    planted.mistake(
        IAM,
        "kind: iam.role",
        "kind: iam.rol",
        "role:\n    kind: iam.rol",
        "no kind of resource `iam.rol`",
    );
    planted.mistake(
        S3,
        "points: 2\n    expect: found(bucket)",
        "points: two\n    expect: found(bucket)",
        "two\n    expect: found",
        "`points` must be a whole number",
    );
    planted.mistake(
        SETUP,
        "found: \"the account's root user ({{ caller.Arn }})\"",
        "found: \"the account's root user ({{ caller.Arn )\"",
        "{{ caller.Arn )",
        "",
    );
    planted.mistake(
        FINAL,
        "within: 20s",
        "within: 20 parsecs",
        "20 parsecs",
        "not a duration",
    );
    planted.mistake(
        FINAL,
        "- look: lambda.code",
        "- look: lambda.cod",
        "lambda.cod\n",
        "no evidence `lambda.cod`",
    );
    planted.mistake(
        FAULTS,
        "fails: [kinesis.on-demand]",
        "fails: [kinesis.on-demnd]",
        "kinesis.on-demnd",
        "`kinesis.on-demnd` is not a check of this lab",
    );

    let printed = lint(&planted.course);
    assert_eq!((printed.code, printed.stdout.as_str()), (2, ""), "{}", printed.stderr);
    assert_all(&printed.stderr, &planted.expected());
    // One more: of the check whose fault now names another nobody has seen that it can fail.
    let place = planted.course.place(KINESIS, "id: on-demand");
    assert_all(&printed.stderr, &[(place, "`kinesis.on-demand` has no fault")]);
    let marks = printed.stderr.matches("\nerror: ").count() + usize::from(printed.stderr.starts_with("error: "));
    assert_eq!(
        marks,
        planted.expected.len() + 1,
        "one mistake, one message:\n{}",
        printed.stderr
    );
    insta::assert_snapshot!("mistakes", without_places(&printed.stderr));
}

#[test]
fn resources_that_are_found_by_way_of_each_other_are_reported() {
    let mut planted = Planted::new();
    planted.mistake(
        LAMBDA,
        "      - if: it.FunctionName.matches(\"(?i)disney|",
        "      - if: found(stream) && it.FunctionName.matches(\"(?i)disney|",
        "processor:\n",
        "`processor` depends on itself",
    );
    let printed = lint(&planted.course);
    assert_eq!(printed.code, 2);
    assert_all(&printed.stderr, &planted.expected());
    assert!(
        printed.stderr.contains("processor → stream → processor"),
        "{}",
        printed.stderr
    );
}

#[test]
fn an_example_has_fields_of_its_kind() {
    let mut planted = Planted::new();
    let example = "example: { BucketArn: \"arn:aws:s3:::YOUR_BUCKET_NAME\" }";
    planted.mistake(
        S3,
        example,
        "example: { BuketArn: x }",
        "BuketArn",
        "no field `BuketArn` here",
    );
    planted.mistake(
        LAMBDA,
        "    kind: lambda.function\n    # The function",
        "    kind: lambda.function\n    example: [{ LoggingConfig: { LogGruop: x } }]\n    # The function",
        "LoggingConfig: {",
        "no field `LogGruop` here",
    );
    planted.mistake(
        KINESIS,
        "    kind: kinesis.stream\n",
        "    kind: kinesis.stream\n    example: clicks\n",
        "clicks\n",
        "`example` must be a map of fields",
    );
    let printed = lint(&planted.course);
    assert_eq!(printed.code, 2);
    assert_all(&printed.stderr, &planted.expected());
}

#[test]
fn steps_and_their_files_must_meet() {
    let course = Copy::new();
    std::fs::remove_file(course.folder().join(S3)).unwrap();
    std::fs::write(course.folder().join("checks/datastream/kineses.yaml"), "checks: []\n").unwrap();
    std::fs::create_dir_all(course.folder().join("checks/other")).unwrap();
    std::fs::write(course.folder().join("checks/other/one.yaml"), "checks: []\n").unwrap();
    let printed = lint(&course);
    assert_eq!(printed.code, 2);
    insta::assert_snapshot!("steps_and_files", without_places(&printed.stderr));
}

#[test]
fn what_is_not_yaml_at_all_is_one_mistake_and_hides_no_other_file() {
    let course = Copy::new();
    course.replace(KINESIS, "checks:\n", "checks: [\n");
    course.replace(S3, "expect: found(bucket)", "expect: found(buckt)");
    let printed = lint(&course);
    assert_eq!(printed.code, 2);
    assert!(printed.stderr.contains("not readable as YAML"), "{}", printed.stderr);
    let place = course.place(S3, "buckt");
    assert_all(&printed.stderr, &[(place, "there is no `buckt` here")]);
    // What the unreadable file names is missing nowhere.
    assert!(
        printed.stderr.contains("the course has 2 mistakes"),
        "{}",
        printed.stderr
    );
}

#[test]
fn a_broken_course_checks_nobody() {
    let course = Copy::new();
    course.replace(KINESIS, "expect: found(stream)", "expect: found(strem)");
    let mut command = alone(&["check", "datastream", "--region", "eu-west-1", "--course"]);
    command.arg(course.folder());
    let printed = run(command);
    assert_eq!((printed.code, printed.stdout.as_str()), (2, ""));
    assert_all(
        &printed.stderr,
        &[(course.place(KINESIS, "strem)"), "there is no `strem` here")],
    );
}

#[test]
fn a_folder_that_is_no_course_is_told() {
    let empty = tempfile::tempdir().unwrap();
    let mut nothing = alone(&["lint", "--course"]);
    nothing.arg(empty.path());
    let mut missing = alone(&["lint", "--course"]);
    missing.arg(empty.path().join("nowhere"));
    for command in [nothing, missing] {
        let printed = run(command);
        assert_eq!((printed.code, printed.stdout.as_str()), (2, ""));
        assert!(printed.stderr.contains("is not a course"), "{}", printed.stderr);
        assert!(printed.stderr.contains("labs"), "{}", printed.stderr);
    }
}

#[test]
fn the_environment_names_a_course_and_the_flag_wins() {
    let broken = Copy::new();
    broken.replace(KINESIS, "expect: found(stream)", "expect: found(strem)");
    let sound = Copy::new();
    sound.replace(
        "labs/datastream/lab.yaml",
        "title: \"Disney+ clickstream",
        "title: \"Next year's clickstream",
    );
    let mut by_environment = alone(&["lint"]);
    by_environment.env("EDEMLAB_COURSE", broken.folder());
    assert_eq!(run(by_environment).code, 2);

    let mut by_flag = alone(&["explain", "datastream", "--course"]);
    by_flag.arg(sound.folder()).env("EDEMLAB_COURSE", broken.folder());
    let printed = run(by_flag);
    assert_eq!(
        (printed.code, printed.stdout.contains("Next year's")),
        (0, true),
        "{}",
        printed.stderr
    );
}

#[test]
fn what_proves_a_check_is_a_hop_that_its_subject_lies_on() {
    let mut planted = Planted::new();
    planted.mistake(
        IAM,
        "proven-by: { hop: final.stored, if: processor.Role == role.Arn }",
        "proven-by: final.stored",
        "final.stored",
        "check `iam.write-table` is about role, which the event of `final.stored` need not pass through",
    );
    planted.mistake(
        KINESIS,
        "    expect: stream.StreamModeDetails.StreamMode == \"ON_DEMAND\"\n",
        "    expect: stream.StreamModeDetails.StreamMode == \"ON_DEMAND\"\n    proven-by: final.invokd\n",
        "final.invokd",
        "`final.invokd` is not a hop of this lab",
    );
    planted.mistake(
        FINAL,
        "      expect: item.?item.orValue(\"\") == \"edemlab\"\n",
        "      expect: item.?item.orValue(\"\") == \"edemlab\"\n      proven-by: final.invoked\n",
        "final.invoked",
        "hop `final.stored` is proved by its own event",
    );
    let printed = lint(&planted.course);
    assert_eq!(printed.code, 2, "{}", printed.stderr);
    assert_all(&printed.stderr, &planted.expected());
}

#[test]
fn a_variant_is_right_but_for_extra_credit() {
    let mut planted = Planted::new();
    planted.mistake(
        VARIANTS,
        "    title: Every name is the student's own\n",
        "    title: Every name is the student's own\n    fails: [lambda.runtime]\n",
        "lambda.runtime",
        "variant `other-names` is right, and `lambda.runtime` is no extra credit",
    );
    let printed = lint(&planted.course);
    assert_eq!(printed.code, 2, "{}", printed.stderr);
    assert_all(&printed.stderr, &planted.expected());
}

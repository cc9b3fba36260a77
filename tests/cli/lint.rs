//! `edemlab lint`: every mistake of an author in one run, each with its place.

use crate::common;

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
        "    fix: Lambda → {{ processor.FunctionName }} → Code → **Runtime settings** → Edit → Python 3.13.\n",
        "",
        "id: runtime",
        "has no `fix`",
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
        "(\n    expected: reading",
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
fn faults_that_do_not_fit_are_reported() {
    let mut planted = Planted::new();
    planted.mistake(
        FAULTS,
        "replace: 'event[\"Records\"]'\n        with: 'event[\"records\"]'",
        "replace: 'event[\"Recrods\"]'\n        with: 'event[\"records\"]'",
        "crash\n    title",
        "does not hold `event[\"Recrods\"]`",
    );
    planted.mistake(
        FAULTS,
        "patch:\n      Resources: {Trigger: null}\n    fails: [lambda.trigger, final.invoked]",
        "patch:\n      Resources: {Triger: null}\n    fails: [lambda.trigger, final.invoked]",
        "no-trigger\n    title",
        "the patch removes `Resources.Triger`, which the solution does not have: did you mean `Trigger`?",
    );
    planted.mistake(
        FAULTS,
        "Resources: {BucketPolicy: null}",
        "Resources: {}",
        "no-bucket-policy\n    title",
        "this patch changes nothing",
    );
    planted.mistake(
        FAULTS,
        "Resources: {Files: {Properties: {Files: [items.csv, users.csv]}}}",
        "Resources: {Fils: {Properties: {Files: [items.csv, users.csv]}}}",
        "no-interactions\n    title",
        "the solution has no resource `Fils`, and a new one needs a `Type`: did you mean `Files`?",
    );
    planted.mistake(
        FAULTS,
        "Resources: {Files: {Properties: {Files: [interactions.csv, users.csv]}}}",
        "Resources: {Files: {Propertys: {Files: [interactions.csv, users.csv]}}}",
        "no-items\n    title",
        "CloudFormation knows no `Resources.Files.Propertys`: did you mean `Properties`?",
    );
    planted.mistake(
        FAULTS,
        "- id: semicolons",
        "- id: excel-file",
        "excel-file\n    title: The files were",
        "fault `excel-file` is defined twice",
    );
    planted.mistake(FAULTS, "fails: [lambda.runtime]", "fails: [lambda.exists]", "", "");
    planted.expected.pop();
    let printed = lint(&planted.course);
    assert_eq!(printed.code, 2);
    assert_all(&printed.stderr, &planted.expected());
    // Which is how a check gets lost that nobody has ever seen to fail.
    let place = planted.course.place(LAMBDA, "id: runtime");
    assert_all(
        &printed.stderr,
        &[(place, "check `lambda.runtime` has no fault that makes it fail")],
    );
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
fn the_book_and_the_course_must_meet() {
    let mut planted = Planted::new();
    let kinesis = "book/src/datastream/kinesis.md";
    planted.mistake(
        kinesis,
        "{{#check kinesis}}\n",
        "",
        "# Kinesis\n",
        "the chapter of step `kinesis` lacks `{{#check kinesis}}`",
    );
    planted.mistake(
        kinesis,
        "{{#check kinesis.exists}}",
        "{{#check kinesis.exist}}",
        "{{#check kinesis.exist}}",
        "did you mean `kinesis.exists`?",
    );
    let dynamodb = "book/src/datastream/dynamodb.md";
    planted.mistake(
        dynamodb,
        "{{#check dynamodb.sort-key}}",
        "{{#check s3.exists}}",
        "{{#check s3.exists}}",
        "`s3.exists` belongs in another chapter, `book/src/datastream/s3.md`; here are: dynamodb, dynamodb.exists",
    );
    let lambda = "book/src/datastream/lambda.md";
    planted.mistake(
        lambda,
        "{{#check lambda.trigger}}",
        "See {{#check lambda.trigger}}",
        "See {{#check lambda.trigger}}",
        "is alone on its line and names one step or check",
    );
    planted.mistake(
        lambda,
        "{{#check lambda.runtime}}",
        "{{#check lambda.table-variable}}",
        "{{#check lambda.table-variable}}\n\n`DYN",
        "`lambda.table-variable` is placed twice",
    );
    let iam = "book/src/datastream/iam.md";
    planted.mistake(
        iam,
        "{{#check iam.trust}}",
        "## Trust\n\n{{#check iam.trust}}",
        "{{#check iam.trust}}",
        "the anchor `trust` appears twice",
    );
    planted.mistake(
        "book/src/troubleshooting.md",
        "# Troubleshooting\n",
        "# Troubleshooting\n\n{{#check kinesis}}\n",
        "{{#check kinesis}}",
        "this page is not a step's chapter",
    );
    planted.mistake(
        "labs/datastream/lab.yaml",
        "pages: [datastream/cleanup.html]",
        "pages: [datastream/cleaning.html, datastream/s3.html]",
        "datastream/cleaning.html",
        "the page `datastream/cleaning.html` is not in the book",
    );
    let also = (
        "labs/datastream/lab.yaml".to_owned(),
        "datastream/s3.html]".to_owned(),
        "`pages` are those without a step",
    );
    planted.expected.push(also);
    let cleanup = (
        "book/src/datastream/cleanup.md".to_owned(),
        "# Cleaning up\n".to_owned(),
    );
    planted
        .expected
        .push((cleanup.0, cleanup.1, "this chapter has no step"));
    let listed = "  - [ECR](datastream/ecr.md)\n";
    planted.course.replace("book/src/SUMMARY.md", listed, "");
    let ecr = ("book/src/datastream/ecr.md".to_owned(), "# ECR\n".to_owned());
    planted
        .expected
        .push((ecr.0, ecr.1, "`SUMMARY.md` does not list this chapter"));
    let printed = lint(&planted.course);
    assert_eq!((printed.code, printed.stdout.as_str()), (2, ""));
    assert_all(&printed.stderr, &planted.expected());
    insta::assert_snapshot!("book_and_course", without_places(&printed.stderr));
}

#[test]
fn a_chapter_may_speak_of_a_check_without_showing_it() {
    let course = Copy::new();
    let page = "book/src/datastream/kinesis.md";
    let text = "\nWrite `{{#check none}}`, or \\{{#check none}}:\n\n```text\n{{#check none}}\n```\n";
    course.write(page, &(course.read(page) + text));
    let printed = lint(&course);
    assert_eq!((printed.code, printed.stderr.as_str()), (0, ""));
}

#[test]
fn a_step_without_its_chapter_is_reported_and_a_course_without_a_book_is_sound() {
    let course = Copy::new();
    std::fs::remove_file(course.folder().join("book/src/datastream/s3.md")).unwrap();
    let printed = lint(&course);
    let place = course.place("labs/datastream/lab.yaml", "s3\n    title");
    let expected = [(place, "step `s3` has no chapter")];
    assert_all(&printed.stderr, &expected);
    std::fs::remove_dir_all(course.folder().join("book")).unwrap();
    let printed = lint(&course);
    assert_eq!((printed.code, printed.stderr.as_str()), (0, ""));
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
fn advice_names_what_there_is() {
    let mut planted = Planted::new();
    let mut mistake = |from, to, at, message| planted.mistake(ADVICE, from, to, at, message);
    mistake(
        "error.code == \"NoTrigger\"",
        "error.cod == \"NoTrigger\"",
        "cod ==",
        "no field `cod`",
    );
    mistake(
        "checks[\"iam.write-table\"] == \"pass\"\n      && checks",
        "checks[\"iam.write-tabel\"] == \"pass\"\n      && checks",
        "iam.write-tabel",
        "no field `iam.write-tabel`",
    );
    mistake(
        "error.source == \"trigger\" && error.code == \"Disabled\"",
        "error.source == \"triger\" && error.code == \"Disabled\"",
        "triger\" &&",
        "this is never `triger`",
    );
    mistake(
        "checks[\"lambda.table-variable\"] == \"pass\"",
        "checks[\"lambda.table-variable\"] == \"green\"",
        "green",
        "this is never `green`",
    );
    mistake(
        "{{ error.function }} → Code: it was not",
        "{{ eror.function }} → Code: it was not",
        "eror.",
        "there is no `eror` here",
    );
    mistake(
        "id: trigger-off",
        "id: no-trigger",
        "id: no-trigger\n    symptom: the trigger's",
        "is there twice",
    );
    mistake(
        "symptom: \"`KeyError`\"",
        "symtom: \"`KeyError`\"",
        "symtom",
        "no field `symtom`",
    );
    mistake(
        "    fix: \"Lambda → the function → Code: paste the lab's code over what is there and press **Deploy**.\"\n",
        "",
        "id: default-code",
        "has no `fix`",
    );
    planted.mistake(
        "book/src/troubleshooting.md",
        "{{#advice eventdriven}}",
        "{{#advice eventdrivn}}",
        "{{#advice eventdrivn}}",
        "lab `eventdrivn` has no advice",
    );
    let printed = lint(&planted.course);
    assert_eq!((printed.code, printed.stdout.as_str()), (2, ""), "{}", printed.stderr);
    assert_all(&printed.stderr, &planted.expected());
}

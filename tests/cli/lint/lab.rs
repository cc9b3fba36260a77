//! A lab's faults and advice name what there is.

use super::{ADVICE, FAULTS, FINAL, LAMBDA, Planted, assert_all, lint};

#[test]
fn parts_and_rehearsals_that_do_not_fit_are_reported() {
    let lab = "labs/datastream/lab.yaml";
    let mut planted = Planted::new();
    planted.mistake(
        lab,
        "steps: [personalize]",
        "steps: [personalise]",
        "personalise]",
        "`personalise` is not a step of this lab",
    );
    planted.mistake(
        lab,
        "without: 'no'",
        "without: never",
        "id: personalize\n    title: Amazon",
        "the parameter `Personalize` does not allow `never`",
    );
    planted.mistake(
        lab,
        "minutes: 15",
        "minutes: a quarter",
        "id: container\n",
        "`minutes` is a whole number",
    );
    planted.mistake(
        FAULTS,
        "title: The access key is the root user's\n",
        "title: The access key is the root user's\n    rehearse: true\n",
        "root-user\n",
        "fault `root-user` cannot be rehearsed",
    );
    planted.mistake(
        "labs/eventdriven/faults.yaml",
        "title: The mapping template was corrected, and the API not deployed again\n",
        "title: The mapping template was corrected, and the API not deployed again\n    rehearse: true\n",
        "not-redeployed\n",
        "fault `not-redeployed` cannot be rehearsed",
    );
    let printed = lint(&planted.course);
    assert_eq!(printed.code, 2, "{}", printed.stdout);
    let said = printed.stdout + &printed.stderr;
    assert_all(&said, &planted.expected());
}

#[test]
fn what_casts_doubt_on_an_event_is_a_check_and_stops_it() {
    const TAKES: &str = "      takes: [iam-change, dynamodb-read, lambda-log]\n";
    for (doubted, at, message) in [
        (
            "doubted-by: [kinesis.on-demnd]",
            "kinesis.on-demnd",
            "`kinesis.on-demnd` is not a check of this lab's steps",
        ),
        (
            "doubted-by: [final.invoked]",
            "final.invoked",
            "`final.invoked` is not a check of this lab's steps",
        ),
        (
            "doubted-by: [kinesis.on-demand]",
            "kinesis.on-demand",
            "`kinesis.on-demand` fails in fault `provisioned-stream`, and its event comes to `final.stored` all the same",
        ),
        (
            "doubted-by: [{ check: kinesis.on-demand, if: strem.StreamName == \"x\" }]",
            "strem.StreamName",
            "`strem`",
        ),
    ] {
        let mut planted = Planted::new();
        planted.mistake(FINAL, TAKES, &format!("{TAKES}      {doubted}\n"), at, message);
        let printed = lint(&planted.course);
        assert_eq!(printed.code, 2, "{}", printed.stdout);
        assert_all(&(printed.stdout + &printed.stderr), &planted.expected());
    }
}

#[test]
fn what_a_hop_takes_is_in_the_table_and_comes_in_time() {
    let mut planted = Planted::new();
    planted.mistake(
        FINAL,
        "takes: [iam-change, dynamodb-read, lambda-log]",
        "takes: [iam-changes, dynamodb-read, lambda-log]",
        "id: stored",
        "`labs/aws-timings.yaml` does not say how long `iam-changes` takes",
    );
    planted.mistake(
        FINAL,
        "takes: [kinesis-put-to-get, lambda-polls-stream, dynamodb-read]",
        "takes: [personalize-training]",
        "id: batch",
        "what `final.batch` takes is usually 2700 s on AWS",
    );
    let printed = lint(&planted.course);
    assert_eq!(printed.code, 2, "{}", printed.stdout);
    assert_all(&(printed.stdout + &printed.stderr), &planted.expected());
    let planted = Planted::new();
    let table = planted.course.read("labs/aws-timings.yaml");
    planted.course.write(
        "labs/aws-timings.yaml",
        &table.replacen("typical: 1\n", "typical: soon\n", 1),
    );
    let printed = lint(&planted.course);
    assert_eq!(printed.code, 2, "{}", printed.stdout);
    let said = printed.stdout + &printed.stderr;
    assert!(said.contains("this is no table of times"), "{said}");
}

#[test]
fn faults_that_do_not_fit_are_reported() {
    let mut planted = Planted::new();
    planted.mistake(
        FAULTS,
        "title: The code crashes before its first record\n    edit:\n      - at: Resources.Function.Properties.Code.ZipFile\n        replace: 'event[\"Records\"]'",
        "title: The code crashes before its first record\n    edit:\n      - at: Resources.Function.Properties.Code.ZipFile\n        replace: 'event[\"Recrods\"]'",
        "crash\n    title: The code crashes before",
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
        "        BucketPolicy: null\n        Interactions: {DependsOn: Files}\n        Items: {DependsOn: Files}\n        Users: {DependsOn: Files}\n    fails: [s3.policy-list, s3.policy-read,",
        "        {}\n    fails: [s3.policy-list, s3.policy-read,",
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
    planted.mistake(
        FAULTS,
        "elsewhere: {region: eu-west-1, resources: [Stream]}",
        "elsewhere: {region: eu-west-1, resources: [Strem]}",
        "stream-elsewhere\n    title",
        "has no resource `Strem` to put into another region: did you mean `Stream`?",
    );
    planted.mistake(
        FAULTS,
        "    fails: [kinesis.on-demand]\n",
        "    elsewhere: {region: eu-west-1, resources: [Stream]}\n    fails: [kinesis.on-demand]\n",
        "provisioned-stream\n    title",
        "`Trigger` refers to `Stream`, which stands in another region: patch `Trigger`",
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
        "    fix: \"DynamoDB → the table: its keys must be `user_id` and `timestamp`, both strings, and the function must put both.\"\n",
        "",
        "id: keys\n",
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

#[test]
fn an_event_passes_through_steps_that_there_are_and_that_its_hops_use() {
    let mut planted = Planted::new();
    planted.mistake(
        FINAL,
        "through: [kinesis, iam, dynamodb, lambda]",
        "through: [kinesiss, iam, dynamodb]",
        "kinesiss",
        "`kinesiss` is not a step of this lab",
    );
    let printed = lint(&planted.course);
    assert_eq!(printed.code, 2);
    assert_all(&printed.stderr, &planted.expected());
    // The first hop sends into the stream, and its event is seen in the function's log.
    assert!(
        printed
            .stderr
            .contains("hop `final.invoked` uses `stream`, which step `kinesis` finds"),
        "{}",
        printed.stderr
    );
    assert!(printed.stderr.contains("did you mean `kinesis`?"), "{}", printed.stderr);
}

#[test]
fn a_hop_that_cannot_be_read_is_one_mistake() {
    let mut planted = Planted::new();
    planted.mistake(
        "checks/eventdriven/final.yaml",
        "      title: The execution waits for approval, and the function got the token\n",
        "",
        "id: waiting",
        "a hop has no `title`",
    );
    let printed = lint(&planted.course);
    assert_all(&printed.stderr, &planted.expected());
    // Later hops are behind it and use what arrived there, and so does the note.
    assert_eq!(printed.stderr.matches("error:").count(), 1, "{}", printed.stderr);
}

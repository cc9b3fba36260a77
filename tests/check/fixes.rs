//! `edemlab prove` runs the commands by which a lab's fixes fix its faults: what they do not fix is found out.

use crate::common;

use common::aws_cli::AwsCli;
use common::cloud::{Printed, REGION, alone, check_at, run, shared};
use common::course::{Copy, fault};

/// Proves one fault of a lab whose `fix` of a check is another.
fn prove_with(id: &str, file: &str, fix: (&str, &str)) -> Printed {
    let course = Copy::new();
    course.replace(file, fix.0, fix.1);
    let mut command = alone(&["prove", "datastream", "--fault", id, "--course"]);
    command.arg(course.folder());
    let tools = tempfile::tempdir().unwrap();
    let _aws = AwsCli::on_path(&mut command, tools.path());
    run(command)
}

const MODE: &str = "aws kinesis describe-stream-summary --stream-name {{ stream.StreamName }}\n        --query";

#[test]
fn commands_that_fix_nothing_are_found_out() {
    for (by, said) in [
        (
            "aws kinesis list-streams # --query",
            "its commands do not fix it: after its commands, not passed: kinesis.on-demand (capacity mode PROVISIONED of stream ",
        ),
        (
            "aws kinesis create-stream --stream-name again --stream-mode-details StreamMode=ON_DEMAND # --query",
            "run a second time: exit status: ",
        ),
        ("exit 7 # --query", "exit status: 7"),
    ] {
        let printed = prove_with("provisioned-stream", "checks/datastream/kinesis.yaml", (MODE, by));
        assert_eq!(printed.code, 1, "{}\n{}", printed.stdout, printed.stderr);
        assert!(printed.stdout.contains(said), "no {said:?} in:\n{}", printed.stdout);
    }
}

#[test]
fn a_fault_that_is_said_to_be_unfixed_is_so() {
    let printed = prove_with(
        "provisioned-stream",
        "labs/datastream/faults.yaml",
        (
            "  - id: provisioned-stream\n",
            "  - id: provisioned-stream\n    unfixed: nobody knows how\n",
        ),
    );
    assert_eq!(printed.code, 1, "{}\n{}", printed.stdout, printed.stderr);
    let said = "its commands fix it: remove its `unfixed`";
    assert!(printed.stdout.contains(said), "no {said:?} in:\n{}", printed.stdout);
}

#[test]
fn without_the_aws_cli_nothing_is_fixed_and_that_is_said_at_once() {
    let nothing = tempfile::tempdir().unwrap();
    let mut command = alone(&["prove", "datastream"]);
    command.env("PATH", nothing.path());
    let printed = run(command);
    assert_eq!(printed.code, 2, "{}", printed.stdout);
    assert!(printed.stderr.contains("--no-fixes"), "{}", printed.stderr);
}

#[test]
fn commands_come_after_what_makes_a_shell_act_on_the_same_account() {
    let (cloud, account) = (shared("datastream"), "660000000001");
    for template in fault("trigger-off") {
        cloud.deploy(account, &template);
    }
    let keys = cloud.student(account);
    let printed = |args: &[&str], has_pager: bool| {
        let mut command = check_at(cloud.endpoint(), &keys, &[&["--no-probe"], args].concat());
        if has_pager {
            command.env_remove("AWS_PAGER");
        }
        run(command).stdout
    };
    let fix = "aws lambda update-event-source-mapping";
    // A pager, which version 2 of the AWS CLI has, would take the second command for its keys.
    for (has_pager, first) in [
        (
            true,
            "export AWS_PAGER= AWS_REGION=eu-central-1 AWS_DEFAULT_REGION=eu-central-1",
        ),
        (false, "export AWS_REGION=eu-central-1 AWS_DEFAULT_REGION=eu-central-1"),
    ] {
        let said = printed(&["--fix-with", "cli", "--region", REGION], has_pager);
        let at = |text: &str| said.find(text).unwrap_or_else(|| panic!("no {text:?} in {said}"));
        assert!(at(first) < at(fix), "{said}");
        assert_eq!(said.contains("AWS_PAGER"), has_pager, "{said}");
    }
    let clicks = printed(&["--fix-with", "console"], true);
    let (click, command) = (clicks.find("Lambda →"), clicks.find(fix));
    assert!(click.is_some() && click < command, "clicks come first: {clicks}");
}

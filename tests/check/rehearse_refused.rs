//! What no change of a stack on AWS can show is refused before anything is made, with its reason.

use crate::common;

use std::collections::BTreeSet;

use common::cloud::{run, shared};
use common::course::course;
use common::linter::python;
use common::rehearsal::{Rehearsal, flat, things};
use serde_json::json;

/// Finds the faults that replace a resource and keep the name that the template gives it. CloudFormation refuses these; see
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html>.
const REPLACED_UNDER_ITS_NAME: &str = r#"
import json, sys
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER as schemas

def refused(before, after):
    for name, resource in after["Resources"].items():
        old = before["Resources"].get(name)
        if not old or old == resource or old["Type"] != resource["Type"]:
            continue
        kind = resource["Type"]
        fixed = {path.split("/")[2] for path in schemas.get_resource_schema("eu-west-1", kind).schema.get("createOnlyProperties", [])}
        one, other = old.get("Properties", {}), resource.get("Properties", {})
        replaced = any(one.get(field) != other.get(field) for field in fixed)
        names = {"Name", kind.split("::")[-1] + "Name"} & fixed
        if replaced and any(field in one and one[field] == other.get(field) for field in names):
            return True
    return False

given = json.load(open(sys.argv[1]))
for fault, templates in given["faults"].items():
    states = [given["solution"], *templates, given["solution"]]
    if any(refused(*pair) for pair in zip(states, states[1:])):
        print(fault)
"#;

/// The faults of a lab that CloudFormation's own schemas refuse as a change of a stack.
fn replaced_under_their_names(lab: &str) -> BTreeSet<String> {
    let course = course();
    let lab = course.lab(lab).unwrap();
    let solution = lab.solution.as_ref().unwrap();
    let of = |fault: &edemlab::course::Fault| {
        let templates = fault.deviation.templates(solution).unwrap();
        (fault.deviation.id.clone(), json!(templates))
    };
    let faults: serde_json::Map<_, _> = lab.faults.iter().map(of).collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("given.json");
    std::fs::write(&file, json!({"solution": solution, "faults": faults}).to_string()).unwrap();
    let mut command = python(REPLACED_UNDER_ITS_NAME);
    command.arg(&file);
    let printed = run(command);
    assert_eq!(printed.code, 0, "{}", printed.stderr);
    printed.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn what_cloudformation_would_refuse_is_not_rehearsed() {
    let mut found = BTreeSet::new();
    for lab in ["datastream", "eventdriven"] {
        let refused = replaced_under_their_names(lab);
        let course = course();
        let lab = course.lab(lab).unwrap();
        for fault in lab.faults.iter().filter(|fault| refused.contains(&fault.deviation.id)) {
            assert!(
                lab.unrehearsed(fault).is_some(),
                "{} needs an `unrehearsed`",
                fault.deviation.id
            );
        }
        found.extend(refused);
    }
    assert!(
        found.contains("console-schema") && found.contains("another-recipe"),
        "{found:?}"
    );
}

#[test]
fn what_a_change_of_the_stack_does_not_show_is_refused_with_its_reason() {
    let account = "640000000015";
    let before = things(account);
    for (lab, fault, reason) in [
        (
            "eventdriven",
            "subscription-pending",
            "a subscription that was confirmed stays confirmed",
        ),
        ("eventdriven", "not-redeployed", "the template has no new deployment"),
        ("eventdriven", "template-source", "the template has no new deployment"),
        ("datastream", "stream-elsewhere", "it is in another region"),
        ("datastream", "root-user", "it is checked as the root user"),
        ("datastream", "wrong-column", "CloudFormation puts no other schema"),
        ("datastream", "no-campaign", "add `--with personalize`"),
    ] {
        let rehearsal = Rehearsal::new(lab, account);
        let mut args = vec!["--yes", "--fault", fault];
        if lab == "eventdriven" {
            args.extend(["--email", "teacher@example.com"]);
        }
        let refused = rehearsal.run(&args);
        assert_eq!(refused.code, 2, "{fault}: {}{}", refused.stdout, refused.stderr);
        assert!(refused.stderr.contains(reason), "{fault}: {}", refused.stderr);
        assert!(!rehearsal.out().exists(), "{fault}");
    }
    assert_eq!(things(account), before);
}

#[test]
fn what_is_wrong_is_said_before_anything_is_made_and_leaves_nothing() {
    let account = "640000000023";
    let before = things(account);
    for (lab, args, said) in [
        (
            "eventdriven",
            &["--email", "nonsense"][..],
            "`nonsense` is no e-mail address",
        ),
        ("eventdriven", &["--email", "a b@example.org"], "is no e-mail address"),
        ("eventdriven", &["--email", "<t@example.org>"], "is no e-mail address"),
        ("eventdriven", &["--email", "t@localhost"], "is no e-mail address"),
        ("datastream", &["--fault", ""], "there is no fault"),
        (
            "datastream",
            &["--with", "container", "--without", "container"],
            "cannot both be",
        ),
        ("eventdriven", &["--fault", "no-api"], "say with --email ADDRESS"),
        (
            "eventdriven",
            &["--fault", "wrong-bus-nam"],
            "there is no fault `wrong-bus-nam`",
        ),
        ("datastream", &["--with", "nonsense"], "there is no part `nonsense`"),
        ("datastream", &["--email", "t@example.org"], "leave --email out"),
        ("datastream", &["--region", ""], "--region"),
    ] {
        let rehearsal = Rehearsal::new(lab, account);
        let refused = rehearsal.run(&[&["--yes"], args].concat());
        assert_eq!(refused.code, 2, "{args:?}: {}{}", refused.stdout, refused.stderr);
        assert!(flat(&refused.stderr).contains(said), "{args:?}: {}", refused.stderr);
        assert!(!rehearsal.out().exists(), "{args:?}");
    }
    // The course says itself that nobody has full marks as root.
    let mut rehearsal = Rehearsal::new("datastream", account);
    rehearsal.keys = shared("rehearse").root_keys(account);
    let refused = rehearsal.run(&["--yes"]);
    assert_eq!(refused.code, 2, "{}{}", refused.stdout, refused.stderr);
    assert!(
        flat(&refused.stderr).contains("the root user of account"),
        "{}",
        refused.stderr
    );
    assert!(!rehearsal.out().exists());
    // What cannot be rehearsed is not offered.
    let rehearsal = Rehearsal::new("datastream", account);
    let refused = rehearsal.run(&["--fault", "nonsense"]);
    let offered = flat(&refused.stderr);
    assert!(offered.contains("there are: no-bucket"), "{offered}");
    // Folders that were made for the question go with it.
    let deep = rehearsal.folder.path().join("a/b/c");
    let printed = run(rehearsal.command_in(&deep, &[]));
    assert_eq!(printed.code, 2, "{}{}", printed.stdout, printed.stderr);
    assert!(printed.stdout.contains("Nothing was done."), "{}", printed.stdout);
    assert!(!rehearsal.folder.path().join("a").exists());
    assert_eq!(things(account), before);
}

/// With `--all` the plan has every fault of the lab: rehearsed, or left out with the reason.
#[test]
fn all_faults_are_in_the_plan_or_left_out_with_the_reason() {
    for (lab, args) in [
        ("datastream", &[][..]),
        ("eventdriven", &["--email", "teacher@example.com"]),
    ] {
        let rehearsal = Rehearsal::new(lab, "640000000016");
        let printed = rehearsal.run(&[&["--all"], args].concat());
        assert_eq!(printed.code, 2, "{}", printed.stderr);
        let said = flat(&printed.stdout);
        let course = course();
        let faults = &course.lab(lab).unwrap().faults;
        let words: BTreeSet<&str> = said.split([' ', ',', ':', '.']).collect();
        for fault in faults {
            assert!(
                words.contains(fault.deviation.id.as_str()),
                "{} in {said}",
                fault.deviation.id
            );
        }
        assert!(
            said.contains("Left out: root-user: it is checked as the root user"),
            "{said}"
        );
        if lab == "eventdriven" {
            assert!(
                said.contains("Left out: subscription-pending: a subscription that was confirmed"),
                "{said}"
            );
        } else {
            assert!(said.contains("--with personalize adds them"), "{said}");
        }
    }
}

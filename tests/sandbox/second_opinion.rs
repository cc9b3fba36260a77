//! The same checks against a second, independent emulator of AWS: what only our sandbox would answer like this is found
//! here. Where the two differ, AWS's documentation decides, and [`DIFFERENCES`] says so.

use crate::common;

use std::collections::BTreeMap;

use common::cloud::{Checked, Cloud, REGION, check_lab_at, checked, shared};
use common::course::course;
use common::moto::{Lacking, Moto};
use edemlab::course::{Fault, Lab};
use edemlab::report::Status;

/// Where the two emulators do not agree.
struct Difference {
    check: &'static str,
    sandbox: Status,
    moto: Status,
    /// Who is right, and by which page.
    because: &'static str,
}

/// None so far.
const DIFFERENCES: &[Difference] = &[];

/// What each lab is tried with, besides its solution: a mistake in each of several steps.
const FAULTS: &[(&str, &[&str])] = &[
    (
        "datastream",
        &[
            "policy-without-objects",
            "provisioned-stream",
            "role-without-dynamodb",
            "sort-key-number",
            "variable-value",
            "trigger-off",
        ],
    ),
    (
        "eventdriven",
        &[
            "order-pattern-typo",
            "no-subscription",
            "role-without-sns",
            "topic-variable-name",
            "choice-variable",
            "other-stage",
        ],
    ),
];

/// Steps of services that moto does not have.
const LEFT_OUT: &[&str] = &["personalize", "apprunner"];

fn number(n: usize) -> String {
    format!("{:012}", 470_000_000_000u64 + n as u64)
}

/// The verdicts on one subject of both.
struct Verdicts {
    sandbox: Checked,
    moto: Checked,
}

fn args(lab: &Lab) -> Vec<&'static str> {
    let mut args = vec!["--no-probe", "--format", "json"];
    let skipped = LEFT_OUT.iter().filter(|step| lab.steps.iter().any(|s| s.id == **step));
    args.extend(skipped.flat_map(|step| ["--skip", step]));
    args
}

fn verdicts(cloud: &Cloud, moto: &mut Moto, lab: &Lab, n: usize, fault: Option<&Fault>) -> Verdicts {
    let solution = lab.solution.as_ref().expect("a solution");
    let mut templates = fault.map_or_else(
        || vec![solution.clone()],
        |f| f.deviation.templates(solution).expect("it fits"),
    );
    // Moto has no service that could run its image, so that only its name says whose it is.
    for repository in templates
        .iter_mut()
        .filter_map(|t| t.pointer_mut("/Resources/Repository/Properties"))
    {
        repository["RepositoryName"] = "grafana-aws".into();
    }
    let region = fault.and_then(|f| f.deviation.region.as_deref()).unwrap_or(REGION);
    let (account, stack) = (number(n), format!("edemlab-{}", lab.id));
    for template in &templates {
        cloud.deploy_as(&account, region, &stack, template);
    }
    if templates
        .last()
        .is_some_and(|t| t["Metadata"]["edemlab"]["confirm"] == true)
    {
        cloud.confirm(&account, region);
    }
    let in_sandbox = cloud.student(&account);
    let in_moto = moto.deploy(&account, region, &stack, templates.last().expect("at least one"));
    let args = args(lab);
    Verdicts {
        sandbox: checked(check_lab_at(cloud.endpoint(), &lab.id, &in_sandbox, &args)),
        moto: checked(check_lab_at(moto.endpoint(), &lab.id, &in_moto, &args)),
    }
}

fn statuses(seen: &Checked) -> BTreeMap<String, Status> {
    seen.verdicts()
        .into_iter()
        .map(|(id, status, _)| (id, status))
        .collect()
}

/// Every check of a subject that the two judge differently, beyond what is known.
fn disagreements(seen: &Verdicts) -> Vec<String> {
    let moto = statuses(&seen.moto);
    let known = |id: &str, sandbox: Status| {
        let mut known = DIFFERENCES.iter();
        known.any(|d| d.check == id && d.sandbox == sandbox && d.moto == moto[id] && !d.because.is_empty())
    };
    statuses(&seen.sandbox)
        .into_iter()
        .filter(|(id, status)| moto[id] != *status && !known(id, *status))
        .map(|(id, status)| {
            format!(
                "{id}: the sandbox says {status:?} ({}), moto {:?} ({})",
                seen.sandbox.found(&id),
                moto[&id],
                seen.moto.found(&id)
            )
        })
        .collect()
}

#[test]
fn both_emulators_show_the_same() {
    let course = course();
    let cloud = shared("sandbox");
    let mut moto = Moto::start(Lacking::Added);
    for (series, (lab, faults)) in FAULTS.iter().enumerate() {
        let lab = course.lab(lab).expect("a lab");
        let subjects = std::iter::once(None).chain(faults.iter().map(|id| {
            let fault = lab.faults.iter().find(|f| f.deviation.id == *id);
            Some(fault.unwrap_or_else(|| panic!("no fault {id}")))
        }));
        for (n, fault) in subjects.enumerate() {
            let seen = verdicts(cloud, &mut moto, lab, series * 100 + n, fault);
            let name = fault.map_or("the solution", |f| f.deviation.id.as_str());
            let found = disagreements(&seen);
            assert!(found.is_empty(), "{} with {name}: {found:#?}", lab.id);
            // Both agree on a mistake, where there is one.
            assert_eq!(
                seen.moto.with(Status::Fail).is_empty(),
                fault.is_none(),
                "{} with {name}",
                lab.id
            );
        }
    }
}

/// Moto knows neither SimulatePrincipalPolicy nor TestEventPattern: what hangs on them cannot be told, and nothing else.
#[test]
fn what_an_emulator_lacks_is_unknown_and_no_fail() {
    let course = course();
    let lab = course.lab("eventdriven").expect("a lab");
    let mut moto = Moto::start(Lacking::AsItIs);
    let keys = moto.deploy(
        &number(900),
        REGION,
        "edemlab-eventdriven",
        lab.solution.as_ref().expect("a solution"),
    );
    let seen = checked(check_lab_at(moto.endpoint(), &lab.id, &keys, &args(lab)));
    assert_eq!(seen.code, 3, "{}", seen.json);
    assert!(seen.with(Status::Fail).is_empty(), "{}", seen.json);
    for id in [
        "iam.publish",
        "iam.resume",
        "apigateway.role",
        "eventbridge.order-pattern",
    ] {
        assert_eq!(seen.get(id).status, Status::Unknown, "{}", seen.json);
        assert!(seen.found(id).contains("SimulatePrincipalPolicy") || seen.found(id).contains("TestEventPattern"));
    }
}

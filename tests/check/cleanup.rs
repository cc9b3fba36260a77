//! What a lab has made is deleted: by a plan, exactly that, and seen to be gone. Everything else stays as it was.

use crate::common;

use std::collections::BTreeSet;

use common::cleaner::{Cleaner, cloud, ids, stranger};
use common::cloud::{REGION, run, wait};
use common::course::{course, fault_of, solution, solution_of};
use common::orders;
use edemlab::account::services::TAGGING;
use serde_json::{Value, json};

/// What of a plan is called what.
fn names<'p>(plan: &'p Value, list: &str) -> BTreeSet<&'p str> {
    plan[list]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["name"].as_str())
        .collect()
}

/// Whether something is CloudFormation's own: the functions by which the solution makes what CloudFormation cannot make,
/// and roles that nothing has ever used, so that nothing says whose they are.
fn is_of_the_stack(what: &str) -> bool {
    let own = ["FilesFunction", "FilesRole", "MissingFunction", "MissingRole"];
    own.iter().any(|name| what.contains(name)) || what.starts_with("AWS::IAM::Role ")
}

/// Of the faults those whose accounts differ most; all of them with `EDEMLAB_CLEANUP=all`.
fn accounts() -> Vec<(&'static str, Option<String>)> {
    const FEW: &[(&str, &str)] = &[("datastream", "express-wrong-port"), ("eventdriven", "http-api")];
    let whole = ["datastream", "eventdriven"].map(|lab| (lab, None));
    if std::env::var("EDEMLAB_CLEANUP").is_err() {
        return whole
            .into_iter()
            .chain(FEW.iter().map(|(lab, id)| (*lab, Some((*id).to_owned()))))
            .collect();
    }
    let all = ["datastream", "eventdriven"].into_iter().flat_map(|lab| {
        let course = course();
        let faults = &course.lab(lab).unwrap().faults;
        faults
            .iter()
            .map(|fault| (lab, Some(fault.deviation.id.clone())))
            .collect::<Vec<_>>()
    });
    whole.into_iter().chain(all).collect()
}

#[test]
fn solutions_and_faults_are_planned_applied_and_seen_to_be_gone() {
    let mut left = Vec::new();
    for (number, (lab, id)) in accounts().into_iter().enumerate() {
        let account = format!("6200000{number:05}");
        let templates = id
            .as_ref()
            .map_or_else(|| vec![solution_of(lab)], |id| fault_of(lab, id));
        let cleaner = Cleaner::with(lab, &account, &templates);
        // It has run once, so that there are logs.
        let plan = cleaner.clean();
        assert!(plan["unknown"].as_array().is_some_and(Vec::is_empty), "{plan:#}");
        let standing: Vec<String> = cleaner
            .standing()
            .into_keys()
            .filter(|what| !is_of_the_stack(what))
            .collect();
        if !standing.is_empty() {
            left.push(format!("{lab} {id:?}: {standing:?}; {:#}", plan["staying"]));
        }
    }
    assert!(left.is_empty(), "{}", left.join("\n"));
}

#[test]
fn exactly_the_plan_goes_and_what_is_shared_kept_or_a_strangers_stays_as_it_was() {
    let account = "621000000001";
    let made = cloud().deploy(account, &solution());
    cloud().deploy_as(account, REGION, "orders", &orders::solution());
    let role = format!("arn:aws:iam::{account}:role/{}", made["RoleName"]);
    cloud().deploy_as(account, REGION, "stranger", &stranger(&role));
    let root = cloud().root(account);
    let table = format!("arn:aws:dynamodb:{REGION}:{account}:table/{}", made["TableName"]);
    wait(async {
        let keep = json!({"ResourceARNList": [table], "Tags": {"edemlab:keep": "until June"}});
        root.call(&TAGGING, "TagResources", keep).await.unwrap();
        let put = root
            .s3(REGION)
            .put_object()
            .bucket(&made["BucketName"])
            .key("thesis/draft.docx");
        put.body(aws_sdk_s3::primitives::ByteStream::from_static(b"mine"))
            .send()
            .await
            .unwrap();
    });
    let cleaner = Cleaner::new("datastream", account);
    let plan = cleaner.plan(&[]);
    let why = |name: &str| -> String {
        let staying = plan["staying"].as_array().unwrap().iter();
        let found: Vec<&str> = staying
            .filter(|one| one["name"] == name)
            .filter_map(|one| one["why"].as_str())
            .collect();
        assert_eq!(found.len(), 1, "{name}: {plan:#}");
        found[0].to_owned()
    };
    assert!(why(&made["RoleName"]).contains("function payments uses it"), "{plan:#}");
    assert!(why(&made["TableName"]).contains("edemlab:keep"), "{plan:#}");
    assert!(why(&made["BucketName"]).contains("thesis/draft.docx"), "{plan:#}");
    assert!(!names(&plan, "deletions").contains("payments"), "{plan:#}");

    let before = cleaner.standing();
    let printed = cleaner.apply(&[]);
    assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
    let after = cleaner.standing();
    let gone: BTreeSet<String> = before
        .keys()
        .filter(|what| !after.contains_key(*what))
        .cloned()
        .collect();
    assert_eq!(gone, ids(&plan), "exactly the plan");
    for (what, was) in before.iter().filter(|(what, _)| after.contains_key(*what)) {
        assert_eq!(*was, after[what], "{what} is as it was");
    }
    let object = wait(
        root.s3(REGION)
            .get_object()
            .bucket(&made["BucketName"])
            .key("thesis/draft.docx")
            .send(),
    );
    assert!(object.is_ok(), "what the bucket holds");

    // Who says so has the bucket go too; the tag is stronger than that.
    let table = &made["TableName"];
    let plan = cleaner.plan(&["--also", &made["BucketName"], "--also", table]);
    assert!(
        names(&plan, "deletions").contains(made["BucketName"].as_str()),
        "{plan:#}"
    );
    assert!(names(&plan, "staying").contains(table.as_str()), "{plan:#}");

    // What shows no sign goes only where it is named, and what is not there is no name.
    let plan = cleaner.plan(&["--also", "invoices"]);
    assert!(names(&plan, "deletions").contains("invoices"), "{plan:#}");
    let printed = run(cleaner.command(&["--here", "--also", "invoice"]));
    assert_eq!(printed.code, 2, "{}{}", printed.stdout, printed.stderr);
    assert!(
        printed.stderr.contains("nothing in this account is called `invoice`"),
        "{}",
        printed.stderr
    );
}

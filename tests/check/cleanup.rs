//! What a lab has made is deleted: by a plan, exactly that, and seen to be gone. Everything else stays as it was.

use crate::common;

use std::collections::{BTreeMap, BTreeSet};

use common::cleaner::{Cleaner, cloud, gone, ids, make_beside, own_policy, stranger};
use common::cloud::{REGION, alone, run, wait};
use common::course::{STACK, course, fault_of, solution, solution_of};
use common::orders;
use edemlab::account::services::{CLOUDFORMATION, TAGGING};
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

/// The ids of a list of a plan.
fn ids_in<'p>(plan: &'p Value, list: &str) -> Vec<&'p str> {
    let all = plan[list].as_array().expect("a list").iter();
    all.filter_map(|one| one["id"].as_str()).collect()
}

/// The functions by which the solution makes what CloudFormation cannot make, and their roles.
const OF_THE_STACK: &[&str] = &["FilesFunction", "FilesRole", "MissingFunction", "MissingRole"];

/// What of an account was there before the lab, or is CloudFormation's own: by the names that the last of these templates adds
/// to the solution's.
fn strangers(account: &str, lab: &str, templates: &[Value]) -> Vec<String> {
    let solution = solution_of(lab);
    let is_own = |resource: &&Value| {
        let id = resource["LogicalResourceId"].as_str().unwrap_or_default();
        !OF_THE_STACK.contains(&id)
            && (solution["Resources"].get(id).is_some() || templates.iter().all(|t| t["Resources"].get(id).is_none()))
    };
    let of_stack = wait(cloud().root(account).call(
        &CLOUDFORMATION,
        "DescribeStackResources",
        json!({"StackName": STACK}),
    ));
    let of_stack = of_stack.unwrap();
    let resources = of_stack["StackResources"].as_array().unwrap().iter();
    let names = resources
        .filter(|resource| !is_own(resource))
        .filter_map(|resource| resource["PhysicalResourceId"].as_str());
    names.map(str::to_owned).collect()
}

/// What of these belongs to none of the strangers.
fn without(standing: BTreeMap<String, String>, strangers: &[String]) -> Vec<String> {
    let is_strangers = |what: &str| strangers.iter().any(|name| what.contains(name.as_str()));
    standing.into_keys().filter(|what| !is_strangers(what)).collect()
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

/// What shows no sign of the lab is named in the plan, and goes once the user says that it is the lab's too.
#[test]
fn solutions_and_faults_are_planned_applied_and_seen_to_be_gone() {
    let mut left = Vec::new();
    for (number, (lab, id)) in accounts().into_iter().enumerate() {
        let account = format!("6200000{number:05}");
        let templates = id
            .as_ref()
            .map_or_else(|| vec![solution_of(lab)], |id| fault_of(lab, id));
        let cleaner = Cleaner::with(lab, &account, &templates);
        let strangers = strangers(&account, lab, &templates);
        let plan = cleaner.clean(&[]);
        assert!(plan["unknown"].as_array().is_some_and(Vec::is_empty), "{plan:#}");
        let of_lab = without(cleaner.standing(), &strangers);
        assert!(id.is_some() || of_lab.is_empty(), "{lab}: {of_lab:?}; {plan:#}");
        if !of_lab.is_empty() {
            let known: BTreeSet<&str> = ["staying", "others"]
                .iter()
                .flat_map(|list| ids_in(&plan, list))
                .collect();
            let ids = of_lab.iter().map(|what| what.split_once(' ').unwrap().1);
            let args: Vec<&str> = ids
                .inspect(|id| assert!(known.contains(id), "{lab} {id}: {plan:#}"))
                .flat_map(|id| ["--also", id])
                .collect();
            let plan = cleaner.clean(&args);
            // What a stranger's thing needs stays.
            let staying = plan["staying"].as_array().unwrap().iter();
            let needed = staying.filter(|one| one["why"].as_str().is_some_and(|why| why.ends_with(" stays")));
            let needed: BTreeSet<&str> = needed.filter_map(|one| one["id"].as_str()).collect();
            let mut of_lab = without(cleaner.standing(), &strangers);
            of_lab.retain(|what| !needed.contains(what.split_once(' ').unwrap().1));
            if !of_lab.is_empty() {
                left.push(format!("{lab} {id:?}: {of_lab:?}; {args:?} {:#}", plan["staying"]));
            }
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
    let gone = gone(&before, &after);
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

    let others = names(&plan, "others");
    assert!(others.contains("invoices") && others.contains("payments"), "{plan:#}");

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

/// Lambda's console makes a policy of the account's own for each role that it makes: with the role, it goes.
#[test]
fn policies_of_the_account_go_with_the_role_that_alone_has_them() {
    let account = "622000000018";
    let made = cloud().deploy(account, &solution());
    make_beside(cloud(), account, &made["RoleName"]);
    let own = own_policy(account);
    let shared = own.replace("AWSLambdaBasicExecutionRole-1f0c", "for-everybody");
    let cleaner = Cleaner::new("datastream", account);
    let plan = cleaner.plan(&[]);
    assert!(ids_in(&plan, "deletions").contains(&own.as_str()), "{plan:#}");
    let staying = plan["staying"].as_array().unwrap();
    let shared = staying
        .iter()
        .find(|one| one["id"] == shared.as_str())
        .expect("it is named");
    assert_eq!(shared["why"], "the user colleague has it");
    // What an HTTP API leads to is needed by it, also where somebody takes it for the lab's.
    let plan = cleaner.plan(&["--also", "counter"]);
    let staying = plan["staying"].as_array().unwrap();
    let counter = staying
        .iter()
        .find(|one| one["name"] == "counter")
        .expect("it is named");
    assert_eq!(counter["why"], "HTTP API front door uses it, and stays");
    assert!(names(&plan, "staying").contains("front door"), "{plan:#}");
    // Whether SageMaker takes the role on cannot be seen: the user decides.
    let plan = cleaner.plan(&["--also", "counter", "--also", "front door"]);
    let staying = plan["staying"].as_array().unwrap();
    let door = staying.iter().find(|one| one["name"] == "door").expect("it is named");
    assert!(
        door["why"].as_str().unwrap().contains("sagemaker.amazonaws.com"),
        "{door}"
    );

    let plan = cleaner.clean(&["--also", "counter", "--also", "front door", "--also", "door"]);
    assert!(names(&plan, "deletions").contains("front door"), "{plan:#}");
    let standing = cleaner.standing();
    assert!(
        !standing
            .keys()
            .any(|what| what.ends_with(&own) || what.contains("door")),
        "{standing:#?}"
    );
    assert!(
        standing.keys().any(|what| what.ends_with("/for-everybody")),
        "{standing:#?}"
    );
}

/// The policy is enough, and what may not be listed is not called gone.
#[test]
fn whoever_has_only_the_policy_for_it_can_clean_up() {
    let account = "622000000016";
    let cleaner = Cleaner::with("eventdriven", account, &[solution_of("eventdriven")]);
    let plan = cleaner.plan(&[]);
    let mut policy: Value =
        serde_json::from_str(&run(alone(&["policy", "eventdriven", "--for", "cleanup"])).stdout).expect("a policy");
    let apply = |name: &str, policy: &Value| {
        let keys = cloud().user(account, name, policy);
        let mut command = cleaner.command(&["--yes"]);
        command
            .env("AWS_ACCESS_KEY_ID", &keys.access_key_id)
            .env("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
        run(command)
    };
    let deny = json!({"Effect": "Deny", "Action": "dynamodb:ListTables", "Resource": "*"});
    let enough = policy.clone();
    policy["Statement"].as_array_mut().unwrap().push(deny);
    let printed = apply("less", &policy);
    assert_eq!(printed.code, 3, "{}{}", printed.stdout, printed.stderr);
    assert!(
        printed.stdout.contains("whether it is there is not known"),
        "{}",
        printed.stdout
    );
    assert!(!printed.stdout.contains("had gone before"), "{}", printed.stdout);
    let printed = apply("enough", &enough);
    assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
    let standing = cleaner.standing();
    assert!(
        ids(&plan).iter().all(|what| !standing.contains_key(what)),
        "{standing:#?}"
    );
}

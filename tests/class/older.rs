//! Evidence that an earlier version saved is judged as it was then, or unknown where today's checks ask for more.

use crate::common;

use std::path::{Path, PathBuf};

use common::class::hand_in;
use common::cloud::{alone, run, shared};
use common::course::{fault_of, solution_of};
use common::taught::verdicts;
use edemlab::report::{Report, Status};
use serde_json::{Value, json};

/// A class of one in a folder of its own, graded in one lab.
struct Graded {
    _scratch: tempfile::TempDir,
    out: PathBuf,
    lab: &'static str,
}

impl Graded {
    fn new(account: &str, lab: &'static str, templates: &[Value], args: &[&str]) -> Self {
        let cloud = shared("class");
        for template in templates {
            cloud.deploy_as(account, common::cloud::REGION, &format!("edemlab-{lab}"), template);
        }
        if lab == "eventdriven" {
            cloud.confirm(account, common::cloud::REGION);
        }
        let scratch = tempfile::tempdir().unwrap();
        hand_in(&scratch.path().join("s001.txt"), &cloud.student(account));
        let (roster, out) = (scratch.path().join("roster.csv"), scratch.path().join("class"));
        std::fs::write(&roster, "student,credentials,region\ns001,s001.txt,eu-central-1\n").unwrap();
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        let (roster, folder) = (text(&roster), text(&out));
        let all = [&["grade", &roster, "--lab", lab, "--out", &folder], args].concat();
        let graded = run(cloud.professor(&all));
        assert_eq!(graded.code, 0, "{}{}", graded.stdout, graded.stderr);
        Self {
            _scratch: scratch,
            out,
            lab,
        }
    }

    fn folder(&self) -> PathBuf {
        self.out.join("reports").join("s001")
    }

    fn report(&self) -> Report {
        let file = self.folder().join(format!("{}.json", self.lab));
        serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
    }

    /// The status of a check, and what was found.
    fn found(&self, check: &str) -> (Status, String) {
        let report = self.report();
        let (_, check) = report.checks().find(|(_, c)| c.id == check).expect("a check");
        (check.status, check.found.clone().unwrap_or_default())
    }

    /// Changes the saved evidence, and judges it again.
    fn judged_again(&self, change: impl Fn(&mut Value)) {
        let entries = std::fs::read_dir(self.folder().join(self.lab)).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        for path in paths.filter(|path| path.to_string_lossy().ends_with(".evidence.json")) {
            let mut evidence = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            change(&mut evidence);
            std::fs::write(&path, evidence.to_string()).unwrap();
        }
        let again = run(alone(&["regrade", self.out.to_str().unwrap()]));
        assert_eq!(again.code, 0, "{}{}", again.stdout, again.stderr);
    }
}

/// Nobody of a class that was graded before is missing, in a group or adjusted.
#[test]
fn a_class_of_before_is_read_as_it_was() {
    let class = common::graded::ClassFolder::of_points(&[64, 100]);
    let file = class.path().join("class.json");
    let text = std::fs::read_to_string(&file).unwrap();
    for new in ["not_handed_in", "group", "adjust"] {
        assert!(!text.contains(new), "an earlier version reads it too: {text}");
    }
    let read = edemlab::class::folder::ClassFolder::open(class.path()).unwrap();
    assert!(
        read.class()
            .students
            .iter()
            .all(|s| !s.not_handed_in && s.group.is_none())
    );
    let table = run(alone(&[
        "gradebook",
        class.path().to_str().unwrap(),
        "--for",
        "csv",
        "--out",
        "-",
    ]));
    assert!(
        table.code == 0 && table.stdout.starts_with("student,name,email,datastream grade,"),
        "{}",
        table.stdout
    );
}

/// Every object below a value.
fn objects(value: &mut Value, see: &mut impl FnMut(&mut serde_json::Map<String, Value>)) {
    match value {
        Value::Object(fields) => {
            see(fields);
            fields.values_mut().for_each(|inner| objects(inner, see));
        }
        Value::Array(items) => items.iter_mut().for_each(|inner| objects(inner, see)),
        _ => {}
    }
}

/// The hops of every probe.
fn hops(evidence: &mut Value) -> impl Iterator<Item = &mut Value> {
    let probes = evidence["probes"].as_object_mut().expect("probes").values_mut();
    probes.flat_map(|probe| probe["hops"].as_object_mut().expect("hops").values_mut())
}

/// The evidence as it was written before a log's settings, a notifier, a group's own policy and derived fields were in it;
/// gives how many places that changed.
fn as_before(evidence: &mut Value) -> usize {
    let mut changed = 0;
    for hop in hops(evidence) {
        let Some(with) = hop.pointer_mut("/looked/with").and_then(Value::as_object_mut) else {
            continue;
        };
        if let Some(logging) = with.remove("logging") {
            with.insert("log_group".to_owned(), logging["LogGroup"].clone());
            changed += 1;
        }
        if with.contains_key("execution") && with.remove("function").is_some() {
            changed += 1;
        }
        if let Some(ended) = hop.pointer_mut("/sight/arrived").and_then(Value::as_object_mut) {
            ended.remove("answer");
        }
    }
    let lists = evidence["lists"].as_object_mut().expect("lists");
    let policies = lists
        .keys()
        .find(|key| key.starts_with("logs.resource_policy "))
        .cloned();
    if let Some(mut list) = policies.and_then(|key| lists.remove(&key)) {
        let answer = list["answer"].as_array_mut().expect("a list");
        answer.retain(|policy| policy["document"]["policyScope"] != "RESOURCE");
        lists.insert("logs.resource_policy {}".to_owned(), list);
        changed += 1;
    }
    objects(evidence, &mut |fields| {
        for derived in ["StreamArn", "FunctionRegion", "FunctionAccount", "ageInSeconds"] {
            changed += usize::from(fields.remove(derived).is_some());
        }
    });
    changed
}

#[test]
fn what_an_earlier_version_saved_is_judged_alike() {
    for (account, lab) in [("860000000001", "datastream"), ("860000000002", "eventdriven")] {
        let graded = Graded::new(account, lab, &[solution_of(lab)], &[]);
        let before = graded.report();
        assert!(
            before.checks().all(|(_, c)| c.status == Status::Pass),
            "{}",
            before.json()
        );
        graded.judged_again(|evidence| assert!(as_before(evidence) >= 3));
        assert_eq!(verdicts(&graded.report()), verdicts(&before), "{lab}");
    }
}

#[test]
fn what_an_earlier_version_did_not_ask_for_is_unknown() {
    // The group has a policy of its own, which was not asked for; and no event has proved it.
    let lab = "eventdriven";
    let templates = fault_of(lab, "log-group-with-its-own-policy");
    let graded = Graded::new("860000000003", lab, &templates, &["--no-probe"]);
    assert_eq!(graded.found("eventbridge.log-policy").0, Status::Pass);
    graded.judged_again(|evidence| assert!(as_before(evidence) >= 2));
    let (status, found) = graded.found("eventbridge.log-policy");
    assert_eq!(status, Status::Unknown, "{found}");
    assert!(
        found.contains("does not include the log group's own policy: grade this account again"),
        "{found}"
    );

    // No run was seen: that says something of a log as text, and nothing of one as JSON, which was not read then.
    let lab = "datastream";
    let graded = Graded::new("860000000004", lab, &[solution_of(lab)], &[]);
    let unseen = |evidence: &mut Value, format: &str| {
        as_before(evidence);
        objects(evidence, &mut |fields| {
            if let Some(logging) = fields.get_mut("LoggingConfig") {
                logging["LogFormat"] = format.into();
            }
        });
        hops(evidence).for_each(|hop| hop["sight"] = json!("not-yet"));
    };
    for (format, expected) in [("Text", Status::Fail), ("JSON", Status::Unknown)] {
        graded.judged_again(|evidence| unseen(evidence, format));
        let (status, found) = graded.found("final.invoked");
        assert_eq!(status, expected, "{format}: {found}");
        assert!(format == "Text" || found.contains("does not include"), "{found}");
    }
}

#[test]
fn an_answer_in_a_wrapper_that_an_earlier_version_saved_is_unwrapped() {
    let lab = "eventdriven";
    let graded = Graded::new("860000000005", lab, &[solution_of(lab)], &[]);
    graded.judged_again(|evidence| {
        as_before(evidence);
        let ended = hops(evidence).filter(|hop| hop["looked"]["verb"] == "states.ended");
        let notified = ended.map(|hop| &mut hop["sight"]["arrived"]);
        let output = json!({"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": "{\"statusCode\": 500}"});
        for ended in notified.filter(|ended| ended["status"] == "SUCCEEDED") {
            ended["output"] = output.clone();
            ended["text"] = output.to_string().into();
        }
    });
    let (status, found) = graded.found("final.notified");
    assert_eq!(status, Status::Fail, "{found}");
}

#[test]
fn a_file_whose_encoding_an_earlier_version_did_not_ask_for_is_judged_by_its_columns() {
    let lab = "datastream";
    let graded = Graded::new("860000000006", lab, &fault_of(lab, "header-deleted"), &["--no-probe"]);
    let ids = ["s3.csv-interactions", "s3.csv-items", "s3.csv-users"];
    let before = ids.map(|id| graded.found(id));
    let forgotten = std::cell::Cell::new(0);
    graded.judged_again(|evidence| {
        objects(evidence, &mut |fields| {
            forgotten.set(forgotten.get() + usize::from(fields.remove("Encoding").is_some()));
        });
    });
    assert!(forgotten.get() >= 3, "{}", forgotten.get());
    for (id, before) in ids.into_iter().zip(before) {
        let (status, found) = graded.found(id);
        assert_eq!((status, &found), (Status::Fail, &before.1), "{id}");
        assert!(
            found.contains("the names of the columns are not in its first line"),
            "{found}"
        );
    }
}

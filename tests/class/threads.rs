//! A class on several threads: an account stays on the one that has begun it, and what happens to one account happens to no other.

use crate::common;
use crate::grade::class;

use aws_smithy_runtime_api::client::http::{HttpClient, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use common::classroom::student;
use common::course::course;
use common::taught::{reports, verdicts};
use edemlab::account::Account;
use edemlab::class::Student;
use edemlab::class::grade::{
    Closed, GradeEvent, GradeOutcome, Limit, Opened, Plan, RunStore, StoreError, Task, Work, grade_on_threads,
};
use edemlab::class::premises::Premises;
use edemlab::class::underway::PendingCleanup;
use edemlab::course::Lab;
use edemlab::judge::Judged;
use edemlab::report::Report;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::future::pending;
use std::rc::Rc;
use std::sync::Mutex;
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

const LAB: &str = "datastream";

/// Keeps runs in memory, with the thread that has stored each.
#[derive(Default)]
struct Kept(Mutex<BTreeMap<String, (ThreadId, Report)>>);

impl RunStore for Kept {
    type Note = ();

    async fn store(&self, student: &Student, judged: &Judged, _: &Premises) -> Result<(), StoreError> {
        let stored = (thread::current().id(), judged.report.clone());
        let before = self.0.lock().unwrap().insert(student.id.clone(), stored);
        assert!(before.is_none(), "{} is stored twice", student.id);
        Ok(())
    }

    async fn loose(&self, _: &Student, _: &str) -> Result<Vec<((), PendingCleanup)>, StoreError> {
        Ok(Vec::new())
    }

    async fn note_loose(&self, _: &Student, _: &str, _: &PendingCleanup) -> Result<(), StoreError> {
        unreachable!("nothing is sent")
    }

    async fn forget_loose(&self, (): ()) -> Result<(), StoreError> {
        unreachable!("nothing was noted")
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// Students `s000` to the one before `s{count}`.
fn students(count: usize) -> Vec<Student> {
    (0..count).map(student).collect()
}

fn plan<'a>(keep: &'a Kept, lab: &'a Lab, students: &'a [Student], at_once: usize) -> Plan<'a, Kept> {
    let task = || Task {
        lab,
        premises: Premises::default(),
    };
    Plan {
        keep,
        at_once,
        limit: Limit::Account(Duration::from_secs(60)),
        asks_trail: false,
        work: students
            .iter()
            .map(|student| Work {
                student,
                tasks: vec![task()],
            })
            .collect(),
    }
}

/// Where each was opened, by a class that waits until `threads` of them are at work.
fn graded(
    count: usize,
    at_once: usize,
    most: usize,
    threads: usize,
) -> (Kept, BTreeMap<String, ThreadId>, GradeOutcome) {
    let (keep, course, students) = (Kept::default(), course(), students(count));
    let opened: Mutex<BTreeMap<String, ThreadId>> = Mutex::default();
    let at_work = || opened.lock().unwrap().values().collect::<HashSet<_>>().len();
    let open = async |student: &Student, _: &[&Lab]| -> Result<Opened, Closed> {
        let before = opened
            .lock()
            .unwrap()
            .insert(student.id.clone(), thread::current().id());
        assert!(before.is_none(), "{} is opened twice", student.id);
        let patience = Instant::now() + Duration::from_secs(10);
        while at_work() < threads && Instant::now() < patience {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Err(Closed("nobody is in".to_owned()))
    };
    let plan = plan(&keep, course.lab(LAB).unwrap(), &students, at_once);
    let (_keep, stop) = watch::channel(0u8);
    let outcome = grade_on_threads(&plan, most, &runtime(), open, &|_| (), &stop, pending());
    drop(plan);
    (keep, opened.into_inner().unwrap(), outcome)
}

#[test]
fn each_thread_does_its_part_and_an_account_stays_on_one() {
    let (keep, opened, outcome) = graded(40, 12, 3, 3);
    let stored = keep.0.into_inner().unwrap();
    let expected = GradeOutcome {
        stored: 40,
        unknown: 40,
        lost: 0,
    };
    assert_eq!((opened.len(), stored.len(), outcome), (40, 40, expected));
    for (student, (thread, report)) in &stored {
        assert_eq!(opened[student], *thread, "{student}");
        let mut found = report.checks().map(|(_, check)| check.found.as_deref());
        assert!(found.all(|found| found == Some("nobody is in")), "{student}");
    }
    let used: HashSet<&ThreadId> = opened.values().collect();
    assert_eq!(used.len(), 3);
    assert!(used.contains(&thread::current().id()), "this thread does nothing");
}

#[test]
fn a_few_accounts_at_once_are_one_threads_work() {
    // Students, accounts at once, and for how many threads that is work.
    for (count, at_once, threads) in [(40, 1, 1), (40, 7, 1), (40, 8, 2), (7, 64, 1), (9, 64, 2), (0, 64, 0)] {
        let (_, opened, _) = graded(count, at_once, 16, threads);
        let used: HashSet<&ThreadId> = opened.values().collect();
        assert_eq!(used.len(), threads, "{count} students, {at_once} at once");
    }
}

/// A connection that brings a mistake of ours to light.
#[derive(Debug)]
struct Panics;

impl HttpClient for Panics {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        panic!("a password, hunter2")
    }
}

#[test]
fn a_mistake_of_ours_costs_the_account_that_has_shown_it_and_no_other() {
    let (keep, course, students) = (Kept::default(), course(), students(40));
    let open = async |student: &Student, _: &[&Lab]| -> Result<Opened, Closed> {
        match student.id.as_str() {
            "s003" => panic!("a password, hunter2"),
            "s005" => {
                let account = Account::offline(SharedHttpClient::new(Panics), None, "eu-west-1");
                Ok([(LAB.to_owned(), Ok(Rc::new(account)))].into())
            }
            _ => Err(Closed("nobody is in".to_owned())),
        }
    };
    let plan = plan(&keep, course.lab(LAB).unwrap(), &students, 8);
    let (_keep, stop) = watch::channel(0u8);
    let outcome = grade_on_threads(&plan, 2, &runtime(), open, &|_| (), &stop, pending());
    assert_eq!((outcome.stored, outcome.lost), (40, 0));
    let stored = keep.0.lock().unwrap();
    for (student, (_, report)) in stored.iter() {
        let expected = match student.as_str() {
            "s003" | "s005" => "edemlab failed while it looked at this account: this is a bug in edemlab",
            _ => "nobody is in",
        };
        for (_, check) in report.checks() {
            let found = check.found.as_deref().unwrap_or_default();
            assert!(
                found.starts_with(expected) && !found.contains("hunter2"),
                "{student}: {found}"
            );
        }
    }
}

#[test]
fn a_class_that_is_stopped_ends_on_every_thread() {
    let (keep, course, students) = (Kept::default(), course(), students(40));
    let (sender, stop) = watch::channel(0u8);
    let begun = Mutex::new(BTreeSet::new());
    let open = async |student: &Student, _: &[&Lab]| -> Result<Opened, Closed> {
        begun.lock().unwrap().insert(student.id.clone());
        if begun.lock().unwrap().len() == 8 {
            sender.send_replace(1);
        }
        pending().await
    };
    let plan = plan(&keep, course.lab(LAB).unwrap(), &students, 8);
    let outcome = grade_on_threads(&plan, 2, &runtime(), open, &|_| (), &stop, pending());
    // Those who were begun were cut off, and no other was begun.
    assert_eq!((outcome.stored, outcome.lost), (0, 8));
    assert_eq!(begun.lock().unwrap().len(), 8);
}

#[test]
fn a_run_that_cannot_be_told_costs_no_other() {
    let (keep, course, students) = (Kept::default(), course(), students(40));
    let plan = plan(&keep, course.lab(LAB).unwrap(), &students, 12);
    let (_keep, stop) = watch::channel(0u8);
    let open = async |_: &Student, _: &[&Lab]| -> Result<Opened, Closed> { Err(Closed("nobody is in".to_owned())) };
    let on = |event: GradeEvent<'_>| {
        if let GradeEvent::Stored(student, _) = event {
            assert!(student.id != "s003" && student.id != "s030", "it is not told");
        }
    };
    let outcome = grade_on_threads(&plan, 3, &runtime(), open, &on, &stop, pending());
    let expected = GradeOutcome {
        stored: 38,
        unknown: 38,
        lost: 2,
    };
    assert_eq!(outcome, expected);
    assert_eq!(keep.0.lock().unwrap().len(), 40);
}

#[test]
fn a_class_on_several_threads_is_graded_as_on_one() {
    let class = class();
    let scratch = tempfile::tempdir().unwrap();
    let table_of = |name: &str, args: &[&str]| {
        let out = scratch.path().join(name);
        let printed = class.graded(&out, &[&["--no-probe"], args].concat());
        assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
        // Each student once, in whatever order; the count goes up by one.
        let lines = printed.stderr.lines();
        let counts: Vec<&str> = lines.filter_map(|line| Some(line.trim().split_once('/')?.0)).collect();
        let expected: Vec<String> = (1..=class.accounts.len()).map(|n| n.to_string()).collect();
        assert_eq!(counts, expected, "{}", printed.stderr);
        let graded = reports(&out, class.accounts.len());
        let judged = graded
            .iter()
            .map(|(key, report)| (key.clone(), verdicts(report), report.points));
        let judged: Vec<_> = judged.collect();
        let table = common::cloud::run(common::cloud::alone(&[
            "gradebook",
            out.to_str().unwrap(),
            "--for",
            "csv",
        ]));
        assert_eq!(table.code, 0, "{}", table.stderr);
        (judged, std::fs::read_to_string(out.join("grades.csv")).unwrap())
    };
    let one = table_of("one", &["--at-once", "1"]);
    assert_eq!(one.0.len(), 2 * class.accounts.len());
    assert_eq!(table_of("several", &[]), one);
}

//! A class graded by the function of a stack, in the sandbox: the same reports as from this computer, whatever happens.

#![cfg(unix)]

mod common;

use std::path::Path;

use common::cloud::{Cloud, shared};
use common::fleet::Fleet;
use common::taught::{Class, Reports, reports};
use edemlab::report::Report;
use regex::Regex;

fn cloud() -> &'static Cloud {
    shared("fleet")
}

/// Students of the class; `EDEMLAB_CLASS_SIZE=40` for a whole one.
fn size() -> usize {
    std::env::var("EDEMLAB_CLASS_SIZE").map_or(5, |n| n.parse().expect("a number"))
}

fn class() -> &'static Class {
    static CLASS: std::sync::OnceLock<Class> = std::sync::OnceLock::new();
    CLASS.get_or_init(|| Class::new(cloud(), "86000", size()))
}

fn fleet() -> &'static Fleet {
    static FLEET: std::sync::OnceLock<Fleet> = std::sync::OnceLock::new();
    FLEET.get_or_init(|| Fleet::new(cloud(), "edemlab-fleet"))
}

/// A report without what differs from run to run: times, and ids that are made up for each.
fn bare(report: &Report) -> String {
    let mut report = serde_json::to_value(report).unwrap();
    report["seconds"] = 0.into();
    report["started"] = "".into();
    let changing = Regex::new(r"[0-9a-f-]{8,}|\d+").unwrap();
    strip(&mut report, &changing);
    serde_json::to_string_pretty(&report).unwrap()
}

fn strip(value: &mut serde_json::Value, changing: &Regex) {
    match value {
        serde_json::Value::Array(all) => all.iter_mut().for_each(|v| strip(v, changing)),
        serde_json::Value::Object(fields) => {
            for (name, value) in fields {
                match name.as_str() {
                    "seconds" => *value = 0.into(),
                    "evidence" => *value = serde_json::Value::from(value.as_array().map(Vec::len)),
                    // Points and resources are compared as they are.
                    "points" | "possible" | "resources" | "account" => {}
                    _ => strip(value, changing),
                }
            }
        }
        serde_json::Value::String(text) => *text = changing.replace_all(text, "#").into_owned(),
        _ => {}
    }
}

fn same(left: &Reports, right: &Reports) {
    assert_eq!(left.keys().collect::<Vec<_>>(), right.keys().collect::<Vec<_>>());
    for (key, report) in left {
        let (left, right) = (bare(report), bare(&right[key]));
        let differs = left.lines().zip(right.lines()).find(|(l, r)| l != r);
        assert_eq!(differs, None, "{key:?}");
        assert_eq!(left, right, "{key:?}");
    }
}

fn out(scratch: &tempfile::TempDir, name: &str) -> std::path::PathBuf {
    scratch.path().join(name)
}

fn all(class: &Class, out: &Path) -> Reports {
    reports(out, class.accounts.len())
}

#[test]
fn a_class_is_graded_as_from_this_computer() {
    let (class, fleet) = (class(), fleet());
    let scratch = tempfile::tempdir().unwrap();
    let (there, here) = (out(&scratch, "there"), out(&scratch, "here"));
    let clock = std::time::Instant::now();
    let printed = class.graded(&there, &["--fleet", &fleet.stack.name]);
    eprintln!(
        "{} accounts in {:.1} s",
        class.accounts.len(),
        clock.elapsed().as_secs_f64()
    );
    eprintln!("{}{}", printed.stdout, printed.stderr);
    assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
    assert_eq!(class.graded(&here, &[]).code, 0);
    same(&all(class, &there), &all(class, &here));
    assert_eq!(fleet.keys("loose/"), Vec::<String>::new());
}

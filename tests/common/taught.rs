//! A class in a sandbox: some accounts with full marks, the others with faults in one lab or both, all let in by role.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use edemlab::class::access::Secret;
use edemlab::report::Report;

use super::cloud::{Checked, Cloud, Printed, REGION, check_lab_at, checked, run};
use super::course::{fault_of, solution_of};

/// Faults that a class has, each with its lab.
const FAULTS: &[(&str, &str)] = &[
    ("datastream", "role-without-dynamodb"),
    ("eventdriven", "handler-does-not-approve"),
    ("datastream", "trigger-off"),
    ("eventdriven", "template-without-escape"),
    ("datastream", "no-tracker"),
    ("eventdriven", "order-rule-off"),
    ("datastream", "crash"),
    ("eventdriven", "no-subscription"),
    ("datastream", "partition-key-name"),
    ("eventdriven", "choice-reversed"),
];

pub const LABS: [&str; 2] = ["datastream", "eventdriven"];

/// A class whose accounts are deployed.
pub struct Class {
    pub cloud: &'static Cloud,
    folder: tempfile::TempDir,
    pub accounts: Vec<String>,
}

impl Class {
    /// `size` students, a third of them with full marks. Their accounts begin with `first`, five digits.
    pub fn new(cloud: &'static Cloud, first: &str, size: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let accounts: Vec<String> = (1..=size).map(|n| format!("{first}{n:07}")).collect();
        let class = Self {
            cloud,
            folder,
            accounts,
        };
        let (secret, _) = Secret::load_or_make(&class.secret()).expect("a secret");
        let template = cloud.access_template(&[]);
        for (n, account) in class.accounts.iter().enumerate() {
            cloud.make_role(account, &template, &secret.external_id(&id(n)));
            for lab in LABS {
                let fault = class.faults(n).into_iter().find(|(of, _)| *of == lab);
                let templates = fault.map_or_else(|| vec![solution_of(lab)], |(lab, id)| fault_of(lab, id));
                for template in &templates {
                    cloud.deploy_as(account, REGION, &format!("edemlab-{lab}"), template);
                }
                if templates
                    .last()
                    .is_some_and(|t| t["Metadata"]["edemlab"]["confirm"] == true)
                {
                    cloud.confirm(account, REGION);
                }
            }
        }
        let lines = class.accounts.iter().enumerate();
        let lines: String = lines
            .map(|(n, account)| format!("{};Student {n};{account}\r\n", id(n)))
            .collect();
        std::fs::write(class.roster(), format!("\u{feff}student;name;account\r\n{lines}")).unwrap();
        class
    }

    /// What is wrong with the account of the `n`th student.
    pub fn faults(&self, n: usize) -> Vec<(&'static str, &'static str)> {
        let full = self.accounts.len().div_ceil(3);
        match n.checked_sub(full) {
            None => Vec::new(),
            Some(m) => {
                let first = FAULTS[m % FAULTS.len()];
                // Every third has one in the other lab as well.
                let second = FAULTS[(m + 1) % FAULTS.len()];
                if m % 3 == 2 { vec![first, second] } else { vec![first] }
            }
        }
    }

    pub fn roster(&self) -> PathBuf {
        self.folder.path().join("roster.csv")
    }

    pub fn secret(&self) -> PathBuf {
        self.folder.path().join("secret")
    }

    /// `edemlab grade` of both labs into `out`.
    pub fn grade(&self, out: &Path, args: &[&str]) -> Command {
        self.grade_of(&self.roster(), out, args)
    }

    /// The same with another roster.
    pub fn grade_of(&self, roster: &Path, out: &Path, args: &[&str]) -> Command {
        let secret = self.secret();
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        let all = ["grade", &text(roster), "--secret", &text(&secret), "--out", &text(out)];
        self.cloud.professor(&[&all, args].concat())
    }

    pub fn graded(&self, out: &Path, args: &[&str]) -> Printed {
        run(self.grade(out, args))
    }

    /// `edemlab check` of one account, by its student.
    pub fn check(&self, n: usize, lab: &str) -> Checked {
        let keys = self.cloud.student(&self.accounts[n]);
        checked(check_lab_at(self.cloud.endpoint(), lab, &keys, &["--format", "json"]))
    }
}

/// The `n`th student.
pub fn id(n: usize) -> String {
    format!("s{n:03}")
}

/// Reports by student and lab.
pub type Reports = BTreeMap<(String, String), Report>;

/// The reports in a class's folder.
pub fn reports(out: &Path, students: usize) -> Reports {
    let mut found = BTreeMap::new();
    for n in 0..students {
        for lab in LABS {
            let file = out.join("reports").join(id(n)).join(format!("{lab}.json"));
            if let Ok(text) = std::fs::read_to_string(&file) {
                let report = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
                found.insert((id(n), lab.to_owned()), report);
            }
        }
    }
    found
}

/// What was judged: each check with its status and points.
pub fn verdicts(report: &Report) -> Vec<(String, String, u32)> {
    let checks = report.checks();
    checks
        .map(|(_, c)| (c.id.clone(), format!("{:?}", c.status), c.points))
        .collect()
}

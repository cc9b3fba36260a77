//! Two rehearsals of the same lab, one on AWS and one in the sandbox: what AWS said and answered otherwise.

use super::comparison::{Comparison, Differs};
use super::outcome::{Look, Trial};
use super::record::Record;
use crate::recording::diff::Difference;
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

impl Comparison {
    /// Compares verdicts and texts. Names and times are those of each run, and are left out.
    pub fn of(here: &Record, sandbox: &Record) -> Self {
        let mut comparison = Self::default();
        for trial in &here.trials {
            match sandbox.trial(&trial.subject) {
                Some(other) => comparison.add(here, trial, sandbox, other),
                None => comparison
                    .not_compared
                    .push(format!("{} was not tried in the sandbox", trial.subject)),
            }
        }
        comparison
    }

    fn add(&mut self, here: &Record, trial: &Trial, sandbox: &Record, other: &Trial) {
        for look in &trial.checks {
            let Some(there) = other.checks.iter().find(|one| one.check == look.check) else {
                continue;
            };
            let at = format!("{} {}", trial.subject, look.check);
            if look.status != there.status {
                let said = |look: &Look| match &look.found {
                    Some(found) => format!("{}: {found}", look.status.word()),
                    None => look.status.word().to_owned(),
                };
                self.verdicts.push(Differs {
                    at,
                    here: said(look),
                    sandbox: said(there),
                });
                continue;
            }
            let (Some(found), Some(other)) = (&look.found, &there.found) else {
                continue;
            };
            if plain(here, found) != plain(sandbox, other) {
                self.texts.push(Differs {
                    at,
                    here: found.clone(),
                    sandbox: other.clone(),
                });
            }
        }
    }

    /// Adds the differences of the answers, each of them once.
    pub fn add_shapes(&mut self, differences: Vec<Difference>) {
        let differs = differences.into_iter().map(|one| Differs {
            at: format!("{} {}", one.operation, one.what),
            here: one.recorded,
            sandbox: one.other,
        });
        let all: BTreeSet<Differs> = self.shapes.drain(..).chain(differs).collect();
        self.shapes = all.into_iter().collect();
    }

    /// How many differences there are.
    pub fn len(&self) -> usize {
        self.verdicts.len() + self.texts.len() + self.shapes.len()
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

static OF_A_RUN: LazyLock<Regex> = LazyLock::new(|| {
    let moment = r"\d{4}-\d\d-\d\dT[\d:.]+Z?|\d\d:\d\d(:\d\d)?";
    let duration = r"\d+(\.\d+)? (s|ms)\b";
    let id = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
    Regex::new(&format!("{moment}|{duration}|{id}")).expect("a fixed expression")
});

/// A text without what is different in every run: the names that CloudFormation has made, the account, times.
fn plain(record: &Record, text: &str) -> String {
    let mut text = text.replace(&record.account, "ACCOUNT");
    let mut made: Vec<&String> = record.made.iter().filter(|id| id.len() >= 8).collect();
    // Of two names the longer one first: one may begin like the other.
    made.sort_by_key(|id| std::cmp::Reverse(id.len()));
    for id in made {
        text = text.replace(id.as_str(), "NAME");
    }
    OF_A_RUN.replace_all(&text, "…").into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Status;

    #[test]
    fn names_and_times_of_a_run_are_no_difference() {
        let text = |suffix: &str, seconds: u32| {
            format!(
                "the function lab-F-{suffix} ran at 10:00:0{seconds} UTC as 4f6da200-b4c7-4c42-a109-eb7f94d0d42{seconds} in 330012345678 for {seconds}.5 s"
            )
        };
        let record = |suffix: &str| Record {
            account: "330012345678".to_owned(),
            made: BTreeSet::from([format!("lab-F-{suffix}")]),
            ..Record::default()
        };
        let (one, other) = (record("AAAA11"), record("BBBB22"));
        assert_eq!(plain(&one, &text("AAAA11", 1)), plain(&other, &text("BBBB22", 2)));
        assert_ne!(plain(&one, "denied"), plain(&other, "refused"));
    }

    #[test]
    fn other_verdicts_and_other_texts_are_told_apart() {
        let look = |check: &str, status, found: Option<&str>| Look {
            check: check.to_owned(),
            status,
            found: found.map(str::to_owned),
            seconds: 0.0,
        };
        let record = |subject: &str, checks| Record {
            trials: vec![Trial {
                subject: subject.to_owned(),
                checks,
                ..Trial::default()
            }],
            ..Record::default()
        };
        let here = record(
            "no-trigger",
            vec![
                look("a.same", Status::Fail, Some("it is off")),
                look("a.text", Status::Fail, Some("AccessDenied")),
                look("a.verdict", Status::Unknown, Some("denied")),
            ],
        );
        let there = record(
            "no-trigger",
            vec![
                look("a.same", Status::Fail, Some("it is off")),
                look("a.text", Status::Fail, Some("AccessDeniedException")),
                look("a.verdict", Status::Pass, None),
            ],
        );
        let compared = Comparison::of(&here, &there);
        let at = |list: &[Differs]| list.iter().map(|one| one.at.clone()).collect::<Vec<_>>();
        assert_eq!(at(&compared.texts), ["no-trigger a.text"]);
        assert_eq!(at(&compared.verdicts), ["no-trigger a.verdict"]);
        assert_eq!(compared.verdicts[0].here, "unknown: denied");
        let compared = Comparison::of(&here, &record("other", Vec::new()));
        assert_eq!(compared.not_compared.len(), 1);
        assert!(compared.is_empty());
    }
}

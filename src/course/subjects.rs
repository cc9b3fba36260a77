//! What a lab is proved by, held against the lab: its faults and its variants.

use super::deviation::Deviation;
use super::diagnostics::{Diagnostics, report};
use super::fault::{Fault, Variant, read_faults, read_variants};
use super::name::closest;
use super::node::{self, YamlKey};
use super::prediction;
use super::source::{CourseFiles, SourceFile};
use super::step::Lab;
use std::cell::RefCell;
use std::sync::Arc;

/// Reads the faults and variants of `lab` into it. `broken` are the checks that are there and could not be read.
pub(super) fn read(files: &CourseFiles, lab: &mut Lab, broken: &[String], diagnostics: &RefCell<Diagnostics>) {
    let faults = read_file(files, &format!("labs/{}/faults.yaml", lab.id), |file| {
        let root = node::parse(file, diagnostics)?;
        Some(read_faults(file, root, diagnostics))
    });
    let variants = read_file(files, &format!("labs/{}/variants.yaml", lab.id), |file| {
        let root = node::parse(file, diagnostics)?;
        Some(read_variants(file, root, diagnostics))
    });
    let mut held = Held {
        lab,
        broken,
        diagnostics,
        seen: Vec::new(),
    };
    let (faults, variants) = (
        faults.map(|all| held.faults(all)),
        variants.map(|all| held.variants(all)),
    );
    lab.variants = variants.unwrap_or_default();
    // Where the file could not be read, no check is said to lack a fault.
    if let Some(faults) = faults {
        lab.faults = faults;
        each_check_can_fail(lab, diagnostics);
        prediction::refuted(lab, diagnostics);
    }
}

/// What `read` makes of a file, and nothing where there is none; `None` where it could not be read.
fn read_file<T: Default>(
    files: &CourseFiles,
    path: &str,
    read: impl FnOnce(&Arc<SourceFile>) -> Option<T>,
) -> Option<T> {
    files.get(path).map_or_else(|| Some(T::default()), read)
}

/// The lab that faults and variants are held against.
struct Held<'a> {
    lab: &'a Lab,
    broken: &'a [String],
    diagnostics: &'a RefCell<Diagnostics>,
    seen: Vec<String>,
}

impl Held<'_> {
    fn faults(&mut self, all: Vec<(Fault, Vec<YamlKey>)>) -> Vec<Fault> {
        let held = all.into_iter().map(|(fault, named)| {
            self.deviation("fault", &fault.deviation, &named);
            if fault.is_rehearsed
                && let Some(reason) = self.lab.unrehearsed(&fault)
            {
                let message = format!("fault `{}` cannot be rehearsed", fault.deviation.id);
                let label = reason.to_string();
                report(
                    self.diagnostics,
                    fault.deviation.file(),
                    fault.deviation.at(),
                    message,
                    label,
                );
            }
            fault
        });
        held.collect()
    }

    fn variants(&mut self, all: Vec<(Variant, Vec<YamlKey>)>) -> Vec<Variant> {
        let held = all.into_iter().map(|(variant, named)| {
            self.deviation("variant", &variant.deviation, &named);
            for key in named.iter().filter(|key| variant.fails.contains(&key.name)) {
                let costs = self.lab.check(&key.name).is_some_and(|check| !check.optional);
                if costs {
                    let message = format!(
                        "variant `{}` is right, and `{}` is no extra credit",
                        variant.deviation.id, key.name
                    );
                    let label = "work that a check fails is a fault";
                    report(
                        self.diagnostics,
                        variant.deviation.file(),
                        key.at.clone(),
                        message,
                        label,
                    );
                }
            }
            variant
        });
        held.collect()
    }

    /// One of its kind, that fits the solution and names checks that there are.
    fn deviation(&mut self, what: &str, deviation: &Deviation, named: &[YamlKey]) {
        let (file, at) = (deviation.file(), deviation.at());
        let say = |at, message: String, label: String| report(self.diagnostics, file, at, message, label);
        if self.seen.contains(&deviation.id) {
            say(
                at.clone(),
                format!("{what} `{}` is defined twice", deviation.id),
                "the second time".to_owned(),
            );
        }
        let ids = self.lab.checks().map(|(_, c)| c.id.as_str());
        let ids: Vec<&str> = ids.chain(self.broken.iter().map(String::as_str)).collect();
        for key in named.iter().filter(|key| !ids.contains(&key.name.as_str())) {
            let near = closest(&key.name, ids.iter().copied());
            let label = near.map_or("no such check".to_owned(), |n| format!("did you mean `{n}`?"));
            say(
                key.at.clone(),
                format!("`{}` is not a check of this lab", key.name),
                label,
            );
        }
        match self.lab.solution.as_ref().map(|solution| deviation.templates(solution)) {
            Some(Ok(_)) => {}
            Some(Err(error)) => say(at, error.to_string(), format!("{what} `{}`", deviation.id)),
            None => say(
                at,
                format!("a {what} patches `solution.yaml`, which does not exist"),
                String::new(),
            ),
        }
        self.seen.push(deviation.id.clone());
    }
}

/// A check without a fault has never been seen to fail.
fn each_check_can_fail(lab: &Lab, diagnostics: &RefCell<Diagnostics>) {
    for (_, check) in lab.checks() {
        if !lab.faults.iter().any(|f| f.fails.contains(&check.id)) {
            let at = check.place.at;
            let line = check.place.file.text[at..].lines().next().unwrap_or_default().len();
            report(
                diagnostics,
                &check.place.file,
                at..at + line,
                format!("check `{}` has no fault that makes it fail", check.id),
                format!("add one to `labs/{}/faults.yaml`", lab.id),
            );
        }
    }
}

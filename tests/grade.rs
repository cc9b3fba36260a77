//! A class in the sandbox, graded by the binary: the grades are those of `check`, and nothing is lost or left.

mod common;

use std::path::Path;

use common::cloud::shared;
use common::orders::{Orders, Traces, nothing_stays};
use common::taught::{Class, LABS, Reports, id, reports, verdicts};

/// Students of the class; `EDEMLAB_CLASS_SIZE=60` for a whole one.
fn size() -> usize {
    std::env::var("EDEMLAB_CLASS_SIZE").map_or(9, |n| n.parse().expect("a number"))
}

fn class() -> &'static Class {
    static CLASS: std::sync::OnceLock<Class> = std::sync::OnceLock::new();
    CLASS.get_or_init(|| Class::new(shared("grade"), "83000", size()))
}

/// Every file of a folder is for its owner only.
#[cfg(unix)]
fn private(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mode = path.metadata().unwrap().permissions().mode() & 0o777;
        let expected = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode, expected, "{}", path.display());
        if path.is_dir() {
            private(&path);
        }
    }
}

/// The same reports; where one differs, the line of its JSON.
fn same(left: &Reports, right: &Reports) {
    assert_eq!(left.keys().collect::<Vec<_>>(), right.keys().collect::<Vec<_>>());
    for (key, report) in left {
        let (left, right) = (report.json(), right[key].json());
        let differs = left.lines().zip(right.lines()).find(|(l, r)| l != r);
        assert_eq!(differs, None, "{key:?}");
    }
}

#[test]
fn a_class_is_graded_as_each_account_is_checked() {
    let class = class();
    let scratch = tempfile::tempdir().unwrap();
    let out = scratch.path().join("class");
    let clock = std::time::Instant::now();
    let printed = class.graded(&out, &[]);
    eprintln!(
        "{} accounts in {:.1} s",
        class.accounts.len(),
        clock.elapsed().as_secs_f64()
    );
    assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
    let graded = reports(&out, class.accounts.len());
    assert_eq!(graded.len(), 2 * class.accounts.len());
    for n in 0..class.accounts.len() {
        for lab in LABS {
            let alone = class.check(n, lab).report;
            let in_class = &graded[&(id(n), lab.to_owned())];
            assert_eq!(verdicts(in_class), verdicts(&alone), "{} {lab}", id(n));
            assert_eq!((in_class.points, &in_class.account), (alone.points, &class.accounts[n]));
            assert!(in_class.leftovers.is_empty(), "{:?}", in_class.leftovers);
        }
    }
    #[cfg(unix)]
    private(&out);
    let secret = std::fs::read_to_string(class.secret()).unwrap();
    assert!(!printed.stdout.contains(secret.trim()) && !printed.stderr.contains(secret.trim()));

    // The same command again: all is graded, nothing is done.
    let again = class.graded(&out, &[]);
    assert_eq!(again.code, 0, "{}", again.stdout);
    same(&reports(&out, class.accounts.len()), &graded);

    // Judged again without an account: the same.
    let regraded = common::cloud::run(common::cloud::alone(&["regrade", out.to_str().unwrap()]));
    assert_eq!(regraded.code, 0, "{}{}", regraded.stdout, regraded.stderr);
    same(&reports(&out, class.accounts.len()), &graded);
}

/// Runs and open traces in a class's folder: what a grading that is under way has come to.
fn progress(out: &Path) -> usize {
    fn count(folder: &Path) -> usize {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let inside = |path: std::path::PathBuf| if path.is_dir() { count(&path) } else { 1 };
        entries.map(|entry| inside(entry.path())).sum()
    }
    count(&out.join("reports")) + count(&out.join("underway"))
}

/// The runs of a student in a lab.
fn runs(out: &Path, n: usize, lab: &str) -> usize {
    let folder = out.join("reports").join(id(n)).join(lab);
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.ends_with("Z.json")).count()
}

#[cfg(unix)]
#[test]
fn a_grading_that_is_killed_goes_on() {
    let class = Class::new(shared("grade"), "84000", 4);
    let accounts: Vec<Orders> = class
        .accounts
        .iter()
        .map(|account| Orders {
            cloud: class.cloud,
            account: account.clone().leak(),
            region: common::cloud::REGION,
        })
        .collect();
    let before: Vec<Traces> = accounts.iter().map(Orders::traces).collect();
    let scratch = tempfile::tempdir().unwrap();
    let out = scratch.path().join("class");
    let moments: usize = 10;
    // From what has been reached to the end of all, a little further each time; chance decides where exactly.
    let all = 2 * class.accounts.len() * 3;
    for moment in 0..moments {
        let chance = usize::from(uuid::Uuid::new_v4().as_bytes()[0]);
        let goal = all * moment / moments + chance % all.div_ceil(moments);
        let mut grading = class.grade(&out, &[]);
        let mut grading = grading
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        while progress(&out) <= goal && grading.try_wait().unwrap().is_none() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let _ = grading.kill();
        let _ = grading.wait();
        // Every file that is there is whole.
        let _ = reports(&out, class.accounts.len());
    }
    let printed = class.graded(&out, &[]);
    assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
    let graded = reports(&out, class.accounts.len());
    for n in 0..class.accounts.len() {
        for lab in LABS {
            let alone = class.check(n, lab).report;
            assert_eq!(
                verdicts(&graded[&(id(n), lab.to_owned())]),
                verdicts(&alone),
                "{} {lab}",
                id(n)
            );
            assert_eq!(runs(&out, n, lab), 1, "{} {lab}", id(n));
        }
    }
    for (before, orders) in before.iter().zip(&accounts) {
        nothing_stays(before, &orders.traces());
    }
    let open: Vec<_> = std::fs::read_dir(out.join("underway")).unwrap().flatten().collect();
    let open = open.iter().filter(|entry| entry.path().is_dir());
    assert_eq!(open.map(|student| progress_of(&student.path())).sum::<usize>(), 0);
}

fn progress_of(folder: &Path) -> usize {
    let labs = std::fs::read_dir(folder).into_iter().flatten().flatten();
    labs.map(|lab| std::fs::read_dir(lab.path()).into_iter().flatten().count())
        .sum()
}

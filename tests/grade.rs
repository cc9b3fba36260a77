//! A class in the sandbox, graded by the binary: the grades are those of `check`, and nothing is lost or left.

mod common;

use std::path::Path;

use common::cloud::shared;
use common::graded::{Class, LABS, Reports, id, reports, verdicts};

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

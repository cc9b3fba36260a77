//! A class in the sandbox, graded by the binary: the grades are those of `check`, and nothing is lost or left.

use crate::common;

use std::path::Path;

use common::cloud::{Cloud, shared};
use common::course::solution_of;
use common::orders::{Orders, Traces, nothing_stays};
use common::relay::Relay;
use common::relay::sick::Sickness;
use common::running::Running;
use common::taught::{Class, LABS, Reports, id, reports, verdicts};
use edemlab::report::Report;

/// Students of the class; `EDEMLAB_CLASS_SIZE=60` for a whole one.
fn size() -> usize {
    std::env::var("EDEMLAB_CLASS_SIZE").map_or(9, |n| n.parse().expect("a number"))
}

pub fn class() -> &'static Class {
    static CLASS: std::sync::OnceLock<Class> = std::sync::OnceLock::new();
    CLASS.get_or_init(|| Class::new(shared("class"), "83000", size()))
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

/// A student's report of the class and that of a check of their account, whose verdicts are the same.
fn judged_alike<'g>(class: &Class, graded: &'g Reports, n: usize, lab: &str) -> (&'g Report, Report) {
    let alone = class.check(n, lab).report;
    let in_class = &graded[&(id(n), lab.to_owned())];
    let found: Vec<_> = in_class.checks().filter_map(|(_, c)| c.found.as_ref()).collect();
    assert_eq!(verdicts(in_class), verdicts(&alone), "{} {lab}: {found:?}", id(n));
    (in_class, alone)
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
            let (in_class, alone) = judged_alike(class, &graded, n, lab);
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

    // So is what was saved when the verbs' argument `contains` was called `holds`.
    let renamed: usize = (0..class.accounts.len()).map(|n| with_older_names(&out, n)).sum();
    assert!(renamed >= class.accounts.len(), "{renamed}");
    let regraded = common::cloud::run(common::cloud::alone(&["regrade", out.to_str().unwrap()]));
    assert_eq!(regraded.code, 0, "{}{}", regraded.stdout, regraded.stderr);
    same(&reports(&out, class.accounts.len()), &graded);

    // Whoever is taken off the roster stays in the folder, and that is said.
    let text = std::fs::read_to_string(class.roster()).unwrap();
    let shorter = scratch.path().join("roster.csv");
    let lines: Vec<&str> = text.lines().collect();
    std::fs::write(&shorter, lines[..lines.len() - 1].join("\n")).unwrap();
    let printed = common::cloud::run(class.grade_of(&shorter, &out, &[]));
    assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
    let said = "files of a student who is not on the roster any more: edemlab class forget";
    assert!(printed.stderr.contains(said), "{}", printed.stderr);
}

/// Gives the arguments in a student's saved evidence the names that they once had. How many there were.
fn with_older_names(out: &Path, n: usize) -> usize {
    let folder = out.join("reports").join(id(n)).join("eventdriven");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let evidence = paths.filter(|path| path.to_string_lossy().ends_with(".evidence.json"));
    let renamed = evidence.map(|path| {
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace("\"contains\":", "\"holds\":")).unwrap();
        text.matches("\"contains\":").count()
    });
    renamed.sum()
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
    let class = Class::new(shared("class"), "84000", 4);
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
            judged_alike(&class, &graded, n, lab);
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

/// Roster and handed-in keys of accounts, one with each sickness and some healthy ones; the relay in front of them.
struct Ward {
    folder: tempfile::TempDir,
    accounts: Vec<(String, Option<Sickness>)>,
    relay: Relay,
}

impl Ward {
    fn new(cloud: &Cloud) -> Self {
        use Sickness::{Breaks, Cuts, Floods, Nonsense, Silent, Slow, Throttles};
        // What is asked first is spared where more can be tried behind it.
        let sick = [
            (Throttles, false),
            (Breaks, false),
            (Cuts, true),
            (Slow, true),
            (Silent, true),
            (Floods, true),
            (Floods, false),
            (Nonsense, false),
            (Nonsense, true),
        ];
        let folder = tempfile::tempdir().unwrap();
        let (mut accounts, mut callers) = (Vec::new(), Vec::new());
        let mut lines = "student,credentials\n".to_owned();
        let all = sick.iter().map(|s| Some(*s)).chain([None; 3]);
        for (n, sickness) in all.enumerate() {
            let account = format!("85000000{n:04}");
            if matches!(sickness, None | Some((Slow, _))) {
                cloud.deploy(&account, &solution_of(LABS[0]));
            }
            let keys = cloud.student(&account);
            let text = format!(
                "aws_access_key_id={}\naws_secret_access_key={}\n",
                keys.access_key_id, keys.secret_access_key
            );
            std::fs::write(folder.path().join(id(n)), text).unwrap();
            lines.push_str(&format!("{0},{0}\n", id(n)));
            callers.extend(sickness.map(|(sickness, all)| (keys.access_key_id, sickness, all)));
            accounts.push((account, sickness.map(|(sickness, _)| sickness)));
        }
        std::fs::write(folder.path().join("roster.csv"), lines).unwrap();
        Self {
            folder,
            accounts,
            relay: Relay::sick(cloud.endpoint(), &callers),
        }
    }
}

#[cfg(unix)]
#[test]
fn a_sick_account_costs_itself_and_no_other() {
    let cloud = shared("class");
    let ward = Ward::new(cloud);
    let out = ward.folder.path().join("class");
    let roster = ward.folder.path().join("roster.csv");
    let args = [
        "grade",
        roster.to_str().unwrap(),
        "--lab",
        LABS[0],
        "--out",
        out.to_str().unwrap(),
    ];
    let mut command = cloud.professor(&[&args[..], &["--region", common::cloud::REGION, "--limit", "40s"]].concat());
    command.env("AWS_ENDPOINT_URL", ward.relay.endpoint());
    let printed = common::cloud::run(command);
    assert_eq!(printed.code, 3, "{}{}", printed.stdout, printed.stderr);
    let graded = reports(&out, ward.accounts.len());
    for (n, (account, sickness)) in ward.accounts.iter().enumerate() {
        let report = &graded[&(id(n), LABS[0].to_owned())];
        if matches!(sickness, None | Some(Sickness::Slow)) {
            assert_eq!(
                verdicts(report),
                verdicts(&cloud.report(account, &[]).report),
                "{sickness:?}"
            );
            continue;
        }
        assert_eq!(report.verdict, edemlab::report::Verdict::Unknown, "{sickness:?}");
        // What comes from S3 says so in its head, before it is read.
        let (is_flood, not_s3s) = (matches!(sickness, Some(Sickness::Floods)), "no `x-amz-request-id`");
        let expected = match sickness {
            Some(Sickness::Throttles) => "slow down",
            Some(Sickness::Breaks) => "failed",
            Some(Sickness::Cuts) => "no connection to AWS",
            Some(Sickness::Silent) => "did not answer",
            Some(Sickness::Floods) => "longer than anything that AWS sends",
            _ => "",
        };
        for (_, check) in report.checks() {
            let reason = check.found.as_deref().unwrap_or_default();
            match check.status {
                edemlab::report::Status::Unknown => {
                    let cut_off = reason.contains("stopped before this was known");
                    assert!(
                        reason.contains(expected) || cut_off || (is_flood && reason.contains(not_s3s)),
                        "{sickness:?} {}: {reason}",
                        check.id
                    );
                }
                // What STS alone answers can be told.
                status => assert_eq!(
                    (status, check.id.as_str()),
                    (edemlab::report::Status::Pass, "setup.identity"),
                    "{sickness:?}"
                ),
            }
        }
    }
    #[expect(unsafe_code, reason = "no library tells what ended processes have used")]
    // SAFETY: the structure is plain numbers.
    let peak = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_CHILDREN, &mut usage);
        usage.ru_maxrss
    };
    assert!(peak < 700 * 1024, "{peak} kB at most in memory");
}

#[test]
fn a_grading_that_is_ended_waits_for_nothing_that_cannot_come() {
    // Of its own: what comes and goes in an account that others grade looks like something that was left.
    let class = Class::new(shared("class"), "87000", 3);
    // Whose approval handler does not return the token.
    let (n, lab) = (2, LABS[1]);
    assert_eq!(class.faults(n), [(lab, "handler-does-not-approve")]);
    let orders = Orders {
        cloud: class.cloud,
        account: class.accounts[n].clone().leak(),
        region: common::cloud::REGION,
    };
    let before = orders.traces();
    let relay = Relay::to(class.cloud.endpoint());
    let scratch = tempfile::tempdir().unwrap();
    let student = id(n);
    let mut command = class.grade(&scratch.path().join("class"), &["--lab", lab, "--only", &student]);
    command.env("AWS_ENDPOINT_URL", relay.endpoint());
    let grading = Running::new(command);
    relay.wait_for("/invocations");
    grading.interrupt();
    let (code, said) = grading.end();
    assert_eq!(code, Some(3), "{said}");
    // It is looked for about once a second for as long as it may still come.
    let looks = relay.count("DynamoDB_20120810.DeleteItem");
    assert!(looks < 6, "{looks}: {said}");
    nothing_stays(&before, &orders.traces());
}

#[test]
fn points_that_change_need_no_account() {
    let class = class();
    let scratch = tempfile::tempdir().unwrap();
    let out = scratch.path().join("class");
    let only = ["--lab", LABS[0], "--only", "s000", "--only", "s002"];
    assert_eq!(class.graded(&out, &only).code, 3, "the others are still to be graded");
    let copy = common::course::Copy::new();
    copy.replace("checks/datastream/kinesis.yaml", "points: 4", "points: 14");
    copy.replace("checks/datastream/dynamodb.yaml", "points: 4", "points: 1");
    let course = copy.folder().to_str().unwrap().to_owned();
    let regrade = |args: &[&str]| {
        let all = ["regrade", out.to_str().unwrap(), "--course", &course];
        let mut command = common::cloud::alone(&[&all, args].concat());
        // Whoever called AWS would wait here.
        command.env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
        common::cloud::run(command)
    };
    let tried = regrade(&["--dry-run"]);
    assert_eq!(tried.code, 0, "{}", tried.stderr);
    assert!(
        tried.stdout.contains("103 of 100 → 110 of 107") && tried.stdout.contains("--dry-run"),
        "{}",
        tried.stdout
    );
    let before = reports(&out, 3);
    assert_eq!(regrade(&[]).code, 0);
    let after = reports(&out, 3);
    assert!(before != after);
    let fresh = scratch.path().join("fresh");
    let again = class.graded(&fresh, &[&only[..], &["--course", &course]].concat());
    assert_eq!(again.code, 3, "{}", again.stderr);
    let fresh = reports(&fresh, 3);
    for (key, report) in &after {
        assert_eq!(
            (verdicts(report), report.points),
            (verdicts(&fresh[key]), fresh[key].points),
            "{key:?}"
        );
    }
    let told = regrade(&[]);
    assert!(told.stdout.contains("all points are what they were"), "{}", told.stdout);
}

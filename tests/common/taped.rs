//! The recordings that are kept in `tests/recordings`, and what the program says of one.

use std::path::{Path, PathBuf};
use std::sync::Once;

use super::cloud::{Printed, REGION, alone, check_lab_at, run, shared};
use super::course::solution_of;

/// `edemlab recording …` of a file.
pub fn recording(args: &[&str], file: &Path) -> Printed {
    let mut command = alone(&["recording"]);
    command.args(args).arg(file);
    run(command)
}

/// The recordings that are kept. With `EDEMLAB_UPDATE=1` those of the sandbox are made again; those of AWS never are.
pub fn kept() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
    static MADE: Once = Once::new();
    MADE.call_once(|| {
        if std::env::var_os("EDEMLAB_UPDATE").is_some() {
            ["datastream", "eventdriven"].iter().for_each(|lab| make(lab, &folder));
        }
    });
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files
        .filter(|file| file.extension().is_some_and(|end| end == "jsonl"))
        .collect();
    files.sort();
    assert!(files.len() >= 2);
    files
}

/// Makes the recording of a lab's solution in the sandbox.
fn make(lab: &str, folder: &Path) {
    let (cloud, account) = (shared(lab), "370400000001");
    cloud.deploy_as(account, REGION, &format!("edemlab-{lab}"), &solution_of(lab));
    cloud.confirm(account, REGION);
    let file = folder.join(format!("sandbox-{lab}.jsonl"));
    let _ = std::fs::remove_file(&file);
    let mut check = check_lab_at(cloud.endpoint(), lab, &cloud.student(account), &["--record"]);
    check.arg(&file);
    assert_eq!(run(check).code, 0, "{lab}");
}

/// That of the lab of orders.
pub fn of_orders() -> PathBuf {
    let mut all = kept().into_iter();
    all.find(|file| file.ends_with("sandbox-eventdriven.jsonl"))
        .expect("it is kept")
}

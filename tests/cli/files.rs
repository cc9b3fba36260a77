//! `edemlab files`: a lab's code and data out of the binary alone.

use crate::common;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use common::cloud::{Printed, alone, run};
use common::course::Copy;

fn files_in(folder: &Path, args: &[&str]) -> Printed {
    let mut command = alone(&["files"]);
    command.args(args).current_dir(folder);
    run(command)
}

fn below(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => open.push(path),
                false => drop(found.insert(path.strip_prefix(folder).unwrap().to_owned())),
            }
        }
    }
    found
}

#[test]
fn a_student_gets_the_lab_as_it_is_in_the_course_and_none_of_the_authors_files() {
    let here = tempfile::tempdir().unwrap();
    for lab in ["datastream", "eventdriven"] {
        let said = files_in(here.path(), &[lab]);
        assert_eq!(said.code, 0, "{}", said.stderr);
        assert!(said.stdout.contains(" written\n"), "{}", said.stdout);
    }
    let got = below(here.path());
    for wanted in [
        "labs/datastream/code/Dockerfile",
        "labs/datastream/code/LambdaKinesisToDynamoDB.py",
        "labs/datastream/data/interactions.csv",
        "labs/datastream/schemas/users.json",
        "labs/eventdriven/code/StepFunctionsDefinition.json",
    ] {
        assert!(got.contains(Path::new(wanted)), "no {wanted} in {got:?}");
    }
    for path in &got {
        let name = path.file_name().unwrap().to_string_lossy();
        assert!(
            !["lab.yaml", "solution.yaml", "faults.yaml"].contains(&&*name),
            "{path:?}"
        );
        let original = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        assert_eq!(
            std::fs::read(here.path().join(path)).unwrap(),
            std::fs::read(original).unwrap(),
            "{path:?}"
        );
    }
}

#[test]
fn what_a_student_changed_is_kept_and_named() {
    let here = tempfile::tempdir().unwrap();
    let args = ["datastream", "--to", "course"];
    assert_eq!(files_in(here.path(), &args).code, 0);
    let root = here.path().join("course/labs/datastream");
    let (code, table) = (
        root.join("code/LambdaKinesisToDynamoDB.py"),
        root.join("data/users.csv"),
    );
    let original = std::fs::read(&code).unwrap();
    std::fs::write(&code, "mine").unwrap();
    std::fs::remove_file(&table).unwrap();

    let said = files_in(here.path(), &args);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(said.stdout.contains("1 file written, "), "{}", said.stdout);
    let kept: Vec<&str> = said.stdout.lines().filter(|l| l.starts_with("kept ")).collect();
    assert!(
        matches!(kept[..], [one] if one.contains("LambdaKinesisToDynamoDB.py") && one.contains("differs")),
        "{}",
        said.stdout
    );
    assert!(said.stdout.contains("--force"), "{}", said.stdout);
    assert_eq!(std::fs::read_to_string(&code).unwrap(), "mine");
    assert!(table.exists());

    let said = files_in(here.path(), &["datastream", "--to", "course", "--force"]);
    assert!(said.stdout.contains("1 file written"), "{}", said.stdout);
    assert_eq!(std::fs::read(&code).unwrap(), original);
    // Nothing half written is left, and what is no student's stays away: the lab, its solution, faults, variants and advice.
    assert_eq!(
        below(&root).len(),
        below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("labs/datastream")).len() - 5
    );
}

/// Another edition's files, those that are no text among them.
#[test]
fn the_files_of_another_course_are_its_own() {
    let course = Copy::new();
    course.write("labs/datastream/code/extra.txt", "of this year");
    std::fs::write(
        course.folder().join("labs/datastream/data/picture.png"),
        [0xff, 0xd8, 0x00],
    )
    .unwrap();
    std::fs::create_dir(course.folder().join("labs/datastream/code/__pycache__")).unwrap();
    course.write("labs/datastream/code/__pycache__/x.pyc", "");
    let here = tempfile::tempdir().unwrap();
    let folder = course.folder().to_str().unwrap();
    let said = files_in(here.path(), &["datastream", "--course", folder]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    let got = here.path().join("labs/datastream");
    assert_eq!(
        std::fs::read_to_string(got.join("code/extra.txt")).unwrap(),
        "of this year"
    );
    assert_eq!(std::fs::read(got.join("data/picture.png")).unwrap(), [0xff, 0xd8, 0x00]);
    assert!(!got.join("code/__pycache__").exists());
}

#[test]
fn an_unknown_lab_and_a_folder_that_cannot_be_made_are_said() {
    let here = tempfile::tempdir().unwrap();
    let said = files_in(here.path(), &["datastraem"]);
    assert_eq!(said.code, 2);
    assert!(said.stderr.contains("did you mean `datastream`"), "{}", said.stderr);

    std::fs::write(here.path().join("labs"), "a file").unwrap();
    let said = files_in(here.path(), &["datastream"]);
    assert_eq!(said.code, 2);
    assert!(said.stderr.starts_with("edemlab: cannot "), "{}", said.stderr);
    assert!(said.stderr.contains("labs"), "{}", said.stderr);
}

//! The shipped course: its solution and faults as templates, and a copy of it to change.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use edemlab::course::{Course, CourseFiles, Part, load};
use serde_json::Value;

/// The lab that is checked, where a test does not say another.
pub const LAB: &str = "datastream";

/// The stack that `edemlab sandbox deploy` makes of it.
pub const STACK: &str = "edemlab-datastream";

/// All of it, read once: that takes longer than most of what tests do with it.
pub fn course() -> Arc<Course> {
    static COURSE: OnceLock<Arc<Course>> = OnceLock::new();
    let read = || load(CourseFiles::embedded(), &edemlab::judge::vocabulary(), Part::Everything);
    COURSE
        .get_or_init(|| Arc::new(read().expect("the shipped course is sound")))
        .clone()
}

/// The template of an account that earns every point.
pub fn solution() -> Value {
    solution_of(LAB)
}

pub fn solution_of(lab: &str) -> Value {
    course().lab(lab).unwrap().solution.clone().expect("a solution")
}

/// The ids of the lab's steps, in order.
pub fn steps() -> Vec<String> {
    steps_of(LAB)
}

pub fn steps_of(lab: &str) -> Vec<String> {
    let course = course();
    course
        .lab(lab)
        .unwrap()
        .steps
        .iter()
        .map(|step| step.id.clone())
        .collect()
}

/// How many checks the lab has.
pub fn checks() -> usize {
    course().lab(LAB).unwrap().checks().count()
}

/// The templates of a fault, to be deployed one after the other.
pub fn fault(id: &str) -> Vec<Value> {
    fault_of(LAB, id)
}

pub fn fault_of(lab: &str, id: &str) -> Vec<Value> {
    let course = course();
    let lab = course.lab(lab).unwrap();
    let faults = lab.faults.iter().map(|fault| &fault.deviation);
    let mut all = faults.chain(lab.variants.iter().map(|variant| &variant.deviation));
    all.find(|deviation| deviation.id == id)
        .unwrap_or_else(|| panic!("no fault {id}"))
        .templates(lab.solution.as_ref().expect("a solution"))
        .expect("it fits")
}

/// The solution with this replaced in the code of its function.
pub fn solution_with_code(replace: &str, with: &str) -> Value {
    let mut template = solution();
    let code = &mut template["Resources"]["Function"]["Properties"]["Code"]["ZipFile"];
    let text = code.as_str().expect("code");
    assert!(text.contains(replace), "the code has no {replace:?}");
    *code = text.replace(replace, with).into();
    template
}

/// A copy of the shipped course.
pub struct Copy {
    folder: tempfile::TempDir,
}

impl Copy {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for part in ["labs", "checks", "book"] {
            copy(
                &Path::new(env!("CARGO_MANIFEST_DIR")).join(part),
                &folder.path().join(part),
            );
        }
        Self { folder }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.path(file)).unwrap()
    }

    pub fn write(&self, file: &str, text: &str) {
        std::fs::write(self.path(file), text).unwrap();
    }

    /// Replaces the one place in `file` where `from` stands.
    pub fn replace(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert_eq!(text.matches(from).count(), 1, "{from:?} in {file}");
        self.write(file, &text.replace(from, to));
    }

    /// `file:line:column` of the one place in `file` where `text` stands.
    pub fn place(&self, file: &str, text: &str) -> String {
        let whole = self.read(file);
        assert_eq!(whole.matches(text).count(), 1, "{text:?} in {file}");
        let before = whole.split(text).next().unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("{file}:{line}:{column}")
    }
}

/// Copies a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

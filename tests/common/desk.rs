//! A professor's desk, with accounts of the sandbox that the tests of classes share.

use std::path::{Path, PathBuf};

use edemlab::report::Report;

use super::cloud::{Printed, alone, run, shared};

/// A professor's desk: a roster with keys that students handed in, and the class's folder.
pub struct Desk(tempfile::TempDir);

impl Desk {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Puts the keys of an account into a file.
    pub fn keys(&self, name: &str, account: &str) {
        let keys = shared("class").student(account);
        let text = format!(
            "aws_access_key_id={}\naws_secret_access_key={}\n",
            keys.access_key_id, keys.secret_access_key
        );
        std::fs::write(self.path(name), text).unwrap();
    }

    pub fn roster(&self, lines: &str) {
        std::fs::write(self.path("roster.csv"), lines).unwrap();
    }

    pub fn grade(&self, args: &[&str]) -> Printed {
        let (roster, out) = (self.path("roster.csv"), self.path("class"));
        let all = ["grade", roster.to_str().unwrap(), "--out", out.to_str().unwrap()];
        run(shared("class").professor(&[&all, args].concat()))
    }

    #[track_caller]
    pub fn graded(&self, args: &[&str]) -> Printed {
        let printed = self.grade(args);
        assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
        printed
    }

    pub fn of_class(&self, verb: &str, args: &[&str]) -> Printed {
        let class = self.path("class");
        run(alone(&[&[verb, class.to_str().unwrap()], args].concat()))
    }

    /// The row of a student in the table, from the grade on.
    pub fn row(&self, student: &str, args: &[&str]) -> Vec<String> {
        let printed = self.of_class("gradebook", &[&["--for", "csv", "--out", "-"], args].concat());
        let row = printed
            .stdout
            .lines()
            .find(|line| line.starts_with(&format!("{student},")));
        let row = row.unwrap_or_else(|| panic!("{}{}", printed.stdout, printed.stderr));
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(row.as_bytes());
        let row = reader.records().next().unwrap().unwrap();
        row.iter().skip(3).map(str::to_owned).collect()
    }

    pub fn report(&self, student: &str, lab: &str) -> Report {
        let file = self
            .path("class")
            .join("reports")
            .join(student)
            .join(format!("{lab}.json"));
        let text = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        serde_json::from_str(&text).unwrap()
    }

    pub fn text(&self, name: &str) -> String {
        let file: &Path = &self.path("class").join(name);
        std::fs::read_to_string(file).unwrap()
    }
}

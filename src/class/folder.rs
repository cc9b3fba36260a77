//! The folder of a class: `class.json`, and below `reports/` each student's runs. A run is stored at once and whole.

use super::adjustments::{AdjustmentErrors, Adjustments};
use super::premises::Premises;
use super::{Class, SCHEMA, Student};
use crate::private;
use crate::report::Report;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// A class's folder.
#[derive(Debug)]
pub struct ClassFolder {
    path: PathBuf,
    class: Class,
    adjustments: OnceLock<Adjustments>,
}

/// Why a class's folder cannot be used. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Not the folder of a class.
    #[error("{} is not the folder of a class: it has no class.json (`edemlab grade ROSTER --lab LAB --out DIR` makes one)", .0.display())]
    NotAClass(PathBuf),
    /// A file that cannot be read or written.
    #[error("cannot {what} {}: {cause}", path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// The system's answer.
        cause: io::Error,
    },
    /// A file that is not what it should be.
    #[error("{} is not what edemlab wrote: {cause}; if it was changed by hand, take that back or remove the file and grade again", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column.
        cause: serde_json::Error,
    },
    /// Adjustments that cannot be applied.
    #[error(transparent)]
    Adjustments(#[from] AdjustmentErrors),
    /// A folder of a later version.
    #[error("{} was made by another version of edemlab ({found}; this one writes {SCHEMA})", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: String,
    },
}

impl ClassFolder {
    /// The folder of a class that was graded before.
    ///
    /// # Errors
    /// When it is none, or cannot be read.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        let file = path.join("class.json");
        let Some(class) = read::<serde_json::Value>(&file)? else {
            return Err(FolderError::NotAClass(path.to_owned()));
        };
        match class["schema"].as_str() {
            Some(SCHEMA) => {}
            found => {
                return Err(FolderError::Version {
                    path: file,
                    found: found.unwrap_or("no schema").to_owned(),
                });
            }
        }
        let class = serde_json::from_value(class).map_err(|cause| FolderError::Content { path: file, cause })?;
        Ok(Self::of(path, class))
    }

    /// The folder of `class`: made where it is not there, else what was graded stays.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn create(path: &Path, class: Class) -> Result<Self, FolderError> {
        private::create_folder(path).map_err(file("create", path))?;
        let folder = Self::of(path, class);
        folder.save()?;
        Ok(folder)
    }

    /// The folder of `class` as it will be: nothing is written before [`ClassFolder::save`].
    pub fn of(path: &Path, class: Class) -> Self {
        Self {
            path: path.to_owned(),
            class,
            adjustments: OnceLock::new(),
        }
    }

    /// What the professor says of single grades.
    ///
    /// # Errors
    /// When their file has mistakes.
    pub fn adjustments(&self) -> Result<&Adjustments, FolderError> {
        if let Some(adjustments) = self.adjustments.get() {
            return Ok(adjustments);
        }
        let read = Adjustments::read(&self.path, &self.class)?;
        Ok(self.adjustments.get_or_init(|| read))
    }

    /// Whoever was graded has handed in, also when the file with their keys is not there any more; but not in another account
    /// than the roster names.
    ///
    /// # Errors
    /// When a report cannot be read.
    pub fn keep_graded(&mut self, student: &Student, account: Option<&str>) -> Result<(), FolderError> {
        let labs: Vec<&str> = self.class.labs.iter().map(|lab| lab.id.as_str()).collect();
        for lab in labs {
            let report = self.report(student, lab)?;
            if report.is_some_and(|report| account.is_none_or(|account| account == report.account)) {
                let here = self.class.students.iter_mut().filter(|one| one.id == student.id);
                here.for_each(|one| one.not_handed_in = false);
                break;
            }
        }
        Ok(())
    }

    /// Writes who is in the class, and which labs it has.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save(&self) -> Result<(), FolderError> {
        self.write(&self.path.join("class.json"), &json(&self.class))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The class.
    pub fn class(&self) -> &Class {
        &self.class
    }

    /// The last run of a student in a lab.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn report(&self, student: &Student, lab: &str) -> Result<Option<Report>, FolderError> {
        read(&self.student(student).join(format!("{lab}.json")))
    }

    /// All runs of a student in a lab, in the order of time.
    ///
    /// # Errors
    /// When one of the files cannot be read.
    pub fn runs(&self, student: &Student, lab: &str) -> Result<Vec<Report>, FolderError> {
        let folder = self.student(student).join(lab);
        let entries = match std::fs::read_dir(&folder) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(file("read", &folder))?,
        };
        let mut names: Vec<PathBuf> = Vec::new();
        for entry in entries {
            let path = entry.map_err(file("read", &folder))?.path();
            let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
            if name.ends_with(".json") && !name.ends_with(".evidence.json") && !name.ends_with(".premises.json") {
                names.push(path);
            }
        }
        names.sort();
        names.iter().filter_map(|path| read(path).transpose()).collect()
    }

    /// The evidence of a run.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn evidence<T: serde::de::DeserializeOwned>(
        &self,
        student: &Student,
        report: &Report,
    ) -> Result<Option<T>, FolderError> {
        let name = format!("{}.evidence.json", moment(&report.started));
        read(&self.student(student).join(&report.lab).join(name))
    }

    /// What a run rests on; nothing for those of an earlier version.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn premises(&self, student: &Student, report: &Report) -> Result<Option<Premises>, FolderError> {
        read(&self.premises_file(student, report))
    }

    /// Keeps what a run rests on. Written before the run itself: with that the run is there.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep_premises(&self, student: &Student, report: &Report, premises: &Premises) -> Result<(), FolderError> {
        let runs = self.student(student).join(&report.lab);
        private::create_folder(&runs).map_err(file("create", &runs))?;
        self.write(&self.premises_file(student, report), &json(premises))
    }

    fn premises_file(&self, student: &Student, report: &Report) -> PathBuf {
        let name = format!("{}.premises.json", moment(&report.started));
        self.student(student).join(&report.lab).join(name)
    }

    /// Stores a run and what it was judged from. The last run's own file is written last: with it the run is there.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn store<T: serde::Serialize>(
        &self,
        student: &Student,
        report: &Report,
        evidence: &T,
    ) -> Result<(), FolderError> {
        let home = self.student(student);
        let runs = home.join(&report.lab);
        private::create_folder(&runs).map_err(file("create", &runs))?;
        let at = moment(&report.started);
        self.write(&runs.join(format!("{at}.evidence.json")), &json(evidence))?;
        let text = report.json();
        self.write(&runs.join(format!("{at}.json")), text.as_bytes())?;
        self.write(&home.join(format!("{}.json", report.lab)), text.as_bytes())
    }

    /// Puts another judgment of the same run in its place.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn replace(&self, student: &Student, report: &Report) -> Result<(), FolderError> {
        let home = self.student(student);
        let text = report.json();
        let run = home.join(&report.lab).join(format!("{}.json", moment(&report.started)));
        self.write(&run, text.as_bytes())?;
        let last = self.report(student, &report.lab)?;
        if last.is_some_and(|last| last.started == report.started) {
            self.write(&home.join(format!("{}.json", report.lab)), text.as_bytes())?;
        }
        Ok(())
    }

    /// Removes a run that another has taken the place of.
    ///
    /// # Errors
    /// When a file cannot be removed.
    pub fn remove_run(&self, student: &Student, report: &Report) -> Result<(), FolderError> {
        let (runs, at) = (self.student(student).join(&report.lab), moment(&report.started));
        // Without its report, a run is not there any more.
        for end in ["json", "evidence.json", "premises.json"] {
            self.remove(&runs.join(format!("{at}.{end}")))?;
        }
        Ok(())
    }

    /// Writes a file of this folder, private and whole.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, path: &Path, content: &[u8]) -> Result<(), FolderError> {
        private::write(path, content).map_err(file("write", path))
    }

    /// Removes a file of this folder, if it is there.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn remove(&self, path: &Path) -> Result<(), FolderError> {
        match std::fs::remove_file(path) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(file("remove", path)(cause)),
            _ => Ok(()),
        }
    }

    pub(super) fn student(&self, student: &Student) -> PathBuf {
        self.path.join("reports").join(file_name(&student.id))
    }
}

/// A student's id as the name of a file on every system: what is not a plain character becomes `%XX`. A long one is cut
/// and told apart by its hash.
pub fn file_name(id: &str) -> String {
    use sha2::{Digest, Sha256};
    const MAX_NAME: usize = 80;
    let mut name = String::new();
    for byte in id.bytes() {
        match byte {
            // A roster has no two ids that differ in their case only: macOS and Windows would take them for one.
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | b'@' => name.push(char::from(byte)),
            b'.' if !name.is_empty() => name.push('.'),
            _ => name.push_str(&format!("%{byte:02X}")),
        }
        if name.len() > MAX_NAME {
            break;
        }
    }
    let lower = name.to_ascii_lowercase();
    let reserved = ["con", "prn", "aux", "nul"].contains(&lower.split('.').next().unwrap_or_default())
        || (name.len() >= 4
            && (lower.starts_with("com") || lower.starts_with("lpt"))
            && name.as_bytes()[3].is_ascii_digit()
            && matches!(name.as_bytes().get(4), None | Some(b'.')));
    if name.len() > MAX_NAME || name.ends_with('.') || reserved {
        let hash = Sha256::digest(id.as_bytes());
        let hash: String = hash.iter().take(8).map(|b| format!("{b:02x}")).collect();
        name.truncate(MAX_NAME / 2);
        name = format!("{}~{hash}", name.trim_end_matches('.'));
    }
    name
}

/// A time as part of a file's name.
fn moment(started: &str) -> String {
    started.replace(':', "")
}

pub(crate) fn json<T: serde::Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec_pretty(value).expect("plain data")
}

pub(crate) fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<Option<T>, FolderError> {
    match std::fs::read(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(file("read", path)(cause)),
        Ok(content) => serde_json::from_slice(&content)
            .map(Some)
            .map_err(|cause| FolderError::Content {
                path: path.to_owned(),
                cause,
            }),
    }
}

pub(super) fn file<'p>(what: &'static str, path: &'p Path) -> impl FnOnce(io::Error) -> FolderError + 'p {
    move |cause| FolderError::File {
        what,
        path: path.to_owned(),
        cause,
    }
}

#[cfg(test)]
mod tests {
    use super::file_name;
    use std::collections::BTreeSet;

    #[test]
    fn every_id_has_a_file_of_its_own() {
        let long = "x".repeat(1_000_000);
        let longer = format!("{long}y");
        let ids = [
            "s001", "../s001", "s/001", "CON", "con.x", "com1", ".s", "s.", "", " ", "niña", "a@b.es", "%2F", "/",
            &long, &longer,
        ];
        let names: BTreeSet<String> = ids.iter().filter(|id| !id.is_empty()).map(|id| file_name(id)).collect();
        assert_eq!(names.len(), ids.len() - 1);
        for name in names {
            assert!(
                name.len() < 100 && !name.starts_with('.') && !name.contains(['/', '\\', ':']),
                "{name}"
            );
        }
    }
}

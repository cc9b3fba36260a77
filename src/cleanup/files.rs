//! What the files of a lab are called and hold.

use crate::course::CourseFiles;
use std::collections::BTreeSet;

/// What a lab's files are known by.
#[derive(Debug, Default)]
pub struct LabFiles {
    /// The names of its data files, in lower case.
    names: BTreeSet<String>,
    /// The columns of each data file that has some.
    pub(super) columns: Vec<Vec<String>>,
    /// The names of its code files, in lower case and without their endings.
    code: BTreeSet<String>,
}

impl LabFiles {
    /// Those of a lab of a course.
    pub fn of(files: &CourseFiles, lab: &str) -> Self {
        let mut known = Self::default();
        for file in files.below(&format!("labs/{lab}/data")) {
            let name = file.path.rsplit('/').next().unwrap_or_default().to_lowercase();
            if name.ends_with(".csv") {
                let first = file.text.lines().next().unwrap_or_default();
                known
                    .columns
                    .push(first.split(',').map(|column| column.trim().to_owned()).collect());
            }
            known.names.insert(name);
        }
        for file in files.below(&format!("labs/{lab}/code")) {
            let name = file.path.rsplit('/').next().unwrap_or_default();
            if let Some((stem, _)) = name.rsplit_once('.') {
                known.code.insert(stem.to_lowercase());
            }
        }
        known
    }

    /// Whether a function has the name of a code file.
    pub(super) fn has_code(&self, name: &str) -> bool {
        self.code.contains(&name.to_lowercase())
    }

    /// Whether an object's key ends in the name of a data file.
    pub(super) fn has_name(&self, key: &str) -> bool {
        let name = key.rsplit('/').next().unwrap_or_default().to_lowercase();
        // A folder of the console's is an object without a name.
        name.is_empty() || self.names.contains(&name)
    }
}

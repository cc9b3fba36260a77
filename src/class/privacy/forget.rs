//! A student is forgotten: their runs with the history and the evidence, their pages, and their line in the class.

use super::mention::Words;
use crate::class::adjustments::{self, Adjustments};
use crate::class::encoding::Encoding;
use crate::class::folder::{ClassFolder, FolderError, file, file_name};
use crate::class::gradebook::gradescope;
use crate::class::{Class, Student};
use crate::private;
use crate::report::Report;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What a class's folder keeps of a student.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct KeptOf {
    /// The name that their files have.
    name: String,
    /// Their own files.
    pub files: Vec<PathBuf>,
    /// Gradebooks of the whole class that edemlab has written into the folder: they can be written again.
    pub gradebooks: Vec<PathBuf>,
    /// The professor's adjustments without the lines about them, if there are any.
    pub adjustments: Option<Vec<u8>>,
    /// Whether `class.json` lists them.
    pub is_listed: bool,
    /// Files that mention them and are nobody's but the professor's, or another student's.
    pub mentioned: Vec<PathBuf>,
    /// Files that cannot be looked into, such as workbooks.
    pub opaque: Vec<PathBuf>,
}

impl KeptOf {
    /// Whether there is nothing of theirs.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && !self.is_listed
    }
}

/// What was removed.
#[derive(Debug)]
pub struct Forgotten {
    /// How many files.
    pub files: usize,
    /// The class without them.
    pub folder: ClassFolder,
}

/// The names that `edemlab gradebook` gives to a table in a class's folder.
const GRADEBOOKS: [&str; 2] = ["grades.csv", "grades.xlsx"];

/// The folders in which each student has a file or a folder of their own, and how its name ends.
const OF_STUDENTS: [(&str, &str); 5] = [
    ("reports", ""),
    ("underway", ""),
    ("students", ".html"),
    ("feedback", ".md"),
    ("messages", ".txt"),
];

/// What the folder keeps of the student with this identifier, also of one that the class does not list any more.
///
/// # Errors
/// When a file cannot be read.
pub fn kept_of(folder: &ClassFolder, id: &str) -> Result<KeptOf, FolderError> {
    let student = listed(folder.class(), id);
    let name = match student {
        None if absent(folder)?.iter().any(|name| name == id) => id.to_owned(),
        _ => file_name(id),
    };
    let mut words = Words::of(id, student);
    let mut kept = KeptOf {
        name: name.clone(),
        is_listed: student.is_some(),
        ..KeptOf::default()
    };
    let own: BTreeSet<PathBuf> = OF_STUDENTS
        .iter()
        .map(|(of, end)| folder.path().join(of).join(format!("{name}{end}")))
        .chain(of_gradescope(folder, &name))
        .collect();
    let files = private::files_below(folder.path()).map_err(file("read", folder.path()))?;
    let (mine, others): (Vec<PathBuf>, Vec<PathBuf>) = files
        .into_iter()
        .partition(|path| path.ancestors().any(|above| own.contains(above)));
    for path in mine
        .iter()
        .filter(|path| path.starts_with(folder.path().join("reports")))
    {
        let text = std::fs::read(path).map_err(file("read", path))?;
        if let Ok(report) = serde_json::from_slice::<Report>(&text) {
            words.add_report(&report);
        }
    }
    kept.adjustments = Adjustments::without(folder.path(), folder.class(), id)?;
    kept.files = mine;
    kept.files.sort();
    for path in others {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_top = path.parent() == Some(folder.path());
        match (is_top, name.as_ref()) {
            // These are written again without them.
            (true, "class.json" | "index.html") => {}
            // What is said of another student may name this one; the page of the class shows it.
            (true, adjustments::FILE) if kept.adjustments.is_some() => {
                let left = kept.adjustments.as_deref().unwrap_or_default();
                if is_in(left, &words).unwrap_or(true) {
                    kept.mentioned.push(path);
                }
            }
            (true, name) if GRADEBOOKS.contains(&name) => kept.gradebooks.push(path),
            _ => match mentions(&path, &words)? {
                Some(true) => kept.mentioned.push(path),
                Some(false) => {}
                None => kept.opaque.push(path),
            },
        }
    }
    kept.mentioned.sort();
    Ok(kept)
}

/// Gradescope has a file of a student in each lab.
fn of_gradescope(folder: &ClassFolder, name: &str) -> impl Iterator<Item = PathBuf> {
    let home = folder.path().join(gradescope::FOLDER);
    let labs = folder.class().labs.iter();
    labs.map(move |lab| home.join(&lab.id).join(format!("{name}.json")))
}

fn listed<'c>(class: &'c Class, id: &str) -> Option<&'c Student> {
    class.students.iter().find(|student| student.id == id)
}

/// Whether a file mentions somebody; not known of one that is no text.
fn mentions(path: &Path, words: &Words) -> Result<Option<bool>, FolderError> {
    let content = std::fs::read(path).map_err(file("read", path))?;
    Ok(is_in(&content, words))
}

fn is_in(content: &[u8], words: &Words) -> Option<bool> {
    Encoding::decode(content).ok().map(|(text, _)| words.are_in(&text))
}

/// Removes what is kept of a student. The class's list goes last: whatever ends this, doing it again goes on.
///
/// # Errors
/// When a file cannot be removed or written.
pub fn forget(folder: &ClassFolder, id: &str, kept: &KeptOf) -> Result<Forgotten, FolderError> {
    for path in kept.files.iter().chain(&kept.gradebooks) {
        folder.remove(path)?;
    }
    for (of, _) in OF_STUDENTS {
        remove_empty(&folder.path().join(of).join(&kept.name));
    }
    if let Some(adjustments) = &kept.adjustments {
        folder.write(&folder.path().join(adjustments::FILE), adjustments)?;
    }
    let mut class = folder.class().clone();
    class.students.retain(|student| student.id != id);
    Ok(Forgotten {
        files: kept.files.len() + kept.gradebooks.len(),
        folder: ClassFolder::create(folder.path(), class)?,
    })
}

/// Removes a folder and those in it, as far as nothing is in them.
pub(super) fn remove_empty(folder: &Path) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.for_each(|entry| {
        if entry.file_type().is_ok_and(|of| of.is_dir()) {
            remove_empty(&entry.path());
        }
    });
    // One that holds something stays.
    let _ = std::fs::remove_dir(folder);
}

/// The identifiers of those who have files here and are not in the class any more. Of a long or unusual identifier the name of
/// the file is known only, which [`kept_of`] takes too.
///
/// # Errors
/// When the folder cannot be read.
pub fn absent(folder: &ClassFolder) -> Result<Vec<String>, FolderError> {
    let present: BTreeSet<String> = folder.class().students.iter().map(|s| file_name(&s.id)).collect();
    let mut absent = BTreeSet::new();
    for (of, end) in OF_STUDENTS {
        let home = folder.path().join(of);
        let entries = match std::fs::read_dir(&home) {
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => continue,
            entries => entries.map_err(file("read", &home))?,
        };
        for entry in entries {
            let entry = entry.map_err(file("read", &home))?;
            let is_folder = entry.file_type().is_ok_and(|of| of.is_dir());
            let name = entry.file_name().to_string_lossy().into_owned();
            // A file of nobody's has another ending, or stands beside their folders.
            if let Some(name) = name.strip_suffix(end).filter(|_| is_folder == end.is_empty()) {
                absent.insert(name.to_owned());
            }
        }
    }
    Ok(absent.into_iter().filter(|name| !present.contains(name)).collect())
}

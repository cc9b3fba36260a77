//! `adjustments.csv` in a class's folder: what the professor says of single grades, in a file that is theirs. It is read
//! whenever grades are, applied last, and never written.

use super::gradebook::number::{self, Decimal};
use super::gradebook::sheet::{Sheet, SheetRow};
use super::gradebook::words::fold;
use super::{Adjusted, Adjustment, Class, LabSummary, Student, identifier};
use crate::course::UnknownName;
use crate::report::text::{cut, visible};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The name of the file.
pub const FILE: &str = "adjustments.csv";

/// The longest reason: it is a sentence or two for a student.
const MAX_REASON: usize = 500;

/// All adjustments of a class, by student and lab.
#[derive(Debug, Default)]
pub struct Adjustments(BTreeMap<(String, String), Adjustment>);

/// What is wrong in the file: each with its line, where it is about one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdjustmentErrors {
    /// The file.
    pub file: PathBuf,
    /// The mistakes, in the order of the file.
    pub problems: Vec<(Option<usize>, String)>,
}

impl std::error::Error for AdjustmentErrors {}

impl std::fmt::Display for AdjustmentErrors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let file = visible(&self.file.display().to_string());
        let many = if self.problems.len() == 1 { "" } else { "s" };
        write!(f, "{FILE} has {} mistake{many}; nothing was done", self.problems.len())?;
        for (line, reason) in &self.problems {
            let line = line.map(|line| format!(":{line}")).unwrap_or_default();
            write!(f, "\n  {file}{line}: {reason}")?;
        }
        Ok(())
    }
}

impl Adjustments {
    /// Those of a class in its folder; none where there is no file.
    ///
    /// # Errors
    /// All mistakes of the file: an adjustment that would be lost is one of them.
    pub fn read(folder: &Path, class: &Class) -> Result<Self, AdjustmentErrors> {
        let file = folder.join(FILE);
        let wrong = |problems| AdjustmentErrors {
            file: file.clone(),
            problems,
        };
        let bytes = match std::fs::read(&file) {
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(cause) => return Err(wrong(vec![(None, format!("it cannot be read: {cause}"))])),
            Ok(bytes) => bytes,
        };
        let sheet = Sheet::read(&bytes).map_err(|error| wrong(vec![(None, error.to_string())]))?;
        let columns = Columns::read(&sheet).map_err(wrong)?;
        let (mut all, mut lines, mut problems) = (Self::default(), BTreeMap::new(), Vec::new());
        for row in &sheet.rows()[columns.header + 1..] {
            let mut wrong = |reason: String| problems.push((Some(row.line), reason));
            match columns.row(row, class) {
                Err(reasons) => reasons.into_iter().for_each(wrong),
                Ok((student, lab, adjustment)) => {
                    let key = (student.id.clone(), lab.id.clone());
                    match lines.insert(key.clone(), row.line) {
                        Some(first) => wrong(format!(
                            "line {first} is about {} in {} too: keep one of them",
                            cut(&student.id, 60),
                            lab.id
                        )),
                        None => drop(all.0.insert(key, adjustment)),
                    }
                }
            }
        }
        if problems.is_empty() {
            Ok(all)
        } else {
            Err(wrong(problems))
        }
    }

    /// The file without the lines about a student; nothing where it has none.
    ///
    /// # Errors
    /// When it cannot be read, or is no table of adjustments.
    pub fn without(folder: &Path, class: &Class, id: &str) -> Result<Option<Vec<u8>>, AdjustmentErrors> {
        let file = folder.join(FILE);
        let wrong = |problems| AdjustmentErrors {
            file: file.clone(),
            problems,
        };
        let bytes = match std::fs::read(&file) {
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(wrong(vec![(None, format!("it cannot be read: {cause}"))])),
            Ok(bytes) => bytes,
        };
        let sheet = Sheet::read(&bytes).map_err(|error| wrong(vec![(None, error.to_string())]))?;
        let columns = Columns::read(&sheet).map_err(wrong)?;
        let is_theirs = |row: &&SheetRow| {
            let said = columns.places[0].map_or("", |place| row.get(place).trim());
            said == id || student(class, said).is_ok_and(|student| student.id == id)
        };
        let rows = sheet.rows().iter().enumerate().skip(columns.header + 1);
        let theirs: Vec<usize> = rows.filter(|(_, row)| is_theirs(row)).map(|(row, _)| row).collect();
        Ok((!theirs.is_empty()).then(|| sheet.without(&theirs)))
    }

    /// What is said of a student's grade in a lab.
    pub fn of(&self, student: &Student, lab: &LabSummary) -> Option<&Adjustment> {
        self.0.get(&(student.id.clone(), lab.id.clone()))
    }
}

const NAMES: [&str; 5] = ["student", "lab", "points", "percent", "reason"];

/// Where each column of `NAMES` is.
struct Columns {
    header: usize,
    places: [Option<usize>; 5],
}

impl Columns {
    fn read(sheet: &Sheet) -> Result<Self, Vec<(Option<usize>, String)>> {
        let header = sheet.excel_lines();
        let Some(row) = sheet.rows().get(header) else {
            return Err(vec![(None, "it has no header".to_owned())]);
        };
        let (mut places, mut problems) = ([None; 5], Vec::new());
        for (place, cell) in row.values().enumerate() {
            let folded = fold(cell);
            match NAMES.iter().position(|name| *name == folded) {
                Some(name) if places[name].is_some() => problems.push(format!("the column `{folded}` is there twice")),
                Some(name) => places[name] = Some(place),
                None if folded.is_empty() || folded.starts_with("x-") => {}
                None => {
                    let unknown = UnknownName::new("column", &cut(cell.trim(), 60), NAMES.into_iter());
                    problems.push(format!("{unknown} (one of your own: begin its name with `x-`)"));
                }
            }
        }
        for name in [0, 1, 4] {
            if places[name].is_none() {
                problems.push(format!("the header has no column `{}`", NAMES[name]));
            }
        }
        match problems.is_empty() {
            true => Ok(Self { header, places }),
            false => Err(problems.into_iter().map(|reason| (Some(row.line), reason)).collect()),
        }
    }

    fn row<'c>(
        &self,
        row: &SheetRow,
        class: &'c Class,
    ) -> Result<(&'c Student, &'c LabSummary, Adjustment), Vec<String>> {
        let cell = |name: usize| self.places[name].map_or("", |place| row.get(place).trim());
        let mut wrong = Vec::new();
        let student = student(class, cell(0)).map_err(|why| wrong.push(why)).ok();
        let lab = lab(class, cell(1)).map_err(|why| wrong.push(why)).ok();
        let adjusted = adjusted(cell(2), cell(3)).unwrap_or_else(|why| {
            wrong.push(why);
            None
        });
        let reason = cell(4);
        if reason.is_empty() {
            wrong.push("`reason` is empty: say in a sentence why, the student reads it".to_owned());
        }
        if let (Some(student), Some(lab)) = (student, lab) {
            let id = cut(&student.id, 60);
            if student.excused {
                wrong.push(format!(
                    "{id} is excused and has no grade: remove this line, or `excused` from the roster"
                ));
            } else if !student.takes(&lab.id) {
                wrong.push(format!("{id} does not take {}", lab.id));
            }
        }
        match (student, lab) {
            (Some(student), Some(lab)) if wrong.is_empty() => {
                let reason = cut(reason, MAX_REASON);
                Ok((student, lab, Adjustment { adjusted, reason }))
            }
            _ => Err(wrong),
        }
    }
}

/// The student of a class. A spreadsheet may have dropped zeros in front; no two of a class differ in these only.
fn student<'c>(class: &'c Class, id: &str) -> Result<&'c Student, String> {
    let all = || class.students.iter();
    let exact = all().find(|student| student.id == id);
    let found = exact.or_else(|| all().find(|student| identifier::bare(&student.id) == identifier::bare(id)));
    found.ok_or_else(|| {
        let ids = all().map(|student| student.id.as_str()).take(500);
        format!(
            "correct or remove the line, since an adjustment is never left out without a word: {}",
            UnknownName::near("student", &cut(id, 60), ids)
        )
    })
}

fn lab<'c>(class: &'c Class, name: &str) -> Result<&'c LabSummary, String> {
    let called = |lab: &&LabSummary| {
        let names = lab.names.iter().chain([&lab.id, &lab.title]);
        names.into_iter().any(|one| fold(one) == fold(name))
    };
    class.labs.iter().find(called).ok_or_else(|| {
        let ids = class.labs.iter().map(|lab| lab.id.as_str());
        UnknownName::new("lab of this class", &cut(name, 60), ids).to_string()
    })
}

/// The grade that takes the place of the one that was judged; nothing where there is only a note.
fn adjusted(points: &str, percent: &str) -> Result<Option<Adjusted>, String> {
    let read = |what: &str, text: &str| -> Result<Decimal, String> {
        let number = number::parse(text).map(|(value, _)| value);
        number.ok_or_else(|| format!("`{what}` is `{}`: write a number, such as 80 or 87.5", cut(text, 60)))
    };
    match (points, percent.trim_end_matches('%').trim_end()) {
        ("", "") => Ok(None),
        (points, "") => Ok(Some(Adjusted::Points(read("points", points)?))),
        ("", percent) => Ok(Some(Adjusted::Percent(read("percent", percent)?))),
        _ => Err("it has both points and percent: keep one of them".to_owned()),
    }
}

//! What Moodle and Canvas do with a file that is imported, written from their own rules and from nothing of `src/`.
//!
//! - Moodle, grade import: <https://docs.moodle.org/en/Grade_import>; `grade/import/csv/classes/load_data.php`.
//! - Moodle, offline grading worksheet: <https://docs.moodle.org/en/Assignment_settings>;
//!   `mod/assign/feedback/offline/importgradeslib.php` and `locallib.php`.
//! - Canvas Instructor Guide, "How do I import grades in the Gradebook?"; `lib/gradebook_importer.rb`.

use std::collections::BTreeMap;

/// The language of a Moodle site: its names of columns and its decimal sign.
#[derive(Clone, Copy)]
pub struct Language {
    pub identifier: &'static str,
    pub grade: &'static str,
    pub modified: &'static str,
    pub comments: &'static str,
    pub participant: &'static str,
    pub decimal: char,
}

pub const ENGLISH: Language = Language {
    identifier: "Identifier",
    grade: "Grade",
    modified: "Last modified (grade)",
    comments: "Feedback comments",
    participant: "Participant ",
    decimal: '.',
};

pub const CATALAN: Language = Language {
    identifier: "Identificador",
    grade: "Qualificació",
    modified: "Darrera modificació (qualificació)",
    comments: "Comentaris de retroacció",
    participant: "Participant ",
    decimal: ',',
};

pub const SPANISH: Language = Language {
    identifier: "Identificador",
    grade: "Calificación",
    modified: "Última modificación (calificación)",
    comments: "Comentarios de retroalimentación",
    participant: "Participante ",
    decimal: ',',
};

/// Grades by what identifies a user. `None`: the grade is taken away.
pub type Grades = BTreeMap<String, Option<f64>>;

/// Moodle's import of grades, as the professor fills in its form: the encoding, the separator, the column that says who
/// it is and the users whom Moodle finds by it, the column with the grades.
pub fn moodle(
    file: &[u8],
    encoding: &'static encoding_rs::Encoding,
    separator: u8,
    (who, users): (&str, &[&str]),
    grade: &str,
    language: Language,
) -> Result<Grades, String> {
    let rows = moodle_rows(file, encoding, separator)?;
    let (who, grade) = (column(&rows[0], who)?, column(&rows[0], grade)?);
    let mut grades = Grades::new();
    for row in &rows[1..] {
        let user = row[who].trim();
        if !users.contains(&user) {
            return Err(format!("user mapping error, could not find user with {user}"));
        }
        let value = unformat(&row[grade], language)?;
        // Without `unlimitedgrades` the limit of a site is 100.
        if value.is_some_and(|value| value > 100.0) {
            return Err("one of the grade values is larger than the allowed maximum of 100".to_owned());
        }
        grades.insert(user.to_owned(), value);
    }
    Ok(grades)
}

/// What a worksheet did: grades and comments by the participant's number, and rows that were passed over.
#[derive(Debug, Default, PartialEq)]
pub struct Worksheet {
    pub grades: BTreeMap<u32, f64>,
    pub comments: BTreeMap<u32, String>,
    pub passed_over: Vec<u32>,
}

/// Moodle's upload of a grading worksheet of an assignment with this maximum. `locked` are those whose grade cannot be
/// changed.
pub fn worksheet(
    file: &[u8],
    encoding: &'static encoding_rs::Encoding,
    separator: u8,
    language: Language,
    maximum: f64,
    locked: &[u32],
) -> Result<Worksheet, String> {
    let rows = moodle_rows(file, encoding, separator)?;
    let header = &rows[0];
    let identifier = column(header, language.identifier)?;
    let grade = column(header, language.grade)?;
    column(header, language.modified)?;
    let comments = header.iter().position(|name| name == language.comments);
    let mut done = Worksheet::default();
    for row in &rows[1..] {
        let number = row[identifier]
            .strip_prefix(language.participant)
            .ok_or("no participant")?;
        let number: u32 = number.trim().parse().map_err(|_| "no number of a participant")?;
        match unformat(&row[grade], language)? {
            Some(value) if value > maximum || value < 0.0 || locked.contains(&number) => done.passed_over.push(number),
            Some(value) => {
                done.grades.insert(number, value);
            }
            None => {}
        }
        if let Some(comments) = comments.filter(|&at| !row[at].is_empty()) {
            done.comments.insert(number, row[comments].clone());
        }
    }
    Ok(done)
}

/// A Canvas course.
pub struct Course<'c> {
    /// Canvas's own id of each student, with what SIS calls them and their login.
    pub students: &'c [(u32, &'c str, &'c str)],
    /// The number and title of each assignment.
    pub assignments: &'c [(u32, &'c str)],
    /// The titles of columns that the teacher made.
    pub custom: &'c [&'c str],
}

/// The scores that Canvas would set, by student and assignment. New assignments and new students are errors here: a
/// professor who only wanted to import grades would not expect them.
pub fn canvas(file: &[u8], course: &Course) -> Result<BTreeMap<(u32, u32), String>, String> {
    let text = std::str::from_utf8(file).map_err(|_| "the file did not parse cleanly: it is not UTF-8")?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let rows = canvas_rows(text)?;
    let header = &rows[0];
    if !(header.len() > 3 && header[0].contains("Student") && header[1].contains("ID")) {
        return Err("Invalid header row".to_owned());
    }
    let section = header
        .iter()
        .position(|name| name.contains("Section"))
        .ok_or("Invalid header row")?;
    let maxima = rows
        .iter()
        .find(|row| row[0].contains("Points Possible"))
        .ok_or("no row Points Possible")?;
    let computed = ["Current ", "Final ", "Override "];
    let mut scores = BTreeMap::new();
    let mut columns = Vec::new();
    for (at, name) in header.iter().enumerate().skip(section + 1) {
        let read_only = maxima.get(at).is_some_and(|cell| cell.contains("read only"));
        if read_only || course.custom.contains(&name.as_str()) || computed.iter().any(|word| name.contains(word)) {
            continue;
        }
        let id = name
            .rsplit_once('(')
            .and_then(|(_, id)| id.strip_suffix(')')?.parse::<u32>().ok());
        let found = course
            .assignments
            .iter()
            .find(|(number, title)| Some(*number) == id || title == name);
        columns.push((
            at,
            found
                .ok_or_else(|| format!("a new assignment would be made: {name}"))?
                .0,
        ));
    }
    for row in &rows[1..] {
        let muted = |cell: &String| ["", "Muted", "Manual Posting"].iter().any(|word| cell.trim() == *word);
        if row[0].contains("Points Possible") || row.iter().all(muted) || row[0] == "Student, Test" {
            continue;
        }
        let cell = |name: &str| header.iter().position(|h| h == name).map_or("", |at| row[at].as_str());
        let known = course.students.iter().find(|(id, sis, login)| {
            cell("ID") == id.to_string()
                || (!sis.is_empty() && cell("SIS User ID") == *sis)
                || cell("SIS Login ID") == *login
        });
        let known = known.ok_or_else(|| format!("a student whom Canvas does not know: {}", row[0]))?;
        for (at, assignment) in &columns {
            let value = row.get(*at).map_or("", |cell| cell.trim());
            if !["", "-", "N/A"].contains(&value) {
                scores.insert((known.0, *assignment), normal(value));
            }
        }
    }
    Ok(scores)
}

/// A number as Canvas reads it: the last comma or dot is that of the decimals.
fn normal(value: &str) -> String {
    if !value.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b',') {
        return value.to_owned();
    }
    match value.rfind(['.', ',']) {
        Some(at) => format!("{}.{}", value[..at].replace(['.', ','], ""), &value[at + 1..]),
        None => value.to_owned(),
    }
}

/// Moodle takes a semicolon or a comma; Canvas sees which from the first lines.
fn canvas_rows(text: &str) -> Result<Vec<Vec<String>>, String> {
    let fields = |separator: u8| -> usize {
        let head: String = text.lines().take(3).collect::<Vec<_>>().join("\n");
        let mut reader = reader(separator, true).from_reader(std::io::Cursor::new(head));
        let widths: Vec<usize> = reader.records().map(|row| row.map_or(0, |row| row.len())).collect();
        if widths.iter().all(|width| *width == widths[0]) {
            widths[0]
        } else {
            0
        }
    };
    let separator = if fields(b';') > fields(b',') { b';' } else { b',' };
    rows(text, separator, true)
}

fn moodle_rows(
    file: &[u8],
    encoding: &'static encoding_rs::Encoding,
    separator: u8,
) -> Result<Vec<Vec<String>>, String> {
    let (text, _, wrong) = encoding.decode(file);
    if wrong {
        return Err("the file is not in the encoding of the form".to_owned());
    }
    // Every row has as many cells as the header.
    let mut rows = rows(&text, separator, false).map_err(|error| format!("csvweirdcolumns: {error}"))?;
    for name in &mut rows[0] {
        *name = name.trim().to_owned();
    }
    Ok(rows)
}

fn reader(separator: u8, flexible: bool) -> csv::ReaderBuilder {
    let mut reader = csv::ReaderBuilder::new();
    reader.has_headers(false).delimiter(separator).flexible(flexible);
    reader
}

fn rows(text: &str, separator: u8, flexible: bool) -> Result<Vec<Vec<String>>, String> {
    let mut reader = reader(separator, flexible).from_reader(text.as_bytes());
    let records: Result<Vec<csv::StringRecord>, csv::Error> = reader.records().collect();
    let records = records.map_err(|error| error.to_string())?;
    Ok(records
        .iter()
        .map(|row| row.iter().map(str::to_owned).collect())
        .collect())
}

fn column(header: &[String], name: &str) -> Result<usize, String> {
    header
        .iter()
        .position(|h| h == name)
        .ok_or_else(|| format!("invalid grade import: no column {name}"))
}

/// A number in the site's language. What is none fails the import.
fn unformat(value: &str, language: Language) -> Result<Option<f64>, String> {
    let value = value.trim();
    if value.is_empty() || value == "-" {
        return Ok(None);
    }
    let plain = value.replace(' ', "").replace(language.decimal, ".");
    plain
        .parse()
        .map(Some)
        .map_err(|_| format!("the grade could not be read: {value}"))
}

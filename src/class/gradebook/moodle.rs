//! Moodle's gradebook: exported as a plain text file, imported as CSV.
//!
//! What Moodle asks of the file: <https://docs.moodle.org/en/Grade_import>, and `grade/import/csv/` of its source. A user is found by id number, user name or e-mail address; a total of the
//! course or of a category takes no grade; what is not a number in a grade fails the whole import; grades above 100 %
//! need the site's setting `unlimitedgrades`; a row of another length than the header fails the import.

use super::finding::Finding;
use super::layout::{GradeColumn, KeyColumn, KeyKind, Layout, LmsRules, Maximum, Stays, lacks};
use super::sheet::Sheet;
use super::words::fold;

/// No grade: Moodle exports a hyphen.
pub const MARKS: &[(&str, &str, Stays)] = &[("-", "no grade", Stays::Empty)];

/// Headers that say who a user is: English, Spanish, Catalan.
const IDS: [&str; 6] = [
    "id number",
    "idnumber",
    "numero de id",
    "numero id",
    "numero de identificacion",
    "numero d'id",
];
const LOGINS: [&str; 4] = ["username", "nombre de usuario", "nom d'usuari", "usuario"];
const EMAILS: [&str; 8] = [
    "email address",
    "email",
    "e-mail",
    "direccion de correo",
    "direccion email",
    "correo electronico",
    "adreca electronica",
    "adreca de correu",
];
/// Headers of what else Moodle exports of a user.
const OTHERS: [&str; 18] = [
    "first name",
    "last name",
    "surname",
    "full name",
    "institution",
    "department",
    "suspended",
    "nombre",
    "apellido",
    "apellidos",
    "apellido(s)",
    "nombre completo",
    "institucion",
    "departamento",
    "nom",
    "cognoms",
    "institucio",
    "departament",
];

pub fn layout(sheet: &Sheet) -> Result<Layout, Vec<Finding>> {
    let keys = keys(sheet);
    if keys.is_empty() {
        let what = "no column identifies the students: export with e-mail address, ID number or user name";
        return Err(vec![lacks(sheet, what)]);
    }
    let mut columns = Vec::new();
    let mut notes = vec![form(sheet)];
    for (index, header) in sheet.header().values().enumerate() {
        let folded = fold(header);
        if keys.iter().any(|k| k.column == index) || OTHERS.contains(&folded.as_str()) || folded.is_empty() {
            continue;
        }
        if exported(&folded) {
            notes.extend(age(sheet, index));
            continue;
        }
        columns.push(GradeColumn {
            index,
            title: title(header).to_owned(),
            maximum: Maximum::Unsaid,
            closed: closed(&folded),
        });
    }
    if columns.is_empty() {
        return Err(vec![lacks(sheet, "no column is a grade item")]);
    }
    Ok(Layout {
        keys,
        columns,
        rows: (1..sheet.rows().len()).collect(),
        feedback: None,
        locked: None,
        maxima: None,
        single: false,
        notes,
        rules: LmsRules {
            name: "Moodle",
            even: true,
            maximum: false,
            above: Ok("Moodle takes grades above the maximum only with the site's setting `unlimitedgrades`"),
            marks: MARKS,
        },
    })
}

/// The columns that say who a user is.
pub fn keys(sheet: &Sheet) -> Vec<KeyColumn> {
    let kinds = sheet.header().values().enumerate().filter_map(|(column, header)| {
        let header = fold(header);
        let among = |names: &[&str]| names.contains(&header.as_str());
        let kind = match () {
            () if among(&EMAILS) || header.starts_with("direccion de correo") => KeyKind::Email,
            () if among(&IDS) => KeyKind::Id,
            () if among(&LOGINS) => KeyKind::Login,
            () => return None,
        };
        Some(KeyColumn { column, kind })
    });
    kinds.collect()
}

/// What to choose in the form of the import.
pub fn form(sheet: &Sheet) -> String {
    let separator = match sheet.delimiter() {
        ';' => "Semicolon",
        '\t' => "Tab",
        _ => "Comma",
    };
    format!(
        "in Moodle's form choose Encoding {} and Separator {separator}",
        sheet.encoding().name()
    )
}

/// A header without how the grade is shown: `Lab 1 (Real)`.
fn title(header: &str) -> &str {
    let header = header.trim();
    match header.rfind(" (") {
        Some(at) if fold(&header[at..]) == "(real)" => header[..at].trim(),
        _ => header,
    }
}

/// Why a column takes no grade.
fn closed(folded: &str) -> Option<String> {
    let ends = |words: &[&str]| words.iter().any(|word| folded.ends_with(&format!("({word})")));
    let bare = folded.split(" (").next().unwrap_or(folded);
    let totals = [
        "course total",
        "category total",
        "total del curso",
        "total de la categoria",
        "total de categoria",
    ];
    let totals = totals.contains(&bare)
        || bare.ends_with(" total")
        || bare.starts_with("total de ")
        || bare.starts_with("total del ");
    match () {
        () if ends(&["percentage", "porcentaje", "percentatge"]) => {
            Some("shows percentages, and Moodle imports points: export it as Real".to_owned())
        }
        () if ends(&["letter", "letra", "lletra"]) => {
            Some("shows letters, and Moodle imports points: export it as Real".to_owned())
        }
        () if ends(&["feedback", "retroalimentacion", "retroaccio", "comentarios"]) => {
            Some("holds feedback".to_owned())
        }
        () if totals => Some("is a total, which Moodle computes".to_owned()),
        () => None,
    }
}

/// Whether a header is that of the time of export.
fn exported(folded: &str) -> bool {
    let is_download = ["descarga", "descarrega", "baixada"]
        .iter()
        .any(|word| folded.contains(word));
    folded == "last downloaded from this course" || (is_download && folded.contains("curs"))
}

/// A file that is older than a year, or from the future, is taken only with "Force import".
fn age(sheet: &Sheet, column: usize) -> Option<String> {
    const YEAR: i64 = 365 * 24 * 3600;
    let now = chrono::Utc::now().timestamp();
    let times = sheet
        .rows()
        .iter()
        .skip(1)
        .filter_map(|row| row.get(column).trim().parse::<i64>().ok());
    let old = times.map(|time| now - time).any(|age| !(0..YEAR).contains(&age));
    old.then(|| {
        "the file was exported more than a year ago: export it again, since Moodle takes it only with Force import"
            .to_owned()
    })
}

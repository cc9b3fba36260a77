//! Who a file of a learning management system is about: a gradebook or a list of participants, of Moodle or Canvas.

use super::finding::Finding;
use super::layout::{KeyKind, lacks};
use super::sheet::Sheet;
use super::words::fold;
use super::{canvas, moodle};

/// The columns and rows of people. All are places in the sheet.
#[derive(Debug)]
pub struct People {
    /// Whose file it is.
    pub lms: &'static str,
    /// The columns that can identify a student, the most suitable one first.
    pub ids: Vec<usize>,
    /// The column with their e-mail addresses.
    pub email: Option<usize>,
    /// The columns of which a name is made, in its order.
    pub name: Vec<usize>,
    /// The column that names their groups.
    pub groups: Option<usize>,
    /// The rows of students.
    pub rows: Vec<usize>,
    /// The rows of people who have another role.
    pub others: Vec<usize>,
}

/// Headers of Moodle: English, Spanish, Catalan.
const FIRST: [&str; 3] = ["first name", "nombre", "nom"];
const LAST: [&str; 6] = [
    "last name",
    "surname",
    "apellido(s)",
    "apellidos",
    "apellido",
    "cognoms",
];
const FULL: [&str; 5] = [
    "full name",
    "nombre completo",
    "nombre / apellido(s)",
    "nombre y apellidos",
    "nom complet",
];
const GROUPS: [&str; 6] = ["groups", "group", "grupos", "grupo", "grups", "grup"];
const ROLES: [&str; 6] = ["roles", "role", "rol", "rols", "papel", "papeles"];

/// Who is in a file, whichever system exported it.
///
/// # Errors
/// When it is neither Moodle's nor Canvas's.
pub fn people(sheet: &Sheet) -> Result<People, Finding> {
    let header: Vec<&str> = sheet.header().values().map(str::trim).collect();
    if canvas::is_header(&header) {
        return Ok(of_canvas(sheet, &header));
    }
    let keys = moodle::keys(sheet);
    let folded: Vec<String> = header.iter().map(|name| fold(name)).collect();
    let among = |names: &[&str]| folded.iter().position(|name| names.contains(&name.as_str()));
    let name: Vec<usize> = match among(&FULL) {
        Some(full) => vec![full],
        None => among(&FIRST).into_iter().chain(among(&LAST)).collect(),
    };
    // A form's answers have e-mail addresses too.
    if keys.is_empty() || name.is_empty() {
        return Err(lacks(
            sheet,
            "this is not an export of Moodle or Canvas in English, Spanish or Catalan: it needs names, and an ID number, a user \
             name or an e-mail address",
        ));
    }
    let of = |kind: KeyKind| keys.iter().filter(move |key| key.kind == kind).map(|key| key.column);
    let roles = among(&ROLES);
    let counts = |row: &usize| roles.is_none_or(|roles| is_student(sheet.rows()[*row].get(roles)));
    let (rows, others) = (1..sheet.rows().len()).partition(counts);
    Ok(People {
        lms: "Moodle",
        ids: of(KeyKind::Id)
            .chain(of(KeyKind::Login))
            .chain(of(KeyKind::Email))
            .collect(),
        email: of(KeyKind::Email).next(),
        name,
        groups: among(&GROUPS),
        rows,
        others,
    })
}

fn of_canvas(sheet: &Sheet, header: &[&str]) -> People {
    let find = |name: &str| header.iter().position(|cell| *cell == name);
    let login = find("SIS Login ID");
    let rows = canvas::students(sheet);
    // Many schools sign in by e-mail address; the file has no other column of it.
    let is_email = |column: &usize| {
        let mut filled = rows
            .iter()
            .map(|&row| sheet.rows()[row].get(*column).trim())
            .filter(|cell| !cell.is_empty())
            .peekable();
        filled.peek().is_some() && filled.all(|cell| cell.contains('@'))
    };
    let name = match find("Student") {
        Some(student) => vec![student],
        None => find("FirstName").into_iter().chain(find("LastName")).collect(),
    };
    People {
        lms: "Canvas",
        ids: [login, find("SIS User ID"), find("ID")].into_iter().flatten().collect(),
        email: login.filter(is_email),
        name,
        groups: None,
        rows,
        others: Vec::new(),
    }
}

/// Whether somebody with these roles is a student. Where the cell says nothing, the file lists students only.
fn is_student(roles: &str) -> bool {
    let roles = fold(roles);
    roles.is_empty()
        || ["student", "estudiant", "alumn"]
            .iter()
            .any(|word| roles.contains(word))
}

//! The class of the evening: who is in it, what is wrong in which account, the grades, and the files of its LMS.

use chrono::Utc;

use crate::common::lms::{CATALAN, ENGLISH, Language, SPANISH};

pub(super) const LAB: &str = "datastream";
pub(super) const STUDENTS: usize = 33;

/// The first of each pair, which gives the account.
pub(super) const PAIRS: [usize; 2] = [1, 3];
pub(super) const WITHOUT_ACCOUNT: [usize; 3] = [31, 32, 33];
/// Whose account is made after the deadline.
pub(super) const LATE: std::ops::RangeInclusive<usize> = 27..=30;
pub(super) const OVERRIDDEN: usize = 10;

/// As the school has it: eight digits, of which a spreadsheet keeps six.
pub(super) fn id(n: usize) -> String {
    format!("00{}", 104_500 + n)
}

pub(super) fn email(n: usize) -> String {
    format!("s{n:03}@example.com")
}

pub(super) fn name(n: usize) -> (String, String) {
    let first = ["Núria", "José", "Anaïs", "Pau"][n % 4];
    let last = ["Puig", "Núñez, hijo", "García", "d'Òdena"][n % 4];
    (format!("{first} {n}"), last.to_owned())
}

/// Twelve digits that begin with zero.
pub(super) fn account(n: usize) -> String {
    format!("0866{n:08}")
}

pub(super) fn second_of_pair(n: usize) -> bool {
    PAIRS.contains(&(n - 1))
}

pub(super) fn account_holders() -> impl Iterator<Item = usize> {
    (1..=STUDENTS).filter(|n| !second_of_pair(*n) && !WITHOUT_ACCOUNT.contains(n))
}

/// What is wrong in an account. Without its probe the lab has 88 points and 3 of extra credit: a function without its variable
/// loses 4 of the 91, one without a trigger 5 and, because there is nothing to be enabled, 3.
pub(super) fn fault(n: usize) -> Option<&'static str> {
    [None, Some("variable-missing"), Some("no-trigger")][n % 3]
}

/// Out of ten, worked out by hand.
pub(super) fn grade(n: usize) -> Option<&'static str> {
    Some(match n {
        // 91 points, 10 % less: 81.9 of 88 are 9.3068.
        27 => "9.31",
        // 87 points, 10 % less: 78.3 of 88 are 8.8977.
        28 => "8.9",
        // More time: nothing is taken off. 83 of 88 are 9.4318.
        29 => "9.43",
        30 => "10",
        31.. => return None,
        OVERRIDDEN => "6.55",
        // As the first of the pair.
        2 => "9.89",
        4 => "10",
        // 91, 87 and 83 of 88; extra credit is cut.
        n => ["10", "9.89", "9.43"][n % 3],
    })
}

/// What Moodle exports: the columns of its grader report in a language, with the item's own title.
pub(super) struct Export {
    pub(super) header: &'static str,
    pub(super) who: &'static str,
    pub(super) item: &'static str,
    pub(super) language: Language,
}

pub(super) const MOODLE: [Export; 3] = [
    Export {
        header: "Nombre,Apellido(s),\"Número de ID\",Institución,Departamento,\"Dirección de correo\",\"Tarea:Data stream (Real)\",\"Tarea:Event-driven architecture (Real)\",\"Total del curso (Real)\",\"Última descarga de este curso\"",
        who: "Número de ID",
        item: "Tarea:Data stream (Real)",
        language: SPANISH,
    },
    Export {
        header: "Nom,Cognoms,\"Número d'ID\",Institució,Departament,\"Adreça electrònica\",\"Tasca:Data stream (Real)\",\"Tasca:Event-driven architecture (Real)\",\"Total del curs (Real)\",\"Darrera descàrrega d'aquest curs\"",
        who: "Número d'ID",
        item: "Tasca:Data stream (Real)",
        language: CATALAN,
    },
    Export {
        header: "\"First name\",\"Last name\",\"ID number\",Institution,Department,\"Email address\",\"Assignment:Data stream (Real)\",\"Assignment:Event-driven architecture (Real)\",\"Course total (Real)\",\"Last downloaded from this course\"",
        who: "ID number",
        item: "Assignment:Data stream (Real)",
        language: ENGLISH,
    },
];

pub(super) fn moodle(export: &Export) -> String {
    let now = Utc::now().timestamp();
    let rows = (1..=STUDENTS).map(|n| {
        let (first, last) = name(n);
        format!("{first},\"{last}\",{},EDEM,,{},-,-,-,{now}\n", id(n), email(n))
    });
    format!("{}\n{}", export.header, rows.collect::<String>())
}

pub(super) fn canvas() -> String {
    let rows = (1..=STUDENTS).map(|n| {
        let (first, last) = name(n);
        format!("\"{last}, {first}\",{},{},{},A,,\n", 900 + n, id(n), email(n))
    });
    format!(
        "Student,ID,SIS User ID,SIS Login ID,Section,Data stream (41),Event-driven architecture (42)\n    Points \
         Possible,,,,,10.00,10.00\n{}\"Student, Test\",999,,,A,,\n",
        rows.collect::<String>()
    )
}

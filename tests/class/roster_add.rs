//! Accounts that students gave in a form, put into a roster.

use crate::common;

use std::path::{Path, PathBuf};

use common::cloud::{Printed, alone, run};

/// A folder with a roster and a form's answers.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new(roster: impl AsRef<[u8]>, form: impl AsRef<[u8]>) -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        std::fs::write(desk.path("roster.csv"), roster).unwrap();
        std::fs::write(desk.path("form.csv"), form).unwrap();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn add(&self, args: &[&str]) -> Printed {
        let (roster, form) = (self.path("roster.csv"), self.path("form.csv"));
        let all = ["roster", "add", text(&roster), "--from", text(&form)];
        run(alone(&[&all, args].concat()))
    }

    fn roster(&self) -> Vec<u8> {
        std::fs::read(self.path("roster.csv")).unwrap()
    }

    #[track_caller]
    fn is(&self, expected: &str) {
        assert_eq!(String::from_utf8_lossy(&self.roster()), expected);
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[track_caller]
fn says(printed: &Printed, code: i32, parts: &[&str]) {
    assert_eq!(printed.code, code, "{}{}", printed.stdout, printed.stderr);
    for part in parts {
        let all = format!("{}{}", printed.stdout, printed.stderr);
        assert!(all.contains(part), "{part:?}: {all}");
    }
}

/// The answers as Google Forms gives them in Spanish.
const GOOGLE: &str = "\"Marca temporal\",\"Dirección de correo electrónico\",\"¿Cuál es tu cuenta de AWS?\",Comentarios\n\
                      \"2026/09/14 10:22:31 a. m. CET\",s001@example.com,1111-2222-3331,\n\
                      \"2026/09/14 10:23:31 a. m. CET\",S002@Example.com,\"Es la 1111 2222 3332, gracias\",111122223339?\n";

#[test]
fn google_s_answers_and_every_other_byte_stays() {
    let roster =
        "x-mine;Student;\"E-mail\";name\r\n\"a;\"\"b\";007;s001@example.com;Ana\r\n;008;s002@example.com\r\n\r\n";
    let desk = Desk::new(format!("\u{feff}{roster}"), GOOGLE);
    let printed = desk.add(&["--dry-run"]);
    says(&printed, 0, &["2 accounts would be put into", "nothing was written"]);
    desk.is(&format!("\u{feff}{roster}"));
    says(
        &desk.add(&[]),
        0,
        &[" 2 accounts → ", "the roster as it was: roster-before-1.csv"],
    );
    desk.is(
        "\u{feff}x-mine;Student;\"E-mail\";name;account\r\n\"a;\"\"b\";007;s001@example.com;Ana;111122223331\r\n\
         ;008;s002@example.com;;111122223332\r\n\r\n",
    );
    let before = std::fs::read_to_string(desk.path("roster-before-1.csv")).unwrap();
    assert_eq!(before, format!("\u{feff}{roster}"));
    // Again: nothing is new, and nothing is written.
    says(&desk.add(&[]), 0, &[" 0 accounts → ", "2 were there already"]);
    assert!(!desk.path("roster-before-2.csv").exists());
}

#[test]
fn microsoft_s_answers_that_excel_saved() {
    let form = "Id;Hora de inicio;Hora de finalización;Correo electrónico;Nombre;Número de cuenta\r\n\
                1;14/9/2026 10:22;14/9/2026 10:23;s001@example.com;Núria;11122223331\r\n\
                2;14/9/2026 10:22;14/9/2026 10:23;s002@example.com;Pau;1,11122E+11\r\n";
    let form: Vec<u8> = form.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    // A roster through Excel too, with an identifier that the form's numbers look like.
    let desk = Desk::new(
        "sep=;\r\nstudent;email;account\r\n2;s001@example.com;\r\n1;s002@example.com;\r\n",
        form,
    );
    says(
        &desk.add(&[]),
        1,
        &[
            "form.csv:2: 2: `11122223331` was read as 011122223331",
            "form.csv:3: 1: `1,11122E+11` is what a spreadsheet left of the account number",
            "no account yet\n   ",
            "roster.csv:4: 1",
        ],
    );
    desk.is("sep=;\r\nstudent;email;account\r\n2;s001@example.com;011122223331\r\n1;s002@example.com;\r\n");
}

const ROSTER: &str =
    "student,email,account\n007,s1@example.com,\n008,s2@example.com,111122223338\n009,s3@example.com,\n010,,\n";

#[test]
fn who_is_missing_double_or_a_stranger_is_said_with_the_line() {
    let form = "Timestamp,Email Address,AWS account\n\
                t,s1@example.com,111122223331\nt,s1@example.com,111122223332\nt,who@example.com,111122223333\n\
                t,s2@example.com,111122223334\nt,s3@example.com,111122223335 or 111122223336\n";
    let desk = Desk::new(ROSTER, form);
    let printed = desk.add(&[]);
    says(
        &printed,
        1,
        &[
            " 1 account → ",
            "form.csv:3: 007 answered again: 111122223332 counts, not 111122223331 in line 2",
            "form.csv:4: `who@example.com`: not in the roster",
            "form.csv:5: 008 gives account 111122223334, but line 3 of the roster has 111122223338: --replace",
            "form.csv:6: 009: `111122223335 or 111122223336` holds several account numbers",
            "roster.csv:4: 009",
            "roster.csv:5: 010",
        ],
    );
    desk.is(&ROSTER.replace("s1@example.com,", "s1@example.com,111122223332"));
    says(
        &desk.add(&["--replace"]),
        1,
        &["form.csv:5: 008: account 111122223334 in place of 111122223338"],
    );
    desk.is(&ROSTER
        .replace("s1@example.com,", "s1@example.com,111122223332")
        .replace("111122223338", "111122223334"));
    assert!(desk.path("roster-before-2.csv").exists());
}

#[test]
fn one_account_of_two_students_is_nobody_s() {
    let form = "Email,AWS account\ns1@example.com,111122223331\ns3@example.com,1111-2222-3331\n";
    let desk = Desk::new(ROSTER, form);
    says(
        &desk.add(&[]),
        1,
        &[
            "form.csv:2: 007 gives account 111122223331, and so does 009 (line 3): ask whose it is",
            "form.csv:3: 009 gives account 111122223331, and so does 007 (line 2): ask whose it is",
        ],
    );
    desk.is(ROSTER);
    let form = "Email,AWS account\ns1@example.com,111122223338\n";
    let desk = Desk::new(ROSTER, form);
    says(
        &desk.add(&[]),
        1,
        &["which the roster has for 008 (line 3): ask whose it is"],
    );
    desk.is(ROSTER);
}

#[test]
fn identifiers_name_students_too_and_a_lost_zero_is_said() {
    let form = "Timestamp,Your student number,Account\nt,7,111122223331\nt,009,111122223333\n";
    let desk = Desk::new(ROSTER, form);
    says(
        &desk.add(&[]),
        1,
        &["form.csv:2: `7` was read as 007, which differs in leading zeros or spaces"],
    );
    desk.is(&ROSTER
        .replace("s1@example.com,", "s1@example.com,111122223331")
        .replace("s3@example.com,", "s3@example.com,111122223333"));
}

#[test]
fn where_two_columns_fit_none_is_guessed() {
    let form = "Email 1,Email 2,Number A,Number B\ns1@example.com,s2@example.com,111122223331,111122223332\n";
    let desk = Desk::new(ROSTER, form);
    says(
        &desk.add(&[]),
        2,
        &[
            "form.csv:1: several columns hold e-mail addresses or identifiers of students: `Email 1`, `Email 2`; choose one, for example --who 'Email 1'",
            "form.csv:1: several columns hold account numbers: `Number A`, `Number B`; choose one, for example --account 'Number A'",
        ],
    );
    desk.is(ROSTER);
    says(
        &desk.add(&["--who", "Email 1", "--account", "Number B"]),
        1,
        &[" 1 account → "],
    );
    desk.is(&ROSTER.replace("s1@example.com,", "s1@example.com,111122223332"));
    says(&desk.add(&["--who", "Emial 1"]), 2, &["did you mean `Email 1`?"]);

    // Spanish telephone numbers have nine digits.
    let desk = Desk::new(ROSTER, "Email,Teléfono\ns1@example.com,600112233\n");
    says(
        &desk.add(&[]),
        2,
        &["no column holds account numbers, which have 12 digits"],
    );
    let desk = Desk::new(ROSTER, "Email,Account\n");
    says(&desk.add(&[]), 2, &["it has no answers"]);
}

#[test]
fn answers_are_inert() {
    let form = "Email,AWS account\n\u{1b}[2J=cmd|x,111122223331\ns1@example.com,\"=HYPERLINK(\"\"x\"\")\u{1b}[31m\"\ns3@example.com,111122223333\n";
    let desk = Desk::new(ROSTER, form);
    let printed = desk.add(&[]);
    says(
        &printed,
        1,
        &["holds no account number, which has 12 digits: ask for it"],
    );
    assert!(
        !printed.stdout.contains('\u{1b}') && !printed.stderr.contains('\u{1b}'),
        "{}",
        printed.stdout
    );
    desk.is(&ROSTER.replace("s3@example.com,", "s3@example.com,111122223333"));
}

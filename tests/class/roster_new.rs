//! A roster made from what Moodle or Canvas exported, also after a spreadsheet has had it.

use crate::common;

use std::path::{Path, PathBuf};

use common::cloud::{Printed, alone, run};
use common::graded::ClassFolder;
use edemlab::class::Student;
use edemlab::class::roster::Entry;

/// A folder with one export in it.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new(export: impl AsRef<[u8]>) -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        std::fs::write(desk.path("export.csv"), export).unwrap();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn make(&self, args: &[&str]) -> Printed {
        let (export, roster) = (self.path("export.csv"), self.path("roster.csv"));
        let all = ["roster", "new", "--from", text(&export), "--out", text(&roster)];
        run(alone(&[&all, args].concat()))
    }

    /// The roster's text, without its byte order mark.
    #[track_caller]
    fn made(&self, args: &[&str]) -> (String, Printed) {
        let printed = self.make(args);
        assert_eq!(printed.code, 0, "{}", printed.stderr);
        let roster = std::fs::read_to_string(self.path("roster.csv")).unwrap();
        let roster = roster
            .strip_prefix('\u{feff}')
            .expect("Excel needs the mark")
            .to_owned();
        (roster, printed)
    }

    #[track_caller]
    fn refused(&self, args: &[&str], parts: &[&str]) {
        let printed = self.make(args);
        assert_eq!(printed.code, 2, "{}", printed.stdout);
        for part in parts {
            assert!(printed.stderr.contains(part), "{part:?}: {}", printed.stderr);
        }
        assert!(!self.path("roster.csv").exists());
    }

    /// The students of the roster, once they have handed in.
    fn students(&self) -> Vec<Student> {
        let roster = edemlab::class::roster::read(&self.path("roster.csv"), &[], "aws").unwrap();
        let handed_in = |entry: Entry| Student {
            not_handed_in: false,
            extension: None,
            ..entry.student
        };
        roster.students.into_iter().map(handed_in).collect()
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// As Excel saves a CSV file on a Spanish computer.
fn excel(text: &str) -> Vec<u8> {
    let text = text.replace(',', ";").replace('\n', "\r\n");
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
}

const MOODLE_ES: &str = "Nombre,Apellido(s),\"Número de ID\",Institución,\"Dirección de correo\",\"Tarea:Data stream (Real)\"\n\
                         Ana,Núñez,007,,s007@example.com,-\nBea,\"Gil\",008,,s008@example.com,\"8,50\"\n";

const MOODLE_EN: &str = "First name,Last name,Username,ID number,Email address,Assignment:Data stream (Real)\n\
                         Ana,Nunez,ana,007,s007@example.com,-\nBea,Gil,bea,008,s008@example.com,8.50\n";

const CANVAS: &str = "Student,ID,SIS User ID,SIS Login ID,Section,Data stream (41)\n    Points Possible,,,,,10.00\n\
                      \"Núñez, Ana\",91,u7,s007@example.com,A,\n\"Gil, Bea\",92,u8,s008@example.com,A,8.50\n\
                      \"Student, Test\",99,,,A,\n";

#[test]
fn each_system_s_export_becomes_a_roster_whose_students_its_gradebook_finds() {
    let moodle = "student,name,email,account\r\n007,Ana N";
    for (lms, export, start, ids) in [
        ("moodle", MOODLE_ES, moodle, ["007", "008"]),
        ("moodle", MOODLE_EN, moodle, ["007", "008"]),
        (
            "canvas",
            CANVAS,
            "student,name,email,account\r\ns007@example.com,\"Núñez, Ana\",s007@example.com,\r\n",
            ["s007@example.com", "s008@example.com"],
        ),
    ] {
        let desk = Desk::new(export);
        let (roster, printed) = desk.made(&[]);
        assert!(roster.starts_with(start), "{roster}");
        assert!(
            printed.stderr.contains("students are identified by the column"),
            "{}",
            printed.stderr
        );
        assert!(printed.stdout.starts_with("2 students → "), "{}", printed.stdout);
        let students = desk.students();
        assert_eq!(students.iter().map(|s| s.id.as_str()).collect::<Vec<_>>(), ids);
        assert_eq!(students[1].email, "s008@example.com");
        let class = ClassFolder::with(&[("datastream", "Data stream", 100)], students, None);
        class.points(ids[0], "datastream", 70);
        class.points(ids[1], "datastream", 90);
        let fill = ["gradebook", text(class.path()), "--for", lms, "--scale", "10", "--fill"];
        let out = desk.path("filled.csv");
        let export = desk.path("export.csv");
        let filled = run(alone(&[&fill[..], &[text(&export), "--out", text(&out)]].concat()));
        assert_eq!(filled.code, 0, "{}", filled.stderr);
        assert!(filled.stdout.starts_with("2 grades"), "{}", filled.stdout);
    }
}

#[test]
fn a_catalan_list_of_participants_that_excel_saved() {
    let desk = Desk::new(excel(
        "Nom,Cognoms,Nom d'usuari,Adreça electrònica,Rols,Grups\nNúria,Puig,0012,s012@example.com,Estudiant,\"Grup A\"\n\
         Pau,Vila,0013,s013@example.com,Estudiant,\nEva,Roca,0099,eva@example.com,Professor,\n",
    ));
    let (roster, printed) = desk.made(&[]);
    assert_eq!(
        roster,
        "student;name;email;account;x-groups\r\n0012;Núria Puig;s012@example.com;;Grup A\r\n\
         0013;Pau Vila;s013@example.com;;\r\n"
    );
    for part in [
        "`Nom d'usuari` of Moodle",
        "1 person in another role than student was left out (line 4)",
        "`x-groups`",
    ] {
        assert!(printed.stderr.contains(part), "{part}: {}", printed.stderr);
    }
}

#[test]
fn the_column_that_identifies_everyone_is_taken_or_the_one_that_is_named() {
    let desk =
        Desk::new("First name,Last name,ID number,Email address\nAna,Nu,007,a@example.com\nBea,Gil,,b@example.com\n");
    desk.refused(
        &["--id", "ID number"],
        &["export.csv:3: `ID number` is empty here; 1 of 2 students have none"],
    );
    desk.refused(
        &["--id", "Id numbr"],
        &["export.csv:1: there is no column `Id numbr`: did you mean `ID number`?"],
    );
    let (roster, _) = desk.made(&[]);
    assert!(roster.contains("\r\na@example.com,Ana Nu,"), "{roster}");

    let desk = Desk::new(CANVAS);
    let (roster, _) = desk.made(&["--id", "SIS User ID"]);
    assert!(roster.contains("\r\nu7,\"Núñez, Ana\",s007@example.com,"), "{roster}");
}

#[test]
fn what_a_spreadsheet_has_lost_is_said_and_never_guessed() {
    let lost = "First name,Last name,ID number,Email address\nAna,Nu,\"1,00012E+11\",a@example.com\n";
    Desk::new(lost).refused(
        &[],
        &["export.csv:2: `ID number` is `1,00012E+11`: a spreadsheet has shortened it"],
    );
    let desk = Desk::new("First name,ID number\nAna,10001\nBea,10002\nCai,7\n");
    let (roster, printed) = desk.made(&[]);
    assert!(roster.contains("\r\n7,Cai,"), "{roster}");
    let said = "most identifiers have 5 digits, but 1 has fewer: `7` (line 4)";
    assert!(printed.stderr.contains(said), "{}", printed.stderr);
    Desk::new("First name,ID number\nAna,07\nBea,7\n")
        .refused(&[], &["export.csv:3: `ID number` is `7`, which differs from line 2"]);
}

#[test]
fn nothing_is_overwritten_and_what_is_no_export_is_refused() {
    let desk = Desk::new(MOODLE_EN);
    std::fs::write(desk.path("roster.csv"), "mine").unwrap();
    let printed = desk.make(&[]);
    assert_eq!(printed.code, 2);
    assert!(
        printed.stderr.contains("is there already: nothing was written"),
        "{}",
        printed.stderr
    );
    assert_eq!(std::fs::read_to_string(desk.path("roster.csv")).unwrap(), "mine");
    let export = desk.path("export.csv");
    let printed = run(alone(&["roster", "new", "--from", text(&export), "--out", "-"]));
    assert!(
        printed.stdout.starts_with("student,name,email,account\r\n007,"),
        "{}",
        printed.stdout
    );

    Desk::new("").refused(&[], &["it is empty"]);
    Desk::new(b"PK\x03\x04").refused(&[], &["save it as CSV"]);
    Desk::new("a,b\n1,2\n").refused(&[], &["export.csv:1: this is not an export of Moodle or Canvas"]);
    Desk::new("Timestamp,Email address,Account\nt,a@example.com,111122223331\n")
        .refused(&[], &["this is not an export of Moodle or Canvas"]);
    Desk::new("First name,Email address\n").refused(&[], &["it has a header, but no students"]);
}

#[test]
fn what_students_wrote_is_inert() {
    let desk = Desk::new(
        "First name,ID number,Email address\n=cmd|' /C calc'!A1,007,a@example.com\n\u{1b}[2Jx,008,b@example.com\n",
    );
    let (roster, printed) = desk.made(&[]);
    assert!(roster.contains("\r\n007,'=cmd|' /C calc'!A1,"), "{roster}");
    assert!(
        !roster.contains('\u{1b}') && !printed.stderr.contains('\u{1b}'),
        "{roster}"
    );
    Desk::new("First name,ID number\nAna,=1+1\nBea,2\n")
        .refused(&[], &["which a spreadsheet would take for a formula"]);
}

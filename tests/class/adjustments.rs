//! What the professor says of single grades, in a file of theirs: applied last, with its reason, and never lost.

use crate::common;

use std::process::Output;

use common::cloud::shared;
use common::course::solution_of;
use common::desk::Desk;
use common::graded::{ClassFolder, student};
use common::taught::LABS;

/// One lab of 100 points: 64 points, full marks, unknown to the grader, not handed in, excused.
fn class(adjustments: impl AsRef<[u8]>) -> ClassFolder {
    let mut students: Vec<_> = ["007", "008", "009", "010", "011"]
        .map(|id| student(id, &format!("Student {id}"), ""))
        .into();
    students[3].not_handed_in = true;
    students[4].excused = true;
    let class = ClassFolder::with(&[("datastream", "Data stream", 100)], students, None);
    class.points("007", "datastream", 64);
    class.points("008", "datastream", 100);
    std::fs::write(class.path().join("adjustments.csv"), adjustments).unwrap();
    class
}

fn edemlab(verb: &str, class: &ClassFolder, args: &[&str]) -> Output {
    common::edemlab(&[verb]).arg(class.path()).args(args).output().unwrap()
}

/// The table, a row a student.
fn table(class: &ClassFolder, args: &[&str]) -> (Vec<String>, String) {
    let output = edemlab("gradebook", class, &[&["--for", "csv", "--out", "-"], args].concat());
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let rows = text(&output.stdout).lines().map(str::to_owned).collect();
    (rows, text(&output.stderr))
}

#[test]
fn a_grade_is_replaced_by_points_or_percent_or_has_a_note() {
    let class = class(
        "student,lab,points,percent,reason\n007,datastream,\"80,5\",,Shown in the tutorial\n\
         008,Data stream,,,Very clear code\n009,datastream,,50 %,Was ill\n010,datastream,10,,\"Handed in on paper; =1+1\"\n",
    );
    let (rows, _) = table(&class, &[]);
    assert!(
        rows[0].ends_with("datastream late,datastream runs,datastream adjustment"),
        "{}",
        rows[0]
    );
    assert_eq!(
        rows[1..],
        [
            "007,Student 007,,80.5,80.5,100,,adjusted,no,1,adjusted to 80.5 points: Shown in the tutorial",
            "008,Student 008,,100,100,100,,pass,no,1,note: Very clear code",
            "009,Student 009,,50,50,100,,adjusted,,0,adjusted to 50 %: Was ill",
            "010,Student 010,,10,10,100,,adjusted,,0,adjusted to 10 points: Handed in on paper; =1+1",
            "011,Student 011,,,,100,,excused,,0,",
        ]
    );

    let export = class.beside("export.csv");
    std::fs::write(&export, "ID number,Data stream (Real)\n007,-\n008,-\n009,-\n010,-\n").unwrap();
    let fill = ["--for", "moodle", "--scale", "10", "--fill", export.to_str().unwrap()];
    let filled = edemlab("gradebook", &class, &fill);
    let said = String::from_utf8(filled.stderr).unwrap();
    for part in [
        "look at these:",
        "export.csv:2: 007 (Student 007): adjusted to 80.5 points: Shown in the tutorial",
        "export.csv:3: 008 (Student 008): note: Very clear code",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let text = std::fs::read_to_string(class.beside("export-filled.csv")).unwrap();
    assert_eq!(text, "ID number,Data stream (Real)\n007,8.05\n008,10\n009,5\n010,1\n");

    assert!(edemlab("pages", &class, &[]).status.success());
    let page = |name: &str| std::fs::read_to_string(class.path().join(name)).unwrap();
    let said = "Your professor has adjusted this grade to 80.5 of 100 points: Shown in the tutorial";
    assert!(page("students/007.html").contains(said));
    assert!(page("feedback/007.md").contains("Shown in the tutorial"));
    assert!(page("students/008.html").contains("Note of your professor: Very clear code"));
    assert!(page("students/009.html").contains("adjusted this grade to 50 of 100 points: Was ill"));
    let index = page("index.html");
    for part in [
        "3 adjusted",
        "80.5<small>/100</small>",
        "title=\"adjusted to 80.5 points: Shown in the tutorial\">adjusted",
    ] {
        assert!(index.contains(part), "{part}");
    }
}

#[test]
fn a_comment_of_a_worksheet_says_the_reason() {
    let class = class("student,lab,points,reason\n007,datastream,80,Shown in the tutorial.\n");
    let sheet = class.beside("Data stream.csv");
    let header =
        "Identifier,ID number,Grade,Maximum grade,Grade can be changed,Last modified (grade),Feedback comments\n";
    std::fs::write(&sheet, format!("{header}Participant 1,007,,10,Yes,-,\n")).unwrap();
    let filled = edemlab(
        "gradebook",
        &class,
        &["--for", "moodle-worksheet", "--fill", sheet.to_str().unwrap()],
    );
    let text = std::fs::read_to_string(class.beside("Data stream-filled.csv")).unwrap();
    let said = "edemlab: 80 of 100 points. Adjusted to 80 points: Shown in the tutorial.";
    assert!(
        text.contains(",8,") && text.contains(said),
        "{text}{}",
        String::from_utf8_lossy(&filled.stderr)
    );
}

/// The professor's spreadsheet drops zeros, writes semicolons and Windows-1252.
#[test]
fn a_spreadsheet_s_file_is_read() {
    let text = "sep=;\r\nStudent;Lab;Percent;Reason;x-mine\r\n7;DATASTREAM;87,5;Está bien;1\r\n";
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let (rows, _) = table(&class(latin), &[]);
    assert!(rows[1].contains(",87.5,87.5,100,,adjusted,"), "{}", rows[1]);
    assert!(rows[1].ends_with("adjusted to 87.5 %: Está bien"), "{}", rows[1]);
}

#[test]
fn what_cannot_be_applied_is_never_left_out_without_a_word() {
    for (content, parts) in [
        ("", &["it is empty"][..]),
        (
            "student,lab,mark\n",
            &[":1: there is no column `mark`", ":1: the header has no column `reason`"],
        ),
        (
            "student,lab,points,percent,reason\n0O7,datastream,1,,x\n007,datastraem,1,,x\n007,datastream,1,2,x\n\
             007,datastream,-3,,x\n007,datastream,1,,\n011,datastream,1,,x\n008,datastream,1,,x\n8,datastream,2,,x\n",
            &[
                ":2: correct or remove the line, since an adjustment is never left out without a word: there is no student `0O7`",
                ":3: there is no lab of this class `datastraem`: did you mean `datastream`?",
                ":4: it has both points and percent: keep one of them",
                ":5: `points` is `-3`: write a number, such as 80 or 87.5",
                ":6: `reason` is empty",
                ":7: 011 is excused and has no grade",
                ":9: line 8 is about 008 in datastream too: keep one of them",
            ],
        ),
    ] {
        let class = class(content);
        for verb in [&["gradebook", "--for", "csv", "--out", "-"][..], &["pages"]] {
            let refused = edemlab(verb[0], &class, &verb[1..]);
            let said = String::from_utf8(refused.stderr).unwrap();
            assert!(refused.status.code() == Some(2) && refused.stdout.is_empty(), "{said}");
            for part in parts {
                assert!(said.contains(part), "{part}: {said}");
            }
        }
    }
}

#[test]
fn a_reason_is_text_and_nothing_else() {
    let reason = "<script>window.ran=1</script> \u{1b}[2J **x**";
    let class = class(format!("student,lab,points,reason\n007,datastream,80,=cmd {reason}\n"));
    assert!(edemlab("pages", &class, &[]).status.success());
    for page in ["students/007.html", "index.html", "feedback/007.md"] {
        let text = std::fs::read_to_string(class.path().join(page)).unwrap();
        // In Markdown all of it is in one code span.
        let text = text.replace("`=cmd <script>window", "");
        assert!(
            !text.contains("<script>window") && !text.contains('\u{1b}'),
            "{page}: {text}"
        );
    }
    let (rows, said) = table(&class, &[]);
    assert!(
        !rows.concat().contains('\u{1b}') && !said.contains('\u{1b}'),
        "{rows:?}"
    );
}

#[test]
fn it_stays_when_a_class_is_graded_and_judged_again() {
    let desk = Desk::new();
    shared("class").deploy("870000000001", &solution_of(LABS[0]));
    desk.keys("a", "870000000001");
    desk.roster("student,credentials\ns001,a\n");
    let args = ["--lab", LABS[0], "--no-probe"];
    desk.graded(&args);
    let file = desk.path("class").join("adjustments.csv");
    let written = "student,lab,percent,reason\ns001,datastream,70,Copied a part\n";
    std::fs::write(&file, written).unwrap();
    let adjusted = || desk.row("s001", &[])[..5].join("|");
    assert_eq!(adjusted(), "70|70|100||adjusted");
    let printed = desk.graded(&[&args[..], &["--again", "all"]].concat());
    assert!(printed.stdout.contains("1 adjusted"), "{}", printed.stdout);
    let again = desk.of_class("regrade", &[]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert_eq!(adjusted(), "70|70|100||adjusted");
    assert!(
        desk.text("students/s001.html")
            .contains("70 of 100 points: Copied a part")
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), written);

    // A mistake is said before an account is asked.
    std::fs::write(&file, written.replace("s001", "s002")).unwrap();
    let refused = desk.grade(&[&args[..], &["--again", "all"]].concat());
    assert_eq!(refused.code, 2, "{}", refused.stdout);
    assert!(
        refused.stderr.contains("adjustments.csv:2: correct or remove the line"),
        "{}",
        refused.stderr
    );
    assert!(!refused.stderr.contains("to grade"), "{}", refused.stderr);
}

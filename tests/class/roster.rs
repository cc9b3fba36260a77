//! A roster as professors have it: what spreadsheets write is read, and every mistake is named before anything runs.

mod strangers;

use std::path::Path;

use edemlab::class::roster::{Access, LabNames, Roster, RosterErrors};

/// Two labs, with resources of one name.
fn read(path: &Path) -> Result<Roster, RosterErrors> {
    let lab = |id: &str, resources: &[&str]| LabNames {
        id: id.to_owned(),
        resources: resources.iter().map(|name| (*name).to_owned()).collect(),
        steps: vec!["setup".to_owned(), "final".to_owned()],
    };
    let labs = [
        lab("datastream", &["stream", "role"]),
        lab("eventdriven", &["bus", "role"]),
    ];
    edemlab::class::roster::read(path, &labs, "aws")
}

/// Reads `content` as a roster, in a folder with one file of credentials.
fn roster_of(content: &[u8]) -> Result<Roster, RosterErrors> {
    let folder = tempfile::tempdir().unwrap();
    handed_in(&folder.path().join("s001.txt"), "ASIAS001");
    handed_in(&folder.path().join("s002.txt"), "ASIAS002");
    let file = folder.path().join("roster.csv");
    std::fs::write(&file, content).unwrap();
    read(&file)
}

fn handed_in(path: &Path, id: &str) {
    let block = format!("[default]\naws_access_key_id={id}\naws_secret_access_key=hush\naws_session_token=token\n");
    std::fs::write(path, block).unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}

fn good(content: &str) -> Roster {
    roster_of(content.as_bytes()).unwrap_or_else(|errors| panic!("{errors}\n{content}"))
}

/// Each mistake as `LINE: REASON`.
fn mistakes(content: &str) -> Vec<String> {
    let errors = roster_of(content.as_bytes()).expect_err(content);
    let line = |line: Option<u64>| line.map_or("file".to_owned(), |l| l.to_string());
    errors
        .problems
        .iter()
        .map(|p| format!("{}: {}", line(p.line), p.reason))
        .collect()
}

#[track_caller]
fn says(mistakes: &[String], expected: &[(&str, &str)]) {
    assert_eq!(mistakes.len(), expected.len(), "{mistakes:#?}");
    for (mistake, (place, part)) in mistakes.iter().zip(expected) {
        assert!(
            mistake.starts_with(&format!("{place}: ")) && mistake.contains(part),
            "{mistake:?}: {part:?}"
        );
    }
}

#[test]
fn every_way_into_an_account() {
    let roster = good(
        "student,name,email,role_arn,profile,credentials,account,region,labs,excused\n\
         s001,\"Pérez, Ana\",s001@example.com,arn:aws:iam::111122223331:role/x/grader,,,1111-2222-3331,eu-west-1,,no\n\
         s002,,,,school,,,,datastream,\n\
         s003,,,,,s001.txt,111122223333,,eventdriven+datastream,0\n\
         s004,,,,,,111122223334,,,\n\
         s005,,,,,,111122223335,cn-north-1,,\n\
         s006,,,,,,,,,sí\n",
    );
    let s = &roster.students;
    assert_eq!(s[0].student.name, "Pérez, Ana");
    assert_eq!(
        (s[0].account.as_deref(), s[0].region.as_deref()),
        (Some("111122223331"), Some("eu-west-1"))
    );
    assert!(matches!(&s[0].access, Access::Role { arn } if arn.ends_with("role/x/grader")));
    assert!(matches!(&s[1].access, Access::Profile(name) if name == "school"));
    assert_eq!(
        (s[1].student.labs.as_deref(), s[1].account.as_deref()),
        (Some(&["datastream".to_owned()][..]), None)
    );
    assert!(matches!(&s[2].access, Access::Keys(keys) if keys.session_token.as_deref() == Some("token")));
    assert_eq!(s[2].student.labs.as_ref().unwrap().len(), 2);
    assert!(matches!(&s[3].access, Access::Role { arn } if arn == "arn:aws:iam::111122223334:role/edemlab-grader"));
    assert!(matches!(&s[4].access, Access::Role { arn } if arn == "arn:aws-cn:iam::111122223335:role/edemlab-grader"));
    assert!(s[5].student.excused && matches!(s[5].access, Access::Nothing));
    assert_eq!(s.iter().map(|e| e.line).collect::<Vec<_>>(), [2, 3, 4, 5, 6, 7]);
    assert!(roster.notes.is_empty(), "{:?}", roster.notes);
    assert!(!format!("{roster:?}").contains("hush"));
}

#[test]
fn whoever_has_not_handed_in_is_no_mistake() {
    let roster = good(
        "student,profile,credentials,account,excused\ns001,,,111122223331,\ns002,,,,\ns003,,later.txt,,\n\
         s004,,later.txt,111122223334,\ns005,,,,yes\n",
    );
    let missing = roster.students.iter().map(|e| e.student.not_handed_in);
    assert_eq!(missing.collect::<Vec<_>>(), [false, true, true, true, false]);
    assert!(matches!(&roster.students[2].access, Access::Awaited(file) if file == "later.txt"));
    assert!(roster.notes.is_empty(), "{:?}", roster.notes);
}

/// The same roster, in the words of every spreadsheet.
#[test]
fn what_spreadsheets_write_is_read() {
    let text = "\r\n Student ;NAME;E-mail;Role ARN;excused;;\r\n\r\n\
                s001;\"Núñez; Begoña\";s001@example.com;arn:aws:iam::111122223331:role/r;;;\r\n;;;;;;\r\n\
                s002;\"two\r\nlines\";s002@example.com;;x\r\n";
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let utf16 = |bytes: fn(u16) -> [u8; 2], mark: &[u8]| -> Vec<u8> {
        mark.iter()
            .copied()
            .chain(text.encode_utf16().flat_map(bytes))
            .collect()
    };
    let files: &[(&str, Vec<u8>)] = &[
        ("UTF-8", text.into()),
        ("UTF-8 with a mark", format!("\u{feff}{text}").into()),
        ("Latin-1", latin),
        ("UTF-16 LE", utf16(u16::to_le_bytes, b"\xff\xfe")),
        ("UTF-16 BE", utf16(u16::to_be_bytes, b"\xfe\xff")),
    ];
    for (name, file) in files {
        let roster = roster_of(file).unwrap_or_else(|e| panic!("{name}: {e}"));
        let [one, two] = roster.students.as_slice() else {
            panic!("{name}: {roster:?}")
        };
        assert_eq!((one.student.name.as_str(), one.line), ("Núñez; Begoña", 4), "{name}");
        assert_eq!((two.student.name.as_str(), two.line), ("two\r\nlines", 6), "{name}");
        assert!(two.student.excused, "{name}");
    }
    for (delimiter, first) in [
        ("\t", ""),
        (",", ""),
        (";", "sep=;\r\n"),
        ("\t", "\"sep=\t\"\n"),
        (",", "SEP=,\n"),
    ] {
        let lines = [
            "student,name,account",
            "s001,Ana,111122223331",
            "s002,\"Bea\",111122223332",
        ];
        let roster = good(&format!("{first}{}\n", lines.join("\n").replace(',', delimiter)));
        let line = if first.is_empty() { 2 } else { 3 };
        assert_eq!(
            (roster.students[0].line, roster.students[1].student.name.as_str()),
            (line, "Bea"),
            "{delimiter:?}"
        );
    }
    // An old Mac's line ends.
    assert_eq!(
        good("student,account\rs001,111122223331\rs002,111122223332").students[1].line,
        3
    );
}

#[test]
fn every_bad_line_is_named_with_its_reason() {
    let found = mistakes(
        "student,name,email,role_arn,profile,credentials,account,region,labs,excused\n\
         ,Nobody,,,,,111122223331,,,\n\
         s002,,s002,,,,111122223332,,,\n\
         s003,,,arn:aws:iam::111122223333:user/me,,,,,,\n\
         s004,,,arn:aws:iam::111122223334:role/r,,,111122223335,,,\n\
         s005,,,,,../elsewhere.txt,,,,\n\
         s006,,,,p,s001.txt,,,,\n\
         s007,,,,,,12,,,\n\
         s008,,,,,,\"1,23457E+11\",,,\n\
         s009,,,,,,111122223339,eu-west1,,\n\
         s010,,,,,,111122223340,,datastrem,\n\
         s011,,,,,,111122223341,,,perhaps\n\
         s012,,,,,,111122223342,,,no,stray\n\
         s013,,,,,.,,,,\n",
    );
    says(
        &found,
        &[
            ("2", "`student` is empty"),
            ("3", "`s002` is not an e-mail address"),
            ("4", "role_arn `arn:aws:iam::111122223333:user/me`"),
            ("5", "account 111122223334, but the cell `account` says 111122223335"),
            (
                "6",
                "credentials `../elsewhere.txt`: the path leaves the roster's folder",
            ),
            ("7", "profile and credentials"),
            ("8", "account `12`: an account number has 12 digits"),
            ("9", "spreadsheet has shortened"),
            ("10", "did you mean"),
            ("11", "did you mean `datastream`"),
            ("12", "write yes or no"),
            ("13", "11 cells, but the header has 10"),
            ("14", "it is not a file"),
        ],
    );
}

#[test]
fn what_is_there_twice_is_said() {
    let found = mistakes(
        "student,email,role_arn,profile,credentials,account\n\
         s001,s001@example.com,,,,111122223331\n\
         S001,,,,,111122223332\n\
         s003,S001@example.com,,,,111122223333\n\
         s004,,arn:aws:iam::111122223331:role/other,,,\n\
         s005,,,school,,\n\
         s006,,,school,,\n\
         s007,,,,s001.txt,\n\
         s008,,,,./s001.txt,\n",
    );
    says(
        &found,
        &[
            ("3", "line 2 has the same student `S001`"),
            ("4", "line 2 has the same e-mail address `S001@example.com`"),
            ("5", "line 2 has the same account `111122223331`"),
            ("7", "line 6 has the same profile `school`"),
            ("9", "line 8 has the same access key"),
        ],
    );
}

#[test]
fn columns_of_ones_own_are_notes_and_slips_are_not() {
    let roster = good("Student,Surname,Email address,Section,x-group,account\ns001,,,,,111122223331\n");
    assert_eq!(roster.notes.len(), 1, "{:?}", roster.notes);
    assert!(
        roster.notes[0].contains("`Surname`, `Email address`, `Section`"),
        "{:?}",
        roster.notes
    );
    says(
        &mistakes("student,emial,acount,role_anr,name,Name\ns001,,,\n"),
        &[
            ("1", "did you mean `email`"),
            ("1", "did you mean `account`"),
            ("1", "did you mean `role_arn`"),
            ("1", "`Name` twice"),
        ],
    );
    says(&mistakes("user,account\nx,1\n"), &[("1", "no column `student`")]);
}

#[test]
fn zeros_that_a_spreadsheet_dropped_are_put_back_and_said() {
    let roster = good("student,account\ns001,12345678901\ns002,123456789\n");
    assert_eq!(roster.students[0].account.as_deref(), Some("012345678901"));
    assert!(
        roster.notes[0].contains("012345678901 (line 2), 000123456789 (line 3)"),
        "{:?}",
        roster.notes
    );
    says(&mistakes("student,account\ns001,12345678\n"), &[("2", "has 12 digits")]);
}

#[test]
fn what_is_no_roster_says_so() {
    for (content, says) in [
        (&b""[..], "it is empty"),
        (b"\r\n\r\n", "it is empty"),
        (b"student,account\n", "no students"),
        (b"PK\x03\x04rest", "save it as CSV"),
        (b"student\0,x", "not a text file"),
        (b"\xef\xbb\xbfstudent,name\n\xff,x", "begins as UTF-8"),
    ] {
        let error = roster_of(content).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
    let error = read(Path::new("no-such-roster.csv")).unwrap_err().to_string();
    assert!(
        error.contains("no-such-roster.csv cannot be used: it cannot be read"),
        "{error}"
    );
    says(
        &mistakes("student,name,account\ns001,\"Ana,111122223331\ns002,Bea,111122223332\ns003,Cleo,111122223333\n"),
        &[("2", "never ends")],
    );
}

#[test]
fn one_student_by_two_spellings_is_said_with_both() {
    says(
        &mistakes(
            "student,account\n00012345,111122223331\n12345,111122223332\nAna B,111122223333\nana\u{a0}b,111122223334\n\
             AnaB,111122223335\n\"1,23457E+11\",111122223336\n0,111122223337\n00,111122223338\n",
        ),
        &[
            ("3", "`12345` differs from `00012345` of line 2"),
            ("5", "`Ana B` of line 4"),
            ("6", "`AnaB` differs from `Ana B` of line 4"),
            ("7", "a spreadsheet has shortened this identifier"),
            ("9", "`00` differs from `0` of line 8"),
        ],
    );
}

#[test]
fn a_lab_may_have_a_region_and_resources_of_its_own() {
    let roster = good(
        "student,account,region,region.datastream,Region eventdriven,use\n\
         s001,111122223331,eu-west-1,,us-west-2,stream=clicks datastream.role=mine\n\
         s002,111122223332,,cn-north-1,,\n",
    );
    let s = &roster.students;
    assert_eq!(s[0].region_of("datastream"), Some("eu-west-1"));
    assert_eq!(s[0].region_of("eventdriven"), Some("us-west-2"));
    assert_eq!(
        (s[1].region_of("datastream"), s[1].region_of("eventdriven")),
        (Some("cn-north-1"), None)
    );
    assert!(matches!(&s[1].access, Access::Role { arn } if arn.starts_with("arn:aws-cn:")));
    assert_eq!(s[0].uses.len(), 2);
    says(
        &mistakes("student,account,region:datastrem\ns001,111122223331,eu-west-1\n"),
        &[("1", "did you mean `datastream`")],
    );
    says(
        &mistakes(
            "student,account,region.datastream,use\n\
             s001,111122223331,eu-west1,\n\
             s002,111122223332,,streem=x stream=\n\
             s003,111122223333,,stream=a stream=b\n\
             s004,111122223334,,eventdriven.stream=x\n",
        ),
        &[
            ("2", "did you mean"),
            ("3", "there is no resource `streem`: did you mean `stream`?"),
            ("3", "write NAME=RESOURCE"),
            ("4", "it names `stream` twice"),
            ("5", "there is no resource `eventdriven.stream`"),
        ],
    );
}

#[test]
fn canvas_s_student_is_a_name() {
    for (header, identifier) in [
        ("Student,ID,SIS User ID,SIS Login ID,Section,account", "SIS Login ID"),
        ("Student,ID,SIS User ID,Section,account", "SIS User ID"),
        ("Student,ID,Section,account", "ID"),
    ] {
        let found = mistakes(&format!("{header}\nX\n"));
        assert_eq!(found.len(), 1, "{found:?}");
        for part in ["`Student` holds names", &format!("call `{identifier}` `student`")] {
            assert!(found[0].contains(part), "{found:?}");
        }
    }
    let roster = good("name,student,SIS User ID,Section,account\n\"B, Ana\",s001,7,A,111122223331\n");
    assert_eq!(roster.students[0].student.id, "s001");
}

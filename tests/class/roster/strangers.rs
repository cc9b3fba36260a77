//! What strangers wrote into a roster is data, and the files that it names are those of its folder.

use super::{good, handed_in, mistakes, read, says};

/// What a student's name holds changes nothing but the name; in a message it is made visible and cut.
#[test]
fn hostile_rosters_are_data() {
    let long = "x".repeat(1_000_000);
    let roster = good(&format!(
        "student,name,account\n=1+1,{long},111122223331\n\u{1b}[2J,\u{202e}eman,111122223332\n"
    ));
    assert_eq!(
        (
            roster.students[0].student.id.as_str(),
            roster.students[0].student.name.len()
        ),
        ("=1+1", 1_000_000)
    );
    let found = mistakes(&format!(
        "student,email,account,region\ns\u{1b}[2J,\u{61c}{long},1,\u{202e}{long}\n"
    ))
    .join("\n");
    assert!(
        found.len() < 1_000 && !found.contains(['\u{1b}', '\u{202e}', '\u{61c}']),
        "{found:?}"
    );
}

#[cfg(unix)]
#[test]
fn credentials_that_others_can_read_are_noted() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("s001.txt");
    handed_in(&keys, "ASIAS001");
    std::fs::set_permissions(&keys, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let file = folder.path().join("roster.csv");
    std::fs::write(&file, "student,credentials\ns001,s001.txt\n").unwrap();
    let roster = read(&file).unwrap();
    assert!(
        roster.notes[0].contains("s001.txt") && roster.notes[0].contains("chmod 600"),
        "{:?}",
        roster.notes
    );
}

/// A path comes from a student: it leads nowhere but into the roster's folder.
#[test]
fn credentials_are_read_from_the_rosters_folder_only() {
    let folder = tempfile::tempdir().unwrap();
    let class = folder.path().join("class");
    std::fs::create_dir_all(class.join("handed-in")).unwrap();
    handed_in(&folder.path().join("own"), "AKIAOWN");
    handed_in(&class.join("handed-in").join("s001"), "ASIAS001");
    handed_in(&class.join("s007"), "ASIAS007");
    let absolute = class.join("handed-in").join("s001");
    let mut lines = vec![
        ("handed-in/s001".to_owned(), ""),
        ("../own".to_owned(), "leaves the roster's folder"),
        ("handed-in/../../own".to_owned(), "leaves the roster's folder"),
        (absolute.to_str().unwrap().to_owned(), "is absolute"),
        ("handed-in".to_owned(), "it is not a file"),
        ("./s007".to_owned(), ""),
    ];
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        symlink("../own", class.join("link")).unwrap();
        symlink("..", class.join("up")).unwrap();
        symlink("/dev/zero", class.join("zero")).unwrap();
        symlink("handed-in", class.join("inside")).unwrap();
        handed_in(&class.join("handed-in").join("s008"), "ASIAS008");
        let pipe = class.join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        std::fs::write(class.join("large"), vec![b'x'; 1 << 20]).unwrap();
        lines.extend([
            ("link".to_owned(), "leaves the roster's folder"),
            ("up/own".to_owned(), "leaves the roster's folder"),
            ("zero".to_owned(), "leaves the roster's folder"),
            ("pipe".to_owned(), "it is not a file"),
            ("large".to_owned(), "larger than 64 kB"),
            ("inside/s008".to_owned(), ""),
        ]);
    }
    let rows = lines
        .iter()
        .enumerate()
        .map(|(n, (path, _))| format!("s{n:03},{path}\n"));
    let file = class.join("roster.csv");
    std::fs::write(&file, format!("student,credentials\n{}", rows.collect::<String>())).unwrap();
    let errors = read(&file).expect_err("most of them lead elsewhere");
    let found: Vec<String> = errors
        .problems
        .iter()
        .map(|p| format!("{}: {}", p.line.unwrap(), p.reason))
        .collect();
    let wrong = lines.iter().enumerate().filter(|(_, (_, says))| !says.is_empty());
    let expected: Vec<(String, &str)> = wrong.map(|(n, (_, says))| ((n + 2).to_string(), *says)).collect();
    let expected: Vec<(&str, &str)> = expected.iter().map(|(line, says)| (line.as_str(), *says)).collect();
    says(&found, &expected);
    assert!(!errors.to_string().contains("AKIAOWN"));
}

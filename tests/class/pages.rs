//! A class's pages: `edemlab pages`, from outside. What they do in a browser is in `pages_browser.rs`.

use crate::common;

use std::path::{Path, PathBuf};

use base64::Engine;
use common::classroom::{self, Doing};
use common::course::course;
use common::{edemlab, text};
use edemlab::class::Class;
use edemlab::class::folder::{ClassFolder, file_name};
use edemlab::report::view::Fixes;
use edemlab::report::{Report, Status};
use sha2::{Digest, Sha256};

fn pages(folder: &Path, args: &[&str]) -> String {
    let mut command = edemlab(&["pages", folder.to_str().unwrap()]);
    let output = command.args(args).output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
    std::fs::read_to_string(folder.join("index.html")).unwrap()
}

/// A class of some students in one lab, each with these runs.
fn class_of(folder: &Path, runs: &[&[(&str, Doing)]]) -> ClassFolder {
    let course = course();
    let mut class: Class = classroom::class(&course, &["datastream"]);
    class.students = (1..=runs.len()).map(classroom::student).collect();
    let students = class.students.clone();
    let folder = ClassFolder::create(folder, class).unwrap();
    for (n, (student, runs)) in students.iter().zip(runs).enumerate() {
        for (started, doing) in *runs {
            let report = classroom::report(course.lab("datastream").unwrap(), n + 1, started, *doing);
            folder.store(student, &report, &serde_json::Value::Null).unwrap();
        }
    }
    folder
}

const IN_TIME: &str = "2026-03-19T10:00:00Z";
const LATE: &str = "2026-03-21T10:00:00Z";

/// The text of a page between its tags.
fn plain(html: &str) -> String {
    let mut out = String::new();
    let mut tag = false;
    for c in html.chars() {
        match c {
            '<' => tag = true,
            '>' if tag => tag = false,
            c if !tag => out.push(c),
            _ => {}
        }
    }
    let words: Vec<&str> = out.split_whitespace().collect();
    words.join(" ")
}

#[test]
fn the_class_page_says_where_the_class_is_stuck() {
    let scratch = tempfile::tempdir().unwrap();
    let lambda = Doing::UpTo(6);
    let runs: [&[(&str, Doing)]; 6] = [
        &[(IN_TIME, lambda)],
        &[(IN_TIME, lambda)],
        &[(IN_TIME, Doing::Slip(4))],
        &[(IN_TIME, Doing::All)],
        &[(IN_TIME, Doing::Untold)],
        &[],
    ];
    class_of(scratch.path(), &runs);
    let page = plain(&pages(scratch.path(), &[]));
    for said in [
        "2 of 5 stop at lambda: The function and its trigger.",
        "1 passed every step. For 1 this is unknown.",
        "1 not graded yet",
        "2 of 5 lambda.trigger",
        "sts:AssumeRole is denied to the grader&#x27;s role",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    // What nobody has begun is not what fails: only the first of it is to be done now.
    assert!(page.contains("final.invoked") && !page.contains("ecr.exists"), "{page}");
    // A fix is for everybody: nobody's own names are in it.
    assert!(
        page.contains("‹function›") && !page.contains("edemlab-001-function"),
        "{page}"
    );
}

#[test]
fn each_student_has_the_words_of_the_terminal() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = class_of(
        scratch.path(),
        &[&[(IN_TIME, Doing::UpTo(6))], &[(IN_TIME, Doing::All)]],
    );
    pages(scratch.path(), &[]);
    let report = folder
        .report(&folder.class().students[0], "datastream")
        .unwrap()
        .unwrap();
    let terminal = edemlab::report::terminal::render(&report, 100, "edemlab check datastream");
    let page = std::fs::read_to_string(scratch.path().join("students/s001.html")).unwrap();
    let feedback = std::fs::read_to_string(scratch.path().join("feedback/s001.md")).unwrap();
    let words = |text: &str| {
        let text = text
            .replace("&#x27;", "'")
            .replace("&quot;", "\"")
            .replace("&#x2f;", "/")
            .replace("**", "");
        text.replace('`', "").split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let (page_words, feedback_words) = (words(&plain(&page)), words(&feedback));
    let mut found = 0;
    for check in report
        .steps
        .iter()
        .flat_map(|s| &s.checks)
        .filter(|c| c.status == Status::Fail)
    {
        let told = words(&terminal).contains(&format!("{} {}", check.id, check.title));
        for text in [&check.title, check.fix.as_ref().unwrap(), check.found.as_ref().unwrap()] {
            let text = words(text);
            assert!(page_words.contains(&text), "{text}: {page_words}");
            assert!(!told || feedback_words.contains(&text), "{text}: {feedback_words}");
        }
        found += usize::from(told);
    }
    assert!(found > 2, "{terminal}");
    let start = terminal.rfind("Start with").expect("what to do first");
    let last = words(&terminal[start..]);
    assert!(last.starts_with("Start with lambda."), "{last}");
    assert!(page_words.contains(&last) && feedback_words.contains(&last), "{last}");
    // Nobody else is on it.
    assert!(!page.contains("s002") && !feedback.contains("s002"));
}

#[test]
fn the_run_that_counts_is_the_one_that_was_asked_for() {
    let scratch = tempfile::tempdir().unwrap();
    let runs: [&[(&str, Doing)]; 3] = [
        &[
            (IN_TIME, Doing::Slip(4)),
            ("2026-03-19T11:00:00Z", Doing::UpTo(2)),
            (LATE, Doing::All),
        ],
        &[(LATE, Doing::All)],
        &[("2026-03-19T09:00:00Z", Doing::All), (IN_TIME, Doing::UpTo(3))],
    ];
    class_of(scratch.path(), &runs);
    let points = |args: &[&str]| {
        let page = pages(scratch.path(), args);
        let row = |id: &str| {
            let row = page
                .split("<tr ")
                .find(|row| row.contains(&format!("students/{id}.html\"")))
                .unwrap();
            plain(&format!("<tr {}", row.split("</tr>").next().unwrap()))
        };
        ["s001", "s002", "s003"].map(row)
    };
    let [first, second, third] = points(&[]);
    assert!(first.contains("103/100") && first.contains("late"), "{first}");
    assert!(second.contains("103/100") && second.contains("late"), "{second}");
    assert!(third.contains("28/100") || !third.contains("103/100"), "{third}");
    let [_, _, third] = points(&["--count", "best"]);
    assert!(third.contains("103/100") && !third.contains("late"), "{third}");
    let student =
        |id: &str| plain(&std::fs::read_to_string(scratch.path().join(format!("students/{id}.html"))).unwrap());
    assert!(student("s003").contains("This is the best of 2 runs."));
    let [first, second, _] = points(&["--count", "deadline"]);
    assert!(!first.contains("late") && !first.contains("103/100"), "{first}");
    assert!(second.contains("no run in time"), "{second}");
    assert!(student("s001").contains("This is the last in time of 3 runs."));
    assert!(student("s002").contains("No run in time."));
}

#[test]
fn whoever_is_excused_or_in_another_lab_has_no_points_and_no_zero() {
    let scratch = tempfile::tempdir().unwrap();
    let course = course();
    let mut class = classroom::class(&course, &["datastream", "eventdriven"]);
    class.students = (1..=2).map(classroom::student).collect();
    class.students[0].excused = true;
    class.students[1].labs = Some(vec!["eventdriven".to_owned()]);
    ClassFolder::create(scratch.path(), class).unwrap();
    let page = pages(scratch.path(), &[]);
    let page = plain(&page);
    assert!(
        page.contains("1 excused") && page.contains("not taken") && page.contains("not graded yet"),
        "{page}"
    );
    assert!(!page.contains("0/100"), "{page}");
    let student = std::fs::read_to_string(scratch.path().join("feedback/s001.md")).unwrap();
    assert!(student.contains("Excused."), "{student}");
}

#[cfg(unix)]
#[test]
fn pages_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("class");
    class_of(&folder, &[&[(IN_TIME, Doing::All)]]);
    pages(&folder, &[]);
    let mode = |path: &str| std::fs::metadata(folder.join(path)).unwrap().permissions().mode() & 0o777;
    let files = ["index.html", "students/s001.html", "feedback/s001.md"].map(mode);
    assert_eq!((files, ["students", "feedback"].map(mode)), ([0o600; 3], [0o700; 2]));
}

/// What a page may do: nothing but its own style and script, whose hashes its policy has.
fn is_strict(page: &str, scripts: usize) {
    let policy = page.split("Content-Security-Policy\" content=\"").nth(1).unwrap();
    let policy = policy.split('"').next().unwrap();
    assert!(
        policy.starts_with("default-src 'none';") && !policy.contains("unsafe"),
        "{policy}"
    );
    for tag in ["style", "script"] {
        let all: Vec<&str> = page.split(&format!("<{tag}>")).skip(1).collect();
        assert_eq!(all.len(), if tag == "style" { 1 } else { scripts }, "{tag}");
        for one in all {
            let content = one.split(&format!("</{tag}>")).next().unwrap();
            let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(content));
            assert!(
                policy.contains(&format!("{tag}-src 'sha256-{hash}'")),
                "{tag}: {policy}"
            );
        }
    }
    // Before anything that a student wrote.
    let before = page.split("Content-Security-Policy").next().unwrap();
    assert!(before.len() < 120, "{before}");
    for word in ["src=", "url(", "@import", "href=\"http", " style="] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn pages_ask_for_nothing_and_name_what_they_run() {
    let scratch = tempfile::tempdir().unwrap();
    class_of(scratch.path(), &[&[(IN_TIME, Doing::UpTo(6))]]);
    is_strict(&pages(scratch.path(), &[]), 1);
    is_strict(
        &std::fs::read_to_string(scratch.path().join("students/s001.html")).unwrap(),
        0,
    );
}

#[test]
fn a_big_class_is_a_small_page() {
    let scratch = tempfile::tempdir().unwrap();
    classroom::typical(scratch.path(), 300);
    let page = pages(scratch.path(), &[]);
    assert!(page.len() < 1_500_000, "{} bytes", page.len());
    assert_eq!(page.matches("<tr data-s=").count(), 300);
}

#[test]
fn what_students_wrote_is_inert_in_every_file() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = classroom::hostile(scratch.path());
    let index = pages(scratch.path(), &[]);
    let mut files = vec![("index.html".to_owned(), index)];
    let mut feedback = Vec::new();
    for student in &folder.class().students {
        let name = file_name(&student.id);
        let read = |path: PathBuf| std::fs::read_to_string(path).unwrap();
        files.push((name.clone(), read(scratch.path().join(format!("students/{name}.html")))));
        feedback.push((name.clone(), read(scratch.path().join(format!("feedback/{name}.md")))));
    }
    for (name, page) in &files {
        let scripts = usize::from(name == "index.html");
        assert_eq!(page.matches("<script").count(), scripts, "{name}");
        for tag in [
            "<img",
            "<iframe",
            "<svg onload",
            "<a href=\"javascript",
            "<!--",
            "<base",
            "<form",
        ] {
            assert!(!page.contains(tag), "{tag} in {name}");
        }
        assert!(page.len() < 400_000, "{name}: {} bytes", page.len());
    }
    for (name, content) in files.iter().chain(&feedback) {
        let seen = content.chars().find(|c| classroom::is_unseen(*c));
        assert_eq!(seen, None, "{name}");
    }
    for (name, markdown) in &feedback {
        let html = github(markdown);
        for tag in [
            "<a ", "<img", "<script", "<!--", "<iframe", "<table", "<input", "<del", "<math", "<sup",
        ] {
            assert!(!html.contains(tag), "{tag} in {name}: {html}");
        }
        assert!(markdown.len() < 100_000, "{name}");
    }
    // And it is there, letter by letter.
    let rendered = github(&feedback[0].1);
    for literal in [
        "&lt;script&gt;",
        "![x](http://evil.example/x.png)",
        "[x](javascript:",
        "a@evil.example",
        "*not bold*",
    ] {
        assert!(rendered.contains(literal), "{literal}: {rendered}");
    }
}

/// As GitHub renders Markdown, with raw HTML left alive so that a test sees it.
fn github(markdown: &str) -> String {
    let mut options = comrak::Options::default();
    options.extension.autolink = true;
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.math_dollars = true;
    options.extension.superscript = true;
    options.render.r#unsafe = true;
    comrak::markdown_to_html(markdown, &options)
}

#[test]
fn a_folder_that_is_none_is_said() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().to_str().unwrap();
    let output = edemlab(&["pages", path]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output).contains("is not the folder of a class"),
        "{}",
        text(&output)
    );
}

#[test]
fn a_report_is_a_page_of_its_own() {
    let course = course();
    let report: Report = classroom::report(course.lab("datastream").unwrap(), 7, IN_TIME, Doing::UpTo(7));
    let page = edemlab::report::html::page(&report, "edemlab check datastream --region eu-west-3", &Fixes::CONSOLE);
    is_strict(&page, 0);
    let said = plain(&page);
    assert!(
        said.contains("edemlab check datastream --region eu-west-3 final"),
        "{said}"
    );
    assert!(said.contains("0000-0000-0007"), "{said}");
    // The probe's way, with words beside its signs.
    assert!(said.contains("sent ✓ passed"), "{said}");
}

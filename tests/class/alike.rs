//! Accounts that share what should be each student's own: the professor reads it on the page of the class, nobody else anywhere.

use crate::common;

use common::graded::{ClassFolder, report, scored, student};
use common::{edemlab, text};
use edemlab::class::Student;
use edemlab::report::{Change, Chosen, Report};

const SIZE: usize = 12;

/// The code that the course hands out.
const GIVEN: &str = "Z2l2ZW4=";

fn id(n: usize) -> String {
    format!("s{n:03}")
}

fn function(name: &str, code: &str, given_name: bool) -> Chosen {
    Chosen {
        arn: Some(format!("arn:aws:lambda:eu-central-1:111122223333:function:{name}")),
        name: name.to_owned(),
        noun: "function".to_owned(),
        candidates: 1,
        because: "the only one".to_owned(),
        without_points: false,
        made: None,
        changed: None,
        changes: None,
        code: Some(code.to_owned()),
        given_name,
    }
}

/// A run of student `n` in an account of their own, with the function of the course and another one.
fn run(n: usize, name: &str, code: &str) -> Report {
    let mut report = report("datastream", "2026-03-20T10:00:00Z", &scored(90));
    report.account = format!("{n:012}");
    let of_course = function("disney-processor", GIVEN, true);
    report.resources.insert("processor".to_owned(), of_course);
    report
        .resources
        .insert("sender".to_owned(), function(name, code, false));
    report
}

fn changed_from(mut report: Report, account: &str) -> Report {
    let change = Change {
        at: "2026-03-19T10:00:00.000Z".to_owned(),
        event: "CreateFunction".to_owned(),
        by: "role helper".to_owned(),
        account: Some(account.to_owned()),
    };
    report.resources["sender"].changes = Some(vec![change]);
    report
}

fn class(reports: &[(usize, Report)], grouped: &[usize]) -> ClassFolder {
    let of = |n: usize| Student {
        group: grouped.contains(&n).then(|| "blue".to_owned()),
        ..student(&id(n), &format!("Student {n}"), "")
    };
    let class = ClassFolder::with(
        &[("datastream", "Data stream", 100)],
        (1..=SIZE).map(of).collect(),
        None,
    );
    for (n, report) in reports {
        class.store(&id(*n), report);
    }
    class
}

/// What the page of the class lists, each with its students.
fn listed(class: &ClassFolder) -> Vec<String> {
    let output = edemlab(&["pages", class.path().to_str().unwrap()]).output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
    let page = std::fs::read_to_string(class.path().join("index.html")).unwrap();
    for n in 1..=SIZE {
        for file in [format!("students/{}.html", id(n)), format!("feedback/{}.md", id(n))] {
            let own = std::fs::read_to_string(class.path().join(file)).unwrap();
            assert!(!own.contains("alike") && !own.contains("same account"), "{own}");
        }
    }
    let Some((_, part)) = page.split_once("<h2 id=\"alike\">") else {
        return Vec::new();
    };
    let part = part.split("</section>").next().unwrap();
    assert!(part.contains("Look, do not conclude"), "{part}");
    items(part)
}

/// Each item of a list without its tags.
fn items(part: &str) -> Vec<String> {
    let items = part
        .split("<li>")
        .skip(1)
        .map(|item| item.split("</li>").next().unwrap());
    let bare = |item: &str| {
        let texts = item
            .split('<')
            .map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
        texts.collect::<String>().trim().to_owned()
    };
    items.map(bare).collect()
}

/// Everybody with a name and code of their own.
fn ordinary() -> Vec<(usize, Report)> {
    (1..=SIZE)
        .map(|n| (n, run(n, &format!("sender-of-{n}"), &format!("code {n}"))))
        .collect()
}

fn with(changes: Vec<(usize, Report)>) -> Vec<(usize, Report)> {
    let mut all = ordinary();
    for (n, report) in changes {
        all[n - 1] = (n, report);
    }
    all
}

#[test]
fn a_class_in_which_all_have_what_the_course_gives_is_not_accused() {
    assert_eq!(listed(&class(&ordinary(), &[])), [""; 0]);
    // The same name alone, the same code alone, and what five of twelve have.
    let apart = with(vec![
        (1, run(1, "zebra", "one")),
        (2, run(2, "zebra", "two")),
        (3, run(3, "lion", "two")),
    ]);
    assert_eq!(listed(&class(&apart, &[])), [""; 0]);
    // The same code under a name of the course's: two who have followed the same chapter.
    let mut chapter = with((1..=2).map(|n| (n, run(n, "clicks", "rare"))).collect());
    chapter
        .iter_mut()
        .for_each(|(_, report)| report.resources["sender"].given_name = true);
    assert_eq!(listed(&class(&chapter, &[])), [""; 0]);
    let many = with((1..=5).map(|n| (n, run(n, "handout", "handed out"))).collect());
    assert_eq!(listed(&class(&many, &[])), [""; 0]);
}

#[test]
fn the_same_code_under_the_same_odd_name_is_listed() {
    let copied = with(vec![
        (4, run(4, "<b>zebra", "copied")),
        (9, run(9, "<b>zebra", "copied")),
        (10, run(10, "lion", "copied")),
    ]);
    let found = listed(&class(&copied, &[]));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("Student 4, Student 9"), "{found:?}");
    assert!(
        found[0].ends_with("the same names, which few have: &lt;b&gt;zebra"),
        "{found:?}"
    );
}

#[test]
fn one_account_under_two_names_is_listed_and_that_of_a_group_is_not() {
    let mut second = run(2, "own", "own");
    second.account = format!("{:012}", 1);
    let mut member = run(7, "own too", "own too");
    member.account = format!("{:012}", 6);
    let found = listed(&class(&with(vec![(2, second), (7, member)]), &[6, 7]));
    assert_eq!(found, ["Student 1, Student 2graded in the same account, 000000000001"]);
}

#[test]
fn what_somebody_of_one_other_account_has_changed_is_listed_unless_that_is_the_schools() {
    let stranger = "999900001111";
    let helped = |n: usize, from: &str| (n, changed_from(run(n, &format!("own-{n}"), &format!("code {n}")), from));
    assert_eq!(listed(&class(&with(vec![helped(3, stranger)]), &[])), [""; 0]);
    let found = listed(&class(&with(vec![helped(3, stranger), helped(5, stranger)]), &[]));
    assert_eq!(
        found,
        [format!(
            "Student 3, Student 5changed by somebody of account {stranger}: function own-3, function own-5"
        )]
    );
    let school = with((1..=6).map(|n| helped(n, stranger)).collect());
    assert_eq!(listed(&class(&school, &[])), [""; 0]);
    // Of a student of the class, one is enough.
    let found = listed(&class(&with(vec![helped(3, &format!("{:012}", 8))]), &[]));
    assert!(
        found[0].starts_with("Student 8, Student 3changed by somebody of account 000000000008,"),
        "{found:?}"
    );
}

//! A book's pages, filled from the checks of a course that an author has changed.

use crate::common;

use std::io::Write;
use std::process::Stdio;

use super::built::pages::Site;
use super::built::{entry, plain};
use common::cloud::{Printed, alone, run};
use common::course::{Copy, steps_of};
use mdbook_driver::MDBook;
use mdbook_preprocessor::PreprocessorContext;
use regex::Regex;

/// What mdBook hands to a preprocessor, of this course.
fn handed(course: &Copy) -> String {
    let root = course.folder().join("book");
    let book = MDBook::load(&root).unwrap();
    let context = PreprocessorContext::new(root, book.config.clone(), "html".to_owned());
    serde_json::to_string(&(context, &book.book)).unwrap()
}

fn filled(input: &str) -> Printed {
    let mut child = alone(&["book"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || {
        // A program that refuses the first word reads no further.
        let _ = stdin.write_all(input.as_bytes());
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Printed {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn any_renderer_is_served_and_what_is_no_book_is_refused() {
    for renderer in ["html", "markdown", "something-new"] {
        assert_eq!(run(alone(&["book", "supports", renderer])).code, 0);
    }
    for input in ["", "{}", "[1, 2]"] {
        let printed = filled(input);
        assert_eq!((printed.code, printed.stdout.as_str()), (2, ""), "{}", printed.stderr);
        assert!(printed.stderr.contains("mdBook"), "{}", printed.stderr);
    }
}

#[test]
fn a_check_that_an_author_adds_is_shown_without_another_word() {
    let copy = Copy::new();
    let file = "checks/datastream/kinesis.yaml";
    let added = "\n  - id: tagged\n    title: It has <b>a tag</b> & *no* [link](x) {#y}\n    points: 1\n    optional: true\n    \
                 expect: stream.StreamName != \"\"\n    why: \"1. _So_ that **who pays** is `clear`.\"\n    \
                 fix: Open {{ stream.StreamName }}, then `aws kinesis x --stream-name {{ stream.StreamName }}`.\n";
    copy.write(file, &(copy.read(file) + added));
    let faults = "labs/datastream/faults.yaml";
    copy.replace(
        faults,
        "fails: [kinesis.on-demand]",
        "fails: [kinesis.on-demand, kinesis.tagged]",
    );
    let site = Site::build(&copy.folder().join("book"));
    let page = site.page("datastream/kinesis.html");
    assert!(site.anchors("datastream/kinesis.html").contains("tagged"));
    assert!(
        plain(page).contains("It has <b>a tag</b> & *no* [link](x) {#y}"),
        "the title is not itself"
    );
    let entry = entry(page, "check", "check", "kinesis.tagged");
    assert!(
        entry.contains("1. _So_ that <strong>who pays</strong> is <code>clear</code>."),
        "{entry}"
    );
    assert!(
        entry.contains("Open YOUR_STREAM_NAME, then <code>aws kinesis x --stream-name YOUR_STREAM_NAME</code>."),
        "{entry}"
    );
    assert!(plain(&entry).contains("1 point extra credit"), "{entry}");
}

#[test]
fn no_reader_sees_what_the_course_calls_a_resource() {
    let (course, renamed) = (Copy::new(), Copy::new());
    // Names that are no words of a sentence.
    let names =
        Regex::new(r"\b(processor|human_approval|to_sns|approval_handler|log_rule|order_rule|post_orders)\b").unwrap();
    for lab in ["datastream", "eventdriven"] {
        let checks = steps_of(lab)
            .into_iter()
            .map(|step| format!("checks/{lab}/{step}.yaml"));
        for file in checks.chain([format!("labs/{lab}/advice.yaml")]) {
            let text = renamed.read(&file);
            // The one place for such a name is the option that takes it.
            let text = names.replace_all(&text, "qq_$1").replace("--use qq_", "--use ");
            renamed.write(&file, &text);
        }
    }
    for (lab, step) in [("datastream", "lambda"), ("eventdriven", "stepfunctions")] {
        let explained = |copy: &Copy| {
            let mut command = alone(&["explain", lab, step, "--course"]);
            command.arg(copy.folder());
            let printed = run(command);
            assert_eq!(printed.code, 0, "{}", printed.stderr);
            printed.stdout
        };
        assert_eq!(explained(&renamed), explained(&course), "{lab} {step}");
    }
    let filled = |copy: &Copy| {
        let printed = filled(&handed(copy));
        assert_eq!(printed.code, 0, "{}", printed.stderr);
        printed.stdout
    };
    assert!(filled(&renamed) == filled(&course), "a page of the book shows a name");
}

#[test]
fn a_text_is_the_authors_sentence_with_placeholders() {
    let explained = |id: &str| {
        let printed = run(alone(&[
            "explain",
            id.split_once(' ').unwrap().0,
            id.split_once(' ').unwrap().1,
        ]));
        printed.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    for (check, sentence) in [
        (
            "datastream lambda.trigger",
            "expected a trigger on stream YOUR_STREAM_NAME",
        ),
        (
            "datastream personalize.interactions-import",
            "dataset YOUR_INTERACTIONS_DATASET",
        ),
        // One resource of several of a kind, by the name that the course gives it.
        (
            "eventdriven stepfunctions.notify",
            "expected a Task that calls function LambdaToSNS",
        ),
        ("eventdriven final.accepted", "for POST /dev/orders"),
        (
            "eventdriven stepfunctions.role",
            "expected role YOUR_STATE_MACHINE_ROLE trusts",
        ),
        // What to click differs between two services.
        (
            "datastream apprunner.port",
            "container port 3000. Or: App Runner → YOUR_SERVICE_NAME",
        ),
    ] {
        assert!(explained(check).contains(sentence), "{check}: {}", explained(check));
    }
}

#[test]
fn a_page_that_names_what_is_not_there_stops_the_build() {
    let copy = Copy::new();
    let page = "book/src/datastream/kinesis.md";
    let good = handed(&copy);
    let printed = filled(&good);
    assert_eq!(printed.code, 0, "{}", printed.stderr);
    assert!(printed.stdout.contains("data-check=\\\"kinesis.exists\\\""));

    copy.replace(page, "{{#check kinesis.exists}}", "{{#check kinesis.exist}}");
    let place = copy.place(page, "{{#check kinesis.exist}}");
    let printed = filled(&handed(&copy));
    assert_eq!((printed.code, printed.stdout.as_str()), (2, ""));
    let said = printed.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains(&place) && said.contains("did you mean `kinesis.exists`?"),
        "{said}"
    );

    // A page that another preprocessor has changed is not the one that was looked at.
    copy.replace(page, "{{#check kinesis.exist}}", "{{#check kinesis.exists}}");
    let printed = filled(&good.replace("{{#check kinesis.exists}}", "{{#check s3.exists}}"));
    assert_eq!((printed.code, printed.stdout.as_str()), (2, ""));
    let line = place.rsplit_once(':').unwrap().0;
    assert!(
        printed
            .stderr
            .contains(&format!("{line}: `s3.exists` belongs in another chapter")),
        "{}",
        printed.stderr
    );
}

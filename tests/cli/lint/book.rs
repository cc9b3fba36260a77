//! A course and its book name the same labs, steps and checks.

use super::{Planted, assert_all, lint};
use crate::common::course::Copy;
use crate::common::shown::without_places;

#[test]
fn the_book_and_the_course_must_meet() {
    let mut planted = Planted::new();
    let kinesis = "book/src/datastream/kinesis.md";
    planted.mistake(
        kinesis,
        "{{#check kinesis}}\n",
        "",
        "# Kinesis\n",
        "the chapter of step `kinesis` lacks `{{#check kinesis}}`",
    );
    planted.mistake(
        kinesis,
        "{{#check kinesis.exists}}",
        "{{#check kinesis.exist}}",
        "{{#check kinesis.exist}}",
        "did you mean `kinesis.exists`?",
    );
    let dynamodb = "book/src/datastream/dynamodb.md";
    planted.mistake(
        dynamodb,
        "{{#check dynamodb.sort-key}}",
        "{{#check s3.exists}}",
        "{{#check s3.exists}}",
        "`s3.exists` belongs in another chapter, `book/src/datastream/s3.md`; here are: dynamodb, dynamodb.exists",
    );
    let lambda = "book/src/datastream/lambda.md";
    planted.mistake(
        lambda,
        "{{#check lambda.trigger}}",
        "See {{#check lambda.trigger}}",
        "See {{#check lambda.trigger}}",
        "is alone on its line and names one step or check",
    );
    planted.mistake(
        lambda,
        "{{#check lambda.runtime}}",
        "{{#check lambda.table-variable}}",
        "{{#check lambda.table-variable}}\n\n`DYN",
        "`lambda.table-variable` is placed twice",
    );
    let iam = "book/src/datastream/iam.md";
    planted.mistake(
        iam,
        "{{#check iam.trust}}",
        "## Trust\n\n{{#check iam.trust}}",
        "{{#check iam.trust}}",
        "the anchor `trust` appears twice",
    );
    planted.mistake(
        "book/src/troubleshooting.md",
        "# Troubleshooting\n",
        "# Troubleshooting\n\n{{#check kinesis}}\n",
        "{{#check kinesis}}",
        "this page is not a step's chapter",
    );
    planted.mistake(
        "labs/datastream/lab.yaml",
        "pages: [datastream/cleanup.html]",
        "pages: [datastream/cleaning.html, datastream/s3.html]",
        "datastream/cleaning.html",
        "the page `datastream/cleaning.html` is not in the book",
    );
    let also = (
        "labs/datastream/lab.yaml".to_owned(),
        "datastream/s3.html]".to_owned(),
        "`pages` are those without a step",
    );
    planted.expected.push(also);
    let cleanup = (
        "book/src/datastream/cleanup.md".to_owned(),
        "# Cleaning up\n".to_owned(),
    );
    planted
        .expected
        .push((cleanup.0, cleanup.1, "this chapter has no step"));
    let listed = "  - [ECR](datastream/ecr.md)\n";
    planted.course.replace("book/src/SUMMARY.md", listed, "");
    let ecr = ("book/src/datastream/ecr.md".to_owned(), "# ECR\n".to_owned());
    planted
        .expected
        .push((ecr.0, ecr.1, "`SUMMARY.md` does not list this chapter"));
    let printed = lint(&planted.course);
    assert_eq!((printed.code, printed.stdout.as_str()), (2, ""));
    assert_all(&printed.stderr, &planted.expected());
    insta::assert_snapshot!("book_and_course", without_places(&printed.stderr));
}

#[test]
fn a_chapter_may_speak_of_a_check_without_showing_it() {
    let course = Copy::new();
    let page = "book/src/datastream/kinesis.md";
    let text = "\nWrite `{{#check none}}`, or \\{{#check none}}:\n\n```text\n{{#check none}}\n```\n";
    course.write(page, &(course.read(page) + text));
    let printed = lint(&course);
    assert_eq!((printed.code, printed.stderr.as_str()), (0, ""));
}

#[test]
fn a_step_without_its_chapter_is_reported_and_a_course_without_a_book_is_sound() {
    let course = Copy::new();
    std::fs::remove_file(course.folder().join("book/src/datastream/s3.md")).unwrap();
    let printed = lint(&course);
    let place = course.place("labs/datastream/lab.yaml", "s3\n    title");
    let expected = [(place, "step `s3` has no chapter")];
    assert_all(&printed.stderr, &expected);
    std::fs::remove_dir_all(course.folder().join("book")).unwrap();
    let printed = lint(&course);
    assert_eq!((printed.code, printed.stderr.as_str()), (0, ""));
}

//! The built book: each link leads somewhere, each step's checks are in its chapter, each section of the course has one.

use crate::common;

mod pages;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::Stdio;

use common::cloud::{Printed, alone, check_lab_at, run, shared};
use common::course::{Copy, course, steps_of};
use edemlab::course::Placeholders;
use edemlab::judge;
use mdbook_driver::MDBook;
use mdbook_preprocessor::PreprocessorContext;
use pages::{Link, Site, site};
use regex::Regex;

/// The sections of the course, each with its chapter and what that must have a heading for.
const SECTIONS: &[(&str, &str, &str)] = &[
    ("Data Stream: case description", "datastream/index.html", "the-case"),
    (
        "Data Stream: data architecture",
        "datastream/index.html",
        "the-architecture",
    ),
    ("Setup requirements: both terminals", "setup.html", "a-terminal"),
    (
        "Setup requirements: a Python environment",
        "setup.html",
        "a-python-environment",
    ),
    ("Setup requirements: an IAM user", "datastream/setup.html", "identity"),
    ("S3", "datastream/s3.html", "policy-read"),
    ("AWS Personalize", "datastream/personalize.html", "tracker"),
    ("Kinesis", "datastream/kinesis.html", "on-demand"),
    ("Kinesis: Firehose, optional", "datastream/kinesis.html", "firehose"),
    ("IAM: create a role for Lambda", "datastream/iam.html", "trust"),
    ("DynamoDB", "datastream/dynamodb.html", "sort-key"),
    ("Lambda", "datastream/lambda.html", "table-variable"),
    ("Final step", "datastream/final.html", "stored"),
    (
        "App Runner: ECR, build and push the image",
        "datastream/ecr.html",
        "latest",
    ),
    ("App Runner: deploy the container", "datastream/apprunner.html", "port"),
    ("Event-Driven: case description", "eventdriven/index.html", "the-case"),
    (
        "Event-Driven: data architecture",
        "eventdriven/index.html",
        "the-architecture",
    ),
    ("EventBridge", "eventdriven/eventbridge.html", "log-pattern"),
    (
        "EventBridge: the rule of the other branch",
        "eventdriven/stepfunctions.html",
        "second-rule",
    ),
    ("SNS", "eventdriven/sns.html", "subscription"),
    ("Lambda: IAM, create a role", "eventdriven/iam.html", "resume"),
    (
        "Lambda: the three functions",
        "eventdriven/lambda.html",
        "topic-variable",
    ),
    ("Step Functions", "eventdriven/stepfunctions.html", "standard"),
    (
        "API Gateway: IAM, policies and roles",
        "eventdriven/apigateway.html",
        "policy-and-role",
    ),
    ("API Gateway: REST API", "eventdriven/apigateway.html", "rest-api"),
    ("API Gateway: stage", "eventdriven/apigateway.html", "stage"),
    ("Final step of Event-Driven", "eventdriven/final.html", "rejected"),
    (
        "Bibliography and additional resources",
        "bibliography.html",
        "bibliography-and-additional-resources",
    ),
];

#[test]
fn every_link_leads_somewhere() {
    let mut broken = Vec::new();
    let mut out: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let anchors: BTreeMap<&str, _> = site().pages.keys().map(|p| (p.as_str(), site().anchors(p))).collect();
    for page in site().pages.keys() {
        for link in site().links(page) {
            match link {
                Link::Out(address) => {
                    out.entry(address).or_default().insert(page);
                }
                Link::In { file, anchor } => {
                    let there = match (&anchor, anchors.get(file.as_str())) {
                        (None, _) => site().has(&file),
                        (Some(anchor), Some(anchors)) => anchor.is_empty() || anchors.contains(anchor),
                        (Some(_), None) => false,
                    };
                    if !there {
                        broken.push(format!("{page}: {file}#{}", anchor.unwrap_or_default()));
                    }
                }
            }
        }
    }
    assert!(broken.is_empty(), "these lead nowhere:\n{}", broken.join("\n"));
    println!("{} links lead out of the book, and are not followed here:", out.len());
    for (address, pages) in &out {
        let shown = pages.iter().filter(|page| **page != "print.html").copied();
        println!("  {address}  ({})", shown.collect::<Vec<_>>().join(", "));
        assert!(address.starts_with("https://"), "{address} in {pages:?}");
    }
    assert!(out.keys().any(|a| a.starts_with("https://docs.aws.amazon.com/")));
}

#[test]
fn no_page_has_an_anchor_twice() {
    let twice = site().pages.keys().map(|page| (page, site().twice(page)));
    let twice: Vec<_> = twice.filter(|(_, ids)| !ids.is_empty()).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[test]
fn each_check_is_in_the_chapter_of_its_step() {
    let mut checks = 0;
    for lab in course().labs.values() {
        let placeholders = Placeholders::new(lab, &judge::vocabulary());
        for step in &lab.steps {
            let page = site().page(&step.chapter);
            let list = entry(page, "step-checks", "step", &step.id);
            for check in step.all_checks() {
                checks += 1;
                let anchor = check.id.split_once('.').unwrap().1;
                let heading = format!("<h3 id=\"{anchor}\"><a class=\"header\" href=\"#{anchor}\">");
                let title = page.split(&heading).nth(1).and_then(|rest| rest.split("</a>").next());
                assert_eq!(
                    title.map(plain),
                    Some(check.title.clone()),
                    "{} in {}",
                    check.id,
                    step.chapter
                );
                assert!(
                    list.contains(&format!("href=\"#{anchor}\"")),
                    "{} is not listed",
                    check.id
                );
                let entry = plain(&entry(page, "check", "check", &check.id));
                let points = if check.optional { "extra credit" } else { "point" };
                assert!(
                    entry.contains(&check.points.to_string()) && entry.contains(points),
                    "{entry}"
                );
                assert!(entry.contains("To fix it:"), "{entry}");
                for fault in lab.faults.iter().filter(|fault| fault.fails.contains(&check.id)) {
                    // Two marks of ours are no part of the text that a reader sees.
                    let symptom = fault.symptom.replace(['`', '*'], "");
                    let title = fault.deviation.title.replace(['`', '*'], "");
                    assert!(
                        entry.contains(&title) && entry.contains(&symptom),
                        "{}: {entry}",
                        fault.deviation.id
                    );
                }
                // An expression is for the author: no reader sees one, nor a gap in its place.
                assert!(!entry.contains("{{"), "{}: {entry}", check.id);
                for text in check.why.iter().chain([&check.fix]) {
                    assert!(placeholders.whole_text(&text.value).is_some(), "{}", text.place());
                }
            }
        }
    }
    assert_eq!(
        checks,
        course().labs.values().map(|lab| lab.checks().count()).sum::<usize>()
    );
}

/// The words of a `div` of the preprocessor's.
fn entry(page: &str, class: &str, what: &str, id: &str) -> String {
    let start = Regex::new(&format!(
        r#"<div class="{class}" data-lab="\w+" data-{what}="{}">"#,
        regex::escape(id)
    ))
    .unwrap();
    let found: Vec<_> = start.find_iter(page).collect();
    assert_eq!(found.len(), 1, "{id}");
    let rest = &page[found[0].end()..];
    // Tables are wrapped in one more.
    let mut depth = 1;
    for tag in Regex::new("<(/?)div").unwrap().captures_iter(rest) {
        depth += if tag[1].is_empty() { 1 } else { -1 };
        if depth == 0 {
            return rest[..tag.get(0).unwrap().start()].to_owned();
        }
    }
    panic!("{id} never ends");
}

/// What a reader sees of this HTML, in one line.
fn plain(html: &str) -> String {
    let text = Regex::new("<[^>]*>").unwrap().replace_all(html, "");
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'");
    text.replace("&amp;", "&")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// What the report names as the guide, of everything that can be wrong in an empty account.
#[test]
fn every_chapter_of_a_report_opens_its_place() {
    let cloud = shared("book");
    let guide = Regex::new(r"(?m)^\s*guide\s+(\S+)$").unwrap();
    for (lab, account) in [("datastream", "490000000001"), ("eventdriven", "490000000002")] {
        let printed = run(check_lab_at(cloud.endpoint(), lab, &cloud.student(account), &[]));
        assert_eq!(printed.code, 1, "{}", printed.stdout);
        let named: Vec<_> = guide.captures_iter(&printed.stdout).map(|c| c[1].to_owned()).collect();
        assert!(!named.is_empty(), "{}", printed.stdout);
        for place in named {
            let (page, anchor) = place
                .split_once('#')
                .unwrap_or_else(|| panic!("{place} names no check"));
            assert!(site().anchors(page).contains(anchor), "{place}");
        }
    }
}

/// Excerpts of a file are taken by the numbers of its lines: they show what their text is about.
#[test]
fn an_excerpt_of_the_definition_shows_what_is_said_of_it() {
    let page = &site().pages["eventdriven/stepfunctions.html"];
    let behind = |anchor: &str| page.split_once(&format!("id=\"{anchor}\"")).expect(anchor).1;
    for (anchor, next, excerpt) in [
        (
            "waits",
            "token",
            r#""Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken","#,
        ),
        (
            "token",
            "choice",
            r#""Payload": { "taskToken.$": "$$.Task.Token", "input.$": "$" }"#,
        ),
        (
            "choice",
            "notify",
            r#""Choices": [ { "Variable": "$.approved", "BooleanEquals": true, "Next": "NotifyAndInsert" } ], "Default": "Rejected""#,
        ),
    ] {
        let part = behind(anchor).split_once(&format!("id=\"{next}\"")).expect(next).0;
        assert!(plain(part).contains(excerpt), "{anchor}: {}", plain(part));
    }
}

#[test]
fn each_section_of_the_course_has_its_chapter() {
    let missing: Vec<_> = SECTIONS
        .iter()
        .filter(|(_, page, anchor)| !site().pages.contains_key(*page) || !site().anchors(page).contains(*anchor))
        .collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_command_is_described() {
    let help = run(alone(&["--help"])).stdout;
    let (commands, _) = help.split_once("\nOptions:").unwrap();
    let verbs = Regex::new(r"(?m)^  ([a-z][a-z-]*)\s").unwrap();
    let verbs: Vec<_> = verbs.captures_iter(commands).map(|c| c[1].to_owned()).collect();
    assert!(verbs.len() > 10, "{help}");
    let page = plain(site().page("reference/commands.html"));
    let missing: Vec<_> = verbs
        .iter()
        .filter(|verb| !page.contains(&format!("edemlab {verb}")))
        .collect();
    assert!(missing.is_empty(), "not in reference/commands.md: {missing:?}");
}

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

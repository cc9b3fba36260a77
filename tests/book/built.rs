//! The built book: each link leads somewhere, each step's checks are in its chapter, each section of the course has one.

use crate::common;

pub mod pages;

use std::collections::{BTreeMap, BTreeSet};

use common::cloud::{alone, check_lab_at, run, shared};
use common::course::course;
use edemlab::course::Placeholders;
use edemlab::judge;
use pages::{Link, site};
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
                for text in check.why.iter().chain([&check.fix.console]) {
                    assert!(placeholders.whole_text(&text.value).is_some(), "{}", text.place());
                }
                let commands = placeholders.commands(&check.fix);
                assert_eq!(commands.is_empty(), check.fix.cli.is_none(), "{}", check.id);
            }
        }
    }
    assert_eq!(
        checks,
        course().labs.values().map(|lab| lab.checks().count()).sum::<usize>()
    );
}

/// The words of a `div` of the preprocessor's.
pub fn entry(page: &str, class: &str, what: &str, id: &str) -> String {
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
pub fn plain(html: &str) -> String {
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
    let guide = Regex::new(r"(?m)^\s*guide\s+edemlab guide (\S+)$").unwrap();
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

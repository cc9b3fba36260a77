//! A class's folder with as many students as a test asks for: whoever is good at what, decided by their number.

use std::path::Path;

use edemlab::class::folder::ClassFolder;
use edemlab::class::{Class, LabSummary, StepSummary, Student};
use edemlab::course::{Course, Lab, Step};
use edemlab::report::{self, CheckReport, Chosen, PathStep, Points, Report, Status, StepReport, Verdict};

use super::course::course;

/// When the class's runs count until.
pub const DEADLINE: &str = "2026-03-20T22:59:00Z";

/// How a student does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Doing {
    /// Everything passes.
    All,
    /// Works up to this step of the lab, of which some passes; nothing behind it is begun.
    UpTo(usize),
    /// One check of this step fails, and the last step with it.
    Slip(usize),
    /// Nothing could be told.
    Untold,
}

/// A class of these labs, without students.
pub fn class(course: &Course, labs: &[&str]) -> Class {
    let labs = labs.iter().map(|id| summary(course.lab(id).unwrap()));
    Class {
        schema: edemlab::class::SCHEMA.to_owned(),
        tool: "0.1.0".to_owned(),
        course: "Serverless Data Processing in AWS".to_owned(),
        edition: "2026".to_owned(),
        labs: labs.collect(),
        students: Vec::new(),
        deadline: Some(DEADLINE.to_owned()),
    }
}

fn summary(lab: &Lab) -> LabSummary {
    let steps: Vec<StepSummary> = lab
        .steps
        .iter()
        .map(|step| StepSummary {
            id: step.id.clone(),
            title: step.title.clone(),
            possible: step_report(step, &|_| Status::Pass, "").points.possible,
        })
        .collect();
    LabSummary {
        id: lab.id.clone(),
        title: lab.title.clone(),
        deadline: None,
        late: None,
        clock: Default::default(),
        names: Vec::new(),
        possible: steps.iter().map(|s| s.possible).sum(),
        steps,
    }
}

/// A placeholder student.
pub fn student(number: usize) -> Student {
    Student {
        id: format!("s{number:03}"),
        name: format!("Student {number:03}"),
        email: format!("student-{number:03}@example.com"),
        excused: false,
        not_handed_in: false,
        extension: None,
        group: None,
        labs: None,
    }
}

/// A report for a student who is `doing` so.
pub fn report(lab: &Lab, account: usize, started: &str, doing: Doing) -> Report {
    let name = format!("edemlab-{account:03}-function");
    let last = lab.steps.len() - 1;
    let steps: Vec<StepReport> = lab
        .steps
        .iter()
        .enumerate()
        .map(|(n, step)| {
            let count = step.checks.len() + step.probe.as_ref().map_or(0, |p| p.hops.len());
            let status = |check: usize| match doing {
                Doing::All => Status::Pass,
                Doing::Untold => Status::Unknown,
                Doing::UpTo(at) if n < at => Status::Pass,
                Doing::UpTo(at) if n == at && count > 1 && check == 0 => Status::Pass,
                Doing::UpTo(at) if n == at => Status::Fail,
                Doing::UpTo(_) if check == 0 => Status::Fail,
                Doing::UpTo(_) => Status::Blocked,
                Doing::Slip(at) if n == at && check == count - 1 => Status::Fail,
                Doing::Slip(_) if n == last && check > 0 && check == count - 1 => Status::Fail,
                Doing::Slip(_) => Status::Pass,
            };
            step_report(step, &status, &name)
        })
        .collect();
    let mut report = Report {
        schema: report::SCHEMA.to_owned(),
        tool: "0.1.0".to_owned(),
        lab: lab.id.clone(),
        title: lab.title.clone(),
        edition: lab.edition.clone(),
        account: format!("{account:012}"),
        region: "eu-west-3".to_owned(),
        caller: format!("arn:aws:sts::{account:012}:assumed-role/edemlab-grader/class"),
        started: started.to_owned(),
        seconds: 3.0 + (account % 50) as f64,
        verdict: Verdict::Pass,
        points: Points::of(steps.iter().flat_map(|s| &s.checks)),
        resources: [(
            "processor".to_owned(),
            Chosen {
                arn: None,
                name,
                noun: "function".to_owned(),
                candidates: 2,
                because: "the trigger reads from it".to_owned(),
                without_points: false,
                made: None,
                changed: Some(started.to_owned()),
                changes: None,
                code: None,
                given_name: false,
            },
        )]
        .into(),
        steps,
        left_out: Vec::new(),
        notes: Vec::new(),
        leftovers: Vec::new(),
        idle_usd_per_day: None,
        trail_unread: None,
    };
    settle(&mut report);
    report
}

/// Makes the sums fit the checks.
pub fn settle(report: &mut Report) {
    for step in &mut report.steps {
        step.points = Points::of(step.checks.iter());
        step.status = report::worst(step.checks.iter());
    }
    report.points = Points::of(report.steps.iter().flat_map(|s| &s.checks));
    report.verdict = match report::worst(report.steps.iter().flat_map(|s| &s.checks)) {
        Status::Fail => Verdict::Fail,
        Status::Unknown | Status::Blocked => Verdict::Unknown,
        Status::Pass => Verdict::Pass,
    };
}

fn step_report(step: &Step, status: &dyn Fn(usize) -> Status, name: &str) -> StepReport {
    let hops = step.probe.iter().flat_map(|p| &p.hops).map(|hop| &hop.check);
    let first = |id: &str| format!("{}.{id}", step.id);
    let checks: Vec<CheckReport> = step
        .checks
        .iter()
        .chain(hops)
        .enumerate()
        .map(|(n, check)| {
            let status = if check.optional { Status::Pass } else { status(n) };
            let id = check.id.rsplit('.').next().unwrap();
            CheckReport {
                id: first(id),
                title: check.title.clone(),
                status,
                points: if status == Status::Pass { check.points } else { 0 },
                possible: check.points,
                optional: check.optional,
                expected: check.title.clone(),
                found: match status {
                    Status::Fail => Some(format!("no {id} in eu-west-3, nor in any other region")),
                    Status::Unknown => Some("sts:AssumeRole is denied to the grader's role".to_owned()),
                    Status::Pass | Status::Blocked => None,
                },
                why: (status == Status::Fail).then(|| "Without it nothing behind it receives an event.".to_owned()),
                cli: Vec::new(),
                fix: (status == Status::Fail).then(|| {
                    format!("Lambda → **Functions** → {name} → **Configuration** → `{id}` → **Edit**: as the guide's chapter says.")
                }),
                evidence: if status == Status::Fail && step.probe.is_some() {
                    vec![format!("18:04:31 {name}: AccessDeniedException: not authorized to perform: dynamodb:PutItem")]
                } else {
                    Vec::new()
                },
                needs: if n > 0 { vec![first(step_first(step))] } else { Vec::new() },
                unrecognized: Vec::new(),
                seconds: 0.2,
            }
        })
        .collect();
    let path = step
        .probe
        .iter()
        .flat_map(|p| &p.hops)
        .zip(&checks[step.checks.len()..]);
    let path = path
        .map(|(hop, check)| PathStep {
            name: hop.label.clone(),
            status: check.status,
            seconds: (check.status == Status::Pass).then_some(0.4),
        })
        .collect();
    StepReport {
        id: step.id.clone(),
        title: step.title.clone(),
        chapter: step.chapter.clone(),
        status: report::worst(checks.iter()),
        points: Points::of(checks.iter()),
        about: vec!["processor".to_owned()],
        path,
        checks,
    }
}

fn step_first(step: &Step) -> &str {
    let first = step
        .checks
        .first()
        .or_else(|| step.probe.as_ref().map(|p| &p.hops[0].check));
    first.unwrap().id.rsplit('.').next().unwrap()
}

/// A class of `count` students in both labs, of whom everyone does as their number says: most stop at the seventh step
/// of the first lab; some are late, excused, not graded yet, or could not be determined.
pub fn typical(path: &Path, count: usize) -> ClassFolder {
    let course = course();
    let labs = ["datastream", "eventdriven"];
    let mut class = class(&course, &labs);
    for number in 1..=count {
        let mut student = student(number);
        student.excused = number % 31 == 0;
        class.students.push(student);
    }
    let students = class.students.clone();
    let folder = ClassFolder::create(path, class).unwrap();
    for (n, student) in students.iter().enumerate() {
        let number = n + 1;
        if student.excused || number % 29 == 0 {
            continue;
        }
        for (k, id) in labs.iter().enumerate() {
            let lab = course.lab(id).unwrap();
            let steps = lab.steps.len();
            let doing = match (number * 7 + k * 3) % 20 {
                0..5 => Doing::All,
                5..12 => Doing::UpTo(if k == 0 { 6 } else { number % steps }),
                12..18 => Doing::Slip(number % steps),
                18 => Doing::UpTo(number % steps),
                _ => Doing::Untold,
            };
            let day = if number % 17 == 0 { 21 } else { 19 };
            let started = format!("2026-03-{day}T{:02}:{:02}:00Z", 8 + number % 12, number % 60);
            let report = report(lab, number, &started, doing);
            folder.store(student, &report, &serde_json::Value::Null).unwrap();
        }
    }
    folder
}

/// What students wrote to make a page, a terminal or a spreadsheet do something.
pub const HOSTILE: [&str; 16] = [
    "<script>window.ran=1</script>",
    "</script><script>window.ran=1</script>",
    "</style></title></textarea><script>window.ran=1</script>",
    "\"><img src=x onerror=window.ran=1>",
    "' onfocus='window.ran=1' autofocus x='",
    "\" onmouseover=\"window.ran=1\" style=\"position:fixed;inset:0\" x=\"",
    "<svg onload=window.ran=1><a href=javascript:window.ran=1>click</a></svg>",
    "<iframe srcdoc='<script>parent.ran=1</script>'></iframe><base href=http://evil.example/>",
    "{{ 7 * 7 }}{% include 'page.html' %}${7*7}",
    "[x](javascript:window.ran=1) ![x](http://evil.example/x.png) <http://evil.example> [y]: http://evil.example",
    "http://evil.example www.evil.example mailto:a@evil.example a@evil.example evil.example //evil.example/x",
    "*not bold* _nor this_ ~~nor this~~ `code` ``` $x$ ^1^ [^1] :tada: | a | b | <!-- &lt; &#60; \\ #1 -->",
    "=cmd|' /C calc'!A1",
    "\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}31m\r\n\t\u{0}\u{7f}",
    "\u{202e}evil\u{202c}\u{2066}x\u{2069}\u{61c}\u{200f}\u{200b}\u{2060}\u{feff}\u{ad}\u{e0041}\u{2028}end",
    "- item\n1. item\n# heading\n> quote\n```\nfence\n---\n| a | b |\n|---|---|\n",
];

/// A character that nobody sees, or that turns others round. A page has ends of lines and nothing else of these.
pub fn is_unseen(c: char) -> bool {
    (c.is_control() && c != '\n')
        || "\u{ad}\u{61c}\u{180e}\u{feff}\u{2028}\u{2029}".contains(c)
        || ('\u{200b}'..='\u{200f}').contains(&c)
        || ('\u{202a}'..='\u{202e}').contains(&c)
        || ('\u{2060}'..='\u{206f}').contains(&c)
        || ('\u{e0000}'..='\u{e007f}').contains(&c)
}

/// A class of students who are hostile in all that is theirs. The first has everything in one.
pub fn hostile(path: &Path) -> ClassFolder {
    let course = course();
    let lab = course.lab("datastream").unwrap();
    let mut class = class(&course, &["datastream"]);
    let everything = HOSTILE.join(" ");
    let long = "x".repeat(1_000_000);
    let texts: Vec<&str> = [everything.as_str(), long.as_str()]
        .into_iter()
        .chain(HOSTILE)
        .collect();
    for (n, text) in texts.iter().enumerate() {
        let mut student = student(n + 1);
        student.id = format!("{n}{text}");
        student.name = (*text).to_owned();
        student.email = format!("{text}@example.com");
        class.students.push(student);
    }
    let students = class.students.clone();
    let folder = ClassFolder::create(path, class).unwrap();
    for (n, (student, text)) in students.iter().zip(texts).enumerate() {
        let mut report = report(lab, n + 1, "2026-03-19T10:00:00Z", Doing::UpTo(n % lab.steps.len()));
        // A report's texts are cut when it is made; what is shown of them is cut again.
        write_everywhere(&mut report, &text[..text.len().min(5000)], n % 2 == 0);
        folder.store(student, &report, &serde_json::Value::Null).unwrap();
    }
    folder
}

/// Puts a text wherever a student's may stand in a report.
fn write_everywhere(report: &mut Report, text: &str, untold: bool) {
    for chosen in report.resources.values_mut() {
        chosen.name = text.to_owned();
        chosen.because = text.to_owned();
    }
    report.caller = format!("arn:aws:iam::000000000001:user/{text}");
    report.region = text.to_owned();
    report.account = text.to_owned();
    report.notes = vec![text.to_owned()];
    report.leftovers = vec![text.to_owned()];
    for step in &mut report.steps {
        for stop in &mut step.path {
            stop.name = text.to_owned();
        }
        for check in step.checks.iter_mut().filter(|c| c.status == Status::Fail) {
            check.expected = text.to_owned();
            check.found = Some(text.to_owned());
            check.why = Some(text.to_owned());
            check.fix = Some(format!("Open **{text}** and `{text}`: {text}"));
            check.cli = vec![format!("aws sns publish --message {text}")];
            check.evidence = vec![text.to_owned()];
            if untold {
                check.status = Status::Unknown;
            }
        }
    }
    settle(report);
}

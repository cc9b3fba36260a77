//! A graded class on disk, made of small reports.

use std::path::{Path, PathBuf};

use edemlab::class::folder;
use edemlab::class::{Class, LabSummary, SCHEMA, StepSummary, Student};
use edemlab::report::{self, CheckReport, Points, Report, Status, StepReport, Verdict};

/// A check of a report: its id, its status, points earned and possible.
pub type Check<'c> = (&'c str, Status, u32, u32);

/// A class's folder that vanishes with the test.
pub struct ClassFolder {
    scratch: tempfile::TempDir,
    folder: folder::ClassFolder,
}

impl ClassFolder {
    /// A class with these labs (id, title, points) and students (id, name, e-mail), not graded yet.
    pub fn new(labs: &[(&str, &str, u32)], students: &[(&str, &str, &str)]) -> Self {
        Self::with(labs, students.iter().map(|s| student(s.0, s.1, s.2)).collect(), None)
    }

    pub fn with(labs: &[(&str, &str, u32)], students: Vec<Student>, deadline: Option<&str>) -> Self {
        Self::due(labs, students, deadline, None)
    }

    /// A class with a deadline, and what late work costs.
    pub fn due(labs: &[(&str, &str, u32)], students: Vec<Student>, deadline: Option<&str>, late: Option<&str>) -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let class = Class {
            schema: SCHEMA.to_owned(),
            tool: "0.1.0".to_owned(),
            course: "Serverless".to_owned(),
            edition: "2026".to_owned(),
            labs: labs
                .iter()
                .map(|(id, title, possible)| LabSummary {
                    late: late.map(|late| late.parse().unwrap()),
                    ..lab(id, title, *possible)
                })
                .collect(),
            students,
            deadline: deadline.map(str::to_owned),
        };
        let folder = folder::ClassFolder::create(&scratch.path().join("class"), class).unwrap();
        Self { scratch, folder }
    }

    /// One lab of 100 points, and a student for each of the points: s001, s002, …
    pub fn of_points(points: &[u32]) -> Self {
        let class = Self::new(&[("datastream", "Data stream", 100)], &[]);
        let students: Vec<Student> = (1..=points.len())
            .map(|n| {
                student(
                    &format!("s{n:03}"),
                    &format!("Student {n}"),
                    &format!("s{n:03}@example.com"),
                )
            })
            .collect();
        let class = Self::with(
            &[("datastream", "Data stream", 100)],
            students,
            class.folder.class().deadline.as_deref(),
        );
        for (n, points) in points.iter().enumerate() {
            class.points(&format!("s{:03}", n + 1), "datastream", *points);
        }
        class
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A path beside the class's folder.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    /// Stores a report.
    pub fn store(&self, student: &str, report: &Report) {
        let student = self
            .folder
            .class()
            .students
            .iter()
            .find(|s| s.id == student)
            .expect("a student");
        self.folder.store(student, report, &serde_json::json!({})).unwrap();
    }

    /// A run with these points of 100.
    pub fn points(&self, student: &str, lab: &str, earned: u32) {
        self.run(student, lab, "2026-05-01T10:00:00Z", &scored(earned));
    }

    /// A run with these checks.
    pub fn run(&self, student: &str, lab: &str, started: &str, checks: &[Check]) {
        self.store(student, &report(lab, started, checks));
    }
}

/// Two checks that earn so many of 100 points; above it, with extra credit.
pub fn scored(earned: u32) -> Vec<Check<'static>> {
    let status = if earned < 100 { Status::Fail } else { Status::Pass };
    let mut checks = vec![("kinesis.exists", status, earned.min(100), 100)];
    if earned > 100 {
        checks.push(("kinesis.extra", Status::Pass, earned - 100, 0));
    }
    checks
}

pub fn student(id: &str, name: &str, email: &str) -> Student {
    Student {
        id: id.to_owned(),
        name: name.to_owned(),
        email: email.to_owned(),
        excused: false,
        not_handed_in: false,
        extension: None,
        group: None,
        labs: None,
    }
}

fn lab(id: &str, title: &str, possible: u32) -> LabSummary {
    LabSummary {
        id: id.to_owned(),
        title: title.to_owned(),
        names: Vec::new(),
        deadline: None,
        late: None,
        clock: Default::default(),
        possible,
        steps: vec![StepSummary {
            id: "kinesis".to_owned(),
            title: "The stream".to_owned(),
            possible,
        }],
    }
}

/// A report with these checks. Possible points of zero are extra credit.
pub fn report(lab: &str, started: &str, checks: &[Check]) -> Report {
    let checks: Vec<CheckReport> = checks
        .iter()
        .map(|(id, status, points, possible)| CheckReport {
            id: (*id).to_owned(),
            title: format!("What {id} asks"),
            status: *status,
            points: *points,
            possible: if *possible == 0 { *points } else { *possible },
            optional: *possible == 0,
            expected: "as it should be".to_owned(),
            found: (*status != Status::Pass).then(|| "AccessDenied".to_owned()),
            why: None,
            fix: None,
            cli: Vec::new(),
            evidence: Vec::new(),
            needs: Vec::new(),
            unrecognized: Vec::new(),
            seconds: 0.1,
        })
        .collect();
    let worst = report::worst(checks.iter());
    let mut steps: Vec<StepReport> = Vec::new();
    for check in checks {
        let id = check.id.split('.').next().unwrap_or_default().to_owned();
        if steps.last().is_none_or(|step| step.id != id) {
            steps.push(StepReport {
                title: id.clone(),
                chapter: format!("{lab}/{id}.html"),
                id,
                status: Status::Pass,
                points: Points::default(),
                about: Vec::new(),
                path: Vec::new(),
                checks: Vec::new(),
            });
        }
        steps.last_mut().unwrap().checks.push(check);
    }
    for step in &mut steps {
        step.status = report::worst(step.checks.iter());
        step.points = Points::of(step.checks.iter());
    }
    Report {
        schema: report::SCHEMA.to_owned(),
        tool: "0.1.0".to_owned(),
        lab: lab.to_owned(),
        title: lab.to_owned(),
        edition: "2026".to_owned(),
        account: "000000000001".to_owned(),
        region: "eu-central-1".to_owned(),
        caller: "arn:aws:iam::000000000001:user/student".to_owned(),
        started: started.to_owned(),
        seconds: 1.0,
        verdict: match worst {
            Status::Pass => Verdict::Pass,
            Status::Unknown => Verdict::Unknown,
            Status::Fail | Status::Blocked => Verdict::Fail,
        },
        points: Points::of(steps.iter().flat_map(|s| &s.checks)),
        resources: Default::default(),
        steps,
        left_out: Vec::new(),
        notes: Vec::new(),
        leftovers: Vec::new(),
        idle_usd_per_day: None,
        trail_unread: None,
    }
}

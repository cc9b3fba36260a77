//! A class graded fairly: part of a lab, a lab in another region, a roster that is corrected, other rules.

use crate::common;

use common::cloud::{Cloud, REGION, shared};
use common::course::{Copy, solution_of};
use common::desk::Desk;
use common::taught::{LABS, reports};
use edemlab::report::Verdict;

fn cloud() -> &'static Cloud {
    shared("class")
}

const STREAM: [&str; 2] = ["--lab", LABS[0]];

#[test]
fn a_run_without_probes_is_scaled_and_never_a_zero() {
    let desk = Desk::new();
    cloud().deploy("880000000001", &solution_of(LABS[0]));
    desk.keys("a", "880000000001");
    desk.roster("student,credentials\ns001,a\n");
    let only = [&STREAM[..], &["--no-probe"]].concat();
    let printed = desk.graded(&only);
    assert!(printed.stdout.contains("1 judged in part"), "{}", printed.stdout);
    let report = desk.report("s001", LABS[0]);
    let (judged, left) = (report.points.possible, report.points_left_out());
    assert!(report.points.earned > judged && left > 0, "{:?}", report.points);
    for args in [&[][..], &["--unknown-as-zero"]] {
        let row = desk.row("s001", args);
        assert_eq!(row[0], "100", "full marks of what was judged: {row:?}");
        assert_eq!(
            (row[2].as_str(), row[3].as_str()),
            (&*judged.to_string(), &*format!("{left}: final"))
        );
    }
    let kept = desk.row("s001", &["--extra", "keep"]);
    assert!(kept[0].starts_with("103."), "{kept:?}");
    let again = desk.of_class("regrade", &[]);
    assert!(
        again.stdout.contains("all points are what they were"),
        "{}",
        again.stdout
    );
    assert_eq!(desk.row("s001", &[])[0], "100");
    let said = format!("{left} of {} points were left out (final)", judged + left);
    for page in ["students/s001.html", "feedback/s001.md"] {
        assert!(desk.text(page).contains(&said), "{page}");
    }
    assert!(desk.text("index.html").contains("1 judged in part"));

    // A file of an LMS says it once, and the number of the lab in the guide is enough to find its column.
    let export = desk.path("export.csv");
    std::fs::write(
        &export,
        "ID number,Tarea: Lab 1 (Real),Tarea: Lab 10 (Real)\ns001,-,-\n",
    )
    .unwrap();
    let filled = desk.of_class("gradebook", &["--for", "moodle", "--fill", export.to_str().unwrap()]);
    assert_eq!(filled.code, 0, "{}", filled.stderr);
    assert!(
        filled
            .stderr
            .contains(&format!("scaled to the {judged} of {} points", judged + left)),
        "{}",
        filled.stderr
    );
    let text = std::fs::read_to_string(desk.path("export-filled.csv")).unwrap();
    assert!(text.contains("s001,100,-"), "{text}");

    // Without the flag it is another run: the same student again, and all of the lab.
    let printed = desk.graded(&STREAM);
    assert!(
        printed.stderr.contains("s001, datastream: probes left out → sent"),
        "{}",
        printed.stderr
    );
    let row = desk.row("s001", &[]);
    assert_eq!((row[2].as_str(), row[3].as_str()), (&*(judged + left).to_string(), ""));
    assert!(desk.graded(&STREAM).stdout.contains("stored now: 0"));
    // The best run is the whole one, although the other has a greater share.
    assert_eq!(desk.row("s001", &["--count", "best"])[3], "");
}

#[test]
fn each_lab_is_graded_in_its_own_region() {
    let desk = Desk::new();
    let elsewhere = "us-west-2";
    for account in ["880000000011", "880000000012"] {
        cloud().deploy(account, &solution_of(LABS[0]));
        cloud().deploy_as(account, elsewhere, "edemlab-eventdriven", &solution_of(LABS[1]));
        cloud().confirm(account, elsewhere);
    }
    desk.keys("a", "880000000011");
    desk.keys("b", "880000000012");
    desk.roster(&format!(
        "student,credentials,region,Region: eventdriven\ns001,a,{REGION},{elsewhere}\ns002,b,,\n"
    ));
    let printed = desk.grade(&[]);
    assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
    for student in ["s001", "s002"] {
        for (lab, region) in [(LABS[0], REGION), (LABS[1], elsewhere)] {
            let report = desk.report(student, lab);
            assert_eq!(
                (report.region.as_str(), report.verdict),
                (region, Verdict::Pass),
                "{student} {lab}"
            );
        }
    }
    desk.roster("student,credentials,region.eventdrivem\ns001,a,eu-west-1\n");
    let refused = desk.grade(&[]);
    assert_eq!(refused.code, 2);
    assert!(
        refused.stderr.contains("did you mean `eventdriven`"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_corrected_roster_corrects_exactly_what_it_was_wrong_about() {
    let desk = Desk::new();
    let (one, two) = ("880000000021", "880000000022");
    let stream = cloud().deploy(one, &solution_of(LABS[0]));
    cloud().deploy(
        two,
        &serde_json::json!({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}),
    );
    desk.keys("one", one);
    desk.keys("two", two);
    let args = [&STREAM[..], &["--no-probe"]].concat();
    // Mixed up, and the third in a region where nothing is.
    desk.roster(&format!(
        "student,credentials,account,region\ns001,two,{two},\ns002,one,{one},\n"
    ));
    desk.graded(&args);
    assert_eq!(desk.report("s001", LABS[0]).account, two);
    desk.roster(&format!(
        "student,credentials,account,region\ns001,one,{one},\ns002,two,{two},\n"
    ));
    let printed = desk.graded(&args);
    assert!(printed.stdout.contains("stored now: 2"), "{}", printed.stdout);
    for said in [
        format!("s001, datastream: account {two} → {one}"),
        format!("s002, datastream: account {one} → {two}"),
    ] {
        assert!(printed.stderr.contains(&said), "{}", printed.stderr);
    }
    let passed = desk.report("s001", LABS[0]);
    assert_eq!((passed.account.as_str(), passed.verdict), (one, Verdict::Pass));

    // In another order, with names: nothing changes.
    desk.roster(&format!(
        "region,student,account,name,credentials\n,s002,{two},B,two\n,s001,{one},A,one\n"
    ));
    let printed = desk.graded(&args);
    assert!(printed.stdout.contains("stored now: 0"), "{}", printed.stdout);

    // What a probe left in the account of before is not looked for in this one, and not forgotten.
    let notes = desk.path("class").join("underway/s001/datastream");
    std::fs::create_dir_all(&notes).unwrap();
    let note = serde_json::json!({"region": REGION, "account": two, "trace": {
        "since": "2026-01-01T00:00:00Z", "sending": "2026-01-01T00:00:00Z", "marks": ["x"], "removals": [],
    }});
    std::fs::write(notes.join("x.json"), note.to_string()).unwrap();
    desk.graded(&[&args[..], &["--again", "all", "--only", "s001"]].concat());
    let left = desk.report("s001", LABS[0]).leftovers;
    assert!(
        left.len() == 1 && left[0].contains(&format!("in account {two}")),
        "{left:?}"
    );
    assert!(notes.join("x.json").exists());

    // Another region, for one of them.
    desk.roster(&format!(
        "student,credentials,account,region\ns001,one,{one},\ns002,two,{two},us-west-2\n"
    ));
    let printed = desk.graded(&args);
    assert!(printed.stdout.contains("stored now: 1"), "{}", printed.stdout);
    assert!(
        printed
            .stderr
            .contains(&format!("s002, datastream: region {REGION} → us-west-2")),
        "{}",
        printed.stderr
    );

    // Which stream is theirs.
    let name = stream
        .iter()
        .find(|(key, _)| key.contains("Stream"))
        .map_or("no-such-stream", |(_, value)| value.as_str());
    desk.roster(&format!(
        "student,credentials,account,region,use\ns001,one,{one},,stream={name}\ns002,two,{two},us-west-2,\n"
    ));
    let printed = desk.grade(&args);
    assert!(
        printed.stderr.contains(&format!("use none → stream={name}")),
        "{}",
        printed.stderr
    );
    assert!(printed.stdout.contains("stored now: 1"), "{}", printed.stdout);
    let named = desk.report("s001", LABS[0]);
    assert_eq!(named.resources["stream"].because, "named with --use");
    assert!(
        named
            .resources
            .values()
            .filter(|chosen| chosen.because == "named with --use")
            .count()
            == 1
    );
    desk.roster(&format!("student,credentials,account,use\ns001,one,{one},streem=x\n"));
    let refused = desk.grade(&args);
    assert!(
        refused.code == 2
            && refused.stderr.contains("roster.csv:2")
            && refused.stderr.contains("did you mean `stream`"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_class_is_not_graded_half_by_other_rules() {
    let desk = Desk::new();
    let account = "880000000031";
    cloud().deploy(account, &solution_of(LABS[0]));
    desk.keys("a", account);
    desk.keys("b", "880000000032");
    desk.roster("student,credentials\ns001,a\ns002,b\n");
    let args = [&STREAM[..], &["--no-probe"]].concat();
    let first = desk.grade(&[&args[..], &["--only", "s001"]].concat());
    assert_eq!(first.code, 3, "{}", first.stderr);
    let before = reports(&desk.path("class"), 3);
    let class = desk.text("class.json");
    // The rules of another lab change nothing here.
    let copy = Copy::new();
    copy.replace(
        "checks/eventdriven/sns.yaml",
        "title: A topic exists",
        "title: There is a topic",
    );
    let other = copy.folder().to_str().unwrap().to_owned();
    let copy = Copy::new();
    copy.replace("checks/datastream/kinesis.yaml", "points: 4", "points: 14");
    let course = ["--course", copy.folder().to_str().unwrap()];
    let refused = desk.grade(&[&args[..], &course].concat());
    assert_eq!(refused.code, 2, "{}", refused.stdout);
    for part in [
        "1 report of datastream that other checks",
        "one set of rules",
        "edemlab regrade",
        "--again all",
    ] {
        assert!(refused.stderr.contains(part), "{part}: {}", refused.stderr);
    }
    assert!(!desk.path("class").join("reports").join("s002").exists());
    assert_eq!(reports(&desk.path("class"), 3), before);
    assert_eq!(desk.text("class.json"), class, "a refusal changes nothing");
    // Judged again by the new rules, the class can go on.
    assert_eq!(desk.of_class("regrade", &course).code, 0);
    let printed = desk.graded(&[&args[..], &course].concat());
    assert!(printed.stdout.contains("stored now: 1"), "{}", printed.stdout);
    let possible = |student| desk.report(student, LABS[0]).points.possible;
    assert_eq!(possible("s001"), possible("s002"));
    // By the old ones again, everyone.
    let printed = desk.graded(&[&args[..], &["--again", "all", "--course", &other]].concat());
    assert!(printed.stdout.contains("stored now: 2"), "{}", printed.stdout);
    desk.keys("c", "880000000033");
    desk.roster("student,credentials\ns001,a\ns002,b\ns003,c\n");
    desk.graded(&args);
}

#[test]
fn a_student_by_another_spelling_is_not_a_second_student() {
    let desk = Desk::new();
    desk.keys("a", "880000000041");
    desk.keys("b", "880000000042");
    desk.roster("student,credentials\n00012345,a\nAna Maria,b\n");
    let args = [&STREAM[..], &["--no-probe"]].concat();
    desk.graded(&args);
    let students = || std::fs::read_dir(desk.path("class").join("reports")).unwrap().count();
    desk.roster("student,credentials\n12345,a\nanamaria,b\n");
    let refused = desk.grade(&args);
    assert_eq!((refused.code, students()), (2, 2), "{}", refused.stdout);
    for part in [
        "\"12345\" in the roster, \"00012345\" in the class",
        "\"Ana Maria\" in the class",
        "as text",
    ] {
        assert!(refused.stderr.contains(part), "{part}: {}", refused.stderr);
    }
}

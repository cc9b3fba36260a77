//! Who needs help, what just turned green, and what the folder keeps of it, on a given clock.

use crate::common;

use chrono::{DateTime, TimeDelta, Utc};
use common::classroom::{Doing, report, settle};
use common::course::course;
use edemlab::class::premises::{LabRules, Premises};
use edemlab::judge::Options;
use edemlab::report::{Report, Status};
use edemlab::room::{Help, LastRun, Need, Room, Stored, Turned, stored};

/// A room of one account in the first lab, and its clock.
struct Watched {
    room: Room,
    steps: Vec<String>,
    began: DateTime<Utc>,
}

impl Watched {
    fn new() -> Self {
        let began = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        Self {
            room: Room::new(1, 1, began),
            steps: common::course::steps_of("datastream"),
            began,
        }
    }

    fn at(&self, minute: i64) -> DateTime<Utc> {
        self.began + TimeDelta::minutes(minute)
    }

    fn looked(&mut self, minute: i64, report: &Report) -> bool {
        let at = self.at(minute);
        self.room.looked(0, 0, &self.steps, report, false, at)
    }

    fn help(&self, minute: i64) -> Vec<Help<'_>> {
        self.room.help(self.at(minute))
    }

    fn news(&self, minute: i64) -> Vec<Turned> {
        self.room
            .news(self.at(minute))
            .map(|news| news.turned.clone())
            .collect()
    }
}

fn doing(doing: Doing) -> Report {
    report(course().lab("datastream").unwrap(), 1, "2026-03-19T09:00:00Z", doing)
}

/// A report in which these checks have another status.
fn with(base: Doing, changes: &[(&str, Status)]) -> Report {
    let mut report = doing(base);
    for (id, status) in changes {
        let checks = report.steps.iter_mut().flat_map(|step| &mut step.checks);
        let check = checks
            .into_iter()
            .find(|check| check.id == *id)
            .unwrap_or_else(|| panic!("no {id}"));
        check.status = *status;
        check.points = if *status == Status::Pass { check.possible } else { 0 };
        check.found = (*status != Status::Pass).then(|| "not as it should be".to_owned());
    }
    settle(&mut report);
    report
}

#[test]
fn the_same_failure_is_a_reason_after_five_minutes_since_it_was_first_seen() {
    let mut one = Watched::new();
    let failing = with(Doing::All, &[("kinesis.on-demand", Status::Fail)]);
    one.looked(0, &failing);
    assert!(one.help(4).is_empty());
    // Something else comes and goes, and once it could not be determined: it is the same failure all the time.
    one.looked(
        2,
        &with(
            Doing::All,
            &[("kinesis.on-demand", Status::Fail), ("lambda.exists", Status::Fail)],
        ),
    );
    one.looked(4, &with(Doing::All, &[("kinesis.on-demand", Status::Unknown)]));
    one.looked(6, &failing);
    let help = one.help(7);
    let [
        Help {
            need: Need::Stuck(failure),
            since,
            ..
        },
    ] = help.as_slice()
    else {
        panic!("{help:?}")
    };
    assert_eq!((failure.check.as_str(), *since), ("kinesis.on-demand", one.at(0)));
    // Of an account that cannot be looked at nothing is claimed.
    let at = one.at(7);
    one.room.ended(0, Some("expired"), at);
    assert_eq!(one.help(7), []);
    one.room.ended(0, None, at);
    assert_eq!(one.help(7).len(), 1);
    // Another one begins from the start.
    one.looked(8, &with(Doing::All, &[("dynamodb.exists", Status::Fail)]));
    assert!(!matches!(
        one.help(9).as_slice(),
        [Help {
            need: Need::Stuck(_),
            ..
        }]
    ));
}

/// What is still to come is no failure: at the beginning of an hour nobody needs help.
#[test]
fn a_step_that_is_not_begun_is_no_failure_and_an_account_without_changes_is_one_after_twenty_minutes() {
    let mut one = Watched::new();
    let last = one.steps.len() - 1;
    let begun = with(Doing::All, &[]);
    let mut open = begun.clone();
    // Nothing of the last step is there.
    for (n, check) in open.steps[last].checks.iter_mut().enumerate() {
        check.status = if n == 0 { Status::Fail } else { Status::Blocked };
        check.points = 0;
    }
    settle(&mut open);
    one.looked(0, &open);
    assert_eq!(one.help(19), []);
    let help = one.help(20);
    let [
        Help {
            need: Need::Idle,
            since,
            ..
        },
    ] = help.as_slice()
    else {
        panic!("{help:?}")
    };
    assert_eq!(*since, one.at(0));
    // A change that no check shows is one.
    let at = one.at(21);
    let steps = one.steps.clone();
    assert!(one.room.looked(0, 0, &steps, &open, true, at));
    assert_eq!(one.help(40), []);
    // Who is through needs no help, however long nothing changes.
    one.looked(41, &begun);
    assert_eq!(one.help(200), []);
}

#[test]
fn what_passed_and_fails_is_a_step_back_and_what_is_unknown_or_waits_is_none() {
    let mut one = Watched::new();
    one.looked(0, &doing(Doing::All));
    one.looked(
        1,
        &with(
            Doing::All,
            &[("kinesis.exists", Status::Unknown), ("lambda.exists", Status::Blocked)],
        ),
    );
    assert_eq!(one.help(2), []);
    one.looked(2, &with(Doing::All, &[("kinesis.exists", Status::Fail)]));
    let help = one.help(3);
    let [
        Help {
            need: Need::Backwards(setback),
            ..
        },
    ] = help.as_slice()
    else {
        panic!("{help:?}")
    };
    assert_eq!(setback.check, "kinesis.exists");
    // Once it passes again, nobody has to go there.
    one.looked(4, &doing(Doing::All));
    assert_eq!(one.help(5), []);
}

#[test]
fn the_longest_comes_first_and_a_step_back_counts_as_ten_minutes() {
    let began = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let steps = common::course::steps_of("datastream");
    let mut room = Room::new(4, 1, began);
    let at = |minute| began + TimeDelta::minutes(minute);
    let failing = with(Doing::All, &[("kinesis.on-demand", Status::Fail)]);
    for (place, minute, report) in [
        (0, 9, &failing),
        (1, 0, &failing),
        (2, 0, &doing(Doing::All)),
        (3, 0, &doing(Doing::All)),
        (2, 14, &failing),
    ] {
        room.looked(place, 0, &steps, report, false, at(minute));
    }
    let order: Vec<usize> = room.help(at(15)).iter().map(|help| help.place).collect();
    assert_eq!(order, [1, 2, 0]);
}

#[test]
fn what_turned_green_is_a_step_or_what_is_right_of_it_and_is_forgotten() {
    let mut one = Watched::new();
    one.looked(
        0,
        &with(
            Doing::All,
            &[
                ("iam.write-table", Status::Fail),
                ("kinesis.on-demand", Status::Unknown),
            ],
        ),
    );
    assert_eq!(one.news(0), [], "nothing is new at first");
    let changed = one.looked(1, &doing(Doing::All));
    assert!(changed);
    let title = |id: &str| {
        course()
            .lab("datastream")
            .unwrap()
            .steps
            .iter()
            .find(|s| s.id == id)
            .unwrap()
            .title
            .clone()
    };
    assert_eq!(
        one.news(1),
        [Turned::Step(title("iam"))],
        "what was unknown was not wrong"
    );
    // Of a step that is not green yet: the check.
    let two = [("iam.write-table", Status::Fail), ("iam.read-stream", Status::Fail)];
    one.looked(2, &with(Doing::All, &two));
    one.looked(3, &with(Doing::All, &two[..1]));
    assert!(
        matches!(one.news(3).as_slice(), [Turned::Check(_), Turned::Step(_)]),
        "{:?}",
        one.news(3)
    );
    assert_eq!(one.news(60), []);
    // However long somebody goes to and fro, no more is kept.
    for minute in 0..500 {
        one.looked(4, &with(Doing::All, if minute % 2 == 0 { &two } else { &[] }));
    }
    assert!(one.news(4).len() <= 24);
}

/// What rests on these options.
fn premises(no_probe: bool) -> Premises {
    Premises {
        rules: LabRules {
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            checks: "0123".to_owned(),
        },
        access: "profile a".to_owned(),
        region: Some("eu-west-3".to_owned()),
        options: Options {
            no_probe,
            ..Options::default()
        },
        ..Premises::default()
    }
}

#[test]
fn the_folder_keeps_a_run_for_each_result_and_nothing_for_each_look() {
    let course = course();
    let lab = course.lab("datastream").unwrap();
    let of = |last: &Report, before: &Premises, now: &Report| {
        let run = LastRun {
            report: last,
            premises: Some(before),
        };
        stored(lab, Some(run), now, &premises(true))
    };
    let (all, look) = (doing(Doing::All), premises(true));
    let failing = with(Doing::All, &[("kinesis.on-demand", Status::Fail)]);
    assert_eq!(stored(lab, None, &all, &look), Stored::Added);
    // The same again, later.
    let mut later = failing.clone();
    later.started = "2026-03-19T09:30:00Z".to_owned();
    later.seconds += 1.0;
    assert_eq!(of(&failing, &look, &later), Stored::Already);
    assert_eq!(of(&failing, &look, &all), Stored::Added);
    assert_eq!(of(&all, &look, &failing), Stored::Added);
    // Other words take the place of the last ones, but never that of a run of work that was changed since.
    let mut words = later.clone();
    let check = words
        .steps
        .iter_mut()
        .flat_map(|s| &mut s.checks)
        .find(|c| c.id == "kinesis.on-demand");
    check.unwrap().found = Some("capacity mode PROVISIONED".to_owned());
    assert_eq!(of(&failing, &look, &words), Stored::Replaces);
    let mut changed = words.clone();
    for one in changed.resources.values_mut() {
        one.changed = Some("2026-03-19T09:29:00Z".to_owned());
    }
    assert_eq!(of(&failing, &look, &changed), Stored::Added);
    assert_eq!(of(&failing, &premises(false), &changed), Stored::Added);
    // A call that failed takes nothing back.
    let unknown = with(Doing::All, &[("kinesis.on-demand", Status::Unknown)]);
    assert_eq!(of(&failing, &look, &unknown), Stored::Already);
    assert_eq!(of(&unknown, &look, &failing), Stored::Added);
    // A run with an event is not taken away by a look that sees the same, or that cannot see what the event has proved.
    let whole = premises(false);
    assert_eq!(of(&all, &whole, &all), Stored::Already);
    let proved = lab
        .checks()
        .map(|(_, check)| check)
        .find(|check| check.proof.is_some())
        .expect("a prediction");
    let predicted = with(Doing::All, &[(proved.id.as_str(), Status::Fail)]);
    assert_eq!(of(&all, &whole, &predicted), Stored::Already);
    assert_eq!(of(&all, &look, &predicted), Stored::Added);
    // Other rules, another account, another region: the last run is not this one's.
    let rules = Premises {
        rules: LabRules {
            checks: "4567".to_owned(),
            ..look.rules.clone()
        },
        ..look.clone()
    };
    assert_eq!(of(&all, &rules, &all), Stored::Added);
    let mut other = all.clone();
    other.account = "999999999999".to_owned();
    assert_eq!(of(&all, &look, &other), Stored::Added);
}

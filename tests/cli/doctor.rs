//! `edemlab doctor`, on machines that lack something or have something else in its place.

use crate::common;

mod machine;

use chrono::TimeDelta;
use common::cloud::{REGION, shared};
use common::text;
use machine::{Found, Machine, USER, aws, refusing};

#[test]
fn a_machine_with_everything_is_ready_and_no_key_is_shown() {
    let cloud = shared("cli");
    let keys = cloud.student("375000000001");
    let mut machine = Machine::with_all(cloud.endpoint());
    machine.keys = Some((keys.access_key_id.clone(), keys.secret_access_key.clone()));
    let seen = machine.finds(&[]);
    assert_eq!((seen.code, seen.others()), (Some(0), vec![]), "{}", seen.json);
    assert_eq!(seen.found("credentials"), "user/student of account 375000000001");
    assert_eq!(seen.found("region"), format!("{REGION}, from AWS_REGION"));
    assert_eq!(seen.found("aws-cli"), "aws-cli 2.31.0");
    assert!(seen.found("network").contains("not AWS"), "{}", seen.json);
    assert!(seen.found("python").starts_with("3.12 "), "{}", seen.json);
    let (code, said) = machine.says(&[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("Everything needed is ready"), "{said}");
    for shown in [&said, &seen.json.to_string()] {
        assert!(!shown.contains(&keys.access_key_id) && !shown.contains(&keys.secret_access_key));
    }
}

#[test]
fn a_machine_with_nothing_is_told_what_to_do_about_each_thing() {
    let aws = refusing("MissingAuthenticationToken");
    let mut machine = Machine::empty(&aws.endpoint());
    let seen = machine.finds(&[]);
    let others = [
        ("credentials", "missing"),
        ("python", "missing"),
        ("aws-cli", "optional"),
        ("docker", "optional"),
    ];
    assert_eq!((seen.code, seen.others()), (Some(1), others.to_vec()), "{}", seen.json);
    assert!(seen.fix("credentials").contains("aws configure"), "{}", seen.json);
    assert!(seen.found("python").contains("3.10"), "{}", seen.json);
    let (_, said) = machine.says(&[]);
    assert!(said.contains("Missing: Credentials, Python."), "{said}");
    assert!(!said.contains("all the same"), "no sandbox without a Python: {said}");

    machine.bare.python("python3", "3.9", "exit 0");
    assert!(machine.finds(&[]).found("python").contains("3.9"));
    machine.bare.python("python3", "3.12", "exit 1");
    assert!(machine.finds(&[]).found("python").contains("venv"));
    machine.bare.python("python3", "3.12", "exit 0");
    machine.columns = "40";
    let (code, said) = machine.says(&[]);
    assert_eq!(code, Some(1));
    assert!(said.contains("The sandbox works all the same"), "{said}");
    // What is copied is whole: a line is wider only where it is one word, or a command.
    let is_whole =
        |line: &str| !line.contains(' ') || ["aws ", "edemlab "].iter().any(|program| line.starts_with(program));
    let is_wide = |line: &&str| textwrap::core::display_width(line) > 40;
    for line in said.lines().filter(is_wide) {
        let said_of = line.trim().trim_start_matches("fix  ");
        assert!(is_whole(said_of), "{line:?} in {said}");
    }
    let python = machine
        .finds(&[])
        .found("python")
        .split_whitespace()
        .last()
        .unwrap()
        .to_owned();
    let lines: Vec<&str> = said.lines().map(str::trim).collect();
    assert!(lines.iter().any(|line| line.ends_with(&python)), "{python} in {said}");
    assert!(lines.contains(&"edemlab check datastream --sandbox"), "{said}");
}

#[test]
fn what_is_optional_never_fails() {
    let aws = aws(USER, TimeDelta::zero());
    let machine = Machine::with_all(&aws.endpoint());
    machine.remove("aws");
    machine.program(
        "docker",
        "case $1 in --version) echo Docker version 28;; *) echo no daemon >&2; exit 1;; esac",
    );
    let seen = machine.finds(&[]);
    assert_eq!(seen.code, Some(0), "{}", seen.json);
    assert_eq!(seen.others(), [("aws-cli", "optional"), ("docker", "optional")]);
    assert!(seen.found("docker").contains("no daemon"), "{}", seen.json);
    assert!(seen.fix("docker").contains("Start Docker"), "{}", seen.json);
}

#[test]
fn a_program_that_hangs_holds_nobody_up() {
    let aws = aws(USER, TimeDelta::zero());
    let machine = Machine::with_all(&aws.endpoint());
    machine.program("docker", "exec /bin/sleep 600");
    let seen = machine.finds(&[]);
    assert_eq!(
        (seen.code, seen.others()),
        (Some(0), vec![("docker", "optional")]),
        "{}",
        seen.json
    );
    // It had waited to the end otherwise, and found what it needs.
    assert!(seen.found("docker").contains("no answer within"), "{}", seen.json);
}

#[test]
fn a_region_that_does_not_exist_is_named_with_where_it_stands() {
    let aws = aws(USER, TimeDelta::zero());
    let machine = Machine::with_all(&aws.endpoint());
    let seen = machine.finds(&["--region", "eu-wset-1"]);
    assert_eq!(
        (seen.code, seen.others()),
        (Some(1), vec![("region", "missing")]),
        "{}",
        seen.json
    );
    assert!(
        seen.found("region").contains("did you mean `eu-west-1`"),
        "{}",
        seen.json
    );
    assert!(seen.fix("region").contains("--region"), "{}", seen.json);
    for (place, code) in [
        ("frankfurt", "eu-central-1"),
        ("Europe (Paris)", "eu-west-3"),
        ("stokholm", "eu-north-1"),
    ] {
        let seen = machine.finds(&["--region", place]);
        let meant = format!("did you mean `{code}`");
        assert!(seen.found("region").contains(&meant), "{}", seen.json);
    }
    assert_eq!(
        machine.finds(&["--region", "eu-west-3"]).found("region"),
        "eu-west-3, from --region"
    );
    let none = machine.command(&[]).env_remove("AWS_REGION").output().unwrap();
    assert_eq!(none.status.code(), Some(1));
    assert!(text(&none).contains("aws configure set region"), "{}", text(&none));
}

#[test]
fn credentials_that_aws_refuses_are_told_from_none() {
    for (code, word, fix) in [
        ("InvalidClientTokenId", "does not accept", "Create access key"),
        ("ExpiredToken", "have expired", "Learner Lab"),
    ] {
        let aws = refusing(code);
        let seen = Machine::with_all(&aws.endpoint()).finds(&[]);
        assert_eq!(
            (seen.code, seen.others()),
            (Some(1), vec![("credentials", "missing")]),
            "{}",
            seen.json
        );
        assert!(seen.found("credentials").contains(word), "{}", seen.json);
        assert!(seen.fix("credentials").contains(fix), "{}", seen.json);
    }
    let aws = aws(USER, TimeDelta::zero());
    let seen = Machine::with_all(&aws.endpoint()).finds(&["--profile", "nobody"]);
    assert_eq!(
        (seen.code, seen.state("credentials")),
        (Some(1), "missing"),
        "{}",
        seen.json
    );
    assert!(seen.found("credentials").contains("nobody"), "{}", seen.json);
}

#[test]
fn the_root_user_is_warned() {
    let aws = aws("arn:aws:iam::123456789012:root", TimeDelta::zero());
    let seen = Machine::with_all(&aws.endpoint()).finds(&[]);
    assert_eq!(
        (seen.code, seen.others()),
        (Some(0), vec![("credentials", "warning")]),
        "{}",
        seen.json
    );
}

#[test]
fn a_wrong_clock_is_seen_by_the_time_of_the_answer() {
    for (ahead, state, found, code) in [
        (-10, "missing", "10 minutes ahead", 1),
        (10, "missing", "minutes behind", 1),
        (-3, "warning", "minutes ahead", 0),
    ] {
        let aws = aws(USER, TimeDelta::minutes(ahead));
        let seen = Machine::with_all(&aws.endpoint()).finds(&[]);
        assert_eq!(
            (seen.code, seen.others()),
            (Some(code), vec![("clock", state)]),
            "{}",
            seen.json
        );
        assert!(seen.found("clock").contains(found), "{}", seen.json);
        assert!(seen.fix("clock").contains("automatic time"), "{}", seen.json);
    }
}

#[test]
fn without_a_connection_what_cannot_be_told_is_unknown() {
    // Nobody listens there any more.
    let gone = std::net::TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap();
    let seen = Machine::with_all(&format!("http://{gone}")).finds(&[]);
    let others = [("credentials", "unknown"), ("network", "missing"), ("clock", "unknown")];
    assert_eq!((seen.code, seen.others()), (Some(1), others.to_vec()), "{}", seen.json);
    assert!(seen.fix("network").contains("HTTPS_PROXY"), "{}", seen.json);
}

#[test]
fn what_programs_print_is_harmless() {
    let aws = aws("arn:aws:iam::123456789012:user/a\u{9b}31m", TimeDelta::zero());
    let machine = Machine::with_all(&aws.endpoint());
    machine.program("docker", "printf '\\033[2Jgone' >&2; exit 1");
    let (_, said) = machine.says(&[]);
    assert!(!said.contains('\u{1b}') && !said.contains('\u{9b}'), "{said:?}");
    assert!(said.contains("gone"), "{said}");
}

/// AWS itself, of which nothing can be reached from here.
fn out_of_reach(machine: &Machine, region: &str) -> Found {
    let mut command = machine.command(&["--region", region, "--format", "json"]);
    command.env_remove("AWS_ENDPOINT_URL").env_remove("EDEMLAB_COURSE");
    for name in ["NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"] {
        command.env_remove(name);
    }
    for name in ["HTTPS_PROXY", "https_proxy"] {
        command.env(name, "http://127.0.0.1:9");
    }
    let output = command.output().unwrap();
    let json = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output)));
    Found {
        code: output.status.code(),
        json,
    }
}

#[test]
fn a_region_without_what_a_lab_needs_is_told_before_anything_is_built_in_it() {
    let machine = Machine::with_all("");
    let paris = out_of_reach(&machine, "eu-west-3");
    assert_eq!(
        (paris.code, paris.state("region"), paris.state("network")),
        (Some(1), "warning", "missing"),
        "{}",
        paris.json
    );
    assert!(
        paris.found("region").contains("has no Amazon Personalize"),
        "{}",
        paris.json
    );
    let fix = paris.fix("region");
    assert!(fix.contains("datastream") && fix.contains("eu-central-1"), "{fix}");
    // Only that lab looks for anything in Personalize.
    assert!(!fix.contains("eventdriven"), "{fix}");
    assert_eq!(out_of_reach(&machine, "eu-central-1").state("region"), "ready");
    let unknown = out_of_reach(&machine, "eu-west-9");
    assert_eq!(unknown.state("region"), "warning", "{}", unknown.json);
    assert!(
        unknown.found("region").contains("not a region that edemlab knows"),
        "{}",
        unknown.json
    );
}

#[test]
fn the_sandbox_alone_needs_no_account() {
    let machine = Machine::empty("http://127.0.0.1:9");
    machine.bare.python("python3", "3.12", "exit 0");
    let seen = machine.finds(&["--sandbox"]);
    assert_eq!((seen.code, seen.others()), (Some(0), vec![]), "{}", seen.json);
    let items = seen.json["items"].as_array().unwrap().iter();
    let ids: Vec<&str> = items.map(|item| item["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["edemlab", "python", "sandbox"]);
    assert!(machine.says(&["--sandbox"]).1.contains("check datastream --sandbox"));
    machine.remove("python3");
    assert_eq!(machine.finds(&["--sandbox"]).code, Some(1));
    assert_eq!(machine.says(&["--sandbox", "--profile", "school"]).0, Some(2));
}

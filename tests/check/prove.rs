//! `edemlab prove`: the examples of CONTRIBUTING.md are proved; a check that can no longer fail is found out.

use crate::common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::aws_cli::AwsCli;
use common::cloud::{REGION, alone, checked, run, shared};
use common::course::{Copy, solution};
use edemlab::report::Status;
use serde_json::json;

#[test]
fn a_check_that_passes_whatever_there_is_does_not_hold() {
    let course = Copy::new();
    course.replace(
        "checks/datastream/kinesis.yaml",
        "expect: stream.StreamModeDetails.StreamMode == \"ON_DEMAND\"",
        "expect: true",
    );
    let mut command = alone(&[
        "prove",
        "datastream",
        "--no-fixes",
        "--fault",
        "provisioned-stream",
        "--course",
    ]);
    command.arg(course.folder());
    let printed = run(command);
    assert_eq!(printed.code, 1, "{}\n{}", printed.stdout, printed.stderr);
    for part in [
        "✓ the solution",
        "✗ provisioned-stream",
        "kinesis.on-demand should fail, but it passed",
        "it is at labs/datastream/faults.yaml:",
        "not proved: 1 of 2 accounts",
    ] {
        assert!(printed.stdout.contains(part), "no {part:?} in:\n{}", printed.stdout);
    }
}

#[test]
fn a_check_that_fails_where_it_should_not_does_not_hold_either() {
    let course = Copy::new();
    course.replace(
        "checks/datastream/setup.yaml",
        "expect: '!caller.Arn.endsWith(\":root\")'",
        "expect: '!caller.Arn.endsWith(\"student\")'",
    );
    let mut command = alone(&[
        "prove",
        "datastream",
        "--no-fixes",
        "--fault",
        "no-bucket-policy",
        "--course",
    ]);
    command.arg(course.folder());
    let printed = run(command);
    assert_eq!(printed.code, 1, "{}\n{}", printed.stdout, printed.stderr);
    for part in [
        "setup.identity should pass, but it failed: ",
        "setup.identity should not fail, but it failed: ",
        "the solution does not pass",
        "not proved: 2 of 2 accounts",
    ] {
        assert!(printed.stdout.contains(part), "no {part:?} in:\n{}", printed.stdout);
    }
}

/// What a section of `CONTRIBUTING.md` has in its fences, each with its language.
fn taught(section: &str) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(repository().join("CONTRIBUTING.md")).unwrap();
    let start = text.find(&format!("\n## {section}\n")).expect(section) + 1;
    let end = text[start..].find("\n## ").map_or(text.len(), |end| start + end);
    let mut blocks: Vec<(String, String)> = Vec::new();
    let mut open = false;
    for line in text[start..end].lines() {
        match (line.strip_prefix("```"), open) {
            (Some(language), false) => blocks.push((language.to_owned(), String::new())),
            (Some(_), true) | (None, false) => {}
            (None, true) => {
                let (_, block) = blocks.last_mut().expect("an open block");
                block.push_str(line);
                block.push('\n');
            }
        }
        open ^= line.starts_with("```");
    }
    blocks
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn append(course: &Copy, file: &str, text: &str) {
    course.write(file, &format!("{}\n{text}", course.read(file)));
}

/// What a line of `prove` says, without its times, the ends of names that AWS makes, and lines of files.
fn steady(line: &str) -> String {
    let words = line
        .split_whitespace()
        .filter(|word| word.parse::<f64>().is_err() && *word != "s");
    let words: Vec<&str> = words
        .map(|word| word.split("-Function-").next().unwrap_or(word))
        .map(|word| word.split_once(".yaml:").map_or(word, |(file, _)| file))
        .collect();
    words.join(" ")
}

#[test]
fn the_check_that_contributing_adds_fails_and_is_proved_as_it_says() {
    let blocks = taught("Add a check");
    let languages: Vec<&str> = blocks.iter().map(|(language, _)| language.as_str()).collect();
    assert_eq!(languages, ["yaml", "text", "yaml", "console"]);
    let [(_, check), (_, missing), (_, fault), (_, session)] = &blocks[..] else {
        unreachable!()
    };
    let course = Copy::new();
    let lint = || {
        let mut command = alone(&["lint", "--course"]);
        command.arg(course.folder());
        run(command)
    };
    append(&course, "checks/datastream/lambda.yaml", check);
    let printed = lint();
    assert_eq!(printed.code, 2);
    assert!(printed.stderr.contains(missing.trim()), "{}", printed.stderr);
    append(&course, "labs/datastream/faults.yaml", fault);
    assert_eq!(lint().code, 0, "{}", lint().stderr);

    let prove = || {
        let typed = session.lines().next().and_then(|line| line.strip_prefix("$ edemlab "));
        let args: Vec<&str> = typed.expect("a command").split_whitespace().collect();
        let mut command = alone(&args);
        command.current_dir(course.folder());
        let tools = tempfile::tempdir().unwrap();
        let _aws = AwsCli::on_path(&mut command, tools.path());
        run(command)
    };
    let printed = prove();
    assert_eq!(printed.code, 1, "{}\n{}", printed.stdout, printed.stderr);
    let shown: Vec<String> = printed.stdout.lines().map(steady).collect();
    let absent: Vec<&str> = session
        .lines()
        .skip(1)
        .filter(|line| !shown.contains(&steady(line)))
        .collect();
    assert!(
        absent.is_empty(),
        "CONTRIBUTING.md shows {absent:#?}, prove says\n{}",
        printed.stdout
    );

    // What the page asks for next.
    let faults = course.read("labs/datastream/faults.yaml");
    let at = faults.find("- id: timeout\n").expect("the other fault");
    let (before, after) = faults.split_at(at);
    course.write(
        "labs/datastream/faults.yaml",
        &(before.to_owned() + &after.replacen("fails: [final.stored]", "fails: [final.stored, lambda.timeout]", 1)),
    );
    let printed = prove();
    assert_eq!(printed.code, 0, "{}\n{}", printed.stdout, printed.stderr);
}

/// A copy of the program with the kind of `CONTRIBUTING.md` in it, built from what `cargo test` has compiled.
fn with_the_kind(blocks: &[(String, String)]) -> PathBuf {
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("taught");
    for part in ["src", "labs", "checks", "book", "benches"] {
        mirror(&repository().join(part), &copy.join(part));
    }
    for file in ["build.rs", "CONTRIBUTING.md", "README.md"] {
        renew(
            &copy.join(file),
            &std::fs::read_to_string(repository().join(file)).unwrap(),
        );
    }
    // A version of its own: cargo tells what it has compiled apart by name and version, not by the folder of the source, and
    // would take the one library for the other.
    let package = format!("name = \"edemlab\"\nversion = \"{}\"", env!("CARGO_PKG_VERSION"));
    let of_its_own = "name = \"edemlab\"\nversion = \"999.0.0\"";
    let versioned = |file: &str| {
        let text = std::fs::read_to_string(repository().join(file)).unwrap();
        once(&text, &package, of_its_own)
    };
    renew(&copy.join("Cargo.lock"), &versioned("Cargo.lock"));
    // A name of its own: the tests' program lies in the same folder.
    let manifest = versioned("Cargo.toml");
    let renamed = once(
        &manifest,
        "default-run = \"edemlab\"",
        "default-run = \"edemlab-taught\"",
    );
    let renamed = once(
        &renamed,
        "[[bin]]\nname = \"edemlab\"",
        "[[bin]]\nname = \"edemlab-taught\"",
    );
    renew(&copy.join("Cargo.toml"), &renamed);

    let mut rust = blocks
        .iter()
        .filter(|(language, _)| language == "rust")
        .map(|(_, block)| block);
    let mut next = || rust.next().expect("six pieces of Rust").as_str();
    renew(&copy.join("src/discover/cloudwatch.rs"), next());
    for (file, marks) in [
        ("src/discover/mod.rs", &["mod container;\n"][..]),
        (
            "src/discover/kinds.rs",
            &["use super::kind::Kind;\n", "OF_SERVICES: &[Kind] = &[\n"],
        ),
        ("src/account/services.rs", &["services! {\n"]),
        ("src/permissions/scope.rs", &["Some(match action {\n"]),
    ] {
        let mut text = std::fs::read_to_string(repository().join(file)).unwrap();
        for mark in marks {
            text = once(&text, mark, &format!("{mark}{}", next()));
        }
        renew(&copy.join(file), &text);
    }
    assert!(rust.next().is_none(), "a piece of Rust that this test does not use");

    let profile = Path::new(env!("CARGO_BIN_EXE_edemlab")).parent().expect("a folder");
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build
        .current_dir(&copy)
        .args(["build", "--locked", "--bin", "edemlab-taught", "--target-dir"]);
    build.arg(profile.parent().expect("a folder"));
    common::as_outside_of_cargo(&mut build);
    let said = common::text(&build.output().expect("cargo runs"));
    assert!(said.contains("Finished"), "{said}");
    assert!(!said.contains("warning"), "{said}");
    assert!(!said.contains("Compiling aws-"), "the SDK was built again: {said}");
    profile.join("edemlab-taught")
}

fn once(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "{from:?}");
    text.replace(from, to)
}

/// Writes what has changed only: cargo goes by the time of a file.
fn renew(file: &Path, text: &str) {
    if std::fs::read_to_string(file).ok().as_deref() != Some(text) {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
}

/// Copies what is new, and removes what is no more.
fn mirror(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(to).unwrap() {
        let path = entry.unwrap().path();
        if !from.join(path.file_name().unwrap()).exists() && !path.ends_with("cloudwatch.rs") {
            let removed = if path.is_dir() {
                std::fs::remove_dir_all(&path)
            } else {
                std::fs::remove_file(&path)
            };
            removed.unwrap();
        }
    }
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        // These are changed afterwards: not written twice.
        let changed = [
            "discover/mod.rs",
            "discover/kinds.rs",
            "account/services.rs",
            "permissions/scope.rs",
        ];
        if path.is_dir() {
            mirror(&path, &target);
        } else if !changed.iter().any(|end| path.ends_with(end))
            && std::fs::read(&target).ok() != Some(std::fs::read(&path).unwrap())
        {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

#[test]
fn the_kind_that_contributing_adds_compiles_and_judges() {
    let blocks = taught("Add a kind of resource");
    let program = with_the_kind(&blocks);
    let yaml: Vec<&String> = blocks
        .iter()
        .filter(|(language, _)| language == "yaml")
        .map(|(_, block)| block)
        .collect();
    let [example] = yaml[..] else {
        panic!("one piece of YAML, not {}", yaml.len())
    };
    let course = Copy::new();
    // Both parts of the example, in the step that has such parts.
    let (find, check) = example.split_once("checks:\n").expect("a check");
    let file = "checks/datastream/lambda.yaml";
    course.write(
        file,
        &once(&course.read(file), "find:\n", &format!("{}\n", find.trim_end())),
    );
    append(&course, file, check);

    let cloud = shared("contributing");
    let account = "560000000001";
    cloud.deploy(account, &solution());
    let with_program = |command: Command| {
        let args: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
        let mut taught = Command::new(&program);
        taught.args(args).arg("--course").arg(course.folder());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => taught.env(name, value),
                None => taught.env_remove(name),
            };
        }
        taught
    };
    let report = || {
        let asked = cloud.check(&cloud.student(account), &["lambda", "--format", "json"]);
        checked(with_program(asked))
    };
    let none = report();
    assert_eq!(none.get("lambda.alarm").status, Status::Fail);
    assert_eq!(
        none.found("lambda.alarm"),
        format!("no alarm on the metric Errors in {REGION}")
    );
    let alarm = json!({"Resources": {"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {
        "MetricName": "Errors", "Namespace": "AWS/Lambda", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1,
        "Threshold": 1, "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    }}}});
    cloud.deploy_as(account, REGION, "alarm", &alarm);
    assert_eq!(report().get("lambda.alarm").status, Status::Pass);

    let policy = run(with_program(alone(&["policy", "datastream"])));
    assert!(policy.stdout.contains("cloudwatch:DescribeAlarms"), "{}", policy.stdout);
}

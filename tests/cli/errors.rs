//! What ends a command before there is a report: one plain sentence, the way out, exit code 2.

use crate::common;

use std::process::Command;
use std::time::Instant;

use common::PATIENCE;
use common::cloud::{Printed, alone, check_at, run, shared};
use common::course::LAB;
use common::relay::Relay;
use edemlab::account::Keys;

/// `check` where nobody has ever set up AWS.
fn bare(args: &[&str]) -> Command {
    let mut command = alone(&["check", LAB]);
    command.args(args).env("HOME", "no-such-folder");
    command
}

fn keys(id: &str, secret: &str) -> Keys {
    Keys {
        access_key_id: id.to_owned(),
        secret_access_key: secret.to_owned(),
        session_token: None,
    }
}

/// Exit code 2, nothing on standard output, and one sentence that is meant for people.
fn refused(command: Command) -> String {
    let Printed { code, stdout, stderr } = run(command);
    assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
    let lower = stderr.to_lowercase();
    for inside in [
        "caused by",
        "panicked",
        "error(",
        "sdkerror",
        "dispatch",
        "backtrace",
        "provider",
        "source:",
    ] {
        assert!(!lower.contains(inside), "{inside:?} in:\n{stderr}");
    }
    let sentence = stderr.lines().next().unwrap_or_default();
    assert!(sentence.starts_with("edemlab: "), "{stderr}");
    assert!(sentence.chars().count() < 160, "{stderr}");
    assert!(stderr.lines().count() < 12, "{stderr}");
    stderr
}

fn says(said: &str, parts: &[&str]) {
    for part in parts {
        assert!(said.contains(part), "no {part:?} in:\n{said}");
    }
}

#[test]
fn without_credentials_it_points_at_the_sandbox() {
    says(
        &refused(bare(&["--region", "eu-west-1"])),
        &["no AWS credentials", "aws configure", "--sandbox"],
    );
}

#[test]
fn where_nothing_is_set_up_it_points_at_the_sandbox_too() {
    says(&refused(bare(&[])), &["--sandbox", "aws configure"]);
}

#[test]
fn an_unknown_profile_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config");
    std::fs::write(&config, "[profile school]\nregion = eu-west-1\n").unwrap();
    for args in [
        &["--profile", "scool", "--region", "eu-west-1"][..],
        &["--profile", "scool"],
    ] {
        let mut command = bare(args);
        command.env("AWS_CONFIG_FILE", &config);
        says(&refused(command), &["profile `scool`", "aws configure list-profiles"]);
    }
}

#[test]
fn a_profiles_region_and_keys_are_used() {
    // What the profile says is as good as the environment: here it leads to an endpoint that nobody serves.
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config");
    let relay = Relay::answering(
        "403 Forbidden",
        "content-type: text/xml\r\n",
        &xml("InvalidClientTokenId"),
    );
    std::fs::write(
        &config,
        format!(
            "[profile school]\nregion = eu-west-1\naws_access_key_id = AKIASCHOOL0000000000\n\
             aws_secret_access_key = abc\nendpoint_url = {}\n",
            relay.endpoint()
        ),
    )
    .unwrap();
    let mut command = bare(&["--profile", "school"]);
    command.env("AWS_CONFIG_FILE", &config);
    refused(command);
    assert!(
        relay.sent().contains("Credential=AKIASCHOOL0000000000/"),
        "{}",
        relay.sent()
    );
    assert!(relay.sent().contains("/eu-west-1/"), "{}", relay.sent());
}

#[test]
fn no_region_is_told_with_the_way_to_set_one() {
    let mut command = bare(&[]);
    command
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "abc");
    says(&refused(command), &["no AWS region", "--region"]);
}

#[test]
fn a_misspelt_region_is_told_with_the_one_that_was_meant() {
    for (wrong, meant) in [
        ("eu-west1", "eu-west-1"),
        ("eu-wst-1", "eu-west-1"),
        ("EU-WEST-1", "eu-west-1"),
        ("us-esat-1", "us-east-1"),
        ("eu-central-1a", "eu-central-1"),
    ] {
        let mut command = bare(&["--region", wrong]);
        command
            .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "abc");
        says(
            &refused(command),
            &[&format!("`{wrong}`"), &format!("did you mean `{meant}`?")],
        );
    }
}

#[test]
fn wrong_keys_are_told_from_missing_ones() {
    let cloud = shared("cli");
    let student = cloud.student("340000000001");
    for keys in [
        keys("AKIAIOSFODNN7EXAMPLE", "abc"),
        keys(&student.access_key_id, "wrong"),
    ] {
        says(
            &refused(check_at(cloud.endpoint(), &keys, &[])),
            &["does not accept these credentials", "aws configure list"],
        );
    }
}

fn xml(code: &str) -> String {
    format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
         <Code>{code}</Code><Message>The message of {code}</Message></Error><RequestId>1</RequestId></ErrorResponse>"
    )
}

#[test]
fn an_expired_token_and_a_wrong_clock_have_words_of_their_own() {
    for (code, parts) in [
        ("ExpiredToken", ["have expired", "start the lab again"]),
        ("RequestTimeTooSkewed", ["clock", "clock"]),
        ("SignatureDoesNotMatch", ["does not accept", "aws configure list"]),
    ] {
        let relay = Relay::answering("403 Forbidden", "content-type: text/xml\r\n", &xml(code));
        says(
            &refused(check_at(&relay.endpoint(), &keys("ASIAIOSFODNN7EXAMPLE", "abc"), &[])),
            &parts,
        );
    }
}

#[test]
fn what_answers_but_is_not_aws_is_told_shortly() {
    // A hotel's login page, a proxy's refusal.
    for (status, headers) in [
        ("200 OK", "content-type: text/html\r\n"),
        ("302 Found", "location: https://login.invalid/\r\n"),
        ("407 Proxy Authentication Required", "content-type: text/html\r\n"),
        ("503 Service Unavailable", "content-type: text/html\r\n"),
    ] {
        let page = format!("<html><title>Welcome</title>{}</html>", "<p>Log in".repeat(10_000));
        let relay = Relay::answering(status, headers, &page);
        let said = refused(check_at(&relay.endpoint(), &keys("AKIAIOSFODNN7EXAMPLE", "abc"), &[]));
        assert!(said.len() < 1000 && !said.contains("<p>"), "{said}");
    }
}

#[test]
fn an_endpoint_that_nobody_serves_is_told_soon() {
    let began = Instant::now();
    let said = refused(check_at(
        "http://127.0.0.1:9",
        &keys("AKIAIOSFODNN7EXAMPLE", "abc"),
        &["--region", "eu-west-1"],
    ));
    says(&said, &["nobody answers at http://127.0.0.1:9", "edemlab sandbox env"]);
    assert!(began.elapsed() < PATIENCE, "{:?}", began.elapsed());
}

#[test]
fn what_the_lab_does_not_have_is_told_with_what_was_meant() {
    let cloud = shared("cli");
    let keys = cloud.student("340000000001");
    for (args, parts) in [
        (&["kinessis"][..], ["no step `kinessis`", "did you mean `kinesis`?"]),
        (&["--skip", "lamda"], ["no step `lamda`", "did you mean `lambda`?"]),
        (&["--use", "strem=x"], ["no resource `strem`", "did you mean `stream`?"]),
        // All of a list are taken: to name one of it would change nothing.
        (&["--use", "functions=x"], ["there is no resource", "`functions`"]),
        (&["zzz"], ["no step `zzz`", "setup, s3, personalize"]),
    ] {
        says(&refused(check_at(cloud.endpoint(), &keys, args)), &parts);
    }
    let mut other = alone(&["check", "datastraem"]);
    other.args(["--region", "eu-west-1"]);
    says(&refused(other), &["no lab `datastraem`", "did you mean `datastream`?"]);
    for (command, meant) in [
        (&["explain", LAB, "kinesis.on-demnd"][..], "kinesis.on-demand"),
        (&["explain", LAB, "dynamo"], "dynamodb"),
        (&["prove", LAB, "--fault", "no-streem"], "no-stream"),
    ] {
        says(&refused(alone(command)), &[&format!("did you mean `{meant}`?")]);
    }
}

#[test]
fn what_was_typed_wrong_is_told_by_the_command_line() {
    for (args, part) in [
        (&["check", LAB, "--use", "stream"][..], "NAME=RESOURCE"),
        (&["check", LAB, "--use", "=x"], "NAME=RESOURCE"),
        (&["check", LAB, "--format", "yaml"], "json"),
        (&["check", LAB, "--sandbox", "--profile", "x"], "--profile"),
        (&["check"], "LAB"),
        (&["sandbox", "env", "--account", "12"], "12 digits"),
        (&["chek", LAB], "check"),
    ] {
        let printed = run(alone(args));
        assert_eq!((printed.code, printed.stdout.as_str()), (2, ""), "{args:?}");
        says(&printed.stderr, &[part]);
    }
}

/// `| head -1`, in any verb: both of its streams are gone before it writes.
#[test]
fn a_reader_that_has_gone_is_no_panic() {
    for args in [
        &["--help"][..],
        &["chek"],
        &["explain", LAB],
        &["explain", "language"],
        &["explain", "no-such-lab"],
        &["completions", "bash"],
        &["report-schema"],
        &["policy", LAB],
        &["check", LAB, "--region", "nowhere"],
        &["lint", "--course", "no-such-folder"],
        &["sandbox", "status"],
        &["roster", "check", "no-such-file"],
    ] {
        let mut command = alone(args);
        let streams: [fn(&mut Command, std::io::PipeWriter) -> &mut Command; 2] = [Command::stdout, Command::stderr];
        for stream in streams {
            let (reader, writer) = std::io::pipe().expect("a pipe");
            drop(reader);
            stream(&mut command, writer);
        }
        let code = command.status().expect("it runs").code();
        assert!(matches!(code, Some(0..=3)), "{args:?}: {code:?}");
    }
}

#[test]
fn its_version_its_help_and_its_completions_are_no_errors() {
    let version = run(alone(&["--version"]));
    assert_eq!(version.code, 0);
    assert_eq!(version.stdout.trim(), concat!("edemlab ", env!("CARGO_PKG_VERSION")));
    let help = run(alone(&["check", "--help"]));
    assert_eq!(help.code, 0);
    says(&help.stdout, &["Exit status", "--no-probe", "--use", "--sandbox"]);
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let completions = run(alone(&["completions", shell]));
        assert_eq!(
            (completions.code, completions.stdout.contains("edemlab")),
            (0, true),
            "{shell}"
        );
    }
}

#[test]
fn a_sandbox_that_has_ended_is_recognized_and_the_flag_starts_another() {
    // A port on which nobody listens any more.
    let port = std::net::TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let endpoint = format!("http://127.0.0.1:{port}");
    let said = refused(check_at(&endpoint, &keys("AKIA0", "gone"), &[]));
    says(
        &said,
        &[
            "names a sandbox that has ended",
            &endpoint,
            "edemlab sandbox env",
            "unset AWS_ENDPOINT_URL",
        ],
    );
    // What is said on the command line wins over the environment.
    let own = common::OwnSandbox::new("ended");
    let mut command = check_at(&endpoint, &keys("AKIA0", "gone"), &["--sandbox", "s3"]);
    command.env("EDEMLAB_SANDBOX", own.name());
    if let Some(cache) = std::env::var_os("EDEMLAB_CACHE_DIR") {
        command.env("EDEMLAB_CACHE_DIR", cache);
    }
    let Printed { code, stdout, stderr } = run(command);
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert!(stdout.contains("s3"), "{stdout}");
}

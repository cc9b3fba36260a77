//! The address that gets a rehearsal's mails is whole with AWS only, and a run that was killed goes on with it.

use crate::common;

use std::path::Path;

use common::cloud::{REGION, shared};
use common::rehearsal::{Rehearsal, flat, last_line, things};
use common::running::Running;

const ADDRESS: &str = "maria.teacher@example.com";

/// The files below a folder that hold the address.
fn with_the_address(folder: &Path) -> Vec<String> {
    let mut with = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            with.extend(with_the_address(&path));
        } else if String::from_utf8_lossy(&std::fs::read(&path).unwrap()).contains("maria") {
            with.push(path.display().to_string());
        }
    }
    with
}

#[test]
fn the_address_of_the_mails_is_not_on_disk_and_comes_from_the_stack_again() {
    let account = "640000000019";
    let cloud = shared("rehearse");
    let before = things(account);
    let rehearsal = Rehearsal::new("eventdriven", account);
    let begun = [
        "--yes",
        "--email",
        ADDRESS,
        "--fault",
        "rule-role-without-start",
        "--settle",
        "20",
    ];
    let mut running = Running::new(rehearsal.command(&begun));
    running.says("open it and confirm the subscription");
    // Killed.
    drop(running);
    assert_eq!(with_the_address(&rehearsal.out()), Vec::<String>::new());
    let other = rehearsal.run(&["--yes", "--email", "somebody@example.com"]);
    assert_eq!(other.code, 2, "{}{}", other.stdout, other.stderr);
    assert!(
        flat(&other.stderr).contains("has begun with the address m…@example.com"),
        "{}",
        other.stderr
    );
    let mut running = Running::new(rehearsal.command(&["--yes", "--settle", "20"]));
    running.says("AWS has sent a mail to m…@example.com");
    cloud.confirm(account, REGION);
    running.says("✓ solution");
    running.interrupt();
    let (code, printed) = running.end_of_long();
    assert_eq!(code, Some(3), "{printed}");
    assert!(flat(&printed).contains("Nothing of the rehearsal is left"), "{printed}");
    assert_eq!(with_the_address(&rehearsal.out()), Vec::<String>::new());
    // With its stack the address is gone too.
    let refused = rehearsal.run(&["--yes"]);
    assert_eq!(refused.code, 2, "{}{}", refused.stdout, refused.stderr);
    let said = flat(&refused.stderr);
    assert!(
        said.contains("the record keeps only m…@example.com: say it again with --email"),
        "{said}"
    );
    let cleaned = rehearsal.run(&["--clean-up"]);
    assert_eq!(cleaned.code, 0, "{}{}", cleaned.stdout, cleaned.stderr);
    assert!(
        last_line(&cleaned).starts_with("Nothing of the rehearsal is left"),
        "{}",
        cleaned.stdout
    );
    let mut running = Running::new(rehearsal.command(&["--yes", "--email", ADDRESS, "--settle", "20"]));
    running.says("AWS has sent a mail to m…@example.com");
    running.interrupt();
    running.end_of_long();
    assert_eq!(with_the_address(&rehearsal.out()), Vec::<String>::new());
    assert_eq!(things(account), before);
}

//! A rehearsal that was begun before: it goes on with the same command, and what a later one has made is not its own.

use crate::common;

use std::time::Duration;

use common::cloud::{alone, run, shared, wait};
use common::rehearsal::{Rehearsal, flat, last_line, things};
use common::running::Running;
use edemlab::account::services::LAMBDA;
use edemlab::stack::Stack;

/// The stack of a rehearsal.
const STACK: &str = "edemlab-rehearsal-datastream";

/// Begins a rehearsal of Data Stream with one fault, and kills it once its stack stands.
fn killed(account: &str, fault: &str) -> Rehearsal {
    let rehearsal = Rehearsal::new("datastream", account);
    let mut running = Running::new(rehearsal.command(&["--yes", "--fault", fault]));
    running.says("✓ solution");
    drop(running);
    rehearsal
}

/// The sandbox gives the names of the first stack to the second one again, as a template does that names its resources.
#[test]
fn what_a_later_rehearsal_made_is_not_an_earlier_ones() {
    let account = "640000000021";
    let before = things(account);
    let first = Rehearsal::new("datastream", account);
    let printed = first.run(&["--yes", "--fault", "role-with-deny"]);
    assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
    let second = killed(account, "role-without-dynamodb");
    let standing = things(account);
    assert_ne!(standing, before);
    // Whoever begins meanwhile is told the way to it, and that way leads there.
    let other = Rehearsal::new("datastream", account);
    let refused = other.run(&["--yes"]);
    let said = flat(&refused.stderr);
    assert_eq!(refused.code, 2, "{said}");
    assert!(
        said.contains("of another rehearsal") && said.contains("--clean-up --out"),
        "{said}"
    );
    let shown = other.run(&["--clean-up"]);
    assert!(flat(&shown.stdout).contains("It has: AWS::"), "{}", shown.stdout);
    // A record that was cut off is not lost without a word.
    let text = std::fs::read_to_string(second.out().join("rehearsal.json")).unwrap();
    std::fs::create_dir(other.out()).unwrap();
    std::fs::write(other.out().join("rehearsal.json"), &text[..text.len() / 2]).unwrap();
    let refused = other.run(&["--clean-up"]);
    let said = flat(&refused.stderr);
    assert_eq!(refused.code, 2, "{said}");
    assert!(
        said.contains("it is cut off") && said.contains("its stack may still stand"),
        "{said}"
    );
    let cleaned = first.run(&["--clean-up"]);
    assert_eq!(things(account), standing, "{}", cleaned.stdout);
    assert_eq!(cleaned.code, 0, "{}{}", cleaned.stdout, cleaned.stderr);
    let last = last_line(&cleaned);
    assert!(last.contains("was not touched"), "{last}");
    // The stack is deleted by hand, and made again by a third one: what the second has named is the third's now.
    let root = shared("rehearse").root(account);
    wait(Stack::new(&root, STACK, Duration::from_secs(60)).delete()).expect("it can be deleted");
    let third = killed(account, "role-with-deny");
    let standing = things(account);
    let cleaned = second.run(&["--clean-up"]);
    assert_eq!(things(account), standing, "{}", cleaned.stdout);
    assert!(last_line(&cleaned).contains("was not touched"), "{}", cleaned.stdout);
    // What was said when it began may be said again; something else may not.
    let other = third.run(&["--yes", "--fault", "role-without-dynamodb"]);
    assert_eq!(other.code, 2, "{}", other.stdout);
    let said = flat(&other.stderr);
    assert!(
        said.contains("has begun with the faults role-with-deny") && said.contains("--clean-up --out"),
        "{said}"
    );
    let same = third.run(&["--yes", "--fault", "role-with-deny"]);
    assert_eq!(same.code, 0, "{}{}", same.stdout, same.stderr);
    assert!(flat(&same.stdout).contains("goes on in"), "{}", same.stdout);
    // Its logs were there before the third began. Without another stack of that name they are the second's.
    let cleaned = second.run(&["--clean-up"]);
    assert_eq!(cleaned.code, 0, "{}{}", cleaned.stdout, cleaned.stderr);
    assert_eq!(things(account), before);
    // What a fault's recording differs in is looked for where that fault is.
    let recording = third.out().join("recordings/role-with-deny.jsonl");
    let recording = recording.to_str().unwrap();
    let verified = run(alone(&["recording", "verify", recording]));
    assert_eq!(verified.code, 0, "{}", verified.stdout);
    let printed = run(alone(&["recording", "diff", recording]));
    assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
}

/// Without its function CloudFormation cannot take back a custom resource, however often it is asked.
#[test]
fn a_stack_whose_helpers_are_gone_is_deleted() {
    let account = "640000000022";
    let before = things(account);
    let rehearsal = killed(account, "role-with-deny");
    let root = shared("rehearse").root(account);
    let stack = Stack::new(&root, STACK, Duration::from_secs(60));
    let resources = wait(stack.resources()).expect("its resources");
    let helpers = resources
        .iter()
        .filter(|one| ["FilesFunction", "MissingFunction"].contains(&one.logical_id.as_str()));
    let helpers: Vec<_> = helpers.collect();
    assert_eq!(helpers.len(), 2, "{resources:#?}");
    for helper in helpers {
        let path = ["2015-03-31", "functions", &helper.physical_id];
        wait(root.delete(&LAMBDA, "lambda:DeleteFunction", &path)).expect("it is deleted");
    }
    let cleaned = rehearsal.run(&["--clean-up"]);
    assert_eq!(cleaned.code, 0, "{}{}", cleaned.stdout, cleaned.stderr);
    let said = flat(&cleaned.stdout);
    assert_eq!(said.matches("ended as DELETE_FAILED").count(), 1, "{said}");
    assert!(
        last_line(&cleaned).starts_with("Nothing of the rehearsal is left"),
        "{said}"
    );
    assert_eq!(things(account), before);
}

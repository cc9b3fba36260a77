//! Proof outranks prediction: what an event has passed through works, whatever IAM's simulator says of it.

use crate::common;

use common::cloud::{Checked, Cloud, check_at, checked, shared};
use common::course::solution;
use common::relay::Relay;
use edemlab::report::Status;

/// An account that earns every point.
const ACCOUNT: &str = "390000000001";

fn cloud() -> &'static Cloud {
    use std::sync::Once;
    static DEPLOYED: Once = Once::new();
    let cloud = shared("datastream");
    DEPLOYED.call_once(|| {
        cloud.deploy(ACCOUNT, &solution());
    });
    cloud
}

/// What the sandbox's simulator answers of what is allowed.
const ALLOWED: &str = "<EvalDecision>allowed</EvalDecision><MatchedStatements></MatchedStatements>\
                       <MissingContextValues></MissingContextValues>";

/// The account as it would be if the simulator had answered this in place of [`ALLOWED`].
fn simulated(instead: &'static str, more: &[&str]) -> Checked {
    let relay = Relay::telling(cloud().endpoint(), &[("SimulatePrincipalPolicy", ALLOWED, instead)]);
    let args = [&["--format", "json"], more].concat();
    checked(check_at(&relay.endpoint(), &cloud().student(ACCOUNT), &args))
}

const PREDICTIONS: [&str; 2] = ["iam.read-stream", "iam.write-table"];

/// Refusals that stand for something that the simulator cannot evaluate, as AWS answers them.
const UNDECIDED: [(&str, &str); 5] = [
    (
        "<EvalDecision>implicitDeny</EvalDecision><OrganizationsDecisionDetail>\
         <AllowedByOrganizations>false</AllowedByOrganizations></OrganizationsDecisionDetail>",
        "organization",
    ),
    (
        "<EvalDecision>explicitDeny</EvalDecision><OrganizationsDecisionDetail>\
         <AllowedByOrganizations>false</AllowedByOrganizations></OrganizationsDecisionDetail>",
        "organization",
    ),
    (
        "<EvalDecision>implicitDeny</EvalDecision><PermissionsBoundaryDecisionDetail>\
         <AllowedByPermissionsBoundary>false</AllowedByPermissionsBoundary></PermissionsBoundaryDecisionDetail>",
        "permissions boundary",
    ),
    (
        "<EvalDecision>implicitDeny</EvalDecision><MissingContextValues><member>aws:SourceVpc</member>\
         </MissingContextValues>",
        "aws:SourceVpc",
    ),
    (
        "<EvalDecision>implicitDeny</EvalDecision><ResourceSpecificResults><member>\
         <EvalResourceName>*</EvalResourceName><EvalResourceDecision>implicitDeny</EvalResourceDecision><MissingContextValues><member>aws:SourceVpc</member>\
         </MissingContextValues></member></ResourceSpecificResults>",
        "aws:SourceVpc",
    ),
];

#[test]
fn a_refusal_that_the_simulator_cannot_evaluate_is_unknown_and_says_why() {
    for (instead, why) in UNDECIDED {
        let seen = simulated(instead, &["--no-probe", "iam"]);
        for id in PREDICTIONS {
            let check = seen.get(id);
            let found = check.found.as_deref().unwrap_or_default();
            assert_eq!(check.status, Status::Unknown, "{id} {instead}\n{}", seen.json);
            assert!(found.contains(why), "{id}: {found}");
        }
    }
}

#[test]
fn what_the_event_has_proved_passes_with_a_note_of_both() {
    let denied = "<EvalDecision>implicitDeny</EvalDecision>";
    let alone = simulated(denied, &["--no-probe", "iam"]);
    assert_eq!(alone.get("iam.write-table").status, Status::Fail, "{}", alone.json);
    for instead in [denied, UNDECIDED[0].0] {
        let seen = simulated(instead, &[]);
        assert_eq!(seen.code, 0, "{}", seen.json);
        for id in PREDICTIONS {
            let check = seen.get(id);
            assert_eq!((check.status, check.points), (Status::Pass, check.possible), "{id}");
            let of_it = |note: &&String| note.contains(id) && note.contains("final.");
            assert!(seen.report.notes.iter().any(|n| of_it(&n)), "{:?}", seen.report.notes);
        }
    }
}

/// What AWS's simulator evaluates conditions on: it knows of a call what it is told, and nothing else.
const KNOWN: [&str; 7] = [
    "aws%3ARequestedRegion",
    "aws%3APrincipalArn",
    "aws%3APrincipalAccount",
    "aws%3AResourceAccount",
    "aws%3ASecureTransport",
    "aws%3ACurrentTime",
    "aws%3AEpochTime",
];

#[test]
fn a_condition_on_what_is_known_of_a_call_is_evaluated() {
    let (undecided, _) = UNDECIDED[4];
    for key in KNOWN {
        // Allowed only to whoever says the key.
        let rules = [
            ("SimulatePrincipalPolicy", ALLOWED, undecided),
            (key, undecided, ALLOWED),
        ];
        let relay = Relay::telling(cloud().endpoint(), &rules);
        let args = ["--format", "json", "--no-probe", "iam"];
        let seen = checked(check_at(&relay.endpoint(), &cloud().student(ACCOUNT), &args));
        for id in PREDICTIONS {
            assert_eq!(seen.get(id).status, Status::Pass, "{key}: {}", seen.json);
        }
        let region = "ContextKeyValues.member.1=eu-central-1";
        assert!(relay.sent().contains(region), "{}", relay.sent());
    }
}

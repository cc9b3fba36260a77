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

/// The account as it would be if the simulator had answered this in place of `allowed`.
fn simulated(instead: &'static str, more: &[&str]) -> Checked {
    let allowed = "<EvalDecision>allowed</EvalDecision><MatchedStatements></MatchedStatements>\
                   <MissingContextValues></MissingContextValues>";
    let relay = Relay::telling(cloud().endpoint(), &[("SimulatePrincipalPolicy", allowed, instead)]);
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

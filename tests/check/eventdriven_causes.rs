//! The lab of orders in accounts that are wrong as people's really are: the cause is named, and nothing that is right.
//! `labs/eventdriven/faults.yaml` has the verdicts of more of them.

use crate::common;

use common::orders::{Orders, fault};
use edemlab::report::Status;

/// A wrong account, and what the report must say of it: of the check, what is found and what to do, and what it must not
/// name since that is right.
struct Wrong {
    account: &'static str,
    fault: &'static str,
    check: &'static str,
    found: &'static [&'static str],
    fix: &'static [&'static str],
    never: &'static [&'static str],
}

const WRONG: &[Wrong] = &[
    Wrong {
        account: "590000000001",
        fault: "error-in-payload",
        check: "final.notified",
        found: &["not authorized to perform: sns:Publish"],
        fix: &["sns:Publish"],
        never: &[],
    },
    Wrong {
        account: "590000000002",
        fault: "file-of-another-account",
        check: "final.waiting",
        found: &[
            "arn:aws:lambda:us-east-1:111122223333:function:",
            "another account or region",
        ],
        fix: &["WaitForApproval", "the ARN of your own function"],
        never: &["Add permissions", "AWSLambdaRole"],
    },
    Wrong {
        account: "590000000003",
        fault: "function-of-another-region",
        check: "final.notified",
        found: &["arn:aws:lambda:us-east-1:", "another account or region"],
        fix: &["NotifyAndInsert", "the ARN of your own function"],
        never: &["Add permissions"],
    },
    Wrong {
        account: "590000000004",
        fault: "no-token-unnoticed",
        check: "final.waiting",
        found: &["waits in WaitForApproval", "got no token"],
        fix: &["\"taskToken.$\": \"$$.Task.Token\""],
        never: &[],
    },
    Wrong {
        account: "590000000005",
        fault: "api-key-required",
        check: "final.accepted",
        found: &["apiKeyRequired"],
        fix: &["API key required", "Method request"],
        never: &["New stage", "role"],
    },
    Wrong {
        account: "590000000006",
        fault: "api-policy",
        check: "final.accepted",
        found: &["resource policy", "execute-api:Invoke"],
        fix: &["Resource policy"],
        never: &["mapping template", "events:PutEvents"],
    },
    Wrong {
        account: "590000000007",
        fault: "iam-authorization",
        check: "final.accepted",
        found: &["authorizationType", "AWS_IAM"],
        fix: &["Authorization"],
        never: &["Execution role", "resource is"],
    },
    Wrong {
        account: "590000000008",
        fault: "refusal-not-mapped",
        check: "final.accepted",
        found: &["events:PutEvents", "no integration response"],
        fix: &["must allow events:PutEvents"],
        never: &["Trust relationships", "trust"],
    },
    Wrong {
        account: "590000000009",
        fault: "nothing-mapped",
        check: "final.accepted",
        found: &["500"],
        fix: &["Integration response", "no pattern"],
        never: &["Trust relationships", "events:PutEvents"],
    },
    Wrong {
        account: "590000000010",
        fault: "unsubscribed",
        check: "sns.confirmed",
        found: &["was unsubscribed"],
        fix: &["Subscribe again"],
        never: &["Open the mail"],
    },
    Wrong {
        account: "590000000011",
        fault: "rule-hands-over-detail",
        check: "final.waiting",
        found: &["KeyError: 'detail'", "InputPath $.detail"],
        fix: &["Matched events"],
        never: &["→ Code"],
    },
    Wrong {
        account: "590000000012",
        fault: "rule-hands-over-constant",
        check: "final.started",
        found: &["a constant (Input)"],
        fix: &["Matched events"],
        never: &["Create a new role"],
    },
    Wrong {
        account: "590000000013",
        fault: "http-api",
        check: "apigateway.api",
        found: &["an HTTP API is there: taco-orders"],
        fix: &["REST API"],
        never: &[],
    },
    Wrong {
        account: "590000000014",
        fault: "output-path-of-another-state",
        check: "final.notified",
        found: &["WaitForApproval", "$.Payload", "OutputPath"],
        fix: &["remove the `OutputPath`"],
        never: &[],
    },
    Wrong {
        account: "590000000015",
        fault: "machine-of-another-account",
        check: "eventbridge.order-rule",
        found: &["another account or region", ":111122223333:stateMachine:Orders"],
        fix: &["→ **Targets** → Edit: state machine edemlab-eventdriven-Machine"],
        never: &["Create rule"],
    },
    Wrong {
        account: "590000000016",
        fault: "bus-of-another-account",
        check: "apigateway.template",
        found: &["a bus of another account or region"],
        fix: &[],
        never: &[],
    },
    Wrong {
        account: "590000000017",
        fault: "integration-of-another-region",
        check: "apigateway.integration",
        found: &["us-east-1"],
        fix: &[],
        never: &[],
    },
    Wrong {
        account: "590000000018",
        fault: "not-redeployed",
        check: "final.accepted",
        found: &["YOUR_EVENT_BUS_NAME"],
        fix: &["Deploy API"],
        never: &["IAM → Roles", "Mapping templates", "execution role"],
    },
    Wrong {
        account: "590000000019",
        fault: "api-role-without-policy",
        check: "final.accepted",
        found: &["events:PutEvents"],
        fix: &["must allow events:PutEvents"],
        never: &["mapping template"],
    },
    Wrong {
        account: "590000000031",
        fault: "output-path-of-another-state",
        check: "stepfunctions.choice",
        found: &["WaitForApproval (States.Runtime)"],
        fix: &["→ WaitForApproval: one of its paths", "OutputPath"],
        never: &["is equal to"],
    },
    Wrong {
        account: "590000000032",
        fault: "choice-reversed",
        check: "stepfunctions.choice",
        found: &["CheckIfApproved"],
        fix: &["→ CheckIfApproved → Rule: `$.approved`"],
        never: &["OutputPath"],
    },
    Wrong {
        account: "590000000033",
        fault: "file-of-another-account",
        check: "stepfunctions.token",
        found: &["another account or region"],
        fix: &["**Function name**: arn:aws:lambda:"],
        never: &["Payload"],
    },
    Wrong {
        account: "590000000034",
        fault: "braces-kept",
        check: "stepfunctions.token",
        found: &["still has ${ and }"],
        fix: &["in place of all of `${…}`"],
        never: &["Payload"],
    },
    Wrong {
        account: "590000000035",
        fault: "payload-without-token",
        check: "stepfunctions.token",
        found: &["no payload has a field with the task token"],
        fix: &["→ WaitForApproval → **Payload**"],
        never: &["Function name"],
    },
    Wrong {
        account: "590000000036",
        fault: "handler-forgets-approved",
        check: "final.notified",
        found: &["$.approved"],
        fix: &["→ Code: what it returns with the token lacks a field that CheckIfApproved reads"],
        never: &["its path names"],
    },
    Wrong {
        account: "590000000037",
        fault: "order-rule-calls-function",
        check: "eventbridge.order-rule",
        found: &["OrderRule-", "calls the function edemlab-eventdriven-HumanApproval"],
        fix: &["OrderRule-", "→ **Targets** → Edit"],
        never: &["Create rule"],
    },
    Wrong {
        account: "590000000038",
        fault: "execution-gives-up",
        check: "stepfunctions.time",
        found: &["the whole execution ends after 120 s"],
        fix: &["stands outside of all states"],
        never: &["3600"],
    },
];

#[test]
fn the_cause_is_named_and_nothing_that_is_right() {
    std::thread::scope(|scope| {
        for wrong in WRONG {
            scope.spawn(move || {
                let seen = Orders::with(wrong.account, &fault(wrong.fault)).check(&[]);
                let report = seen.get(wrong.check);
                assert_eq!(report.status, Status::Fail, "{}: {}", wrong.fault, seen.json);
                // Who never gets a message is told of none.
                let speaks = seen.report.notes.iter().any(|note| note.contains("is announced"));
                let has_started = seen.get("final.started").status == Status::Pass;
                assert_eq!(speaks, has_started, "{}: {}", wrong.fault, seen.json);
                let found = report.found.as_deref().unwrap_or_default();
                let fix = report.fix.as_deref().unwrap_or_default();
                for text in wrong.found {
                    assert!(found.contains(text), "{}: {text:?} is not in {found:?}", wrong.fault);
                }
                for text in wrong.fix {
                    assert!(fix.contains(text), "{}: {text:?} is not in {fix:?}", wrong.fault);
                }
                for text in wrong.never {
                    assert!(!fix.contains(text), "{}: {text:?} is in {fix:?}", wrong.fault);
                }
                assert!(!seen.json.contains("not shown"), "{}", seen.json);
            });
        }
    });
}

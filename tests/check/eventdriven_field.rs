//! The lab of orders in accounts as people really have them: what is right passes, and of what is wrong the cause is named.
//! `labs/eventdriven/{faults,variants}.yaml` has the verdicts of more of them.

use crate::common;

use common::cloud::{Checked, checked};
use common::orders::{Orders, everything_passes, fault, of, recode, solution};
use common::relay::Relay;
use edemlab::account::services::SNS;
use edemlab::report::Status;
use serde_json::{Value, json};

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
        account: "580000000001",
        fault: "error-in-payload",
        check: "final.notified",
        found: &["not authorized to perform: sns:Publish"],
        fix: &["sns:Publish"],
        never: &[],
    },
    Wrong {
        account: "580000000002",
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
        account: "580000000003",
        fault: "function-of-another-region",
        check: "final.notified",
        found: &["arn:aws:lambda:us-east-1:", "another account or region"],
        fix: &["NotifyAndInsert", "the ARN of your own function"],
        never: &["Add permissions"],
    },
    Wrong {
        account: "580000000004",
        fault: "no-token-unnoticed",
        check: "final.waiting",
        found: &["waits in WaitForApproval", "got no token"],
        fix: &["\"taskToken.$\": \"$$.Task.Token\""],
        never: &[],
    },
    Wrong {
        account: "580000000005",
        fault: "api-key-required",
        check: "final.accepted",
        found: &["apiKeyRequired"],
        fix: &["API key required", "Method request"],
        never: &["New stage", "role"],
    },
    Wrong {
        account: "580000000006",
        fault: "api-policy",
        check: "final.accepted",
        found: &["resource policy", "execute-api:Invoke"],
        fix: &["Resource policy"],
        never: &["mapping template", "events:PutEvents"],
    },
    Wrong {
        account: "580000000007",
        fault: "iam-authorization",
        check: "final.accepted",
        found: &["authorizationType", "AWS_IAM"],
        fix: &["Authorization"],
        never: &["Execution role", "resource is"],
    },
    Wrong {
        account: "580000000008",
        fault: "refusal-not-mapped",
        check: "final.accepted",
        found: &["events:PutEvents", "no integration response"],
        fix: &["must allow events:PutEvents"],
        never: &["Trust relationships", "trust"],
    },
    Wrong {
        account: "580000000009",
        fault: "nothing-mapped",
        check: "final.accepted",
        found: &["500"],
        fix: &["Integration response", "no pattern"],
        never: &["Trust relationships", "events:PutEvents"],
    },
    Wrong {
        account: "580000000010",
        fault: "unsubscribed",
        check: "sns.confirmed",
        found: &["was unsubscribed"],
        fix: &["Subscribe again"],
        never: &["Open the mail"],
    },
    Wrong {
        account: "580000000011",
        fault: "rule-hands-over-detail",
        check: "final.waiting",
        found: &["KeyError: 'detail'", "InputPath $.detail"],
        fix: &["Matched events"],
        never: &["→ Code"],
    },
    Wrong {
        account: "580000000012",
        fault: "rule-hands-over-constant",
        check: "final.started",
        found: &["a constant (Input)"],
        fix: &["Matched events"],
        never: &["Create a new role"],
    },
    Wrong {
        account: "580000000013",
        fault: "http-api",
        check: "apigateway.api",
        found: &["an HTTP API is there: taco-orders"],
        fix: &["REST API"],
        never: &[],
    },
    Wrong {
        account: "580000000014",
        fault: "output-path-of-another-state",
        check: "final.notified",
        found: &["WaitForApproval", "$.Payload", "OutputPath"],
        fix: &["remove the `OutputPath`"],
        never: &[],
    },
    Wrong {
        account: "580000000015",
        fault: "machine-of-another-account",
        check: "eventbridge.order-rule",
        found: &["another account or region", ":111122223333:stateMachine:Orders"],
        fix: &["→ **Targets** → Edit: state machine edemlab-eventdriven-Machine"],
        never: &["Create rule"],
    },
    Wrong {
        account: "580000000016",
        fault: "bus-of-another-account",
        check: "apigateway.template",
        found: &["a bus of another account or region"],
        fix: &[],
        never: &[],
    },
    Wrong {
        account: "580000000017",
        fault: "integration-of-another-region",
        check: "apigateway.integration",
        found: &["us-east-1"],
        fix: &[],
        never: &[],
    },
    Wrong {
        account: "580000000018",
        fault: "not-redeployed",
        check: "final.accepted",
        found: &["YOUR_EVENT_BUS_NAME"],
        fix: &["Deploy API"],
        never: &["IAM → Roles", "Mapping templates", "execution role"],
    },
    Wrong {
        account: "580000000019",
        fault: "api-role-without-policy",
        check: "final.accepted",
        found: &["events:PutEvents"],
        fix: &["must allow events:PutEvents"],
        never: &["mapping template"],
    },
    Wrong {
        account: "580000000031",
        fault: "output-path-of-another-state",
        check: "stepfunctions.choice",
        found: &["WaitForApproval (States.Runtime)"],
        fix: &["→ WaitForApproval: one of its paths", "OutputPath"],
        never: &["is equal to"],
    },
    Wrong {
        account: "580000000032",
        fault: "choice-reversed",
        check: "stepfunctions.choice",
        found: &["CheckIfApproved"],
        fix: &["→ CheckIfApproved → Rule: `$.approved`"],
        never: &["OutputPath"],
    },
    Wrong {
        account: "580000000033",
        fault: "file-of-another-account",
        check: "stepfunctions.token",
        found: &["another account or region"],
        fix: &["**Function name**: arn:aws:lambda:"],
        never: &["Payload"],
    },
    Wrong {
        account: "580000000034",
        fault: "braces-kept",
        check: "stepfunctions.token",
        found: &["still has ${ and }"],
        fix: &["in place of all of `${…}`"],
        never: &["Payload"],
    },
    Wrong {
        account: "580000000035",
        fault: "payload-without-token",
        check: "stepfunctions.token",
        found: &["no payload has a field with the task token"],
        fix: &["→ WaitForApproval → **Payload**"],
        never: &["Function name"],
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

/// The solution, whose API answers with this status and text.
fn answering(status: &str, template: &str) -> Value {
    let mut template_of_lab = solution();
    let method = of(&mut template_of_lab, "PostOrder");
    method["MethodResponses"] = json!([{"StatusCode": status}]);
    method["Integration"]["IntegrationResponses"] =
        json!([{"StatusCode": status, "ResponseTemplates": {"application/json": template}}]);
    template_of_lab
}

#[test]
fn an_api_in_its_own_words_is_unknown_until_a_later_hop_has_seen_the_order() {
    let mut lost = answering("201", r#"{"accepted": true}"#);
    of(&mut lost, "LogRule")["State"] = "DISABLED".into();
    of(&mut lost, "OrderRule")["State"] = "DISABLED".into();
    let seen = Orders::with("580000000020", &[lost]).check(&[]);
    assert_eq!(
        seen.with(Status::Fail),
        ["eventbridge.log-enabled", "eventbridge.order-enabled"],
        "{}",
        seen.json
    );
    assert_eq!(seen.get("final.accepted").status, Status::Unknown, "{}", seen.json);
    assert!(seen.found("final.accepted").contains("201"), "{}", seen.json);
    assert_eq!(seen.get("final.started").status, Status::Unknown, "{}", seen.json);

    // One rule is enough.
    let mut logged = answering("202", "Thank you!");
    of(&mut logged, "OrderRule")["State"] = "DISABLED".into();
    let seen = Orders::with("580000000021", &[logged]).check(&[]);
    assert_eq!(seen.get("final.accepted").status, Status::Pass, "{}", seen.json);
    assert_eq!(
        seen.with(Status::Fail),
        ["eventbridge.order-enabled", "final.started"],
        "{}",
        seen.json
    );
}

#[test]
fn a_refusal_that_can_be_seen_fails_in_whatever_words() {
    for (account, status, template) in [
        ("580000000022", "400", r#"{"accepted": false}"#),
        ("580000000023", "200", "Sorry: $input.json('$.Message')"),
    ] {
        let mut template = answering(status, template);
        of(&mut template, "ApiRole")["Policies"] = json!([]);
        let seen = Orders::with(account, &[template]).check(&[]);
        assert_eq!(
            seen.with(Status::Fail),
            ["apigateway.role", "final.accepted"],
            "{}",
            seen.json
        );
    }
}

#[test]
fn a_log_groups_own_policy_counts_without_an_event_too() {
    let mut template = solution();
    let policy = of(&mut template, "LogPolicy")["PolicyDocument"].take();
    template["Resources"]["LogPolicy"] = Value::Null;
    template["Resources"].as_object_mut().unwrap().remove("LogPolicy");
    template["Resources"]["LogRule"]
        .as_object_mut()
        .unwrap()
        .remove("DependsOn");
    of(&mut template, "LogGroup")["ResourcePolicyDocument"] = policy;
    let it = Orders::with("580000000024", &[template.clone()]);
    let seen = it.check(&["--no-probe"]);
    assert_eq!(seen.with(Status::Fail), [] as [&str; 0], "{}", seen.json);
    assert_eq!(seen.get("eventbridge.log-policy").status, Status::Pass, "{}", seen.json);

    // It names another service.
    of(&mut template, "LogGroup")["ResourcePolicyDocument"] = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "route53.amazonaws.com"}, "Action": "logs:*", "Resource": "*",
    }]});
    let seen = Orders::with("580000000025", &[template]).check(&["--no-probe"]);
    assert_eq!(seen.with(Status::Fail), ["eventbridge.log-policy"], "{}", seen.json);
    assert!(
        seen.found("eventbridge.log-policy").contains("the group's own policy"),
        "{}",
        seen.json
    );
}

#[test]
fn a_subscription_that_waits_outweighs_one_that_was_ended() {
    let mut template = solution();
    template["Metadata"] = json!({});
    let it = Orders::with("580000000026", &[template.clone()]);
    let mut again = template.clone();
    of(&mut again, "Subscription")["Endpoint"] = "again@example.com".into();
    it.deploy(&[again]);
    let seen = it.check(&["--no-probe", "sns"]);
    assert_eq!(seen.with(Status::Fail), ["sns.confirmed"], "{}", seen.json);
    assert!(seen.found("sns.confirmed").contains("not confirmed"), "{}", seen.json);
    let fix = seen.get("sns.confirmed").fix.as_deref().unwrap_or_default();
    assert!(
        fix.contains("Open the mail") && !fix.contains("Subscribe again"),
        "{fix}"
    );

    // Who unsubscribes by hand is in the list as well.
    let root = it.root();
    let listed = common::cloud::wait(root.list(&SNS, "ListSubscriptions", json!({}), "Subscriptions")).unwrap();
    let states: Vec<&str> = listed.iter().filter_map(|s| s["SubscriptionArn"].as_str()).collect();
    assert!(
        states.contains(&"Deleted") && states.contains(&"PendingConfirmation"),
        "{states:?}"
    );
}

#[test]
fn a_key_that_refuses_the_token_is_nobodys_fault() {
    let mut template = solution();
    recode(
        &mut template,
        "ApprovalHandler",
        "        stepfunctions.send_task_success(taskToken=task_token, output=json.dumps(output))\n",
        "        class KmsAccessDeniedException(Exception):\n            pass\n\n        \
         raise KmsAccessDeniedException(\"An error occurred (KmsAccessDeniedException) when calling the SendTaskSuccess \
         operation: User: u is not authorized to perform: kms:Decrypt\")\n",
    );
    let seen = Orders::with("580000000027", &[template]).check(&[]);
    assert_eq!(seen.with(Status::Fail), [] as [&str; 0], "{}", seen.json);
    assert_eq!(seen.get("final.approved").status, Status::Unknown, "{}", seen.json);
    assert!(
        seen.found("final.approved").contains("kms:GenerateDataKey")
            && seen.found("final.approved").contains("for the function's role")
            && !seen.found("final.approved").contains("these credentials"),
        "{}",
        seen.json
    );
}

/// The account, seen through a simulator that evaluates the return of a token for everything alone.
fn simulated_for_everything(it: &Orders, machine: &str, args: &[&str]) -> Checked {
    let named: &'static str = Box::leak(format!("<EvalResourceName>{machine}</EvalResourceName>").into_boxed_str());
    let relay = Relay::telling(
        it.cloud.endpoint(),
        &[
            ("SendTaskSuccess", named, "<EvalResourceName>*</EvalResourceName>"),
            (
                "SendTaskSuccess",
                "<EvalDecision>allowed</EvalDecision>",
                "<EvalDecision>implicitDeny</EvalDecision>",
            ),
        ],
    );
    let args = [&["--format", "json"], args].concat();
    checked(it.command_at(&relay.endpoint(), &it.student(), &args))
}

#[test]
fn returning_a_token_that_is_simulated_for_everything_is_unknown_until_it_is_proved() {
    let it = Orders::new("580000000028");
    let machine = it.deploy(&[solution()])["MachineArn"].clone();
    let alone = simulated_for_everything(&it, &machine, &["--no-probe", "iam"]);
    assert_eq!(alone.get("iam.resume").status, Status::Unknown, "{}", alone.json);
    everything_passes(&simulated_for_everything(&it, &machine, &[]));
}

#[test]
fn a_part_of_the_event_without_the_order_starts_nothing_that_can_be_known() {
    let mut template = solution();
    of(&mut template, "OrderRule")["Targets"][0]["InputPath"] = "$.source".into();
    let seen = Orders::with("580000000029", &[template]).check(&[]);
    assert!(
        seen.found("final.started").contains("InputPath $.source"),
        "{}",
        seen.json
    );
}

/// A name is no sign that a function, log group or bus is the student's.
#[test]
fn a_log_group_of_another_account_is_not_the_own_one_of_the_same_name() {
    let mut template = solution();
    let target = &mut of(&mut template, "LogRule")["Targets"][0]["Arn"];
    *target = json!({"Fn::Sub": "arn:${AWS::Partition}:logs:${AWS::Region}:111122223333:log-group:${LogGroup}"});
    let seen = Orders::with("580000000030", &[template]).check(&["--no-probe"]);
    assert_eq!(seen.with(Status::Fail), ["eventbridge.log-group"], "{}", seen.json);
    assert!(
        seen.found("eventbridge.log-group")
            .contains("another account or region"),
        "{}",
        seen.json
    );
}

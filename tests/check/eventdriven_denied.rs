//! Whoever may not read something of the lab of orders is told which action that is; what does not need it is judged.

use crate::common;

use std::sync::Once;

use common::cloud::{Checked, checked, run};
use common::orders::{Orders, everything_passes, solution, with_managed_policies};
use edemlab::report::Status;
use serde_json::json;

fn orders() -> Orders {
    static DEPLOYED: Once = Once::new();
    let it = Orders::new("440000000001");
    DEPLOYED.call_once(|| drop(it.deploy(&[solution()])));
    it
}

/// The account as somebody sees it who may do everything but this.
fn without(it: Orders, action: &str) -> Checked {
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": action, "Resource": "*"},
    ]});
    let keys = it.cloud.user(it.account, &action.replace(':', "-"), &policy);
    let endpoint = it.cloud.endpoint();
    let seen = checked(it.command_at(endpoint, &keys, &["--format", "json"]));
    let text = run(it.command_at(endpoint, &keys, &["--no-probe"]));
    if seen
        .report
        .checks()
        .any(|(step, c)| step.id != "final" && c.status == Status::Unknown)
    {
        assert_eq!(text.code, 3, "{}", text.stdout);
        assert!(text.stdout.contains(action), "{}", text.stdout);
    }
    seen
}

/// All of `ids` could not be determined, because of `action`; everything else passes.
fn only_these_are_unknown(action: &str, ids: &[&str]) {
    let seen = without(orders(), action);
    let mut other = seen.verdicts();
    other.retain(|(_, status, _)| *status != Status::Pass);
    let other: Vec<&str> = other.iter().map(|(id, ..)| id.as_str()).collect();
    assert_eq!(other, ids, "{}", seen.json);
    for id in ids {
        assert_eq!((seen.get(id).status, seen.get(id).points), (Status::Unknown, 0), "{id}");
        assert!(seen.found(id).contains(action), "{id}: {}", seen.found(id));
    }
    assert_eq!(seen.code, 3);
    let points = seen.report.points;
    assert!(
        points.earned + points.unknown >= points.possible,
        "nothing is lost: {points:?}"
    );
}

#[test]
fn rules_that_may_not_be_listed_leave_the_machine_and_its_orders_judged() {
    only_these_are_unknown(
        "events:ListRules",
        &[
            "eventbridge.log-rule",
            "eventbridge.log-pattern",
            "eventbridge.log-enabled",
            "eventbridge.log-group",
            "eventbridge.log-policy",
            "eventbridge.order-rule",
            "eventbridge.order-pattern",
            "eventbridge.order-enabled",
            "eventbridge.order-once",
            "eventbridge.order-role",
            "final.logged",
        ],
    );
}

#[test]
// By their machine, and not by their names, functions are told apart.
fn machines_that_may_not_be_listed_hide_whose_functions_are_whose() {
    only_these_are_unknown(
        "states:ListStateMachines",
        &[
            "eventbridge.order-once",
            "eventbridge.order-role",
            "iam.exists",
            "iam.trust",
            "iam.publish",
            "iam.resume",
            "lambda.human-approval",
            "lambda.approval-handler",
            "lambda.runtime",
            "stepfunctions.machine",
            "stepfunctions.standard",
            "stepfunctions.waits",
            "stepfunctions.time",
            "stepfunctions.token",
            "stepfunctions.choice",
            "stepfunctions.notify",
            "stepfunctions.role",
            "final.started",
            "final.waiting",
            "final.approved",
            "final.notified",
            "final.rejected",
        ],
    );
}

#[test]
fn apis_that_may_not_be_read_leave_the_bus_and_its_rules_judged() {
    only_these_are_unknown(
        "apigateway:GET",
        &[
            "apigateway.api",
            "apigateway.resource",
            "apigateway.method",
            "apigateway.integration",
            "apigateway.template",
            "apigateway.role",
            "apigateway.stage",
            "final.accepted",
            "final.logged",
            "final.started",
            "final.waiting",
            "final.approved",
            "final.notified",
            "final.rejected",
        ],
    );
}

#[test]
fn topics_that_may_not_be_listed_do_not_stand_in_the_way_of_the_orders() {
    only_these_are_unknown(
        "sns:ListTopics",
        &[
            "sns.topic",
            "sns.standard",
            "sns.subscription",
            "sns.confirmed",
            "iam.publish",
            "lambda.topic-variable",
        ],
    );
}

#[test]
fn roles_that_may_not_be_simulated_are_proved_by_the_orders() {
    everything_passes(&without(orders(), "iam:SimulatePrincipalPolicy"));
}

#[test]
fn histories_that_may_not_be_read_hide_the_token() {
    only_these_are_unknown(
        "states:GetExecutionHistory",
        &["final.waiting", "final.approved", "final.notified", "final.rejected"],
    );
}

#[test]
fn roles_that_may_not_be_simulated_are_judged_by_the_policies_that_are_known_by_name() {
    let it = Orders::with("440000000002", &[with_managed_policies()]);
    let seen = without(it, "iam:SimulatePrincipalPolicy");
    assert_eq!((seen.code, seen.with(Status::Unknown).len()), (0, 0), "{}", seen.json);
}

#[test]
fn which_policies_all_the_roles_have_need_not_be_known_where_the_functions_say_which_is_theirs() {
    let seen = without(orders(), "iam:ListAttachedRolePolicies");
    assert_eq!((seen.code, seen.with(Status::Unknown).len()), (0, 0), "{}", seen.json);
}

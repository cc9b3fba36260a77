//! The lab of orders in accounts as people really have them: what is right passes. `eventdriven_causes.rs` has what is wrong.
//! `labs/eventdriven/{faults,variants}.yaml` has the verdicts of more of them.

use crate::common;

use common::cloud::{Checked, checked};
use common::orders::{Orders, everything_passes, of, recode, solution};
use common::relay::Relay;
use edemlab::account::services::SNS;
use edemlab::report::Status;
use serde_json::{Value, json};

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

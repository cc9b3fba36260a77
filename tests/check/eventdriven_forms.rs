//! A state machine is right in every form in which Workflow Studio and the console write it. The sandbox runs them all.

use crate::common;

use common::orders::{Orders, everything_passes, of, solution};
use edemlab::report::Status;
use serde_json::{Value, json};

const INVOKE: &str = "arn:aws:states:::lambda:invoke";

/// The solution with this definition; `${LambdaHumanApproval}` and `${LambdaToSNS}` in it are the functions. Its role
/// may call them with and without a version in their names, as the role that the console makes.
fn with_definition(definition: &Value) -> Value {
    let mut template = solution();
    of(&mut template, "MachinePolicy")["PolicyDocument"]["Statement"][0]["Resource"] = json!([
        {"Fn::GetAtt": ["HumanApproval", "Arn"]}, {"Fn::Sub": "${HumanApproval.Arn}:*"},
        {"Fn::GetAtt": ["ToSNS", "Arn"]}, {"Fn::Sub": "${ToSNS.Arn}:*"},
    ]);
    of(&mut template, "Machine")["DefinitionString"] = serde_json::to_string_pretty(definition).unwrap().into();
    template
}

/// The definition of the solution.
fn definition() -> Value {
    let mut template = solution();
    let text = of(&mut template, "Machine")["DefinitionString"].take();
    serde_json::from_str(text.as_str().unwrap()).unwrap()
}

/// Every check passes, the two orders on their way through among them.
fn is_right(account: &'static str, definition: &Value) {
    everything_passes(&Orders::with(account, &[with_definition(definition)]).check(&[]));
}

/// Exactly this check of the step fails, as it is written.
fn is_wrong(account: &'static str, definition: &Value, check: &str) {
    let seen = Orders::with(account, &[with_definition(definition)]).check(&["--no-probe"]);
    assert_eq!(seen.with(Status::Fail), [check], "{}", seen.json);
}

/// As Workflow Studio writes it today.
fn jsonata() -> Value {
    let retry = json!([{
        "ErrorEquals": ["Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException", "Lambda.TooManyRequestsException"],
        "IntervalSeconds": 1, "MaxAttempts": 1, "BackoffRate": 2, "JitterStrategy": "FULL",
    }]);
    json!({"QueryLanguage": "JSONata", "StartAt": "Wait for Approval", "States": {
        "Wait for Approval": {
            "Type": "Task", "Resource": format!("{INVOKE}.waitForTaskToken"), "Retry": retry, "Next": "Approved?",
            "Arguments": {
                "FunctionName": "${LambdaHumanApproval}:$LATEST",
                "Payload": {"taskToken": "{% $states.context.Task.Token %}", "input": "{% $states.input %}"},
            },
        },
        "Approved?": {"Type": "Choice", "Default": "Rejected", "Choices": [
            {"Condition": "{% $states.input.approved = true %}", "Next": "Notify"},
        ]},
        "Notify": {
            "Type": "Task", "Resource": INVOKE, "Retry": retry, "End": true, "Output": "{% $states.result.Payload %}",
            "Arguments": {"FunctionName": "${LambdaToSNS}", "Payload": "{% $states.input %}"},
        },
        "Rejected": {"Type": "Fail", "Error": "HumanRejected"},
    }})
}

#[test]
fn jsonata_as_workflow_studio_writes_it() {
    is_right("470000000001", &jsonata());
}

#[test]
fn jsonata_with_other_words_for_the_same() {
    let mut definition = jsonata();
    let states = &mut definition["States"];
    states["Approved?"]["Choices"][0]["Condition"] = "{% ($states.input.approved) %}".into();
    states["Wait for Approval"]["Arguments"]["Payload"]["input"] = "{%$states.context.Execution.Input%}".into();
    is_right("470000000002", &definition);
}

#[test]
fn jsonata_with_mistakes() {
    let mut reversed = jsonata();
    reversed["States"]["Approved?"]["Choices"][0]["Condition"] = "{% $states.input.approved = false %}".into();
    is_wrong("470000000003", &reversed, "stepfunctions.choice");
    let mut text = jsonata();
    text["States"]["Wait for Approval"]["Arguments"]["Payload"]["taskToken"] = "$states.context.Task.Token".into();
    is_wrong("470000000003", &text, "stepfunctions.token");
}

#[test]
fn a_function_that_notifies_by_lambda_invoke_as_the_console_writes_it() {
    let mut definition = definition();
    definition["States"]["NotifyAndInsert"] = json!({
        "Type": "Task", "Resource": INVOKE, "OutputPath": "$.Payload", "End": true,
        "Parameters": {"Payload.$": "$", "FunctionName": "${LambdaToSNS}:$LATEST"},
    });
    is_right("470000000004", &definition);
}

#[test]
fn a_function_that_notifies_by_lambda_invoke_whose_whole_answer_is_the_output() {
    let mut definition = definition();
    definition["States"]["NotifyAndInsert"] = json!({
        "Type": "Task", "Resource": INVOKE, "End": true,
        "Parameters": {"FunctionName": "${LambdaToSNS}", "Payload": {"customer.$": "$.customer", "orderId.$": "$.orderId"}},
    });
    is_right("470000000005", &definition);
}

#[test]
fn more_states_before_between_and_after() {
    let mut definition = definition();
    definition["StartAt"] = "Begin".into();
    let states = definition["States"].as_object_mut().unwrap();
    states.insert("Begin".to_owned(), json!({"Type": "Pass", "Next": "Breathe"}));
    states.insert(
        "Breathe".to_owned(),
        json!({"Type": "Wait", "Seconds": 0, "Next": "WaitForApproval"}),
    );
    states.insert(
        "Cook".to_owned(),
        json!({"Type": "Wait", "Seconds": 1, "Next": "NotifyAndInsert"}),
    );
    states.insert("Done".to_owned(), json!({"Type": "Succeed"}));
    states["CheckIfApproved"]["Choices"][0]["Next"] = "Cook".into();
    let notify = states["NotifyAndInsert"].as_object_mut().unwrap();
    notify.remove("End");
    notify.insert("Next".to_owned(), "Done".into());
    is_right("470000000006", &definition);
}

#[test]
fn a_pass_between_the_approval_and_the_choice() {
    let mut definition = definition();
    definition["States"]["WaitForApproval"]["Next"] = "Look".into();
    definition["States"]["Look"] = json!({"Type": "Pass", "Next": "CheckIfApproved"});
    is_right("470000000007", &definition);
}

#[test]
fn an_error_of_the_approval_that_is_caught_and_leads_to_rejected() {
    let mut definition = definition();
    definition["States"]["WaitForApproval"]["Catch"] =
        json!([{"ErrorEquals": ["States.ALL"], "Next": "Rejected", "ResultPath": "$.error"}]);
    is_right("470000000008", &definition);
}

#[test]
fn an_approval_that_is_kept_beside_the_order() {
    let mut definition = definition();
    let states = &mut definition["States"];
    states["WaitForApproval"]["ResultPath"] = "$.approval".into();
    states["CheckIfApproved"]["Choices"][0]["Variable"] = "$.approval.approved".into();
    states["NotifyAndInsert"]["InputPath"] = "$.approval".into();
    is_right("470000000009", &definition);
}

#[test]
fn choices_of_several_conditions() {
    let approved = json!({"Variable": "$.approved", "BooleanEquals": true});
    let there = json!({"Variable": "$.approved", "IsPresent": true});
    let refused = json!({"Variable": "$.approved", "BooleanEquals": false});
    let mut and = definition();
    and["States"]["CheckIfApproved"]["Choices"] = json!([{"And": [there, approved], "Next": "NotifyAndInsert"}]);
    is_right("470000000010", &and);
    let mut not = definition();
    let choice = &mut not["States"]["CheckIfApproved"];
    choice["Choices"] =
        json!([{"Not": approved, "Next": "Rejected"}, {"Or": [approved, refused], "Next": "NotifyAndInsert"}]);
    choice.as_object_mut().unwrap().remove("Default");
    is_right("470000000011", &not);
}

#[test]
fn a_token_under_another_name_is_wired_but_the_function_cannot_read_it() {
    // The lab's function asks for `taskToken`: the definition is right by itself, the order shows that it does not fit.
    let mut definition = definition();
    let payload = &mut definition["States"]["WaitForApproval"]["Parameters"]["Payload"];
    *payload = json!({"token.$": "$$.Task.Token", "input.$": "$"});
    let seen = Orders::with("470000000012", &[with_definition(&definition)]).check(&[]);
    assert_eq!(seen.with(Status::Fail), ["final.waiting"], "{}", seen.json);
    assert!(
        seen.found("final.waiting").contains("KeyError: 'taskToken'"),
        "{}",
        seen.json
    );
}

#[test]
fn a_token_under_another_name_that_the_function_knows() {
    let mut definition = definition();
    let payload = &mut definition["States"]["WaitForApproval"]["Parameters"]["Payload"];
    *payload = json!({"myToken.$": "$$.Task.Token", "input.$": "$"});
    let mut template = with_definition(&definition);
    common::orders::recode(
        &mut template,
        "HumanApproval",
        "event[\"taskToken\"]\n    order",
        "event[\"myToken\"]\n    order",
    );
    everything_passes(&Orders::with("470000000013", &[template]).check(&[]));
}

#[test]
fn a_role_that_may_call_just_what_the_definition_calls() {
    let mut template = with_definition(&jsonata());
    let invoke = &mut of(&mut template, "MachinePolicy")["PolicyDocument"]["Statement"][0];
    invoke["Resource"] = json!([{"Fn::Sub": "${HumanApproval.Arn}:$LATEST"}, {"Fn::GetAtt": ["ToSNS", "Arn"]}]);
    everything_passes(&Orders::with("470000000014", &[template]).check(&[]));
}

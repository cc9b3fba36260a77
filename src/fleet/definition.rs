//! The state machine: one child execution a student, so many at once as the run says.

use serde_json::{Value, json};

/// The state that runs the students; a child execution's ARN has it, too.
const LABEL: &str = "Grade";

/// The definition, in the [Amazon States Language](https://states-language.net/spec.html), with names of `Fn::Sub` in it.
pub fn definition() -> Value {
    json!({
        "Comment": "Grades each student of a roster",
        "StartAt": "Ready",
        "States": {"Ready": ready(), LABEL: grade()},
    })
}

/// A function that holds another course or version would grade the class by other rules: then no student is graded.
fn ready() -> Value {
    json!({
        "Type": "Task",
        "Resource": "arn:${AWS::Partition}:states:::lambda:invoke",
        "Parameters": {"FunctionName": "${Function.Arn}", "Payload": {"ready.$": "$"}},
        "TimeoutSeconds": 60,
        "Retry": [throttled()],
        // The run goes on as it came in.
        "ResultPath": null,
        "Next": LABEL,
    })
}

/// See <https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html>.
fn grade() -> Value {
    json!({
        "Type": "Map",
        "Label": LABEL,
        "MaxConcurrencyPath": "$.at_once",
        // A student whose account cannot be graded is no reason to leave out the others.
        "ToleratedFailurePercentage": 100,
        "ItemReader": {
            "Resource": "arn:${AWS::Partition}:states:::s3:getObject",
            "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
            "Parameters": {"Bucket": "${Bucket}", "Key.$": "$.roster"},
        },
        "ItemSelector": {"run.$": "$", "item.$": "$$.Map.Item.Value"},
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Student",
            "States": {"Student": student()},
        },
        // Without it the outputs of all children are one state's output, and that may have 256 KiB; see
        // <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html>. Compact is without the
        // inputs of those that succeeded, in which the external IDs are.
        "ResultWriter": {
            "Resource": "arn:${AWS::Partition}:states:::s3:putObject",
            "WriterConfig": {"OutputType": "JSON", "Transformation": "COMPACT"},
            "Parameters": {"Bucket": "${Bucket}", "Prefix.$": "$.map"},
        },
        "End": true,
    })
}

fn student() -> Value {
    json!({
        "Type": "Task",
        "Resource": "arn:${AWS::Partition}:states:::lambda:invoke",
        "Parameters": {"FunctionName": "${Function.Arn}", "Payload.$": "$"},
        // Longer than the function's own limit: it is the one that cuts off, and says so.
        "TimeoutSeconds": 960,
        "ResultSelector": {"reports.$": "$.Payload.reports"},
        "Retry": [
            throttled(),
            {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1},
        ],
        "End": true,
    })
}

/// The account runs as many functions as it may: others wait for their turn, not all at the same moment.
fn throttled() -> Value {
    json!({
        "ErrorEquals": ["Lambda.TooManyRequestsException"],
        "IntervalSeconds": 2,
        "BackoffRate": 2,
        "MaxDelaySeconds": 60,
        "JitterStrategy": "FULL",
        "MaxAttempts": 60,
    })
}

//! What CloudFormation does with the caller's permissions when it makes, changes and deletes a stack: everything with what has the
//! stack's name, by service. Resources are those of the
//! [Service Authorization Reference](https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html).

use super::place::PolicyPlace;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// One statement: what may be done, and with what. In a resource, `STACK` stands for the stack's name.
///
/// Names of actions have wildcards: a policy of an account's own holds 6,144 characters; see
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
struct Grant {
    /// CloudFormation's name of the service.
    of: &'static str,
    actions: &'static [&'static str],
    /// The service in an ARN and what follows the account.
    resources: &'static [(&'static str, &'static str)],
}

/// Names that CloudFormation makes begin with the stack's name, but for state machines; see
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html>. What has an id for a name
/// cannot be told by it.
const GRANTS: &[Grant] = &[
    Grant {
        of: "AWS::Kinesis",
        actions: &["kinesis:*"],
        resources: &[("kinesis", "stream/STACK-*")],
    },
    Grant {
        of: "AWS::DynamoDB",
        actions: &["dynamodb:*"],
        resources: &[("dynamodb", "table/STACK-*")],
    },
    Grant {
        of: "AWS::Lambda",
        actions: &["lambda:*"],
        resources: &[("lambda", "function:STACK-*")],
    },
    Grant {
        of: "AWS::Lambda",
        actions: &[
            "lambda:*EventSourceMapping",
            "lambda:ListTags",
            "lambda:TagResource",
            "lambda:UntagResource",
        ],
        resources: &[("", "*")],
    },
    Grant {
        of: "AWS::S3",
        actions: &["s3:*"],
        resources: &[("s3", "STACK-*"), ("s3", "STACK-*/*")],
    },
    Grant {
        of: "AWS::IAM",
        actions: &["iam:*Role", "iam:*RolePolic*", "iam:UpdateAssumeRolePolicy"],
        resources: &[("iam", "role/STACK-*")],
    },
    Grant {
        of: "AWS::Logs",
        actions: &["logs:*"],
        resources: &[
            ("logs", "log-group:*STACK-*"),
            ("logs", "log-group:API-Gateway-Execution-Logs_*"),
        ],
    },
    Grant {
        of: "AWS::Logs",
        actions: &[
            "logs:DeleteResourcePolicy",
            "logs:DescribeResourcePolicies",
            "logs:PutResourcePolicy",
        ],
        resources: &[("", "*")],
    },
    Grant {
        of: "AWS::Events",
        actions: &["events:*"],
        resources: &[("events", "event-bus/STACK-*"), ("events", "rule/STACK-*")],
    },
    Grant {
        of: "AWS::StepFunctions",
        actions: &["states:*"],
        resources: &[("states", "stateMachine:*")],
    },
    Grant {
        of: "AWS::SNS",
        actions: &["sns:*"],
        resources: &[("sns", "STACK-*")],
    },
    Grant {
        of: "AWS::ApiGateway",
        actions: &["apigateway:*"],
        resources: &[
            ("apigateway", "/restapis"),
            ("apigateway", "/restapis/*"),
            ("apigateway", "/tags/*"),
        ],
    },
    Grant {
        of: "AWS::ECR",
        actions: &["ecr:*"],
        resources: &[("ecr", "repository/STACK-*")],
    },
    Grant {
        of: "AWS::Personalize",
        actions: &["personalize:*"],
        resources: &[("personalize", "*")],
    },
    Grant {
        of: "AWS::AppRunner",
        actions: &["apprunner:*", "iam:CreateServiceLinkedRole"],
        resources: &[("", "*")],
    },
    Grant {
        of: "AWS::ECS",
        actions: &["ecs:*", "iam:CreateServiceLinkedRole"],
        resources: &[("", "*")],
    },
];

/// What CloudFormation itself is asked for.
const OF_STACK: &[&str] = &[
    "cloudformation:CreateStack",
    "cloudformation:DeleteStack",
    "cloudformation:DescribeEvents",
    "cloudformation:DescribeStackEvents",
    "cloudformation:DescribeStacks",
    "cloudformation:ListStackResources",
    "cloudformation:UpdateStack",
];

/// The statements for a stack called `stack` of this template, and the services in it of which nothing is known here.
pub(super) fn statements(template: &Value, stack: &str, place: &PolicyPlace) -> (Vec<Value>, Vec<String>) {
    let resources = template["Resources"].as_object().into_iter().flatten();
    let types = resources.filter_map(|(_, resource)| resource["Type"].as_str());
    // What a custom resource makes, its function makes with a role of its own.
    let services: BTreeSet<&str> = types
        .filter(|of| of.starts_with("AWS::") && !of.starts_with("AWS::CloudFormation"))
        .filter_map(|of| of.rsplit_once("::").map(|(service, _)| service))
        // Functions and others make their logs by themselves, and leave them.
        .chain(["AWS::Logs"])
        .collect();
    let own = arn(place, "cloudformation", &format!("stack/{stack}/*"));
    let mut statements = vec![json!({"Sid": "Stack", "Effect": "Allow", "Action": OF_STACK, "Resource": [own]})];
    let mut unknown = Vec::new();
    for service in services {
        let grants: Vec<&Grant> = GRANTS.iter().filter(|grant| grant.of == service).collect();
        if grants.is_empty() {
            unknown.push(service.to_owned());
        }
        for grant in grants {
            let named =
                |(of, resource): &(&str, &str)| arn(place, of, &resource.replace("STACK", &name(service, stack)));
            let resources: Vec<String> = grant.resources.iter().map(named).collect();
            let sid = format!("Stack{}", statements.len());
            statements.push(json!({"Sid": sid, "Effect": "Allow", "Action": grant.actions, "Resource": resources}));
        }
    }
    (statements, unknown)
}

/// How CloudFormation begins a name: in small letters where the service allows no others.
fn name(service: &str, stack: &str) -> String {
    match service {
        "AWS::S3" | "AWS::ECR" => stack.to_lowercase(),
        _ => stack.to_owned(),
    }
}

fn arn(place: &PolicyPlace, service: &str, resource: &str) -> String {
    let any = |part: &Option<String>| part.clone().unwrap_or_else(|| "*".to_owned());
    let partition = place.partition.clone().unwrap_or_else(|| "aws".to_owned());
    let (region, account) = (any(&place.region), any(&place.account));
    match service {
        "" => resource.to_owned(),
        "s3" => format!("arn:{partition}:s3:::{resource}"),
        "iam" => format!("arn:{partition}:iam::{account}:{resource}"),
        "apigateway" => format!("arn:{partition}:apigateway:{region}::{resource}"),
        _ => format!("arn:{partition}:{service}:{region}:{account}:{resource}"),
    }
}

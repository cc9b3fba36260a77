//! Which resources an action is about, from the
//! [Service Authorization Reference](https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html):
//! where AWS knows no resource for an action, it is `*`. Names are a student's own, so a resource is any of its type.

use super::place::PolicyPlace;

/// The ARNs, with the place's parts; `None` for an action that is not in the table.
pub(super) fn resources(action: &str, place: &PolicyPlace) -> Option<Vec<String>> {
    let any = |part: &Option<String>| part.clone().unwrap_or_else(|| "*".to_owned());
    let partition = place.partition.clone().unwrap_or_else(|| "aws".to_owned());
    let here = format!("{}:{}", any(&place.region), any(&place.account));
    let arn = |service: &str, resource: &str| format!("arn:{partition}:{service}:{here}:{resource}");
    let iam = |resource: &str| format!("arn:{partition}:iam::{}:{resource}", any(&place.account));
    Some(match action {
        "sts:GetCallerIdentity"
        | "kinesis:ListStreams"
        | "dynamodb:ListTables"
        | "lambda:ListFunctions"
        | "lambda:ListEventSourceMappings"
        | "iam:ListRoles"
        | "s3:ListAllMyBuckets"
        | "logs:DescribeResourcePolicies"
        | "events:ListEventBuses"
        | "events:ListRules"
        | "events:TestEventPattern"
        | "sns:ListTopics"
        | "sns:ListSubscriptions"
        | "personalize:ListSchemas"
        | "firehose:ListDeliveryStreams"
        | "elasticloadbalancing:DescribeLoadBalancers"
        | "elasticloadbalancing:DescribeTargetGroups"
        | "states:ListStateMachines"
        | "personalize:ListDatasetGroups"
        | "personalize:ListDatasets"
        | "personalize:ListDatasetImportJobs"
        | "personalize:ListSolutions"
        | "personalize:ListSolutionVersions"
        | "personalize:ListCampaigns"
        | "personalize:ListRecommenders"
        | "personalize:ListEventTrackers"
        | "apprunner:ListServices"
        | "ecs:ListClusters"
        | "ecs:ListServices" => vec!["*".to_owned()],
        "kinesis:DescribeStreamSummary" | "kinesis:PutRecord" | "kinesis:PutRecords" => {
            vec![arn("kinesis", "stream/*")]
        }
        "dynamodb:DescribeTable" | "dynamodb:GetItem" | "dynamodb:Scan" | "dynamodb:DeleteItem" => {
            vec![arn("dynamodb", "table/*")]
        }
        "lambda:InvokeFunction" => vec![arn("lambda", "function:*")],
        "iam:ListAttachedRolePolicies" | "iam:SimulatePrincipalPolicy" => vec![iam("role/*")],
        "s3:GetBucketPolicy" | "s3:ListBucket" => vec![format!("arn:{partition}:s3:::*")],
        "s3:GetObject" => vec![format!("arn:{partition}:s3:::*/*")],
        "logs:FilterLogEvents" | "logs:DescribeLogGroups" => vec![arn("logs", "log-group:*")],
        "events:ListTargetsByRule" => vec![arn("events", "rule/*")],
        "sns:ListSubscriptionsByTopic" => vec![arn("sns", "*")],
        "states:DescribeStateMachine" | "states:ListExecutions" => vec![arn("states", "stateMachine:*")],
        "states:DescribeExecution" | "states:GetExecutionHistory" | "states:StopExecution" => {
            vec![arn("states", "execution:*")]
        }
        // Its ARNs have no account; see
        // <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-iam-policy-examples.html>.
        "apigateway:GET" => {
            let region = any(&place.region);
            vec![
                format!("arn:{partition}:apigateway:{region}::/restapis"),
                format!("arn:{partition}:apigateway:{region}::/restapis/*"),
                format!("arn:{partition}:apigateway:{region}::/apis"),
            ]
        }
        "personalize:DescribeDataset" => vec![arn("personalize", "dataset/*")],
        "personalize:DescribeSchema" => vec![arn("personalize", "schema/*")],
        "personalize:DescribeDatasetImportJob" => vec![arn("personalize", "dataset-import-job/*")],
        "personalize:DescribeSolution" => vec![arn("personalize", "solution/*")],
        "personalize:DescribeSolutionVersion" => vec![arn("personalize", "solution/*")],
        "personalize:DescribeCampaign" => vec![arn("personalize", "campaign/*")],
        "personalize:DescribeRecommender" => vec![arn("personalize", "recommender/*")],
        "personalize:DescribeEventTracker" => vec![arn("personalize", "event-tracker/*")],
        "ecr:DescribeRepositories" | "ecr:DescribeImages" => vec![arn("ecr", "repository/*")],
        "apprunner:DescribeService" => vec![arn("apprunner", "service/*")],
        "apprunner:DescribeAutoScalingConfiguration" => vec![arn("apprunner", "autoscalingconfiguration/*")],
        "firehose:DescribeDeliveryStream" => vec![arn("firehose", "deliverystream/*")],
        "ecs:DescribeServiceRevisions" => vec![arn("ecs", "service-revision/*")],
        "ecs:DescribeExpressGatewayService" | "ecs:DescribeServices" => vec![arn("ecs", "service/*")],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discover::kinds;
    use crate::inventory::Service;
    use crate::probe::VERBS;

    #[test]
    fn every_action_has_its_resources() {
        let kinds = kinds().flat_map(|k| {
            let described = k.describe.as_ref().map_or(&[][..], |d| d.actions);
            k.actions.iter().chain(described)
        });
        let listed = Service::all().iter().flat_map(|service| service.actions);
        for action in kinds.chain(VERBS.iter().flat_map(|v| v.actions)).chain(listed) {
            assert!(resources(action, &PolicyPlace::default()).is_some(), "{action}");
        }
    }

    #[test]
    fn a_place_narrows_the_resources() {
        let place = PolicyPlace {
            partition: Some("aws-cn".to_owned()),
            account: Some("111122223333".to_owned()),
            region: Some("cn-north-1".to_owned()),
        };
        let put = resources("kinesis:PutRecord", &place).unwrap();
        assert_eq!(put, ["arn:aws-cn:kinesis:cn-north-1:111122223333:stream/*"]);
    }
}

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
        | "cloudtrail:LookupEvents"
        | "kinesis:ListStreams"
        | "dynamodb:ListTables"
        | "lambda:ListFunctions"
        | "lambda:ListEventSourceMappings"
        | "iam:ListRoles"
        | "iam:ListPolicies"
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
        | "logs:DeleteResourcePolicy"
        | "tag:GetResources"
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
        "kinesis:DescribeStreamSummary" | "kinesis:PutRecord" | "kinesis:PutRecords" | "kinesis:DeleteStream" => {
            vec![arn("kinesis", "stream/*")]
        }
        "dynamodb:DescribeTable"
        | "dynamodb:GetItem"
        | "dynamodb:Scan"
        | "dynamodb:DeleteItem"
        | "dynamodb:DeleteTable" => {
            vec![arn("dynamodb", "table/*")]
        }
        "lambda:DeleteEventSourceMapping" => vec![arn("lambda", "event-source-mapping:*")],
        "lambda:InvokeFunction" | "lambda:DeleteFunction" | "lambda:GetFunctionConcurrency" => {
            vec![arn("lambda", "function:*")]
        }
        "iam:ListAttachedRolePolicies"
        | "iam:SimulatePrincipalPolicy"
        | "iam:ListRoleTags"
        | "iam:ListRolePolicies"
        | "iam:DetachRolePolicy"
        | "iam:DeleteRolePolicy"
        | "iam:ListInstanceProfilesForRole"
        | "iam:DeleteRole" => vec![iam("role/*")],
        "iam:ListEntitiesForPolicy"
        | "iam:ListPolicyTags"
        | "iam:ListPolicyVersions"
        | "iam:DeletePolicyVersion"
        | "iam:DeletePolicy" => vec![iam("policy/*")],
        "iam:RemoveRoleFromInstanceProfile" => vec![iam("instance-profile/*")],
        "s3:GetBucketPolicy" | "s3:ListBucket" | "s3:ListBucketVersions" | "s3:DeleteBucket" => {
            vec![format!("arn:{partition}:s3:::*")]
        }
        "s3:GetObject" | "s3:DeleteObject" | "s3:DeleteObjectVersion" => vec![format!("arn:{partition}:s3:::*/*")],
        "logs:FilterLogEvents" | "logs:DescribeLogGroups" | "logs:DeleteLogGroup" => vec![arn("logs", "log-group:*")],
        "events:DeleteEventBus" => vec![arn("events", "event-bus/*")],
        "events:ListTargetsByRule" | "events:RemoveTargets" | "events:DeleteRule" => vec![arn("events", "rule/*")],
        "sns:ListSubscriptionsByTopic" | "sns:DeleteTopic" => vec![arn("sns", "*")],
        "states:DescribeStateMachine" | "states:ListExecutions" | "states:DeleteStateMachine" => {
            vec![arn("states", "stateMachine:*")]
        }
        "states:DescribeExecution" | "states:GetExecutionHistory" | "states:StopExecution" => {
            vec![arn("states", "execution:*")]
        }
        "elasticloadbalancing:DeleteLoadBalancer" => vec![arn("elasticloadbalancing", "loadbalancer/app/*")],
        "elasticloadbalancing:DeleteTargetGroup" => vec![arn("elasticloadbalancing", "targetgroup/*")],
        "apigateway:DELETE" => {
            let region = any(&place.region);
            vec![
                format!("arn:{partition}:apigateway:{region}::/restapis/*"),
                format!("arn:{partition}:apigateway:{region}::/apis/*"),
            ]
        }
        // Its ARNs have no account; see
        // <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-iam-policy-examples.html>.
        "apigateway:GET" => {
            let region = any(&place.region);
            vec![
                format!("arn:{partition}:apigateway:{region}::/restapis"),
                format!("arn:{partition}:apigateway:{region}::/restapis/*"),
                format!("arn:{partition}:apigateway:{region}::/apis"),
                format!("arn:{partition}:apigateway:{region}::/apis/*"),
            ]
        }
        "personalize:DescribeDataset" | "personalize:DeleteDataset" => vec![arn("personalize", "dataset/*")],
        "personalize:DescribeSchema" | "personalize:DeleteSchema" => vec![arn("personalize", "schema/*")],
        "personalize:DeleteDatasetGroup" => vec![arn("personalize", "dataset-group/*")],
        "personalize:DescribeDatasetImportJob" => vec![arn("personalize", "dataset-import-job/*")],
        "personalize:DescribeSolution" | "personalize:DeleteSolution" => vec![arn("personalize", "solution/*")],
        "personalize:DescribeSolutionVersion" => vec![arn("personalize", "solution/*")],
        "personalize:DescribeCampaign" | "personalize:DeleteCampaign" => vec![arn("personalize", "campaign/*")],
        "personalize:DescribeRecommender" | "personalize:DeleteRecommender" => {
            vec![arn("personalize", "recommender/*")]
        }
        "personalize:DescribeEventTracker" | "personalize:DeleteEventTracker" => {
            vec![arn("personalize", "event-tracker/*")]
        }
        "ecr:DescribeRepositories" | "ecr:DescribeImages" | "ecr:DeleteRepository" => vec![arn("ecr", "repository/*")],
        "apprunner:DescribeService" | "apprunner:DeleteService" => vec![arn("apprunner", "service/*")],
        "apprunner:DescribeAutoScalingConfiguration" => vec![arn("apprunner", "autoscalingconfiguration/*")],
        "firehose:DescribeDeliveryStream" | "firehose:DeleteDeliveryStream" => {
            vec![arn("firehose", "deliverystream/*")]
        }
        "ecs:DescribeServiceRevisions" => vec![arn("ecs", "service-revision/*")],
        "ecs:DescribeExpressGatewayService" | "ecs:DescribeServices" | "ecs:DeleteExpressGatewayService" => {
            vec![arn("ecs", "service/*")]
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cleanup::TAG_ACTIONS;
    use crate::discover::kinds;
    use crate::inventory::{removal_actions, services};
    use crate::probe::VERBS;
    use crate::trail::ACTIONS;

    #[test]
    fn every_action_has_its_resources() {
        let kinds = kinds().flat_map(|k| {
            let described = k.describe.as_ref().map_or(&[][..], |d| d.actions);
            k.actions.iter().chain(described)
        });
        let listed = services().iter().flat_map(|service| service.actions);
        for action in kinds
            .chain(VERBS.iter().flat_map(|v| v.actions))
            .chain(listed)
            .copied()
            .chain(removal_actions())
            .chain(TAG_ACTIONS)
            .chain(ACTIONS)
        {
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

//! The services that are reached by their wire protocol, each with AWS's own names for it.

use super::wire::{Paging, Protocol, Service};

macro_rules! services {
    ($($(#[$doc:meta])* $name:ident = $service:expr;)*) => { $($(#[$doc])* pub const $name: Service = $service;)* };
}

services! {
    /// [IAM](https://docs.aws.amazon.com/IAM/latest/APIReference/welcome.html).
    IAM = Service {
        prefix: "iam", host: "iam", signing: "iam", id: "IAM", protocol: Protocol::Query { version: "2010-05-08" }, global: true, paging: Paging::by("Marker"),
    };
    /// [CloudFormation](https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/Welcome.html).
    CLOUDFORMATION = Service {
        prefix: "cloudformation", host: "cloudformation", signing: "cloudformation", id: "CloudFormation",
        protocol: Protocol::Query { version: "2010-05-15" }, global: false, paging: Paging::by("NextToken"),
    };
    /// [SNS](https://docs.aws.amazon.com/sns/latest/api/welcome.html).
    SNS = Service {
        prefix: "sns", host: "sns", signing: "sns", id: "SNS", protocol: Protocol::Query { version: "2010-03-31" }, global: false, paging: Paging::by("NextToken"),
    };
    /// [CloudWatch Logs](https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/Welcome.html).
    LOGS = Service {
        prefix: "logs", host: "logs", signing: "logs", id: "CloudWatch Logs",
        protocol: Protocol::Json { target: "Logs_20140328", version: "1.1" }, global: false, paging: Paging::by("nextToken"),
    };
    /// [EventBridge](https://docs.aws.amazon.com/eventbridge/latest/APIReference/Welcome.html).
    EVENTBRIDGE = Service {
        prefix: "events", host: "events", signing: "events", id: "EventBridge",
        protocol: Protocol::Json { target: "AWSEvents", version: "1.1" }, global: false, paging: Paging::by("NextToken"),
    };
    /// [Step Functions](https://docs.aws.amazon.com/step-functions/latest/apireference/Welcome.html).
    STATES = Service {
        prefix: "states", host: "states", signing: "states", id: "SFN",
        protocol: Protocol::Json { target: "AWSStepFunctions", version: "1.0" }, global: false, paging: Paging::by("nextToken"),
    };
    /// [API Gateway](https://docs.aws.amazon.com/apigateway/latest/api/API_Operations.html), REST APIs.
    APIGATEWAY = Service {
        prefix: "apigateway", host: "apigateway", signing: "apigateway", id: "API Gateway", protocol: Protocol::Rest, global: false, paging: Paging::by("position"),
    };
    /// [API Gateway](https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/api-reference.html), HTTP APIs.
    APIGATEWAY_V2 = Service {
        prefix: "apigateway", host: "apigateway", signing: "apigateway", id: "ApiGatewayV2", protocol: Protocol::Rest, global: false, paging: Paging::by("nextToken"),
    };
    /// [Personalize](https://docs.aws.amazon.com/personalize/latest/dg/API_Reference.html).
    PERSONALIZE = Service {
        prefix: "personalize", host: "personalize", signing: "personalize", id: "Personalize",
        protocol: Protocol::Json { target: "AmazonPersonalize", version: "1.1" }, global: false, paging: Paging::by("nextToken"),
    };
    /// [ECR](https://docs.aws.amazon.com/AmazonECR/latest/APIReference/Welcome.html).
    ECR = Service {
        prefix: "ecr", host: "api.ecr", signing: "ecr", id: "ECR",
        protocol: Protocol::Json { target: "AmazonEC2ContainerRegistry_V20150921", version: "1.1" }, global: false, paging: Paging::by("nextToken"),
    };
    /// [App Runner](https://docs.aws.amazon.com/apprunner/latest/api/Welcome.html).
    APPRUNNER = Service {
        prefix: "apprunner", host: "apprunner", signing: "apprunner", id: "AppRunner",
        protocol: Protocol::Json { target: "AppRunner", version: "1.0" }, global: false, paging: Paging::by("NextToken"),
    };
    /// [ECS](https://docs.aws.amazon.com/AmazonECS/latest/APIReference/Welcome.html).
    ECS = Service {
        prefix: "ecs", host: "ecs", signing: "ecs", id: "ECS",
        protocol: Protocol::Json { target: "AmazonEC2ContainerServiceV20141113", version: "1.1" }, global: false, paging: Paging::by("nextToken"),
    };
    /// [Elastic Load Balancing](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/Welcome.html).
    ELASTICLOADBALANCING = Service {
        prefix: "elasticloadbalancing", host: "elasticloadbalancing", signing: "elasticloadbalancing", id: "Elastic Load Balancing v2",
        protocol: Protocol::Query { version: "2015-12-01" }, global: false,
        paging: Paging { next: "NextMarker", token: "Marker" },
    };
    /// [Resource Groups Tagging](https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/Welcome.html).
    TAGGING = Service {
        prefix: "tag", host: "tagging", signing: "tagging", id: "Resource Groups Tagging API",
        protocol: Protocol::Json { target: "ResourceGroupsTaggingAPI_20170126", version: "1.1" }, global: false,
        paging: Paging::by("PaginationToken"),
    };
    /// [Data Firehose](https://docs.aws.amazon.com/firehose/latest/APIReference/Welcome.html).
    FIREHOSE = Service {
        prefix: "firehose", host: "firehose", signing: "firehose", id: "Firehose",
        protocol: Protocol::Json { target: "Firehose_20150804", version: "1.1" }, global: false, paging: Paging::by("NextToken"),
    };
    /// [CloudTrail](https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/Welcome.html).
    CLOUDTRAIL = Service {
        prefix: "cloudtrail", host: "cloudtrail", signing: "cloudtrail", id: "CloudTrail",
        protocol: Protocol::Json { target: "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101", version: "1.1" },
        global: false, paging: Paging::by("NextToken"),
    };
    /// [STS](https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html).
    STS = Service {
        prefix: "sts", host: "sts", signing: "sts", id: "STS", protocol: Protocol::Query { version: "2011-06-15" }, global: false, paging: Paging::by("NextToken"),
    };
    /// [Kinesis Data Streams](https://docs.aws.amazon.com/kinesis/latest/APIReference/Welcome.html).
    KINESIS = Service {
        prefix: "kinesis", host: "kinesis", signing: "kinesis", id: "Kinesis",
        protocol: Protocol::Json { target: "Kinesis_20131202", version: "1.1" }, global: false, paging: Paging::by("NextToken"),
    };
    /// [DynamoDB](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/Welcome.html).
    DYNAMODB = Service {
        prefix: "dynamodb", host: "dynamodb", signing: "dynamodb", id: "DynamoDB",
        protocol: Protocol::Json { target: "DynamoDB_20120810", version: "1.0" }, global: false,
        paging: Paging { next: "LastEvaluatedTableName", token: "ExclusiveStartTableName" },
    };
    /// [Lambda](https://docs.aws.amazon.com/lambda/latest/api/welcome.html).
    LAMBDA = Service {
        prefix: "lambda", host: "lambda", signing: "lambda", id: "Lambda", protocol: Protocol::Rest, global: false,
        paging: Paging { next: "NextMarker", token: "Marker" },
    };
}

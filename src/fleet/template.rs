//! The CloudFormation template of the stack that grades a class: a bucket, a function and a state machine.

use super::definition;
use crate::class::roster::ROLE_NAME;
use crate::yaml;
use serde_json::{Map, Value, json};

/// The limit of one student in seconds: the longest that a function may run; see
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
const LIMIT: u32 = 900;

/// One thing that a role may do. Texts may hold names of `Fn::Sub`.
#[derive(Debug, Clone, Copy)]
pub struct May {
    /// The statement's name, its own in the template.
    pub sid: &'static str,
    /// The actions.
    pub actions: &'static [&'static str],
    /// The resources.
    pub resources: &'static [&'static str],
    /// The only prefix for which a list is given.
    pub prefix: Option<&'static str>,
}

impl May {
    const fn new(sid: &'static str, actions: &'static [&'static str], resources: &'static [&'static str]) -> Self {
        May {
            sid,
            actions,
            resources,
            prefix: None,
        }
    }

    const fn only_below(self, prefix: &'static str) -> Self {
        May {
            prefix: Some(prefix),
            ..self
        }
    }

    fn statement(&self) -> Value {
        let resources: Vec<Value> = self.resources.iter().map(|resource| substituted(resource)).collect();
        let mut statement = json!({"Sid": self.sid, "Effect": "Allow", "Action": self.actions, "Resource": resources});
        if let Some(prefix) = self.prefix {
            statement["Condition"] = json!({"StringLike": {"s3:prefix": prefix}});
        }
        statement
    }
}

/// What the function may do. In the students' accounts it is let in by their own roles.
pub const FUNCTION_MAY: [May; 6] = [
    May::new(
        "EnterAccounts",
        &["sts:AssumeRole"],
        &["arn:${AWS::Partition}:iam::*:role/{ROLE_NAME}"],
    ),
    May::new("WriteReports", &["s3:PutObject"], &["${Bucket.Arn}/runs/*"]),
    May::new("NoteLooseEnds", &["s3:PutObject"], &["${Bucket.Arn}/loose/*"]),
    May::new(
        "TieLooseEnds",
        &["s3:GetObject", "s3:DeleteObject"],
        &["${Bucket.Arn}/loose/*"],
    ),
    May::new("FindLooseEnds", &["s3:ListBucket"], &["${Bucket.Arn}"]).only_below("loose/*"),
    May::new(
        "WriteLog",
        &["logs:CreateLogStream", "logs:PutLogEvents"],
        &["${LogGroup.Arn}"],
    ),
];

/// What the state machine may do; see
/// <https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html> and
/// <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html#resultwriter-iam-policies>.
///
/// The machine's ARN is put together: a policy cannot wait for a machine that waits for the policy.
pub const MACHINE_MAY: [May; 5] = [
    May::new("CallFunction", &["lambda:InvokeFunction"], &["${Function.Arn}"]),
    May::new("ReadRoster", &["s3:GetObject"], &["${Bucket.Arn}/runs/*/roster.csv"]),
    May::new(
        "WriteResults",
        &[
            "s3:PutObject",
            "s3:GetObject",
            "s3:ListMultipartUploadParts",
            "s3:AbortMultipartUpload",
        ],
        &["${Bucket.Arn}/runs/*/map/*"],
    ),
    May::new(
        "StartStudents",
        &["states:StartExecution"],
        &["arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:${AWS::StackName}"],
    ),
    May::new(
        "SeeRun",
        &["states:DescribeExecution"],
        &["arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:${AWS::StackName}:*"],
    ),
];

/// The template, as YAML.
pub fn template() -> String {
    format!(
        "# With this stack, edemlab grades a class in this account: a bucket, a function and a state machine.\n\
         # To take it back, empty the bucket, then delete the stack.\n{}",
        yaml::text(&document())
    )
}

/// The template as a document.
pub fn document() -> Value {
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Grades a class with edemlab",
        "Parameters": parameters(),
        "Resources": {
            "Bucket": bucket(),
            "BucketPolicy": bucket_policy(),
            "LogGroup": {"Type": "AWS::Logs::LogGroup", "Properties": {
                "LogGroupName": substituted("/aws/lambda/${AWS::StackName}"),
                "RetentionInDays": 30,
            }},
            "FunctionRole": role("lambda.amazonaws.com", &FUNCTION_MAY),
            "Function": function(),
            "MachineRole": role("states.amazonaws.com", &MACHINE_MAY),
            "Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {
                "StateMachineName": substituted("${AWS::StackName}"),
                "StateMachineType": "STANDARD",
                "RoleArn": {"Fn::GetAtt": ["MachineRole", "Arn"]},
                // As a text: CloudFormation takes no document with a null in it.
                "DefinitionString": substituted(&format!("{:#}", definition::definition())),
            }},
        },
        "Outputs": outputs(),
    })
}

fn parameters() -> Value {
    json!({
        "CodeBucket": {
            "Type": "String",
            "Description": "The bucket, in this region, that holds the function's code",
            "AllowedPattern": "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
            "ConstraintDescription": "the name of a bucket",
        },
        "CodeKey": {
            "Type": "String",
            "Description": "The key of the code in it: a zip with the executable bootstrap",
            "MinLength": 1,
            "MaxLength": 1024,
        },
        "Architecture": {
            "Type": "String",
            "Description": "What the executable was built for",
            "AllowedValues": ["x86_64", "arm64"],
            "Default": "x86_64",
        },
        "KeepDays": {
            "Type": "Number",
            "Description": "After how many days the bucket forgets a run",
            "MinValue": 1,
            "MaxValue": 3650,
            "Default": 30,
        },
    })
}

fn bucket() -> Value {
    let rule = |id: &str, about: Value| {
        let mut rule = json!({"Id": id, "Status": "Enabled"});
        if let (Some(rule), Value::Object(about)) = (rule.as_object_mut(), about) {
            rule.extend(about);
        }
        rule
    };
    json!({"Type": "AWS::S3::Bucket", "Properties": {
        "BucketEncryption": {"ServerSideEncryptionConfiguration": [
            {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}},
        ]},
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": true,
            "BlockPublicPolicy": true,
            "IgnorePublicAcls": true,
            "RestrictPublicBuckets": true,
        },
        "LifecycleConfiguration": {"Rules": [
            rule("Runs", json!({"Prefix": "runs/", "ExpirationInDays": {"Ref": "KeepDays"}})),
            // What a probe left is looked for when the student is graded again, perhaps next term.
            rule("Loose", json!({"Prefix": "loose/", "ExpirationInDays": 365})),
            rule("Uploads", json!({"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}})),
        ]},
    }})
}

fn bucket_policy() -> Value {
    json!({"Type": "AWS::S3::BucketPolicy", "Properties": {
        "Bucket": {"Ref": "Bucket"},
        "PolicyDocument": with_version(vec![json!({
            "Sid": "OnlyEncrypted",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [substituted("${Bucket.Arn}"), substituted("${Bucket.Arn}/*")],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        })]),
    }})
}

fn function() -> Value {
    json!({
        "Type": "AWS::Lambda::Function",
        // Else a first run could make the group, which then keeps everything for ever.
        "DependsOn": "LogGroup",
        "Properties": {
            "FunctionName": substituted("${AWS::StackName}"),
            "Description": "Grades one student",
            "Runtime": "provided.al2023",
            "Handler": "bootstrap",
            "Architectures": [{"Ref": "Architecture"}],
            "Code": {"S3Bucket": {"Ref": "CodeBucket"}, "S3Key": {"Ref": "CodeKey"}},
            "Role": {"Fn::GetAtt": ["FunctionRole", "Arn"]},
            "Timeout": LIMIT,
            "MemorySize": 512,
            "Environment": {"Variables": {"EDEMLAB_BUCKET": {"Ref": "Bucket"}}},
        },
    })
}

fn role(service: &str, may: &[May]) -> Value {
    let statements = may.iter().map(May::statement).collect();
    json!({"Type": "AWS::IAM::Role", "Properties": {
        "AssumeRolePolicyDocument": with_version(vec![json!({
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sts:AssumeRole",
        })]),
        "Policies": [{"PolicyName": "edemlab", "PolicyDocument": with_version(statements)}],
    }})
}

fn outputs() -> Value {
    let all = [
        ("Bucket", "Where the runs are", json!({"Ref": "Bucket"})),
        ("Function", "What grades a student", json!({"Ref": "Function"})),
        ("Machine", "What runs a class", json!({"Ref": "Machine"})),
        (
            "FunctionRole",
            "Who enters the students' accounts",
            json!({"Fn::GetAtt": ["FunctionRole", "Arn"]}),
        ),
    ];
    let named = |(name, description, value): (&str, &str, Value)| {
        (name.to_owned(), json!({"Description": description, "Value": value}))
    };
    Value::Object(all.into_iter().map(named).collect::<Map<_, _>>())
}

fn with_version(statements: Vec<Value>) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// A text in which CloudFormation puts names and ARNs; the name that is ours is put in here.
fn substituted(text: &str) -> Value {
    json!({"Fn::Sub": text.replace("{ROLE_NAME}", ROLE_NAME)})
}

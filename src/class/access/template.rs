//! The CloudFormation template of the role with which a professor checks a student's account.

use crate::class::roster::ROLE_NAME;
use crate::course::Lab;
use crate::permissions::{PolicyPlace, Purpose, Unscoped, policy};
use crate::yaml;
use serde_json::{Map, Value, json};

/// The stack that a student makes of the template.
pub const STACK: &str = "edemlab-access";

/// The template's only parameter.
pub const PARAMETER: &str = "ExternalId";

/// All policies inside of a role, without white space; see
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
const INLINE: usize = 10_240;

/// One managed policy.
const MANAGED: usize = 6_144;

/// Managed policies of a role, unless the account was granted more.
const ATTACHED: usize = 10;

/// Why there is no template.
#[derive(Debug, thiserror::Error)]
pub enum AccessTemplateError {
    /// A mistake in the program.
    #[error(transparent)]
    Unscoped(#[from] Unscoped),
    /// More than a role can hold.
    #[error("the labs need {0} managed policies, and a role can have {ATTACHED}: make a template for fewer labs")]
    TooLarge(usize),
}

/// The template, as YAML: one role, which may do what `labs` need (without their probes when `probe` is false), read what
/// they cost and when they were changed, and which only the account `professor` can assume, and only with the student's own external ID.
///
/// # Errors
/// When no role could hold that.
pub fn template(labs: &[&Lab], probe: bool, professor: &str) -> Result<String, AccessTemplateError> {
    let place = PolicyPlace {
        partition: Some("${AWS::Partition}".to_owned()),
        ..PolicyPlace::default()
    };
    let purpose = match probe {
        true => Purpose::Check,
        false => Purpose::Look,
    };
    // When it was changed and what it costs is read by few actions more, and none that changes anything.
    let allowed = policy(labs, &[purpose, Purpose::Trail, Purpose::Costs], &place)?;
    let statements = allowed["Statement"].as_array().cloned().unwrap_or_default();
    let titles: Vec<&str> = labs.iter().map(|lab| lab.id.as_str()).collect();
    let mut text = format!(
        "# With this role, account {professor} can check your labs, and see what they cost and when they were changed: {}. It can do nothing else.\n\
         # To take it back, delete the stack.\n",
        titles.join(", ")
    );
    text.push_str(&yaml::text(&document(statements, professor)?));
    Ok(text)
}

fn document(statements: Vec<Value>, professor: &str) -> Result<Value, AccessTemplateError> {
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": substituted(&format!("arn:${{AWS::Partition}}:iam::{professor}:root"))},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": {"Ref": PARAMETER}}},
    }]});
    let mut role = json!({
        "RoleName": ROLE_NAME,
        "Description": "Lets the labs of this account be checked",
        "AssumeRolePolicyDocument": trust,
    });
    let mut resources = Map::new();
    if size(&statements) <= INLINE {
        role["Policies"] = json!([{"PolicyName": ROLE_NAME, "PolicyDocument": with_version(statements)}]);
    } else {
        let policies = split(statements, MANAGED);
        if policies.len() > ATTACHED {
            return Err(AccessTemplateError::TooLarge(policies.len()));
        }
        let mut attached = Vec::new();
        for (number, statements) in policies.into_iter().enumerate() {
            let name = format!("Policy{}", number + 1);
            attached.push(json!({"Ref": name}));
            let properties = json!({"PolicyDocument": with_version(statements)});
            resources.insert(
                name,
                json!({"Type": "AWS::IAM::ManagedPolicy", "Properties": properties}),
            );
        }
        role["ManagedPolicyArns"] = Value::Array(attached);
    }
    resources.insert("Role".to_owned(), json!({"Type": "AWS::IAM::Role", "Properties": role}));
    Ok(json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "The role with which edemlab checks the labs of this account",
        "Parameters": {PARAMETER: {
            "Type": "String",
            "Description": "The identifier that you were given. It is yours alone.",
            // What AWS allows in an external ID; see
            // <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>.
            "AllowedPattern": r"^[\w+=,.@:/-]{2,1224}$",
            "ConstraintDescription": "the identifier that you were given, without spaces",
            // A link cannot fill in what is not shown.
            "NoEcho": false,
        }},
        "Resources": resources,
        "Outputs": {"RoleArn": {
            "Description": "The role",
            "Value": {"Fn::GetAtt": ["Role", "Arn"]},
        }},
    }))
}

fn with_version(statements: Vec<Value>) -> Value {
    let substituted_in = statements.into_iter().map(|mut statement| {
        if let Some(resources) = statement["Resource"].as_array_mut() {
            resources
                .iter_mut()
                .for_each(|r| *r = substituted(r.as_str().unwrap_or_default()));
        }
        statement
    });
    json!({"Version": "2012-10-17", "Statement": substituted_in.collect::<Vec<_>>()})
}

/// A text in which CloudFormation puts the partition.
fn substituted(text: &str) -> Value {
    if text.contains("${") {
        json!({"Fn::Sub": text})
    } else {
        json!(text)
    }
}

/// The characters that count for AWS. The partition's name is shorter than what stands for it.
fn size(statements: &[Value]) -> usize {
    json!({"Version": "2012-10-17", "Statement": statements})
        .to_string()
        .len()
}

/// Statements in as few policies as hold them, in order.
fn split(statements: Vec<Value>, largest: usize) -> Vec<Vec<Value>> {
    let mut policies: Vec<Vec<Value>> = Vec::new();
    for statement in statements {
        for piece in pieces(statement, largest) {
            match policies.last_mut() {
                Some(last) if size(last) + piece.to_string().len() < largest => last.push(piece),
                _ => policies.push(vec![piece]),
            }
        }
    }
    policies
}

/// A statement that is too large for any policy, as two that each have half of its actions, and so on.
fn pieces(statement: Value, largest: usize) -> Vec<Value> {
    let actions = statement["Action"].as_array().cloned().unwrap_or_default();
    if actions.len() < 2 || size(std::slice::from_ref(&statement)) <= largest {
        return vec![statement];
    }
    let (first, second) = actions.split_at(actions.len() / 2);
    let half = |actions: &[Value], end: &str| {
        let mut half = statement.clone();
        half["Action"] = json!(actions);
        half["Sid"] = json!(format!("{}{end}", statement["Sid"].as_str().unwrap_or_default()));
        pieces(half, largest)
    };
    [half(first, "a"), half(second, "b")].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(number: usize, actions: usize) -> Value {
        let actions: Vec<String> = (0..actions).map(|n| format!("service:Action{n}")).collect();
        json!({"Sid": format!("S{number}"), "Effect": "Allow", "Action": actions, "Resource": ["*"]})
    }

    #[test]
    fn what_one_role_cannot_hold_is_split_and_nothing_is_lost() {
        let statements: Vec<Value> = (0..40).map(|n| statement(n, 12)).chain([statement(99, 700)]).collect();
        let count = |all: &[Value]| -> usize { all.iter().map(|s| s["Action"].as_array().unwrap().len()).sum() };
        let policies = split(statements.clone(), MANAGED);
        assert_eq!(policies.iter().map(|p| count(p)).sum::<usize>(), count(&statements));
        assert!(
            policies.len() > 2 && policies.iter().all(|p| size(p) <= MANAGED),
            "{}",
            policies.len()
        );
        let made = document(statements, "123456789012").unwrap();
        let attached = made["Resources"]["Role"]["Properties"]["ManagedPolicyArns"]
            .as_array()
            .unwrap();
        assert_eq!(attached.len(), policies.len());
        let much = (0..40).map(|n| statement(n, 120)).collect();
        assert!(matches!(document(much, "123456789012"), Err(AccessTemplateError::TooLarge(n)) if n > ATTACHED));
    }
}

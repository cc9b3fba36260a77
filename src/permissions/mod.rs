//! What may be asked of an account to check a lab: the least IAM policy, made from the kinds and verbs that the lab uses.

mod place;
mod scope;
mod stack;

pub use place::PolicyPlace;

use crate::cleanup;
use crate::course::Lab;
use crate::discover;
use crate::inventory::{self, services};
use crate::judge::reads_descriptions;
use crate::probe::VERBS;
use crate::trail;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// An IAM action that the policy's author does not know the resources of: a mistake in the program.
#[derive(Debug, thiserror::Error)]
#[error("no resources are listed for {0}: add it to src/permissions/scope.rs")]
pub struct Unscoped(&'static str);

/// What somebody wants to do with a lab in an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Check it, and send its probes through it.
    Check,
    /// Check it without its probes: this only reads.
    Look,
    /// Say when and by whom it was changed, where a class is graded: this only reads.
    Trail,
    /// Say what of it stands and what that costs: this only reads.
    Costs,
    /// Delete what it has made.
    Cleanup,
}

/// The least [policy](https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html) for all of `purposes` with all
/// of `labs`.
///
/// # Errors
/// When an action is not in the table of resources.
pub fn policy(labs: &[&Lab], purposes: &[Purpose], place: &PolicyPlace) -> Result<Value, Unscoped> {
    let mut by_resources: BTreeMap<Vec<String>, BTreeSet<&'static str>> = BTreeMap::new();
    let of = |lab: &&Lab| {
        purposes
            .iter()
            .flat_map(|purpose| actions(lab, *purpose))
            .collect::<Vec<_>>()
    };
    let all: BTreeSet<&'static str> = labs.iter().flat_map(of).collect();
    for action in all {
        let resources = scope::resources(action, place).ok_or(Unscoped(action))?;
        by_resources.entry(resources).or_default().insert(action);
    }
    let statements = by_resources.into_iter().enumerate().map(|(number, (resources, actions))| {
        json!({"Sid": format!("Edemlab{}", number + 1), "Effect": "Allow", "Action": actions, "Resource": resources})
    });
    Ok(json!({"Version": "2012-10-17", "Statement": statements.collect::<Vec<_>>()}))
}

/// The policy for rehearsing `lab`: its check, a list of all that stands, and a stack called `stack` of its solution.
///
/// # Errors
/// When an action is not in the table of resources, or nothing is known of a service that the solution uses.
pub fn rehearsal_policy(lab: &Lab, stack: &str, place: &PolicyPlace) -> Result<Value, RehearsalPolicyError> {
    let mut document = policy(&[lab], &[Purpose::Check, Purpose::Costs], place)?;
    let solution = lab.solution.as_ref().unwrap_or(&Value::Null);
    let (statements, unknown) = stack::statements(solution, stack, place);
    if !unknown.is_empty() {
        return Err(RehearsalPolicyError::Service(unknown.join(", ")));
    }
    if let Some(all) = document["Statement"].as_array_mut() {
        all.extend(statements);
    }
    Ok(document)
}

/// Why there is no policy for a rehearsal.
#[derive(Debug, thiserror::Error)]
pub enum RehearsalPolicyError {
    /// An action without resources.
    #[error(transparent)]
    Unscoped(#[from] Unscoped),
    /// A service that CloudFormation is not known to need permissions for.
    #[error(
        "which permissions CloudFormation needs for {0} is not known: rehearse with an administrator's credentials"
    )]
    Service(String),
}

/// Every action that may be called for a purpose.
fn actions(lab: &Lab, purpose: Purpose) -> BTreeSet<&'static str> {
    if purpose == Purpose::Trail {
        return trail::ACTIONS.into();
    }
    let mut actions = BTreeSet::new();
    for resource in lab.resources.values() {
        let Some(kind) = discover::kind(&resource.kind) else {
            continue;
        };
        actions.extend(kind.actions);
        if let Some(description) = kind.describe.as_ref().filter(|_| reads_descriptions(lab, resource)) {
            actions.extend(description.actions);
        }
    }
    if purpose == Purpose::Cleanup {
        actions.extend(inventory::removal_actions());
        actions.extend(cleanup::TAG_ACTIONS);
    }
    if matches!(purpose, Purpose::Costs | Purpose::Cleanup) {
        actions.extend(services().iter().flat_map(|service| service.actions));
    }
    if purpose == Purpose::Check {
        for (name, role) in lab.verbs() {
            let used = VERBS.iter().filter(|v| v.name == name && v.spec().role == role);
            actions.extend(used.flat_map(|v| v.actions));
        }
    }
    actions
}

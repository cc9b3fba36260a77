//! Which faults a rehearsal cannot show, and why: it changes one stack on AWS, where CloudFormation and the services have rules that a
//! new stack in a sandbox does not meet.

use super::deviation::CheckAs;
use super::fault::Fault;
use super::step::Lab;
use serde_json::Value;

/// Why a rehearsal cannot show a fault, after "the fault `x` cannot be rehearsed: ".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Unrehearsed {
    /// The course says so.
    #[error("{0}")]
    Said(String),
    /// Something of it is elsewhere.
    #[error("it is in another region, and a rehearsal has one stack in one region")]
    OtherRegion,
    /// It is judged with other credentials.
    #[error("it is checked as the root user, and a rehearsal checks as its user")]
    AsRoot,
    /// What differs is not made by CloudFormation.
    #[error("CloudFormation would change nothing: it differs from the solution only in what the sandbox reads")]
    NoChange,
    /// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html>.
    #[error("CloudFormation gives no resource another type while its stack stands, and this gives {0} another")]
    OtherType(String),
    /// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html>.
    #[error("the template has no new deployment, so the stage would go on serving the API as it was")]
    OldDeployment,
}

/// What a deployment of an API has copied, by CloudFormation's types.
const DEPLOYED: [&str; 7] = [
    "AWS::ApiGateway::Authorizer",
    "AWS::ApiGateway::GatewayResponse",
    "AWS::ApiGateway::Method",
    "AWS::ApiGateway::Model",
    "AWS::ApiGateway::RequestValidator",
    "AWS::ApiGateway::Resource",
    "AWS::ApiGateway::RestApi",
];

impl Lab {
    /// Why a rehearsal cannot show a fault of this lab, where it cannot.
    pub fn unrehearsed(&self, fault: &Fault) -> Option<Unrehearsed> {
        if let Some(reason) = &fault.unrehearsed {
            return Some(Unrehearsed::Said(reason.clone()));
        }
        if !fault.deviation.is_in_one_region() {
            return Some(Unrehearsed::OtherRegion);
        }
        if fault.deviation.check_as != CheckAs::Student {
            return Some(Unrehearsed::AsRoot);
        }
        let solution = self.solution.as_ref()?;
        // What does not fit the solution is a mistake of the course, and said as one.
        let templates = fault.deviation.templates(solution).ok()?;
        if templates.iter().all(|template| is_same_to_aws(solution, template)) {
            return Some(Unrehearsed::NoChange);
        }
        let is_served = fault.fails.iter().any(|id| self.rests_on_an_event(id));
        templates.iter().find_map(|template| {
            let old = is_served && changes_behind_a_deployment(solution, template);
            let other = other_type(solution, template).map(Unrehearsed::OtherType);
            other.or(old.then_some(Unrehearsed::OldDeployment))
        })
    }

    /// Whether a check is judged by what an event met.
    fn rests_on_an_event(&self, id: &str) -> bool {
        let probes = self.steps.iter().filter_map(|step| step.probe.as_ref());
        let is_hop = probes.flat_map(|probe| &probe.hops).any(|hop| hop.check.id == id);
        is_hop || self.check(id).is_some_and(|check| check.proof.is_some())
    }
}

/// The resources of a template, by their names.
fn resources(template: &Value) -> impl Iterator<Item = (&String, &Value)> {
    template["Resources"].as_object().into_iter().flatten()
}

/// Whether two templates differ in nothing that CloudFormation makes.
fn is_same_to_aws(one: &Value, other: &Value) -> bool {
    let without = |template: &Value| {
        let mut sections = template.as_object().cloned().unwrap_or_default();
        sections.retain(|name, _| !["Metadata", "Description"].contains(&name.as_str()));
        sections
    };
    without(one) == without(other)
}

/// A resource that has another type in `template`.
fn other_type(solution: &Value, template: &Value) -> Option<String> {
    let is_other = |(name, resource): &(&String, &Value)| {
        let before = &solution["Resources"][name.as_str()]["Type"];
        !before.is_null() && *before != resource["Type"]
    };
    resources(template).find(is_other).map(|(name, _)| name.clone())
}

/// Whether `template` changes an API and keeps the deployment that the solution made of it.
fn changes_behind_a_deployment(solution: &Value, template: &Value) -> bool {
    let both = |name: &str| [solution, template].map(|template| &template["Resources"][name]);
    let is_kept = |(name, resource): (&String, &Value)| {
        resource["Type"] == "AWS::ApiGateway::Deployment" && template["Resources"][name.as_str()] == *resource
    };
    let is_deployed = |resource: &Value| resource["Type"].as_str().is_some_and(|of| DEPLOYED.contains(&of));
    let is_changed = |(name, _): (&String, &Value)| {
        let [before, after] = both(name);
        before != after && (is_deployed(before) || is_deployed(after))
    };
    resources(solution).any(is_kept) && resources(solution).chain(resources(template)).any(is_changed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_a_new_deployment_shows_a_change_of_an_api() {
        let solution = json!({"Resources": {
            "Api": {"Type": "AWS::ApiGateway::RestApi"},
            "Post": {"Type": "AWS::ApiGateway::Method", "Properties": {"HttpMethod": "POST"}},
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "a"}},
            "Deployed": {"Type": "AWS::ApiGateway::Deployment", "DependsOn": "Post"},
        }});
        let with = |path: &str, value: Value| {
            let mut template = solution.clone();
            *template.pointer_mut(path).expect("it is there") = value;
            template
        };
        let is_old = |template: &Value| changes_behind_a_deployment(&solution, template);
        assert!(is_old(&with("/Resources/Post/Properties/HttpMethod", "GET".into())));
        assert!(!is_old(&with("/Resources/Role/Properties/RoleName", "b".into())));
        let mut redeployed = with("/Resources/Post/Properties/HttpMethod", "GET".into());
        let resources = redeployed["Resources"].as_object_mut().expect("resources");
        let deployed = resources.remove("Deployed").expect("it is there");
        resources.insert("DeployedAgain".to_owned(), deployed);
        assert!(!is_old(&redeployed));
    }

    #[test]
    fn what_only_the_sandbox_reads_is_no_change_and_a_type_stays() {
        let solution = json!({"Metadata": {"edemlab": {}}, "Resources": {"A": {"Type": "AWS::SNS::Topic"}}});
        assert!(is_same_to_aws(
            &solution,
            &json!({"Resources": {"A": {"Type": "AWS::SNS::Topic"}}})
        ));
        let other = json!({"Resources": {"A": {"Type": "AWS::SQS::Queue"}, "B": {"Type": "AWS::SNS::Topic"}}});
        assert!(!is_same_to_aws(&solution, &other));
        assert_eq!(other_type(&solution, &other).as_deref(), Some("A"));
    }
}

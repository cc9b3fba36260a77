//! What a rehearsal will do: which parts and faults, how long it takes and what it costs at most.

use super::record::Record;
use super::subject::Subject;
use crate::account::Account;
use crate::costs::{Unit, price};
use crate::course::{Fault, Lab, SolutionPart, UnknownName, Unrehearsed};
use crate::inventory::{Charge, hourly};
use crate::judge::{Options, Standing, standing};
use crate::redact;
use crate::report::text::visible;
use crate::stack::Parameters;
use rust_decimal::Decimal;
use serde_json::Value;
use std::collections::BTreeMap;

/// What the user has chosen.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// The parts that are made.
    pub with: Vec<String>,
    /// The parts that are said to be left out, as they are anyway.
    pub without: Vec<String>,
    /// Only these faults.
    pub faults: Vec<String>,
    /// Every fault that can be rehearsed.
    pub all: bool,
    /// The address that gets the mails of the lab.
    pub email: Option<String>,
}

/// Why nothing can be rehearsed in this way.
#[derive(Debug, thiserror::Error)]
pub enum ChoiceError {
    /// The lab has no such part or fault.
    #[error(transparent)]
    Unknown(#[from] UnknownName),
    /// It has no solution.
    #[error("the lab {0} has no `labs/{0}/solution.yaml` to rehearse")]
    NoSolution(String),
    /// A part is wanted, and is not.
    #[error("--with {0} and --without {0} cannot both be: leave one out")]
    WithAndWithout(String),
    /// This fault needs a part that is left out.
    #[error("the fault `{fault}` is about a part that is left out: add `--with {part}`")]
    NeedsPart {
        /// The fault.
        fault: String,
        /// The part.
        part: String,
    },
    /// A change of the stack does not show this fault.
    #[error("the fault `{fault}` cannot be rehearsed: {reason}; leave it out")]
    Unrehearsed {
        /// The fault.
        fault: String,
        /// Why.
        reason: Unrehearsed,
    },
    /// The lab sends mails, and nobody reads them at its default address.
    #[error(
        "the lab sends mails, and AWS first asks their reader for a click: say with --email ADDRESS where you will read them"
    )]
    NoAddress,
    /// What was said is no address: AWS would take it, and no click would ever come.
    #[error(
        "`{0}` is no e-mail address: say with --email where you will read the lab's mails, such as --email you@example.org"
    )]
    NotAnAddress(String),
    /// It sends none.
    #[error("the solution of {0} sends no mail: leave --email out")]
    NoMail(String),
}

/// The name of the template's parameter for the address that gets mails.
pub const EMAIL: &str = "Email";

/// What a rehearsal will do.
pub struct Plan<'l> {
    /// The parts that are made.
    pub with: Vec<&'l SolutionPart>,
    /// The parts that are left out.
    pub without: Vec<&'l SolutionPart>,
    /// The template's parameters, without the address that gets the mails.
    pub parameters: Parameters,
    /// That address.
    pub email: Option<String>,
    /// The faults.
    pub faults: Vec<Subject<'l>>,
    /// The faults that are left out where all were wanted, by the reason.
    pub left_out: BTreeMap<String, Vec<&'l str>>,
    /// The resources that the stack has.
    pub resources: usize,
}

/// What one thing costs at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priced {
    /// What it is.
    pub what: String,
    /// US dollars an hour; nothing where there is no price for this region.
    pub hour: Option<Decimal>,
}

/// What is rehearsed of a lab.
pub struct Extent<'l> {
    /// The parts that are made.
    pub with: Vec<&'l SolutionPart>,
    /// The parts that are left out.
    pub without: Vec<&'l SolutionPart>,
    /// The faults.
    pub faults: Vec<Subject<'l>>,
    /// The faults that are left out where all were wanted, by the reason.
    pub left_out: BTreeMap<String, Vec<&'l str>>,
}

impl Choice {
    /// What of the lab this choice rehearses.
    ///
    /// # Errors
    /// When the lab has no such part, or a fault cannot be rehearsed.
    pub fn extent<'l>(&self, lab: &'l Lab) -> Result<Extent<'l>, ChoiceError> {
        let parts = || lab.parts.iter().map(|part| part.id.as_str());
        if let Some(unknown) = self
            .with
            .iter()
            .chain(&self.without)
            .find(|id| !parts().any(|part| part == id.as_str()))
        {
            return Err(UnknownName::new("part", unknown, parts()).into());
        }
        if let Some(both) = self.with.iter().find(|id| self.without.contains(id)) {
            return Err(ChoiceError::WithAndWithout(both.clone()));
        }
        let (with, without): (Vec<_>, Vec<_>) = lab.parts.iter().partition(|part| self.with.contains(&part.id));
        let (faults, left_out) = self.faults(lab, &without)?;
        Ok(Extent {
            with,
            without,
            faults,
            left_out,
        })
    }

    /// The plan of this choice.
    ///
    /// # Errors
    /// When it does not fit the lab.
    pub fn plan<'l>(&self, lab: &'l Lab) -> Result<Plan<'l>, ChoiceError> {
        let solution = lab
            .solution
            .as_ref()
            .ok_or_else(|| ChoiceError::NoSolution(lab.id.clone()))?;
        let Extent {
            with,
            without,
            faults,
            left_out,
        } = self.extent(lab)?;
        let mut parameters = Parameters::new();
        // Two parts may share a parameter: one that is made says what it is.
        for part in &without {
            parameters.insert(part.parameter.clone(), part.without.clone());
        }
        for part in &with {
            parameters.insert(part.parameter.clone(), part.with.clone());
        }
        let has_mail = !solution["Parameters"][EMAIL].is_null();
        match &self.email {
            Some(_) if !has_mail => return Err(ChoiceError::NoMail(lab.id.clone())),
            None if has_mail => return Err(ChoiceError::NoAddress),
            Some(address) if !is_reachable(address) => return Err(ChoiceError::NotAnAddress(visible(address))),
            _ => {}
        }
        let resources = made(solution, &parameters).len();
        Ok(Plan {
            with,
            without,
            parameters,
            email: self.email.clone(),
            faults,
            left_out,
            resources,
        })
    }

    /// The faults, and those that are left out of all.
    fn faults<'l>(&self, lab: &'l Lab, without: &[&SolutionPart]) -> Result<Faults<'l>, ChoiceError> {
        let (mut faults, mut left_out) = (Vec::new(), BTreeMap::<_, Vec<_>>::new());
        if self.faults.is_empty() {
            for fault in lab.faults.iter().filter(|fault| self.all || fault.is_rehearsed) {
                match shown(lab, fault, without) {
                    Ok(()) => faults.push(Subject::Fault(fault)),
                    Err(reason) if self.all => left_out
                        .entry(reason.in_plan())
                        .or_default()
                        .push(fault.deviation.id.as_str()),
                    Err(_) => {}
                }
            }
        }
        for id in &self.faults {
            let fault = lab.faults.iter().find(|fault| fault.deviation.id == *id);
            let fault = fault.ok_or_else(|| {
                let shown = lab.faults.iter().filter(|fault| shown(lab, fault, without).is_ok());
                UnknownName::new("fault", id, shown.map(|fault| fault.deviation.id.as_str()))
            })?;
            shown(lab, fault, without)?;
            faults.push(Subject::Fault(fault));
        }
        Ok((faults, left_out))
    }
}

type Faults<'l> = (Vec<Subject<'l>>, BTreeMap<String, Vec<&'l str>>);

/// Whether mail from AWS may reach an address: as written, without a name beside it, at a domain of the world.
pub fn is_reachable(address: &str) -> bool {
    let is_plain = |c: char| !c.is_control() && !"<>()[],;:\"\\".contains(c);
    let host = address.rsplit_once('@').map_or("", |(_, host)| host);
    redact::is_email(address)
        && address.chars().all(is_plain)
        && host.split('.').count() > 1
        && host.split('.').all(|label| !label.is_empty())
}

/// Whether a rehearsal without these parts can show a fault.
fn shown(lab: &Lab, fault: &Fault, without: &[&SolutionPart]) -> Result<(), ChoiceError> {
    let of_part = |id: &String, part: &SolutionPart| {
        part.checks.contains(id) || part.steps.iter().any(|step| id.starts_with(&format!("{step}.")))
    };
    let part_of = |id: &String| without.iter().find(|part| of_part(id, part));
    let id = || fault.deviation.id.clone();
    if let Some(reason) = lab.unrehearsed(fault) {
        return Err(ChoiceError::Unrehearsed { fault: id(), reason });
    }
    // What a fault does beside a part that is left out is seen all the same.
    match fault.fails.first().and_then(part_of) {
        Some(part) if fault.fails.iter().all(|id| part_of(id).is_some()) => Err(ChoiceError::NeedsPart {
            fault: id(),
            part: part.id.clone(),
        }),
        _ => Ok(()),
    }
}

impl ChoiceError {
    /// Why a fault is not among all, without its name.
    fn in_plan(&self) -> String {
        match self {
            Self::NeedsPart { part, .. } => format!("about a part that is left out; --with {part} adds them"),
            Self::Unrehearsed { reason, .. } => reason.to_string(),
            other => other.to_string(),
        }
    }
}

/// The tag of a rehearsal's stack.
pub const RUN_TAG: &str = "edemlab:rehearsal";

/// The name of the stack of a lab's rehearsal: always the same, so that one is found whose record is lost.
pub fn stack_name(lab: &str) -> String {
    format!("edemlab-rehearsal-{lab}")
}

/// Minutes that CloudFormation takes for a new stack of a lab, and for a change of it: what is usual, not a promise.
const MINUTES_OF_STACK: u64 = 5;
const MINUTES_OF_CHANGE: u64 = 2;

impl Plan<'_> {
    /// How long it takes on AWS, in minutes: an estimate from what is usual.
    pub fn minutes(&self, lab: &Lab) -> u64 {
        let waits = self
            .faults
            .iter()
            .map(|fault| fault.longest_wait(lab).as_secs())
            .sum::<u64>()
            / 60;
        let changes = 2 * MINUTES_OF_CHANGE * self.faults.len() as u64;
        let parts = self.with.iter().map(|part| u64::from(part.minutes)).sum::<u64>();
        2 * MINUTES_OF_STACK + changes + waits + parts
    }

    /// What costs by the hour, with what it costs in `region`.
    pub fn priced(&self, solution: &Value, region: &str) -> Vec<Priced> {
        let mut priced = Vec::new();
        for resource in made(solution, &self.parameters) {
            let of = resource["Type"].as_str().unwrap_or_default();
            for charge in hourly(of, &resource["Properties"]) {
                priced.push(Priced {
                    hour: usd_per_hour(&charge, region),
                    what: charge.what,
                });
            }
        }
        priced
    }
}

fn usd_per_hour(charge: &Charge, region: &str) -> Option<Decimal> {
    let price = price(charge.price).filter(|price| price.unit == Unit::Hour)?;
    Some(price.usd(region)? * charge.quantity)
}

/// The resources that a template makes with these parameters.
fn made<'t>(template: &'t Value, parameters: &Parameters) -> Vec<&'t Value> {
    let resources = template["Resources"].as_object().into_iter().flatten();
    let is_made = |resource: &&Value| match resource["Condition"].as_str() {
        Some(name) => holds(&template["Conditions"][name], template, parameters),
        None => true,
    };
    resources.map(|(_, resource)| resource).filter(is_made).collect()
}

/// Whether a [condition](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html)
/// holds. What cannot be worked out here is taken to hold: a plan rather says too much.
fn holds(condition: &Value, template: &Value, parameters: &Parameters) -> bool {
    let all = |of: &Value| of.as_array().cloned().unwrap_or_default();
    let value = |of: &Value| match of["Ref"].as_str() {
        Some(name) => match parameters.get(name) {
            Some(value) => Value::from(value.as_str()),
            None => template["Parameters"][name]["Default"].clone(),
        },
        None => of.clone(),
    };
    if let Some(name) = condition["Condition"].as_str() {
        return holds(&template["Conditions"][name], template, parameters);
    }
    let Some((function, arguments)) = condition.as_object().and_then(|c| c.iter().next()) else {
        return true;
    };
    match function.as_str() {
        "Fn::Equals" => value(&arguments[0]) == value(&arguments[1]),
        "Fn::Not" => !holds(&arguments[0], template, parameters),
        "Fn::And" => all(arguments).iter().all(|one| holds(one, template, parameters)),
        "Fn::Or" => all(arguments).iter().any(|one| holds(one, template, parameters)),
        _ => true,
    }
}

/// What of the lab stands in the account already: with it there, nobody could say what a check has seen.
pub async fn standing_already(lab: &Lab, account: &Account) -> (Vec<Standing>, Vec<String>) {
    let standings = standing(lab, account, &Options::default(), true).await;
    (standings.found, standings.unknown)
}

impl Record {
    /// The parts that it leaves out.
    pub fn without<'l>(&self, lab: &'l Lab) -> Vec<&'l SolutionPart> {
        lab.parts.iter().filter(|part| !self.parts.contains(&part.id)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_resource_is_made_as_its_condition_says() {
        let template = json!({
            "Parameters": {"Kind": {"Default": "a"}, "Off": {"Default": "no"}},
            "Conditions": {
                "IsA": {"Fn::Equals": [{"Ref": "Kind"}, "a"]},
                "IsB": {"Fn::Not": [{"Condition": "IsA"}]},
                "Both": {"Fn::And": [{"Condition": "IsB"}, {"Fn::Equals": [{"Ref": "Off"}, "yes"]}]},
                "One": {"Fn::Or": [{"Condition": "IsA"}, {"Condition": "Both"}]},
                "Unknown": {"Fn::Contains": [["x"], {"Ref": "Kind"}]},
            },
            "Resources": {
                "Always": {"Type": "1"}, "A": {"Type": "2", "Condition": "IsA"}, "B": {"Type": "3", "Condition": "IsB"},
                "C": {"Type": "4", "Condition": "Both"}, "D": {"Type": "5", "Condition": "One"},
                "E": {"Type": "6", "Condition": "Unknown"},
            },
        });
        let types = |parameters: &[(&str, &str)]| {
            let parameters = parameters
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect();
            let made = made(&template, &parameters);
            made.iter().filter_map(|one| one["Type"].as_str()).collect::<String>()
        };
        assert_eq!(types(&[]), "1256");
        assert_eq!(types(&[("Kind", "b")]), "136");
        assert_eq!(types(&[("Kind", "b"), ("Off", "yes")]), "13456");
    }
}

//! What the rules of a bus do with an event.

use super::facts::{ErrorFacts, ErrorSource};
use super::function_log::cut;
use super::verb::{Args, Clue, Verb, VerbFn, may, needs, text};
use crate::account::{Account, CallError};
use crate::discover::rules_with_targets;
use futures::FutureExt;
use serde_json::Value;

/// Each rule of the bus `bus`: its state, whether its pattern matches the event `event`, and where it points. Where none
/// sends the event to `target`, it cannot arrive there.
pub(super) const RULES: Verb = Verb {
    name: "events.rules",
    run: VerbFn::Evidence(|account, args, _| rules(account, args).boxed()),
    args: &[needs("bus"), needs("event"), may("target")],
    actions: &[
        "events:ListRules",
        "events:ListTargetsByRule",
        "events:TestEventPattern",
    ],
    brings: || Value::Null,
    secret: &[],
};

/// The code of a rule whose target hands over something else than the event, in which it may or may not be known again.
const TRANSFORMS: &str = "InputTransformer";

/// More rules are not shown.
const MAX_RULES_SHOWN: usize = 8;

async fn rules(account: &Account, args: &Args) -> Result<Clue, CallError> {
    let bus = text(args, "bus");
    let rules = rules_with_targets(account, bus, args.get("event")).await?;
    let lines = match rules.len() {
        0 => vec![format!("bus {bus} has no rule: whatever it is sent is gone")],
        _ => rules.iter().take(MAX_RULES_SHOWN).map(line).collect(),
    };
    let target = text(args, "target");
    let lost = (!target.is_empty()).then(|| lost(&rules, bus, target)).flatten();
    // What a target makes of the event may still be known again.
    let terminal = lost.as_ref().is_some_and(|(_, facts)| facts.code != TRANSFORMS);
    let (found, error) = lost.unzip();
    Ok(Clue {
        found,
        error,
        lines,
        terminal,
        ..Clue::default()
    })
}

/// Why no rule of the bus sends the event to the target; nothing where one does.
fn lost(rules: &[Value], bus: &str, target: &str) -> Option<(String, ErrorFacts)> {
    let points_there = |rule: &&Value| {
        let mut targets = rule["Targets"].as_array().into_iter().flatten();
        targets.any(|t| t["Arn"].as_str().is_some_and(|arn| arn.starts_with(target)))
    };
    let text = |rule: &Value, field: &str| rule[field].as_str().unwrap_or_default().to_owned();
    let is_on = |rule: &Value| text(rule, "State").starts_with("ENABLED");
    let facts = |code: &str, rule: Option<&Value>| ErrorFacts {
        rule: rule.map(|rule| text(rule, "Name")).unwrap_or_default(),
        ..ErrorFacts::seen(ErrorSource::Rules, code)
    };
    let there: Vec<&Value> = rules.iter().filter(points_there).collect();
    let sends = there.iter().filter(|rule| is_on(rule) && rule["Matches"] == true);
    let sends: Vec<&&Value> = sends.collect();
    if let Some(rule) = sends.first() {
        // One that hands over the event is enough.
        let changed: Option<Vec<_>> = sends.iter().map(|rule| hides(rule, target)).collect();
        let (name, (code, handed_over)) = (text(rule, "Name"), changed?.swap_remove(0));
        return Some((
            format!("rule {name} sends it there, but its target hands over {handed_over} in place of the event"),
            facts(code, Some(rule)),
        ));
    }
    Some(match there.first() {
        None => (
            format!("no rule of bus {bus} points there, so the event went nowhere"),
            facts("NoTarget", None),
        ),
        Some(rule) if rule["Matches"] != true => (
            format!("the pattern of rule {} does not match the event", text(rule, "Name")),
            facts("NoMatch", Some(rule)),
        ),
        Some(rule) => (
            format!("rule {} is {}", text(rule, "Name"), text(rule, "State")),
            facts("Disabled", Some(rule)),
        ),
    })
}

/// What the rule's target there is given in place of the event, as AWS names the setting; nothing where that is the event
/// or its detail. See <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html>.
fn hides(rule: &Value, target: &str) -> Option<(&'static str, String)> {
    let targets = rule["Targets"].as_array()?.iter();
    let there = targets.filter(|t| t["Arn"].as_str().is_some_and(|arn| arn.starts_with(target)));
    let settings = there.map(|target| {
        let setting = |name: &str| target[name].as_str().filter(|text| !text.is_empty());
        if target["InputTransformer"].is_object() {
            return Some((TRANSFORMS, "what its InputTransformer makes of it".to_owned()));
        }
        if setting("Input").is_some() {
            return Some(("Input", "a constant (Input)".to_owned()));
        }
        let path = setting("InputPath").filter(|path| !["$", "$.detail"].contains(path));
        path.map(|path| ("InputPath", format!("a part of it (InputPath {path})")))
    });
    settings.collect::<Option<Vec<_>>>()?.into_iter().next()
}

fn line(rule: &Value) -> String {
    let field = |name: &str| rule[name].as_str().unwrap_or_default();
    let matches = match rule["Matches"].as_bool() {
        Some(true) => "matches the event",
        Some(false) => "does not match the event",
        None => "has no pattern",
    };
    let targets: Vec<&str> = rule["Targets"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|t| t["Arn"].as_str())
        .collect();
    let targets = if targets.is_empty() {
        "no target".to_owned()
    } else {
        targets.join(", ")
    };
    cut(&format!(
        "rule {}: {}, {matches} ({}), to {targets}",
        field("Name"),
        field("State"),
        field("EventPattern")
    ))
}

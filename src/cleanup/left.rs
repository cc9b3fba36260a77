//! What is left of an account beside what a plan deletes: what may be the lab's, and what else is there.

use super::files::LabFiles;
use super::plan::{Other, Staying, also};
use super::stays::mentions;
use crate::inventory::Item;
use crate::judge::Standing;
use crate::survey::Survey;
use std::collections::BTreeSet;

/// What shows a sign of the lab, and is not the one that its checks judge.
pub(super) fn with_a_sign(survey: &Survey<'_>, items: &[&Item], planned: &BTreeSet<usize>) -> Vec<Staying> {
    let is_planned = |item: &Item| planned.iter().any(|place| std::ptr::eq(items[*place], item));
    let mut found = Vec::new();
    for region in &survey.regions {
        let standings = region.standings.iter().flat_map(|of| &of.found);
        for standing in standings.clone().filter(|one| !one.is_judged) {
            let item = region.listing.items.iter().find(|item| shows(standing, item));
            let Some(item) = item.filter(|item| !is_planned(item)) else {
                continue;
            };
            let judged = standings
                .clone()
                .find(|one| one.is_judged && one.resource == standing.resource)
                .map(|one| &one.name);
            let instead = match judged {
                Some(judged) => format!("but the checks judge {judged}"),
                None => "but the checks judge none".to_owned(),
            };
            let because = &standing.because;
            found.push(Staying::new(
                item,
                format!("it shows a sign of the lab ({because}), {instead}: {}", also(item)),
            ));
        }
    }
    found
}

fn shows(standing: &Standing, item: &Item) -> bool {
    item.of.kind == Some(standing.kind.as_str())
        && standing
            .arn
            .as_ref()
            .is_none_or(|arn| *arn == item.id || standing.id.is_some())
        && standing.id.as_ref().is_none_or(|id| *id == item.id)
        && standing.name == item.name
}

/// What may be the lab's although it shows no sign: it works on something of the lab, or has the name of one of its files.
pub(super) fn unsure(items: &[&Item], planned: &BTreeSet<usize>, files: &LabFiles) -> Vec<Staying> {
    let others = items.iter().enumerate().filter(|(place, _)| !planned.contains(place));
    let found = others.filter_map(|(_, item)| {
        let why = match works_on(items, planned, item) {
            Some(what) => format!("it works on {what} of the lab"),
            None if item.of.name == "AWS::Lambda::Function" && files.has_code(&item.name) => {
                "it has the name of a file of the lab".to_owned()
            }
            None => return None,
        };
        Some(Staying::new(
            item,
            format!("{why}, and shows no sign of the lab itself: {}", also(item)),
        ))
    });
    found.collect()
}

/// What of the lab it works on. That it has a role or a log group in common with the lab says nothing.
fn works_on(items: &[&Item], planned: &BTreeSet<usize>, item: &Item) -> Option<String> {
    let of_lab = planned.iter().map(|place| items[*place]);
    let mut of_lab = of_lab.filter(|of_lab| !of_lab.of.is_companion && of_lab.region == item.region);
    let found = of_lab.find(|of_lab| item.uses.contains(&of_lab.id) || mentions(item, of_lab))?;
    Some(format!("{} {}", found.of.noun, found.name))
}

/// What stands there beside, and is not touched.
pub(super) fn others(items: &[&Item], planned: &BTreeSet<usize>, staying: &[Staying]) -> Vec<Other> {
    let others = items.iter().enumerate().filter(|(place, _)| !planned.contains(place));
    let mut others: Vec<Other> = others
        .map(|(_, item)| *item)
        .filter(|item| !staying.iter().any(|one| one.is(item)))
        .map(Other::new)
        .collect();
    others.sort();
    others
}

//! Whose each thing is, and what it costs.

use super::month::Month;
use super::reckon::line;
use super::report::{Amounts, Charged, CostItem, CostLine, CostsReport};
use crate::account::Account;
use crate::inventory::{Item, WhileIdle};
use crate::survey::{Owner, Region, Survey, Wanted, owners};
use futures::{StreamExt, stream};

/// Things of which it is asked at once what they cost.
const ITEMS_AT_ONCE: usize = 8;

/// Adds what was seen to the report.
pub(super) async fn tally(wanted: &Wanted<'_>, survey: &Survey<'_>, month: &Month, report: &mut CostsReport) {
    report.unknown.extend(survey.regions.iter().flat_map(Region::unknown));
    let items = survey.items();
    let owners = owners(wanted, survey, |_, _| true, |_| None);
    let reckoned = stream::iter(items.iter().enumerate())
        .map(|(place, (account, item))| reckoned(account, item, owners.get(&place), month))
        .buffered(ITEMS_AT_ONCE)
        .collect::<Vec<_>>();
    for (item, why) in reckoned.await.into_iter().flatten() {
        report.unknown.extend(why.filter(|_| !item.lab.is_empty()));
        match item.lab.is_empty() {
            true => report.others.push(item),
            false => report.items.push(item),
        }
    }
}

/// An item with what it costs, and why that is not known. Nothing for what belongs to no lab and costs by what is done
/// with it.
async fn reckoned(
    account: &Account,
    item: &Item,
    owner: Option<&Owner>,
    month: &Month,
) -> Option<(CostItem, Option<String>)> {
    let (charged, charges) = match item.of.idle {
        WhileIdle::ByHour(charges) => (Charged::ByHour, charges(account, item).await),
        WhileIdle::ByContent(charges) if owner.is_some() => (Charged::ByContent, charges(account, item).await),
        WhileIdle::Nothing if owner.is_some() => (Charged::Nothing, Ok(Vec::new())),
        _ => return None,
    };
    let named = format!("{} {}", item.of.noun, item.name);
    let (lines, why) = match charges {
        Ok(charges) => {
            let lines: Vec<CostLine> = charges.iter().map(|c| line(c, &item.region, month)).collect();
            let unpriced = lines.iter().find(|line| line.amounts.is_none());
            let why = unpriced.map(|line| {
                let page = line
                    .page
                    .as_deref()
                    .map(|page| format!("; AWS's: {page}"))
                    .unwrap_or_default();
                format!(
                    "{named}: no price is known here for {} in {}{page}",
                    line.what, item.region
                )
            });
            (lines, why)
        }
        Err(error) => (Vec::new(), Some(format!("what {named} costs is not known: {error}"))),
    };
    let amounts = why
        .is_none()
        .then(|| lines.iter().filter_map(|line| line.amounts).sum());
    // Of a stranger's, only what costs is worth a word.
    if owner.is_none() && amounts == Some(Amounts::default()) {
        return None;
    }
    let item = CostItem {
        lab: owner.map(|owner| owner.lab.clone()).unwrap_or_default(),
        of: item.of.name,
        noun: item.of.noun,
        name: item.name.clone(),
        id: item.id.clone(),
        region: item.region.clone(),
        because: owner.map(|owner| owner.because.clone()).unwrap_or_default(),
        charged,
        lines,
        amounts,
    };
    Some((item, why))
}

/// Sorts, sums up, and says of when the prices are.
pub(super) fn finish(report: &mut CostsReport) {
    let hour = |item: &CostItem| item.amounts.map(|amounts| amounts.hour).unwrap_or_default();
    for items in [&mut report.items, &mut report.others] {
        items.sort_by(|a, b| {
            let order = |item: &CostItem| (item.charged, item.region.clone(), item.noun, item.name.clone());
            hour(b).cmp(&hour(a)).then_with(|| order(a).cmp(&order(b)))
        });
    }
    report.sum = report.items.iter().filter_map(|item| item.amounts).sum();
    let lines = report.items.iter().chain(&report.others).flat_map(|item| &item.lines);
    let dates: Vec<&String> = lines.filter_map(|line| line.as_of.as_ref()).collect();
    report.prices_of = dates
        .iter()
        .min()
        .zip(dates.iter().max())
        .map(|(old, new)| [(*old).clone(), (*new).clone()]);
    report.unknown.sort();
    report.unknown.dedup();
}

//! Whose each thing is, and what it costs.

use super::look::{Region, Wanted};
use super::month::Month;
use super::reckon::line;
use super::report::{Amounts, Charged, CostItem, CostLine, CostsReport};
use crate::account::Account;
use crate::inventory::{Item, Tie, WhileIdle, belonging};
use crate::judge::Standing;
use futures::{StreamExt, stream};
use std::collections::BTreeMap;

/// Things of which it is asked at once what they cost.
const ITEMS_AT_ONCE: usize = 8;

/// Adds what stands in `regions` to the report.
pub(super) async fn tally(wanted: &Wanted<'_>, regions: &[Region<'_>], month: &Month, report: &mut CostsReport) {
    report.unknown.extend(regions.iter().flat_map(Region::unknown));
    let items: Vec<(&Account, &Item)> = regions
        .iter()
        .flat_map(|region| region.listing.items.iter().map(|item| (region.account.account(), item)))
        .collect();
    let owners = owners(wanted, regions, &items);
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

/// Whose each thing is: the lab, and why.
struct Owner {
    lab: String,
    because: String,
}

/// Which of `items` belong to a lab. What shows signs of two belongs to the first.
fn owners(wanted: &Wanted<'_>, regions: &[Region<'_>], items: &[(&Account, &Item)]) -> BTreeMap<usize, Owner> {
    let mut owners = BTreeMap::new();
    let plain: Vec<&Item> = items.iter().map(|(_, item)| *item).collect();
    for (number, lab) in wanted.labs.iter().enumerate() {
        let roots = items.iter().enumerate().filter_map(|(place, (account, item))| {
            let here = regions
                .iter()
                .find(|region| std::ptr::eq(region.account.account(), *account))?;
            let shown = here.standings[number].found.iter().find(|one| is_item(one, item))?;
            Some((place, shown.because.clone()))
        });
        for (place, tie) in belonging(&plain, roots) {
            let named = |place: usize| format!("{} {}", plain[place].of.noun, plain[place].name);
            let because = match tie {
                Tie::Sign(sign) => sign,
                Tie::PartOf(owner) => format!("part of {}", named(owner)),
                Tie::UsedBy(user) => format!("made for {}", named(user)),
            };
            owners.entry(place).or_insert_with(|| Owner {
                lab: lab.id.clone(),
                because,
            });
        }
    }
    owners
}

/// Whether what shows a sign is this item.
fn is_item(standing: &Standing, item: &Item) -> bool {
    item.of.kind == Some(standing.kind.as_str())
        && match (&standing.arn, &standing.id) {
            (_, Some(id)) => *id == item.id,
            (Some(arn), None) => *arn == item.id,
            (None, None) => standing.name == item.name,
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

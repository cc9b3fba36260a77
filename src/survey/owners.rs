//! Whose each thing is.

use super::{Survey, Wanted};
use crate::inventory::{Item, Tie, belonging};
use crate::judge::Standing;
use std::collections::BTreeMap;

/// Whose something is, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The lab.
    pub lab: String,
    /// In words: a sign in the course's, or what it is a part of or was made for.
    pub because: String,
}

/// Which of what was seen belongs to a lab, by their places in [`Survey::items`]: what shows a sign that `counts`, the parts
/// of that, and what was made along with it. What shows signs of two labs belongs to the first, and so does what is `named`
/// for another reason.
pub fn owners(
    wanted: &Wanted<'_>,
    survey: &Survey<'_>,
    counts: impl Fn(&Standing, &Item) -> bool,
    named: impl Fn(&Item) -> Option<String>,
) -> BTreeMap<usize, Owner> {
    let mut owners = BTreeMap::new();
    let items: Vec<&Item> = survey.items().into_iter().map(|(_, item)| item).collect();
    for (number, lab) in wanted.labs.iter().enumerate() {
        let mut roots = Vec::new();
        let mut place = 0;
        for region in &survey.regions {
            for item in &region.listing.items {
                let mut shown = region.standings[number].found.iter().filter(|one| is_item(one, item));
                if let Some(shown) = shown.find(|one| counts(one, item)) {
                    roots.push((place, shown.because.clone()));
                } else if let Some(because) = named(item).filter(|_| number == 0) {
                    roots.push((place, because));
                }
                place += 1;
            }
        }
        for (place, tie) in belonging(&items, roots) {
            let named = |place: usize| format!("{} {}", items[place].of.noun, items[place].name);
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

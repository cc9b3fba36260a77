//! What belongs to a lab beside what shows its signs: the parts of that, and what was made along with it.

use super::item::Item;
use std::collections::{BTreeMap, HashMap, VecDeque};

/// Why something belongs to a lab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tie {
    /// It shows a sign of the lab: which, in the course's words.
    Sign(String),
    /// It is a part of this one.
    PartOf(usize),
    /// This one uses it, and it was made for what uses it.
    UsedBy(usize),
}

/// Which of `items` belong to a lab, by their places: `roots` show its signs.
pub fn belonging(items: &[&Item], roots: impl IntoIterator<Item = (usize, String)>) -> BTreeMap<usize, Tie> {
    let mut by_id: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut parts: HashMap<&str, Vec<usize>> = HashMap::new();
    for (place, item) in items.iter().enumerate() {
        by_id.entry(&item.id).or_default().push(place);
        item.part_of
            .iter()
            .for_each(|id| parts.entry(id).or_default().push(place));
    }
    let mut ties: BTreeMap<usize, Tie> = roots.into_iter().map(|(at, sign)| (at, Tie::Sign(sign))).collect();
    let mut open: VecDeque<usize> = ties.keys().copied().collect();
    while let Some(place) = open.pop_front() {
        let owner = items[place];
        let of_it = parts.get(owner.id.as_str()).into_iter().flatten();
        let of_it = of_it
            .filter(|part| are_together(items[**part], owner))
            .map(|part| (*part, Tie::PartOf(place)));
        let used = owner.uses.iter().filter_map(|id| by_id.get(id.as_str())).flatten();
        let used = used.filter(|one| items[**one].of.is_companion && are_together(items[**one], owner));
        let used = used.map(|one| (*one, Tie::UsedBy(place)));
        for (found, tie) in of_it.chain(used).collect::<Vec<_>>() {
            if let std::collections::btree_map::Entry::Vacant(free) = ties.entry(found) {
                free.insert(tie);
                open.push_back(found);
            }
        }
    }
    ties
}

/// Whether two things can be the ones that know each other: in one region, or one of them in none.
fn are_together(one: &Item, other: &Item) -> bool {
    one.region == other.region || one.region.is_empty() || other.region.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{Removal, ResourceType, WhileIdle};
    use serde_json::Value;

    const fn kind(name: &'static str, is_companion: bool) -> ResourceType {
        ResourceType {
            name,
            noun: name,
            kind: None,
            parts: &[],
            is_companion,
            idle: WhileIdle::Nothing,
            removal: Removal::WithOwner,
        }
    }
    const PLAIN: ResourceType = kind("plain", false);
    const COMPANION: ResourceType = kind("companion", true);

    fn item(of: &'static ResourceType, id: &str, region: &str, part_of: &[&str], uses: &[&str]) -> Item {
        let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        Item {
            of,
            name: id.to_owned(),
            id: id.to_owned(),
            region: region.to_owned(),
            made: String::new(),
            part_of: owned(part_of),
            uses: owned(uses),
            mentions: Vec::new(),
            document: Value::Null,
        }
    }

    #[test]
    fn parts_of_parts_and_companions_belong_and_nothing_else() {
        let items = [
            item(&PLAIN, "function", "here", &[], &["role", "log", "table"]),
            item(&PLAIN, "trigger", "here", &["function"], &[]),
            item(&COMPANION, "role", "", &[], &[]),
            item(&COMPANION, "log", "here", &[], &[]),
            item(&COMPANION, "log", "there", &[], &[]),
            item(&PLAIN, "table", "here", &[], &[]),
            item(&PLAIN, "part of the trigger", "here", &["trigger"], &[]),
            item(&PLAIN, "stranger", "here", &[], &["role"]),
        ];
        let items: Vec<&Item> = items.iter().collect();
        let ties = belonging(&items, [(0, "its code".to_owned())]);
        let expected = [
            (0, Tie::Sign("its code".to_owned())),
            (1, Tie::PartOf(0)),
            (2, Tie::UsedBy(0)),
            (3, Tie::UsedBy(0)),
            (6, Tie::PartOf(1)),
        ];
        assert_eq!(ties, BTreeMap::from(expected));
    }
}

//! A plan, `edemlab/cleanup-plan/1`: what will be deleted and what stays, as plain data.

use crate::inventory::{Item, Turn};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The name and version of this format.
pub const PLAN_SCHEMA: &str = "edemlab/cleanup-plan/1";

/// What will be deleted of a lab in an account, and what stays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Always `edemlab/cleanup-plan/1`.
    pub schema: String,
    /// The version of edemlab that made it.
    pub tool: String,
    /// The lab's id.
    pub lab: String,
    /// The account's twelve digits.
    pub account: String,
    /// The region in which the look around began.
    pub region: String,
    /// Whether every region was looked at.
    pub everywhere: bool,
    /// When, RFC 3339 in UTC.
    pub made: String,
    /// What will be deleted, in this order.
    pub deletions: Vec<Planned>,
    /// What may be the lab's and stays, and why.
    pub staying: Vec<Staying>,
    /// What else stands in the regions that were looked at, and shows no sign of the lab.
    #[serde(default)]
    pub others: Vec<Other>,
    /// What could not be read: there may be more of the lab there.
    pub unknown: Vec<String>,
    /// A digest of all the rest: a plan that was changed by hand is not applied.
    #[serde(default)]
    pub digest: String,
}

/// One thing that will be deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    /// When; nothing for what AWS deletes along with what it is part of.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub turn: Option<Turn>,
    /// CloudFormation's name of its type.
    #[serde(rename = "type")]
    pub of: String,
    /// The same in words.
    pub noun: String,
    /// Its name.
    pub name: String,
    /// Its ARN, or what AWS knows it by.
    pub id: String,
    /// Its region; empty for what belongs to none.
    pub region: String,
    /// When it was made, where its list says so: another one of the same name is another one.
    pub made: String,
    /// Why it is held to be the lab's.
    pub because: String,
    /// Whether it goes whatever it holds: the user has named it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_named: bool,
}

/// Something that stays.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Staying {
    /// What it is, in words.
    pub noun: String,
    /// Its name.
    pub name: String,
    /// Its ARN, or what AWS knows it by.
    pub id: String,
    /// Its region; empty for what belongs to none.
    pub region: String,
    /// Why it stays.
    pub why: String,
}

/// Something that is not touched.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Other {
    /// What it is, in words.
    pub noun: String,
    /// Its name.
    pub name: String,
    /// Its ARN, or what AWS knows it by.
    pub id: String,
    /// Its region; empty for what belongs to none.
    pub region: String,
}

impl Planned {
    /// Whether an item is what was planned for.
    pub fn is(&self, item: &Item) -> bool {
        self.of == item.of.name && self.id == item.id && self.region == item.region
    }

    /// Whether an item that has its name was made at another time.
    pub fn is_other_than(&self, item: &Item) -> bool {
        !self.made.is_empty() && !item.made.is_empty() && self.made != item.made
    }

    /// In words: "data stream clicks".
    pub fn named(&self) -> String {
        format!("{} {}", self.noun, self.name)
    }
}

impl Staying {
    /// An item that stays.
    pub fn new(item: &Item, why: impl Into<String>) -> Self {
        Self {
            noun: item.of.noun.to_owned(),
            name: item.name.clone(),
            id: item.id.clone(),
            region: item.region.clone(),
            why: why.into(),
        }
    }

    /// Whether an item is the one that stays.
    pub fn is(&self, item: &Item) -> bool {
        self.noun == item.of.noun && self.id == item.id && self.region == item.region
    }

    /// Whether another entry is about the same thing: one reason is enough.
    pub fn is_same(&self, other: &Self) -> bool {
        self.noun == other.noun && self.id == other.id && self.region == other.region
    }
}

impl Other {
    /// An item that is not touched.
    pub fn new(item: &Item) -> Self {
        Self {
            noun: item.of.noun.to_owned(),
            name: item.name.clone(),
            id: item.id.clone(),
            region: item.region.clone(),
        }
    }
}

impl Plan {
    /// As JSON.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a plan has only text keys")
    }

    /// With its digest.
    pub(super) fn sealed(self) -> Self {
        Self {
            digest: self.digest_of_rest(),
            ..self
        }
    }

    /// Whether it is as it was made.
    pub fn is_whole(&self) -> bool {
        self.digest == self.digest_of_rest()
    }

    fn digest_of_rest(&self) -> String {
        let rest = Self {
            digest: String::new(),
            ..self.clone()
        };
        let digest = Sha256::digest(rest.json());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// How the user says that something goes all the same.
pub(super) fn also(item: &Item) -> String {
    let name = shlex::try_quote(&item.name).unwrap_or_else(|_| item.name.as_str().into());
    format!("--also {name} deletes it too")
}

//! What a stored report rests on: the account and region that the roster named, the options, and the rules by which it
//! was judged. When any of it is corrected, the report is not that of the student any more.

use super::roster::{Access, Entry};
use crate::course::{CourseFiles, Lab};
use crate::judge::Options;
use crate::report::Report;
use crate::report::text::visible;
use serde::{Deserialize, Serialize};

/// What one report rests on, as it was asked for. Holds nothing that opens an account.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Premises {
    /// By which rules it was judged.
    pub rules: LabRules,
    /// The account that the roster promised.
    pub account: Option<String>,
    /// The way into the account: a role's ARN, a profile's name, or that there were keys. Empty where it is not known.
    pub access: String,
    /// The region that the roster or a flag named; nothing where it was looked for.
    pub region: Option<String>,
    /// What was judged.
    pub options: Options,
}

/// The rules of one lab: two reports with the same ones are judged alike.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabRules {
    /// The version of edemlab.
    pub tool: String,
    /// The digest of what decides a verdict in the lab; empty where it is not known.
    pub checks: String,
}

impl LabRules {
    /// Those of this program for a lab of a course.
    pub fn now(files: &CourseFiles, lab: &str) -> Self {
        Self {
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            checks: files.digest_of(lab),
        }
    }

    /// Those of a report of which nothing more is known.
    pub fn of(report: &Report) -> Self {
        Self {
            tool: report.tool.clone(),
            checks: String::new(),
        }
    }

    /// Whether these are other rules, as far as that is known.
    pub fn differ(&self, other: &Self) -> bool {
        let known = !self.checks.is_empty() && !other.checks.is_empty();
        self.tool != other.tool || (known && self.checks != other.checks)
    }
}

/// Keys that were handed in. Those of a session expire, so where the account is promised other keys are no other way.
const KEYS: &str = "keys";

impl Premises {
    /// What a report of `entry` in `lab` will rest on. `region` is that of the flag.
    pub fn of(entry: &Entry, lab: &Lab, rules: LabRules, region: Option<&str>, options: Options) -> Self {
        Self {
            rules,
            account: entry.account.clone(),
            access: access(entry),
            region: entry.region_of(&lab.id).or(region).map(str::to_owned),
            options,
        }
    }

    /// What has been corrected since `report` was made, in words; nothing where it is the report of these premises.
    /// `before` is what the report rested on; where that is not known, what the report itself says counts.
    pub fn corrected(&self, report: &Report, before: Option<&Self>) -> Vec<String> {
        let known = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let mut said = Vec::new();
        let mut differs = |what: &str, before: Option<String>, now: String| {
            let before = before.unwrap_or_else(|| "not known".to_owned());
            said.push(visible(&format!("{what} {before} → {now}")));
        };
        let account = known(&report.account).or_else(|| before?.account.clone());
        if let (Some(was), Some(now)) = (account, &self.account)
            && was != *now
        {
            differs("account", Some(was), now.clone());
        }
        let asked = before.map(|b| b.region.clone());
        match (known(&report.region).or_else(|| before?.region.clone()), &self.region) {
            (Some(was), Some(now)) if was != *now => differs("region", Some(was), now.clone()),
            // It could not be found; now it is named.
            (None, Some(now)) if asked == Some(None) => differs("region", None, now.clone()),
            (_, None) => {
                if let Some(Some(named)) = asked {
                    differs("region", Some(named), "where the lab is found".to_owned());
                }
            }
            _ => {}
        }
        if let Some(before) = before {
            if is_another_way(&before.access, &self.access) {
                differs("access", Some(before.access.clone()), self.access.clone());
            }
            for (what, was, now) in options(&before.options, &self.options) {
                differs(what, Some(was), now);
            }
        }
        said
    }
}

fn access(entry: &Entry) -> String {
    use sha2::{Digest, Sha256};
    match &entry.access {
        Access::Role { arn } => arn.clone(),
        Access::Profile(name) => format!("profile {name}"),
        Access::Keys(_) if entry.account.is_some() => KEYS.to_owned(),
        Access::Keys(keys) => {
            let hash = Sha256::digest(keys.access_key_id.as_bytes());
            let hash: String = hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
            format!("{KEYS} {hash}")
        }
        Access::Awaited(_) | Access::Nothing => String::new(),
    }
}

fn is_another_way(before: &str, now: &str) -> bool {
    let keys = |access: &str| access == KEYS;
    let unknown = before.is_empty() || now.is_empty();
    // Keys with a promised account and keys without one may be the same.
    let same_keys = before.starts_with(KEYS) && now.starts_with(KEYS) && (keys(before) || keys(now));
    before != now && !unknown && !same_keys
}

/// What was judged before and what would be judged now, where it differs.
fn options(before: &Options, now: &Options) -> Vec<(&'static str, String, String)> {
    let list = |all: &[String]| match all {
        [] => "none".to_owned(),
        all => all.join(" "),
    };
    let uses = |options: &Options| {
        let pairs = options.uses.iter().map(|(name, resource)| format!("{name}={resource}"));
        list(&pairs.collect::<Vec<_>>())
    };
    let probes = |options: &Options| if options.no_probe { "left out" } else { "sent" }.to_owned();
    let all = [
        ("probes", probes(before), probes(now)),
        ("steps", list(&before.steps), list(&now.steps)),
        ("skipped steps", list(&before.skip), list(&now.skip)),
        ("use", uses(before), uses(now)),
    ];
    all.into_iter().filter(|(_, before, now)| before != now).collect()
}

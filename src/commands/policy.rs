//! `edemlab policy`: the least permissions for what is done with a lab.

use super::common;
use crate::account::partition::Partition;
use crate::cli::{PolicyArgs, PolicyFor};
use crate::course::Part;
use crate::permissions::{PolicyPlace, Purpose, policy, rehearsal_policy};
use crate::rehearsal::stack_name;
use std::path::PathBuf;

pub fn run(course: Option<PathBuf>, args: PolicyArgs) -> anyhow::Result<u8> {
    let part = match args.purpose {
        PolicyFor::Rehearsal => Part::Solution,
        _ => Part::Checks,
    };
    let course = common::course(course, part)?;
    let lab = course.lab(&args.lab)?;
    let place = PolicyPlace {
        partition: args
            .region
            .as_deref()
            .map(|region| Partition::of_region(region).id.to_owned()),
        account: args.account.map(|account| account.as_str().to_owned()),
        region: args.region,
    };
    let checked = match args.no_probe {
        true => Purpose::Look,
        false => Purpose::Check,
    };
    let purposes: &[Purpose] = match args.purpose {
        PolicyFor::Check => &[checked],
        PolicyFor::Grade => &[checked, Purpose::Trail],
        PolicyFor::Costs => &[Purpose::Costs],
        PolicyFor::Cleanup => &[Purpose::Cleanup],
        PolicyFor::Rehearsal => &[],
    };
    let document = match args.purpose {
        PolicyFor::Rehearsal => rehearsal_policy(lab, &stack_name(&lab.id), &place)?,
        _ => policy(&[lab], purposes, &place)?,
    };
    super::output::print(&serde_json::to_string_pretty(&document)?)
}

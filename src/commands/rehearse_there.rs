//! What is there when a rehearsal is to begin: the record of an earlier one, its stack, other work of the lab.

use super::output::{note, tell};
use super::{common, confirming};
use crate::account::{Account, ConnectError, Identity};
use crate::cli::RehearseArgs;
use crate::course::{CheckAs, Lab};
use crate::redact;
use crate::rehearsal::{
    Choice, ChoiceError, Extent, Folder, RUN_TAG, Record, is_reachable, stack_name, standing_already,
};
use crate::report::text::{visible, wrapped};
use crate::stack::Stack;
use anyhow::{anyhow, bail};
use std::collections::BTreeSet;
use std::time::Duration;

/// So many parts or faults are named; the others are counted.
const NAMED: usize = 5;

/// Whether a record that is there can go on with these arguments.
///
/// # Errors
/// When it is of something else, or has ended.
pub(super) fn fits(
    record: &Record,
    lab: &Lab,
    args: &RehearseArgs,
    folder: &Folder,
    clean_up: &str,
) -> anyhow::Result<()> {
    let file = folder.record();
    if record.lab != lab.id {
        bail!(
            "{} is of a rehearsal of {}: name another folder with --out",
            file.display(),
            visible(&record.lab)
        );
    }
    if record.stack != stack_name(&lab.id) {
        bail!(
            "{} was changed by hand: it names the stack {}, and a rehearsal's is {}",
            file.display(),
            visible(&record.stack),
            stack_name(&lab.id)
        );
    }
    if args.clean_up {
        return Ok(());
    }
    if record.is_found_only() {
        bail!(
            "{} is of a clean-up that is not finished: finish it with {clean_up}",
            file.display()
        );
    }
    if record.has_ended() {
        bail!(
            "the rehearsal in {} has ended: its page is beside it; for a new one, name another folder with --out",
            file.display()
        );
    }
    Ok(())
}

/// Whether what is said now is what the rehearsal was planned with: where nothing is said, it goes on as planned.
///
/// # Errors
/// When something else was chosen, or what does not fit the lab.
pub(super) fn goes_on_with(
    record: &Record,
    lab: &Lab,
    choice: &Choice,
    folder: &Folder,
    clean_up: &str,
) -> anyhow::Result<()> {
    let other = |planned: &str, flags: &str| {
        anyhow!(
            "the rehearsal in {} has begun {planned}. To go on with it, leave out {flags}; to begin another one, first end it: \
             {clean_up}, and then name another folder with --out",
            folder.record().display()
        )
    };
    match (&choice.email, &record.email) {
        (None, _) => {}
        (Some(_), None) => return Err(ChoiceError::NoMail(lab.id.clone()).into()),
        (Some(said), _) if !is_reachable(said) => return Err(ChoiceError::NotAnAddress(visible(said)).into()),
        // The record keeps it masked.
        (Some(said), Some(planned)) if *planned == redact::endpoint("email", said) => {}
        (Some(_), Some(planned)) => return Err(other(&format!("with the address {}", visible(planned)), "--email")),
    }
    let says_parts = !choice.with.is_empty() || !choice.without.is_empty();
    let says_faults = choice.all || !choice.faults.is_empty();
    if !says_parts && !says_faults {
        return Ok(());
    }
    let with = match says_parts {
        true => choice.with.clone(),
        false => record.parts.clone(),
    };
    let wanted = Choice { with, ..choice.clone() };
    let Extent { with, faults, .. } = wanted.extent(lab)?;
    let with: BTreeSet<&str> = with.iter().map(|part| part.id.as_str()).collect();
    let planned: BTreeSet<&str> = record.parts.iter().map(String::as_str).collect();
    let is_planned = faults
        .iter()
        .map(|fault| fault.id())
        .eq(record.faults.iter().map(String::as_str));
    match (with == planned, is_planned || !says_faults) {
        (true, true) => Ok(()),
        (false, _) if record.parts.is_empty() => Err(other("without any part", "--with")),
        (false, _) => Err(other(&named("with", &record.parts), "--with and --without")),
        (true, false) => Err(other(&named("with the faults", &record.faults), "--fault and --all")),
    }
}

fn named(before: &str, names: &[String]) -> String {
    match names.len() {
        0 => format!("{before} none"),
        1..=NAMED => visible(&format!("{before} {}", names.join(", "))),
        more => visible(&format!(
            "{before} {} and {} more",
            names[..NAMED].join(", "),
            more - NAMED
        )),
    }
}

/// Where the course has the root user's credentials for a fault, they cannot earn full marks: known before anything is made.
///
/// # Errors
/// When the credentials are the root user's, and that fails a check of the lab.
pub(super) fn refuse_root(lab: &Lab, identity: &Identity) -> anyhow::Result<()> {
    let of_root = lab
        .faults
        .iter()
        .find(|fault| fault.deviation.check_as == CheckAs::Root);
    match of_root {
        Some(fault) if identity.arn.ends_with(":root") && !fault.fails.is_empty() => bail!(
            "these credentials are those of the root user of account {}, and {} fails with them: use a user's or a role's",
            identity.account,
            fault.fails.join(", ")
        ),
        _ => Ok(()),
    }
}

/// With work of the lab in the account nobody could say which of two resources a check has judged.
///
/// # Errors
/// When there is any, or a rehearsal's stack.
pub(super) async fn refuse_what_is_there(
    lab: &Lab,
    account: &Account,
    record: &Record,
    clean_up: &str,
) -> anyhow::Result<()> {
    let stack = Stack::new(account, &record.stack, Duration::from_secs(60));
    let tag = stack.tag(RUN_TAG).await;
    match tag.map_err(|error| ConnectError::from((error, None)))? {
        None => {}
        Some(None) => bail!(
            "there is a stack {} already, and it is no rehearsal's: it has no tag {RUN_TAG}. Rehearse in another region or account, or \
             delete it yourself",
            record.stack
        ),
        Some(Some(_)) => bail!(
            "there is a stack {} already, of another rehearsal, which may be under way: name the folder of that with --out. If its \
             folder is lost, this shows what it has, and deletes it: {clean_up}",
            record.stack
        ),
    }
    let (found, unknown) = standing_already(lab, account).await;
    for standing in &found {
        let text = format!("{} ({})", visible(&standing.name), visible(&standing.because));
        note(&wrapped(&text, common::width(), "  "));
    }
    if !found.is_empty() {
        bail!(
            "{} of the lab {} in {}: a check could take one for the rehearsal's. Rehearse in another account, or delete your own \
             work first: edemlab cleanup {}",
            if found.len() == 1 {
                "this resource is"
            } else {
                "these resources are"
            },
            lab.id,
            account.region(),
            lab.id
        );
    }
    for reason in &unknown {
        note(&wrapped(
            &format!("not known whether work of the lab is here: {}", visible(reason)),
            common::width(),
            "  ",
        ));
    }
    Ok(())
}

/// What `--clean-up` finds without a record.
pub(super) enum Found {
    /// A rehearsal's stack, which is deleted.
    Wanted(Box<Record>),
    /// Nothing, or what stays; and the exit status.
    Stays(u8),
}

/// What a run has left whose record is lost: its stack, by its name and its tag.
pub(super) async fn found(lab: &Lab, account: &Account, record: Record, yes: bool) -> anyhow::Result<Found> {
    let stack = Stack::new(account, &record.stack, Duration::from_secs(60));
    let tag = stack.tag(RUN_TAG).await;
    let place = format!("account {}, {}", record.account, record.region);
    let run = match tag.map_err(|error| ConnectError::from((error, None)))? {
        None => {
            let text = format!(
                "There is no stack {} in {place}: nothing is left of a rehearsal here.",
                record.stack
            );
            tell(&wrapped(&text, common::width(), " "));
            return Ok(Found::Stays(0));
        }
        Some(None) => bail!(
            "the stack {} in {place} is no rehearsal's: it has no tag {RUN_TAG}, so it is not touched",
            record.stack
        ),
        Some(Some(run)) => run,
    };
    let resources = stack
        .resources()
        .await
        .map_err(|error| ConnectError::from((error, None)))?;
    let text = format!(
        "The stack {} in {place} is of a rehearsal of {} whose record is not in this folder. If that rehearsal is under way, stop it \
         there instead. It has:",
        record.stack, lab.id
    );
    tell(&wrapped(&text, common::width(), " "));
    for resource in &resources {
        let text = format!("{} {}", resource.of, visible(&resource.physical_id));
        tell(&wrapped(&text, common::width(), "   "));
    }
    let answer = confirming::ask_yes(yes, "delete all of it")?;
    Ok(match answer.declined("Nothing was deleted.", "delete all of it") {
        Some(status) => Found::Stays(status),
        None => Found::Wanted(Box::new(Record { run, ..record })),
    })
}

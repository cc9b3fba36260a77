//! A rehearsal for a terminal.

use super::outcome::{CleanUp, Trial};
use super::plan::{Plan, Priced};
use super::record::Record;
use crate::course::Lab;
use crate::report::lines::Lines;
use crate::report::text::{visible, wrapped};
use colored::Colorize;
use rust_decimal::Decimal;

/// The plan as it is shown before anything is made. `priced` is what costs by the hour.
pub fn render_plan(lab: &Lab, plan: &Plan<'_>, record: &Record, priced: &[Priced], width: usize) -> String {
    let mut page = Lines::new(width);
    let title = format!(
        "Rehearsal of {} in account {}, {}",
        lab.id, record.account, record.region
    );
    page.line(&wrapped(&title, page.width, "").bold().to_string());
    page.line("");
    page.wrapped(
        &format!(
            "Make the stack {} of {} resources, wait until AWS shows them, and check them with events: full marks.",
            record.stack, plan.resources
        ),
        " 1. ",
    );
    for part in &plan.with {
        page.wrapped(&format!("With {}: {}. {}", part.id, part.title, part.costs), "    + ");
    }
    for part in &plan.without {
        page.wrapped(
            &format!("Without {}: {} (--with {})", part.id, part.title, part.id),
            "    - ",
        );
    }
    let faults: Vec<&str> = plan.faults.iter().map(|fault| fault.id()).collect();
    match faults.len() {
        0 => page.wrapped("No faults.", " 2. "),
        1 => page.wrapped(&format!("One fault, and back: {}.", faults[0]), " 2. "),
        count => page.wrapped(
            &format!(
                "{count} faults, one after the other, and back each time: {}.",
                faults.join(", ")
            ),
            " 2. ",
        ),
    }
    for (reason, faults) in &plan.left_out {
        page.wrapped(&format!("Left out: {}: {reason}.", faults.join(", ")), "    - ");
    }
    page.wrapped(
        "Delete the stack and everything that was made along with it, and list the account again.",
        " 3. ",
    );
    page.line("");
    let minutes = plan.minutes(lab);
    let parts: Vec<&str> = plan.with.iter().map(|part| part.id.as_str()).collect();
    page.wrapped(
        &format!("{}, as it usually takes on AWS", duration(minutes)),
        " Time    ",
    );
    page.wrapped(&costs(priced, minutes, &parts), " Costs   ");
    page.wrapped(&format!("edemlab policy {} --for rehearsal", lab.id), " Needs   ");
    if plan.email.is_some() {
        page.wrapped(
            "a click, by you, in each mail that AWS sends: one when the stack stands, one more after each fault that makes its \
             subscription again",
            " Mail    ",
        );
    }
    page.out
}

/// What it costs at most: each hour that is begun, and one more.
fn costs(priced: &[Priced], minutes: u64, parts: &[&str]) -> String {
    let hours = minutes.div_ceil(60) + 1;
    let known: Vec<&Priced> = priced.iter().filter(|one| one.hour.is_some()).collect();
    let sum: Decimal = known.iter().filter_map(|one| one.hour).sum::<Decimal>() * Decimal::from(hours);
    let sum = sum.round_dp_with_strategy(2, rust_decimal::RoundingStrategy::ToPositiveInfinity);
    let each: Vec<String> = known
        .iter()
        .map(|one| format!("{} {} USD an hour", one.what, one.hour.unwrap_or_default().normalize()))
        .collect();
    let most = if parts.is_empty() { "at most" } else { "at least" };
    let mut said = match known.is_empty() {
        true => "nothing by the hour".to_owned(),
        false => format!("{most} {sum} USD in {hours} hours ({})", each.join(", ")),
    };
    let unknown: Vec<&str> = priced
        .iter()
        .filter(|one| one.hour.is_none())
        .map(|one| one.what.as_str())
        .collect();
    if !unknown.is_empty() {
        said.push_str(&format!("; there is no price here for {}", unknown.join(", ")));
    }
    if !parts.is_empty() {
        said.push_str(&format!("; not counted: {}", parts.join(", ")));
    }
    said.push_str("; and what is done with it (calls, runs of functions, log lines): cents");
    said
}

fn duration(minutes: u64) -> String {
    match minutes {
        0..90 => format!("about {minutes} minutes"),
        _ => format!("about {} hours", (minutes + 30) / 60),
    }
}

/// One trial, in a line and what it showed otherwise.
pub fn render_trial(trial: &Trial, width: usize) -> String {
    let mut page = Lines::new(width);
    let mark = match trial.is_as_expected() {
        true => "✓".green(),
        false => "✗".red(),
    };
    let shown = match (&trial.not_deployed, trial.fails.as_slice()) {
        (Some(_), _) => "could not be deployed".to_owned(),
        (None, []) => "full marks".to_owned(),
        (None, fails) => format!("fails {}", fails.join(", ")),
    };
    let times = match trial.settled_in {
        Some(settled) if trial.not_deployed.is_none() => format!(
            "deployed in {:.1} s, shown after {settled:.1} s{}",
            trial.deployed_in,
            probes(trial.probes)
        ),
        _ => format!("deployed in {:.1} s", trial.deployed_in),
    };
    let line = match trial.is_as_expected() {
        true => format!("{}: {shown}; {times}", trial.subject),
        false => format!("{}: otherwise than it should; {times}", trial.subject),
    };
    page.wrapped(&line, " _ ");
    let mut out = page.out.replacen(" _ ", &format!(" {mark} "), 1);
    let mut page = Lines::new(width);
    for says in reasons(trial).into_iter().chain(unrecorded(trial)) {
        page.wrapped(&says, "     ");
    }
    out.push_str(&page.out);
    out.trim_end().to_owned()
}

fn probes(count: u32) -> String {
    match count {
        0 | 1 => String::new(),
        count => format!(", {count} events"),
    }
}

/// What a trial showed otherwise than it should.
pub(super) fn reasons(trial: &Trial) -> Vec<String> {
    let deployed = trial.not_deployed.iter().cloned();
    let wrong = trial.wrong.iter().map(|one| one.says.clone());
    let all = deployed.chain(wrong).chain(trial.leftovers.iter().cloned());
    all.map(|text| text.lines().map(visible).collect::<Vec<_>>().join(" "))
        .collect()
}

/// What the recording of a trial lacks.
pub(super) fn unrecorded(trial: &Trial) -> Option<String> {
    (trial.unrecorded > 0).then(|| {
        format!(
            "{} exchanges with AWS are not in its recording: not every word of them could be hidden",
            trial.unrecorded
        )
    })
}

/// So many things that are somebody else's are named.
const NEW: usize = 5;

/// What became of everything. The last line says what still stands, if anything may.
pub fn render_end(record: &Record, cleaned: &CleanUp, command: &str, width: usize) -> String {
    let mut page = Lines::new(width);
    for new in cleaned.new.iter().take(NEW) {
        let text = format!("new since it began, and not the rehearsal's: {}", visible(&new.named()));
        page.wrapped(&text, " · ");
    }
    if let more @ 1.. = cleaned.new.len().saturating_sub(NEW) {
        page.wrapped(&format!("and {more} more, which the page lists"), " · ");
    }
    for (thing, why) in &cleaned.left {
        page.wrapped(&format!("{}: {}", visible(&thing.named()), visible(why)), " ✗ ");
    }
    for text in &cleaned.unknown {
        page.wrapped(&format!("could not be listed: {}", visible(text)), " ? ");
    }
    let place = format!("account {}, {}", record.account, record.region);
    let last = match (cleaned.is_stack_gone, cleaned.left.len()) {
        (true, 0) if cleaned.unknown.is_empty() => {
            format!(
                "Nothing of the rehearsal is left in {place}: {} services were listed again.",
                cleaned.lists
            )
        }
        (true, 0) => {
            format!("Nothing of the rehearsal was found in {place}, but not everything could be listed: {command}")
        }
        (true, count) => format!("{count} of the rehearsal still there in {place}, and may cost: {command}"),
        (false, _) => format!(
            "STILL THERE in {place}, and it may cost: the stack {}. {command}",
            record.stack
        ),
    };
    let others = match cleaned.is_others_stack {
        true => format!(
            " The stack {} that stands there is another rehearsal's or somebody's own, may cost, and was not touched: --clean-up with the \
             --out of that rehearsal deletes it; with a new folder it is shown first.",
            record.stack
        ),
        false => String::new(),
    };
    let last = last + &others;
    page.wrapped(&last, " ");
    page.out.trim_end().to_owned()
}

/// The last line of a run that could not clean up.
pub fn render_left(record: &Record, costs_by_hour: Option<Decimal>, command: &str, width: usize) -> String {
    let costs = match costs_by_hour {
        Some(hour) if !hour.is_zero() => format!("it costs {} USD an hour or more", hour.normalize()),
        _ => "it may cost".to_owned(),
    };
    let text = format!(
        "STILL THERE in account {}, {}: the stack {}, and {costs}. The same command goes on; this deletes it: {command}",
        record.account, record.region, record.stack
    );
    wrapped(&text, width.clamp(40, 100), " ")
}

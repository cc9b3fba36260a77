//! The way to AWS: region, credentials, connection, clock. One call tells all of it.

use super::item::{Observed, Prerequisite, Readiness, Uses};
use crate::account::partition::Partition;
use crate::account::services::STS;
use crate::account::{
    Account, CallError, ConnectError, Connection, ErrorKind, FirstAnswer, Preflight, RegionFrom, regions,
};
use chrono::TimeDelta;

/// AWS refuses what was signed by a clock that is further off; see
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html>.
const REFUSED: TimeDelta = TimeDelta::minutes(5);

/// From here on a clock is called wrong, though AWS still accepts it.
const NOTICED: TimeDelta = TimeDelta::minutes(1);

/// Where who we are is asked when no region is set: any will do.
const ANY_REGION: &str = "us-east-1";

const WITHOUT: &str = "Without an account: add `--sandbox` to `edemlab check`.";

pub(super) async fn examine(connection: &Connection, labs: &[Uses]) -> [Prerequisite; 4] {
    let region = connection.region().await;
    let ask_in = Connection {
        region: Some(region.as_deref().unwrap_or(ANY_REGION).to_owned()),
        ..connection.clone()
    };
    let (who, net, clock, elsewhere) = match ask_in.open().await {
        Ok(account) => {
            let (who, net, clock) = ask(&account, connection.profile.as_deref()).await;
            (who, net, clock, account.has_custom_endpoint())
        }
        Err(error) => (refused(&error), unknown(), unknown(), false),
    };
    // What a region has is told of AWS's: the sandbox has everything everywhere.
    let labs = if elsewhere { &[] } else { labs };
    [
        Prerequisite::new(
            "region",
            "Region",
            "finding what you build: a resource is in one region",
            self::region(&region, connection.region_from(), elsewhere, labs),
        ),
        Prerequisite::new(
            "credentials",
            "Credentials",
            "checking what you build in your account",
            who,
        ),
        Prerequisite::new("network", "Connection", "every check of your account", net),
        Prerequisite::new(
            "clock",
            "Clock",
            "signing: AWS refuses what is more than 5 minutes off",
            clock,
        ),
    ]
}

fn region(region: &Result<String, ConnectError>, from: RegionFrom, elsewhere: bool, labs: &[Uses]) -> Observed {
    match region {
        Ok(region) => {
            let found = match from {
                RegionFrom::Flag => format!("{region}, from --region"),
                RegionFrom::Variable(name) => format!("{region}, from {name}"),
                RegionFrom::Profile => format!("{region}, from the profile"),
            };
            if !elsewhere && !Partition::of_region(region).regions.contains(&region.as_str()) {
                let found = format!("{found}, which is not a region that edemlab knows");
                let fix = "If nothing answers there, correct it: the console shows the region's code beside your name.";
                return Observed::new(Readiness::Warning, found, [fix]);
            }
            match lacks(region, labs) {
                Some((lack, fix)) => Observed::new(Readiness::Warning, format!("{found}, {lack}"), [fix.as_str()]),
                None => Observed::ready(found),
            }
        }
        Err(ConnectError::NoRegion) => Observed::new(
            Readiness::Missing,
            "no AWS region is set",
            [
                "`aws configure set region eu-central-1`, with the region you work in, or `export AWS_REGION=eu-central-1`.",
            ],
        ),
        Err(ConnectError::NotARegion(error)) => {
            let place = match from {
                RegionFrom::Flag => "--region".to_owned(),
                RegionFrom::Variable(name) => name.to_owned(),
                RegionFrom::Profile => "the profile (`aws configure set region …`)".to_owned(),
            };
            let fix = format!("Correct it in {place}. The console shows the region's code beside your name.");
            Observed::new(Readiness::Missing, error.to_string(), [fix.as_str()])
        }
        Err(error) => refused(error),
    }
}

/// What labs need and the region does not have, and what to do.
fn lacks(region: &str, labs: &[Uses]) -> Option<(String, String)> {
    regions::lacking(region).find_map(|rare| {
        let need = labs.iter().filter(|lab| lab.services.contains(rare.prefix));
        let need: Vec<&str> = need.map(|lab| lab.lab.as_str()).collect();
        let all = rare.regions.join(", ");
        (!need.is_empty()).then(|| {
            (
                format!("which has no {}", rare.name),
                format!(
                    "Before you build {} there, choose another region: {all}.",
                    need.join(" or ")
                ),
            )
        })
    })
}

/// Credentials, connection, clock.
async fn ask(account: &Account, profile: Option<&str>) -> (Observed, Observed, Observed) {
    let (contact, knock) = tokio::join!(account.preflight(), account.knock(&STS));
    let Preflight { identity, answer } = contact;
    // Without credentials nothing was sent, and only the knock was heard.
    let answer = answer.or_else(|| knock.answer.as_ref().ok().copied());
    let place = if account.has_custom_endpoint() {
        format!("{} (not AWS: AWS_ENDPOINT_URL)", knock.url)
    } else {
        knock.url.clone()
    };
    let net = match (answer, &knock.answer) {
        (Some(answer), _) => Observed::ready(format!("{place} answers, {} ms", answer.took.as_millis())),
        (None, Err(error)) => unreachable(&place, error),
        (None, Ok(_)) => unknown(),
    };
    let who = match identity {
        Ok(me) => {
            let found = format!("{} of account {}", me.who(), me.account);
            if me.who() == "root" {
                let fix = "Make an IAM user and use its keys: those of the root user can do everything, billing too.";
                Observed::new(Readiness::Warning, found, [fix])
            } else {
                Observed::ready(found)
            }
        }
        Err(error) if answer.is_none() && matches!(error.kind, ErrorKind::Unreachable | ErrorKind::TimedOut) => {
            Observed::new(
                Readiness::Unknown,
                "whose they are could not be checked without a connection",
                [],
            )
        }
        Err(error) => {
            let unopened = error.kind == ErrorKind::WrongCredentials
                && !account.has_custom_endpoint()
                && !regions::is_enabled_by_default(account.region());
            let mut seen = refused(&ConnectError::from((error, profile)));
            if unopened {
                let region = account.region();
                let first = format!(
                    "{region} accepts no keys until you enable it: your name at the top right → Account → AWS Regions."
                );
                seen.2.insert(0, first);
            }
            seen
        }
    };
    (who, net, clock(answer))
}

fn refused(error: &ConnectError) -> Observed {
    let mut fix: Vec<String> = match error {
        ConnectError::NoCredentials => vec![
            "`aws configure` stores the keys of your IAM user; in a Learner Lab, paste those of AWS Details."
                .to_owned(),
        ],
        // Made for a table; here they are sentences.
        other => other.way_out().iter().map(|line| sentence(line)).collect(),
    };
    fix.push(WITHOUT.to_owned());
    Observed(Readiness::Missing, error.to_string(), fix)
}

/// `Label   what to do` as `Label: what to do`.
fn sentence(line: &str) -> String {
    match line.split_once("  ") {
        Some((label, rest)) => format!("{label}: {}", rest.trim_start()),
        None => line.to_owned(),
    }
}

fn unreachable(place: &str, error: &CallError) -> Observed {
    let found = match error.kind {
        ErrorKind::TimedOut => format!("{place} does not answer"),
        _ if error.message.is_empty() => format!("no connection to {place}"),
        _ => format!("no connection to {place}: {}", error.message),
    };
    let fix = ["Check your network, VPN or proxy (HTTPS_PROXY), and that the region is right."];
    Observed::new(Readiness::Missing, found, fix)
}

fn clock(answer: Option<FirstAnswer>) -> Observed {
    let Some(ahead) = answer.and_then(|answer| answer.ahead) else {
        return unknown();
    };
    let off = ahead.abs();
    let way = if ahead > TimeDelta::zero() { "ahead" } else { "behind" };
    let found = match off.num_seconds() {
        0..=2 => "right".to_owned(),
        seconds @ 3..120 => format!("{seconds} s {way}"),
        seconds @ 120..7200 => format!("{} minutes {way}", seconds / 60),
        seconds @ 7200..172_800 => format!("{} hours {way}", seconds / 3600),
        seconds => format!("{} days {way}", seconds / 86_400),
    };
    let state = match off {
        off if off > REFUSED => Readiness::Missing,
        off if off > NOTICED => Readiness::Warning,
        _ => return Observed::ready(found),
    };
    Observed::new(
        state,
        found,
        ["Set this computer's clock (automatic time), then try again."],
    )
}

fn unknown() -> Observed {
    Observed::new(Readiness::Unknown, "could not be checked without a connection", [])
}

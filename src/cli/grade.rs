//! What `grade` and `regrade` take.

use super::deadline::DeadlineArgs;
use super::time::{interval, length};
use super::{OwnAccount, SecretFile};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// Children that a Distributed Map runs at once; see
/// <https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html>.
const MOST_AT_ONCE: i64 = 10_000;

/// What `grade` takes.
#[derive(Debug, Args)]
pub struct GradeArgs {
    /// The roster, a CSV file. After a correction, the same command grades again what it changes.
    pub roster: PathBuf,
    /// A lab to grade; may be repeated (default: all labs of the course).
    #[arg(long = "lab", value_name = "LAB")]
    pub labs: Vec<String>,
    /// The class's folder, where everything goes. What was graded there before stays.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Only this student; may be repeated.
    #[arg(long, value_name = "STUDENT")]
    pub only: Vec<String>,
    /// Also grade again what was graded before: with something unknown, with something failed, or all.
    #[arg(long, value_enum)]
    pub again: Vec<Again>,
    /// Until when work is in time.
    #[command(flatten)]
    pub deadline: DeadlineArgs,
    /// Accounts graded in parallel (default: up to 64; with --fleet 100). Without --fleet, one that only waits for CloudTrail
    /// is not counted.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=MOST_AT_ONCE))]
    pub at_once: Option<u16>,
    /// Grade on AWS, with this stack of `edemlab fleet template` in your own account. Ctrl-C leaves the run; the same
    /// command joins it again.
    #[arg(long, value_name = "STACK")]
    pub fleet: Option<String>,
    /// The time limit for one account: 90s, 10m. What is not determined by then is unknown.
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = length)]
    pub limit: Duration,
    /// Send nothing through what the students built. Grades are scaled to what was judged.
    #[arg(long)]
    pub no_probe: bool,
    /// Leave out a step for everyone; may be repeated. Grades are scaled to what was judged.
    #[arg(long, value_name = "[LAB.]STEP")]
    pub skip: Vec<String>,
    /// Say which resource is the student's, for whoever's line does not say it: `--use stream=clicks`; may be repeated.
    #[arg(long = "use", value_name = "[LAB.]NAME=RESOURCE")]
    pub uses: Vec<String>,
    /// Where the class secret is.
    #[command(flatten)]
    pub secret: SecretFile,
    /// Whose credentials assume the roles.
    #[command(flatten)]
    pub own: OwnAccount,
    /// The room, live.
    #[command(flatten, next_help_heading = "During the lab hour")]
    pub room: RoomArgs,
}

/// How a room is looked at.
#[derive(Debug, Args)]
pub struct RoomArgs {
    /// Look at the accounts again and again, and show on a page who needs help now and how far everyone is. Nothing is sent
    /// through what the students built, unless you ask for it. Ctrl-C ends it.
    #[arg(long)]
    pub live: bool,
    /// With --live: how long a round takes. A change is seen within two, in an account at work three times a round; at least 5s.
    #[arg(long, value_name = "TIME", default_value = "90s", value_parser = interval, requires = "live")]
    pub every: Duration,
    /// With --live: show pseudonyms. They stay the same in this folder, and nothing on the page says who is who.
    #[arg(long, requires = "live")]
    pub anonymous: bool,
    /// With --live: the port on 127.0.0.1 (default: a free one).
    #[arg(long, requires = "live")]
    pub port: Option<u16>,
    /// With --live: open the page in your browser.
    #[arg(long, requires = "live")]
    pub open: bool,
}

/// Which runs are made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Again {
    /// Those in which something could not be determined.
    Unknown,
    /// Those in which something failed.
    Failed,
    /// All.
    All,
}

/// What `regrade` takes.
#[derive(Debug, Args)]
pub struct RegradeArgs {
    /// The class's folder.
    pub dir: PathBuf,
    /// Only this lab; may be repeated.
    #[arg(long = "lab", value_name = "LAB")]
    pub labs: Vec<String>,
    /// Until when work is in time.
    #[command(flatten)]
    pub deadline: DeadlineArgs,
    /// Take the extensions of single students from this roster.
    #[arg(long, value_name = "ROSTER")]
    pub extensions: Option<PathBuf>,
    /// Say who would gain and lose, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
}

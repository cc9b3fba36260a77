//! `edemlab watch`.

use super::live::LiveLine;
use super::{common, watching};
use crate::cli::WatchArgs;
use crate::course::Part;
use crate::judge;
use std::path::PathBuf;

pub async fn run(course: Option<PathBuf>, args: WatchArgs) -> anyhow::Result<u8> {
    let part = if args.watching.sandbox {
        Part::Solution
    } else {
        Part::Checks
    };
    let course = common::course(course, part)?;
    let lab = course.lab(&args.lab)?;
    judge::validate(lab, &watching::reading(&args.watching))?;
    let live = LiveLine::new(false);
    let account = watching::account(&course, lab, &args.watching, &live).await?;
    // Until there is something to end in order, Ctrl-C ends the program.
    let stop = common::interrupts();
    watching::follow(lab, &account, &args.watching, &live, stop, &|_| ()).await?;
    Ok(0)
}

//! `edemlab guide`.

use super::live::LiveLine;
use super::{common, watching};
use crate::book::Filler;
use crate::cli::GuideArgs;
use crate::course::Part;
use crate::guide::{Feed, Pages, Server, build, shown};
use crate::judge;
use crate::sandbox::Paths;
use anyhow::Context;
use std::path::PathBuf;
use std::sync::Arc;

pub async fn run(course: Option<PathBuf>, args: GuideArgs) -> anyhow::Result<u8> {
    let course = Arc::new(common::course(course, Part::Everything)?);
    let lab = args.lab.as_deref().map(|id| course.lab(id)).transpose()?;
    if let Some(lab) = lab {
        judge::validate(lab, &watching::reading(&args.watching))?;
    }
    let filler = Box::new(Filler::new(course.clone(), judge::vocabulary()));
    let folder = build(&course.files, Paths::from_environment()?.cache(), filler)?;
    let pages = Pages::read(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let page = args.chapter.as_deref().map(|chapter| pages.find(chapter)).transpose()?;
    // What stands in the way of watching is said before there is an address to open.
    let watched = match lab {
        Some(lab) => {
            let live = LiveLine::new(false);
            let account = watching::account(&course, lab, &args.watching, &live).await;
            live.clear();
            Some((lab, account?))
        }
        None => None,
    };
    // Until there is something to end in order, Ctrl-C ends the program.
    let stop = common::interrupts();
    let server = Server::listen(args.port)?;
    let address = format!("{}{}", server.address(), page.unwrap_or_default());
    let feed = watched.as_ref().map(|_| Arc::new(Feed::default()));
    server.serve(Arc::new(pages), feed.clone());
    super::output::print(&format!("The guide is at {address}\nCtrl-C ends it."))?;
    if args.open
        && let Err(error) = open::that_detached(&address)
    {
        super::output::note(&format!(
            "no browser could be opened ({error}): copy the address into one"
        ));
    }
    match (watched, feed) {
        (Some((lab, account)), Some(feed)) => {
            let live = LiveLine::new(false);
            let show = |report: &crate::report::Report| feed.publish(&shown(report));
            watching::follow(lab, &account, &args.watching, &live, stop, &show).await?;
        }
        _ => {
            let mut stop = stop;
            let _ = stop.wait_for(|asked| *asked > 0).await;
        }
    }
    Ok(0)
}

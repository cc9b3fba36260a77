//! Looking at a lab again and again: what `watch` and `guide --watch` share. Prints what changes, one line each.

use super::fixes::{Chosen, fixes};
use super::live::LiveLine;
use super::{common, news, sandbox};
use crate::account::{Account, ConnectError, Connection};
use crate::cli::Watching;
use crate::course::{Course, Lab, Step};
use crate::judge::{JudgeError, Judged, Options, judge};
use crate::report::Report;
use crate::report::terminal::{self, Look};
use crate::report::text::wrapped;
use crate::report::view::Fixes;
use crate::watch::{Pace, Watch, changes, throttled};
use colored::{ColoredString, Colorize};
use std::io::BufRead;
use std::time::Duration;
use tokio::sync::{mpsc, watch as signal};

/// Opens the account that `args` name.
pub async fn account(course: &Course, lab: &Lab, args: &Watching, live: &LiveLine) -> anyhow::Result<Account> {
    if args.sandbox {
        return sandbox::account_with(course, lab, args.region.clone(), live).await;
    }
    let connection = Connection {
        region: args.region.clone(),
        profile: args.profile.clone(),
        ..Connection::default()
    };
    Ok(connection.open().await?)
}

/// What to judge when nothing is sent.
pub fn reading(args: &Watching) -> Options {
    Options {
        no_probe: true,
        uses: args.uses.iter().cloned().collect(),
        ..Options::default()
    }
}

/// Looks until the user ends it. `show` is told all that is known, after each look.
pub async fn follow(
    lab: &Lab,
    account: &Account,
    args: &Watching,
    live: &LiveLine,
    mut stop: signal::Receiver<u8>,
    show: &dyn Fn(&Report),
) -> anyhow::Result<()> {
    let again = format!("edemlab check {}", lab.id);
    let chosen = Chosen {
        fix_with: args.fix_with,
        sandbox: args.sandbox,
        region: args.region.as_deref(),
        profile: args.profile.as_deref(),
    };
    let fixes = fixes(&chosen, account);
    let (mut watch, mut pace) = (Watch::new(lab, !args.no_probe), Pace::new(args.every));
    let mut before: Option<Report> = None;
    let (mut enter, mut asked, mut lost) = (entered(), false, false);
    while *stop.borrow() == 0 {
        let account = &account.with_fresh_cache();
        let looked = judge(lab, account, &reading(args), &|_| (), stop.clone()).await;
        let mut changed = false;
        let slow = match looked {
            Err(JudgeError::Stopped) => break,
            // What is wrong from the beginning is said as `check` says it; later it may come right by itself.
            Err(JudgeError::Call(error)) if before.is_none() => {
                live.clear();
                return Err(ConnectError::from((error, args.profile.as_deref())).into());
            }
            Err(JudgeError::Unknown(error)) => return Err(error.into()),
            Err(JudgeError::Call(error)) => {
                if !lost {
                    say(live, &"?".yellow(), &format!("{error}; trying again, more slowly"));
                }
                lost = true;
                true
            }
            // Cut off in the middle: what it did not get to see is no news.
            Ok(_) if *stop.borrow() > 0 => break,
            Ok(judged) => {
                if std::mem::take(&mut lost) {
                    say(live, &"✓".green(), "AWS answers again");
                }
                let mut slow = throttled(&judged);
                watch.looked(&judged);
                changed |= tell(&watch, &mut before, live, look(&again, &fixes), show);
                let due = if args.no_probe { Vec::new() } else { watch.due(asked) };
                asked = false;
                if !due.is_empty()
                    && !slow
                    && let Some(judged) = send(lab, account, args, &due, live, &stop).await?
                {
                    slow |= throttled(&judged);
                    watch.sent(&due, &judged);
                    for left in &judged.report.leftovers {
                        say(live, &"note".normal(), left);
                    }
                    changed |= tell(&watch, &mut before, live, look(&again, &fixes), show);
                }
                slow
            }
        };
        let pause = pace.after(changed, slow);
        asked |= rest(pause, live, &mut stop, &mut enter).await;
        if asked {
            pace.wake();
        }
    }
    live.clear();
    Ok(())
}

/// Sends what is due and follows it. Ctrl-C ends the looking, and what was sent is still taken away.
async fn send(
    lab: &Lab,
    account: &Account,
    args: &Watching,
    due: &[&Step],
    live: &LiveLine,
    stop: &signal::Receiver<u8>,
) -> anyhow::Result<Option<Judged>> {
    let options = Options {
        steps: due.iter().map(|step| step.id.clone()).collect(),
        no_probe: false,
        ..reading(args)
    };
    live.tick("sending an event through it".to_owned());
    match judge(lab, account, &options, &|event| live.judging(event), stop.clone()).await {
        Ok(judged) => Ok(Some(judged)),
        Err(JudgeError::Unknown(error)) => Err(error.into()),
        Err(JudgeError::Call(error)) => {
            say(live, &"?".yellow(), &format!("no event was sent: {error}"));
            Ok(None)
        }
        Err(JudgeError::Stopped) => Ok(None),
    }
}

/// Says what is new: the whole report at first, then what has changed. Gives whether anything has.
fn tell(watch: &Watch, before: &mut Option<Report>, live: &LiveLine, look: Look, show: &dyn Fn(&Report)) -> bool {
    let Some(now) = watch.report() else { return false };
    show(&now);
    let changed = match before {
        None => {
            live.line(terminal::render_as(&now, look).trim_end());
            live.line("");
            true
        }
        Some(before) => {
            let found = changes(before, &now);
            for news in news::of(&now, &found, look.fixes) {
                say(live, &news.mark, &news.text);
                news.below.iter().for_each(|line| live.line(line));
            }
            if !found.is_empty() {
                let points = format!("{} of {} points", now.points.earned, now.points.possible);
                say(live, &" ".normal(), &points);
            }
            !found.is_empty()
        }
    };
    *before = Some(now);
    changed
}

/// How the first report is shown.
fn look<'l>(command: &'l str, fixes: &'l Fixes) -> Look<'l> {
    Look {
        width: common::width(),
        command,
        all: false,
        pages: None,
        fixes,
    }
}

/// A line with the time of day.
fn say(live: &LiveLine, mark: &ColoredString, text: &str) {
    let time = chrono::Local::now().format("%H:%M:%S");
    let lead = format!(" {time}  {mark} ");
    live.line(&wrapped(text, common::width().clamp(40, 100), &lead));
}

/// Waits for the next look. Gives whether the user asked for an event meanwhile.
async fn rest(
    pause: Duration,
    live: &LiveLine,
    stop: &mut signal::Receiver<u8>,
    enter: &mut mpsc::Receiver<()>,
) -> bool {
    live.tick(format!(
        "next look in {} s · Enter sends the event now · Ctrl-C ends",
        pause.as_secs()
    ));
    tokio::select! {
        // The gentle pace of `pace.rs`.
        () = tokio::time::sleep(pause) => false,
        _ = stop.wait_for(|asked| *asked > 0) => false,
        Some(()) = enter.recv() => true,
    }
}

/// Each line that the user enters. One that comes while another waits to be dealt with is the same wish.
fn entered() -> mpsc::Receiver<()> {
    let (sender, receiver) = mpsc::channel(1);
    // Reading from a terminal cannot be called off: the thread ends with the program.
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            if line.is_err() || matches!(sender.try_send(()), Err(mpsc::error::TrySendError::Closed(()))) {
                break;
            }
        }
    });
    receiver
}

//! The one line that lives while something takes its time: on a terminal redrawn, elsewhere a plain line now and then.

use crate::report::text::visible;
use crate::{judge, sandbox};
use indicatif::{ProgressBar, ProgressStyle};
use std::cell::RefCell;
use std::time::{Duration, Instant};

/// Plain lines about the same thing come this often.
const NOW_AND_THEN: Duration = Duration::from_secs(15);

/// What is said of a probe that takes away what it made.
pub fn removing(waits: Option<&judge::MayCome>, stopping: bool) -> String {
    let again = if stopping { " · Ctrl-C again ends it now" } else { "" };
    match waits {
        None => "removing what the probe left".to_owned(),
        // The numbers come first: a narrow terminal cuts the end.
        Some(may_come) => format!(
            "up to {} s more{again}: waiting to remove {}, which may still come",
            may_come.seconds,
            visible(&may_come.what)
        ),
    }
}

/// A line on standard error.
pub struct LiveLine {
    bar: Option<ProgressBar>,
    last: RefCell<(String, Option<Instant>)>,
    quiet: bool,
}

impl LiveLine {
    /// A line; none at all when `quiet`.
    pub fn new(quiet: bool) -> Self {
        let bar = (!quiet && super::common::redraws()).then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template(" {spinner} {wide_msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self {
            bar,
            last: RefCell::new((String::new(), None)),
            quiet,
        }
    }

    /// Shows `text`. `topic` is what it is about: without a terminal, one line a topic and then one now and then.
    pub fn show(&self, topic: &str, text: String) {
        match &self.bar {
            Some(bar) => bar.set_message(text),
            None if self.quiet => {}
            None => {
                let mut last = self.last.borrow_mut();
                if last.0 != topic || last.1.is_none_or(|at| at.elapsed() > NOW_AND_THEN) {
                    super::output::note(&text);
                    *last = (topic.to_owned(), Some(Instant::now()));
                }
            }
        }
    }

    /// A line that stays, above the one that lives.
    pub fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| super::output::tell(text)),
            None => super::output::tell(text),
        }
    }

    /// How far it has come; only on a terminal.
    pub fn tick(&self, text: String) {
        if let Some(bar) = &self.bar {
            bar.set_message(text);
        }
    }

    /// Takes the line away.
    pub fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// Shows what a judge reports.
    pub fn judging(&self, event: judge::Event) {
        match event {
            judge::Event::Waiting {
                step,
                what,
                seconds,
                within,
                sent,
            } => {
                let events = if sent == 1 { "event" } else { "events" };
                // The numbers come first: a narrow terminal cuts the end.
                let text = format!("{step:<8} {seconds} s of {within} · sent {sent} {events} · waiting: {what}");
                // Most probes are through before anybody could read a line.
                if self.bar.is_some() || seconds >= 5 {
                    self.show(&what, text);
                }
            }
            judge::Event::Sending { .. } => {}
            judge::Event::Removing { step, waits, stopping } => {
                // Whoever has stopped it wants to know why it goes on.
                if self.bar.is_some() || (stopping && waits.is_some()) {
                    self.show("removing", format!("{step:<8} {}", removing(waits.as_ref(), stopping)));
                }
            }
        }
    }

    /// Shows how the sandbox starts.
    pub fn sandbox(&self, event: sandbox::SandboxEvent) {
        let text = match event {
            sandbox::SandboxEvent::Waiting => "sandbox: another command is preparing it; waiting for that".to_owned(),
            sandbox::SandboxEvent::MakingEnvironment { with } => format!("sandbox: making its Python environment ({with}), only once"),
            sandbox::SandboxEvent::Installing { with } => format!("sandbox: installing the local AWS ({with}), only once"),
            sandbox::SandboxEvent::Starting { port } => format!("sandbox: starting on 127.0.0.1:{port}"),
            sandbox::SandboxEvent::Replacing { pid } => format!("sandbox: process {pid} does not answer any more; starting another"),
            sandbox::SandboxEvent::Reused { outdated: true, .. } => {
                "sandbox: running, but started by another version of edemlab; run `edemlab sandbox stop` to start a new one next time".to_owned()
            }
            sandbox::SandboxEvent::Ready { .. } | sandbox::SandboxEvent::Reused { .. } => return,
        };
        self.show(&text.clone(), text);
    }
}

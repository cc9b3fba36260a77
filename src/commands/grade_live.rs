//! What is seen while a class is graded: on a terminal a bar for the class and a line for each account at work, else a
//! plain line for each that is done.

use super::live::removing;
use crate::class::Student;
use crate::class::grade::GradeEvent;
use crate::course::Lab;
use crate::judge;
use crate::report::Report;
use crate::report::text::visible;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Lines for accounts at work; a terminal has more above.
const ROWS: usize = 8;

/// How often times on the screen move.
const REDRAW: Duration = Duration::from_millis(500);

/// Accounts that must be done before an end can be estimated.
const ENOUGH: usize = 3;

/// The screen.
pub struct Screen {
    drawn: Option<Drawn>,
    state: Mutex<GradeProgress>,
    total: usize,
    began: Instant,
}

struct Drawn {
    multi: MultiProgress,
    bar: ProgressBar,
    rows: Vec<ProgressBar>,
}

#[derive(Default)]
struct GradeProgress {
    ended: usize,
    /// Who is at work, with what and since when.
    at_work: BTreeMap<String, (Instant, BTreeMap<String, Doing>)>,
    done: BTreeMap<String, Vec<String>>,
    /// What was said last.
    said: Option<String>,
}

/// What is done in a lab of an account.
#[derive(Default)]
struct Doing {
    what: String,
    /// Whether the lab is judged, and only waits.
    waits: bool,
}

impl Screen {
    /// A screen for `total` students of a course, up to `at_once` of them at work.
    pub fn new(course: &str, labs: &[&Lab], total: usize, at_once: usize) -> Self {
        let names: Vec<&str> = labs.iter().map(|l| l.id.as_str()).collect();
        let head = format!(
            " {} · {} · {total} {} to grade · up to {} at once",
            visible(course),
            names.join(", "),
            if total == 1 { "account" } else { "accounts" },
            at_once
        );
        let drawn = (total > 0 && super::common::redraws()).then(|| {
            let multi = MultiProgress::new();
            let _ = multi.println(&head);
            let row = |template: &str| {
                let bar = multi.add(ProgressBar::new(total as u64));
                if let Ok(style) = ProgressStyle::with_template(template) {
                    bar.set_style(style.progress_chars("█▌░"));
                }
                bar
            };
            Drawn {
                bar: row(" {bar:30} {pos}/{len}  {wide_msg}"),
                rows: (0..ROWS.min(at_once.saturating_add(1)).min(total))
                    .map(|_| row("   {wide_msg}"))
                    .collect(),
                multi: multi.clone(),
            }
        });
        if drawn.is_none() {
            super::output::note(&head);
        }
        Self {
            drawn,
            state: Mutex::default(),
            total,
            began: Instant::now(),
        }
    }

    /// Shows what happens.
    pub fn on(&self, event: GradeEvent<'_>) {
        let mut state = self.state();
        match event {
            GradeEvent::Begun(student) => {
                state.at_work.insert(short(student), (Instant::now(), BTreeMap::new()));
            }
            GradeEvent::Judging(student, lab, event) => {
                let waits = match &event {
                    judge::Event::Removing {
                        waits: Some(may_come),
                        stopping: true,
                        ..
                    } => Some(may_come.what.clone()),
                    _ => None,
                };
                let what = match event {
                    judge::Event::Waiting { step, what, .. } => format!("{step}: waiting: {what}"),
                    judge::Event::Sending { step, .. } => format!("{step}: sending"),
                    judge::Event::Removing { step, waits, stopping } => {
                        format!("{step}: {}", removing(waits.as_ref(), stopping))
                    }
                };
                if let Some((_, labs)) = state.at_work.get_mut(&short(student)) {
                    let doing = Doing {
                        what: what.clone(),
                        waits: false,
                    };
                    let before = labs.insert(lab.to_owned(), doing).unwrap_or_default();
                    // Whoever has stopped it wants to know why it goes on: once, where nothing is drawn.
                    let is_new = waits.is_some_and(|waits| !before.what.contains(&visible(&waits)));
                    if self.drawn.is_none() && is_new {
                        super::output::note(&format!(" {}  {lab}  {what}", short(student)));
                    }
                }
            }
            GradeEvent::Waiting(student, lab) => {
                if let Some((_, labs)) = state.at_work.get_mut(&short(student)) {
                    let doing = Doing {
                        what: "asking CloudTrail".to_owned(),
                        waits: true,
                    };
                    labs.insert(lab.to_owned(), doing);
                }
            }
            GradeEvent::Stored(student, report) => {
                state.done.entry(short(student)).or_default().push(result(report));
                if let Some((_, labs)) = state.at_work.get_mut(&short(student)) {
                    labs.remove(&report.lab);
                }
            }
            GradeEvent::Ended(student) => {
                let student = short(student);
                state.ended += 1;
                state.at_work.remove(&student);
                let results = state.done.remove(&student).unwrap_or_default().join(" · ");
                if self.drawn.is_none() && !results.is_empty() {
                    super::output::note(&format!(" {}/{}  {student}  {results}", state.ended, self.total));
                }
            }
            GradeEvent::NotStored(student, error) => {
                let text = format!(" {}: {error}", short(student));
                match &self.drawn {
                    Some(drawn) => drop(drawn.multi.println(text)),
                    None => super::output::note(&text),
                }
            }
        }
        drop(state);
        self.draw();
    }

    /// What there is to say where no account is at work from here; only on a terminal.
    pub fn tell(&self, text: String) {
        self.state().said = Some(text);
        self.draw();
    }

    /// The same, on paper too: once, until it changes.
    pub fn warn(&self, text: String) {
        if self.drawn.is_none() && self.state().said.as_ref() != Some(&text) {
            super::output::note(&format!(" {text}"));
        }
        self.tell(text);
    }

    /// Keeps the times moving.
    pub async fn redraw(&self) -> Infallible {
        let mut ticks = tokio::time::interval(REDRAW);
        loop {
            ticks.tick().await;
            self.draw();
        }
    }

    /// Takes everything away.
    pub fn clear(&self) {
        if let Some(drawn) = &self.drawn {
            drawn.rows.iter().for_each(ProgressBar::finish_and_clear);
            drawn.bar.finish_and_clear();
        }
    }

    fn state(&self) -> MutexGuard<'_, GradeProgress> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn draw(&self) {
        let Some(drawn) = &self.drawn else { return };
        let state = self.state();
        drawn.bar.set_position(state.ended as u64);
        drawn.bar.set_message(self.times(state.ended));
        let mut at_work: Vec<_> = state.at_work.iter().collect();
        // Who takes longest is what one waits for; whoever is judged is not.
        let is_judged = |labs: &BTreeMap<String, Doing>| !labs.is_empty() && labs.values().all(|doing| doing.waits);
        at_work.sort_by_key(|(_, (since, labs))| (is_judged(labs), *since));
        let hidden = at_work.len().saturating_sub(drawn.rows.len());
        for (at, row) in drawn.rows.iter().enumerate() {
            let text = match at_work.get(at) {
                Some(_) if at + 1 == drawn.rows.len() && hidden > 0 => format!("… and {} more", hidden + 1),
                Some((student, (since, labs))) => {
                    let first = labs.iter().min_by_key(|(_, doing)| doing.waits);
                    let what = first.map(|(lab, doing)| format!("{lab}  {}", doing.what));
                    format!(
                        "{student:<16} {:>3} s  {}",
                        since.elapsed().as_secs(),
                        what.unwrap_or_else(|| "reading".to_owned())
                    )
                }
                None if at == 0 => state.said.clone().unwrap_or_default(),
                None => String::new(),
            };
            row.set_message(text);
        }
    }

    fn times(&self, ended: usize) -> String {
        let passed = self.began.elapsed();
        let left = passed.as_secs_f64() / ended.max(1) as f64 * (self.total - ended.min(self.total)) as f64;
        match ended {
            _ if ended >= ENOUGH && ended < self.total => {
                format!(
                    "{}, about {} left",
                    words(passed),
                    words(Duration::from_secs_f64(left.ceil()))
                )
            }
            _ => words(passed),
        }
    }
}

fn result(report: &Report) -> String {
    let points = &report.points;
    match report.is_unsettled() {
        true => format!("{} ? of {}", report.lab, points.possible),
        false => format!("{} {}/{}", report.lab, points.earned, points.possible),
    }
}

fn short(student: &Student) -> String {
    visible(&student.id).chars().take(24).collect()
}

fn words(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

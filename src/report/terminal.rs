//! A report as a student reads it in a terminal: one failure in full, the others in a line each. Clear without color;
//! color only repeats the symbols.

use super::Report;
use super::text::{flowing, glued, with_commands, wrapped, wrapped_marks};
use super::view::{CheckView, Fixes, Line, Mark, Place, ReportView, StepView};
use colored::{ColoredString, Colorize};

/// Fewer columns than this leave no room for labels beside their texts.
const MIN_COLUMNS_OF_LABELS: usize = 64;

/// What a step says stands beside its points where there are so many columns for it: a name of AWS's making is long.
const MIN_COLUMNS_BESIDE: usize = 50;

/// How a report is shown.
#[derive(Debug, Clone, Copy)]
pub struct Look<'l> {
    /// The columns of the terminal.
    pub width: usize,
    /// How the check was called, to be called again for a part.
    pub command: &'l str,
    /// Whether everything that did not pass is shown in full.
    pub all: bool,
    /// The address of the guide's pages, where the terminal shows links and they can be opened.
    pub pages: Option<&'l str>,
    /// How fixes are said.
    pub fixes: &'l Fixes,
}

/// The report for a terminal of `width` columns. `command` is how the check was called, to be called again for a part.
pub fn render(report: &Report, width: usize, command: &str) -> String {
    let (all, pages, fixes) = (false, None, &Fixes::CONSOLE);
    render_as(
        report,
        Look {
            width,
            command,
            all,
            pages,
            fixes,
        },
    )
}

/// The report for a terminal.
pub fn render_as(report: &Report, look: Look) -> String {
    let page = Page {
        words: ReportView::with(report, look.fixes),
        width: look.width.clamp(40, 100),
        look,
        out: String::new(),
    };
    page.text()
}

/// A report while it is written.
struct Page<'p> {
    words: ReportView,
    look: Look<'p>,
    /// Within what reads well.
    width: usize,
    out: String,
}

impl Page<'_> {
    fn text(mut self) -> String {
        let words = std::mem::take(&mut self.words);
        let title = format!("{} · {}", words.lab, words.facts.join(" · "));
        self.line(&wrapped(&title, self.width, "").bold().to_string());
        self.line("");
        let longest = words.steps.iter().map(|s| s.id.len()).max().unwrap_or_default();
        for step in &words.steps {
            self.step(step, longest);
        }
        self.line("");
        if self.look.all {
            let checks = words.steps.iter().flat_map(|s| &s.checks);
            for check in checks.filter(|c| c.mark != Mark::Pass) {
                self.check(check);
            }
        } else {
            self.one_at_a_time(&words);
        }
        for note in &words.notes {
            self.line(&wrapped(note, self.width, " note  "));
            self.line("");
        }
        self.last_lines(&words);
        self.out
    }

    /// What to look at now, then all else in a line each.
    fn one_at_a_time(&mut self, words: &ReportView) {
        let first = words.placed(Place::First).next();
        first.into_iter().for_each(|check| self.check(check));
        // What there is to be earned beside comes when nothing is to be done.
        let is_wrong = first.is_some_and(|check| check.mark != Mark::Unknown);
        let others: Vec<&CheckView> = words
            .placed(Place::Line)
            .filter(|check| !is_wrong || check.mark != Mark::Extra)
            .collect();
        if others.is_empty() {
            return;
        }
        let count = |mark: Mark| others.iter().filter(|check| check.mark == mark).count();
        let groups = [
            (count(Mark::Fail), "to fix"),
            (count(Mark::Unknown), "unknown"),
            (count(Mark::Extra), "for extra credit"),
        ];
        let groups = groups.into_iter().filter(|(count, _)| *count > 0);
        let groups: Vec<String> = groups.map(|(count, what)| format!("{count} more {what}")).collect();
        let more = format!("{}; --all shows everything:", groups.join(", "));
        if first.is_some() {
            self.line(&wrapped(&more, self.width, " "));
        }
        others.into_iter().for_each(|check| self.brief(check));
        self.line("");
    }

    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn step(&mut self, step: &StepView, longest: usize) {
        // Room for the longest step, its points and two gaps.
        let lead = format!(" {} {:<longest$}  {:>5}   ", symbol(step.mark), step.id, step.points);
        // What it says comes below where there is little room beside.
        let indent = match longest + 13 {
            beside if beside + MIN_COLUMNS_BESIDE <= self.width => beside,
            _ => 5,
        };
        let said = wrapped(&said(step, self.width - indent), self.width, &" ".repeat(indent));
        let text = match indent {
            5 if !step.said.is_empty() => format!("{}\n{said}", lead.trim_end()),
            _ => format!("{lead}{}", said.trim_start()).trim_end().to_owned(),
        };
        self.line(&text);
    }

    /// A check on one line.
    fn brief(&mut self, check: &CheckView) {
        let text = match check.mark {
            Mark::Extra => format!(
                "{}  {} ({} {}, extra credit)",
                check.id,
                check.title,
                check.possible,
                if check.possible == 1 { "point" } else { "points" }
            ),
            Mark::Unknown => format!("{}  {}", check.id, check.brief),
            _ if check.brief.is_empty() => format!("{}  {}", check.id, check.title),
            _ => format!("{}  {} ({})", check.id, check.title, check.brief),
        };
        let lines = wrapped_marks(&text, self.width, "   ");
        let text = format!(" {} {}", symbol(check.mark), lines.trim_start());
        self.line(&text);
    }

    /// A check in full.
    fn check(&mut self, check: &CheckView) {
        if check.mark == Mark::Extra {
            self.brief(check);
        } else {
            self.heading(check);
            check.lines.iter().for_each(|line| self.labeled(line));
        }
        self.line("");
    }

    fn labeled(&mut self, line: &Line) {
        let beside = match line.label {
            short if short.len() < 10 => format!("     {short:<10}"),
            long => format!("     {long}: "),
        };
        let narrow = self.width < MIN_COLUMNS_OF_LABELS;
        // What is copied stands on a line of its own where it does not fit beside its label.
        if line.command {
            let is_one = !line.text.contains('\n');
            let fits = is_one && !narrow && beside.len() + textwrap::core::display_width(&line.text) <= self.width;
            let gap = if fits {
                beside
            } else {
                self.line(&format!("     {}", line.label));
                String::new()
            };
            for command in line.text.lines() {
                // A terminal that breaks a command has it copied in two: what would fit without its indent has less of it.
                let gap = match self.width.checked_sub(textwrap::core::display_width(command)) {
                    _ if fits => gap.clone(),
                    Some(room) => " ".repeat(room.min(7)),
                    None => " ".repeat(7),
                };
                let text = self.linked(command.cyan().to_string(), line.page.as_deref());
                self.line(&format!("{gap}{text}"));
            }
        } else if narrow {
            self.line(&format!("     {}", line.label.bold()));
            self.sentences(&line.text, "       ");
        } else {
            self.sentences(&line.text, &beside);
        }
    }

    /// A text that opens a page of the guide, where that can be (OSC 8).
    fn linked(&self, text: String, page: Option<&str>) -> String {
        match (self.look.pages, page) {
            (Some(pages), Some(page)) => format!("\u{1b}]8;;{pages}{page}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\"),
            _ => text,
        }
    }

    /// A text behind `lead`, with each command that is in it on a line of its own.
    fn sentences(&mut self, text: &str, lead: &str) {
        if !text.is_empty() {
            self.line(&with_commands(text, self.width, lead));
        }
    }

    fn heading(&mut self, check: &CheckView) {
        let lead = format!("{}  ", check.id);
        let points = &check.points;
        let room = self.width.saturating_sub(3 + lead.chars().count() + points.len() + 2);
        let title = &check.title;
        let symbol = symbol(check.mark);
        if title.chars().count() <= room {
            let gap = " ".repeat(room - title.chars().count() + 2);
            self.line(&format!(" {symbol} {}{title}{gap}{points}", lead.bold()));
        } else {
            self.line(&format!(" {symbol} {}{points}", lead.bold()));
            self.line(&wrapped(title, self.width, "     "));
        }
    }

    fn last_lines(&mut self, words: &ReportView) {
        self.line(&wrapped(&words.summary, self.width, " "));
        if !words.again.is_empty() {
            // A command is copied: it stands on one line. Where that has no room for all steps, all are checked.
            let named = words.command(self.look.command);
            let again = if textwrap::core::display_width(&named) + 3 > self.width {
                self.look.command
            } else {
                &named
            };
            self.line(&format!("   {}", again.cyan()));
        }
    }
}

/// What a step says. What belongs to one place on a path stays on one line, and so does a resource with its name, where
/// `room` is enough for it.
fn said(step: &StepView, room: usize) -> String {
    match step.path.as_slice() {
        [] if !step.listed.is_empty() => {
            let last = step.listed.len() - 1;
            let listed = step.listed.iter().enumerate();
            let listed = listed.map(|(n, one)| format!("{one}{}", if n < last { "," } else { "" }));
            let listed = listed.map(|one| match textwrap::core::display_width(&one) <= room {
                true => glued(&one),
                false => one,
            });
            listed.collect::<Vec<_>>().join(" ")
        }
        [] => flowing(&step.said),
        path => {
            let places = path.iter().enumerate().map(|(n, stop)| match n {
                0 => glued(&stop.text()),
                _ => glued(&format!("→ {}", stop.text())),
            });
            let places: Vec<String> = places.collect();
            format!("{}{}", places.join(" "), flowing(&step.after_path))
        }
    }
}

/// The sign of a mark, in its colour.
pub fn symbol(mark: Mark) -> ColoredString {
    let symbol = mark.symbol();
    match mark {
        Mark::Pass => symbol.green(),
        Mark::Fail => symbol.red(),
        Mark::Unknown => symbol.yellow(),
        Mark::Blocked | Mark::NotStarted | Mark::Unrecognized => symbol.dimmed(),
        Mark::Extra => symbol.normal(),
    }
}

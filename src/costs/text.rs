//! The report for a terminal.

use super::report::CostsReport;
use super::view::{CostsView, Row};
use crate::report::text::wrapped;
use colored::Colorize;

/// Columns of the three amounts, with their gaps.
const AMOUNTS: [usize; 3] = [12, 10, 12];

/// Fewer columns than this leave no room for names beside the amounts.
const MIN_COLUMNS_BESIDE: usize = 70;

/// The report for a terminal of `width` columns.
pub fn render(report: &CostsReport, width: usize) -> String {
    let view = CostsView::new(report);
    Page::new(width).text(&view)
}

/// A text for a terminal, while it is written.
pub(crate) struct Page {
    pub width: usize,
    pub out: String,
}

impl Page {
    /// For a terminal of `width` columns.
    pub fn new(width: usize) -> Self {
        Self {
            width: width.clamp(40, 100),
            out: String::new(),
        }
    }

    fn text(mut self, view: &CostsView) -> String {
        self.line(&wrapped(&view.title, self.width, "").bold().to_string());
        self.line(&wrapped(&view.facts.join(" · "), self.width, ""));
        self.line("");
        if view.rows.is_empty() {
            self.line(&wrapped(
                "Nothing that was found costs anything while nobody uses it.",
                self.width,
                " ",
            ));
        } else {
            self.head(&view.until);
            view.rows.iter().for_each(|row| self.row(row));
            self.line("");
        }
        self.row(&view.sum);
        self.line("");
        if !view.free.is_empty() {
            self.line(&wrapped("Costs nothing while nobody uses it:", self.width, " "));
            for free in &view.free {
                let names = free.names.join(", ");
                self.line(&wrapped(&format!("{}: {names}", free.noun), self.width, "   "));
            }
            self.line("");
        }
        if !view.others.is_empty() {
            let what = "Costs by the hour too, and is not known to be of these labs (not in the sum):";
            self.line(&wrapped(what, self.width, " "));
            view.others.iter().for_each(|row| self.row(row));
            self.line("");
        }
        if !view.unknown.is_empty() {
            self.line(&wrapped("Not known, so that the sum may be too low:", self.width, " "));
            view.unknown
                .iter()
                .for_each(|text| self.line(&wrapped(text, self.width, " ? ")));
            self.line("");
        }
        view.notes
            .iter()
            .for_each(|note| self.line(&wrapped(note, self.width, " note  ")));
        self.out
    }

    pub fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    /// What the three amounts are.
    pub fn head(&mut self, until: &str) {
        let heads = ["an hour".to_owned(), "a day".to_owned(), format!("to {until}")];
        let text = self.beside("", &heads);
        self.line(&text.dimmed().to_string());
    }

    /// A name with its amounts behind it, or below it where there is no room; then what is charged.
    pub fn row(&mut self, row: &Row) {
        let room = self.width.saturating_sub(AMOUNTS.iter().sum::<usize>() + 1);
        let fits = self.width >= MIN_COLUMNS_BESIDE && textwrap::core::display_width(&row.name) <= room;
        if fits {
            let text = self.beside(&row.name, &row.amounts);
            self.line(&text);
        } else {
            self.line(&wrapped(&row.name, self.width, " "));
            let text = self.beside("", &row.amounts);
            self.line(&text);
        }
        if !row.what.is_empty() {
            let what = wrapped(&row.what, self.width, "   ");
            self.line(&what.dimmed().to_string());
        }
    }

    fn beside(&self, name: &str, amounts: &[String; 3]) -> String {
        let amounts: String = amounts
            .iter()
            .zip(AMOUNTS)
            .map(|(amount, width)| format!("{amount:>width$}"))
            .collect();
        let room = self.width - textwrap::core::display_width(&amounts) - 1;
        let gap = room.saturating_sub(textwrap::core::display_width(name));
        format!(" {name}{}{amounts}", " ".repeat(gap))
    }
}

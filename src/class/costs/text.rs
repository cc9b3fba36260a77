//! A class's costs for a terminal.

use super::report::ClassCosts;
use super::view::ClassCostsView;
use crate::costs::Page;
use crate::report::text::wrapped;
use colored::Colorize;

/// What a class costs, for a terminal of `width` columns.
pub fn render(class: &ClassCosts, width: usize) -> String {
    let view = ClassCostsView::new(class);
    let mut page = Page::new(width);
    let width = page.width;
    page.line(&wrapped(&view.title, width, "").bold().to_string());
    page.line(&wrapped(&view.facts.join(" · "), width, ""));
    page.line("");
    if view.rows.is_empty() {
        let nothing = "Nothing that was found costs a cent a day while nobody uses it.";
        page.line(&wrapped(nothing, width, " "));
    } else {
        page.head(&view.until);
        view.rows.iter().for_each(|row| page.row(row));
        page.line("");
    }
    page.row(&view.sum);
    page.line("");
    for (what, who) in [
        ("Costs nothing, or less than a cent a day:", &view.quiet),
        ("Not looked at:", &view.left_out),
    ] {
        if !who.is_empty() {
            page.line(&wrapped(what, width, " "));
            page.line(&wrapped(&who.join(", "), width, "   "));
            page.line("");
        }
    }
    if !view.unknown.is_empty() {
        page.line(&wrapped("Not known, so that the sum may be too low:", width, " "));
        for one in &view.unknown {
            page.line(&wrapped(&one.who, width, " ? "));
            one.reasons
                .iter()
                .for_each(|why| page.line(&wrapped(why, width, "     ")));
        }
        page.line("");
    }
    view.notes
        .iter()
        .for_each(|note| page.line(&wrapped(note, width, " note  ")));
    page.out
}

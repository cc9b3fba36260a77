//! A class's costs as a page: one file, in which nothing runs.

use super::report::ClassCosts;
use super::view::ClassCostsView;
use crate::report::html::{STYLE, document, environment, render};
use minijinja::value::Serde;
use minijinja::{Environment, context};
use std::sync::LazyLock;

static TEMPLATES: LazyLock<Environment<'static>> =
    LazyLock::new(|| environment(&[("class_costs.html", include_str!("class_costs.html"))]));

/// Names of people and of what they pay for are as long as they are: both are wrapped.
const WIDTHS: &str =
    ".steps.who th[scope=row] { white-space: normal; width: 30%; }\n.steps.who td:last-child { width: 42%; }\n";

/// What a class costs, as a page of its own.
pub fn page(class: &ClassCosts) -> String {
    let view = ClassCostsView::new(class);
    let body = render(&TEMPLATES, "class_costs.html", context! { costs => Serde(&view) });
    let style = format!("{STYLE}\n{WIDTHS}");
    document(&view.title, &body, &style, None)
}

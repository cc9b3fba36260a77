//! A class's costs as a page: one file, in which nothing runs.

use super::report::ClassCosts;
use super::view::ClassCostsView;
use crate::report::html::{STYLE, document, environment, render};
use minijinja::value::Serde;
use minijinja::{Environment, context};
use std::sync::LazyLock;

static TEMPLATES: LazyLock<Environment<'static>> =
    LazyLock::new(|| environment(&[("class_costs.html", include_str!("class_costs.html"))]));

/// What a class costs, as a page of its own.
pub fn page(class: &ClassCosts) -> String {
    let view = ClassCostsView::new(class);
    let body = render(&TEMPLATES, "class_costs.html", context! { costs => Serde(&view) });
    document(&view.title, &body, STYLE, None)
}

//! The report as a page: one file, in which nothing runs.

use super::report::CostsReport;
use super::view::CostsView;
use crate::report::html::{STYLE, document, environment, render};
use minijinja::value::Serde;
use minijinja::{Environment, context};
use std::sync::LazyLock;

static TEMPLATES: LazyLock<Environment<'static>> =
    LazyLock::new(|| environment(&[("costs.html", include_str!("costs.html"))]));

/// The report as a page of its own.
pub fn page(report: &CostsReport) -> String {
    let view = CostsView::new(report);
    let body = render(&TEMPLATES, "costs.html", context! { costs => Serde(&view) });
    // Names of AWS's making are long: they are broken, rather than push what is charged out of sight.
    let style =
        format!("{STYLE}\n.costs th[scope=row] {{ white-space: normal; overflow-wrap: anywhere; min-width: 12em; }}\n");
    document(&view.title, &body, &style, None)
}

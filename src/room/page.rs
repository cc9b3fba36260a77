//! The page of a room. It holds nothing of the class but the course's title: all else it hears from the server.

use crate::class::Class;
use crate::report::html;
use crate::report::text::visible;
use crate::report::view::Mark;
use minijinja::{Environment, context};
use std::sync::LazyLock;

static TEMPLATES: LazyLock<Environment<'static>> =
    LazyLock::new(|| html::environment(&[("room.html", include_str!("room.html"))]));

/// The page, and what a browser may do with it.
pub fn page(class: &Class) -> (String, String) {
    let title = visible(&format!("{} {}", class.course, class.edition));
    let marks = Mark::ALL.iter().filter(|mark| **mark != Mark::Extra).map(|mark| {
        context! { class => mark.class(), symbol => mark.symbol(), word => mark.word() }
    });
    let values = context! { title => title.as_str(), marks => marks.collect::<Vec<_>>() };
    let body = html::render(&TEMPLATES, "room.html", values);
    let style = format!("{}\n{}", html::STYLE, include_str!("room.css"));
    html::served_document(&title, &body, &style, include_str!("room.js"))
}

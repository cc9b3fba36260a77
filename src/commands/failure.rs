//! An error as people read it: one sentence, then the way out. No stack of causes.

use crate::account::ConnectError;
use crate::course::{Diagnostics, LANGUAGE};
use crate::report::text::visible;

/// A course with mistakes: they have been printed in full.
#[derive(Debug, thiserror::Error)]
#[error(
    "the course has {} mistake{}: see above. What can be written in a course: edemlab explain {LANGUAGE}",
    .0.len(), if .0.len() == 1 { "" } else { "s" }
)]
pub struct BrokenCourse(pub Diagnostics);

/// The text for an error that ends a command.
pub fn text(error: &anyhow::Error) -> String {
    if let Some(connect) = error.downcast_ref::<ConnectError>() {
        let mut text = format!("edemlab: {}", visible(&connect.to_string()));
        if !connect.way_out().is_empty() {
            text.push('\n');
        }
        for line in connect.way_out() {
            text.push_str("\n  ");
            text.push_str(line);
        }
        return text;
    }
    // Messages of our own keep their lines; what AWS or a file put into them is harmless by then.
    let lines: Vec<String> = format!("{error:#}").lines().map(visible).collect();
    format!("edemlab: {}", lines.join("\n"))
}

//! A text for a terminal that is put together line by line.

use super::text::wrapped;

/// Lines, none of which is longer than the terminal is wide.
pub struct Lines {
    /// The columns.
    pub width: usize,
    /// What there is so far.
    pub out: String,
}

impl Lines {
    /// None yet, for a terminal of `width` columns.
    pub fn new(width: usize) -> Self {
        Self {
            width: width.clamp(40, 100),
            out: String::new(),
        }
    }

    /// A line as it is.
    pub fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    /// A text in as many lines as it needs, with `lead` before the first.
    pub fn wrapped(&mut self, text: &str, lead: &str) {
        let text = wrapped(text, self.width, lead);
        self.line(&text);
    }
}

//! What a professor is told of a file that was filled, or not.

/// Something about a line of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The line, from 1.
    pub line: usize,
    /// What is there, and what to do.
    pub text: String,
}

impl Finding {
    /// Something about a line.
    pub fn at(line: usize, text: impl Into<String>) -> Self {
        Self {
            line,
            text: text.into(),
        }
    }
}

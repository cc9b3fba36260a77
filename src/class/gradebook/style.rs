//! How a file writes its numbers, read off the file.

use super::finding::Finding;
use super::number::{self, DecimalSign, Style};

/// The ways of writing numbers that were seen.
#[derive(Debug, Default)]
pub struct StyleSeen {
    dot: Option<usize>,
    comma: Option<usize>,
    /// Whether every number had two decimals.
    uneven: bool,
}

impl StyleSeen {
    /// A cell of the file; what is no number says nothing.
    pub fn see(&mut self, cell: &str, line: usize) {
        let cell = cell.trim().trim_end_matches('%').trim();
        let Some((_, mark)) = number::parse(cell) else { return };
        match mark {
            Some(DecimalSign::Dot) => self.dot.get_or_insert(line),
            Some(DecimalSign::Comma) => self.comma.get_or_insert(line),
            None => return self.uneven = true,
        };
        self.uneven |= cell.split(['.', ',']).nth(1).is_none_or(|decimals| decimals.len() != 2);
    }

    /// Whether no number with decimals was seen.
    pub fn is_empty(&self) -> bool {
        self.dot.is_none() && self.comma.is_none()
    }

    /// The file's way; where it shows none, the one that is asked for.
    ///
    /// # Errors
    /// When it has two, or another than the one that is asked for.
    pub fn settle(&self, asked: Option<DecimalSign>) -> Result<Style, Finding> {
        let mark = match (self.dot, self.comma, asked) {
            (Some(dot), Some(comma), _) => {
                let text = format!(
                    "decimal comma here, decimal dot in line {dot}: a spreadsheet has changed some of the grades; export the file again"
                );
                return Err(Finding::at(comma, text));
            }
            (Some(dot), None, Some(DecimalSign::Comma)) => {
                return Err(Finding::at(dot, "the file has decimal dots: omit --decimal comma"));
            }
            (None, Some(comma), Some(DecimalSign::Dot)) => {
                return Err(Finding::at(comma, "the file has decimal commas: omit --decimal dot"));
            }
            (None, Some(_), _) => DecimalSign::Comma,
            (Some(_), None, _) => DecimalSign::Dot,
            // All systems read a dot, whatever their language; a comma is read only where it is the language's own.
            (None, None, asked) => asked.unwrap_or(DecimalSign::Dot),
        };
        Ok(Style {
            mark,
            padded: !self.is_empty() && !self.uneven,
        })
    }
}

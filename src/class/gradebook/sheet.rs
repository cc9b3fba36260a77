//! A CSV file of which single cells are changed and every other byte stays. It knows where each cell stands in the text;
//! the libraries for CSV read values only, and would rewrite the file in their own way.

use crate::class::encoding::{Encoding, NotText};
use std::collections::BTreeMap;
use std::ops::Range;

/// A CSV file.
#[derive(Debug)]
pub struct Sheet {
    text: String,
    encoding: Encoding,
    delimiter: char,
    rows: Vec<SheetRow>,
    /// By where each begins, and by its column: what is added behind a row begins where its empty last cell does.
    edits: BTreeMap<(usize, usize), (Range<usize>, String)>,
}

/// One record.
#[derive(Debug)]
pub struct SheetRow {
    /// The line of the file on which it begins, from 1.
    pub line: usize,
    cells: Vec<Cell>,
}

#[derive(Debug)]
struct Cell {
    span: Range<usize>,
    quoted: bool,
    value: String,
}

/// Why a file is not a CSV file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// It is not text.
    #[error(transparent)]
    NotText(#[from] NotText),
    /// It has no rows.
    #[error("it is empty: export it again")]
    Empty,
    /// A quotation mark without its pair.
    #[error("a quotation mark that opens in line {0} is never closed: export the file again")]
    Quote(usize),
}

impl Sheet {
    /// Reads a CSV file: its encoding and delimiter (`,`, `;` or tab) are found.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(bytes: &[u8]) -> Result<Self, SheetError> {
        let (text, encoding) = Encoding::decode(bytes)?;
        let delimiter = delimiter(&text);
        let rows = rows(&text, delimiter)?;
        if rows.is_empty() {
            return Err(SheetError::Empty);
        }
        Ok(Self {
            text,
            encoding,
            delimiter,
            rows,
            edits: BTreeMap::new(),
        })
    }

    /// How it is encoded.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Writes it in UTF-8 from now on.
    pub fn into_utf8(&mut self) {
        if !matches!(self.encoding, Encoding::Utf8 { .. }) {
            self.encoding = Encoding::Utf8 { bom: false };
        }
    }

    /// What stands between two cells.
    pub fn delimiter(&self) -> char {
        self.delimiter
    }

    /// Its rows, without empty lines. The first is the header.
    pub fn rows(&self) -> &[SheetRow] {
        &self.rows
    }

    /// The header.
    pub fn header(&self) -> &SheetRow {
        &self.rows[0]
    }

    /// How many lines of Excel's own are in front of the header: `sep=;`, or none.
    pub fn excel_lines(&self) -> usize {
        usize::from(self.header().get(0).trim().to_lowercase().starts_with("sep="))
    }

    /// Changes a cell. It is quoted if it was, or where it has to be. A row that is too short gets the cells that it lacks.
    pub fn set(&mut self, row: usize, column: usize, value: &str) {
        let cells = &self.rows[row].cells;
        let Some(cell) = cells.get(column) else {
            let end = cells.last().map_or(0, |cell| cell.span.end);
            let mut text = self.delimiter.to_string().repeat(column + 1 - cells.len());
            match needs_quotes(value, self.delimiter) {
                true => text.push_str(&quoted(value)),
                false => text.push_str(value),
            }
            self.edits.insert((end, column), (end..end, text));
            return;
        };
        let text = match cell.quoted || needs_quotes(value, self.delimiter) {
            true => quoted(value),
            false => value.to_owned(),
        };
        self.edits.insert((cell.span.start, column), (cell.span.clone(), text));
    }

    /// The file without these rows.
    pub fn without(&self, dropped: &[usize]) -> Vec<u8> {
        let begins = |row: usize| {
            let first = self.rows.get(row).and_then(|row| row.cells.first());
            first.map_or(self.text.len(), |cell| cell.span.start)
        };
        let kept = (0..self.rows.len()).filter(|row| !dropped.contains(row));
        let text: String = kept.map(|row| &self.text[begins(row)..begins(row + 1)]).collect();
        self.encoding.encode(&text)
    }

    /// The file with its changes.
    pub fn write(&self) -> Vec<u8> {
        let mut text = String::with_capacity(self.text.len() + 64 * self.edits.len());
        let mut at = 0;
        for (span, value) in self.edits.values() {
            text.push_str(&self.text[at..span.start]);
            text.push_str(value);
            at = span.end;
        }
        text.push_str(&self.text[at..]);
        self.encoding.encode(&text)
    }
}

impl SheetRow {
    /// A cell's value; empty where the row is too short.
    pub fn get(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |cell| &cell.value)
    }

    /// All values.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().map(|cell| cell.value.as_str())
    }

    /// How many cells it has.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }
}

/// Whether a value can only stand in quotation marks.
fn needs_quotes(value: &str, delimiter: char) -> bool {
    value.contains([delimiter, '"', '\n', '\r']) || value.starts_with(' ') || value.ends_with(' ')
}

/// A value in quotation marks (RFC 4180).
fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('"', "\"\""))
}

/// The delimiter that cuts the header into the most cells.
fn delimiter(text: &str) -> char {
    let mut counts = [(',', 0), (';', 0), ('\t', 0)];
    let mut inside = false;
    for c in text.trim_start().chars() {
        match c {
            '"' => inside = !inside,
            '\n' | '\r' if !inside => break,
            _ if inside => {}
            _ => {
                for (delimiter, count) in &mut counts {
                    *count += usize::from(*delimiter == c);
                }
            }
        }
    }
    // Of equal ones the first.
    let best = counts.iter().rev().max_by_key(|(_, count)| *count);
    best.map_or(',', |(delimiter, _)| *delimiter)
}

fn rows(text: &str, delimiter: char) -> Result<Vec<SheetRow>, SheetError> {
    let mut rows = Vec::new();
    let mut cells = Vec::new();
    let (mut line, mut begins) = (1, 1);
    let mut at = 0;
    while at < text.len() {
        let cell = cell(text, at, delimiter).ok_or(SheetError::Quote(line))?;
        let end = cell.span.end;
        line += breaks(&text[at..end]);
        cells.push(cell);
        let rest = &text[end..];
        at = end;
        if rest.starts_with(delimiter) {
            at += delimiter.len_utf8();
            if at < text.len() {
                continue;
            }
            // The file ends with a delimiter: one more cell, which is empty.
            cells.push(empty(at));
        } else if rest.starts_with("\r\n") {
            at += 2;
        } else if !rest.is_empty() {
            at += 1;
        }
        line += usize::from(!rest.is_empty() && !rest.starts_with(delimiter));
        let row = SheetRow {
            line: begins,
            cells: std::mem::take(&mut cells),
        };
        if row.values().any(|value| !value.trim().is_empty()) {
            rows.push(row);
        }
        begins = line;
    }
    Ok(rows)
}

/// The cell that begins at `at`; `None` where its quotation mark is not closed.
fn cell(text: &str, at: usize, delimiter: char) -> Option<Cell> {
    let rest = &text[at..];
    let plain = |rest: &str| rest.find([delimiter, '\n', '\r']).unwrap_or(rest.len());
    if !rest.starts_with('"') {
        let span = at..at + plain(rest);
        return Some(Cell {
            quoted: false,
            value: text[span.clone()].to_owned(),
            span,
        });
    }
    let mut value = String::new();
    let mut inner = &rest[1..];
    loop {
        let (before, after) = inner.split_once('"')?;
        value.push_str(before);
        match after.strip_prefix('"') {
            Some(after) => {
                value.push('"');
                inner = after;
            }
            None => {
                let more = plain(after);
                value.push_str(&after[..more]);
                let span = at..text.len() - after.len() + more;
                return Some(Cell {
                    span,
                    quoted: true,
                    value,
                });
            }
        }
    }
}

fn empty(at: usize) -> Cell {
    Cell {
        span: at..at,
        quoted: false,
        value: String::new(),
    }
}

fn breaks(text: &str) -> usize {
    text.replace("\r\n", "\n").matches(['\n', '\r']).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Sheet {
        Sheet::read(text.as_bytes()).unwrap()
    }

    #[test]
    fn nothing_but_the_changed_cell_changes() {
        let text = "a;\"b\nb\";c\r\n\r\n 1 ;\"\"\"x\"\";\";\n\n2;;";
        let mut sheet = read(text);
        assert_eq!(sheet.write(), text.as_bytes());
        assert_eq!(sheet.rows().iter().map(|r| r.line).collect::<Vec<_>>(), [1, 4, 6]);
        assert_eq!(sheet.rows()[1].values().collect::<Vec<_>>(), [" 1 ", "\"x\";", ""]);
        sheet.set(1, 1, "8,50");
        sheet.set(2, 2, "a;b");
        let expected = "a;\"b\nb\";c\r\n\r\n 1 ;\"8,50\";\n\n2;;\"a;b\"";
        assert_eq!(String::from_utf8(sheet.write()).unwrap(), expected);
    }

    #[test]
    fn a_row_that_is_too_short_gets_the_cells_that_it_lacks() {
        let mut sheet = read("a;b\r\n1;\r\n2\r\n");
        sheet.set(0, 2, "c");
        sheet.set(1, 1, "x");
        sheet.set(1, 2, "y;y");
        sheet.set(2, 2, "z");
        assert_eq!(
            String::from_utf8(sheet.write()).unwrap(),
            "a;b;c\r\n1;x;\"y;y\"\r\n2;;z\r\n"
        );
    }

    #[test]
    fn a_row_is_left_out_with_its_line_end() {
        let sheet = read("a;b\r\n\"1\r\n\";2\r\n3;4");
        assert_eq!(sheet.without(&[1]), b"a;b\r\n3;4");
        assert_eq!(sheet.without(&[2]), b"a;b\r\n\"1\r\n\";2\r\n");
    }

    #[test]
    fn the_delimiter_is_found_outside_of_quotation_marks() {
        assert_eq!(read("\"a;b;c\",d\n1,2\n").delimiter(), ',');
        assert_eq!(read("\"a,b,c\";d\n1;2\n").delimiter(), ';');
        assert_eq!(read("a\tb,c\td\n").delimiter(), '\t');
    }

    #[test]
    fn an_open_quotation_mark_is_named_with_its_line() {
        assert_eq!(Sheet::read(b"a,b\n1,\"2\n3,4\n").unwrap_err(), SheetError::Quote(2));
        assert_eq!(Sheet::read(b"\n\r\n").unwrap_err(), SheetError::Empty);
    }
}

//! A CSV file as people have it: any encoding, delimiter and line end that a spreadsheet writes. Only text comes out.

use crate::class::encoding::Encoding;
use std::io::Read;
use std::path::Path;

/// A larger file is no roster.
const LARGEST: u64 = 64 * 1024 * 1024;

/// A row, and the line on which it begins.
#[derive(Debug)]
pub(super) struct RosterRow {
    pub line: u64,
    pub cells: csv::StringRecord,
}

/// A file's rows, the header first. Rows without any text are left out.
#[derive(Debug)]
pub(super) struct RosterTable {
    pub rows: Vec<RosterRow>,
    /// Where a quoted cell begins that never ends.
    pub unclosed: Option<u64>,
}

/// What a file holds, up to `largest` bytes.
pub(super) fn bytes(path: &Path, largest: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(largest + 1).read_to_end(&mut bytes));
    match read {
        Err(cause) => Err(format!("it cannot be read: {cause}")),
        Ok(_) if bytes.len() as u64 > largest => Err(match largest / (1024 * 1024) {
            0 => format!("it is larger than {} kB", largest / 1024),
            megabytes => format!("it is larger than {megabytes} MB"),
        }),
        Ok(_) => Ok(bytes),
    }
}

/// Bytes as text, in whichever encoding a spreadsheet may have written them.
pub(super) fn text(bytes: &[u8]) -> Result<String, String> {
    let decoded = Encoding::decode(bytes).map_err(|not_text| not_text.to_string())?;
    Ok(decoded.0)
}

impl RosterTable {
    /// Reads a file. `known` says how many cells of a first row are names of columns: the delimiter that gives the most
    /// is the file's.
    pub fn read(path: &Path, known: impl Fn(&csv::StringRecord) -> usize) -> Result<Self, String> {
        let text = text(&bytes(path, LARGEST)?)?;
        let (text, skipped) = without_excel_line(&text);
        let delimiter = [b',', b';', b'\t']
            .into_iter()
            .map(|delimiter| {
                let mut header = csv::StringRecord::new();
                // A text in memory, of any shape: there is nothing that could fail.
                let _ = reader(text, delimiter).read_record(&mut header);
                ((known(&header), header.len()), delimiter)
            })
            // Of equal ones the first.
            .rev()
            .max_by_key(|(score, _)| *score)
            .map_or(b',', |(_, delimiter)| delimiter);
        let mut lines = Lines {
            text: text.as_bytes(),
            at: 0,
            line: 1 + skipped,
        };
        let mut table = RosterTable {
            rows: Vec::new(),
            unclosed: None,
        };
        for record in reader(text, delimiter).into_records() {
            let cells = record.map_err(|error| error.to_string())?;
            let at = cells
                .position()
                .map_or(0, |p| usize::try_from(p.byte()).unwrap_or_default());
            let line = lines.of(at);
            if cells.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            table.rows.push(RosterRow { line, cells });
        }
        // The last row takes in all that follows a quote which is never closed.
        if let Some(last) = table.rows.last()
            && last.cells.iter().any(|cell| cell.contains(['\n', '\r']))
            && text[lines.at..].matches('"').count() % 2 == 1
        {
            table.unclosed = Some(last.line);
        }
        Ok(table)
    }
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes())
}

/// Excel's own first line, `sep=;`, says no more than the header does.
fn without_excel_line(text: &str) -> (&str, u64) {
    let first = text.split(['\r', '\n']).next().unwrap_or_default();
    let said = first.trim().trim_matches('"').to_ascii_lowercase();
    if said.starts_with("sep=") && said.len() <= 5 {
        let rest = &text[first.len()..];
        let rest = rest
            .strip_prefix("\r\n")
            .or_else(|| rest.strip_prefix(['\r', '\n']))
            .unwrap_or(rest);
        return (rest, 1);
    }
    (text, 0)
}

/// Counts lines: the reader's own count is that of the end of the row before.
struct Lines<'t> {
    text: &'t [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the row that begins at `at` or after the empty lines there. Asked in the order of the file.
    fn of(&mut self, at: usize) -> u64 {
        let ends = |i: usize| matches!(self.text.get(i), Some(b'\n' | b'\r'));
        let start = (at..).find(|i| !ends(*i)).unwrap_or(at);
        for i in self.at..start {
            let ended = match self.text[i] {
                b'\n' => true,
                b'\r' => self.text.get(i + 1) != Some(&b'\n'),
                _ => false,
            };
            self.line += u64::from(ended);
        }
        self.at = start;
        self.line
    }
}

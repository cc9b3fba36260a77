//! A CSV file that a spreadsheet opens: what students wrote is text there, and never a formula.

use crate::report::text::visible;

/// A cell that a spreadsheet takes for text: one that begins like a formula gets an apostrophe in front, which
/// spreadsheets do not show. Control characters are made visible, and it is cut.
pub fn text(cell: &str) -> String {
    let cell = visible(cell);
    let first = cell.trim_start().chars().next();
    // The last four are what East Asian keyboards write.
    if first.is_some_and(|c| "=+-@＝＋－＠".contains(c)) {
        format!("'{cell}")
    } else {
        cell
    }
}

/// Lines as CSV.
pub fn csv<'a>(rows: impl Iterator<Item = Vec<String>> + 'a) -> String {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for row in rows {
        // In memory nothing can fail.
        let _ = writer.write_record(row);
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

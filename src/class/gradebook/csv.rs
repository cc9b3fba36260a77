//! The table as CSV (RFC 4180), for any spreadsheet.

use super::encoding::Encoding;
use super::number::{Mark, Style};
use super::sheet::{needs_quotes, quoted};
use super::table::{Cell, Table};

/// The table as CSV. With decimal commas it is what Excel reads in Spain: semicolons, and a byte order mark, without
/// which it would not take the text for UTF-8.
pub fn csv(table: &Table, mark: Mark) -> Vec<u8> {
    let delimiter = if mark == Mark::Comma { ';' } else { ',' };
    let style = Style { mark, padded: false };
    let line = |cells: &mut dyn Iterator<Item = String>| {
        let cells: Vec<String> = cells
            .map(|cell| {
                if needs_quotes(&cell, delimiter) {
                    quoted(&cell)
                } else {
                    cell
                }
            })
            .collect();
        cells.join(&delimiter.to_string()) + "\r\n"
    };
    let mut out = line(&mut table.header.iter().map(|name| harmless(name)));
    for row in &table.rows {
        out += &line(&mut row.iter().map(|cell| match cell {
            Cell::Empty => String::new(),
            Cell::Text(text) => harmless(text),
            Cell::Whole(number) => number.to_string(),
            Cell::Grade(grade) => grade.text(style),
        }));
    }
    Encoding::Utf8 {
        bom: mark == Mark::Comma,
    }
    .encode(&out)
}

/// A text that no spreadsheet takes for a formula: an apostrophe says that it is text
/// (<https://owasp.org/www-community/attacks/CSV_Injection>).
fn harmless(text: &str) -> String {
    let formula = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
    match text.trim_start().starts_with(formula) || text.starts_with(formula) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

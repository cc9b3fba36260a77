//! The table as CSV (RFC 4180), for any spreadsheet.

use super::number::{DecimalSign, Style};
use super::table::{GradeTable, TableCell};
use crate::class::cell;
use crate::class::encoding::Encoding;
use csv::{Terminator, WriterBuilder};

/// The table as CSV. With decimal commas it is what Excel reads in Spain: semicolons, and a byte order mark, without
/// which it would not take the text for UTF-8.
pub fn csv(table: &GradeTable, mark: DecimalSign) -> Vec<u8> {
    let delimiter = if mark == DecimalSign::Comma { b';' } else { b',' };
    let style = Style { mark, padded: false };
    let mut writer = WriterBuilder::new()
        .delimiter(delimiter)
        .terminator(Terminator::CRLF)
        .from_writer(Vec::new());
    let header = table.header.iter().map(|name| cell::text(name)).collect();
    let rows = table
        .rows
        .iter()
        .map(|row| row.iter().map(|cell| text(cell, style)).collect());
    for row in std::iter::once(header).chain(rows) {
        let row: Vec<String> = row;
        // In memory nothing can fail.
        let _ = writer.write_record(row);
    }
    let bytes = writer.into_inner().unwrap_or_default();
    Encoding::Utf8 {
        bom: mark == DecimalSign::Comma,
    }
    .encode(&String::from_utf8(bytes).unwrap_or_default())
}

fn text(cell: &TableCell, style: Style) -> String {
    match cell {
        TableCell::Empty => String::new(),
        TableCell::Text(text) => cell::text(text),
        TableCell::Whole(number) => number.to_string(),
        TableCell::Points(number) | TableCell::Grade(number) => number.text(style),
    }
}

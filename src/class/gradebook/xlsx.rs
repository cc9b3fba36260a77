//! The table as a workbook: numbers are numbers, what anybody wrote is text and never a formula.

use super::table::{GradeTable, TableCell};
pub use rust_xlsxwriter::XlsxError;
use rust_xlsxwriter::{Format, Workbook};

/// The table as a workbook.
///
/// # Errors
/// When it has more rows or columns than a workbook can hold.
pub fn xlsx(table: &GradeTable) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("Grades")?;
    let bold = Format::new().set_bold();
    let grade = Format::new().set_num_format("0.00");
    let place = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    for (n, name) in table.header.iter().enumerate() {
        sheet.write_string_with_format(0, place(n), name, &bold)?;
        let widest = table
            .rows
            .iter()
            .map(|row| row.get(n).map_or(0, width))
            .max()
            .unwrap_or(0);
        let columns = u8::try_from(widest.max(name.chars().count()).clamp(6, 40)).unwrap_or(40);
        sheet.set_column_width(place(n), f64::from(columns) + 2.0)?;
    }
    for (n, row) in (1..).zip(&table.rows) {
        for (m, cell) in row.iter().enumerate() {
            match cell {
                TableCell::Empty => continue,
                TableCell::Text(text) => sheet.write_string(n, place(m), text)?,
                TableCell::Whole(number) => sheet.write_number(n, place(m), f64::from(*number))?,
                TableCell::Points(value) => sheet.write_number(n, place(m), value.float())?,
                TableCell::Grade(value) => sheet.write_number_with_format(n, place(m), value.float(), &grade)?,
            };
        }
    }
    sheet.set_freeze_panes(1, 1)?;
    book.save_to_buffer()
}

fn width(cell: &TableCell) -> usize {
    match cell {
        TableCell::Text(text) => text.chars().count(),
        _ => 0,
    }
}

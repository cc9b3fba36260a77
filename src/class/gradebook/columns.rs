//! Which column takes which lab's grades.

use super::Options;
use super::fill::Finding;
use super::layout::{Column, Layout};
use super::sheet::Sheet;
use super::words::{fold, nearest, words};
use crate::class::LabSummary;

/// For each lab, its column in the layout; none for those that a worksheet is not about.
pub fn columns<'l>(
    labs: &[&'l LabSummary],
    sheet: &Sheet,
    layout: &Layout,
    options: &Options,
) -> Result<Vec<(&'l LabSummary, usize)>, Vec<Finding>> {
    let mut found: Vec<(&LabSummary, usize)> = Vec::new();
    let mut findings = Vec::new();
    let search = Search { sheet, layout };
    for lab in labs {
        let said = options.columns.iter().find(|(id, _)| *id == lab.id);
        let column = match said {
            Some((_, header)) => search.named(header),
            None if layout.single => search.single(lab, labs),
            None => search.titled(lab),
        };
        match column {
            Ok(Some(column)) => found.push((lab, column)),
            Ok(None) => {}
            Err(text) => findings.push(Finding::at(sheet.header().line, text)),
        }
    }
    for (n, (lab, column)) in found.iter().enumerate() {
        if let Some((other, _)) = found[..n].iter().find(|(_, c)| c == column) {
            let header = search.header(*column);
            let text = format!(
                "column `{header}` would take both {} and {}: say which is whose with --column LAB=HEADER",
                other.id, lab.id
            );
            findings.push(Finding::at(sheet.header().line, text));
        }
    }
    if found.is_empty() && findings.is_empty() {
        let ids: Vec<&str> = labs.iter().map(|l| l.id.as_str()).collect();
        let text = format!(
            "a worksheet is about one assignment, and the class has {}: say which it is with --lab",
            ids.join(", ")
        );
        findings.push(Finding::at(sheet.header().line, text));
    }
    if findings.is_empty() { Ok(found) } else { Err(findings) }
}

struct Search<'s> {
    sheet: &'s Sheet,
    layout: &'s Layout,
}

impl Search<'_> {
    fn header(&self, column: usize) -> &str {
        self.sheet.header().get(self.layout.columns[column].index).trim()
    }

    /// The column that the professor names: by its header or its title.
    fn named(&self, wanted: &str) -> Result<Option<usize>, String> {
        let all = || self.layout.columns.iter().enumerate();
        let exact = |n: usize| self.header(n) == wanted.trim();
        let like =
            |n: usize, column: &Column| fold(self.header(n)) == fold(wanted) || fold(&column.title) == fold(wanted);
        let mut meant: Vec<usize> = all().filter(|(n, _)| exact(*n)).map(|(n, _)| n).collect();
        if meant.is_empty() {
            meant = all().filter(|(n, column)| like(*n, column)).map(|(n, _)| n).collect();
        }
        let open: Vec<usize> = meant
            .iter()
            .copied()
            .filter(|&n| self.layout.columns[n].closed.is_none())
            .collect();
        match (meant.as_slice(), open.as_slice()) {
            (_, [one]) => Ok(Some(*one)),
            ([], _) => {
                let near = nearest(wanted, all().map(|(n, _)| self.header(n)));
                let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                Err(format!("no grade column is called `{wanted}`{near}"))
            }
            ([closed, ..], []) => Err(self.closed(*closed)),
            _ => Err(format!(
                "{} columns are called `{wanted}`: rename one, or say the whole header",
                open.len()
            )),
        }
    }

    fn closed(&self, column: usize) -> String {
        let why = self.layout.columns[column].closed.as_deref().unwrap_or_default();
        format!("column `{}` takes no grade: it {why}", self.header(column))
    }

    /// The only column, if the file is about this lab.
    fn single(&self, lab: &LabSummary, labs: &[&LabSummary]) -> Result<Option<usize>, String> {
        let column = &self.layout.columns[0];
        let best = labs.iter().map(|l| likeness(l, &column.title)).max().unwrap_or(0);
        let alone = labs.iter().filter(|l| likeness(l, &column.title) == best).count() == 1;
        Ok((labs.len() == 1 || (best > 0 && alone && likeness(lab, &column.title) == best)).then_some(0))
    }

    /// The column whose title is most like the lab's.
    fn titled(&self, lab: &LabSummary) -> Result<Option<usize>, String> {
        let rated = self
            .layout
            .columns
            .iter()
            .enumerate()
            .map(|(n, column)| (likeness(lab, &column.title), n));
        let rated: Vec<(u8, usize)> = rated.filter(|(likeness, _)| *likeness > 0).collect();
        let (open, closed): (Vec<_>, Vec<_>) = rated
            .iter()
            .partition(|(_, n)| self.layout.columns[*n].closed.is_none());
        let best = open.iter().map(|(likeness, _)| *likeness).max();
        let best: Vec<usize> = open.iter().filter(|(l, _)| Some(*l) == best).map(|(_, n)| *n).collect();
        let id = &lab.id;
        match best.as_slice() {
            [one] => Ok(Some(*one)),
            [] if !closed.is_empty() => Err(self.closed(closed[0].1)),
            [] => {
                let open = || (0..self.layout.columns.len()).filter(|&n| self.layout.columns[n].closed.is_none());
                let near = nearest(&lab.title, open().map(|n| self.header(n)))
                    .or_else(|| open().map(|n| self.header(n)).next());
                let near = near.unwrap_or("HEADER");
                Err(format!(
                    "no column is for {id} (`{}`); did you mean --column '{id}={near}'? If the file has none, name the labs that it has with --lab",
                    lab.title
                ))
            }
            several => {
                let names: Vec<String> = several.iter().map(|&n| format!("`{}`", self.header(n))).collect();
                Err(format!(
                    "several columns may be meant for {id}: {}; say which, as in --column '{id}={}'",
                    names.join(", "),
                    self.header(several[0])
                ))
            }
        }
    }
}

/// How much a column's title is like a lab's: equal, contains its title, contains its id.
fn likeness(lab: &LabSummary, title: &str) -> u8 {
    let (column, title, id) = (words(title), words(&lab.title), words(&lab.id));
    match () {
        () if column == title || column == id => 3,
        () if !title.trim().is_empty() && column.contains(&title) => 2,
        () if column.contains(&id) => 1,
        () => 0,
    }
}

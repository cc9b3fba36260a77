//! Which column takes which lab's grades.

use super::finding::Finding;
use super::layout::{GradeColumn, Layout};
use super::likeness::{clearest, likeness, nearest};
use super::options::GradebookOptions;
use super::sheet::Sheet;
use super::words::fold;
use crate::class::LabSummary;

/// For each of `labs`, its column in the layout; none for those that a worksheet is not about. A column that fits another
/// lab of the class as well is nobody's: `class` has all of them.
pub fn columns<'l>(
    labs: &[&'l LabSummary],
    class: &[LabSummary],
    sheet: &Sheet,
    layout: &Layout,
    options: &GradebookOptions,
) -> Result<Vec<(&'l LabSummary, usize)>, Vec<Finding>> {
    let mut found: Vec<(&LabSummary, usize)> = Vec::new();
    let mut findings = Vec::new();
    let search = ColumnSearch { sheet, layout, class };
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
                "column `{header}` matches both {} and {}: choose a column for each with --column LAB=HEADER",
                other.id, lab.id
            );
            findings.push(Finding::at(sheet.header().line, text));
        }
    }
    if found.is_empty() && findings.is_empty() {
        let ids: Vec<&str> = labs.iter().map(|l| l.id.as_str()).collect();
        let text = format!(
            "a worksheet is for one assignment, but the class has {}: choose one with --lab",
            ids.join(", ")
        );
        findings.push(Finding::at(sheet.header().line, text));
    }
    if findings.is_empty() { Ok(found) } else { Err(findings) }
}

struct ColumnSearch<'s> {
    sheet: &'s Sheet,
    layout: &'s Layout,
    class: &'s [LabSummary],
}

impl ColumnSearch<'_> {
    /// How much a column is like a lab, and the lab of the class that it is more or as much like.
    fn rated(&self, lab: &LabSummary, column: &GradeColumn) -> (u8, Option<&LabSummary>) {
        let mine = likeness(lab, &column.title);
        let others = self.class.iter().filter(|other| other.id != lab.id);
        let rival = others.max_by_key(|other| likeness(other, &column.title));
        (
            mine,
            rival.filter(|rival| likeness(rival, &column.title) >= mine.max(1)),
        )
    }

    fn header(&self, column: usize) -> &str {
        self.sheet.header().get(self.layout.columns[column].index).trim()
    }

    /// The column that the professor names: by its header or its title.
    fn named(&self, wanted: &str) -> Result<Option<usize>, String> {
        let all = || self.layout.columns.iter().enumerate();
        let exact = |n: usize| self.header(n) == wanted.trim();
        let like = |n: usize, column: &GradeColumn| {
            fold(self.header(n)) == fold(wanted) || fold(&column.title) == fold(wanted)
        };
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
                let near = super::words::nearest(wanted, all().map(|(n, _)| self.header(n)));
                let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                Err(format!("no grade column is called `{wanted}`{near}"))
            }
            ([closed, ..], []) => Err(self.closed(*closed)),
            _ => Err(format!(
                "{} columns are called `{wanted}`: rename one, or give the whole header",
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
        let asked = labs.len() == 1;
        match self.rated(lab, column) {
            (mine, Some(rival)) if asked && likeness(rival, &column.title) > mine => Err(format!(
                "this worksheet is called `{}`, like lab {}, but you asked for lab {}. If it belongs to {} anyway, add --column '{}={}'",
                column.title,
                rival.id,
                lab.id,
                lab.id,
                lab.id,
                self.header(0)
            )),
            (0, _) | (_, Some(_)) => Ok(asked.then_some(0)),
            (_, None) => Ok(Some(0)),
        }
    }

    /// The column whose title is most like the lab's, and more like it than like any other of the class.
    fn titled(&self, lab: &LabSummary) -> Result<Option<usize>, String> {
        let rated = self.layout.columns.iter().enumerate();
        let rated = rated.filter_map(|(n, column)| match self.rated(lab, column) {
            (0, _) | (_, Some(_)) => None,
            (mine, None) => Some((mine, n)),
        });
        let rated: Vec<(u8, usize)> = rated.collect();
        let (open, closed): (Vec<_>, Vec<_>) = rated
            .iter()
            .partition(|(_, n)| self.layout.columns[*n].closed.is_none());
        let best = open.iter().map(|(likeness, _)| *likeness).max();
        let best: Vec<usize> = open.iter().filter(|(l, _)| Some(*l) == best).map(|(_, n)| *n).collect();
        let id = &lab.id;
        match best.as_slice() {
            [one] => Ok(Some(*one)),
            [] if !closed.is_empty() => Err(self.closed(closed[0].1)),
            [] => Err(format!(
                "no column matches {id} (`{}`){} If the file has none, name the labs that it has with --lab",
                lab.title,
                self.suggestion(lab)
            )),
            several => {
                let names: Vec<String> = several.iter().map(|&n| format!("`{}`", self.header(n))).collect();
                Err(format!(
                    "several columns match {id}: {}; choose one, for example --column '{id}={}'",
                    names.join(", "),
                    self.header(several[0])
                ))
            }
        }
    }

    /// Which column may be a lab's: one that takes grades and is no other lab's.
    fn suggestion(&self, lab: &LabSummary) -> String {
        const FEW: usize = 5;
        let all = self.layout.columns.iter().enumerate();
        let free = all.filter(|(_, column)| column.closed.is_none() && clearest(self.class, &column.title).is_none());
        let free: Vec<(usize, &GradeColumn)> = free.collect();
        let id = &lab.id;
        if let Some((near, _)) = nearest(lab, free.iter().map(|(n, column)| (*n, column.title.as_str()))) {
            return format!("; did you mean --column '{id}={}'?", self.header(near));
        }
        let names: Vec<String> = free
            .iter()
            .take(FEW)
            .map(|(n, _)| format!("`{}`", self.header(*n)))
            .collect();
        match (names.is_empty(), free.len() > FEW) {
            (true, _) => format!(": choose one with --column '{id}=HEADER'."),
            (false, more) => format!(
                ": choose one with --column '{id}=HEADER'. Columns of no other lab: {}{}.",
                names.join(", "),
                if more { ", …" } else { "" }
            ),
        }
    }
}

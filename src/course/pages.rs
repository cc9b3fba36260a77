//! The author's mistakes in the book: steps and chapters that do not fit together, `{{#check}}` that stands for nothing,
//! anchors that open two places.

use super::chapter::{self, Misplaced, PAGES, advice_directives, directives, page_of, steps_on};
use super::diagnostics::Diagnostics;
use super::diagnostics::report;
use super::include::Includes;
use super::source::{CourseFiles, SourceFile};
use super::step::{Lab, Step};
use super::{settings, summary};
use indexmap::IndexMap;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

/// Looks at every page. Those of a lab that could not be read whole (`unread`) are left out: one mistake, one message.
pub(super) fn lint(
    files: &CourseFiles,
    labs: &IndexMap<String, Lab>,
    unread: &[String],
    diagnostics: &RefCell<Diagnostics>,
) {
    let summary = files.get(&format!("{PAGES}/SUMMARY.md"));
    for file in chapters(files) {
        let inner = &file.path[PAGES.len() + 1..];
        let folder = inner.split_once('/').map(|(folder, _)| folder);
        let steps = steps_on(labs.values(), &file.path);
        let of_unread = |lab: &str| unread.iter().any(|u| u == lab);
        if folder.is_some_and(of_unread) || steps.iter().any(|(lab, _)| of_unread(&lab.id)) {
            continue;
        }
        let page = ChapterPage {
            file,
            here: steps,
            diagnostics,
        };
        for directive in advice_directives(&file.text) {
            if let Err((at, misplaced)) = chapter::advice_of(labs.values(), &directive)
                && unread.is_empty()
            {
                page.report(at, misplaced.to_string(), "like `{{#advice LAB}}`");
            }
        }
        if let Some(lab) = folder.and_then(|folder| labs.get(folder))
            && page.here.is_empty()
            && !is_page(lab, &file.path)
        {
            let html = inner.trim_end_matches(".md");
            page.report(
                first_line(&file.text),
                "this chapter has no step",
                format!(
                    "give it one in `labs/{0}/lab.yaml`, or list it there under `pages`: `{html}.html`",
                    lab.id
                ),
            );
        }
        page.lint();
        if let Some(summary) = summary
            && !page.here.is_empty()
            && !summary.text.contains(&format!("({inner})"))
            && !summary.text.contains(&format!("(./{inner})"))
        {
            let message = format!("`SUMMARY.md` does not list this chapter: add `({inner})`");
            page.report(first_line(&file.text), message, "not a page of the built book");
        }
    }
}

/// The book's text files, those that are included among them.
fn chapters(files: &CourseFiles) -> impl Iterator<Item = &Arc<SourceFile>> {
    files.at_any_depth(PAGES).filter(|file| file.path.ends_with(".md"))
}

/// Looks at every path that the book names: each stays within the course.
pub(super) fn bounds(files: &CourseFiles, diagnostics: &RefCell<Diagnostics>) {
    settings::read(files, diagnostics);
    let mut includes = Includes::new(files);
    let mut said = HashSet::new();
    for file in chapters(files) {
        if file.path == format!("{PAGES}/SUMMARY.md") {
            summary::lint(file, diagnostics);
            continue;
        }
        // A file that several pages include has its mistakes once.
        for error in includes.expand(file, &file.text).err().into_iter().flatten() {
            if said.insert((error.file.path.clone(), error.at.start, error.why.clone())) {
                report(diagnostics, &error.file, error.at, error.why.to_string(), "");
            }
        }
    }
}

/// Whether the lab has this page without a step: its first one, or one under `pages`.
fn is_page(lab: &Lab, path: &str) -> bool {
    path == format!("{PAGES}/{}/index.md", lab.id) || lab.pages.iter().any(|page| page_of(page) == path)
}

fn first_line(text: &str) -> Range<usize> {
    0..text.lines().next().unwrap_or_default().len()
}

struct ChapterPage<'a> {
    file: &'a Arc<SourceFile>,
    here: Vec<(&'a Lab, &'a Step)>,
    diagnostics: &'a RefCell<Diagnostics>,
}

impl ChapterPage<'_> {
    fn report(&self, at: Range<usize>, message: impl Into<String>, label: impl Into<String>) {
        report(self.diagnostics, self.file, at, message, label);
    }

    fn lint(&self) {
        let text = &self.file.text;
        let mut anchors: Vec<(String, Range<usize>, bool)> = chapter::anchors(text)
            .into_iter()
            .map(|anchor| (anchor.id, anchor.at, anchor.given))
            .collect();
        let mut named: HashMap<String, Range<usize>> = HashMap::new();
        for found in directives(text) {
            let directive = match found {
                Ok(directive) => directive,
                Err(at) => {
                    self.report(at, Misplaced::Form.to_string(), "like `{{#check kinesis}}`");
                    continue;
                }
            };
            if named.contains_key(&directive.name) {
                self.report(
                    directive.at,
                    format!("`{}` is placed twice", directive.name),
                    "the second time",
                );
                continue;
            }
            if let Err(misplaced) = chapter::named(&self.here, &directive.name) {
                self.report(directive.at.clone(), misplaced.to_string(), "");
            }
            named.insert(directive.name, directive.at);
        }
        for (_, step) in &self.here {
            let whole = named.get(&step.id);
            if whole.is_none() {
                self.report(
                    first_line(text),
                    format!("the chapter of step `{0}` lacks `{{{{#check {0}}}}}`", step.id),
                    "it shows the step's checks",
                );
            }
            for check in step.all_checks() {
                if let Some(at) = named.get(&check.id).or(whole) {
                    anchors.push((step.anchor(&check.id).to_owned(), at.clone(), true));
                }
            }
        }
        self.twice(anchors);
    }

    /// An anchor that was given, and is there a second time. mdBook tells two equal headings apart by itself.
    fn twice(&self, mut anchors: Vec<(String, Range<usize>, bool)>) {
        anchors.sort_by_key(|(_, at, _)| at.start);
        let mut first: HashMap<&str, (usize, bool)> = HashMap::new();
        for (id, at, given) in &anchors {
            match first.get(id.as_str()) {
                Some((line, before)) if *given || *before => {
                    self.report(
                        at.clone(),
                        format!("the anchor `{id}` appears twice"),
                        format!("first in line {line}"),
                    );
                }
                Some(_) => {}
                None => {
                    let line = self.file.text[..at.start].matches('\n').count() + 1;
                    first.insert(id, (line, *given));
                }
            }
        }
    }
}

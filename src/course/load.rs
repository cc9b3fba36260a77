//! From files to a [`Course`]: labs, steps, faults; then everything that is named is held against what there is.

use super::advice;
use super::chapter::{PAGES, page_of};
use super::charged;
use super::decode;
use super::diagnostics::{Diagnostics, SourcePlace, report};
use super::edition::Course;
use super::given::GivenNames;
use super::name::closest;
use super::node;
use super::pages;
use super::parts;
use super::paths::below;
use super::reader::Reader;
use super::reference::LANGUAGE;
use super::resolve;
use super::source::CourseFiles;
use super::step::{Lab, Step};
use super::subjects;
use super::timings;
use super::vocabulary::Vocabulary;
use indexmap::IndexMap;
use std::cell::RefCell;
use std::sync::OnceLock;

/// How much of a course is read: start-up does no work that the verb does not need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Labs and checks.
    Checks,
    /// The solutions too.
    Solution,
    /// The faults too: all that `lint` looks at.
    Everything,
}

/// Reads and checks a course.
///
/// # Errors
/// Every mistake that was found, never just the first.
pub fn load(files: CourseFiles, vocabulary: &Vocabulary, part: Part) -> Result<Course, Diagnostics> {
    let diagnostics = RefCell::new(Diagnostics::default());
    let mut labs = IndexMap::new();
    let mut unread = Vec::new();
    for id in files.folders("labs") {
        match lab(&files, id, vocabulary, part, &diagnostics) {
            Some((lab, whole)) => {
                if !whole {
                    unread.push(id.to_owned());
                }
                labs.insert(id.to_owned(), lab);
            }
            None => unread.push(id.to_owned()),
        }
    }
    // Only who lints, or compares with AWS, needs the times.
    let timings = (part == Part::Everything)
        .then(|| timings::read(&files, &diagnostics))
        .flatten();
    // A limit that is short is the author's matter, and keeps nobody from being checked.
    if let Some(timings) = &timings {
        labs.values().for_each(|lab| timings::hold(lab, timings, &diagnostics));
    }
    for id in files.folders("checks") {
        if files.get(&format!("labs/{id}/lab.yaml")).is_none()
            && let Some(file) = files.below(&format!("checks/{id}")).next()
        {
            report(
                &diagnostics,
                file,
                0..0,
                format!("there is no `labs/{id}/lab.yaml` for these checks"),
                "",
            );
        }
    }
    if part == Part::Everything && files.has_book() {
        pages::lint(&files, &labs, &unread, &diagnostics);
        pages::bounds(&files, &diagnostics);
    }
    let diagnostics = diagnostics.into_inner();
    if diagnostics.is_empty() {
        Ok(Course {
            labs,
            timings: timings.unwrap_or_default(),
            files,
        })
    } else {
        Err(diagnostics)
    }
}

/// A lab, and whether all of its steps and checks could be read.
fn lab(
    files: &CourseFiles,
    id: &str,
    vocabulary: &Vocabulary,
    part: Part,
    diagnostics: &RefCell<Diagnostics>,
) -> Option<(Lab, bool)> {
    let file = files.get(&format!("labs/{id}/lab.yaml"))?;
    if id == LANGUAGE {
        let message = format!("a lab cannot be called `{id}`: `edemlab explain {id}` shows the check language");
        let way_out = format!("rename `labs/{id}/` and `checks/{id}/`");
        report(diagnostics, file, 0..0, message, way_out);
    }
    let root = node::parse(file, diagnostics)?;
    let reader = Reader {
        file: file.clone(),
        diagnostics,
    };
    let mut fields = reader.fields(root, "a lab")?;
    let title = fields.text("title");
    let edition = fields.text("edition");
    let step_nodes = fields
        .require("steps")
        .map(|n| reader.list(n, "`steps`"))
        .unwrap_or_default();
    let page_nodes = fields.take("pages").map(|n| reader.list(n, "`pages`"));
    let costs = charged::words(&reader, fields.take("costs"), vocabulary);
    let written = parts::read(&reader, fields.take("parts"));
    fields.finish();

    let mut lab = Lab {
        id: id.to_owned(),
        title: title?,
        edition: edition?,
        steps: Vec::new(),
        pages: Vec::new(),
        resources: IndexMap::new(),
        advice: Vec::new(),
        costs,
        solution: None,
        parts: Vec::new(),
        faults: Vec::new(),
        variants: Vec::new(),
        literals: Default::default(),
        paths_read: Default::default(),
        given: GivenNames::of(files, id),
        reads: OnceLock::new(),
    };
    let mut places: IndexMap<String, SourcePlace> = IndexMap::new();
    let mut known = Vec::new();
    let mut broken = Vec::new();
    for node in step_nodes {
        let Some(mut fields) = reader.fields(node, "a step") else {
            continue;
        };
        let id_node = fields.require("id");
        let at = id_node.as_ref().map_or(0..0, |n| n.at.clone());
        let step_id = id_node.and_then(|n| reader.text(&n, "`id`"));
        let (title, chapter) = (fields.text("title"), fields.text("chapter"));
        fields.finish();
        let (Some(step_id), Some(title), Some(chapter)) = (step_id, title, chapter) else {
            continue;
        };
        if known.contains(&step_id) {
            reader.report(at, format!("step `{step_id}` is listed twice"), "the second time");
            continue;
        }
        known.push(step_id.clone());
        let page = page_of(&chapter);
        match below(PAGES, &chapter) {
            Err(why) => reader.report(
                at.clone(),
                format!("step `{step_id}` cannot have the chapter `{chapter}`: {why}"),
                "such as `lab/step.html`",
            ),
            Ok(_) if files.has_book() && files.get(&page).is_none() => reader.report(
                at.clone(),
                format!("step `{step_id}` has no chapter"),
                format!("there is no `{page}`"),
            ),
            Ok(_) => {}
        }
        let path = format!("checks/{id}/{step_id}.yaml");
        let Some(step_file) = files.get(&path) else {
            reader.report(
                at,
                format!("step `{step_id}` has no checks"),
                format!("there is no `{path}`"),
            );
            continue;
        };
        let Some(root) = node::parse(step_file, diagnostics) else {
            continue;
        };
        let decoded = decode::step(
            &Reader {
                file: step_file.clone(),
                diagnostics,
            },
            &step_id,
            root,
        );
        broken.extend(decoded.broken);
        let mut finds = Vec::new();
        for (resource, at) in decoded.resources {
            let name = resource.name.clone();
            if let Some((file, _)) = places.get(&name) {
                let first = format!("first in `{}`", file.path);
                report(
                    diagnostics,
                    step_file,
                    at,
                    format!("`{name}` is named twice in this lab"),
                    first,
                );
                continue;
            }
            finds.push(name.clone());
            places.insert(name.clone(), (step_file.clone(), at));
            lab.resources.insert(name, resource);
        }
        lab.steps.push(Step {
            id: step_id,
            title,
            chapter,
            finds,
            checks: decoded.checks,
            probe: decoded.probe,
        });
    }
    for node in page_nodes.into_iter().flatten() {
        let Some(page) = reader.text(&node, "a page of the book, such as `lab/page.html`") else {
            continue;
        };
        if let Err(why) = below(PAGES, &page) {
            reader.report(
                node.at.clone(),
                format!("`{page}` is not a page of the book: {why}"),
                "",
            );
        } else if files.has_book() && files.get(&page_of(&page)).is_none() {
            let label = format!("there is no `{}`", page_of(&page));
            reader.report(node.at.clone(), format!("the page `{page}` is not in the book"), label);
        }
        if let Some(step) = lab.steps.iter().find(|step| step.chapter == page) {
            let label = format!("the chapter of step `{}`", step.id);
            reader.report(node.at, "`pages` are those without a step", label);
        }
        lab.pages.push(page);
    }
    for file in files.below(&format!("checks/{id}")) {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        let step = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"));
        if let Some(step) = step
            && !known.iter().any(|k| k == step)
        {
            let near = closest(step, known.iter().map(String::as_str));
            let label = near.map(|n| format!("did you mean `{n}`?")).unwrap_or_default();
            report(
                diagnostics,
                file,
                0..0,
                format!("`labs/{id}/lab.yaml` lists no step `{step}`"),
                label,
            );
        }
    }
    let mut advice_is_read = true;
    if let Some(file) = files.get(&format!("labs/{id}/advice.yaml")) {
        let root = node::parse(file, diagnostics);
        advice_is_read = root.is_some();
        lab.advice = root
            .map(|root| advice::read(file, root, diagnostics))
            .unwrap_or_default();
    }
    if part >= Part::Solution
        && let Some(file) = files.get(&format!("labs/{id}/solution.yaml"))
    {
        let solution = node::parse(file, diagnostics);
        if let Some(solution) = &solution {
            charged::hold(solution, file, &lab.costs, vocabulary, diagnostics);
        }
        lab.solution = solution.map(|n| n.to_json());
    }
    let unread = lab.steps.len() < known.len();
    let not_read = resolve::Unread {
        steps: unread,
        checks: &broken,
    };
    resolve::lab(&lab, &places, not_read, vocabulary, diagnostics);
    parts::hold(&reader, &mut lab, written, !unread && broken.is_empty());
    // While a step cannot be read, its checks are not missing: one mistake, one message.
    if part == Part::Everything && !unread {
        subjects::read(files, &mut lab, &broken, diagnostics);
    }
    let whole = !unread && broken.is_empty() && advice_is_read;
    Some((lab, whole))
}

//! A course that has passed lint.

use super::name::UnknownName;
use super::settings::BookSettings;
use super::source::CourseFiles;
use super::step::Lab;
use super::timings::Timing;
use indexmap::IndexMap;

/// A course that has passed `lint`.
#[derive(Debug)]
pub struct Course {
    /// Its labs, by id.
    pub labs: IndexMap<String, Lab>,
    /// How long AWS may take.
    pub timings: Vec<Timing>,
    /// The files it was read from.
    pub files: CourseFiles,
}

impl Course {
    /// Its title: that of its book, else nothing.
    pub fn title(&self) -> String {
        let settings = BookSettings::of(&self.files).unwrap_or_default();
        settings.title.unwrap_or_default()
    }

    /// What the guide calls a lab: the title of its chapter, and `Lab 1` by its place among the labs of the guide, or of the
    /// course where there is no guide.
    pub fn names_of(&self, lab: &str) -> Vec<String> {
        let summary = self.files.get("book/src/SUMMARY.md").map_or("", |file| &file.text);
        let mut chapters: IndexMap<&str, &str> = IndexMap::new();
        for line in summary.lines() {
            let link = line.split_once('[').and_then(|(_, rest)| rest.split_once("]("));
            if let Some((title, page)) = link
                && let Some((id, _)) = page.split_once('/')
                && let Some((id, _)) = self.labs.get_key_value(id)
            {
                chapters.entry(id).or_insert(title);
            }
        }
        let place = chapters.get_index_of(lab).or_else(|| self.labs.get_index_of(lab));
        let title = chapters.get(lab).map(|title| (*title).to_owned());
        title
            .into_iter()
            .chain(place.map(|n| format!("Lab {}", n + 1)))
            .collect()
    }

    /// The lab called `id`.
    ///
    /// # Errors
    /// When there is none: names those that there are.
    pub fn lab(&self, id: &str) -> Result<&Lab, UnknownName> {
        self.labs
            .get(id)
            .ok_or_else(|| UnknownName::new("lab", id, self.labs.keys().map(String::as_str)))
    }
}

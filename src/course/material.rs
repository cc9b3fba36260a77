//! What a student is given of a lab: the files in the folders of `labs/LAB/`. What lies beside these folders (the lab's
//! steps, its solution) is the author's.

use super::source::{CourseFiles, within};

/// A file that a student works with or reads: text or not.
#[derive(Debug, PartialEq, Eq)]
pub struct Material<'c> {
    /// Its path within the course, with `/`: `labs/LAB/code/…`. Each of its names is plain.
    pub path: &'c str,
    /// What is in it.
    pub bytes: &'c [u8],
}

impl CourseFiles {
    /// The material of a lab, in the order of its paths.
    pub fn material(&self, lab: &str) -> Vec<Material<'_>> {
        let root = format!("labs/{lab}");
        let mut found = self.all_below(&root);
        found.retain(|file| within(&root, file.path).is_some_and(|rest| rest.contains('/')));
        found
    }

    /// The files of the book, its pictures and styles too, in the order of their paths.
    pub fn book(&self) -> Vec<Material<'_>> {
        self.all_below("book")
    }

    fn all_below(&self, folder: &str) -> Vec<Material<'_>> {
        let texts = self.every().map(|file| (file.path.as_str(), file.text.as_bytes()));
        let others = self.others.iter().map(|(path, bytes)| (path.as_str(), &bytes[..]));
        let mut found: Vec<Material> = texts
            .chain(others)
            .filter(|(path, _)| within(folder, path).is_some())
            .map(|(path, bytes)| Material { path, bytes })
            .collect();
        found.sort_by(|a, b| a.path.cmp(b.path));
        found
    }
}

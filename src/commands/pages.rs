//! `edemlab pages`.

use crate::class::Counts;
use crate::class::folder::Folder;
use crate::class::pages;
use crate::cli::{Count, PagesArgs};
use crate::report::text::visible;

pub fn run(args: &PagesArgs) -> anyhow::Result<u8> {
    let folder = Folder::open(&args.folder)?;
    let pages = pages::write(&folder, args.count.into())?;
    let index = visible(&pages.index.display().to_string());
    let people = if pages.students == 1 { "student" } else { "students" };
    super::print(&format!(
        "{index}\n\n{} {people}, each with students/ID.html and feedback/ID.md.",
        pages.students
    ))
}

impl From<Count> for Counts {
    fn from(count: Count) -> Self {
        match count {
            Count::Last => Self::Last,
            Count::Best => Self::Best,
            Count::Deadline => Self::Deadline,
        }
    }
}

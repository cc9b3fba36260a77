//! `edemlab pages`.

use crate::class::folder::ClassFolder;
use crate::class::pages;
use crate::cli::PagesArgs;
use crate::report::text::visible;

pub fn run(args: &PagesArgs) -> anyhow::Result<u8> {
    let folder = ClassFolder::open(&args.folder)?;
    let pages = pages::write(&folder, args.count.into())?;
    let index = visible(&pages.index.display().to_string());
    let people = if pages.students == 1 { "student" } else { "students" };
    super::output::print(&format!(
        "{index}\n\n{} {people}, each with students/ID.html and feedback/ID.md.",
        pages.students
    ))
}

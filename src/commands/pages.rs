//! `edemlab pages`.

use crate::class::folder::ClassFolder;
use crate::class::mail::mails;
use crate::class::pages;
use crate::cli::PagesArgs;
use crate::private;
use crate::report::text::{cut, visible};
use anyhow::Context;
use std::path::Path;

/// Students that are named.
const MAX_SHOWN: usize = 20;

pub fn run(args: &PagesArgs) -> anyhow::Result<u8> {
    let folder = ClassFolder::open(&args.folder)?;
    let pages = pages::write(&folder, args.count.into())?;
    if let Some(file) = &args.mail {
        mail(&folder, file)?;
    }
    let index = visible(&pages.index.display().to_string());
    let people = if pages.students == 1 { "student" } else { "students" };
    super::output::print(&format!(
        "{index}\n\n{} {people}, each with students/ID.html and feedback/ID.md.",
        pages.students
    ))
}

/// The table for a mail merge. Who is not in it is said.
fn mail(folder: &ClassFolder, file: &Path) -> anyhow::Result<()> {
    let mails = mails(folder)?;
    let shown = visible(&file.display().to_string());
    private::write(file, mails.csv.as_bytes()).with_context(|| format!("cannot write {shown}"))?;
    super::output::note(&format!("{} mails → {shown}", mails.count));
    if !mails.without.is_empty() {
        let ids: Vec<String> = mails
            .without
            .iter()
            .take(MAX_SHOWN)
            .map(|student| cut(&student.id, 60))
            .collect();
        let more = match mails.without.len().saturating_sub(MAX_SHOWN) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        super::output::note(&format!(
            "note: the roster has no e-mail address of {}{more}",
            ids.join(", ")
        ));
    }
    Ok(())
}

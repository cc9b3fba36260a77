//! `edemlab files`: a lab's code and data, for those who have the program and not the course's folder.

use super::common;
use crate::confined::{EntryKind, Folder};
use crate::course::UnknownName;
use anyhow::{Context, bail};
use std::io::Read;
use std::path::{Path, PathBuf};

pub fn run(course: Option<PathBuf>, lab: &str, to: &Path, force: bool) -> anyhow::Result<u8> {
    let files = common::files(course)?;
    let labs = files.folders("labs");
    if !labs.contains(&lab) {
        return Err(UnknownName::new("lab", lab, labs.into_iter()).into());
    }
    let material = files.material(lab);
    let (mut written, mut same, mut kept) = (0, 0, Vec::new());
    if !material.is_empty() {
        let cannot = || format!("cannot write into {}", to.display());
        std::fs::create_dir_all(to).with_context(cannot)?;
        let root = Folder::open(to).with_context(cannot)?;
        for file in material {
            let target = to.join(file.path);
            match place(&root, to, file.path, file.bytes, force)? {
                Placed::Written => written += 1,
                Placed::Same => same += 1,
                Placed::Kept => kept.push(target),
            }
        }
    }
    let folder = to.join("labs").join(lab);
    super::output::print(&format!(
        "{}: {}",
        folder.display(),
        match (written, same) {
            (0, 0) if kept.is_empty() => "the lab has no files".to_owned(),
            (written, 0) => format!("{} written", counted(written)),
            (0, same) => format!("{} there already", counted(same)),
            (written, same) => format!("{} written, {same} there already", counted(written)),
        }
    ))?;
    for path in &kept {
        super::output::print(&format!("kept {}: yours differs from the course's", path.display()))?;
    }
    if !kept.is_empty() {
        super::output::print("\nTo replace what was kept: the same command with --force. Your changes are lost then.")?;
    }
    Ok(0)
}

fn counted(files: usize) -> String {
    format!("{files} file{}", if files == 1 { "" } else { "s" })
}

enum Placed {
    Written,
    Same,
    Kept,
}

/// Puts a file at `path` below the folder that the user named, and nowhere else: through no link on the way.
fn place(root: &Folder, to: &Path, path: &str, bytes: &[u8], force: bool) -> anyhow::Result<Placed> {
    let mut shown = to.to_owned();
    let mut folder = None;
    let mut names: Vec<&str> = path.split('/').collect();
    let file = names.pop().unwrap_or_default();
    for name in names {
        shown.push(name);
        let cannot = || format!("cannot make {}", shown.display());
        let parent = folder.as_ref().unwrap_or(root);
        parent.make_folder(name.as_ref()).with_context(cannot)?;
        let found = parent.kind(name.as_ref()).with_context(cannot)?;
        if found != Some(EntryKind::Folder) {
            return not_there(&shown, found, "a folder");
        }
        folder = Some(parent.folder(name.as_ref()).with_context(cannot)?);
    }
    shown.push(file);
    let folder = folder.as_ref().unwrap_or(root);
    let found = folder
        .kind(file.as_ref())
        .with_context(|| format!("cannot read {}", shown.display()))?;
    match found {
        None => {}
        Some(EntryKind::File) => {
            let mut theirs = Vec::new();
            // More than ours is different: the rest need not be read.
            folder
                .file(file.as_ref())
                .and_then(|file| file.take(bytes.len() as u64 + 1).read_to_end(&mut theirs))
                .with_context(|| format!("cannot read {}", shown.display()))?;
            match theirs == bytes {
                true => return Ok(Placed::Same),
                false if !force => return Ok(Placed::Kept),
                false => {}
            }
        }
        found => return not_there(&shown, found, "a file"),
    }
    folder
        .replace(file.as_ref(), bytes)
        .with_context(|| format!("cannot write {}", shown.display()))?;
    Ok(Placed::Written)
}

fn not_there<T>(path: &Path, found: Option<EntryKind>, wanted: &str) -> anyhow::Result<T> {
    bail!(
        "cannot write {}: {wanted} of the lab belongs there, and {} is in its place. Remove it, or choose another folder with --to",
        path.display(),
        found.map_or("nothing", EntryKind::name)
    )
}

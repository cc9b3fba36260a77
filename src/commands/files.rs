//! `edemlab files`: a lab's code and data, for those who have the program and not the course's folder.

use super::common;
use crate::course::UnknownName;
use anyhow::Context;
use std::path::{Path, PathBuf};

pub fn run(course: Option<PathBuf>, lab: &str, to: &Path, force: bool) -> anyhow::Result<u8> {
    let files = common::files(course)?;
    let labs = files.folders("labs");
    if !labs.contains(&lab) {
        return Err(UnknownName::new("lab", lab, labs.into_iter()).into());
    }
    let (mut written, mut same, mut kept) = (0, 0, Vec::new());
    for file in files.material(lab)? {
        let target = to.join(&file.path);
        match std::fs::read(&target) {
            Ok(theirs) if theirs == *file.bytes => same += 1,
            Ok(_) if !force => kept.push(target),
            Ok(_) => {
                write(&target, &file.bytes)?;
                written += 1;
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                write(&target, &file.bytes)?;
                written += 1;
            }
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", target.display())),
        }
    }
    let folder = to.join("labs").join(lab);
    super::print(&format!(
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
        super::print(&format!("kept {}: yours differs from the course's", path.display()))?;
    }
    if !kept.is_empty() {
        super::print("\nTo replace what was kept: the same command with --force. Your changes are lost then.")?;
    }
    Ok(0)
}

fn counted(files: usize) -> String {
    format!("{files} file{}", if files == 1 { "" } else { "s" })
}

/// Writes a file that is whole or not there, whatever happens in between.
fn write(target: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let cannot = || format!("cannot write {}", target.display());
    let folder = target.parent().unwrap_or(target);
    std::fs::create_dir_all(folder).with_context(cannot)?;
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", std::process::id()));
    let part = target.with_file_name(name);
    let done = std::fs::write(&part, bytes).and_then(|()| std::fs::rename(&part, target));
    if done.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    done.with_context(cannot)
}

//! Files and folders that only this user can read, written so that nobody ever sees half of one.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Makes a folder, and those above it, that only this user can enter.
///
/// # Errors
/// The system's.
pub fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Options for a file that only this user can read, made if it is not there.
pub fn options() -> std::fs::OpenOptions {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Writes a private file so that a reader sees all of it or what was there before, whenever this process ends.
///
/// # Errors
/// The system's; then what was there before is still there.
pub fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    unfinished(path, content)?.persist(path)?;
    Ok(())
}

/// Writes a private file that must not be there yet; whoever reads it sees all of it.
///
/// # Errors
/// `AlreadyExists` when it is there, and the system's.
pub fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    unfinished(path, content)?.persist_noclobber(path)?;
    Ok(())
}

/// Whether others than its owner may read a file.
#[cfg(unix)]
pub fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}

/// Whether others than its owner may read a file: not known here.
#[cfg(not(unix))]
pub fn is_open_to_others(_: &Path) -> bool {
    false
}

/// Removes what killed writers have left below a folder. Only for who is its one writer.
///
/// # Errors
/// The system's.
pub fn sweep(folder: &Path) -> io::Result<()> {
    let mut files = files_below(folder)?;
    files.retain(|file| file.extension().is_some_and(|e| e == UNFINISHED));
    files.iter().try_for_each(std::fs::remove_file)
}

/// Every file in a folder of ours and in its folders. No link is followed: it counts as a file.
///
/// # Errors
/// The system's.
pub fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            match entry.file_type()?.is_dir() {
                true => folders.push(entry.path()),
                false => files.push(entry.path()),
            }
        }
    }
    Ok(files)
}

/// How the name of a file ends that is still being written.
const UNFINISHED: &str = "new";

/// A private file beside `path` with this content; it is removed unless it takes its place.
fn unfinished(path: &Path, content: &[u8]) -> io::Result<NamedTempFile> {
    let mut prefix = path.file_name().unwrap_or_default().to_owned();
    prefix.push(".");
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    // Readable by its owner only, which is the library's default.
    let mut file = tempfile::Builder::new()
        .prefix(&prefix)
        .suffix(&format!(".{UNFINISHED}"))
        .tempfile_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(content)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn files_and_folders_are_private() {
        use std::os::unix::fs::PermissionsExt;
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("a/b");
        create_folder(&folder).unwrap();
        write(&folder.join("state.json"), b"{}").unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&folder.join("state.json"))), (0o700, 0o600));
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    }
}

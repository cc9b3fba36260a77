//! Paths that a course names: each stays within the course, and each of its names means the same everywhere.

/// Why a path cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum PathError {
    /// It begins at the root of a disk, or is an address.
    #[error("it is absolute, and a course names only what is in its own folder")]
    Absolute,
    /// It leads out of the folder.
    #[error("it leads out of {0}")]
    Leaves(&'static str),
    /// One of its names is not plain.
    #[error("one of its names has a control character, or one of {NOT_IN_NAMES}")]
    Name,
}

/// What no name of a file has: it separates names, or ends them, on some system, in an address, in a page or its script.
pub(super) const NOT_IN_NAMES: &str = "`\\ / : * ? \" ' < > | &`, a backtick, and a dot or a blank at its end";

/// Whether a name is that of a file or folder in its folder, and stays itself on every system and in every page.
pub(crate) fn is_plain(name: &str) -> bool {
    let other = |c: char| c.is_control() || "\\/:*?\"'<>|&`".contains(c);
    // Windows drops a dot or a blank at the end, so the name would be another one's.
    !name.is_empty() && !name.ends_with(['.', ' ']) && !name.contains(other) && !is_device(name)
}

/// Names of devices in every folder of Windows, whatever they end with.
fn is_device(name: &str) -> bool {
    let stem = name
        .split('.')
        .next()
        .unwrap_or_default()
        .trim_end()
        .to_ascii_uppercase();
    let numbered = |of: &str| {
        stem.strip_prefix(of)
            .is_some_and(|n| n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit()))
    };
    ["CON", "PRN", "AUX", "NUL"].contains(&stem.as_str()) || numbered("COM") || numbered("LPT")
}

/// The path within the course that `path` means in `folder`, a folder of the course; "" is the course's own.
///
/// # Errors
/// When it is absolute or leads out of the course.
pub(crate) fn within(folder: &str, path: &str) -> Result<String, PathError> {
    let mut names: Vec<&str> = folder.split('/').filter(|name| !name.is_empty()).collect();
    for name in relative(path)? {
        match name {
            ".." => drop(names.pop().ok_or(PathError::Leaves("the course's folder"))?),
            name if is_plain(name) => names.push(name),
            _ => return Err(PathError::Name),
        }
    }
    Ok(names.join("/"))
}

/// The path within the course that `path` means in `folder`, and below it.
///
/// # Errors
/// When it is absolute or has a `..` in it.
pub(crate) fn below(folder: &str, path: &str) -> Result<String, PathError> {
    let mut whole = folder.to_owned();
    for name in relative(path)? {
        match name {
            ".." => return Err(PathError::Leaves("its folder by `..`")),
            name if is_plain(name) => {
                whole.push('/');
                whole.push_str(name);
            }
            _ => return Err(PathError::Name),
        }
    }
    Ok(whole)
}

/// The names of a relative path.
fn relative(path: &str) -> Result<impl Iterator<Item = &str>, PathError> {
    let drive = path.split(['/', '\\']).next().is_some_and(|first| first.contains(':'));
    if path.starts_with(['/', '\\']) || drive {
        return Err(PathError::Absolute);
    }
    Ok(path.split('/').filter(|name| !matches!(*name, "" | ".")))
}

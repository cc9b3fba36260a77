//! Environments of other versions of edemlab, about 100 MB each: removed when a new one has been made, unless they are in use.

use std::path::Path;

use super::paths::{Paths, remove_folder};
use super::state::SandboxState;
use super::{lock, process};

/// Removes all environments of the kind of `current`, but that one, that no sandbox runs in. If that is unknown, none
/// is removed: the next new environment is another occasion, so what goes wrong here is no error.
///
/// The caller holds the lock of the environments, and that of its own sandbox, which does not run.
pub(super) fn remove(paths: &Paths, current: &Path) {
    let Some(running) = command_lines(paths) else {
        return;
    };
    let environments = std::fs::read_dir(paths.environments());
    for environment in environments.into_iter().flatten().flatten().map(|entry| entry.path()) {
        let Some(name) = environment.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        if is_older(name, current) && !running.iter().any(|line| line.contains(name)) {
            // Renamed first: half an environment must not look like a whole one to somebody who starts just now.
            let gone = environment.with_file_name(format!("{}{name}", super::paths::UNFINISHED));
            let _ = std::fs::rename(&environment, &gone).map(|()| remove_folder(&gone));
        }
    }
}

/// Whether an environment called so was made for what `current` is made for now. Whatever else lies there is not ours to
/// remove.
fn is_older(name: &str, current: &Path) -> bool {
    let current = current.file_name().and_then(|name| name.to_str());
    match (kind(name), current) {
        (Some(of), Some(current)) => name != current && kind(current) == Some(of),
        _ => false,
    }
}

/// What stands before the hash of a name that `environment` made.
fn kind(name: &str) -> Option<&str> {
    let (kind, hash) = name.split_at_checked(name.len().checked_sub(16)?)?;
    hash.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(kind)
}

/// The command lines of all other sandboxes of this user, which begin with the interpreter of their environment. None if
/// one of them is being started or stopped at this moment.
fn command_lines(paths: &Paths) -> Option<Vec<String>> {
    let mut lines = Vec::new();
    for entry in std::fs::read_dir(paths.run().parent()?).ok()?.flatten() {
        let other = Paths::new(paths.cache(), entry.file_name().to_str()?).ok()?;
        if other == *paths {
            continue;
        }
        if !lock::is_free(&other.lock()) {
            return None;
        }
        if let Some(state) = SandboxState::read(&other) {
            lines.extend(process::command_line_of(state.pid, &state.token));
        }
    }
    Some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_environment_of_the_same_kind_takes_the_place_of_another() {
        let (emulator, other) = (
            Path::new("env/0000000000000001"),
            Path::new("env/other-0000000000000001"),
        );
        assert!(is_older("0000000000000002", emulator) && is_older("other-0000000000000002", other));
        assert!(!is_older("0000000000000001", emulator), "itself");
        assert!(!is_older("other-0000000000000002", emulator) && !is_older("0000000000000002", other));
        for foreign in ["lock", "notes", "", "000000000000000g", "ä00000000000000"] {
            assert!(!is_older(foreign, emulator), "{foreign}");
        }
    }
}

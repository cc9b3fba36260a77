//! Virtual environments, above all the one with the emulator in it: made once, shared by all sandboxes of a user.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::error::SandboxError;
use super::event::SandboxEvent;
use super::installer::{self, Installer};
use super::paths::{Paths, UNFINISHED, create_folder, interpreter, remove_folder, write_private};
use super::{bridge, lock, python, unused};

/// The emulator and all that it needs, pinned with hashes.
const REQUIREMENTS: &str = include_str!("requirements.txt");

/// Written last into an environment: the version of Python that it was made for.
const COMPLETE: &str = "edemlab-python-version";

/// The interpreter of the emulator's environment.
pub(super) async fn ensure(paths: &Paths, on: &dyn Fn(SandboxEvent)) -> Result<PathBuf, SandboxError> {
    ensure_of(paths, "", REQUIREMENTS, on).await
}

/// Whether the emulator's environment is there and works.
pub(super) async fn is_made(paths: &Paths) -> bool {
    usable(&paths.environments().join(name(REQUIREMENTS))).await.is_some()
}

/// The interpreter of another environment beside the emulator's, made in the same way: `requirements` are packages
/// pinned with hashes, and `name` is how its folder's name begins.
pub async fn ensure_other(
    paths: &Paths,
    name: &str,
    requirements: &str,
    on: &dyn Fn(SandboxEvent),
) -> Result<PathBuf, SandboxError> {
    ensure_of(paths, &format!("{name}-"), requirements, on).await
}

/// The interpreter of an environment, which is made if it is not there or does not work any more.
async fn ensure_of(
    paths: &Paths,
    prefix: &str,
    requirements: &str,
    on: &dyn Fn(SandboxEvent),
) -> Result<PathBuf, SandboxError> {
    let environments = paths.environments();
    let target = environments.join(format!("{prefix}{}", name(requirements)));
    if let Some(python) = usable(&target).await {
        return Ok(python);
    }
    create_folder(&environments)?;
    let _lock = lock::acquire(&environments.join("lock"), || on(SandboxEvent::Waiting)).await?;
    if let Some(python) = usable(&target).await {
        return Ok(python);
    }
    prune(&environments)?;
    let fresh = environments.join(format!("{UNFINISHED}{}", std::process::id()));
    match make(&fresh, requirements, on).await {
        Ok(()) => {}
        Err(error) => {
            // The reason matters more than what is left behind: the next attempt prunes it.
            let _ = remove_folder(&fresh);
            return Err(error);
        }
    }
    remove_folder(&target)?;
    std::fs::rename(&fresh, &target).map_err(|cause| SandboxError::file("rename", &fresh, cause))?;
    let python = usable(&target).await.ok_or_else(|| SandboxError::Environment {
        with: "rename",
        output: format!(
            "{} does not run after it was moved into place",
            interpreter(&target).display()
        ),
    })?;
    unused::remove(paths, &target);
    Ok(python)
}

/// What tells one environment from another: its packages and the interpreter that was asked for.
fn name(requirements: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(requirements);
    hash.update([0]);
    hash.update(python::chosen().unwrap_or_default().as_encoded_bytes());
    hex::encode(&hash.finalize()[..8])
}

/// Which emulator, in which wrapping: changes with edemlab's version.
pub(super) fn build() -> String {
    let mut hash = Sha256::new();
    hash.update(REQUIREMENTS);
    hash.update([0]);
    bridge::hash(&mut hash);
    hex::encode(&hash.finalize()[..8])
}

/// The environment's interpreter, if it is complete and the Python that it was made from is still there: a newer minor
/// version in its place does not see its packages.
async fn usable(environment: &Path) -> Option<PathBuf> {
    let made_for = std::fs::read_to_string(environment.join(COMPLETE)).ok()?;
    let python = interpreter(environment);
    let (major, minor) = python::version_of(&python).await?;
    (made_for == format!("{major}.{minor}")).then_some(python)
}

/// Fills a folder that nobody uses yet; what is renamed into place is always whole.
async fn make(folder: &Path, requirements: &str, on: &dyn Fn(SandboxEvent)) -> Result<(), SandboxError> {
    let by_uv = if installer::uv_is_here().await {
        Some(make_with(Installer::Uv, folder, requirements, on).await)
    } else {
        None
    };
    match by_uv {
        Some(Ok(())) => return Ok(()),
        // A full disk stays full.
        Some(Err(error @ SandboxError::DiskFull { .. })) => return Err(error),
        _ => {}
    }
    // uv reads other settings than pip does (mirrors, certificates): where it fails, pip may still get through.
    match (python::find().await, by_uv) {
        (Ok(python), _) => {
            remove_folder(folder)?;
            make_with(Installer::Pip(python), folder, requirements, on).await
        }
        (Err(_), Some(Err(by_uv))) => Err(by_uv),
        (Err(error), _) => Err(error),
    }
}

async fn make_with(
    installer: Installer,
    folder: &Path,
    requirements: &str,
    on: &dyn Fn(SandboxEvent),
) -> Result<(), SandboxError> {
    on(SandboxEvent::MakingEnvironment { with: installer.name() });
    installer.create(folder).await?;
    on(SandboxEvent::Installing { with: installer.name() });
    let list = folder.join("requirements.txt");
    write_private(&list, requirements.as_bytes())?;
    let python = interpreter(folder);
    installer.install(folder, &python, &list).await?;
    let (major, minor) = python::version_of(&python)
        .await
        .ok_or_else(|| SandboxError::Environment {
            with: installer.name(),
            output: format!("{} does not run", python.display()),
        })?;
    write_private(&folder.join(COMPLETE), format!("{major}.{minor}").as_bytes())
}

/// Removes what killed commands left behind. The caller holds the lock, so nobody is still at work on it.
fn prune(environments: &Path) -> Result<(), SandboxError> {
    let unreadable = |cause| SandboxError::file("read", environments, cause);
    for entry in std::fs::read_dir(environments).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            remove_folder(&entry.path())?;
        }
    }
    Ok(())
}

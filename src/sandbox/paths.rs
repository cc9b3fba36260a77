//! Where the sandbox keeps its things: everything lies in the user's cache folder.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use super::error::SandboxError;
use crate::private;

/// The folders and files of one sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    cache: PathBuf,
    run: PathBuf,
}

impl Paths {
    /// As the environment says: `EDEMLAB_CACHE_DIR`, else the platform's cache folder; `EDEMLAB_SANDBOX`, else `default`.
    pub fn from_environment() -> Result<Self, SandboxError> {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let cache = match set("EDEMLAB_CACHE_DIR") {
            Some(folder) => PathBuf::from(folder),
            None => {
                let native = etcetera::base_strategy::choose_native_strategy().map_err(|_| SandboxError::NoHome)?;
                native.cache_dir().join("edemlab")
            }
        };
        let name = set("EDEMLAB_SANDBOX").map(|name| name.to_string_lossy().into_owned());
        Self::new(&cache, name.as_deref().unwrap_or("default"))
    }

    /// The sandbox `name` below the folder `cache`.
    pub fn new(cache: &Path, name: &str) -> Result<Self, SandboxError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let good = (1..=64).contains(&name.len()) && name.chars().all(allowed) && name.chars().any(|c| c != '.');
        if !good {
            return Err(SandboxError::Name { name: name.into() });
        }
        let cache = std::path::absolute(cache).map_err(|cause| SandboxError::file("find", cache, cause))?;
        Ok(Self {
            run: cache.join("sandbox").join(name),
            cache,
        })
    }

    /// The user's cache folder of edemlab.
    pub fn cache(&self) -> &Path {
        &self.cache
    }

    /// What the sandbox wrote since its last start.
    pub fn log(&self) -> PathBuf {
        self.run.join("log")
    }

    /// The drill under way in it.
    pub fn drill(&self) -> PathBuf {
        self.run.join("drill.json")
    }

    /// The virtual environments, shared by all sandboxes of this user.
    pub(super) fn environments(&self) -> PathBuf {
        self.cache.join("env")
    }

    /// The folder of this sandbox.
    pub(super) fn run(&self) -> &Path {
        &self.run
    }

    pub(super) fn state(&self) -> PathBuf {
        self.run.join("state.json")
    }

    pub(super) fn lock(&self) -> PathBuf {
        self.run.join("lock")
    }

    pub(super) fn bridge(&self) -> PathBuf {
        self.run.join("bridge.py")
    }

    /// The package that the bridge imports: Python looks for it beside the program.
    pub(super) fn corrections(&self) -> PathBuf {
        self.run.join("corrections")
    }

    pub(super) fn keys(&self) -> PathBuf {
        self.run.join("keys")
    }

    /// The home folder that the emulator and the functions in it see: never the user's own.
    pub(super) fn home(&self) -> PathBuf {
        self.run.join("home")
    }

    pub(super) fn temporary(&self) -> PathBuf {
        self.run.join("tmp")
    }
}

/// Makes a folder, and those above it, that only this user can look into.
pub(super) fn create_folder(path: &Path) -> Result<(), SandboxError> {
    private::create_folder(path).map_err(|cause| SandboxError::file("create", path, cause))
}

/// Removes a folder with all that is in it, if it is there.
pub(super) fn remove_folder(path: &Path) -> Result<(), SandboxError> {
    match std::fs::remove_dir_all(path) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => Err(SandboxError::file("remove", path, cause)),
        _ => Ok(()),
    }
}

/// Writes a private file so that a reader sees all of it or what was there before. The caller holds the sandbox's lock.
pub(super) fn write_private(path: &Path, content: &[u8]) -> Result<(), SandboxError> {
    private::write(path, content).map_err(|cause| SandboxError::file("write", path, cause))
}

/// How the name of a folder begins that is no environment: not yet, or not any more.
pub(super) const UNFINISHED: &str = ".unfinished-";

/// Where an environment has its interpreter. Its other programs are never used: they hold the path of the folder that
/// it was made in.
pub(super) fn interpreter(environment: &Path) -> PathBuf {
    if cfg!(windows) {
        environment.join("Scripts").join("python.exe")
    } else {
        environment.join("bin").join("python")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_folder() {
        for good in ["default", "a.b_c-9", "x..y"] {
            assert!(Paths::new(Path::new("/c"), good).is_ok(), "{good}");
        }
        for bad in ["", ".", "..", "a/b", "a b", "ä", "../x", &"x".repeat(65)] {
            assert!(Paths::new(Path::new("/c"), bad).is_err(), "{bad}");
        }
    }
}

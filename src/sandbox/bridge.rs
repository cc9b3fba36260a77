//! Our wrapping of the emulator: a program and the package of its corrections, embedded in the binary.

use include_dir::{Dir, include_dir};
use sha2::{Digest, Sha256};

use super::error::SandboxError;
use super::paths::{self, Paths};

/// The program that is started.
const PROGRAM: &str = include_str!("bridge.py");

/// What it imports, one file a service.
static CORRECTIONS: Dir = include_dir!("$CARGO_MANIFEST_DIR/src/sandbox/corrections");

/// The modules of the package by their names, in the order of these. Whoever runs the sources by hand leaves other files
/// among them.
fn corrections() -> Vec<(&'static str, &'static [u8])> {
    let mut modules: Vec<_> = CORRECTIONS
        .files()
        .filter_map(|file| Some((file.path().to_str()?, file.contents())))
        .filter(|(name, _)| name.ends_with(".py"))
        .collect();
    modules.sort_unstable();
    modules
}

/// Adds every file to a hash: the sandbox of another version is known by it.
pub(super) fn hash(into: &mut Sha256) {
    add(into, PROGRAM, &corrections());
}

fn add(into: &mut Sha256, program: &str, modules: &[(&str, &[u8])]) {
    into.update(program);
    for (name, text) in modules {
        for part in [name.as_bytes(), text] {
            into.update([0]);
            into.update(part);
        }
    }
}

/// Writes program and package beside each other into the sandbox's folder. The caller holds the sandbox's lock.
///
/// The package's folder is created again each time: a module of another version in it, or bytecode that Python took for
/// this version's (it compares seconds and sizes), would be used.
pub(super) fn write(to: &Paths) -> Result<(), SandboxError> {
    let package = to.corrections();
    paths::remove_folder(&package)?;
    paths::create_folder(&package)?;
    for (name, text) in corrections() {
        paths::write_private(&package.join(name), text)?;
    }
    paths::write_private(&to.bridge(), PROGRAM.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_any_file_changes_the_hash() {
        let hash = |program: &str, modules: &[(&str, &[u8])]| {
            let mut hash = Sha256::new();
            add(&mut hash, program, modules);
            hash.finalize()
        };
        let modules = corrections();
        let was = hash(PROGRAM, &modules);
        assert_eq!(hash(PROGRAM, &modules), was);
        assert_ne!(hash("", &modules), was);
        for at in 0..modules.len() {
            let mut other = modules.clone();
            other[at].1 = b"pass";
            assert_ne!(hash(PROGRAM, &other), was, "{}", modules[at].0);
            other = modules.clone();
            other[at].0 = "renamed.py";
            assert_ne!(hash(PROGRAM, &other), was, "{}", modules[at].0);
        }
    }

    #[test]
    fn every_module_of_the_sources_is_embedded_and_written_and_nothing_older_stays() {
        let scratch = tempfile::tempdir().unwrap();
        let to = Paths::new(scratch.path(), "one").unwrap();
        let stale = to.corrections().join("__pycache__");
        std::fs::create_dir_all(&stale).unwrap();
        std::fs::write(stale.join("fit.cpython-311.pyc"), "old").unwrap();
        std::fs::write(to.corrections().join("gone.py"), "old").unwrap();
        write(&to).unwrap();

        let names = |folder: &std::path::Path| -> Vec<String> {
            let entries = std::fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().file_name());
            let mut names: Vec<String> = entries.map(|name| name.into_string().unwrap()).collect();
            names.sort();
            names
        };
        let sources = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sandbox/corrections");
        let modules: Vec<String> = names(&sources)
            .into_iter()
            .filter(|name| name.ends_with(".py"))
            .collect();
        assert!(modules.contains(&"__init__.py".to_owned()), "{modules:?}");
        assert_eq!(names(&to.corrections()), modules);
        assert_eq!(std::fs::read_to_string(to.bridge()).unwrap(), PROGRAM);
    }
}

//! Machines that lack something, or have something else in its place.

use std::path::Path;

use super::cloud::shared;
use super::{edemlab, script, text};

/// A machine with nothing in its cache and nothing on its PATH but what a test puts there.
pub struct Bare(tempfile::TempDir);

impl Bare {
    pub fn new() -> Self {
        let bare = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir(bare.programs()).unwrap();
        bare
    }

    pub fn programs(&self) -> std::path::PathBuf {
        self.0.path().join("bin")
    }

    pub fn cache(&self) -> std::path::PathBuf {
        self.0.path().join("cache")
    }

    pub fn folder(&self) -> &Path {
        self.0.path()
    }

    /// A Python that tells this version, and does `rest` with all other arguments.
    pub fn python(&self, name: &str, version: &str, rest: &str) {
        let lines = format!("case \"$*\" in *sys.version_info*) echo {version}; echo \"$0\"; exit;; esac\n{rest}");
        script(&self.programs().join(name), &lines);
    }

    pub fn command(&self) -> assert_cmd::Command {
        self.command_of(&["sandbox", "start"])
    }

    pub fn command_of(&self, args: &[&str]) -> assert_cmd::Command {
        let mut command = edemlab(args);
        command
            .env("EDEMLAB_CACHE_DIR", self.cache())
            .env_remove("EDEMLAB_PYTHON")
            .env_remove("EDEMLAB_SANDBOX");
        command.env("PATH", self.programs());
        command
    }

    /// A Python that makes environments without a network. What is started in them ends with the exit code 7.
    pub fn makes_environments(&self) {
        let inside = self.folder().join("inside");
        script(
            &inside,
            &format!("{ANSWER}\ncase \"$*\" in *-m*) exit 0;; esac\nexit 7"),
        );
        let rest = format!(
            "for last; do :; done\n/bin/mkdir -p \"$last/bin\" && /bin/cp {} \"$last/bin/python\"",
            inside.display()
        );
        self.python("python3", "3.12", &rest);
    }

    /// Starts, which must fail, and returns what was said.
    pub fn fails(&self, command: &mut assert_cmd::Command) -> String {
        let output = command.output().unwrap();
        assert!(!output.status.success(), "{}", text(&output));
        let left = std::fs::read_dir(self.cache().join("env")).into_iter().flatten();
        let left: Vec<_> = left
            .map(|entry| entry.unwrap().file_name())
            .filter(|name| name != "lock")
            .collect();
        assert!(left.is_empty(), "left behind: {left:?}");
        text(&output)
    }
}

/// A cache whose environments all have this for a Python. Their names are edemlab's own: those of the shared cache are known
/// once a sandbox was started.
pub fn with_emulator(lines: &str) -> Bare {
    let cache = shared("sandbox").own().paths().cache();
    let bare = Bare::new();
    for environment in std::fs::read_dir(cache.join("env")).unwrap() {
        let environment = environment.unwrap();
        let copy = bare.cache().join("env").join(environment.file_name());
        if environment.path().is_dir() {
            fake(&copy, lines);
        }
    }
    bare
}

/// As an interpreter that is asked for its version.
const ANSWER: &str = "case \"$*\" in *sys.version_info*) echo 3.12; echo \"$0\"; exit;; esac";

fn fake(environment: &Path, lines: &str) {
    script(&environment.join("bin/python"), &format!("{ANSWER}\n{lines}"));
    std::fs::write(environment.join("edemlab-python-version"), "3.12").unwrap();
}

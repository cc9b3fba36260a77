//! The wheel as students get it: installed into an empty virtual environment, run where there is no repository.
//!
//! By itself: building it puts the program into its place again, and for that moment no other test could start it.

#![cfg(unix)]

#[path = "../common/mod.rs"]
mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::cloud::wait;
use common::running::Running;
use common::{OwnSandbox, http, text};
use edemlab::report::Report;
use edemlab::sandbox::{self, Paths};
use hyper::StatusCode;
use std::process::Command;

/// Packages pinned with hashes: what builds a wheel, and what installs it.
const REQUIREMENTS: &str = include_str!("requirements.txt");

/// The Python of CloudShell: <https://docs.aws.amazon.com/linux/al2023/ug/python.html>.
const CLOUDSHELL: &str = "3.9";

/// Whether the Python of a version may install what an environment has as `edemlab`, as pip decides it.
const MAY_INSTALL: &str = "
import importlib.metadata, sys
from pip._vendor.packaging.specifiers import SpecifierSet
folder, version = sys.argv[1:]
[found] = importlib.metadata.distributions(name='edemlab', path=[folder])
wanted = found.metadata['Requires-Python']
sys.exit(None if SpecifierSet(wanted).contains(version) else f'Python {version} may not install it: {wanted}')
";

/// The program of an environment that has nothing but the wheel.
struct Installed {
    folder: tempfile::TempDir,
    tools: PathBuf,
}

impl Installed {
    fn new() -> Self {
        let paths = Paths::from_environment().expect("a cache folder");
        let tools = wait(sandbox::environment(&paths, "wheel", REQUIREMENTS, &|_| ())).expect("its packages are there");
        let folder = tempfile::tempdir().unwrap();
        let wheel = build(&tools, &folder.path().join("dist"));
        let environment = folder.path().join("environment");
        done(
            Command::new(&tools)
                .args(["-m", "venv", "--without-pip"])
                .arg(&environment),
        );
        done(
            Command::new(&tools)
                .args(["-m", "pip", "--isolated", "--disable-pip-version-check", "--python"])
                .arg(environment.join("bin/python"))
                .args(["install", "--no-index"])
                .arg(&wheel),
        );
        fs::create_dir(folder.path().join("empty")).unwrap();
        Self { folder, tools }
    }

    /// The folder of the environment's packages.
    fn packages(&self) -> PathBuf {
        let versions = fs::read_dir(self.folder.path().join("environment/lib")).unwrap();
        let mut versions = versions.map(|entry| entry.unwrap().path());
        versions.next().expect("lib/pythonX.Y").join("site-packages")
    }

    fn programs(&self) -> PathBuf {
        self.folder.path().join("environment/bin")
    }

    /// `edemlab` by its name, as the shell of an active environment finds it, in an empty folder.
    fn edemlab(&self, args: &[&str]) -> Command {
        let path = std::env::join_paths([
            self.programs(),
            "/usr/local/bin".into(),
            "/usr/bin".into(),
            "/bin".into(),
        ]);
        // By `env`, as the new path is the one to look in.
        let mut command = Command::new("/usr/bin/env");
        command.arg("edemlab").args(args);
        command
            .env("PATH", path.unwrap())
            .current_dir(self.folder.path().join("empty"));
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            let theirs = ["AWS_", "CARGO", "RUST"].iter().any(|start| name.starts_with(start));
            if theirs || name == "EDEMLAB_COURSE" {
                command.env_remove(name);
            }
        }
        command
    }

    /// `edemlab guide` has the built book in it.
    fn serves_the_guide(&self) {
        let mut running = Running::new(self.edemlab(&["guide"]));
        let said = running.says("Ctrl-C ends it");
        let address = said.split_whitespace().find_map(|word| word.strip_prefix("http://"));
        let host = address
            .unwrap_or_else(|| panic!("no address: {said}"))
            .trim_end_matches('/');
        let answer = http::get(host, "/");
        let page = String::from_utf8_lossy(answer.body());
        assert_eq!(answer.status(), StatusCode::OK, "{page}");
        assert!(page.contains("<title>Welcome"), "{page}");
    }
}

/// Builds the wheel in `to`. What `cargo test` has compiled is packed as it is.
fn build(tools: &Path, to: &Path) -> PathBuf {
    let binary = Path::new(env!("CARGO_BIN_EXE_edemlab"));
    let profile_folder = binary.parent().expect("target/PROFILE");
    let profile = match profile_folder.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(profile) => profile,
    };
    let mut maturin = Command::new(tools);
    common::as_outside_of_cargo(&mut maturin);
    let said = done(
        maturin
            .args(["-m", "maturin", "build", "--locked", "--profile", profile])
            // It is not handed out: quick to pack, and for this machine.
            .args(["--compression-level", "1", "--auditwheel", "skip", "--out"])
            .arg(to)
            .env("CARGO_TARGET_DIR", profile_folder.parent().expect("target"))
            .current_dir(env!("CARGO_MANIFEST_DIR")),
    );
    // The program itself may be: its sources can be newer.
    let built = |line: &&str| line.trim_start().starts_with("Compiling ") && !line.contains(" edemlab ");
    let built: Vec<&str> = said.lines().filter(built).collect();
    assert!(
        built.is_empty(),
        "built again, in another environment than cargo's: {built:#?}"
    );
    let mut wheels = fs::read_dir(to).unwrap().map(|entry| entry.unwrap().path());
    let wheel = wheels.next().expect("a wheel");
    assert_eq!(wheels.next(), None);
    wheel
}

/// Runs a command that has to end well; gives what it printed.
fn done(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
    text(&output)
}

#[test]
fn the_wheel_brings_the_program_and_the_course() {
    let installed = Installed::new();

    let version = done(&mut installed.edemlab(&["--version"]));
    assert_eq!(version.trim(), concat!("edemlab ", env!("CARGO_PKG_VERSION")));

    done(
        Command::new(&installed.tools)
            .args(["-c", MAY_INSTALL])
            .arg(installed.packages())
            .arg(CLOUDSHELL),
    );

    let own = OwnSandbox::new("wheel");
    let checked = installed
        .edemlab(&["check", "datastream", "--sandbox", "--format", "json"])
        .env("EDEMLAB_SANDBOX", own.name())
        .output()
        .unwrap();
    assert_eq!(checked.status.code(), Some(0), "{}", text(&checked));
    let report: Report = serde_json::from_slice(&checked.stdout).unwrap();
    assert_eq!((report.points.possible, report.points.unknown), (100, 0));
    assert!(report.points.earned >= report.points.possible, "{:?}", report.points);

    installed.serves_the_guide();

    let stopped = done(
        installed
            .edemlab(&["sandbox", "stop"])
            .env("EDEMLAB_SANDBOX", own.name()),
    );
    assert!(stopped.contains("the sandbox is stopped"), "{stopped}");
    let left: Vec<_> = fs::read_dir(installed.folder.path().join("empty")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

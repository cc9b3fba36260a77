//! The AWS CLI as `aws` on a path, loaded once: it takes longer to load than to make a call.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use edemlab::sandbox::{self, Paths};

use super::cloud::wait;
use super::script;

/// Packages pinned with hashes.
const REQUIREMENTS: &str = include_str!("aws_cli.txt");

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/common/aws.py");

/// The AWS CLI. It ends with this value, and with this process, however that ends: it reads from it.
pub struct AwsCli(Child);

impl AwsCli {
    /// Makes `aws`, `python` and `python3` in the folder `tools`, which has room for a socket.
    pub fn in_folder(tools: &Path) -> Self {
        let paths = Paths::from_environment().expect("a cache folder");
        let python = wait(sandbox::environment(&paths, "aws-cli", REQUIREMENTS, &|_| ()));
        let python = python.expect("its packages can be installed");
        let socket = tools.join(".aws");
        std::fs::create_dir_all(tools).unwrap();
        let server = Self::start(&python, &socket);
        let python = python.to_str().expect("UTF-8");
        let ask = format!("exec '{python}' -I -S '{PROGRAM}' call '{}' \"$@\"", socket.display());
        script(&tools.join("aws"), &ask);
        for name in ["python", "python3"] {
            script(&tools.join(name), &format!("exec '{python}' \"$@\""));
        }
        server
    }

    /// The same, and a path for `command` on which it comes first.
    pub fn on_path(command: &mut Command, tools: &Path) -> Self {
        let aws = Self::in_folder(tools);
        let path = std::env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("{}:{path}", tools.display()));
        aws
    }

    fn start(python: &Path, socket: &Path) -> Self {
        let mut command = Command::new(python);
        // -B leaves nothing beside the program, -E and -s see nothing of the user's.
        command.args(["-B", "-E", "-s", PROGRAM, "serve"]).arg(socket);
        command.env_clear().stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the environment's Python runs");
        let mut ready = String::new();
        let stdout = child.stdout.take().expect("piped");
        BufReader::new(stdout).read_line(&mut ready).unwrap();
        assert_eq!(ready, "ready\n", "the AWS CLI cannot be loaded");
        Self(child)
    }
}

impl Drop for AwsCli {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

//! A course, what is beside it, and commands that must end by themselves.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::common::PATIENCE;
use crate::common::cloud::{Printed, alone};
use crate::common::course::Copy;

pub const SECRET: &str = "what-stands-outside-of-the-course";

/// A course, and a folder beside it that is none of its business.
pub struct World {
    pub course: Copy,
    pub outside: tempfile::TempDir,
    pub cache: tempfile::TempDir,
    /// Where verbs are run.
    pub here: tempfile::TempDir,
}

impl World {
    pub fn new() -> Self {
        let outside = tempfile::tempdir().unwrap();
        for name in ["secret.txt", "secret.md", "victim.js", "victim.css"] {
            std::fs::write(outside.path().join(name), SECRET).unwrap();
        }
        std::fs::create_dir_all(outside.path().join("theme/css")).unwrap();
        std::fs::write(outside.path().join("theme/css/general.css"), SECRET).unwrap();
        Self {
            course: Copy::new(),
            outside,
            cache: tempfile::tempdir().unwrap(),
            here: tempfile::tempdir().unwrap(),
        }
    }

    /// The outside's path from the course's own folder.
    pub fn up(&self) -> String {
        format!("../{}", self.outside.path().file_name().unwrap().to_str().unwrap())
    }

    pub fn absolute(&self) -> String {
        self.outside.path().to_str().unwrap().to_owned()
    }

    /// A verb with this course: it ends by itself, and has done nothing outside.
    pub fn verb(&self, args: &[&str]) -> Printed {
        let before = listing(self.outside.path());
        let mut command = alone(args);
        command
            .arg("--course")
            .arg(self.course.folder())
            .current_dir(self.here.path())
            .env("EDEMLAB_CACHE_DIR", self.cache.path());
        let said = ending(command);
        assert_eq!(
            listing(self.outside.path()),
            before,
            "{args:?} has changed what is outside"
        );
        for (path, content) in listing(self.cache.path()) {
            assert!(!content.contains(SECRET), "{args:?}: the secret is in {path:?}");
        }
        for stream in [&said.stdout, &said.stderr] {
            assert!(!stream.contains(SECRET), "{args:?}: {stream}");
        }
        said
    }

    /// What `lint` says of it, which the guide and the preprocessor refuse as well.
    pub fn refused(&self) -> String {
        let said = self.verb(&["lint"]);
        assert_eq!((said.code, said.stdout.as_str()), (2, ""), "{}", said.stderr);
        let guide = self.verb(&["guide", "no-such-page"]);
        assert_eq!(guide.code, 2);
        assert!(!guide.stderr.contains("no-such-page"), "it was built: {}", guide.stderr);
        assert_eq!(guide.stderr, said.stderr);
        said.stderr
    }
}

/// Every file below a folder with what is in it, when it was changed, and what it is.
pub fn listing(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let is = std::fs::symlink_metadata(&path).unwrap();
            let content = match is.is_file() {
                true => String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned(),
                false => String::new(),
            };
            if is.is_dir() {
                open.push(path.clone());
            }
            found.insert(
                path,
                format!("{:o} {}.{} {content}", is.mode(), is.mtime(), is.mtime_nsec()),
            );
        }
    }
    found
}

/// A command that must end by itself.
pub fn ending(mut command: Command) -> Printed {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let read = |mut stream: Box<dyn std::io::Read + Send>| {
        std::thread::spawn(move || {
            let mut text = String::new();
            stream.read_to_string(&mut text).map(|_| text).unwrap()
        })
    };
    let (out, err) = (read(Box::new(out)), read(Box::new(err)));
    let began = Instant::now();
    let code = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        if began.elapsed() > PATIENCE {
            let _ = child.kill();
            let _ = child.wait();
            panic!("it hangs: {command:?}");
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    Printed {
        code: code.expect("a code"),
        stdout: out.join().unwrap(),
        stderr: err.join().unwrap(),
    }
}

//! A command that goes on until it is ended, and what it has printed so far.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use super::{eventually, kill};

/// A command under way. It ends with this.
pub struct Running {
    child: Child,
    printed: Arc<Mutex<String>>,
}

impl Running {
    pub fn new(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let printed = Arc::new(Mutex::new(String::new()));
        let streams: [Box<dyn Read + Send>; 2] = [
            Box::new(child.stdout.take().unwrap()),
            Box::new(child.stderr.take().unwrap()),
        ];
        for stream in streams {
            let printed = printed.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    let mut printed = printed.lock().unwrap();
                    printed.push_str(&line);
                    printed.push('\n');
                }
            });
        }
        Self { child, printed }
    }

    pub fn printed(&self) -> String {
        self.printed.lock().unwrap().clone()
    }

    /// What it has printed, as soon as this is in it; lines are joined.
    pub fn says(&mut self, what: &str) -> String {
        let flat = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        eventually(&format!("{what:?} in what is printed"), || {
            let said = flat(self.printed());
            let ended = self.child.try_wait().unwrap();
            assert!(
                said.contains(what) || ended.is_none(),
                "ended without {what:?}:\n{}",
                self.printed()
            );
            said.contains(what)
        });
        self.printed()
    }

    /// The line that the user enters.
    pub fn enter(&mut self) {
        self.type_in("\n");
    }

    /// What the user types.
    pub fn type_in(&mut self, text: &str) {
        use std::io::Write;
        self.child.stdin.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    }

    pub fn interrupt(&self) {
        kill("INT", self.child.id());
    }

    /// Its exit code, once it has ended by itself.
    pub fn end(mut self) -> (Option<i32>, String) {
        let mut code = None;
        eventually("it ends", || {
            code = self.child.try_wait().unwrap();
            code.is_some()
        });
        (code.unwrap().code(), self.printed())
    }

    /// The same of one that works for longer: as long as it prints something now and then.
    pub fn end_of_long(mut self) -> (Option<i32>, String) {
        loop {
            let printed = self.printed();
            let mut code = None;
            eventually("it ends, or prints something", || {
                code = self.child.try_wait().unwrap();
                code.is_some() || self.printed() != printed
            });
            if let Some(code) = code {
                return (code.code(), self.printed());
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

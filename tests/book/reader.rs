//! A reader at a terminal: one bash session for a whole lab, in a folder and an account of its own.

use std::fmt::Write as _;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::blocks::{Block, Marker};
use crate::common::aws_cli::AwsCli;
use crate::common::cloud::Cloud;
use crate::common::script;

/// After this time a block hangs: some loop waits for what never comes.
const PATIENCE: Duration = Duration::from_secs(180);

/// What a session says when a block succeeds that must not.
const UNEXPECTED: &str = "unexpected";

/// What the test does in place of commands that cannot be run here.
pub struct StandIn {
    pub chapter: &'static str,
    /// Stands in the block whose place is taken.
    pub contains: &'static str,
    pub because: &'static str,
    pub commands: &'static str,
}

/// What the book tells the reader to change in a block.
#[derive(Clone, Copy)]
pub struct Told {
    pub chapter: &'static str,
    /// The words of the chapter that say so.
    pub says: &'static str,
    pub find: &'static str,
    pub put: &'static str,
}

/// Somebody who works through a lab.
pub struct Reader {
    home: tempfile::TempDir,
    _aws: AwsCli,
    environment: Vec<(String, String)>,
}

/// The first command that did not do what the book says.
#[derive(Debug)]
pub struct Broken {
    /// `book/src/CHAPTER:LINE`
    pub place: String,
    pub command: String,
    pub output: String,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}\n{}", self.place, self.command, self.output)
    }
}

impl Reader {
    /// In a new account of the sandbox, with the tools that the Setup chapter asks for.
    pub fn new(cloud: &Cloud, account: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let tools = home.path().join("tools");
        let aws = AwsCli::in_folder(&tools);
        script(
            &tools.join("edemlab"),
            &format!("exec '{}' \"$@\"", env!("CARGO_BIN_EXE_edemlab")),
        );
        std::fs::create_dir(home.path().join("course")).unwrap();
        let path = std::env::var("PATH").unwrap_or_default();
        let mut reader = Self {
            environment: vec![
                ("PATH".into(), format!("{}:{path}", tools.display())),
                ("HOME".into(), home.path().display().to_string()),
                ("LANG".into(), "C.UTF-8".into()),
                ("EDEMLAB_SANDBOX".into(), cloud.own().name().to_owned()),
                (
                    "EDEMLAB_CACHE_DIR".into(),
                    cloud.own().paths().cache().display().to_string(),
                ),
            ],
            home,
            _aws: aws,
        };
        // What the chapter on the sandbox tells the reader to do: eval "$(edemlab sandbox env --account N)".
        let said = reader
            .command("edemlab")
            .args(["sandbox", "env", "--account", account])
            .output()
            .unwrap();
        let lines = String::from_utf8(said.stdout).expect("UTF-8");
        let exports = lines
            .lines()
            .filter_map(|line| line.strip_prefix("export ")?.split_once('='));
        let exports: Vec<_> = exports
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        assert!(exports.len() >= 4, "{}", String::from_utf8_lossy(&said.stderr));
        reader.environment.extend(exports);
        reader
    }

    /// A command as the reader would give it, with nothing of the environment of whoever runs the tests.
    pub fn command(&self, program: &str) -> Command {
        let tool = self.home.path().join("tools").join(program);
        let mut command = Command::new(if tool.exists() { tool } else { program.into() });
        command.env_clear().envs(self.environment.iter().cloned());
        command.current_dir(self.home.path().join("course"));
        command
    }

    /// Runs blocks in one session, as they are written, until one does not do what the book says.
    pub fn follow(&self, blocks: &[Block], stand_ins: &[StandIn]) -> Result<(), Broken> {
        let folder = tempfile::tempdir().unwrap();
        let session = session(folder.path(), blocks, stand_ins);
        let script = folder.path().join("session");
        std::fs::write(&script, session).unwrap();
        let mut bash = self
            .command("bash")
            .arg(&script)
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("bash is there");
        let (mut at, mut since) = (String::new(), Instant::now());
        let ended = loop {
            if let Some(status) = bash.try_wait().unwrap() {
                break Some(status);
            }
            let now = std::fs::read_to_string(folder.path().join("at")).unwrap_or_default();
            if now != at {
                (at, since) = (now, Instant::now());
            } else if since.elapsed() > PATIENCE {
                break None;
            }
            std::thread::sleep(Duration::from_millis(50));
        };
        times(folder.path(), blocks);
        if ended.is_some_and(|status| status.success()) {
            return Ok(());
        }
        crate::common::kill_group(bash.id());
        let _ = bash.wait();
        Err(broken(folder.path(), blocks, ended.is_none()))
    }
}

impl Reader {
    /// Runs blocks once more, in a session of their own as in a new terminal, whatever comes of it. Says what each said.
    pub fn again<'b>(&self, blocks: &'b [Block]) -> Vec<(&'b Block, String)> {
        let folder = tempfile::tempdir().unwrap();
        let mut session = String::from("cd \"$HOME/course\"\n");
        let run: Vec<&Block> = blocks.iter().filter(|block| block.is_run()).collect();
        for (n, block) in run.iter().enumerate() {
            let (file, output) = (
                folder.path().join(n.to_string()),
                folder.path().join(format!("{n}.output")),
            );
            std::fs::write(&file, &block.commands).unwrap();
            let _ = writeln!(session, "source {} > {} 2>&1", file.display(), output.display());
        }
        let script = folder.path().join("session");
        std::fs::write(&script, session).unwrap();
        let bash = self.command("bash").arg(&script).stdin(Stdio::null()).status();
        bash.expect("bash is there");
        let said = run.into_iter().enumerate().map(|(n, block)| {
            let output = std::fs::read_to_string(folder.path().join(format!("{n}.output")));
            (block, output.expect("the block was run"))
        });
        said.collect()
    }
}

/// What bash is given: each block is a file of its own, with its commands in the lines in which the chapter has them, so
/// that bash's own messages name the right line.
fn session(folder: &Path, blocks: &[Block], stand_ins: &[StandIn]) -> String {
    let mut session = String::from("set -euo pipefail\n");
    let _ = writeln!(
        session,
        "cd \"$HOME/course\"\nat() {{ echo \"$1\" > {0}/at; echo \"$1 $SECONDS\" >> {0}/times; : > {0}/failed; }}",
        folder.display()
    );
    let _ = writeln!(
        session,
        "trap 'printf \"%s\\n%s\\n\" \"$LINENO\" \"$BASH_COMMAND\" > {}/failed' ERR",
        folder.display()
    );
    for (n, block) in blocks.iter().enumerate() {
        let commands = match stand_in(stand_ins, block) {
            _ if block.is_run() => block.commands.clone(),
            Some(instead) => instead.commands.to_owned(),
            None => continue,
        };
        let file = folder.join(n.to_string()).join(&block.chapter);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, "\n".repeat(block.line - 1) + &commands).unwrap();
        let (file, output) = (file.display(), folder.join(n.to_string()).join("output"));
        let run = format!("source {file} > {} 2>&1", output.display());
        let _ = match block.has(Marker::Incomplete) {
            true => writeln!(
                session,
                "at {n}\nif ( {run} ); then echo {UNEXPECTED} > {}/failed; exit 1; fi",
                folder.display()
            ),
            false => writeln!(session, "at {n}\n{run}"),
        };
    }
    session
}

/// What stands in for a block that is not run.
pub fn stand_in<'s>(stand_ins: &'s [StandIn], block: &Block) -> Option<&'s StandIn> {
    let mut fitting = stand_ins.iter();
    fitting.find(|s| s.chapter == block.chapter && block.commands.contains(s.contains))
}

/// Prints which blocks took long: waits of the book that last here are worth a look.
fn times(folder: &Path, blocks: &[Block]) {
    let times = std::fs::read_to_string(folder.join("times")).unwrap_or_default();
    let begun = times.lines().filter_map(|line| {
        let (n, second) = line.split_once(' ')?;
        Some((n.parse::<usize>().ok()?, second.parse::<u64>().ok()?))
    });
    let begun: Vec<_> = begun.collect();
    for pair in begun.windows(2) {
        let ((n, from), (_, to)) = (pair[0], pair[1]);
        if to - from >= 5 {
            println!("{:>4} s  book/src/{}:{}", to - from, blocks[n].chapter, blocks[n].line);
        }
    }
}

fn broken(folder: &Path, blocks: &[Block], hangs: bool) -> Broken {
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_default();
    let n: usize = read("at").trim().parse().expect("a block was begun");
    let block = &blocks[n];
    let output = read(&format!("{n}/output"));
    let failed = read("failed");
    let (line, command) = match failed.split_once('\n') {
        Some((UNEXPECTED, _)) => {
            let commands = block.commands.trim();
            (
                block.line,
                format!("{commands} (succeeds, although it is marked `incomplete`)"),
            )
        }
        Some((line, command)) if !command.starts_with("source ") => {
            (line.parse().unwrap_or(block.line), command.trim().to_owned())
        }
        // A command that bash did not even begin: it says in which line.
        _ => {
            let said = output
                .rsplit_once(&format!("{}: line ", block.chapter))
                .map(|(_, rest)| rest);
            let digits = said.map(|rest| rest.chars().take_while(char::is_ascii_digit).collect::<String>());
            let line = digits.and_then(|d| d.parse().ok()).unwrap_or(block.line);
            let mut lines = block.commands.lines().skip(line.saturating_sub(block.line));
            (line, lines.next().unwrap_or_default().trim().to_owned())
        }
    };
    let hint = match hangs {
        true => format!("does not end within {} s\n", PATIENCE.as_secs()),
        false => String::new(),
    };
    Broken {
        place: format!("book/src/{}:{line}", block.chapter),
        command,
        output: hint + &output,
    }
}

/// The blocks with what the book tells the reader to change in them; each of these must have its place.
pub fn as_told(book: &Path, mut blocks: Vec<Block>, told: &[Told]) -> Vec<Block> {
    for Told {
        chapter,
        says,
        find,
        put,
    } in told
    {
        let text = std::fs::read_to_string(book.join(chapter)).unwrap();
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(says), "{chapter} does not tell the reader: {says:?}");
        let mut places = blocks
            .iter_mut()
            .filter(|b| b.chapter == *chapter && b.commands.contains(find));
        let block = places.next().unwrap_or_else(|| panic!("no {find:?} in {chapter}"));
        block.commands = block.commands.replace(find, put);
        assert!(
            places.next().is_none(),
            "{find:?} stands in more than one block of {chapter}"
        );
    }
    blocks
}

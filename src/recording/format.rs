//! The file of a recording, `edemlab/recording/1`: a line of JSON for what it is of, one for each exchange, one for what was
//! judged. Each line is sealed together with all before it: a line that was changed, added or taken away is found.

use super::exchange::Exchange;
use super::vocabulary::Vocabulary;
use crate::course::CourseFiles;
use crate::judge::Options;
use crate::private;
use crate::report::{Report, Verdict};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// The name and version of this format.
pub const SCHEMA: &str = "edemlab/recording/1";

/// More is no recording of a lab.
const MAX_SIZE: u64 = 256 * 1024 * 1024;

/// So many hexadecimal digits of a seal are kept.
const SEAL: usize = 12;

/// What is said of a line whose seal is broken.
pub const CHANGED: &str =
    "this line was changed, or one before it was removed, after the recording was made: record again";

/// A recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// What it is of.
    pub header: Header,
    /// What was asked and answered, in the order in which it was sent.
    pub exchanges: Vec<Exchange>,
    /// What was judged.
    pub end: End,
}

/// What a recording is of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Always `edemlab/recording/1`.
    pub schema: String,
    /// The version of edemlab that made it.
    pub tool: String,
    /// The lab's id.
    pub lab: String,
    /// The rules by which it was judged, as a hash: [`CourseFiles::digest_of`].
    pub rules: String,
    /// The region that was checked.
    pub region: String,
    /// When it began, RFC 3339 in UTC.
    pub started: String,
    /// Who answered.
    pub endpoint: Endpoint,
    /// The fault of the course that was deployed, where it was not the solution: a rehearsal's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// Who answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Endpoint {
    /// AWS.
    Aws,
    /// Another endpoint, such as the sandbox.
    Other,
}

/// What was judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// What was asked to be judged.
    pub options: Options,
    /// The values of each step's probe.
    pub probes: BTreeMap<String, Value>,
    /// Whether the user stopped before everything was known.
    pub stopped: bool,
    /// The lab's verdict.
    pub verdict: String,
    /// The status of each check.
    pub checks: BTreeMap<String, String>,
}

impl End {
    /// What a report says.
    pub fn of(report: &Report, options: Options, probes: BTreeMap<String, Value>, stopped: bool) -> Self {
        let checks = report.checks();
        Self {
            options,
            probes,
            stopped,
            verdict: verdict(report.verdict).to_owned(),
            checks: checks
                .map(|(_, check)| (check.id.clone(), check.status.word().to_owned()))
                .collect(),
        }
    }
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Unknown => "unknown",
    }
}

/// Why a file is no recording.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// It cannot be read or written.
    #[error("cannot {doing} {path}", path = path.display())]
    File {
        /// What was to be done.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It is there already.
    #[error("{} exists already: a recording replaces no file. Name another file, or remove this one", .0.display())]
    Exists(PathBuf),
    /// It is larger than any recording.
    #[error("{} is larger than any recording ({MAX_SIZE} bytes)", .0.display())]
    Large(PathBuf),
    /// A line is not as it should be.
    #[error("line {line}: {problem}")]
    Line {
        /// Its number.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
}

/// A line of the file: one of three, and its seal.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recording: Option<Header>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    exchange: Option<Exchange>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    end: Option<End>,
    #[serde(default)]
    seal: String,
}

impl Line {
    /// The seal of this line after a line with the seal `before`.
    fn sealed_after(&self, before: &str) -> String {
        let unsealed = Self {
            recording: self.recording.clone(),
            exchange: self.exchange.clone(),
            end: self.end.clone(),
            seal: before.to_owned(),
        };
        let mut seal = hex::encode(Sha256::digest(json(&unsealed)));
        seal.truncate(SEAL);
        seal
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain data is JSON")
}

impl Recording {
    /// The file's content.
    pub fn text(&self) -> String {
        let header = Line {
            recording: Some(self.header.clone()),
            ..Line::default()
        };
        let exchanges = self.exchanges.iter().map(|exchange| Line {
            exchange: Some(exchange.clone()),
            ..Line::default()
        });
        let end = Line {
            end: Some(self.end.clone()),
            ..Line::default()
        };
        let mut seal = String::new();
        let mut text = String::new();
        for mut line in std::iter::once(header).chain(exchanges).chain([end]) {
            seal = line.sealed_after(&seal);
            line.seal.clone_from(&seal);
            text.push_str(&json(&line));
            text.push('\n');
        }
        text
    }

    /// The words that may be in it.
    pub fn vocabulary(&self, files: &CourseFiles) -> Vocabulary {
        let started = DateTime::parse_from_rfc3339(&self.header.started).map(|started| started.to_utc());
        let mut vocabulary = Vocabulary::of(files, started.unwrap_or(DateTime::<Utc>::UNIX_EPOCH));
        let drawn = self.end.probes.values().filter_map(|values| values["number"].as_u64());
        drawn.for_each(|number| vocabulary.keep_drawn(number));
        vocabulary
    }

    /// Reads what [`Recording::text`] has written.
    ///
    /// # Errors
    /// The first line that is not as it should be.
    pub fn parse(text: &str) -> Result<Self, RecordingError> {
        let (recording, broken) = Self::parse_unsealed(text)?;
        match broken {
            Some(line) => Err(RecordingError::Line {
                line,
                problem: CHANGED.to_owned(),
            }),
            None => Ok(recording),
        }
    }

    /// Reads a recording, and gives the first line whose seal is broken.
    ///
    /// # Errors
    /// The first line that is none of a recording.
    pub fn parse_unsealed(text: &str) -> Result<(Self, Option<usize>), RecordingError> {
        let problem = |line: usize, problem: String| RecordingError::Line { line, problem };
        let (mut header, mut exchanges, mut end) = (None, Vec::new(), None);
        let (mut seal, mut broken) = (String::new(), None);
        let mut count = 0;
        for (index, text) in text.lines().enumerate() {
            let number = index + 1;
            count = number;
            let line: Line = serde_json::from_str(text).map_err(|error| problem(number, not_a_line(&error)))?;
            let expected = line.sealed_after(&seal);
            // What JSON allows and nobody reads: members twice, or spaces.
            let is_as_written = json(&line) == text;
            seal = line.seal;
            let read = match (line.recording, line.exchange, line.end) {
                _ if end.is_some() => Err("nothing may follow what was judged"),
                (Some(read), None, None) if header.is_none() && read.schema == SCHEMA => {
                    header = Some(read);
                    Ok(())
                }
                (Some(_), None, None) if header.is_none() => Err("the schema is not edemlab/recording/1"),
                (None, Some(read), None) if header.is_some() => {
                    exchanges.push(read);
                    Ok(())
                }
                (None, None, Some(read)) if header.is_some() => {
                    end = Some(read);
                    Ok(())
                }
                _ if header.is_none() => Err("a recording begins with a line `recording`"),
                _ => Err("a line holds one exchange, or what was judged"),
            };
            read.map_err(|text| problem(number, text.to_owned()))?;
            if (expected != seal || !is_as_written) && broken.is_none() {
                broken = Some(number);
            }
        }
        match (header, end) {
            (Some(header), Some(end)) => Ok((Self { header, exchanges, end }, broken)),
            (None, _) => Err(problem(1, "the file is empty".to_owned())),
            (_, None) => {
                let text = "the recording is cut off: the line with what was judged is missing";
                Err(problem(count + 1, text.to_owned()))
            }
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, and the first line that is not as it should be.
    pub fn open(path: &Path) -> Result<Self, RecordingError> {
        Self::parse(&read(path)?)
    }

    /// Writes a new file that only this user can read.
    ///
    /// # Errors
    /// When it is there already, or cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), RecordingError> {
        private::write_new(path, self.text().as_bytes()).map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => RecordingError::Exists(path.to_owned()),
            _ => RecordingError::File {
                doing: "write",
                path: path.to_owned(),
                source,
            },
        })
    }
}

/// Whether a recording can be written there, as far as that can be said before.
///
/// # Errors
/// When a file is there already, or no folder for it.
pub fn may_write(path: &Path) -> Result<(), RecordingError> {
    if path.symlink_metadata().is_ok() {
        return Err(RecordingError::Exists(path.to_owned()));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let is_folder = folder.is_none_or(Path::is_dir);
    match is_folder {
        true => Ok(()),
        false => Err(RecordingError::File {
            doing: "write",
            path: path.to_owned(),
            source: io::ErrorKind::NotFound.into(),
        }),
    }
}

/// The text of a file.
///
/// # Errors
/// When it cannot be read, or is too large.
pub fn read(path: &Path) -> Result<String, RecordingError> {
    let failed = |source| RecordingError::File {
        doing: "read",
        path: path.to_owned(),
        source,
    };
    if std::fs::metadata(path).map_err(failed)?.len() > MAX_SIZE {
        return Err(RecordingError::Large(path.to_owned()));
    }
    std::fs::read_to_string(path).map_err(failed)
}

/// What serde says, without the place in the line, which is no place of a file.
fn not_a_line(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    format!("not a line of a recording: {text}")
}

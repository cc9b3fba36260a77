//! The commands in the book: its fenced blocks, in the order in which a reader meets them.

use std::path::Path;

/// Why a block of commands is not simply run, as the info string of its fence says: ```` ```console,needs-docker ````.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Marker {
    /// Another way to the same end, for those whose account or computer is another one.
    Alternative,
    /// Asks the reader for something at the keyboard.
    NeedsInput,
    /// Docker builds or uploads an image.
    NeedsDocker,
    /// A page in a browser.
    NeedsBrowser,
    /// Downloads something that is no part of AWS.
    NeedsNetwork,
    /// Something that only AWS has.
    NeedsAws,
    /// It is run and must not succeed: a check of something that is not there yet, or not any more.
    Incomplete,
    /// It is run last, when the lab has been checked.
    Cleanup,
}

/// All markers, by their names.
pub const MARKERS: &[(&str, Marker)] = &[
    ("alternative", Marker::Alternative),
    ("needs-input", Marker::NeedsInput),
    ("needs-docker", Marker::NeedsDocker),
    ("needs-browser", Marker::NeedsBrowser),
    ("needs-network", Marker::NeedsNetwork),
    ("needs-aws", Marker::NeedsAws),
    ("incomplete", Marker::Incomplete),
    ("cleanup", Marker::Cleanup),
];

impl Marker {
    pub fn name(self) -> &'static str {
        MARKERS
            .iter()
            .find(|(_, marker)| *marker == self)
            .expect("all of them")
            .0
    }

    /// Whether a block with it is run at all.
    pub fn is_run(self) -> bool {
        matches!(self, Marker::Incomplete | Marker::Cleanup)
    }
}

/// What may stand in a fence that holds no commands.
const OTHER: &[&str] = &["text", "json", "python", "dockerfile", "yaml"];

/// Commands for the reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Within the book: `datastream/kinesis.md`.
    pub chapter: String,
    /// Where its first command stands, from 1.
    pub line: usize,
    pub markers: Vec<Marker>,
    pub commands: String,
}

impl Block {
    pub fn has(&self, marker: Marker) -> bool {
        self.markers.contains(&marker)
    }

    pub fn is_run(&self) -> bool {
        self.markers.iter().all(|marker| marker.is_run())
    }
}

/// The chapters of a lab in the order of `SUMMARY.md`.
pub fn chapters(book: &Path, lab: &str) -> Vec<String> {
    let summary = read(&book.join("SUMMARY.md"));
    let links = summary
        .lines()
        .filter_map(|line| line.rsplit_once("](")?.1.strip_suffix(')'));
    let of_lab = links.filter(|link| link.starts_with(&format!("{lab}/")));
    of_lab.map(str::to_owned).collect()
}

/// All blocks of a lab, or the places where the book breaks its own rules.
pub fn blocks(book: &Path, lab: &str) -> Result<Vec<Block>, Vec<String>> {
    let (mut found, mut mistakes) = (Vec::new(), Vec::new());
    for chapter in chapters(book, lab) {
        in_chapter(&chapter, &read(&book.join(&chapter)), &mut found, &mut mistakes);
    }
    if mistakes.is_empty() { Ok(found) } else { Err(mistakes) }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn in_chapter(chapter: &str, text: &str, found: &mut Vec<Block>, mistakes: &mut Vec<String>) {
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        if line.trim().starts_with("~~~") {
            mistakes.push(format!("book/src/{chapter}:{}: a fence is made of ``` here", at + 1));
            continue;
        }
        let Some((indent, info)) = line.split_once("```").filter(|(before, _)| before.trim().is_empty()) else {
            continue;
        };
        let mut commands = String::new();
        for (_, line) in lines.by_ref().take_while(|(_, line)| line.trim() != "```") {
            commands += line.strip_prefix(indent).unwrap_or(line.trim_start());
            commands.push('\n');
        }
        match marked(info.trim()) {
            Ok(None) => {}
            Ok(Some(markers)) => {
                let modified = commands.lines().enumerate().filter(|(_, line)| modifies(line));
                mistakes.extend(modified.map(|(n, line)| {
                    format!(
                        "book/src/{chapter}:{}: zsh takes the colon for a modifier of the variable: write `${{NAME}}:` in {line}",
                        at + 2 + n
                    )
                }));
                found.push(Block {
                    chapter: chapter.to_owned(),
                    line: at + 2,
                    markers,
                    commands,
                });
            }
            Err(why) => mistakes.push(format!("book/src/{chapter}:{}: {why}", at + 1)),
        }
    }
}

/// Whether zsh, the shell of macOS, reads a line in another way than bash: `$URL:latest` is `$URL` in small letters, and `atest`.
fn modifies(line: &str) -> bool {
    line.split('$').skip(1).any(|after| {
        let name = after.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
        let mut behind = name.chars();
        name.len() < after.len() && behind.next() == Some(':') && behind.next().is_some_and(|c| c.is_ascii_alphabetic())
    })
}

/// What the info string says: no commands, or commands with these markers.
fn marked(info: &str) -> Result<Option<Vec<Marker>>, String> {
    let mut words = info.split(',').map(str::trim);
    let language = words.next().unwrap_or_default();
    if language == "console" {
        let markers = words.map(marker).collect::<Result<Vec<_>, _>>()?;
        return match markers[..] {
            [] | [_] | [Marker::Cleanup, Marker::Incomplete] => Ok(Some(markers)),
            _ => Err("these markers do not go together; only `cleanup,incomplete` does".to_owned()),
        };
    }
    match OTHER.contains(&language) {
        true => Ok(None),
        false => Err(format!(
            "a block of `{language}`: commands stand in ```console, with a marker if they cannot be run here ({}); \
             what is no command is one of {}",
            names(),
            OTHER.join(", ")
        )),
    }
}

fn marker(name: &str) -> Result<Marker, String> {
    let known = MARKERS.iter().find(|(known, _)| *known == name);
    known
        .map(|(_, marker)| *marker)
        .ok_or_else(|| format!("no marker is called `{name}`; there are: {}", names()))
}

fn names() -> String {
    let names: Vec<&str> = MARKERS.iter().map(|(name, _)| *name).collect();
    names.join(", ")
}

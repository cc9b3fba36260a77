//! Links in a terminal (OSC 8): whether it shows them, and where the guide's pages are.

use super::common;
use crate::course::CourseFiles;
use crate::guide;
use crate::sandbox::Paths;
use std::io::IsTerminal;
use std::path::Path;

/// The address of the guide's pages, if the terminal shows links and this course's guide was built before.
pub fn pages(files: &CourseFiles) -> Option<String> {
    if !std::io::stdout().is_terminal() || !shows_links(&|name| std::env::var(name).ok()) {
        return None;
    }
    let folder = guide::built(files, Paths::from_environment().ok()?.cache())?;
    Some(address(&folder))
}

/// The terminals that are known to show links say who they are; others print what they do not know.
fn shows_links(variable: &dyn Fn(&str) -> Option<String>) -> bool {
    let is_one_of = |name: &str, known: &[&str]| variable(name).is_some_and(|value| known.contains(&value.as_str()));
    let vte = variable("VTE_VERSION").and_then(|version| version.parse::<u32>().ok());
    !common::is_dumb()
        && colored::control::SHOULD_COLORIZE.should_colorize()
        && (vte.is_some_and(|version| version >= 5000)
            || variable("WT_SESSION").is_some()
            || variable("KONSOLE_VERSION").is_some()
            || is_one_of(
                "TERM_PROGRAM",
                &["iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby", "rio"],
            )
            || is_one_of("TERM", &["xterm-kitty", "alacritty", "foot", "xterm-ghostty"]))
}

/// `file:///home/…/`: every character that could mean something in an address is escaped.
fn address(folder: &Path) -> String {
    let path = folder.to_string_lossy().replace('\\', "/");
    let mut address = String::from(if path.starts_with('/') { "file://" } else { "file:///" });
    for byte in path.bytes().chain(*b"/") {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' | b':' => {
                address.push(byte.into())
            }
            byte => address.push_str(&format!("%{byte:02X}")),
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_a_folder_is_escaped() {
        assert_eq!(address(Path::new("/home/a b/é")), "file:///home/a%20b/%C3%A9/");
    }
}

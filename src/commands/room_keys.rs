//! What the user enters while a room is looked at.

use std::io::BufRead;
use tokio::sync::mpsc;

/// Lines that wait to be dealt with.
const WAITING: usize = 16;

/// What the user wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Order {
    /// An event through the account of this student.
    Probe(String),
    /// Something else.
    Unknown(String),
}

/// Each line that the user enters, as what it means. An empty one means nothing.
pub(super) fn orders() -> mpsc::Receiver<Order> {
    let (sender, receiver) = mpsc::channel(WAITING);
    // Reading from a terminal cannot be called off: the thread ends with the program.
    std::thread::spawn(move || {
        // After `p` alone, the next line says whose.
        let mut whose = false;
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            let Some(order) = read(&line, &mut whose) else { continue };
            if matches!(sender.try_send(order), Err(mpsc::error::TrySendError::Closed(_))) {
                break;
            }
        }
    });
    receiver
}

fn read(line: &str, whose: &mut bool) -> Option<Order> {
    let line = line.trim();
    let asked = std::mem::take(whose);
    match line.split_once(char::is_whitespace) {
        _ if line.is_empty() => None,
        Some(("p" | "P", who)) => Some(Order::Probe(who.trim().to_owned())),
        None if matches!(line, "p" | "P") => {
            *whose = true;
            Some(Order::Probe(String::new()))
        }
        _ if asked => Some(Order::Probe(line.to_owned())),
        _ => Some(Order::Unknown(line.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::{Order, read};

    #[test]
    fn a_student_is_named_behind_the_key_or_on_the_next_line() {
        let mut whose = false;
        let mut read = |line| read(line, &mut whose);
        let probe = |who: &str| Some(Order::Probe(who.to_owned()));
        assert_eq!(read("p s012\r"), probe("s012"));
        assert_eq!(read("  P   12 "), probe("12"));
        assert_eq!(read("p Ana Pérez"), probe("Ana Pérez"));
        assert_eq!(read("p"), probe(""));
        assert_eq!(read("s012"), probe("s012"));
        assert_eq!(read("s012"), Some(Order::Unknown("s012".to_owned())));
        assert_eq!(read(""), None);
    }
}

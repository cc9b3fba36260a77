//! Times on the command line.

use std::time::Duration;

/// A length of time: `90s`, `10m`, `2h`, or a number of seconds; a day at most.
pub(super) fn length(text: &str) -> Result<Duration, String> {
    let wrong = || "write a number and s, m or h, for example 90s or 10m".to_owned();
    let unit = |c: char| match c {
        's' => Some(1),
        'm' => Some(60),
        'h' => Some(3600),
        _ => None,
    };
    let (number, unit) = match text.chars().last().and_then(unit) {
        Some(unit) => (&text[..text.len() - 1], unit),
        None => (text, 1),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    match number.saturating_mul(unit) {
        seconds @ 1..=86_400 => Ok(Duration::from_secs(seconds)),
        _ => Err("must be between 1s and 24h".to_owned()),
    }
}

/// A pause between two looks.
pub(super) fn interval(text: &str) -> Result<Duration, String> {
    let time = length(text)?;
    if time < crate::watch::LEAST {
        return Err("must be at least 5s: AWS limits the calls of an account".to_owned());
    }
    Ok(time)
}

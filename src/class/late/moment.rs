//! Moments and lengths of time, as people write them.

use crate::report::view::minute;
use chrono::{
    DateTime, FixedOffset, Local, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, TimeZone, Timelike, Utc,
};
use std::time::Duration;

const UNITS: [(&str, u64); 14] = [
    ("days", 86_400),
    ("day", 86_400),
    ("d", 86_400),
    ("hours", 3600),
    ("hour", 3600),
    ("hrs", 3600),
    ("h", 3600),
    ("minutes", 60),
    ("minute", 60),
    ("mins", 60),
    ("min", 60),
    ("m", 60),
    ("seconds", 1),
    ("s", 1),
];

/// A moment of a report or a class: RFC 3339.
pub fn moment(text: &str) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(text).ok()
}

/// The moment until which something is in time, as RFC 3339 in UTC. A day alone means its end, here.
///
/// # Errors
/// What to write.
pub fn until(text: &str) -> Result<String, String> {
    const HOW: &str = "write 2026-12-01, \"2026-12-01 23:59\", \"2026-12-01 22:59 UTC\" or 2026-12-01T23:59:00+01:00";
    let utc = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let text = text.trim();
    if let Some(at) = with_zone(text) {
        return Ok(utc(at));
    }
    let (day, time) = text.split_once([' ', 'T']).unwrap_or((text, ""));
    let day = match NaiveDate::parse_from_str(day, "%Y-%m-%d") {
        Ok(day) => day,
        Err(_) => from_spreadsheet(day).unwrap_or_else(|| Err(HOW.to_owned()))?,
    };
    let local = match time.trim() {
        "" => day.and_hms_opt(23, 59, 59),
        time => at_clock(day, time),
    };
    // Twice a year an hour comes twice: the later one, in the students' favor.
    let found = Local.from_local_datetime(&local.ok_or(HOW)?);
    let at = found.earliest().max(found.latest());
    at.map(|at| utc(at.to_utc()))
        .ok_or_else(|| "this time does not exist on that day".to_owned())
}

/// A moment that says its zone: RFC 3339, the same with a space, or `UTC` behind it, as edemlab itself writes.
fn with_zone(text: &str) -> Option<DateTime<Utc>> {
    if let Some(at) = moment(text) {
        return Some(at.to_utc());
    }
    if let Some(text) = text.strip_suffix("UTC").or_else(|| text.strip_suffix('Z')) {
        let (day, time) = text.trim().split_once([' ', 'T'])?;
        let day = NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?;
        return Some(at_clock(day, time)?.and_utc());
    }
    let forms = ["%Y-%m-%d %H:%M%:z", "%Y-%m-%d %H:%M:%S%:z", "%Y-%m-%dT%H:%M%:z"];
    let found = forms.iter().find_map(|form| DateTime::parse_from_str(text, form).ok());
    found.map(|at| at.to_utc())
}

fn at_clock(day: NaiveDate, time: &str) -> Option<NaiveDateTime> {
    let clock = ["%H:%M", "%H:%M:%S"];
    let time = clock
        .iter()
        .find_map(|form| NaiveTime::parse_from_str(time.trim(), form).ok())?;
    Some(day.and_time(time))
}

/// A moment to the second, where it is not a whole minute.
pub fn shown(text: &str) -> String {
    match moment(text).map(|at| at.to_utc()) {
        Some(at) if at.second() > 0 || at.nanosecond() > 0 => at.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
        _ => minute(text),
    }
}

/// `13/12/2026`, as a spreadsheet writes it; an error where it may mean two days, nothing where it is none.
fn from_spreadsheet(day: &str) -> Option<Result<NaiveDate, String>> {
    let parts: Vec<u32> = day
        .split(['/', '.'])
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    let [one, two, year] = parts.as_slice() else {
        return None;
    };
    let date = |month, day| NaiveDate::from_ymd_opt(i32::try_from(*year).ok()?, month, day);
    match (date(*two, *one), date(*one, *two)) {
        (Some(day), None) | (None, Some(day)) => Some(Ok(day)),
        (Some(day), Some(other)) if day == other => Some(Ok(day)),
        (Some(one), Some(other)) => Some(Err(format!(
            "a spreadsheet has rewritten this date, and it may mean {one} or {other}: format the cell as text, and write one of them"
        ))),
        (None, None) => None,
    }
}

/// A length of time: `1 h`, `30 min`, `2 days`, `1 h 30 min`.
///
/// # Errors
/// What to write.
pub fn length(text: &str) -> Result<Duration, String> {
    let wrong = || {
        let shown = crate::report::text::cut(text.trim(), 60);
        format!("`{shown}` is not a length of time: write for example 30 min, 1 h or 2 days")
    };
    let text = text.trim().to_lowercase();
    let (mut rest, mut seconds) = (text.as_str(), 0u64);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let number: u64 = rest[..digits].parse().map_err(|_| wrong())?;
        let unit = rest[digits..].trim_start();
        let letters = unit.find(|c: char| !c.is_alphabetic()).unwrap_or(unit.len());
        let (_, of) = UNITS
            .iter()
            .find(|(name, _)| *name == &unit[..letters])
            .ok_or_else(wrong)?;
        seconds = seconds.saturating_add(number.saturating_mul(*of));
        rest = unit[letters..].trim_start();
    }
    match seconds {
        1..=31_622_400 => Ok(Duration::from_secs(seconds)),
        _ => Err(wrong()),
    }
}

/// A length of time in words: its two greatest units.
pub fn spelled(length: Duration) -> String {
    let seconds = length.as_secs();
    let named = |number: u64, unit: &str| (number > 0).then(|| format!("{number} {unit}"));
    let days = seconds / 86_400;
    let units = [
        named(days, if days == 1 { "day" } else { "days" }),
        named(seconds / 3600 % 24, "h"),
        named(seconds / 60 % 60, "min"),
        named(seconds % 60, "s"),
    ];
    let said: Vec<String> = units.into_iter().flatten().take(2).collect();
    match said.is_empty() {
        true => "less than a second".to_owned(),
        false => said.join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_and_spelled() {
        for (text, seconds, said) in [
            ("1 h", 3600, "1 h"),
            ("30min", 1800, "30 min"),
            ("2 days", 172_800, "2 days"),
            ("1 day 3 hours", 97_200, "1 day 3 h"),
            ("90 s", 90, "1 min 30 s"),
            ("1 day 61 s", 86_461, "1 day 1 min"),
        ] {
            let read = length(text).unwrap();
            assert_eq!((read.as_secs(), spelled(read).as_str()), (seconds, said));
        }
        for text in ["", "h", "1", "1 week", "-1 h", "1 h 2", "0 h", "99999999999999999999 h"] {
            assert!(length(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_date_that_a_spreadsheet_rewrote_is_read_where_it_means_one_day() {
        for text in [
            "2026-12-13 10:00 UTC",
            "2026-12-13 11:00+01:00",
            "2026-12-13T10:00Z",
            "2026-12-13 10:00:00Z",
        ] {
            assert_eq!(until(text).as_deref(), Ok("2026-12-13T10:00:00Z"), "{text}");
        }
        assert_eq!(until("13/12/2026 10:00"), until("2026-12-13 10:00"));
        assert_eq!(until("12/13/2026"), until("2026-12-13"));
        assert!(until("03/12/2026").unwrap_err().contains("2026-12-03 or 2026-03-12"));
        for text in ["", "soon", "31/31/2026", "2026-02-30", "2026-12-01 25:00"] {
            assert!(until(text).unwrap_err().contains("write 2026-12-01"), "{text}");
        }
    }
}

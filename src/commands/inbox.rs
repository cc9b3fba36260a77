//! `edemlab sandbox inbox`: mails and what waits for a click, as people read them. Whoever could publish wrote them.

use super::common;
use crate::report::text::{visible, wrapped_within};
use crate::sandbox::{AccountNumber, Inbox, Mail, Pending, Sandbox};
use colored::Colorize;
use std::fmt::Write;

/// Lines of a mail's text that are shown.
const LINES: usize = 10;

/// Shows an account's inbox, or confirms what is pending in it.
pub async fn run(sandbox: &Sandbox, account: &AccountNumber, region: Option<&str>, click: bool) -> anyhow::Result<u8> {
    let width = common::width().clamp(40, 100);
    let place = match region {
        Some(region) => format!("account {account}, {}", visible(region)),
        None => format!("account {account}"),
    };
    let text = if click {
        confirmed(&sandbox.confirm(account, region).await?, &place, width)
    } else {
        let mut again = format!("edemlab sandbox inbox --account {account}");
        if let Some(region) = region {
            let _ = write!(again, " --region {}", visible(region));
        }
        inbox(&sandbox.inbox(account, region).await?, &place, &again, width)
    };
    super::output::print(text.trim_end())
}

/// Mails, newest last, so that it stands above the prompt; then what is to be done. `again` is the command without
/// `--confirm`.
fn inbox(found: &Inbox, place: &str, again: &str, width: usize) -> String {
    if found.mails.is_empty() && found.pending.is_empty() {
        let how = "A mail comes when SNS sends one: give a topic a subscription with the protocol `email` (the first mail \
                   asks to confirm it), confirm it here with `--confirm`, and publish to the topic.";
        return format!("no mails in {place}\n\n{}", wrapped_within(how, width, "  "));
    }
    let mut out = String::new();
    for one in &found.mails {
        mail(&mut out, one, width);
    }
    match found.pending.len() {
        0 => {}
        1 => out.push_str("1 subscription waits to be confirmed; nothing is sent to it before that:\n"),
        n => {
            let _ = writeln!(
                out,
                "{n} subscriptions wait to be confirmed; nothing is sent to them before that:"
            );
        }
    }
    list(&mut out, &found.pending, width);
    if !found.pending.is_empty() {
        let _ = write!(
            out,
            "\n  Confirm, as the click in the mail would:\n    {again} --confirm\n"
        );
    }
    out
}

fn mail(out: &mut String, mail: &Mail, width: usize) {
    let sent = visible(&mail.sent).replace('T', " ").replace('Z', " UTC");
    let by = if mail.protocol == "sms" { ", by SMS" } else { "" };
    let to = visible(&mail.to);
    let topic = topic(&mail.topic_arn, &mail.region);
    let subject = visible(&mail.subject).bold().to_string();
    for (name, value) in [
        ("When", format!("{sent}{by}")),
        ("To", to),
        ("Topic", topic),
        ("Subject", subject),
    ] {
        let _ = writeln!(out, "{}", wrapped_within(&value, width, &format!("{name:<9}")));
    }
    let mut lines = mail.message.lines().flat_map(|line| {
        // Each line by itself: its breaks are the writer's.
        let line = wrapped_within(&visible(line), width, "  ");
        line.split('\n').map(str::to_owned).collect::<Vec<_>>()
    });
    out.push('\n');
    for line in lines.by_ref().take(LINES) {
        let _ = writeln!(out, "{}", line.trim_end());
    }
    if lines.next().is_some() {
        out.push_str("  …\n");
    }
    out.push('\n');
}

fn topic(arn: &str, region: &str) -> String {
    format!(
        "{}, {}",
        visible(arn.rsplit(':').next().unwrap_or(arn)),
        visible(region)
    )
}

fn list(out: &mut String, pending: &[Pending], width: usize) {
    for one in pending {
        let text = format!(
            "{} for the topic {}",
            visible(&one.endpoint),
            topic(&one.topic_arn, &one.region)
        );
        let _ = writeln!(out, "{}", wrapped_within(&text, width, "  "));
    }
}

fn confirmed(confirmed: &[Pending], place: &str, width: usize) -> String {
    if confirmed.is_empty() {
        return format!("nothing waits to be confirmed in {place}");
    }
    let mut out = "confirmed; what is published from now on is delivered:\n".to_owned();
    list(&mut out, confirmed, width);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(found: &Inbox) -> String {
        colored::control::set_override(false);
        inbox(
            found,
            "account 000000000001",
            "edemlab sandbox inbox --account 000000000001",
            80,
        )
    }

    fn letter(subject: &str, message: &str) -> Mail {
        Mail {
            sent: "2026-11-24T10:00:00Z".into(),
            to: "ana@example.com".into(),
            protocol: "email".into(),
            region: "eu-central-1".into(),
            topic_arn: "arn:aws:sns:eu-central-1:000000000001:orders".into(),
            subject: subject.into(),
            message: message.into(),
        }
    }

    #[test]
    fn an_empty_inbox_tells_how_a_mail_comes() {
        let text = shown(&Inbox {
            mails: vec![],
            pending: vec![],
        });
        assert!(text.starts_with("no mails in account 000000000001\n"), "{text}");
        assert!(text.contains("`email`") && text.contains("--confirm"), "{text}");
    }

    #[test]
    fn the_newest_comes_last_and_then_what_to_do() {
        let pending = Pending {
            endpoint: "ana@example.com".into(),
            region: "eu-central-1".into(),
            topic_arn: "arn:aws:sns:eu-central-1:000000000001:orders".into(),
        };
        let text = shown(&Inbox {
            mails: vec![letter("First", "Hello\n\nAna"), letter("Second", "")],
            pending: vec![pending],
        });
        let want = "When     2026-11-24 10:00:00 UTC\nTo       ana@example.com\nTopic    orders, eu-central-1\n\
                    Subject  First\n\n  Hello\n\n  Ana\n\nWhen ";
        assert!(text.starts_with(want), "{text}");
        let places = [
            "First",
            "Second",
            "1 subscription waits",
            "--account 000000000001 --confirm",
        ];
        let places = places.map(|part| text.find(part).unwrap_or_else(|| panic!("no {part:?} in {text}")));
        assert!(places.is_sorted(), "{text}");
    }

    #[test]
    fn hostile_and_endless_texts_do_no_harm() {
        let hostile = "a\u{1b}]0;title\u{7}\u{1b}[2J\u{9b}31m\rb\u{202e}c";
        let mut mail = letter(
            hostile,
            &format!("{hostile}\n{}\n{}", "x".repeat(300_000), "line\n".repeat(5000)),
        );
        mail.to = hostile.into();
        mail.topic_arn = format!("arn:aws:sns:eu-central-1:000000000001:{hostile}");
        let pending = Pending {
            endpoint: hostile.into(),
            region: hostile.into(),
            topic_arn: hostile.into(),
        };
        let text = shown(&Inbox {
            mails: vec![mail],
            pending: vec![pending],
        });
        let tame = |c: char| c == '\n' || !c.is_control() && c != '\u{202e}';
        assert!(text.chars().all(tame), "{text:?}");
        assert!(text.lines().count() < 40, "{text}");
        assert!(
            text.lines().all(|line| textwrap::core::display_width(line) <= 80),
            "{text}"
        );
        assert!(text.contains("\n  …\n"), "{text}");
    }
}

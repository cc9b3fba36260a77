//! The events of a log group.

use crate::account::{Account, CallError, too_many_pages};
use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;
use chrono::{DateTime, Utc};

/// AWS may answer with empty pages before the one that has the event. More than this are no log of a lab's minutes.
const MAX_PAGES: usize = 200;

/// The events of a log group since a moment, by
/// [`FilterLogEvents`](https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html):
/// those with this phrase in them, or all. `since` is this computer's time. Reading ends once `enough` is true of what
/// has come. `None` when there is no such group.
///
/// # Errors
/// When AWS refuses a page, or does not answer, or gives out pages for ever.
pub(super) async fn log_events(
    account: &Account,
    group: &str,
    since: DateTime<Utc>,
    phrase: Option<&str>,
    enough: impl Fn(&[FilteredLogEvent]) -> bool,
) -> Result<Option<Vec<FilteredLogEvent>>, CallError> {
    // A phrase within quotes is sought as it is.
    let pattern = phrase.map(|phrase| format!("\"{phrase}\""));
    let since = account.aws_time(since);
    let (mut events, mut token) = (Vec::new(), None);
    for _ in 0..MAX_PAGES {
        let page = account
            .logs()
            .filter_log_events()
            .log_group_name(group)
            .start_time(since.timestamp_millis())
            .set_filter_pattern(pattern.clone())
            .set_next_token(token)
            .send()
            .await
            .map_err(|error| CallError::from_sdk("logs:FilterLogEvents", &error));
        let page = match page {
            Ok(page) => page,
            Err(error) if error.answers() => return Ok(None),
            Err(error) => return Err(error),
        };
        events.extend(page.events.unwrap_or_default());
        token = page.next_token;
        if token.is_none() || enough(&events) {
            return Ok(Some(events));
        }
    }
    Err(too_many_pages("logs:FilterLogEvents", MAX_PAGES))
}

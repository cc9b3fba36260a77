//! What is asked of CloudTrail in one region, and what comes of it.

use super::event::Event;
use super::pace::Pace;
use super::wanted::Wanted;
use crate::account::Account;
use crate::account::services::CLOUDTRAIL;
use crate::report::Change;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use tokio::time::{Instant, timeout_at};

/// For how long CloudTrail keeps what it tells without a trail of one's own.
const DAYS: i64 = 90;

/// More changes of one thing, each by somebody else, are not kept.
const MAX_CHANGES: usize = 8;

/// So many pages of all that was written are read, before each thing is looked up by its names: an account that does nothing
/// but a lab has fewer.
const PAGES_OF_ALL: usize = 4;

/// So many pages are read of one name: whoever looks at a table in the console, or grades it, leaves a page of reads soon.
const PAGES_OF_ONE: usize = 8;

/// So many sessions are looked up.
const MAX_SESSIONS: usize = 5;

/// The region's part of a trail: the changes by resource, and why not all of it was read.
type Read = (BTreeMap<String, Vec<Change>>, Option<String>);

pub(super) struct Lookup<'a> {
    account: &'a Account,
    owner: &'a str,
    pace: &'a Pace,
    end: Instant,
    since: i64,
    /// What was found, newest first, each once.
    events: Vec<Event>,
}

/// Why it ends before all is read.
struct Unread(String);

impl<'a> Lookup<'a> {
    pub fn new(account: &'a Account, owner: &'a str, pace: &'a Pace, end: Instant) -> Self {
        Self {
            account,
            owner,
            pace,
            end,
            since: (chrono::Utc::now() - chrono::Duration::days(DAYS)).timestamp(),
            events: Vec::new(),
        }
    }

    /// The changes of what is wanted. Of what is not in it, the last change is not known.
    pub async fn changes(mut self, wanted: &[Wanted<'_>]) -> Read {
        let (all, mut unread) = (self.all().await, None);
        // Of what was written last in the account, a change that was seen is the last one, whatever was not read.
        let seen = wanted.iter().filter(|one| self.has(one));
        let mut known: BTreeSet<&str> = seen.map(|one| one.identity).collect();
        match all {
            Ok(true) => known.extend(wanted.iter().map(|one| one.identity)),
            Ok(false) => {
                for one in wanted
                    .iter()
                    .filter(|one| !known.contains(one.identity))
                    .collect::<Vec<_>>()
                {
                    match self.one(one).await {
                        Ok(true) => {
                            known.insert(one.identity);
                        }
                        Ok(false) => unread = Some("it has more events than were read".to_owned()),
                        Err(Unread(why)) => {
                            unread = Some(why);
                            break;
                        }
                    }
                }
            }
            Err(Unread(why)) => unread = Some(why),
        }
        self.events.sort_by(|one, other| other.at.cmp(&one.at));
        let of = |one: &Wanted<'_>| -> Vec<&Event> { self.events.iter().filter(|event| one.is_of(event)).collect() };
        let mut of_each: Vec<(&str, Vec<&Event>)> = wanted.iter().map(|one| (one.identity, of(one))).collect();
        of_each.retain(|(identity, _)| known.contains(identity));
        let opened = self
            .opened(of_each.iter().flat_map(|(_, events)| events.iter().copied()))
            .await;
        let changes = of_each.into_iter().map(|(identity, events)| {
            let changes = events.into_iter().map(|event| {
                let session = event.who.session.as_ref().and_then(|key| opened.get(key));
                event.change(session.map(String::as_str))
            });
            (identity.to_owned(), one_of_each(changes))
        });
        (changes.collect(), unread)
    }

    /// Reads what was written last in the whole account; whether that is all of it.
    async fn all(&mut self) -> Result<bool, Unread> {
        let mut token = None;
        for _ in 0..PAGES_OF_ALL {
            let page = self.page("ReadOnly", "false", token.take()).await?;
            self.keep(&page);
            token = page["NextToken"].as_str().map(str::to_owned);
            if token.is_none() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Reads what there is under each name of one thing, to its last change; whether that was reached.
    async fn one(&mut self, wanted: &Wanted<'_>) -> Result<bool, Unread> {
        let mut reached = true;
        for name in &wanted.names {
            let (mut token, mut pages) = (None, 0);
            reached &= loop {
                let page = self.page("ResourceName", name, token.take()).await?;
                let before = self.events.len();
                self.keep(&page);
                token = page["NextToken"].as_str().map(str::to_owned);
                pages += 1;
                if token.is_none() || self.events[before..].iter().any(|event| wanted.is_of(event)) {
                    break true;
                }
                if pages == PAGES_OF_ONE {
                    break false;
                }
            };
        }
        Ok(reached)
    }

    fn has(&self, wanted: &Wanted<'_>) -> bool {
        self.events.iter().any(|event| wanted.is_of(event))
    }

    fn keep(&mut self, page: &Value) {
        let new = page["Events"].as_array().into_iter().flatten().filter_map(Event::of);
        let new: Vec<Event> = new
            .filter(|event| !self.events.iter().any(|known| known.id == event.id))
            .collect();
        self.events.extend(new);
    }

    /// For the sessions of roles that these events name, by access key: the other account that has opened it. A role's own account
    /// records who assumes it, with the key of the session.
    async fn opened<'e>(&self, events: impl Iterator<Item = &'e Event>) -> BTreeMap<String, String> {
        let mut keys: Vec<&String> = Vec::new();
        for key in events.filter_map(|event| event.who.session.as_ref()) {
            if !keys.contains(&key) && keys.len() < MAX_SESSIONS {
                keys.push(key);
            }
        }
        let mut opened = BTreeMap::new();
        for key in keys {
            let Ok(page) = self.page("ResourceName", key, None).await else {
                break;
            };
            let found = page["Events"].as_array().into_iter().flatten().filter_map(Event::any);
            let by = found
                .filter(|event| event.name == "AssumeRole")
                .find_map(|event| event.who.account);
            opened.extend(by.filter(|by| by != self.owner).map(|by| (key.clone(), by)));
        }
        opened
    }

    async fn page(&self, attribute: &str, value: &str, token: Option<String>) -> Result<Value, Unread> {
        let late = || Unread("it took too long".to_owned());
        self.pace
            .turn(self.owner, self.account.region(), self.end)
            .await
            .ok_or_else(late)?;
        let mut input = json!({
            "LookupAttributes": [{"AttributeKey": attribute, "AttributeValue": value}], "StartTime": self.since, "MaxResults": 50,
        });
        if let Some(token) = token {
            input["NextToken"] = token.into();
        }
        match timeout_at(self.end, self.account.call(&CLOUDTRAIL, "LookupEvents", input)).await {
            // One without a list says nothing, not that there was nothing.
            Ok(Ok(answer)) if !answer["Events"].is_array() => Err(Unread("the response lists no events".to_owned())),
            Ok(answer) => answer.map_err(|error| Unread(error.to_string())),
            Err(_) => Err(late()),
        }
    }
}

/// The last change by each who has made one; the changes come newest first.
fn one_of_each(changes: impl Iterator<Item = Change>) -> Vec<Change> {
    let mut last: Vec<Change> = Vec::new();
    for change in changes {
        let is_known = last
            .iter()
            .any(|one| one.by == change.by && one.account == change.account);
        if !is_known && last.len() < MAX_CHANGES {
            last.push(change);
        }
    }
    last
}

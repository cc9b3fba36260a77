//! The accounts of a room: opened once, and again where they could not be, by what the roster says then.

use crate::account::{Account, CallCount, Keys};
use crate::class::Student;
use crate::class::access::{StudentAccess, opened};
use crate::class::grade::{Closed, Opened};
use crate::class::roster::{Access, Entry, Roster};
use crate::course::Lab;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Where nothing of a lab is found, every region is searched again after so long.
const SEARCH_AGAIN: Duration = Duration::from_secs(300);

/// The ways into the accounts, and those that are open.
pub(super) struct Accounts<'a> {
    access: &'a StudentAccess,
    /// The region for whom the roster names none.
    pub region: Option<&'a str>,
    entries: RefCell<BTreeMap<String, Rc<Entry>>>,
    /// The roster as it is now, if it can be read.
    read_again: &'a dyn Fn() -> Option<Roster>,
    open: RefCell<BTreeMap<String, OpenAccount>>,
}

struct OpenAccount {
    opened: Opened,
    since: Instant,
    /// Nothing of a lab was found, in a region that nobody has named.
    searches: bool,
}

impl<'a> Accounts<'a> {
    pub fn new(
        access: &'a StudentAccess,
        region: Option<&'a str>,
        roster: &Roster,
        read_again: &'a dyn Fn() -> Option<Roster>,
    ) -> Self {
        Self {
            access,
            region,
            entries: RefCell::new(entries_of(roster)),
            read_again,
            open: RefCell::default(),
        }
    }

    /// The student's line of the roster.
    pub fn entry(&self, student: &Student) -> Rc<Entry> {
        self.entries.borrow()[&student.id].clone()
    }

    /// The account of a student, of which nothing has been asked yet.
    pub async fn open(&self, student: &Student, labs: &[&Lab]) -> Result<Opened, Closed> {
        let is_stale = |open: &&OpenAccount| open.searches && open.since.elapsed() > SEARCH_AGAIN;
        let kept = {
            let open = self.open.borrow();
            let open = open.get(&student.id).filter(|open| !is_stale(open));
            open.map(|open| with_fresh_caches(&open.opened))
        };
        if let Some(kept) = kept {
            return Ok(kept);
        }
        let mut admitted = self.access.admit(&self.entry(student), self.region, labs).await;
        if admitted.is_err() && self.reread(student) {
            admitted = self.access.admit(&self.entry(student), self.region, labs).await;
        }
        let opened = admitted.map(opened).map_err(|error| Closed(error.to_string()))?;
        let open = OpenAccount {
            opened: opened.clone(),
            since: Instant::now(),
            searches: false,
        };
        self.open.borrow_mut().insert(student.id.clone(), open);
        Ok(opened)
    }

    /// It could not be looked at: the next look opens it again.
    pub fn close(&self, student: &Student) {
        self.open.borrow_mut().remove(&student.id);
    }

    /// Nothing of a lab was found. Where nobody has named the region, it may be begun in another one.
    pub fn found_nothing(&self, student: &Student, lab: &Lab) {
        let is_named = self.entry(student).region_of(&lab.id).or(self.region).is_some();
        if let Some(open) = self.open.borrow_mut().get_mut(&student.id) {
            open.searches |= !is_named;
        }
    }

    /// What the account was sent since this was last asked.
    pub fn take_calls(&self, student: &Student) -> CallCount {
        let open = self.open.borrow();
        let accounts = open
            .get(&student.id)
            .into_iter()
            .flat_map(|open| open.opened.values().flatten());
        let mut calls = CallCount::new();
        // Accounts of one student count together: a second one has nothing left to give.
        for (service, count) in accounts.flat_map(|account| account.take_calls()) {
            *calls.entry(service).or_default() += count;
        }
        calls
    }

    /// Whether the roster now says another way into a student's account: whoever's keys have expired hands in others.
    fn reread(&self, student: &Student) -> bool {
        let Some(roster) = (self.read_again)() else {
            return false;
        };
        let entry = entries_of(&roster).remove(&student.id);
        let Some(entry) = entry.filter(|entry| entry.is_open()) else {
            return false;
        };
        let is_same = is_same_way(&self.entry(student).access, &entry.access);
        self.entries.borrow_mut().insert(student.id.clone(), entry);
        !is_same
    }
}

fn entries_of(roster: &Roster) -> BTreeMap<String, Rc<Entry>> {
    let entries = roster.students.iter();
    entries
        .map(|entry| (entry.student.id.clone(), Rc::new(entry.clone())))
        .collect()
}

fn is_same_way(before: &Access, now: &Access) -> bool {
    match (before, now) {
        (Access::Role { arn: before }, Access::Role { arn: now }) => before == now,
        (Access::Profile(before), Access::Profile(now)) => before == now,
        (Access::Keys(before), Access::Keys(now)) => {
            let of = |keys: &Keys| {
                (
                    keys.access_key_id.clone(),
                    keys.secret_access_key.clone(),
                    keys.session_token.clone(),
                )
            };
            of(before) == of(now)
        }
        _ => false,
    }
}

/// The same accounts, of which nothing has been asked yet. Labs in one region go on sharing theirs.
fn with_fresh_caches(opened: &Opened) -> Opened {
    let mut fresh: Vec<(Rc<Account>, Rc<Account>)> = Vec::new();
    let mut again = |account: &Rc<Account>| {
        if let Some((_, made)) = fresh.iter().find(|(of, _)| Rc::ptr_eq(of, account)) {
            return made.clone();
        }
        let made = Rc::new(account.with_fresh_cache());
        fresh.push((account.clone(), made.clone()));
        made
    };
    let one = |(lab, account): (&String, &Result<Rc<Account>, Closed>)| {
        (lab.clone(), account.as_ref().map(&mut again).map_err(Clone::clone))
    };
    opened.iter().map(one).collect()
}

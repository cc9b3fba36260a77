//! The page of a room, served to this computer.

use crate::class::folder::{ClassFolder, file_name};
use crate::class::pages::student_page;
use crate::class::privacy::pseudonyms;
use crate::class::{Class, Student};
use crate::cli::RoomArgs;
use crate::guide::{Feed, Pages, Server};
use crate::room::{Looking, Named, Room, names, page, shown};
use chrono::Utc;
use std::cell::{Cell, RefCell};
use std::sync::Arc;

/// What a browser may do with a student's page, which says the same of its style itself.
const STUDENT_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page of a room: what is served, and what it is told.
pub(super) struct RoomPage<'p> {
    folder: &'p ClassFolder,
    class: &'p Class,
    names: Vec<Named>,
    looking: Looking,
    pages: Arc<Pages>,
    feed: Arc<Feed>,
    server: Cell<Option<Server>>,
    told: RefCell<String>,
}

impl<'p> RoomPage<'p> {
    /// Makes the page, and takes its port. Nothing is served yet.
    pub fn open(
        folder: &'p ClassFolder,
        class: &'p Class,
        units: &[Vec<&'p Student>],
        args: &RoomArgs,
    ) -> anyhow::Result<Self> {
        let pseudonyms = match args.anonymous {
            true => {
                let firsts: Vec<&Student> = units.iter().map(|unit| unit[0]).collect();
                Some(pseudonyms(folder, &firsts)?)
            }
            false => None,
        };
        let pages = Pages::default();
        let (html, policy) = page(class);
        pages.put("index.html", html, policy);
        let room = Self {
            folder,
            class,
            names: names(class, units, pseudonyms.as_deref()),
            looking: Looking {
                anonymous: args.anonymous,
                not_handed_in: class.students.iter().filter(|student| student.not_handed_in).count(),
                every: args.every.as_secs(),
            },
            pages: Arc::new(pages),
            feed: Arc::default(),
            server: Cell::new(Some(Server::listen(args.port)?)),
            told: RefCell::default(),
        };
        units.iter().for_each(|unit| room.show_students(unit));
        Ok(room)
    }

    /// Serves it from now on, and says where.
    pub fn serve(&self, args: &RoomArgs) -> anyhow::Result<()> {
        let Some(server) = self.server.take() else {
            return Ok(());
        };
        let address = server.address();
        server.serve(self.pages.clone(), Some(self.feed.clone()));
        let accounts = counted(self.names.len());
        super::output::print(&format!(
            "The room is at {address}\n{accounts} are looked at in rounds of {} s, and never faster than AWS's rates allow. Nothing is \
             sent through them.\np, a student's id or number, Enter: looks there now, and sends an event. Ctrl-C ends it.",
            args.every.as_secs()
        ))?;
        if args.open
            && let Err(error) = open::that_detached(&address)
        {
            super::output::note(&format!(
                "no browser could be opened ({error}): copy the address into one"
            ));
        }
        Ok(())
    }

    /// Tells the page how the room stands, if that has changed.
    pub fn publish(&self, room: &Room) {
        let now = shown(room, self.class, &self.names, &self.looking, Utc::now());
        if *self.told.borrow() != now {
            self.feed.publish(&now);
            *self.told.borrow_mut() = now;
        }
    }

    /// Puts the pages of those who share an account in their place. Under pseudonyms there are none.
    pub fn show_students(&self, unit: &[&Student]) {
        if self.looking.anonymous {
            return;
        }
        for student in unit {
            // One that cannot be read now is there the next time.
            if let Ok(html) = student_page(self.folder, student) {
                let path = format!("students/{}.html", file_name(&student.id));
                self.pages.put(&path, html, STUDENT_POLICY.to_owned());
            }
        }
    }

    /// The account of a student, by the id of the roster, the name, or the number on the page.
    pub fn find(&self, who: &str, units: &[Vec<&Student>]) -> Option<usize> {
        let alike = |text: &str| text.eq_ignore_ascii_case(who);
        let by_id = units.iter().position(|unit| unit.iter().any(|one| alike(&one.id)));
        let by_name = || self.names.iter().position(|named| alike(&named.name));
        let by_number = || {
            let number: usize = who.parse().ok()?;
            self.names.iter().position(|named| named.number == number)
        };
        by_id.or_else(by_name).or_else(by_number)
    }
}

/// So many accounts.
pub(super) fn counted(accounts: usize) -> String {
    match accounts {
        1 => "1 account".to_owned(),
        count => format!("{count} accounts"),
    }
}

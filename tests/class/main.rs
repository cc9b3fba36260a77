//! A class: its roster, the way into its accounts, its grades, pages and gradebooks.

#[path = "../common/mod.rs"]
mod common;

mod access;
mod adjustments;
mod alike;
mod choices;
mod costs;
mod diff;
mod evening;
mod grade;
mod grade_fair;
mod gradebook;
mod gradebook_refused;
mod gradebook_table;
mod groups;
mod handed_on;
mod late;
mod not_handed_in;
mod older;
mod pages;
mod pages_browser;
mod privacy;
mod room;
mod room_rules;
mod room_screens;
mod roster;
mod roster_add;
mod roster_new;
mod roster_verify;
mod threads;
mod trail;

//! edemlab checks a serverless AWS lab: a course of labs, steps and checks, judged in a student's account.
//!
//! The modules in reading order; dependencies point upwards only. `ARCHITECTURE.md` has the map.

pub mod confined;
pub mod private;
pub mod redact;
pub mod yaml;

pub mod asl;

pub mod expr;

pub mod course;

pub mod account;

pub mod discover;
pub mod probe;

pub mod inventory;

pub mod report;

pub mod trail;

pub mod stack;

pub mod judge;
pub mod recording;

pub mod survey;

pub mod cleanup;
pub mod costs;
pub mod rehearsal;

pub mod watch;

pub mod book;
pub mod guide;

pub mod permissions;

pub mod class;
pub mod fleet;
pub mod room;

pub mod sandbox;

pub mod drill;

pub mod doctor;

pub mod cli;
pub mod commands;

//! What every account of a class costs while nobody uses it: who still pays for what, and a message for each of them.

mod html;
mod look;
mod message;
mod messages;
mod report;
mod text;
mod view;

pub use html::page;
pub use look::{ClassWanted, look};
pub use message::message;
pub use messages::{MessagesError, MessagesWritten, write};
pub use report::{ClassCosts, Found, SCHEMA, StudentCosts};
pub use text::render;
pub use view::ClassCostsView;

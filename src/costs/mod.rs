//! What of the labs stands in an account, and what it costs while nobody uses it.

mod html;
mod look;
mod month;
mod prices;
mod reckon;
mod report;
mod tally;
mod text;
mod view;

pub use html::page;
pub use look::look;
pub use prices::{Price, Unit, price, prices};
pub use reckon::{idle_usd_per_day, least_of_a_day};
pub use report::{Amounts, Charged, CostItem, CostLine, CostsReport, NotLooked, SCHEMA};
pub(crate) use text::Page;
pub use text::render;
pub use view::{CostsView, Row};
pub(crate) use view::{FREE_FOR_NOW, IN_PLACE_OF_AWS, dates, dollars, last_day, not_listed, said};

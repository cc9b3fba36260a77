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
pub use reckon::least_of_a_day;
pub use report::{Amounts, CostItem, CostLine, CostsReport, NotLooked, SCHEMA};
pub use text::render;
pub use view::CostsView;

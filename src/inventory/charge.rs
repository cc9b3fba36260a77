//! What AWS charges for: so much of what is on its price list.

use rust_decimal::Decimal;

/// So much of something on AWS's price list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// Its line in the table of prices, `SERVICE.ITEM`.
    pub price: &'static str,
    /// How many units.
    pub quantity: Decimal,
    /// In words: "2 shards".
    pub what: String,
}

impl Charge {
    /// `quantity` units of `price`, which are `what` in words.
    pub(super) fn new(price: &'static str, quantity: impl Into<Decimal>, what: impl Into<String>) -> Self {
        Self {
            price,
            quantity: quantity.into(),
            what: what.into(),
        }
    }

    /// What is stored, at a price for each gigabyte and month.
    pub(super) fn stored(price: &'static str, bytes: u64) -> Self {
        Self::new(price, gigabytes(bytes), said(bytes))
    }
}

/// Bytes as AWS bills them: a gigabyte is 2^30 bytes; see <https://aws.amazon.com/s3/pricing/>.
fn gigabytes(bytes: u64) -> Decimal {
    Decimal::from(bytes) / Decimal::from(1u64 << 30)
}

/// An amount of bytes in words.
fn said(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["bytes", "KB", "MB", "GB"];
    let mut amount = bytes as f64;
    let mut unit = 0;
    while amount >= 1024.0 && unit + 1 < UNITS.len() {
        amount /= 1024.0;
        unit += 1;
    }
    match unit {
        0 => format!("{bytes} bytes"),
        _ => format!("{amount:.1} {}", UNITS[unit]),
    }
}

/// A number with its noun: `1 shard`, `2 shards`.
pub(super) fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_billed_in_powers_of_two_and_said_in_them() {
        assert_eq!(gigabytes(1 << 30), Decimal::ONE);
        assert_eq!(gigabytes(3 << 29), Decimal::new(15, 1));
        assert_eq!(gigabytes(0), Decimal::ZERO);
        assert_eq!((said(0), said(1023)), ("0 bytes".to_owned(), "1023 bytes".to_owned()));
        assert_eq!((said(1536), said(5 << 30)), ("1.5 KB".to_owned(), "5.0 GB".to_owned()));
    }
}

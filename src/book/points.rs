//! Points in words.

use std::fmt::Write;

/// "1 point", "4 points", with what is extra credit.
pub fn points(full: u32, extra: u32) -> String {
    let count = |n: u32| format!("{n} point{}", if n == 1 { "" } else { "s" });
    let mut out = String::new();
    if full > 0 || extra == 0 {
        out.push_str(&count(full));
    }
    if extra > 0 {
        let more = if out.is_empty() {
            count(extra)
        } else {
            format!(", and {extra}")
        };
        let _ = write!(out, "{more} extra");
    }
    out
}

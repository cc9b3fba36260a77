//! A number of a JSON text: a size, a time, or somebody's.

use super::pieces::{Reader, read as read_text};

/// Integers of fewer digits are nobody's, and of fewer than so many more where AWS's own member has them.
const SHORT: usize = 6;
const SHORT_OF_AWS: usize = 10;

/// Seconds since 1970 of these years are a time where AWS's own member has them.
const TIMES: std::ops::Range<u64> = 1_000_000_000..2_500_000_000;

/// A number as `reader` reads it; `is_of_aws` says whether a member of AWS's own has it.
pub fn read(reader: &mut dyn Reader, number: &str, is_of_aws: bool) -> String {
    let digits = number.trim_start_matches('-');
    let is_integer = digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_time = || match (digits.len(), digits.get(..10).and_then(|seconds| seconds.parse().ok())) {
        (10 | 13, Some(seconds)) => TIMES.contains(&seconds),
        _ => false,
    };
    let stays = match (is_integer, is_of_aws) {
        (true, true) => digits.len() < SHORT_OF_AWS || is_time(),
        (true, false) => digits.len() < SHORT,
        // Nobody's number is written with an exponent.
        (false, _) => is_of_aws || number.contains(['e', 'E']),
    };
    match stays {
        true => {
            reader.stays(number);
            number.to_owned()
        }
        false => read_text(reader, number),
    }
}

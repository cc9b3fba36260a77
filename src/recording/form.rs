//! The form by which a pseudonym is known: no vowel, and a check at its end that follows from what is before it. So whoever reads
//! a recording can say of every word whether it is one.

use sha2::{Digest, Sha256};

/// A pseudonym's letters: no name is written without a vowel.
const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz";

/// Its letters where a word is hexadecimal.
const HEX_LETTERS: &[u8] = b"bcdf";

const DIGITS: &[u8] = b"0123456789";

/// The shortest that holds a check and is one of enough.
pub const SHORTEST: usize = 5;

/// Numbers shorter than this stay as they are.
const SHORTEST_NUMBER: usize = 6;

/// An address of version 4 that nobody has begins so: RFC 1112 reserves it.
const V4: &str = "240";

/// One of version 6 for documents, RFC 3849.
const V6: [&str; 2] = ["2001", "db8"];

/// The domain of an address of electronic mail.
const MAIL: &str = "example.com";

/// Whether a word is of hexadecimal digits, and long enough to be meant so.
fn is_hex(word: &str) -> bool {
    word.len() >= 8 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

/// How many characters at the end of a word of this length are its check.
fn check_length(length: usize, is_number: bool) -> usize {
    match length {
        9.. if is_number => 4,
        12.. => 4,
        8.. => 3,
        _ => 2,
    }
}

/// A pseudonym for a word in small letters: letters for letters, digits for digits. `bytes` are as many as needed.
pub fn make(small: &str, extra: usize, bytes: &[u8]) -> String {
    let (is_number, is_hex) = (is_number(small), is_hex(small));
    let letters = if is_hex { HEX_LETTERS } else { LETTERS };
    let of = |byte: u8, alphabet: &[u8]| alphabet[usize::from(byte) % alphabet.len()];
    let mut made: Vec<u8> = small
        .chars()
        .zip(bytes)
        .map(|(c, byte)| of(*byte, if c.is_ascii_digit() { DIGITS } else { letters }))
        .collect();
    if is_number && let Some(first) = made.first_mut() {
        // A number stays one: it begins with a zero only where the other did.
        *first = match small.starts_with('0') {
            true => b'0',
            false => of(bytes[0], &DIGITS[1..]),
        };
    }
    let (least, alphabet) = match is_number {
        true => (made.len(), DIGITS),
        false => (made.len().max(SHORTEST), letters),
    };
    let length = least + extra;
    let padding = bytes.iter().skip(made.len()).map(|byte| of(*byte, alphabet));
    let padding: Vec<u8> = padding.take(length - made.len()).collect();
    made.extend(padding);
    seal(&mut made, is_number, letters);
    String::from_utf8_lossy(&made).into_owned()
}

/// Writes the check into the end of a word.
fn seal(word: &mut [u8], is_number: bool, letters: &[u8]) {
    let free = word.len() - check_length(word.len(), is_number);
    let check = Sha256::digest([b"edemlab/recording/1 ", &word[..free]].concat());
    for (at, byte) in (free..).zip(check.iter()).take(word.len() - free) {
        let alphabet = if word[at].is_ascii_digit() { DIGITS } else { letters };
        word[at] = alphabet[usize::from(*byte) % alphabet.len()];
    }
}

/// Whether a word has the form of a pseudonym.
pub fn is_pseudonym(word: &str) -> bool {
    let small = word.to_ascii_lowercase();
    let is_number = is_number(&small);
    let shortest = if is_number { SHORTEST_NUMBER } else { SHORTEST };
    let letters = if is_hex(&small) { HEX_LETTERS } else { LETTERS };
    let is_of = |byte: u8| byte.is_ascii_digit() || letters.contains(&byte);
    if small.len() < shortest || !small.bytes().all(is_of) {
        return false;
    }
    let mut sealed = small.clone().into_bytes();
    seal(&mut sealed, is_number, letters);
    sealed == small.as_bytes()
}

/// An id of 32 hexadecimal digits with hyphens, from 28 that are free.
pub fn make_id(bytes: &[u8]) -> String {
    let free: String = hex::encode(bytes).chars().take(28).collect();
    let check = &hex::encode(Sha256::digest(format!("edemlab/recording/1 {free}")))[..4];
    let all = free + check;
    [&all[..8], &all[8..12], &all[12..16], &all[16..20], &all[20..]].join("-")
}

/// Whether an id is one that [`make_id`] made.
pub fn is_id(id: &str) -> bool {
    let all: String = id
        .chars()
        .filter(|c| *c != '-')
        .map(|c| c.to_ascii_lowercase())
        .collect();
    all.len() == 32
        && is_hex(&all)
        && hex::encode(Sha256::digest(format!("edemlab/recording/1 {}", &all[..28]))).starts_with(&all[28..])
}

/// An address of version 4, with the separator of `like`.
pub fn make_v4(like: &str, bytes: &[u8]) -> String {
    let separator = if like.contains('.') { "." } else { "-" };
    [
        V4.to_owned(),
        bytes[0].to_string(),
        bytes[1].to_string(),
        bytes[2].to_string(),
    ]
    .join(separator)
}

/// Whether an address of version 4 is nobody's.
pub fn is_v4(address: &str) -> bool {
    address.split(['.', '-']).next() == Some(V4)
}

/// An address of version 6.
pub fn make_v6(bytes: &[u8]) -> String {
    let [a, b] = V6;
    format!("{a}:{b}:{}:{}", hex::encode(&bytes[..2]), hex::encode(&bytes[2..4]))
}

/// Whether an address of version 6 is nobody's.
pub fn is_v6(address: &str) -> bool {
    let mut groups = address.split(':');
    V6.iter().all(|group| groups.next() == Some(*group)) && groups.count() == 2
}

/// The address of electronic mail of a pseudonym, in a domain that nobody has, RFC 2606.
pub fn mail_of(name: &str) -> String {
    format!("{name}@{MAIL}")
}

/// Whether an address of electronic mail is nobody's.
pub fn is_mail(address: &str) -> bool {
    matches!(address.split_once('@'), Some((name, MAIL)) if is_pseudonym(name))
}

/// A number with the groups of `like` and the digits of `number`.
pub fn grouped(like: &str, number: &str) -> String {
    let mut digits = number.chars();
    like.chars()
        .map(|c| {
            if c.is_ascii_digit() {
                digits.next().unwrap_or('0')
            } else {
                c
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pseudonym_is_known_by_its_form_and_nothing_else_is() {
        let bytes: Vec<u8> = (0u8..=255).collect();
        for word in [
            "ana",
            "ñ",
            "núria",
            "user01",
            "330012345678",
            "a3f9c01277be",
            "a1",
            "xkcdxkcdxkcdxkcd",
        ] {
            let made = make(word, 0, &bytes);
            assert!(is_pseudonym(&made), "{word} → {made}");
            assert!(is_pseudonym(&made.to_uppercase()), "{made}");
            assert!(!is_pseudonym(word), "{word}");
        }
        // Where all of one length are given away, a longer one is.
        assert!(is_pseudonym(&make("123456", 1, &bytes)) && make("123456", 1, &bytes).len() == 7);
        assert!(!is_id("ññññññññññññññññ"));
        assert!(is_id(&make_id(&bytes)) && !is_id("8f14e45f-ceea-467f-a9c7-0123456789ab"));
        assert!(is_v4(&make_v4("1.2.3.4", &bytes)) && !is_v4("192.168.1.20"));
        assert!(is_v6(&make_v6(&bytes)) && !is_v6("2001:db8:a0b:12f0::1") && !is_v6("fe80:0:0:1"));
        assert!(
            is_mail(&mail_of(&make("xxxxxxxxxx", 0, &bytes)))
                && !is_mail("max@example.com")
                && !is_mail("a@example.com")
        );
        let names =
            "Maria Garcia Jose Lopez Xavi Lynn Pyry 600123412 34600123412 hunter2 AKIAIOSFODNN7EXAMPLE Grzegorz";
        for name in names.split(' ') {
            assert!(!is_pseudonym(name), "{name}");
        }
    }
}

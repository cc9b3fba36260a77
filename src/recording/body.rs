//! A body read word by word: JSON, XML, forms and plain text keep their shape, and so does what is packed into a text of theirs.

use super::number;
use super::pieces::{Piece, Reader, read};
use super::xml;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use regex::Regex;
use std::sync::LazyLock;

/// Texts in texts in texts: a policy in an answer, an event in a record. Deeper ones are read as they are.
pub(super) const DEPTH: usize = 6;

/// Members that AWS sends in base64.
const PACKED: &[&str] = &["Data", "B", "LogResult", "ZipFile", "Blob"];

/// A text that is as long as this and is packed text as a whole is no name.
const LONG: usize = 16;

/// What need not be encoded in a URL.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Text in which something is percent-encoded.
static ENCODED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[A-Za-z0-9._~-]*(?:%[0-9A-Fa-f]{2}[A-Za-z0-9._~-]*)+").expect("a fixed expression"));

/// A body as `reader` reads it.
pub fn body(reader: &mut dyn Reader, body: &str) -> String {
    text(reader, None, body, DEPTH)
}

/// The body of a request to a query service, as `reader` reads it.
pub fn form(reader: &mut dyn Reader, form: &str) -> String {
    let pair = |reader: &mut dyn Reader, pair: &str| {
        let parts: Vec<String> = pair
            .splitn(2, '=')
            .map(|part| encoded(reader, &part.replace('+', "%20"), DEPTH))
            .collect();
        parts.join("=")
    };
    let pairs: Vec<String> = form.split('&').map(|each| pair(reader, each)).collect();
    pairs.join("&")
}

/// A text, which may be the value of the member `key`: what it is decides how it is read.
pub(super) fn text(reader: &mut dyn Reader, key: Option<&str>, value: &str, depth: usize) -> String {
    let Some(deeper) = depth.checked_sub(1) else {
        return read(reader, value);
    };
    let trimmed = value.trim_start();
    if trimmed.starts_with(['{', '[']) && serde_json::from_str::<serde::de::IgnoredAny>(value).is_ok() {
        return json(reader, value, deeper);
    }
    if trimmed.starts_with('<') {
        return xml::read(reader, value, &|reader, between| text(reader, None, between, deeper));
    }
    unpacked(reader, key, value, deeper).unwrap_or_else(|| encoded(reader, value, deeper))
}

/// JSON is read literal by literal, so that its numbers and spaces stay as they were written.
fn json(reader: &mut dyn Reader, value: &str, depth: usize) -> String {
    let mut out = String::with_capacity(value.len());
    let (mut rest, mut key) = (value, String::new());
    while let Some(first) = rest.chars().next() {
        if first == '"' {
            let (literal, after) = rest.split_at(literal_length(rest));
            let said: String = serde_json::from_str(literal).unwrap_or_default();
            let is_name = after.trim_start().starts_with(':');
            let name = (!is_name).then_some(key.as_str());
            let kept = text(reader, name, &said, depth);
            out.push_str(&serde_json::Value::from(kept).to_string());
            if is_name {
                key = said;
            }
            rest = after;
        } else if first == '-' || first.is_ascii_digit() {
            let end = rest.find(|c: char| !c.is_ascii_digit() && !"+-.eE".contains(c));
            let (number, after) = rest.split_at(end.unwrap_or(rest.len()));
            // What is packed into a text is a student's: names of members there say nothing.
            let is_of_aws = depth + 1 == DEPTH && reader.vocabulary().is_member(&key);
            out.push_str(&number::read(reader, number, is_of_aws));
            rest = after;
        } else {
            let end = rest.find(|c: char| c == '"' || c == '-' || c.is_ascii_digit());
            let (between, after) = rest.split_at(end.unwrap_or(rest.len()));
            out.push_str(between);
            rest = after;
        }
    }
    out
}

/// The length of the literal that a text begins with.
fn literal_length(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// A text of which parts may be percent-encoded, as IAM writes policies, and URLs their parameters.
fn encoded(reader: &mut dyn Reader, value: &str, depth: usize) -> String {
    let mut out = String::with_capacity(value.len());
    let mut copied = 0;
    for found in ENCODED.find_iter(value) {
        out.push_str(&read(reader, &value[copied..found.start()]));
        copied = found.end();
        let Ok(decoded) = percent_decode_str(found.as_str()).decode_utf8() else {
            // Bytes of no text stay, and what is between them is read.
            let mut rest = found.as_str();
            while let Some(at) = rest.find('%') {
                out.push_str(&read(reader, &rest[..at]));
                out.push_str(&rest[at..at + 3]);
                rest = &rest[at + 3..];
            }
            out.push_str(&read(reader, rest));
            continue;
        };
        let kept = match depth.checked_sub(1) {
            Some(deeper) => text(reader, None, &decoded, deeper),
            None => read(reader, &decoded),
        };
        out.push_str(&utf8_percent_encode(&kept, RESERVED).to_string());
    }
    out.push_str(&read(reader, &value[copied..]));
    out
}

/// What is in base64: a record of a stream, an event of a test. What is no text when it is unpacked becomes a text that says how
/// long it was.
fn unpacked(reader: &mut dyn Reader, key: Option<&str>, value: &str, depth: usize) -> Option<String> {
    let is_meant = key.is_some_and(|key| PACKED.contains(&key));
    if !is_meant && value.len() < LONG {
        return None;
    }
    let bytes = STANDARD.decode(value).ok()?;
    let is_text = |text: &&str| text.chars().all(|c| !c.is_control() || c.is_ascii_whitespace());
    match std::str::from_utf8(&bytes).ok().filter(is_text) {
        Some(unpacked) => Some(STANDARD.encode(text(reader, None, unpacked, depth))),
        None if is_meant || value.ends_with('=') => {
            let length = bytes.len();
            let name = reader.piece(Piece::Word(&hex::encode(&bytes[..length.min(32)])));
            Some(STANDARD.encode(format!("{length} bytes {name}")))
        }
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::CourseFiles;
    use crate::recording::pseudonym::Pseudonyms;
    use crate::recording::vocabulary::Vocabulary;

    fn pseudonyms() -> Pseudonyms {
        let moment = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        Pseudonyms::new([7; 32], Vocabulary::of(&CourseFiles::embedded(), moment))
    }

    #[test]
    fn json_keeps_its_shape_and_its_numbers() {
        let mut of = pseudonyms();
        let answer = r#"{"StreamDescriptionSummary":{"StreamName":"ana-puig","StreamARN":"arn:aws:kinesis:eu-west-1:330012345678:stream/ana-puig","StreamStatus":"ACTIVE", "StreamCreationTimestamp":1.773355267E9,"OpenShardCount":4}}"#;
        let kept = body(&mut of, answer);
        assert!(
            !kept.contains("ana") && !kept.contains("puig") && !kept.contains("330012345678"),
            "{kept}"
        );
        for part in [
            r#""StreamStatus":"ACTIVE", "#,
            r#""StreamCreationTimestamp":1.773355267E9,"OpenShardCount":4}}"#,
            ":stream/",
        ] {
            assert!(kept.contains(part), "{part}: {kept}");
        }
        let read: serde_json::Value = serde_json::from_str(&kept).unwrap();
        let summary = &read["StreamDescriptionSummary"];
        let arn = summary["StreamARN"].as_str().unwrap();
        assert!(arn.ends_with(summary["StreamName"].as_str().unwrap()));
    }

    #[test]
    fn what_is_packed_into_a_text_is_found() {
        let mut of = pseudonyms();
        let policy = r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::330012345678:user/ana"}}]}"#;
        let percent = utf8_percent_encode(policy, NON_ALPHANUMERIC).to_string();
        let packed = STANDARD.encode(policy);
        let nested = serde_json::json!({"PolicyDocument": percent, "Data": packed, "Policy": policy}).to_string();
        let xml = format!(
            "<Role><RoleName>ana</RoleName><Doc>{percent}</Doc><D>{{&quot;a&quot;:&quot;ana &amp; co&quot;}}</D></Role>"
        );
        for answer in [nested, xml] {
            let kept = body(&mut of, &answer);
            let unpacked = format!("{kept} {}", percent_decode_str(&kept).decode_utf8_lossy());
            assert!(
                !unpacked.contains("ana") && !unpacked.contains("330012345678"),
                "{unpacked}"
            );
            assert!(!kept.contains(&STANDARD.encode("ana")), "{kept}");
            assert!(unpacked.contains("Effect") && unpacked.contains("Allow"), "{unpacked}");
        }
        let answer = serde_json::json!({"Data": packed}).to_string();
        let kept: serde_json::Value = serde_json::from_str(&body(&mut of, &answer)).unwrap();
        let data = STANDARD.decode(kept["Data"].as_str().unwrap()).unwrap();
        let data = String::from_utf8(data).unwrap();
        assert!(
            data.starts_with(r#"{"Statement":[{"Effect":"Allow""#) && !data.contains("ana"),
            "{data}"
        );
    }

    #[test]
    fn names_of_members_that_a_student_chose_are_hidden() {
        let mut of = pseudonyms();
        let answer = r#"{"Environment":{"Variables":{"TABLE_NAME":"clicks-of-ana","ANAS_SECRET":"hunter2hunter2"}}}"#;
        let kept = body(&mut of, answer);
        assert!(
            kept.contains(r#""TABLE_NAME""#) && kept.contains(r#"{"Environment":{"Variables":"#),
            "{kept}"
        );
        assert!(
            !kept.contains("ANAS") && !kept.contains("hunter2") && !kept.contains("ana"),
            "{kept}"
        );
    }

    #[test]
    fn numbers_that_may_be_somebodys_are_replaced_by_numbers() {
        let mut of = pseudonyms();
        let answer = r#"{"CodeSize":262144000,"CreateDate":1773355267.25,"Total":-1.5E3,"phone":34600123412,"at":41.387654,"l":[600123412]}"#;
        let kept = body(&mut of, answer);
        let read: serde_json::Value = serde_json::from_str(&kept).unwrap();
        assert!(
            kept.starts_with(r#"{"CodeSize":262144000,"CreateDate":1773355267.25,"#),
            "{kept}"
        );
        assert!(!kept.contains("600123412") && !kept.contains("387654"), "{kept}");
        assert!(
            read.as_object()
                .unwrap()
                .values()
                .filter(|value| value.is_number())
                .count()
                == 5,
            "{kept}"
        );
    }

    #[test]
    fn a_url_and_a_form_keep_their_parts() {
        let mut of = pseudonyms();
        let kept = body(
            &mut of,
            "https://ana.s3.eu-west-1.amazonaws.com/a%20ana?X-Amz-Security-Token=IQo%2Bana%2F9&x=1",
        );
        assert!(
            kept.starts_with("https://") && kept.contains(".s3.eu-west-1.amazonaws.com/a%20"),
            "{kept}"
        );
        assert!(
            !kept.contains("ana") && kept.contains("%2B") && kept.ends_with("&x=1"),
            "{kept}"
        );
        let kept = form(
            &mut of,
            "Action=SimulatePrincipalPolicy&ActionNames.member.1=dynamodb%3APutItem&Version=2010-05-08&X=ana+puig",
        );
        assert!(
            kept.starts_with(
                "Action=SimulatePrincipalPolicy&ActionNames.member.1=dynamodb%3APutItem&Version=2010-05-08&X="
            ),
            "{kept}"
        );
        assert!(!kept.contains("ana") && !kept.contains("puig"), "{kept}");
    }

    #[test]
    fn what_is_packed_and_no_text_is_told_by_its_size() {
        let mut of = pseudonyms();
        let answer =
            serde_json::json!({"CodeSha256": STANDARD.encode([200u8; 32]), "Data": STANDARD.encode([9u8, 255, 7])});
        let kept: serde_json::Value = serde_json::from_str(&body(&mut of, &answer.to_string())).unwrap();
        let unpack = |name: &str| String::from_utf8(STANDARD.decode(kept[name].as_str().unwrap()).unwrap()).unwrap();
        assert!(unpack("CodeSha256").starts_with("32 bytes ") && unpack("Data").starts_with("3 bytes "));
        // Read again, it is what it was.
        assert_eq!(
            kept["Data"].as_str().unwrap().len(),
            STANDARD.encode(unpack("Data")).len()
        );
    }

    #[test]
    fn a_page_keeps_its_tags_and_nothing_that_a_student_put_into_them() {
        let mut of = pseudonyms();
        let page = "<html><!-- by Ana --><p class='ana'>Ana&#39;s &amp; co&#13;</p><input value=\"puig\"/></html>";
        let kept = body(&mut of, page);
        assert!(!kept.to_lowercase().contains("ana") && !kept.contains("puig"), "{kept}");
        assert!(
            kept.starts_with("<html><!-- ") && kept.contains("&amp; ") && kept.contains("&#xD;"),
            "{kept}"
        );
    }
}

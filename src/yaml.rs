//! A JSON document as YAML, for people: what reads YAML gets the same document back.

use serde_json::Value;

/// A document as YAML, block by block. A long line stays one.
pub fn text(document: &Value) -> String {
    let options = serde_saphyr::ser_options! { folded_wrap_chars: usize::MAX, prefer_block_scalars: true };
    serde_saphyr::to_string_with_options(document, options).expect("whatever JSON has, YAML has")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    #[test]
    fn the_yaml_is_what_was_meant() {
        let value = json!({
            "a": [{"Fn::Sub": "arn:${X}:y"}, "*", "kinesis:ListStreams", [1, true], "2012-10-17", "no", "a: b", "x #y", {}, []],
            "b:c": {"d e": "é\"", "f": "", "g": {}, "h": []},
            "lines": {"one": "{\n  \"a\": 1\n}", "two": "a: b\n\n- #c\n x", "three": "ends\n", "four": " begins\n", "five": "a\tb\nc"},
        });
        let text = super::text(&value);
        let read: Value = serde_saphyr::from_str(&text).unwrap_or_else(|e| panic!("{e}\n{text}"));
        assert_eq!(read, value, "{text}");
    }
}

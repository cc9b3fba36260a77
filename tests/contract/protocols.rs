//! The output cases of AWS's protocol suite, as cases of our own: how an answer in each protocol is read.
//!
//! Left out, with the reason:
//!
//! - members that are in headers, in the status, or are the whole body; streams; blobs: nothing that is read by the wire has
//!   any (an invocation's are read in `wire/invoke.rs`, S3's by its generated client, which is why rest-xml is not here);
//! - lists of a query service that are flattened or whose items have another name than `member`, maps whose entries have
//!   other names than `entry`, `key` and `value`, attributes: no operation that is called has any;
//! - types: a query service's numbers, truth values and times stay text, since XML does not tell them apart;
//! - defaults that a client fills in: an absent member stays absent, so that nothing is made up.

use crate::common::cloud::wait;
use crate::forms::Endpoint;
use edemlab::account::services::{APIGATEWAY, APPRUNNER, KINESIS, LAMBDA, SNS, STATES};
use edemlab::account::wire::{Protocol, Service};
use serde_json::{Value, json};

/// A case: what comes, and what is read.
type Case = (&'static str, Value);

/// JSON 1.0, JSON 1.1 and rest-json.
fn json_cases() -> Vec<Case> {
    vec![
        ("{}", json!({})),
        (
            r#"{"string":"string-value","integer":1,"float":1.5,"boolean":true,"null":null}"#,
            json!({"string": "string-value", "integer": 1, "float": 1.5, "boolean": true, "null": null}),
        ),
        (" \n {\"a\" : \"b\"}\r\n", json!({"a": "b"})),
        (
            r#"{"list":["foo","bar"],"empty":[]}"#,
            json!({"list": ["foo", "bar"], "empty": []}),
        ),
        (r#"{"sparse":[null,"hi"]}"#, json!({"sparse": [null, "hi"]})),
        (
            r#"{"map":{"foo":{"hi":"there"},"baz":{"hi":"bye"}},"empty":{}}"#,
            json!({"map": {"foo": {"hi": "there"}, "baz": {"hi": "bye"}}, "empty": {}}),
        ),
        (
            r#"{"nested":{"foo":"Foo1","nested":{"bar":"Bar1","recursive":{"foo":"Foo2"}}}}"#,
            json!({"nested": {"foo": "Foo1", "nested": {"bar": "Bar1", "recursive": {"foo": "Foo2"}}}}),
        ),
        (
            r#"{"enum":"Foo","list":["Foo","0"],"map":{"hi":"Foo"}}"#,
            json!({"enum": "Foo", "list": ["Foo", "0"], "map": {"hi": "Foo"}}),
        ),
        (
            r#"{"epoch":1398796238,"fraction":1.398796238123E9}"#,
            json!({"epoch": 1_398_796_238, "fraction": 1_398_796_238.123}),
        ),
        (
            r#"{"iso":"2014-04-29T18:30:38Z","http":"Tue, 29 Apr 2014 18:30:38 GMT"}"#,
            json!({"iso": "2014-04-29T18:30:38Z", "http": "Tue, 29 Apr 2014 18:30:38 GMT"}),
        ),
        (
            r#"{"special":["NaN","Infinity","-Infinity"]}"#,
            json!({"special": ["NaN", "Infinity", "-Infinity"]}),
        ),
        (
            r#"{"union":{"__type":"ignored","structureValue":{"hi":"hello"}}}"#,
            json!({"union": {"__type": "ignored", "structureValue": {"hi": "hello"}}}),
        ),
        (r#"{"blob":"dmFsdWU="}"#, json!({"blob": "dmFsdWU="})),
        (
            r#"{"text":"\u00e9\n\ud83d\ude00 \"quoted\" \\"}"#,
            json!({"text": "é\n😀 \"quoted\" \\"}),
        ),
        ("{\"text\":\"é😀\"}", json!({"text": "é😀"})),
        (
            r#"{"long":9223372036854775807,"small":-128}"#,
            json!({"long": i64::MAX, "small": -128}),
        ),
        (
            r#"{"known":1,"unknown":{"deep":[{"er":1}]}}"#,
            json!({"known": 1, "unknown": {"deep": [{"er": 1}]}}),
        ),
    ]
}

/// Query: what stands in `<ListThingsResult>`.
fn query_cases() -> Vec<Case> {
    vec![
        ("", json!({})),
        (
            "<A>1</A><B>true</B><C>1.5</C><D/>",
            json!({"A": "1", "B": "true", "C": "1.5", "D": ""}),
        ),
        (
            "<text>a &amp; b &lt;c&gt; &#233;&#x1F600;</text>",
            json!({"text": "a & b <c> é😀"}),
        ),
        ("<text><![CDATA[<b>&amp;]]></text>", json!({"text": "<b>&amp;"})),
        ("<text> white\tspace </text>", json!({"text": " white\tspace "})),
        (
            "<List><member>foo</member><member>bar</member></List>",
            json!({"List": ["foo", "bar"]}),
        ),
        ("<List><member/></List>", json!({"List": [""]})),
        (
            "\n  <List>\n    <member>\n      <A>1</A>\n    </member>\n  </List>\n",
            json!({"List": [{"A": "1"}]}),
        ),
        (
            "<Lists><member><member>foo</member></member><member><member>bar</member></member></Lists>",
            json!({"Lists": [["foo"], ["bar"]]}),
        ),
        (
            "<Map><entry><key>foo</key><value><hi>there</hi></value></entry><entry><key>baz</key><value><hi>bye</hi></value></entry></Map>",
            json!({"Map": {"foo": {"hi": "there"}, "baz": {"hi": "bye"}}}),
        ),
        (
            "<Map><entry><value>v</value><key>k</key></entry></Map>",
            json!({"Map": {"k": "v"}}),
        ),
        (
            "<Nested><Foo>1</Foo><Nested><Bar>2</Bar><Recursive><Foo>3</Foo></Recursive></Nested></Nested>",
            json!({"Nested": {"Foo": "1", "Nested": {"Bar": "2", "Recursive": {"Foo": "3"}}}}),
        ),
        (
            "<!-- a comment --><A><!-- before -->1<!-- in it -->2</A>",
            json!({"A": "12"}),
        ),
        ("<A>1<![CDATA[ & ]]>2</A>", json!({"A": "1 & 2"})),
        (
            "<Time>2014-04-29T18:30:38.000Z</Time>",
            json!({"Time": "2014-04-29T18:30:38.000Z"}),
        ),
        (
            "<New><Deep><er>1</er></Deep></New><A>1</A>",
            json!({"New": {"Deep": {"er": "1"}}, "A": "1"}),
        ),
    ]
}

fn read(endpoint: &Endpoint, service: &Service, body: &str) -> Value {
    endpoint.answers(200, &[("content-type", "text/plain")], body);
    let account = &endpoint.account;
    let answer = match service.protocol {
        Protocol::Rest => wait(account.get(service, "a:Read", "/things", &[])),
        Protocol::Json { .. } | Protocol::Query { .. } => wait(account.call(service, "ListThings", json!({}))),
    };
    answer.unwrap_or_else(|error| panic!("{}: {error}: {body}", service.id))
}

#[test]
fn answers_in_json_are_read() {
    let endpoint = Endpoint::new();
    // JSON 1.0, JSON 1.1, rest-json.
    for service in [&APPRUNNER, &STATES, &KINESIS, &LAMBDA, &APIGATEWAY] {
        for (body, expected) in json_cases() {
            assert_eq!(read(&endpoint, service, body), expected, "{}: {body}", service.id);
        }
    }
}

#[test]
fn answers_of_a_query_service_are_read() {
    let endpoint = Endpoint::new();
    for (inner, expected) in query_cases() {
        let result = format!("<ListThingsResult>{inner}</ListThingsResult>");
        let rest = "<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>";
        for body in [
            format!("<ListThingsResponse>{result}{rest}</ListThingsResponse>"),
            format!("<ListThingsResponse xmlns=\"https://x.amazonaws.com/doc/\">{rest}{result}</ListThingsResponse>"),
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListThingsResponse>\n{result}\n</ListThingsResponse>\n"
            ),
        ] {
            assert_eq!(read(&endpoint, &SNS, &body), expected, "{body}");
        }
        let prefixed = result.replace("<!", "\u{0}").replace("</", "\u{1}").replace('<', "<p:");
        let prefixed = prefixed.replace('\u{1}', "</p:").replace('\u{0}', "<!");
        let body = format!("<p:ListThingsResponse xmlns:p=\"u\">{prefixed}</p:ListThingsResponse>");
        // What stands in CDATA is no element.
        if !inner.contains("CDATA") {
            assert_eq!(read(&endpoint, &SNS, &body), expected, "{body}");
        }
    }
}

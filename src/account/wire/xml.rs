//! An answer of a query service as JSON.

use roxmltree::Node;
use serde_json::{Map, Value};

/// An element as JSON: its text, or the elements in it by name. Lists and maps are told by the names that the
/// [protocol](https://smithy.io/2.0/aws/protocols/aws-query-protocol.html) gives their elements, `member` and `entry`.
/// Numbers and booleans stay text, and an empty list is an empty text: XML does not tell them apart.
pub(super) fn value(element: Node) -> Value {
    let inner: Vec<Node> = element.children().filter(Node::is_element).collect();
    match inner.first().map(|first| first.tag_name().name()) {
        None => Value::from(text(element)),
        Some("member") => inner.into_iter().map(value).collect(),
        Some("entry") => inner.into_iter().filter_map(entry).collect::<Map<_, _>>().into(),
        Some(_) => {
            let fields = inner.into_iter().map(|e| (e.tag_name().name().to_owned(), value(e)));
            fields.collect::<Map<_, _>>().into()
        }
    }
}

/// The text in an element, whatever stands between its parts.
pub(super) fn text(element: Node) -> String {
    element
        .children()
        .filter(Node::is_text)
        .filter_map(|part| part.text())
        .collect()
}

/// The element called `name` below `element`, at whatever depth.
pub(super) fn below<'a, 'i>(element: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    element
        .descendants()
        .find(|e| e.is_element() && e.tag_name().name() == name)
}

fn entry(entry: Node) -> Option<(String, Value)> {
    let named = |name: &str| entry.children().find(|e| e.tag_name().name() == name);
    Some((text(named("key")?), value(named("value")?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_maps_and_texts() {
        let text = "<R xmlns='u'><Roles><member><Name>a</Name></member><member><Name>b</Name></member></Roles>\
                    <Attributes><entry><key>k</key><value>v &amp; w</value></entry></Attributes><Marker/></R>";
        let document = roxmltree::Document::parse(text).unwrap();
        assert_eq!(
            value(document.root_element()),
            json!({"Roles": [{"Name": "a"}, {"Name": "b"}], "Attributes": {"k": "v & w"}, "Marker": ""})
        );
    }
}

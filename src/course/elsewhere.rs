//! Resources of a changed solution that stand in another region than the rest.

use super::name::{closest, meant};
use super::node::Node;
use super::reader::Reader;
use serde_json::Value;

/// Resources that stand in another region than the rest.
#[derive(Debug)]
pub(super) struct Elsewhere {
    /// The other region.
    pub region: String,
    resources: Vec<String>,
}

/// Resources that cannot stand in another region.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ElsewhereError {
    /// What is to stand in another region is not there.
    #[error("the solution, once patched, has no resource `{name}` to put into another region{}", meant(.near))]
    NothingToMove {
        /// The resource's name.
        name: String,
        /// What it probably means.
        near: Option<String>,
    },
    /// One of two resources that are put into different regions names the other.
    #[error("`{from}` refers to `{to}`, which stands in another region: patch `{from}`")]
    TornApart {
        /// What refers.
        from: String,
        /// What it refers to.
        to: String,
    },
}

impl Elsewhere {
    /// A template in two: what stays, and what stands in the other region.
    ///
    /// # Errors
    /// When it cannot be parted.
    pub fn parted(&self, mut template: Value) -> Result<(Value, Value), ElsewhereError> {
        self.fits(&template)?;
        let mut there = template.clone();
        if let Some(sections) = there.as_object_mut() {
            sections.retain(|section, _| !["Metadata", "Outputs"].contains(&section.as_str()));
        }
        if let Some(resources) = there["Resources"].as_object_mut() {
            resources.retain(|name, _| self.resources.contains(name));
        }
        if let Some(resources) = template["Resources"].as_object_mut() {
            resources.retain(|name, _| !self.resources.contains(name));
        }
        Ok((template, there))
    }

    /// Whether its resources are there, and neither name the others nor are named by them.
    fn fits(&self, template: &Value) -> Result<(), ElsewhereError> {
        let resources = || template["Resources"].as_object().into_iter().flatten();
        for name in &self.resources {
            if template["Resources"][name].is_null() {
                let near = closest(name, resources().map(|(name, _)| name.as_str())).map(str::to_owned);
                return Err(ElsewhereError::NothingToMove {
                    name: name.clone(),
                    near,
                });
            }
        }
        let moves = |name: &String| self.resources.contains(name);
        for (from, content) in resources() {
            let torn = resources().find(|(to, _)| moves(from) != moves(to) && refers(content, to));
            if let Some((to, _)) = torn {
                return Err(ElsewhereError::TornApart {
                    from: from.clone(),
                    to: to.clone(),
                });
            }
        }
        Ok(())
    }
}

/// Whether a resource of a template names the resource `to`.
fn refers(content: &Value, to: &str) -> bool {
    let names = |value: &Value| match value {
        Value::String(text) => text == to || text.split('.').next() == Some(to),
        Value::Array(parts) => parts.iter().any(|part| part == to),
        _ => false,
    };
    match content {
        Value::Object(fields) => fields.iter().any(|(key, value)| match key.as_str() {
            "Ref" | "Fn::GetAtt" | "DependsOn" if names(value) => true,
            _ => refers(value, to),
        }),
        Value::Array(items) => items.iter().any(|item| refers(item, to)),
        Value::String(text) => text.contains(&format!("${{{to}}}")) || text.contains(&format!("${{{to}.")),
        _ => false,
    }
}

/// Reads `elsewhere` of a fault or variant.
pub(super) fn elsewhere(reader: &Reader, node: Node) -> Option<Elsewhere> {
    let mut fields = reader.fields(node, "`elsewhere`")?;
    let region = fields.text("region");
    let resources = fields.require("resources");
    fields.finish();
    let resources = reader.list(resources?, "`resources`").into_iter();
    Some(Elsewhere {
        region: region?,
        resources: resources
            .filter_map(|node| reader.text(&node, "a resource's name"))
            .collect(),
    })
}

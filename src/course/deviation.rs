//! A change of a lab's solution: what makes of it the account of a student.

use super::diagnostics::place;
use super::elsewhere::{Elsewhere, ElsewhereError, elsewhere};
use super::name::{closest, meant};
use super::reader::{Fields, Reader};
use super::source::SourceFile;
use serde_json::Value;
use std::ops::Range;
use std::sync::Arc;

/// A change of the solution.
#[derive(Debug)]
pub struct Deviation {
    /// Its id.
    pub id: String,
    /// What was done, in the student's words.
    pub title: String,
    /// JSON merge patch (RFC 7396) over the solution.
    patch: Value,
    edits: Vec<Edit>,
    /// A second patch, deployed as an update of the first.
    then: Option<Value>,
    /// The region it is deployed to, when that is not the one that is checked.
    pub region: Option<String>,
    /// Which of its resources are deployed to a region of their own.
    elsewhere: Option<Elsewhere>,
    /// Who checks.
    pub check_as: CheckAs,
    file: Arc<SourceFile>,
    at: Range<usize>,
}

/// Whose credentials a check uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckAs {
    /// An IAM user, as the course asks.
    Student,
    /// The account's root user.
    Root,
}

/// A replacement inside a text of the template.
#[derive(Debug)]
struct Edit {
    path: String,
    replace: String,
    with: String,
}

/// A change that does not fit its solution.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeviationError {
    /// There is no text at that path.
    #[error("the solution has no text at `{0}`")]
    NoText(String),
    /// The text does not contain what to replace.
    #[error("the text at `{path}` does not hold `{replace}`")]
    NotThere {
        /// The path.
        path: String,
        /// What was to be replaced.
        replace: String,
    },
    /// The patch changes nothing.
    #[error("this patch changes nothing in the solution")]
    NoChange,
    /// The patch removes what is not there.
    #[error("the patch removes `{path}`, which the solution does not have{}", meant(.near))]
    NothingToRemove {
        /// What it removes.
        path: String,
        /// What it probably means.
        near: Option<String>,
    },
    /// A resource of the patched template has no type: the solution has none of this name.
    #[error("the solution has no resource `{name}`, and a new one needs a `Type`{}", meant(.near))]
    NoType {
        /// The resource's name.
        name: String,
        /// What it probably means.
        near: Option<String>,
    },
    /// What is to stand in another region cannot.
    #[error(transparent)]
    Elsewhere(#[from] ElsewhereError),
    /// CloudFormation knows no such section of a template, or attribute of a resource.
    #[error("CloudFormation knows no `{path}`{}", meant(.near))]
    NoSuchKey {
        /// The key, with what it stands in.
        path: String,
        /// What it probably means.
        near: Option<String>,
    },
}

/// The sections of a [template](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html).
const SECTIONS: [&str; 10] = [
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
];

/// What a resource may have beside its properties, by CloudFormation's
/// [reference](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-product-attribute-reference.html).
const ATTRIBUTES: [&str; 9] = [
    "Condition",
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "Metadata",
    "Properties",
    "Type",
    "UpdatePolicy",
    "UpdateReplacePolicy",
];

impl Deviation {
    /// The templates to deploy, one after the other.
    ///
    /// # Errors
    /// When it does not fit the solution.
    pub fn templates(&self, solution: &Value) -> Result<Vec<Value>, DeviationError> {
        let mut template = self.patched(solution)?;
        if let Some(elsewhere) = &self.elsewhere {
            template = elsewhere.parted(template)?.0;
        }
        let mut templates = vec![template];
        if let Some(then) = &self.then {
            let mut next = templates[0].clone();
            fits(&next, then)?;
            merge(&mut next, then);
            if next == templates[0] {
                return Err(DeviationError::NoChange);
            }
            templates.push(next);
        } else if templates[0] == *solution && self.region.is_none() && self.check_as == CheckAs::Student {
            return Err(DeviationError::NoChange);
        }
        Ok(templates)
    }

    /// The region in which some of its resources stand alone, and their template.
    ///
    /// # Errors
    /// When it does not fit the solution.
    pub fn elsewhere(&self, solution: &Value) -> Result<Option<(&str, Value)>, DeviationError> {
        let Some(elsewhere) = &self.elsewhere else {
            return Ok(None);
        };
        let (_, there) = elsewhere.parted(self.patched(solution)?)?;
        Ok(Some((&elsewhere.region, there)))
    }

    /// Whether everything is in the region that is checked.
    pub fn is_in_one_region(&self) -> bool {
        self.region.is_none() && self.elsewhere.is_none()
    }

    fn patched(&self, solution: &Value) -> Result<Value, DeviationError> {
        let mut template = solution.clone();
        fits(&template, &self.patch)?;
        merge(&mut template, &self.patch);
        for edit in &self.edits {
            edit.apply(&mut template)?;
        }
        Ok(template)
    }

    /// `file:line:column`.
    pub fn place(&self) -> String {
        place(&self.file, self.at.start)
    }

    /// The file in which it was written.
    pub(super) fn file(&self) -> &Arc<SourceFile> {
        &self.file
    }

    /// Where its id was written.
    pub(super) fn at(&self) -> Range<usize> {
        self.at.clone()
    }
}

impl Edit {
    fn apply(&self, template: &mut Value) -> Result<(), DeviationError> {
        let mut at = template;
        for part in self.path.split('.') {
            at = at
                .get_mut(part)
                .ok_or_else(|| DeviationError::NoText(self.path.clone()))?;
        }
        match at {
            Value::String(text) if text.contains(&self.replace) => {
                *text = text.replace(&self.replace, &self.with);
                Ok(())
            }
            Value::String(_) => Err(DeviationError::NotThere {
                path: self.path.clone(),
                replace: self.replace.clone(),
            }),
            _ => Err(DeviationError::NoText(self.path.clone())),
        }
    }
}

/// Whether a patch speaks of what the template has: CloudFormation says so of a property, and nobody of a name that is
/// misspelled in what is removed.
fn fits(template: &Value, patch: &Value) -> Result<(), DeviationError> {
    removals(template, patch, "")?;
    for (section, content) in patch.as_object().into_iter().flatten() {
        known(section, section, &SECTIONS)?;
        if section != "Resources" {
            continue;
        }
        for (name, resource) in content.as_object().into_iter().flatten().filter(|(_, r)| !r.is_null()) {
            let there = &template["Resources"];
            if there[name].is_null() && resource["Type"].is_null() {
                let names = there.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
                let near = closest(name, names).map(str::to_owned);
                return Err(DeviationError::NoType {
                    name: name.clone(),
                    near,
                });
            }
            for (attribute, _) in resource.as_object().into_iter().flatten() {
                known(attribute, &format!("Resources.{name}.{attribute}"), &ATTRIBUTES)?;
            }
        }
    }
    Ok(())
}

fn known(key: &str, path: &str, keys: &[&str]) -> Result<(), DeviationError> {
    match keys.contains(&key) {
        true => Ok(()),
        false => Err(DeviationError::NoSuchKey {
            path: path.to_owned(),
            near: closest(key, keys.iter().copied()).map(str::to_owned),
        }),
    }
}

fn removals(template: &Value, patch: &Value, path: &str) -> Result<(), DeviationError> {
    for (key, value) in patch.as_object().into_iter().flatten() {
        let path = if path.is_empty() {
            key.clone()
        } else {
            format!("{path}.{key}")
        };
        if value.is_null() && template.get(key).is_none() {
            let keys = template.as_object().into_iter().flatten().map(|(key, _)| key.as_str());
            let near = closest(key, keys).map(str::to_owned);
            return Err(DeviationError::NothingToRemove { path, near });
        }
        removals(&template[key.as_str()], value, &path)?;
    }
    Ok(())
}

/// RFC 7396.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    if let Value::Object(target) = target {
        for (key, value) in patch {
            if value.is_null() {
                target.shift_remove(key);
            } else {
                merge(target.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
    }
}

/// Takes the fields of a change out of those of a fault or variant.
pub(super) fn take(reader: &Reader, fields: &mut Fields, at: Range<usize>) -> Option<Deviation> {
    let id_node = fields.require("id");
    let id_at = id_node.as_ref().map(|n| n.at.clone());
    let id = id_node.and_then(|n| reader.text(&n, "`id`"));
    let title = fields.text("title");
    let patch = fields
        .take("patch")
        .map_or(Value::Object(serde_json::Map::new()), |n| n.to_json());
    let then = fields.take("then").map(|n| n.to_json());
    let region = fields.take("region").and_then(|n| reader.text(&n, "`region`"));
    let elsewhere = fields.take("elsewhere").and_then(|node| elsewhere(reader, node));
    let check_as = match fields.take("as").and_then(|n| Some((reader.text(&n, "`as`")?, n.at))) {
        None => CheckAs::Student,
        Some((who, _)) if who == "student" => CheckAs::Student,
        Some((who, _)) if who == "root" => CheckAs::Root,
        Some((_, at)) => {
            reader.report(at, "`as` is `student` or `root`", "neither");
            CheckAs::Student
        }
    };
    let mut edits = Vec::new();
    if let Some(node) = fields.take("edit") {
        for node in reader.list(node, "`edit`") {
            let mut fields = reader.fields(node, "an edit")?;
            let (path, replace, with) = (fields.text("at"), fields.text("replace"), fields.text("with"));
            fields.finish();
            edits.push(Edit {
                path: path?,
                replace: replace?,
                with: with?,
            });
        }
    }
    Some(Deviation {
        id: id?,
        title: title?,
        patch,
        edits,
        then,
        region,
        elsewhere,
        check_as,
        file: reader.file.clone(),
        at: id_at.unwrap_or(at),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_merge_patch_removes_with_null_and_replaces_lists() {
        let mut target = json!({"a": {"b": 1, "c": [1, 2]}, "d": 4});
        merge(
            &mut target,
            &json!({"a": {"b": null, "c": [3]}, "e": {"f": null, "g": 1}}),
        );
        assert_eq!(target, json!({"a": {"c": [3]}, "d": 4, "e": {"g": 1}}));
    }
}

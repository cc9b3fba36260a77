//! The names that a lab's own texts use: what many students take over, and so says nothing of any of them.

use super::source::{CourseFiles, SourceFile};
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

/// With this begins what the sandbox, and whoever deploys a lab's solution as its chapters say, calls a stack and all in it.
const STACK: &str = "edemlab-";

/// The texts of a lab, and their words once somebody has asked for one.
#[derive(Debug, Default)]
pub(super) struct GivenNames {
    files: Vec<Arc<SourceFile>>,
    words: OnceLock<BTreeSet<String>>,
}

impl GivenNames {
    /// Those of the lab `id`: its chapters, checks, solution and material.
    pub fn of(files: &CourseFiles, id: &str) -> Self {
        let folders = [format!("book/src/{id}"), format!("checks/{id}"), format!("labs/{id}")];
        let files = folders.iter().flat_map(|folder| files.at_any_depth(folder).cloned());
        Self {
            files: files.collect(),
            words: OnceLock::new(),
        }
    }

    /// Whether a name is among the words, or made of them with `/` in between.
    pub fn have(&self, name: &str) -> bool {
        let parts = || {
            name.split(|c| !is_of_a_name(c))
                .map(bare)
                .filter(|part| !part.is_empty())
        };
        bare(name).starts_with(STACK) || parts().all(|part| self.words().contains(&part))
    }

    fn words(&self) -> &BTreeSet<String> {
        self.words.get_or_init(|| {
            let all = self.files.iter().flat_map(|file| file.text.split(|c| !is_of_a_name(c)));
            all.map(bare).filter(|word| !word.is_empty()).collect()
        })
    }
}

/// What stands in the names of resources, but for `/`, which has names on both sides.
fn is_of_a_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.')
}

fn bare(word: &str) -> String {
    word.trim_matches(['-', '_', '.']).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_chapter_or_the_solution_calls_something_is_given_and_what_a_student_adds_to_it_is_not() {
        let chapter = "Call the bus `OrdersToStore`, and the group `/aws/store/orders`.";
        let file = SourceFile {
            path: "book/src/lab/bus.md".to_owned(),
            text: chapter.to_owned(),
        };
        let given = GivenNames {
            files: vec![Arc::new(file)],
            words: OnceLock::new(),
        };
        for name in ["OrdersToStore", "orderstostore", "/aws/store", "edemlab-lab-Table-1F"] {
            assert!(given.have(name), "{name}");
        }
        for name in ["zebra", "OrdersToStore-lucia", "/aws/zebra"] {
            assert!(!given.have(name), "{name}");
        }
    }
}

//! Names that say nothing, for a page that a whole room reads: drawn once for each student, and kept with their other files, so
//! that they stay the same and are forgotten with them.

use crate::class::Student;
use crate::class::folder::{ClassFolder, FolderError, file, file_name, json, read};
use crate::private;
use std::collections::BTreeSet;

/// Birds: short words that are nobody's name here and stand for nothing in a course.
const WORDS: [&str; 108] = [
    "Albatross",
    "Auk",
    "Avocet",
    "Barbet",
    "Bee-eater",
    "Bittern",
    "Blackbird",
    "Bluetail",
    "Booby",
    "Bullfinch",
    "Bunting",
    "Bustard",
    "Buzzard",
    "Canary",
    "Cassowary",
    "Chaffinch",
    "Chough",
    "Condor",
    "Coot",
    "Cormorant",
    "Crane",
    "Crossbill",
    "Cuckoo",
    "Curlew",
    "Dipper",
    "Diver",
    "Dotterel",
    "Dunlin",
    "Dunnock",
    "Egret",
    "Eider",
    "Emu",
    "Falcon",
    "Fieldfare",
    "Flamingo",
    "Frigatebird",
    "Fulmar",
    "Gadwall",
    "Gannet",
    "Godwit",
    "Goldcrest",
    "Goldfinch",
    "Goosander",
    "Goshawk",
    "Grebe",
    "Greenfinch",
    "Grouse",
    "Guillemot",
    "Harrier",
    "Hawfinch",
    "Heron",
    "Hoopoe",
    "Hornbill",
    "Ibis",
    "Jacana",
    "Jackdaw",
    "Kestrel",
    "Kingfisher",
    "Kite",
    "Kiwi",
    "Knot",
    "Lapwing",
    "Linnet",
    "Lorikeet",
    "Magpie",
    "Mallard",
    "Merlin",
    "Moorhen",
    "Nightjar",
    "Nuthatch",
    "Oriole",
    "Osprey",
    "Ostrich",
    "Ouzel",
    "Pelican",
    "Petrel",
    "Pintail",
    "Pipit",
    "Plover",
    "Pochard",
    "Puffin",
    "Quail",
    "Quetzal",
    "Rail",
    "Redpoll",
    "Redstart",
    "Rook",
    "Ruff",
    "Sandpiper",
    "Serin",
    "Shelduck",
    "Shoveler",
    "Siskin",
    "Skua",
    "Snipe",
    "Spoonbill",
    "Starling",
    "Stilt",
    "Stork",
    "Swift",
    "Tanager",
    "Teal",
    "Tern",
    "Toucan",
    "Turnstone",
    "Wagtail",
    "Waxwing",
    "Whimbrel",
];

/// A pseudonym of each of `students`. Those of everybody in the class are drawn at random, at the same time, and do not depend on
/// who they are or where they stand in the roster.
///
/// # Errors
/// When a file cannot be read or written.
pub fn pseudonyms(folder: &ClassFolder, students: &[&Student]) -> Result<Vec<String>, FolderError> {
    let mut taken = BTreeSet::new();
    let mut lacking = Vec::new();
    for student in &folder.class().students {
        match read::<String>(&place(folder, student))? {
            // Two who have joined what was kept apart may have the same one.
            Some(name) if taken.insert(name.clone()) => {}
            _ => lacking.push(student),
        }
    }
    let mut drawn = drawn(lacking.len(), &taken).into_iter();
    for student in lacking {
        let Some(name) = drawn.next() else { continue };
        let path = place(folder, student);
        if let Some(home) = path.parent() {
            private::create_folder(home).map_err(file("create", home))?;
        }
        folder.write(&path, &json(&name))?;
    }
    let of = |student: &&Student| Ok(read::<String>(&place(folder, student))?.unwrap_or_default());
    students.iter().map(of).collect()
}

/// What is removed along with a student's other files.
fn place(folder: &ClassFolder, student: &Student) -> std::path::PathBuf {
    let home = folder.path().join("underway").join(file_name(&student.id));
    home.join("pseudonym.json")
}

/// So many that are free, in an order that says nothing. When all words are taken, they come again with a number.
fn drawn(count: usize, taken: &BTreeSet<String>) -> Vec<String> {
    let mut drawn = Vec::new();
    for round in 1.. {
        let mut words = WORDS;
        fastrand::shuffle(&mut words);
        let names = words.iter().map(|word| match round {
            1 => (*word).to_owned(),
            round => format!("{word} {round}"),
        });
        drawn.extend(names.filter(|name| !taken.contains(name)).take(count - drawn.len()));
        if drawn.len() == count {
            break;
        }
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_has_one_of_their_own_and_keeps_it() {
        let taken: BTreeSet<String> = ["Heron".to_owned(), "Kite".to_owned()].into();
        for count in [0, 1, 60, WORDS.len(), 1_000] {
            let names = drawn(count, &taken);
            let distinct: BTreeSet<&String> = names.iter().collect();
            assert_eq!((names.len(), distinct.len()), (count, count));
            assert!(names.iter().all(|name| !taken.contains(name)));
        }
        let words: BTreeSet<&str> = WORDS.into();
        assert_eq!(words.len(), WORDS.len());
    }
}

//! The embedded course is read at compile time: a file that is new must be noticed.

fn main() {
    for folder in ["labs", "checks", "book/src"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}

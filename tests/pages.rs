//! A class's pages: `edemlab pages`, from outside.

mod common;

use common::{classroom, edemlab, text};

/// For those who look: `EDEMLAB_LOOK=DIR cargo test --test pages look -- --ignored` leaves pages of three sizes there.
#[test]
#[ignore = "makes pages to look at"]
fn look() {
    let at = std::path::PathBuf::from(std::env::var("EDEMLAB_LOOK").expect("a folder in EDEMLAB_LOOK"));
    for count in [3, 60, 300] {
        let path = at.join(count.to_string());
        classroom::typical(&path, count);
        let output = edemlab(&["pages", path.to_str().unwrap()]).output().unwrap();
        assert!(output.status.success(), "{}", text(&output));
    }
}

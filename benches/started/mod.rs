//! A sandbox of a bench's own.

use edemlab::sandbox::{self, Paths, Sandbox, StartOptions};

/// Starts one, which ends with this process; and where it is, to remove it.
pub async fn sandbox() -> (Paths, Sandbox) {
    let user = Paths::from_environment().expect("a cache folder");
    let paths = Paths::new(user.cache(), &format!("bench-{}", std::process::id())).expect("a good name");
    let options = StartOptions {
        owner: Some(std::process::id()),
        ..StartOptions::default()
    };
    let sandbox = sandbox::start(&paths, &options, &|_| ()).await.expect("a sandbox");
    (paths, sandbox)
}

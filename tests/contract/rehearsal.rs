//! What a rehearsal asks for is as AWS's own model has it.

use crate::common;
use crate::front::{Front, cloud};
use crate::requests::{OF_A_REHEARSAL, OF_WHAT_STANDS, OPERATIONS, listed, operations};

use common::cloud::{REGION, alone, run};
use serde_json::json;

#[test]
fn each_call_of_a_rehearsal_is_one_that_the_model_has() {
    let front = Front::new(&json!({}));
    let folder = tempfile::tempdir().unwrap();
    let keys = cloud().student("690000000001");
    let mut command = alone(&[
        "rehearse",
        "datastream",
        "--yes",
        "--fault",
        "no-bucket-policy",
        "--out",
    ]);
    command
        .arg(folder.path().join("out"))
        .env("AWS_ENDPOINT_URL", front.endpoint())
        .env("AWS_REGION", REGION)
        .env("AWS_ACCESS_KEY_ID", &keys.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
    let printed = run(command);
    assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
    let found = operations(&front, "rehearsal");
    listed(&found, &[OPERATIONS, OF_WHAT_STANDS, OF_A_REHEARSAL], false);
    let missing: Vec<_> = OF_A_REHEARSAL
        .iter()
        .filter(|operation| !found.contains(**operation))
        .collect();
    assert!(missing.is_empty(), "nothing asks for {missing:?}");
}

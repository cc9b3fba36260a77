//! A contract with AWS, kept by machines: what is asked is held against AWS's own model, as botocore has it, and what AWS
//! may answer is answered.
//!
//! A proxy in front of the sandbox does both. `EDEMLAB_CONTRACT=all` runs the long forms.

#![cfg(unix)]

#[path = "../common/mod.rs"]
mod common;

mod clocks;
mod errors;
mod forms;
mod front;
mod illegal;
mod meanings;
mod model;
mod protocols;
mod rehearsal;
mod requests;
mod shapes;
mod throttles;
mod undescribed;

//! Checks of the labs in accounts of a sandbox: verdicts, probes, and what they leave.

#[path = "../common/mod.rs"]
mod common;

mod accounts;
mod advice;
#[cfg(unix)]
mod all_faults;
#[cfg(unix)]
mod cleanup;
#[cfg(unix)]
mod cleanup_broken;
mod cleanup_shared;
mod costs;
mod denied;
mod drill;
mod editions;
mod elsewhere;
mod eventdriven;
mod eventdriven_causes;
mod eventdriven_denied;
mod eventdriven_field;
mod eventdriven_forms;
mod eventdriven_hostile;
mod eventdriven_leftovers;
mod eventdriven_secrets;
#[cfg(unix)]
mod eventdriven_traces;
mod first;
#[cfg(unix)]
mod fixes;
mod harmless;
mod hostile;
mod hurried;
#[cfg(unix)]
mod interrupt;
mod leftovers;
mod prices;
mod proof;
#[cfg(unix)]
mod prove;
mod recording;
mod recording_diff;
mod recording_secrets;
mod reference;
mod rehearse;
mod rehearse_again;
mod rehearse_mail;
mod rehearse_owned;
mod rehearse_refused;
mod rehearse_throttled;
mod round_trips;
mod secrets;
mod services;
#[cfg(unix)]
mod slow;
#[cfg(unix)]
mod watch;

//! What a student wrote is made harmless, and secrets are taken out, before it is part of a report or saved.

use super::format::{Evidence, HopEvidence};
use super::hidden::Hidden;
use crate::probe::Observation;
use crate::report::Report;
use crate::report::text::visible;

/// Cleans every text of a report that may hold what a student wrote.
pub fn redact_report(report: &mut Report, hidden: &Hidden) {
    let clean = |text: &mut String| hidden.text(text);
    for check in report.steps.iter_mut().flat_map(|s| &mut s.checks) {
        clean(&mut check.expected);
        [&mut check.found, &mut check.why, &mut check.fix]
            .into_iter()
            .flatten()
            .for_each(clean);
        check.evidence.iter_mut().chain(&mut check.unrecognized).for_each(clean);
        check.cli.iter_mut().for_each(|command| hidden.command(command));
    }
    for chosen in report.resources.values_mut() {
        chosen.name = visible(&chosen.name);
        clean(&mut chosen.because);
    }
    report.notes.iter_mut().for_each(clean);
    report.leftovers.iter_mut().for_each(clean);
    report.caller = visible(&report.caller);
}

/// Takes secrets out of evidence.
pub fn redact_evidence(evidence: &mut Evidence, hidden: &Hidden) {
    for (key, answer) in &mut evidence.lists {
        let kind = Evidence::kind_of(key);
        match answer {
            Ok(candidates) => candidates
                .iter_mut()
                .for_each(|c| hidden.document(kind, &mut c.document)),
            Err(error) => hidden.error(error),
        }
    }
    for (key, answer) in &mut evidence.descriptions {
        match answer {
            Ok(document) => hidden.document(Evidence::kind_of(key), document),
            Err(error) => hidden.error(error),
        }
    }
    for probe in evidence.probes.values_mut() {
        probe.leftovers.iter_mut().for_each(|text| hidden.text(text));
        probe.hops.values_mut().for_each(|hop| redact_hop(hop, hidden));
    }
}

fn redact_hop(hop: &mut HopEvidence, hidden: &Hidden) {
    match &mut hop.sent {
        Some(Ok(sent)) => {
            hidden.seen(&mut sent.answer);
            sent.refused.iter_mut().for_each(|clue| hidden.clue(clue));
        }
        Some(Err(error)) => hidden.error(error),
        None => {}
    }
    hop.unsent.iter_mut().for_each(|text| hidden.text(text));
    hop.looked.iter_mut().for_each(|looked| hidden.seen(looked));
    match &mut hop.observation {
        Some(Ok(Observation::Arrived(document))) => hidden.seen(document),
        Some(Ok(Observation::Terminal(why))) => hidden.text(why),
        Some(Err(error)) => hidden.error(error),
        Some(Ok(Observation::NotYet)) | None => {}
    }
    hop.clues.iter_mut().for_each(|clue| hidden.clue(clue));
}

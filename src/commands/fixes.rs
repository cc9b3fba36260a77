//! In which way a report says how to fix things, and what makes its commands act on the same account.

use crate::account::Account;
use crate::cli::FixWith;
use crate::report::view::Fixes;

/// What the user has said of the account on the command line.
pub struct Chosen<'a> {
    pub fix_with: Option<FixWith>,
    pub sandbox: bool,
    pub region: Option<&'a str>,
    pub profile: Option<&'a str>,
}

/// How fixes are said: as commands where nobody can click, and else as the user wishes.
pub fn fixes(chosen: &Chosen, account: &Account) -> Fixes {
    Fixes {
        cli_first: match chosen.fix_with {
            Some(with) => with == FixWith::Cli,
            None => account.has_custom_endpoint(),
        },
        before: before(chosen),
    }
}

/// Flags are this program's: the AWS CLI in the same shell knows nothing of them.
fn before(chosen: &Chosen) -> Option<String> {
    let quoted = |text: &str| shlex::try_quote(text).map(|text| text.into_owned()).ok();
    let region = chosen.region.and_then(quoted);
    if chosen.sandbox {
        let region = region.map(|region| format!(" --region {region}")).unwrap_or_default();
        return Some(format!("eval \"$(edemlab sandbox env{region})\""));
    }
    let region = region.map(|region| format!("AWS_REGION={region} AWS_DEFAULT_REGION={region}"));
    let profile = chosen
        .profile
        .and_then(quoted)
        .map(|profile| format!("AWS_PROFILE={profile}"));
    let set: Vec<String> = profile.into_iter().chain(region).collect();
    (!set.is_empty()).then(|| format!("export {}", set.join(" ")))
}

//! In which way a report says how to fix things, and what makes its commands act on the same account.

use crate::account::Account;
use crate::cli::FixWith;
use crate::report::view::Fixes;

/// Where the AWS CLI looks for the program that shows its answers; empty, they are printed.
const PAGER: &str = "AWS_PAGER";

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

/// Flags are this program's: the AWS CLI in the same shell knows nothing of them. Its version 2 shows a long answer in a
/// pager, which would take the commands that follow for its own keys; see
/// <https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-pagination.html>.
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
    let pager = std::env::var_os(PAGER).is_none().then(|| format!("{PAGER}="));
    let set: Vec<String> = pager.into_iter().chain(profile).chain(region).collect();
    (!set.is_empty()).then(|| format!("export {}", set.join(" ")))
}

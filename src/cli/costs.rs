//! `edemlab costs`.

use super::SecretFile;
use clap::{Args, ValueEnum};
use rust_decimal::Decimal;
use std::path::PathBuf;

/// What `costs` takes.
#[derive(Debug, Args)]
pub struct CostsArgs {
    /// The labs (default: all of the course).
    #[arg(value_name = "LAB")]
    pub labs: Vec<String>,
    /// The format of the output.
    #[arg(long, value_enum, default_value_t = CostsFormat::Text)]
    pub format: CostsFormat,
    /// End with exit status 1 when it costs more than this a day, in US dollars.
    #[arg(long, value_name = "USD", value_parser = dollars)]
    pub fail_above: Option<Decimal>,
    /// Look in one region only, not in every region that the account uses; with --roster, where the labs are.
    #[arg(long)]
    pub here: bool,
    /// Look into every account of a class in place of your own: its roster, a CSV file.
    #[arg(long, value_name = "ROSTER", conflicts_with_all = ["uses", "sandbox"])]
    pub roster: Option<PathBuf>,
    /// Write a message for each student of the roster who has something that costs by the hour: DIR/messages/STUDENT.txt,
    /// ready to send.
    #[arg(long, value_name = "DIR", requires = "roster")]
    pub out: Option<PathBuf>,
    /// Where the class secret is.
    #[command(flatten)]
    pub secret: SecretFile,
    /// Say which resource is yours: `--use stream=clicks`.
    #[arg(long = "use", value_name = "NAME=RESOURCE", value_parser = super::name_and_resource)]
    pub uses: Vec<(String, String)>,
    /// The AWS region to begin with (default: AWS_REGION, then that of the profile).
    #[arg(long)]
    pub region: Option<String>,
    /// The AWS profile (default: AWS_PROFILE).
    #[arg(long, conflicts_with = "sandbox")]
    pub profile: Option<String>,
    /// Look at the sandbox: started if needed, with the first lab's solution in it if it is empty.
    #[arg(long)]
    pub sandbox: bool,
}

/// How the result of `costs` is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CostsFormat {
    /// For people.
    Text,
    /// A page for a browser, in one file.
    Html,
    /// The report, `edemlab/costs/1`; with --roster `edemlab/class-costs/1`.
    Json,
}

fn dollars(text: &str) -> Result<Decimal, String> {
    match text.parse::<Decimal>() {
        Ok(amount) if !amount.is_sign_negative() => Ok(amount),
        _ => Err("write an amount of US dollars, for example 1.50".to_owned()),
    }
}

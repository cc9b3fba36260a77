//! The table of prices: whole for the regions of the course, and plausible.

use edemlab::costs::{Unit, prices};

/// The regions that the course names, and that of a Learner Lab.
const REGIONS: [&str; 4] = ["eu-central-1", "eu-west-3", "eu-north-1", "us-east-1"];

/// Services that are not in every region, or whose price is not known in one.
const NOT_EVERYWHERE: [&str; 2] = ["personalize", "apprunner"];

#[test]
fn the_table_of_prices_is_whole_and_plausible() {
    for price in prices() {
        let name = price.name();
        assert!(price.page.starts_with("https://aws.amazon.com/"), "{name}");
        let date: chrono::NaiveDate = price.as_of.parse().unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(
            date > "2023-12-31".parse().unwrap() && (1..=2).contains(&price.sources),
            "{name}"
        );
        assert!(!price.of.is_empty() && !price.offer.is_empty(), "{name}");
        for region in REGIONS
            .iter()
            .filter(|_| !NOT_EVERYWHERE.contains(&price.service.as_str()))
        {
            assert!(price.usd(region).is_some(), "{name} has no price in {region}");
        }
        // A slip of a digit, or of a unit, is out of these bounds: dollars a unit and month.
        let in_month = match price.unit {
            Unit::Hour => 720.0,
            Unit::Month => 1.0,
        };
        let amounts: Vec<f64> = price
            .regions()
            .map(|region| {
                price
                    .usd(region)
                    .expect("a number")
                    .to_string()
                    .parse()
                    .expect("a number")
            })
            .collect();
        assert!(
            amounts.iter().all(|usd| (0.01..500.0).contains(&(usd * in_month))),
            "{name}: {amounts:?}"
        );
        // Regions differ, but not by more than this.
        let (least, most) = (
            amounts.iter().copied().fold(f64::MAX, f64::min),
            amounts.iter().copied().fold(0.0, f64::max),
        );
        assert!(most / least < 2.5, "{name}: {least} to {most}");
    }
}

/// A price that nothing charges would be kept up to date for nobody.
#[test]
fn every_price_is_charged_for_something() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/inventory");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let code: String = files.map(|file| std::fs::read_to_string(file).unwrap()).collect();
    for price in prices() {
        let name = price.name();
        assert!(code.contains(&format!("\"{name}\"")), "nothing is charged by {name}");
    }
}

#!/usr/bin/env python3
"""Cut the price table out of AWS's public bulk price list and print it as YAML.

    python3 cut.py > prices.yaml              read the list over HTTPS (no credentials needed)
    python3 cut.py --from DIR > prices.yaml   read copies from DIR/<offer>/region_index.json and
                                              DIR/<offer>/<version>/<region>/index.json instead

For every row of PICKS and every region of REGIONS the script looks for the one on-demand list price and
refuses (message on stderr, exit status 1, nothing printed) when it finds none or two different ones.
A region in which AWS does not sell the offer is skipped; regions that have the offer but not the thing
picked are named in the row's `absent`. Of a tiered price the first tier that is not free is taken.
`as_of` is the oldest publication date among the files a row was read from.

The list's structure is known from the AWS Billing documentation,
  docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-the-aws-price-list-bulk-api-fetching-price-list-files-manually.html
  docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/bulk-api-reading-price-list-files.html
  docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/service-region-infex-file-for-service.html
"""
import argparse
import json
import re
import sys
import urllib.request
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

HOST = "https://pricing.us-east-1.amazonaws.com"
ROOT = "/offers/v1.0/aws/"

# Region -> the prefixes AWS puts before a usagetype there. They differ by service, hence more than one.
REGIONS = {
    "eu-central-1": ("EUC1-",), "eu-west-1": ("EU-", "EUW1-"), "eu-west-2": ("EUW2-",), "eu-west-3": ("EUW3-",),
    "eu-north-1": ("EUN1-",), "eu-south-1": ("EUS1-",), "eu-south-2": ("EUS2-",),
    "us-east-1": ("", "USE1-"), "us-east-2": ("USE2-",), "us-west-2": ("USW2-",),
}

PAGES = "https://aws.amazon.com/"
KINESIS, PERSONALIZE, FARGATE = PAGES + "kinesis/data-streams/pricing/", PAGES + "personalize/pricing/", PAGES + "fargate/pricing/"
DYNAMODB, LAMBDA, APPRUNNER = PAGES + "dynamodb/pricing/", PAGES + "lambda/pricing/", PAGES + "apprunner/pricing/"


class Pick(NamedTuple):
    service: str
    item: str
    unit: str                # hour or month
    of: str                  # what one unit of quantity is
    page: str
    offer: str               # service code in the list
    usagetype: str | None    # after the region prefix; None: find by `text`
    where: dict = {}         # further product attributes that must be equal ("family" is productFamily)
    text: str = ""           # regular expression over the attributes and the price's description
    times: int = 1           # a price per request is multiplied by this
    absent: tuple = ()       # regions that have the offer but not this


P = Pick
PICKS = [
    P("kinesis", "on-demand-stream-hour", "hour", "one stream in on-demand mode", KINESIS, "AmazonKinesis", "OnDemand-StreamHour",
      {"operation": "OnDemandStreamHr"}),
    P("kinesis", "provisioned-shard-hour", "hour", "one shard in provisioned mode", KINESIS, "AmazonKinesis", "Storage-ShardHour"),
    P("kinesis", "extended-retention-shard-hour", "hour", "one shard in provisioned mode that keeps records longer than 24 hours"
      " (up to 7 days), on top of the shard", KINESIS, "AmazonKinesis", "Extended-ShardHour"),
    P("kinesis", "enhanced-fanout-consumer-shard-hour", "hour", "one enhanced fan-out consumer on one shard in provisioned mode",
      KINESIS, "AmazonKinesis", "EnhancedFanoutHour"),
    P("personalize", "campaign-v2-tps-hour", "hour", "one TPS of minProvisionedTPS of a campaign with a v2 recipe (at least 1)",
      PERSONALIZE, "AmazonPersonalize", None, text=r"real.?time.?inference.?v2", times=3600, absent=("eu-west-2",)),
    P("personalize", "campaign-legacy-tps-hour", "hour", "one TPS of minProvisionedTPS of a campaign with an older recipe (at least 1)",
      PERSONALIZE, "AmazonPersonalize", "TPS-hours", times=3600, absent=("eu-west-2",)),
    P("personalize", "recommender-hour", "hour", "one active domain recommender with up to 100000 users in its data",
      PERSONALIZE, "AmazonPersonalize", "RecommenderHours-Tier1", absent=("eu-west-2",)),
    P("apprunner", "provisioned-gb-hour", "hour", "one GB of memory of one provisioned instance", APPRUNNER, "AWSAppRunner",
      "AppRunner-Provisioned-GB-hours"),
    P("fargate", "vcpu-hour", "hour", "one vCPU of a running task, Linux on x86", FARGATE, "AmazonECS", "Fargate-vCPU-Hours:perCPU"),
    P("fargate", "gb-hour", "hour", "one GB of memory of a running task, Linux on x86", FARGATE, "AmazonECS", "Fargate-GB-Hours"),
    P("fargate", "arm-vcpu-hour", "hour", "one vCPU of a running task, Linux on ARM", FARGATE, "AmazonECS",
      "Fargate-ARM-vCPU-Hours:perCPU"),
    P("fargate", "arm-gb-hour", "hour", "one GB of memory of a running task, Linux on ARM", FARGATE, "AmazonECS", "Fargate-ARM-GB-Hours"),
    P("alb", "hour", "hour", "one Application Load Balancer, without capacity units and addresses",
      PAGES + "elasticloadbalancing/pricing/", "AWSELB", "LoadBalancerUsage", {"operation": "LoadBalancing:Application"}),
    P("vpc", "public-ipv4-hour", "hour", "one public IPv4 address, in use or idle", PAGES + "vpc/pricing/", "AmazonVPC",
      "PublicIPv4:InUseAddress"),
    P("logs", "storage-gb-month", "month", "one GB of stored log data (compressed)", PAGES + "cloudwatch/pricing/",
      "AmazonCloudWatch", "TimedStorage-ByteHrs"),
    P("s3", "standard-gb-month", "month", "one GB in S3 Standard, first 50 TB", PAGES + "s3/pricing/", "AmazonS3",
      "TimedStorage-ByteHrs", {"volumeType": "Standard"}),
    P("dynamodb", "storage-gb-month", "month", "one GB of table and index data, Standard class, after the 25 GB an account has free",
      DYNAMODB, "AmazonDynamoDB", "TimedStorage-ByteHrs"),
    P("dynamodb", "provisioned-read-unit-hour", "hour", "one provisioned read capacity unit, Standard class",
      DYNAMODB + "provisioned/", "AmazonDynamoDB", "ReadCapacityUnit-Hrs"),
    P("dynamodb", "provisioned-write-unit-hour", "hour", "one provisioned write capacity unit, Standard class",
      DYNAMODB + "provisioned/", "AmazonDynamoDB", "WriteCapacityUnit-Hrs"),
    P("apigateway", "cache-0.5gb-hour", "hour", "one REST API stage cache of 0.5 GB", PAGES + "api-gateway/pricing/",
      "AmazonApiGateway", "ApiGatewayCacheUsage:0.5GB"),
    P("ecr", "storage-gb-month", "month", "one GB of images in a private repository", PAGES + "ecr/pricing/", "AmazonECR",
      "TimedStorage-ByteHrs", {"family": "EC2 Container Registry"}),
]


def read_json(path: str, copies: Path | None) -> dict:
    """One file of the list: `path` begins with ROOT; with `copies` it is read from disk instead."""
    if copies is not None:
        return json.loads((copies / path.removeprefix(ROOT).replace("/current/region_index", "/region_index")).read_text("utf-8"))
    with urllib.request.urlopen(HOST + path, timeout=120) as answer:
        return json.load(answer)


def matches(pick: Pick, product: dict, prefixes: tuple, descriptions: str) -> bool:
    attributes = {"family": product.get("productFamily"), **product.get("attributes", {})}
    if pick.usagetype is not None and attributes.get("usagetype") not in {prefix + pick.usagetype for prefix in prefixes}:
        return False
    if any(attributes.get(name) != value for name, value in pick.where.items()):
        return False
    return not pick.text or re.search(pick.text, "\n".join([*map(str, attributes.values()), descriptions]), re.I) is not None


def find_prices(pick: Pick, region: str, offer: dict) -> set[tuple[Decimal, str]]:
    """The different first paid prices (with AWS's unit) of all products that the pick matches."""
    found = set()
    for sku, product in offer["products"].items():
        terms = offer["terms"].get("OnDemand", {}).get(sku, {})
        tiers = [tier for term in terms.values() for tier in term["priceDimensions"].values()]
        if not matches(pick, product, REGIONS[region], "\n".join(tier.get("description", "") for tier in tiers)):
            continue
        tiers.sort(key=lambda tier: Decimal(tier.get("beginRange") or 0))
        paid = [(Decimal(tier["pricePerUnit"]["USD"]), tier["unit"]) for tier in tiers if Decimal(tier["pricePerUnit"].get("USD", 0))]
        found.update(paid[:1])
    return found


def plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


def cut_row(pick: Pick, offers: dict[str, dict], problems: list[str]) -> str:
    usd, dates, derived = {}, set(), set()
    for region, offer in offers.items():
        if region in pick.absent:
            continue
        found = find_prices(pick, region, offer)
        if len(found) != 1:
            shown = ", ".join(sorted(f"{plain(price)} a {unit}" for price, unit in found))
            problems.append(f"{pick.service} {pick.item} {region}: {len(found)} prices instead of one {shown}".rstrip())
            continue
        price, unit = found.pop()
        if pick.times > 1 and price < Decimal("0.01"):   # by the request; a cent or more can only be by the hour
            derived.add(f"{plain(price)} a request, {pick.times} an hour")
            price *= pick.times
        usd[region] = plain(price)
        dates.add(offer["publicationDate"][:10])
    if not usd:
        problems.append(f"{pick.service} {pick.item}: no region has it")
        return ""
    prices = ", ".join(f'{region}: "{price}"' for region, price in usd.items())
    lines = [f"- service: {pick.service}", f"  item: {pick.item}", f"  unit: {pick.unit}", f"  of: {pick.of}", f"  page: {pick.page}",
             f"  as_of: {min(dates)}", "  sources: 1", f"  usagetype: {pick.usagetype or 'null'}", f"  offer: {pick.offer}",
             f"  usd: {{ {prices} }}"]
    return "\n".join(lines + [f"  derived: {'; '.join(sorted(derived))}"] * bool(derived))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="copies", type=Path, metavar="DIR", help="read copies on disk instead of AWS")
    copies = parser.parse_args().copies
    problems: list[str] = []
    rows: dict[int, str] = {}
    by_offer: dict[str, list[int]] = {}
    for number, pick in enumerate(PICKS):
        by_offer.setdefault(pick.offer, []).append(number)
    for code, numbers in by_offer.items():
        index = read_json(f"{ROOT}{code}/current/region_index.json", copies)["regions"]
        offers = {region: read_json(index[region]["currentVersionUrl"], copies) for region in REGIONS if region in index}
        for number in numbers:
            rows[number] = cut_row(PICKS[number], offers, problems)
    if problems:
        print("refused:", *problems, sep="\n  ", file=sys.stderr)
        return 1
    print("\n".join(rows[number] for number in sorted(rows)))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Makes the three CSV files beside this one: the same bytes each time.

  python make_data.py             writes interactions.csv, items.csv and users.csv
  python make_data.py --check     compares them instead
"""

import random
import sys
from pathlib import Path

START = 1735689600  # 2025-01-01 00:00:00 UTC
YEAR = 365 * 24 * 3600
TITLES = {
    "Aladdin": "Animation|Musical",
    "Andor": "Drama|Science Fiction",
    "Bluey": "Animation|Family",
    "Brave": "Animation|Adventure",
    "Coco": "Animation|Musical",
    "Encanto": "Animation|Musical",
    "Frozen": "Animation|Musical",
    "Hercules": "Animation|Adventure",
    "Inside Out": "Animation|Comedy",
    "Loki": "Action|Science Fiction",
    "Moana": "Animation|Adventure",
    "Mulan": "Animation|Adventure",
    "Ratatouille": "Animation|Comedy",
    "Tangled": "Animation|Musical",
    "The Bear": "Drama|Comedy",
    "The Lion King": "Animation|Musical",
    "The Mandalorian": "Action|Science Fiction",
    "Toy Story": "Animation|Comedy",
    "WandaVision": "Drama|Science Fiction",
    "Zootopia": "Animation|Comedy",
}
USERS = range(10000, 10030)


def interactions(rng):
    """Who watched what, and when. Personalize needs at least 1,000 of them."""
    yield "USER_ID", "ITEM_ID", "EVENT_TYPE", "TIMESTAMP"
    titles = list(TITLES)
    for _ in range(10000):
        event = rng.choice(["Watch", "Play", "Stop"])
        yield rng.choice(USERS), rng.choice(titles), event, START + rng.randrange(YEAR)


def items(rng):
    """What there is to watch. Genres are separated by a bar: a title can have several."""
    yield "ITEM_ID", "CREATION_TIMESTAMP", "GENRES", "TITLE"
    for title, genres in TITLES.items():
        yield title, START - rng.randrange(10 * YEAR), genres, title


def users(rng):
    """Who watches."""
    yield "USER_ID", "AGE", "GENDER", "LOCATION"
    for user in USERS:
        country = rng.choice(["Spain", "France", "Germany", "Sweden", "Italy"])
        yield user, rng.randint(16, 75), rng.choice(["F", "M"]), country


FILES = {"interactions.csv": interactions, "items.csv": items, "users.csv": users}


def content(name):
    # The file's own name is the seed, so that each file is the same whether or not the others are made.
    rows = FILES[name](random.Random(name))
    return "".join(",".join(map(str, row)) + "\n" for row in rows).encode()


def main():
    folder = Path(__file__).resolve().parent
    if sys.argv[1:] == ["--check"]:
        different = [name for name in FILES if (folder / name).read_bytes() != content(name)]
        print("\n".join(f"{name} differs" for name in different) or "All files are as this program makes them.")
        return 1 if different else 0
    if sys.argv[1:]:
        print(__doc__, file=sys.stderr)
        return 2
    for name in FILES:
        (folder / name).write_bytes(content(name))
        print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

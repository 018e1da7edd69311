"""Asks what a steering committee asks, of a running demo, and holds every answer against what the API promises.

    python ten_questions.py --address 127.0.0.1:50051

Ends with 1 and names the contradiction where one is found. No figure of the demo is known here: each is held against others.
"""

import argparse

from dynamic_client import Site, add_addresses
from questions import criteria, money, poverty, targets

QUESTIONS = [
    poverty.then_and_now,
    poverty.old_map_and_new,
    criteria.titles_before_and_after_the_merger,
    criteria.strict_and_official,
    money.by_programme,
    money.as_known_on_two_days,
    targets.all_targets,
    targets.why_that_number,
    money.open_cases,
    money.what_would_a_write_do,
]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_addresses(arguments)
    site = Site(arguments.parse_args().address)
    for number, question in enumerate(QUESTIONS, start=1):
        print(f"\n{number}. {question.__doc__.splitlines()[0]}")
        for line in question(site):
            print(f"   {line}")
    print("\nall ten answers are what the API promises")


if __name__ == "__main__":
    main()

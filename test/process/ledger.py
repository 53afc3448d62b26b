"""What a client knows of the files it sent, and what a lakehouse must therefore show: acknowledged files whole, refused
files not at all, the rest whole or not at all."""

import random
from dataclasses import dataclass, field

DATASET = "ledger"


@dataclass(frozen=True)
class SentFile:
    """A CSV file whose rows follow from its number."""

    number: int
    rows: int

    def value(self, row: int) -> int:
        return (self.number * 1_000_003 + row * 7919) % 1_000_000_007

    def csv(self) -> bytes:
        lines = [f"{self.number},{row},{self.value(row)},{'x' * (row % 50)}\n" for row in range(self.rows)]
        return ("file,row,value,padding\n" + "".join(lines)).encode()

    def summary(self) -> tuple[int, int, int, int]:
        """As the statement of `Ledger.check` sums it up."""
        return self.rows, sum(map(self.value, range(self.rows))), self.rows, sum(i % 50 for i in range(self.rows))


@dataclass
class Ledger:
    chance: random.Random
    acknowledged: dict[int, SentFile] = field(default_factory=dict)
    refused: set[int] = field(default_factory=set)
    unknown: dict[int, SentFile] = field(default_factory=dict)
    jobs: dict[str, SentFile] = field(default_factory=dict)
    last: int = 0

    def new_file(self, most_rows: int) -> SentFile:
        self.last += 1
        return SentFile(self.last, self.chance.randint(1, most_rows))

    def check(self, server) -> list[str]:
        """What is wrong; empty when nothing is. Files of unknown outcome are known afterwards."""
        seen = self._seen(server)
        wrong = []
        for number, file in self.acknowledged.items():
            if seen.get(number) != file.summary():
                wrong.append(f"acknowledged file {number}: {seen.get(number)}, not {file.summary()}")
        for number, file in self.unknown.items():
            if number in seen and seen[number] != file.summary():
                wrong.append(f"unacknowledged file {number} is torn: {seen[number]}, not {file.summary()}")
        for number in seen.keys() - self.acknowledged.keys() - self.unknown.keys():
            wrong.append(f"file {number} is there, although it was {'refused' if number in self.refused else 'never sent'}")
        for number, file in self.unknown.items():
            if number in seen:
                self.acknowledged[number] = file
            else:
                self.refused.add(number)
        self.unknown.clear()
        return wrong

    @staticmethod
    def _seen(server) -> dict[int, tuple[int, int, int, int]]:
        if DATASET not in server.dataset_names():
            return {}
        rows = server.sql("SELECT file, count(*), sum(value), count(DISTINCT row), sum(length(coalesce(padding, ''))) "
                          f"FROM {DATASET} GROUP BY file")
        return {int(row[0]): (int(row[1]), int(row[2]), int(row[3]), int(row[4])) for row in rows}

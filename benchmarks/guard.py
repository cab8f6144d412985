"""How long the guard takes for a statement: `python -m benchmarks.guard` over
the test corpus, `--database` adds the overhead of execution.
"""

import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from nl2sql.catalog.views import reporting
from nl2sql.guard import SafeQuery, check
from tests.nl2sql.guard.builders import CHECKOUT, EVERYTHING, statements


def main() -> None:
    """Print median and 95th percentile in milliseconds of processor time (other work on
    the machine does not count) for legitimate statements, narrowed ones and attacks.
    """
    for title, cases, asker in (
        ("legitimate", statements("benign"), EVERYTHING),
        ("legitimate, narrowed", statements("benign"), CHECKOUT),
        ("attacks", statements("attacks"), EVERYTHING),
    ):
        times = []
        for _ in range(3):
            for _, sql in cases:
                started = time.process_time()
                check(sql, reporting(), asker)
                times.append((time.process_time() - started) * 1000)
        p95 = statistics.quantiles(times, n=20)[-1]
        print(
            f"{title:22} {len(cases):4} statements  median {statistics.median(times):5.2f} ms  p95 {p95:5.2f} ms  max "
            f"{max(times):6.2f} ms"
        )
    if "--database" in sys.argv:
        _execution()


def _execution() -> None:
    from config.settings import read_settings
    from db import engines
    from nl2sql.execution.execute import FetchedRows, run

    database = engines.connect(read_settings())
    query = check("SELECT 1", reporting(), EVERYTHING)
    assert isinstance(query, SafeQuery)
    results = [run(database.reader, query) for _ in range(200)]
    times = [result.elapsed_ms for result in results if isinstance(result, FetchedRows)]
    print(f"{'execute SELECT 1':22} {len(times):4} runs        median {statistics.median(times):5.2f} ms")
    database.dispose()


if __name__ == "__main__":
    main()

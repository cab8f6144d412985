"""One person's questions never hold up another's: the order of answers, not seconds."""

import math
import threading
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fair import FairPool, Shares
from bot.process.runtime import Runtime
from db.tables import Question
from standins.slack import Handle
from tests.bot.builders import BOT
from tests.bot.conftest import MAYA, PRIYA, TOMAS, Rules, StartBot


def test_fifty_slow_questions_of_one_person_delay_nobody(bot: Runtime, slack: Handle, rules: Rules) -> None:
    """While none of them ends, others are answered; two run, twenty wait, and each of the rest is told why not."""
    for number in range(50):
        slack.say_to_app(MAYA, f"slow {number}")
    slack.wait_until(lambda: len(rules.asked) == 2)
    for person in (PRIYA, TOMAS):
        slack.say_to_app(person, "cost last month")
    for person in (PRIYA, TOMAS):
        slack.wait_until(partial(said, slack, person, "$7.2k"))
    assert [asker for _, asker, _ in rules.asked].count(MAYA) == 2
    slack.wait_until(lambda: len(said(slack, MAYA, "questions are waiting already")) == 28)
    rules.hold.set()
    slack.wait_until(lambda: len(said(slack, MAYA, "$7.2k")) == 22)
    with bot.session() as session:
        assert session.query(Question).where(Question.asker == MAYA).count() == 22


def said(slack: Handle, person: str, words: str) -> list[str]:
    """What the bot said to a person in direct messages, in threads too."""
    channel = slack.workspace.store.im_of(person)
    return [message["text"] for message in slack.messages(channel) if words in message["text"]]


def test_edited_statements_wait_in_the_same_queue(start_bot: StartBot, slack: Handle, rules: Rules) -> None:
    """Slow statements of one person's own take none of the threads that serve clicks."""
    with start_bot(slack) as bot:
        for number in range(4):
            slack.say_to_app(MAYA, f"slow {number}")
        slack.wait_until(lambda: len(rules.asked) == 2)
        slack.wait_until(lambda: bot.questions.waiting(MAYA) == 2)
        asked = slack.post_as(PRIYA, "#finops", f"{BOT} cost")
        card = slack.wait_for_reply(asked["ts"])
        slack.click(PRIYA, card["ts"], "answer_edit")
        slack.wait_for_view(PRIYA)
        assert slack.submit(PRIYA, {"sql": "select 2"}) == {}
        slack.wait_until(lambda: len(slack.thread(asked["ts"])) == 3)
        rules.hold.set()


class Machine:
    """Work that ends when it is told to, and notes in which order it began."""

    def __init__(self, running: int, workers: int = 8) -> None:
        self.pool = FairPool(workers, running, waiting=100)
        self.began: list[str] = []
        self.ends: dict[str, list[threading.Event]] = {}
        self.changed = threading.Condition()

    def ask(self, person: str) -> None:
        end = threading.Event()
        self.ends.setdefault(person, []).append(end)

        def work() -> None:
            with self.changed:
                self.began.append(person)
                self.changed.notify_all()
            end.wait(20)

        self.pool.of(person).submit(work)

    def has_begun(self, count: int) -> bool:
        return len(self.began) >= count

    def until(self, true: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(true, 20)

    def end_all(self) -> None:
        for ends in self.ends.values():
            for end in ends:
                end.set()
        self.pool.shutdown()


@given(st.lists(st.integers(0, 9), max_size=60), st.integers(1, 4))
def test_whoever_has_nothing_running_is_served_at_once_while_a_thread_is_free(queue: list[int], running: int) -> None:
    """Whatever ten people ask in whatever order: half of the threads go to one person each, and nobody has more than
    the limit.
    """
    machine = Machine(running)
    people, served = {str(person) for person in queue}, 4 + math.ceil(4 / running)
    try:
        for person in queue:
            machine.ask(str(person))
        machine.until(lambda: len(set(machine.began)) >= min(len(people), served))
        assert all(machine.began.count(person) <= running for person in people)
        if len(people) < served:
            machine.ask("guest")
            machine.until(lambda: "guest" in machine.began)
    finally:
        machine.end_all()


def test_threads_go_round_among_people_who_wait() -> None:
    """With one thread: a person's second question comes after everybody's first."""
    machine = Machine(running=1, workers=1)
    for person in ("maya", "maya", "maya", "priya", "tomas"):
        machine.ask(person)
    for count, (person, number) in enumerate([("maya", 0), ("priya", 0), ("tomas", 0), ("maya", 1), ("maya", 2)], 1):
        machine.until(partial(machine.has_begun, count))
        machine.ends[person][number].set()
    assert machine.began == ["maya", "priya", "tomas", "maya", "maya"]
    machine.end_all()


def test_failures_are_told_and_what_has_no_thread_at_the_end_is_cancelled() -> None:
    """Nothing is taken after the end; what runs then goes on."""
    pool, began, go = FairPool(workers=1, running=1), threading.Event(), threading.Event()
    assert isinstance(pool.of("a").submit(int, "x").exception(20), ValueError)

    def work() -> bool:
        began.set()
        return go.wait(20)

    held, waiting = pool.of("a").submit(work), pool.of("a").submit(int, "1")
    assert began.wait(20)
    pool.shutdown()
    assert waiting.cancelled()
    go.set()
    assert held.result(20)
    with pytest.raises(RuntimeError):
        pool.of("b").submit(int, "1")


def test_calls_that_bring_their_own_thread_are_counted() -> None:
    """Two at once, the third is refused, and after an end there is one again; others are free."""
    shares = Shares(2)
    with shares.take("a") as first:
        with shares.take("a") as second, shares.take("a") as third, shares.take("b") as other:
            assert (first, second, third, other) == (True, True, False, True)
        with shares.take("a") as again:
            assert again

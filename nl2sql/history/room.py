"""How much of one person's questions is kept: the oldest go when they take too much of the database."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.tables import Question

LARGE = 100_000  # bytes of an answer after which is looked at once
_EVERY = 20  # questions; in between no more than so many small answers come on top
_DOWN_TO = 0.9  # of the limit, so that not every question removes one


def make_room(session: Session, newest: Question, most_megabytes: int) -> int:
    """Remove the oldest questions of a person, so that what is stored of all takes at most so much; how many went. The
    newest stays, and so do approved examples; the audit log has its own entry of each.
    """
    session.flush()
    size = sa.func.pg_column_size(Question.answer)
    mine = sa.select(size).where(Question.id == newest.id)
    if newest.id % _EVERY and (session.scalar(mine) or 0) < LARGE:
        return 0
    of_person = Question.asker == newest.asker
    stored = session.scalar(sa.select(sa.func.coalesce(sa.func.sum(size), 0)).where(of_person)) or 0
    limit = most_megabytes * 1_000_000
    if stored <= limit:
        return 0
    over = sa.func.sum(size).over(order_by=Question.id.desc()).label("over")
    ranked = sa.select(Question.id, Question.golden, over).where(of_person).subquery()
    old = sa.select(ranked.c.id).where(
        ranked.c.over > limit * _DOWN_TO, ranked.c.golden.is_(False), ranked.c.id != newest.id
    )
    removed = session.scalars(sa.delete(Question).where(Question.id.in_(old)).returning(Question.id)).all()
    return len(removed)

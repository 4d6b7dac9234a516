"""What has to change, and changing it: all of it or nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sloguard.errors import PublishConflictError, PublishError
from sloguard.publish.item import Change, ChangeKind, Conflict, Found, Item, Target


@dataclass(frozen=True, slots=True)
class Plan:
    """For one target."""

    target: Target
    changes: tuple[Change, ...]
    conflicts: Mapping[str, Conflict]
    """By name: nothing is changed anywhere while there is one."""
    orphans: tuple[str, ...]
    """What sloguard has put there for something that is no longer declared, and that stays there."""
    current: int
    """How many items are as they should be."""


def planned(target: Target, wanted: Sequence[Item], *, prune: bool, force: bool) -> Plan:
    """Compare.

    Args:
        target: where the items go.
        wanted: all that should be there.
        prune: also remove what sloguard has put there and nobody wants any more.
        force: take over what others have changed or made.

    Raises:
        PublishError: the target cannot be read.
    """
    found = target.found(frozenset(item.name for item in wanted))
    names = {item.name for item in wanted}
    orphans = sorted(each.name for each in found.values() if each.name not in names and each.applied is not None)
    changes = [change for item in wanted if (change := _change(target, item, found.get(item.name))) is not None]
    if prune:
        changes += [Change(target, ChangeKind.REMOVE, name, found[name], None) for name in orphans]
    conflicts = {} if force else dict(_conflicts(changes))
    kept = tuple(change for change in changes if change.name not in conflicts)
    return Plan(target, kept, conflicts, () if prune else tuple(orphans), len(wanted) - _count_wanted(changes))


def _count_wanted(changes: Sequence[Change]) -> int:
    return sum(change.after is not None for change in changes)


def _change(target: Target, item: Item, found: Found | None) -> Change | None:
    if found is None:
        return Change(target, ChangeKind.CREATE, item.name, None, item)
    wanted = target.fingerprint(item.content)
    # A server may keep an item in a form of its own: what it was when it was put there counts as well.
    if found.present == wanted or (found.is_intact and found.applied == wanted):
        return None
    return Change(target, ChangeKind.UPDATE, item.name, found, item)


def _conflicts(changes: Sequence[Change]) -> Iterator[tuple[str, Conflict]]:
    for change in changes:
        if change.before is not None and not change.before.is_intact:
            yield change.name, Conflict.FOREIGN if change.before.applied is None else Conflict.CHANGED


def carry_out(changes: Sequence[Change]) -> None:
    """Make the changes, in order. When one fails, or the program is interrupted, all are taken back.

    Raises:
        PublishError: nothing has changed, unless it says what could not be put back.
        PublishConflictError: the same, because somebody else has changed something meanwhile.
    """
    begun: list[Change] = []
    try:
        for change in changes:
            _check_unchanged(change)
            begun.append(change)
            try:
                _make(change)
            except PublishConflictError:
                begun.pop()  # it is not ours to take back
                raise
    except BaseException as error:
        stuck = _take_all_back(begun)
        if stuck:
            words = f"{_cause(error)} What was changed could not all be put back: {'; '.join(stuck)}."
            raise PublishError(words) from error
        if isinstance(error, PublishError):
            raise type(error)(f"{error} Nothing has changed: what was done is taken back.") from error
        raise


def _cause(error: BaseException) -> str:
    return str(error) if isinstance(error, PublishError) else f"Interrupted ({type(error).__name__})."


def _check_unchanged(change: Change) -> None:
    now = change.target.look(change.name)
    if (now and now.present) != (change.before and change.before.present):
        what = f"{change.target.noun} {change.name}: somebody else has changed it a moment ago."
        raise PublishConflictError(f"{what} Look at it, and apply again.")


def _make(change: Change) -> None:
    try:
        if change.after is None:
            change.target.remove(change.name)
        else:
            change.target.write(change.after.content, change.before)
    except PublishError:
        if not _is_made(change):
            raise


def _is_made(change: Change) -> bool:
    """Whether the change was made all the same, and only the answer was lost."""
    try:
        return _is_ours(change, change.target.look(change.name))
    except PublishError:
        return False


def _is_ours(change: Change, now: Found | None) -> bool:
    """Whether it is as we have changed it."""
    if change.after is None or now is None:
        return change.after is None and now is None
    return now.is_intact and now.applied == change.target.fingerprint(change.after.content)


def _take_all_back(begun: Sequence[Change]) -> Sequence[str]:
    """What could not be put back, in words."""
    stuck = [words for change in reversed(begun) if (words := _take_back(change))]
    targets = {} if stuck else {id(change.target): change.target for change in begun}
    for target in targets.values():
        try:
            target.clear_up()
        except PublishError as error:
            stuck.append(f"{target.title} ({error})")
    return stuck


def _take_back(change: Change) -> str:
    """Have it as it was; what is wrong if that does not succeed.

    A change that failed may have been made all the same, where only the answer was lost.
    """
    target = change.target
    try:
        now = target.look(change.name)
        if (now and now.present) == (change.before and change.before.present):
            return ""
        if not _is_ours(change, now):
            return f"{target.noun} {change.name}: somebody else has changed it meanwhile, and it stays as it is"
        if change.before is None:
            target.remove(change.name)
        else:
            target.put_back(change.before)
    except PublishError as error:
        state = "it may be as it should have become" if change.after else "it may be gone"
        return f"{target.noun} {change.name}: {state} ({error})"
    return ""

"""The switch's task list: hang-ups and transfers due later, forgotten in groups by channel (`sched_del`)."""

from __future__ import annotations

from collections.abc import Callable

from callcontrol.simulator.timeline import Timeline, Timer


class Schedule:
    """Tasks in groups. A group is a channel's uuid."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._tasks: dict[int, tuple[str, Timer]] = {}
        self._groups: dict[str, set[int]] = {}
        self._last_id = 0

    def add(self, group: str, delay_s: float, act: Callable[[], object]) -> int:
        """Run `act` after `delay_s`; the task's id."""
        self._last_id += 1
        task_id = self._last_id

        def due() -> None:
            self._forget(task_id)
            act()

        self._tasks[task_id] = (group, self._timeline.call_later(delay_s, due))
        self._groups.setdefault(group, set()).add(task_id)
        return task_id

    def delete_group(self, group: str) -> int:
        """Forget all tasks of a group; how many there were."""
        ids = list(self._groups.get(group, ()))
        for task_id in ids:
            self.delete(task_id)
        return len(ids)

    def delete(self, task_id: int) -> int:
        """Forget one task; 1 when it was there."""
        if task_id not in self._tasks:
            return 0
        self._tasks[task_id][1].cancel()
        self._forget(task_id)
        return 1

    def _forget(self, task_id: int) -> None:
        group, _ = self._tasks.pop(task_id)
        rest = self._groups[group]
        rest.discard(task_id)
        if not rest:
            del self._groups[group]

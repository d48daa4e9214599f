"""Attributes that are computed on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from functools import cached_property as lazy
else:

    class lazy:  # noqa: N801 - used as a decorator, as `property` is
        """As `functools.cached_property`, but without a lock.

        Before Python 3.12 that one holds a lock of the class while it computes, so that of two
        threads with an object each one waits for the other. Without it, two threads that ask the
        same object at the same time may both compute; here every object belongs to one thread.
        """

        def __init__(self, compute: Any) -> None:
            self._compute = compute
            self._name = compute.__name__
            self.__doc__ = compute.__doc__

        def __get__(self, instance: Any, owner: type | None = None) -> Any:
            if instance is None:
                return self
            value = instance.__dict__[self._name] = self._compute(instance)
            return value


__all__ = ["lazy"]

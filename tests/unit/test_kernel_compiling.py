"""How kernels are compiled: with fewer steps than Numba takes, and with the results of its own."""

import operator
from typing import Any

import numba
import numpy as np
import pytest
from numba.core import target_extension
from numba.np import arrayobj

from corpusmill.operators.text import numba_shortcuts
from corpusmill.operators.text.kernel import njit


@njit(cache=False, nogil=True)
def _shifted(values: np.ndarray, by: int) -> np.ndarray:
    found = np.empty(values.shape[0], np.int64)
    for n in range(values.shape[0]):
        found[n] = values[n] + by
    return found


def _steps(values: np.ndarray) -> int:
    """All that is passed over in most kernels: an expression on whole arrays, a closure, a comprehension, a slice."""

    def twice(value: int) -> int:
        return 2 * value

    found = _shifted(values, 1) * 3 + values
    found[1:3] = values[:2]
    return found.sum() + sum([twice(n) for n in range(4)]) + max(found[0], 2) + min(7, found[1])


@pytest.mark.thorough
def test_a_kernel_computes_what_its_source_does():
    values = np.arange(5)
    assert njit(cache=False, nogil=True)(_steps)(values) == _steps(values) == 53


def test_a_slice_of_another_size_is_refused_as_in_numpy():
    @njit(cache=False, nogil=True)
    def fill(of: np.ndarray, source: np.ndarray) -> None:
        of[0:2] = source

    with pytest.raises(ValueError, match="cannot assign a slice"):
        fill(np.zeros(4), np.ones(3))


def test_numba_is_as_it_was_once_a_kernel_is_compiled():
    before = arrayobj.raise_with_shape_context
    njit(cache=False, nogil=True)(lambda values: values[0])(np.ones(1))
    assert target_extension.jit_registry[target_extension.cpu_target] is numba.jit
    assert arrayobj.raise_with_shape_context is before


def test_operators_are_looked_up_once_for_each_set_of_types(monkeypatch):
    asked = list[tuple[Any, ...]]()
    find = numba_shortcuts._find_signature
    monkeypatch.setattr(numba_shortcuts, "_signatures", {})
    monkeypatch.setattr(numba_shortcuts, "_find_signature", lambda *of: asked.append((of[0], of[2])) or find(*of))
    njit(cache=False, nogil=True)(lambda a, b: a % b + b % a + a % 3)(5, 3)
    found = [args for function, args in asked if function.typing_key is operator.mod]
    assert len(found) == len(set(found)) == 2

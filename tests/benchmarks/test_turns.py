"""Loops that take turns, and the speeds that come out."""

import time

import pytest

from turns import seconds_a_block, times_as_fast


def busy(seconds, order, name):
    def loop(tick):
        while True:
            order.append(name)
            until = time.process_time() + seconds
            while time.process_time() < until:
                pass
            tick()

    return loop


def test_loops_take_a_block_each_and_only_one_is_awake():
    order = []
    loops = {"a": busy(0.001, order, "a"), "b": busy(0.001, order, "b")}
    seconds_a_block(loops, block=3, rounds=1)
    assert "".join(order[:12]) in ("aaabbbbbbaaa", "bbbaaaaaabbb")


def test_a_loop_that_does_twice_the_work_is_half_as_fast():
    loops = {"once": busy(0.01, [], ""), "twice": busy(0.02, [], "")}
    seconds = seconds_a_block(loops, block=2, rounds=3)
    assert times_as_fast(seconds, "once", "twice") == pytest.approx(2, rel=0.2)


def test_a_step_of_several_batches_counts_as_many():
    order = []

    def loop(tick):
        while True:
            order.append("five")
            tick(5)

    seconds_a_block({"five": loop, "one": busy(0.001, order, "one")}, block=5, rounds=1)
    assert order.count("one") == 5 * order.count("five")


def test_an_error_in_a_loop_comes_out():
    def loop(tick):
        raise KeyError("broken")

    with pytest.raises(KeyError, match="broken"):
        seconds_a_block({"broken": loop}, block=1, rounds=1)


def test_a_loop_that_ends_is_an_error():
    with pytest.raises(RuntimeError, match="ended before"):
        seconds_a_block({"short": lambda tick: None}, block=1, rounds=1)

"""Unpickling very many objects: AR-01, the memory they live in."""

import gc
import pickle
from threading import Thread

import pytest
from spinloom import buffers

MANY = [{"id": i, "score": i * 0.5, "name": f"name-{i}"} for i in range(300_000)]
STREAM = pickle.dumps(MANY, 5)


def test_the_stream_is_a_long_one():
    assert len(STREAM) > buffers.LARGE


def test_many_objects_come_back_as_they_were_and_go_when_they_are_dropped():
    for _ in range(3):  # memory that one round frees is used by the next, huge pages or not
        loaded = buffers.unpickle(STREAM, [])
        assert loaded == MANY
        assert [dict(one) for one in loaded[:1000]] == MANY[:1000]  # and others are made meanwhile
        del loaded


def test_threads_may_load_at_once():
    loaded: list[object] = []
    threads = [Thread(target=lambda: loaded.append(buffers.unpickle_stream(STREAM))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loaded == [MANY, MANY, MANY]


def test_the_collector_rests_only_while_they_are_made():
    assert gc.isenabled()
    with pytest.raises((pickle.UnpicklingError, EOFError)):
        buffers.unpickle_stream(STREAM[:-1000])
    assert gc.isenabled()
    gc.disable()
    try:
        buffers.unpickle_stream(STREAM)
        assert not gc.isenabled()
    finally:
        gc.enable()

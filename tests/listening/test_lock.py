"""A lock file lets one in at a time, says who, and is freed by any death."""

import os
import signal
import subprocess
import sys

import pytest

from listening.contract import ListeningError, hold_file, try_file

HOLD = """
import sys, time
from pathlib import Path
from listening.contract import hold_file
with hold_file(Path(sys.argv[2]), timeout=5):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_holder_is_told_who_and_comes_in_after_a_kill(tmp_path):
    path = tmp_path / "deep" / ".lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, "erase", str(path), "--author=canary"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with (
        pytest.raises(ListeningError, match=rf"held by process {holder.pid} \(-c erase\) since"),
        hold_file(path, timeout=0.05),
    ):
        pytest.fail("both came in")
    with try_file(path) as free:
        assert not free
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    assert b"canary" not in path.read_bytes()  # what a kill leaves names nobody
    with hold_file(path, timeout=1):
        assert f"process {os.getpid()}" in path.read_text()
    assert path.read_bytes() == b""
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_where_the_folder_should_be_is_told_with_its_mend(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(ListeningError, match="file: stands where a folder should be"),
        hold_file(tmp_path / "file" / ".lock", timeout=0),
    ):
        pytest.fail("there is no such folder")

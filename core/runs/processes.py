"""Starting Python children of this program, and asking whether a process still lives."""

from __future__ import annotations

import contextlib
import os
import platform
import signal
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import psutil

_SOURCE_ROOT = Path(__file__).resolve().parents[2]


def python_command(module: str, *arguments: str) -> list[str]:
    """The command that runs one of our modules in a Python child.

    `-P` keeps the child's working directory out of its import path, so that a folder named `core`
    in there cannot shadow ours.
    """
    return [sys.executable, "-P", "-m", module, *arguments]


def python_environment(**extra: str) -> dict[str, str]:
    """The environment for such a child: this process's, with our packages importable.

    Our source folder is appended to PYTHONPATH, which matters when the program runs from a
    checkout that is not installed.
    """
    environment = dict(os.environ)
    paths = [part for part in environment.get("PYTHONPATH", "").split(os.pathsep) if part]
    if str(_SOURCE_ROOT) not in paths:
        paths.append(str(_SOURCE_ROOT))
    environment["PYTHONPATH"] = os.pathsep.join(paths)
    # OpenCV points Qt to its own plugins when it is imported; a child must not inherit that.
    environment.pop("QT_QPA_PLATFORM_PLUGIN_PATH", None)
    environment.update(extra)
    return environment


def start_detached(
    command: list[str], *, folder: Path, log: Path, environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Start a process in its own session and process group, so that it outlives us.

    Its output goes to the end of `log`. The caller reaps it.

    Raises:
        OSError: it cannot be started.
    """
    options: dict[str, Any] = {"start_new_session": True}
    if os.name == "nt":
        options = {
            "creationflags": subprocess.CREATE_NEW_PROCESS_GROUP  # type: ignore[attr-defined]
            | subprocess.CREATE_NO_WINDOW  # type: ignore[attr-defined]
        }
    with log.open("ab") as stream:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            **options,
        )


def create_time(pid: int) -> float | None:
    """When the process with that id was created, in seconds since 1970; None when it is gone."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def host_name() -> str:
    """The name of this machine."""
    return platform.node()


@cache
def system_start() -> str:
    """Tell this start of this system, with its process ids, from any other.

    Containers of one machine start with it and yet count processes by themselves. "" where the
    system does not say (it is no Linux).
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"  # noqa: PTH115 - it leads to no path
    except OSError:
        return ""


def start_ticks(pid: int) -> int | None:
    """When a process was created, in ticks since the system's start, whatever the clock says.

    None when it is gone, or has ended and only waits to be reaped, and where the system does not
    say (it is no Linux).
    """
    try:
        line = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    # "pid (name) state ...", where the name may hold anything: proc(5), fields 3 and 22.
    fields = line[line.rindex(b")") + 2 :].split()
    return None if fields[0] in (b"Z", b"X") else int(fields[19])


def is_alive(pid: int, created: float) -> bool:
    """Tell whether that very process runs: a later one that got the same id does not count.

    Where the system counts from its start (`start_ticks`), setting the clock deceives this.
    """
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        # The clock of /proc ticks in hundredths of a second.
        return abs(float(process.create_time()) - created) < 0.05
    except psutil.Error:
        return False


def signal_group(pid: int, number: int) -> None:
    """Send a signal to the process group that `pid` leads; nothing happens when it is gone."""
    try:
        if os.name == "nt":
            psutil.Process(pid).kill()
        else:
            os.killpg(pid, number)
    except (ProcessLookupError, psutil.NoSuchProcess):
        return


def group_members(pid: int) -> list[psutil.Process]:
    """The live processes of the group that `pid` leads or led (on Windows: it and its children)."""
    if os.name == "nt":
        try:
            leader = psutil.Process(pid)
            return [leader, *leader.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []
    members = []
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == pid and process.status() != psutil.STATUS_ZOMBIE:
                members.append(process)
        except (ProcessLookupError, PermissionError, psutil.Error):
            continue
    return members


def kill_all(processes: list[psutil.Process]) -> None:
    """Kill those processes; one that has ended by itself meanwhile is fine."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def describe_exit(code: int) -> str:
    """Say in words how a process ended, from its return code (negative: minus the signal)."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        return f"was killed by signal {-code}"
    return f"was killed by signal {-code} ({name})"
